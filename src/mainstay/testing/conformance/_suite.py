"""What all suites share: where the store comes from, and who its users are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from inspect import getmembers, isfunction, signature
from typing import Any, Generic, TypeVar
from unittest import TestCase

from mainstay.errors import InvalidValueError

__all__ = ["Suite"]

Store = TypeVar("Store")

_NAMES = ("ada", "bob", "cyd", "dan", "eve", "fay", "gil", "hal", "ivy", "jon", "kay", "lea")
#: Ids by code point: not alphabetical, not by UTF-16 unit, and not regardless of case.
_ODD_IDS = ("Z", "e\u0301 '\"\\%_", "z", "é '\"\\%_", "\uff5a", "\U0001f600")
#: Their numbers. Those of a host may be odd there, too: as text, 97 comes after 100.
_ODD = range(97, 97 + len(_ODD_IDS))
_STRANGER = 9999


class Suite(Generic[Store]):
    """Tests of a store, each of which is given an empty one as ``store``.

    That is the pytest fixture of this name, or what :meth:`make_store` returns: override it where
    there are no fixtures, as in a ``unittest.TestCase``. All ids of users are :meth:`user_id`'s.

    Examples:
        >>> class Welcomes(Suite[dict[str, int]]):
        ...     def test_a_user_is_welcome(self, store):
        ...         assert self.user_id(1) not in store
        >>> class TestWelcomes(Welcomes, TestCase):
        ...     def make_store(self):
        ...         return {}
        >>> TestWelcomes("test_a_user_is_welcome").run().wasSuccessful()
        True
    """

    def __init_subclass__(cls) -> None:
        """Have tests call :meth:`make_store`, unless a fixture gives them their stores."""
        super().__init_subclass__()
        if issubclass(cls, TestCase) or cls.make_store is not Suite.make_store:
            for name, test in getmembers(cls, isfunction):
                if name.startswith("test") and "store" in signature(test).parameters:
                    setattr(cls, name, _with_its_store(test))

    def make_store(self) -> Store:
        """Return an empty store, a new one each time."""
        raise NotImplementedError(
            "Override make_store: it returns an empty store. With pytest, a fixture named store "
            "does as well, but not in a unittest.TestCase, which knows no fixtures."
        )

    def user_id(self, n: int) -> str:
        """Return the id of a user; override it if your users' ids are not any text.

        Any texts will do that differ for different numbers and are the same for the same one:
        ``str(n)`` where keys are integers, ``str(UUID(int=n))`` where they are UUIDs. The suites
        put them in order themselves, by code point. Where your tables need a user first, this is
        the place to add one.

        Args:
            n: Which user, from 1 to 9999.

        Examples:
            >>> Suite().user_id(1), Suite().user_id(1234)
            ('ada', 'user 1234')
        """
        if n in _ODD:
            return _ODD_IDS[_ODD.index(n)]
        return _NAMES[n - 1] if n <= len(_NAMES) else f"user {n:04}"

    def users(self, many: int) -> list[str]:
        """Return the ids of so many users, in order.

        Examples:
            >>> Suite().users(3)
            ['ada', 'bob', 'cyd']
        """
        return self._in_order(range(1, many + 1))

    def odd_users(self) -> list[str]:
        """Return six ids that a careless order or comparison takes for another, in order."""
        return self._in_order(_ODD)

    def stranger(self) -> str:
        """Return the id of somebody of whom no store has heard."""
        return self.user_id(_STRANGER)

    def _in_order(self, numbers: Iterable[int]) -> list[str]:
        ids = dict[str, int]()
        for n in numbers:
            user_id = self.user_id(n)
            if ids.setdefault(user_id, n) != n:
                raise InvalidValueError(
                    f"must give each user an id of their own, {ids[user_id]} and {n} have one",
                    field="user_id",
                    value=user_id,
                )
        return sorted(ids)


def _with_its_store(test: Callable[..., None]) -> Callable[[Suite[Any]], None]:
    @wraps(test)
    def with_its_store(self: Suite[Any]) -> None:
        test(self, self.make_store())

    # pytest would look behind it, and ask for a fixture.
    del with_its_store.__wrapped__
    return with_its_store
