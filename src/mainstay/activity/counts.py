"""How often each kind of activity happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from mainstay import _checks as checks
from mainstay.errors import InvalidTypeError

__all__ = ["Counts", "count_each"]


def count_each(field: str, value: object) -> dict[str, int]:
    """Return a copy of a mapping from kinds of activity to counts."""
    if type(value) is not dict and not isinstance(value, Mapping):  # which takes its time
        raise InvalidTypeError(
            "must map kinds of activity to counts",
            field=field,
            value=value,
            remedy="Such as {'post': 2}.",
        )
    counts = dict(value)
    for kind, count in counts.items():
        if type(kind) is not str or not kind or type(count) is not int or count < 0:
            return {_kind(field, kind): _count(field, kind, n) for kind, n in counts.items()}
    return counts


def _kind(field: str, kind: object) -> str:
    return checks.text(f"a kind in {field}", kind)


def _count(field: str, kind: object, count: object) -> int:
    return checks.count(f"{field}[{kind!r}]", count)


def _checked(value: Mapping[str, int]) -> dict[str, int]:
    return count_each("counts", value)


@attrs.frozen(eq=False, repr=False)
class Counts(Mapping[str, int]):
    """An immutable mapping from kinds of activity to how often each happened.

    It equals every mapping with the same items, and can be hashed and pickled.

    Raises:
        InvalidValueError: A kind is not a text, or a count is not an integer from 0 on.

    Examples:
        >>> counts = Counts({"post": 2, "like": 5})
        >>> counts["post"], counts.get("comment", 0), counts == {"like": 5, "post": 2}
        (2, 0, True)
    """

    _counts: dict[str, int] = attrs.field(converter=_checked)

    def __getitem__(self, kind: str) -> int:
        return self._counts[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)

    def __hash__(self) -> int:
        return hash(frozenset(self._counts.items()))

    def __repr__(self) -> str:
        return f"Counts({self._counts!r})"

    def reach(self, minimums: Counts) -> bool:
        """Return whether each kind that is asked for happened that often; 0 if it is not there."""
        for kind, least in minimums._counts.items():  # noqa: SIM110  (all() takes twice the time)
            if self._counts.get(kind, 0) < least:
                return False
        return True
