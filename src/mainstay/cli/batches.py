"""Adding lines of a file to a store in batches, so that a line it rejects is found and told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from mainstay.cli.terminal import BadLines
from mainstay.errors import BadRecordError, RejectedError

__all__ = ["LINES_AT_ONCE", "added"]

#: In one transaction: enough that each page of the database is not written again for a few rows.
LINES_AT_ONCE = 20_000

T = TypeVar("T")


def added(
    batch: Sequence[tuple[int, T]], add: Callable[[Sequence[T]], int], bad: BadLines
) -> Iterator[tuple[int, int]]:
    """Add what lines say at once; if the store rejects one, in halves, until that one is found.

    Args:
        batch: The number of each line, and what it says.
        add: Adds some of it, all or none, and returns how many are new.
        bad: What becomes of those that are rejected.

    Yields:
        Of each part that was added, how many there are, and how many of them are new: as it is
        added, so that they are known even if a later line stops everything.
    """
    try:
        new = add([what for _, what in batch])
    except RejectedError as error:
        if len(batch) == 1:
            bad.skip(BadRecordError.at("line", batch[0][0], error))
            return
    else:
        yield len(batch), new
        return
    middle = len(batch) // 2
    yield from added(batch[:middle], add, bad)
    yield from added(batch[middle:], add, bad)
