"""A store that knows whether its users' ids are those that a host's hook gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, contextmanager
from inspect import ismethod, signature

import attrs

__all__ = ["Watched"]

#: What holds users' ids: arguments of the ports' methods, and fields of what these are given.
_USERS = {"among", "author", "creator", "exclude", "excluded", "to", "user_id", "user_ids"}


class Watched:
    """A store, a port of one, or a page of that: all else is as in what it wraps.

    Args:
        inner: What it wraps.
        known: The ids that the hook has given so far.
    """

    def __init__(self, inner: object, known: AbstractSet[str]) -> None:
        self._inner = inner
        self._known = known

    def __getattr__(self, name: str) -> object:
        found = getattr(self._inner, name)
        if ismethod(found):
            return self._watched(found)
        return Watched(found, self._known) if hasattr(found, "__dict__") else found

    def _watched(self, method: Callable[..., object]) -> Callable[..., object]:
        def call(*positional: object, **named: object) -> object:
            bound = signature(method).bind(*positional, **named)
            for name, value in bound.arguments.items():
                # A port may be given what can be read only once.
                bound.arguments[name] = [*value] if isinstance(value, Iterator) else value
                self._look(name, bound.arguments[name])
            done = method(*bound.args, **bound.kwargs)
            return self._opened(done) if isinstance(done, AbstractContextManager) else done

        return call

    @contextmanager
    def _opened(self, pages: AbstractContextManager[object]) -> Iterator[Watched]:
        with pages as page:
            yield Watched(page, self._known)

    def _look(self, name: str, value: object) -> None:
        """Require that a value holds no user's id from elsewhere."""
        kind = type(value)
        if isinstance(value, str):
            assert name not in _USERS or value in self._known or _is_refused(value), value
        elif isinstance(value, Mapping):
            for key, each in value.items():
                self._look("user_id" if name == "metrics" else name, key)
                self._look("", each)
        elif attrs.has(kind):
            for field in attrs.fields(kind):
                self._look(field.name, getattr(value, field.name))
        elif isinstance(value, list | tuple | AbstractSet):
            for each in value:
                self._look("user_id" if name == "keys" else name, each)


def _is_refused(text: str) -> bool:
    """Return whether no store takes a text: a suite may try it as anything."""
    return not text or "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)
