"""How the suites require things, under any test runner."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sized
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from itertools import zip_longest
from threading import Barrier
from typing import Final, TypeVar

__all__ = ["expect", "raised", "together"]

T = TypeVar("T")
E = TypeVar("E", bound=Exception)

#: How many characters a message has of each thing at most.
_MOST = 1000


class _Missing(Enum):
    """Stands where one of two collections has nothing."""

    NOTHING = "nothing"

    def __repr__(self) -> str:
        return self.value


_NOTHING: Final = _Missing.NOTHING


def expect(found: object, expected: object, claim: str) -> None:
    """Require that a store gives what its port promises.

    Where both are long, the message says how long they are and where they first differ.

    Examples:
        >>> expect(1 + 1, 3, "one and one is three")
        Traceback (most recent call last):
            ...
        AssertionError: one and one is three
        expected: 3
        found:    2
        >>> expect([*range(3000)], [*range(1200), *range(1201, 3000)], "all but 1200")
        Traceback (most recent call last):
            ...
        AssertionError: all but 1200
        expected: 2999 items, [1200]: 1201
        found:    3000 items, [1200]: 1200
    """
    __tracebackhide__ = True  # pytest shows the test that asked
    if found != expected:
        it, other = _both(found, expected)
        raise AssertionError(f"{_cut(claim)}\nexpected: {other}\nfound:    {it}")


def _both(found: object, expected: object) -> tuple[str, str]:
    """Write two things that differ: whole, or where they first do if that is long."""
    it, other = repr(found), repr(expected)
    if (
        max(len(it), len(other)) > _MOST
        and isinstance(found, Sized)
        and isinstance(expected, Sized)
    ):
        for place, one, another in _places(found, expected):
            if one != another:
                it, other = _both(one, another)
                it, other = f"{place}: {it}", f"{place}: {other}"
                return f"{len(found)} items, {it}", f"{len(expected)} items, {other}"
    return _cut(it), _cut(other)


def _places(found: object, expected: object) -> Iterator[tuple[str, object, object]]:
    """Yield the places of two collections, with what each of them has there."""
    match found, expected:
        case (list() | tuple(), list() | tuple()):
            for place, (one, other) in enumerate(zip_longest(found, expected, fillvalue=_NOTHING)):
                yield f"[{place}]", one, other
        case (Mapping(), Mapping()):
            for key in {**expected, **found}:
                yield f"[{key!r}]", found.get(key, _NOTHING), expected.get(key, _NOTHING)
        case (AbstractSet(), AbstractSet()):
            yield "only here", _first(found - expected), _first(expected - found)


def _first(items: AbstractSet[object]) -> object:
    return min(items, key=repr, default=_NOTHING)


def _cut(text: str) -> str:
    """Return a text without its middle, if it is long."""
    return text if len(text) <= _MOST else f"{text[: _MOST // 2]}...{text[-_MOST // 2 :]}"


def raised(kind: type[E], call: Callable[[], object], claim: str) -> E:
    """Return the error that a call must raise.

    Examples:
        >>> raised(KeyError, lambda: {}["ada"], "nobody is there")
        KeyError('ada')
    """
    __tracebackhide__ = True
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"{_cut(claim)}\nexpected: {kind.__name__}\nfound:    no error")


def together(*calls: Callable[[], T]) -> list[T]:
    """Call functions at once, each in a thread of its own, and return what they return."""
    start = Barrier(len(calls))

    def begin(call: Callable[[], T]) -> T:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(begin, calls))
