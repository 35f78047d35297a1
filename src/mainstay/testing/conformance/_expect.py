"""How the suites require things, under any test runner."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

__all__ = ["expect", "raised", "together"]

T = TypeVar("T")
E = TypeVar("E", bound=Exception)


def expect(found: object, expected: object, claim: str) -> None:
    """Require that a store gives what its port promises.

    Examples:
        >>> expect(1 + 1, 3, "one and one is three")
        Traceback (most recent call last):
            ...
        AssertionError: one and one is three
        expected: 3
        found:    2
    """
    if found != expected:
        raise AssertionError(f"{claim}\nexpected: {expected!r}\nfound:    {found!r}")


def raised(kind: type[E], call: Callable[[], object], claim: str) -> E:
    """Return the error that a call must raise.

    Examples:
        >>> raised(KeyError, lambda: {}["ada"], "nobody is there")
        KeyError('ada')
    """
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"{claim}\nexpected: {kind.__name__}\nfound:    no error")


def together(*calls: Callable[[], T]) -> list[T]:
    """Call functions at once, each in a thread of its own, and return what they return."""
    start = Barrier(len(calls))

    def begin(call: Callable[[], T]) -> T:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(begin, calls))
