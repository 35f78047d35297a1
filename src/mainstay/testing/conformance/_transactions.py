"""Two transactions at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from threading import Event
from typing import TypeVar

from mainstay.testing.conformance._expect import together

__all__ = ["Interrupted", "one_during_the_other"]

Page = TypeVar("Page")
Item = TypeVar("Item")

#: How long the first waits for the second to read what it should not: in a store that holds the
#: second back, this is how long the test takes.
_A_MOMENT = 0.1
_LONG = 60.0


class Interrupted(Exception):  # noqa: N818  (nothing is wrong)
    """What a block raises that is to leave nothing."""


def one_during_the_other(
    begin: Callable[[], AbstractContextManager[Page]],
    read: Callable[[Page], Sequence[Item]],
    write: Callable[[Page, Sequence[Item]], object],
) -> list[int]:
    """Begin a second transaction while the first has read, but not yet written.

    Returns:
        How many items the first has read, and how many the second.
    """
    has_read, second_has_read = Event(), Event()

    def first() -> int:
        with begin() as page:
            items = read(page)
            has_read.set()
            second_has_read.wait(_A_MOMENT)
            write(page, items)
        return len(items)

    def second() -> int:
        has_read.wait(_LONG)
        with begin() as page:
            items = read(page)
            second_has_read.set()
        return len(items)

    return together(first, second)
