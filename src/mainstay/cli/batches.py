"""Adding lines of a file to a store in batches, so that a line it rejects is found and told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from mainstay.cli.terminal import BadLines
from mainstay.errors import BadRecordError, RejectedError

__all__ = ["LINES_AT_ONCE", "add_all"]

#: In one transaction: enough that each page of the database is not written again for a few rows.
LINES_AT_ONCE = 20_000

T = TypeVar("T")


def add_all(
    batch: Sequence[tuple[int, T]], add: Callable[[Sequence[T]], int], bad: BadLines
) -> tuple[int, int]:
    """Add what lines say at once; if the store rejects one, in halves, until that one is found.

    Args:
        batch: The number of each line, and what it says.
        add: Adds some of it, all or none, and returns how many are new.
        bad: What becomes of those that are rejected.

    Returns:
        How many were added, or were there already; and how many of them are new.
    """
    if not batch:
        return 0, 0
    try:
        return len(batch), add([what for _, what in batch])
    except RejectedError as error:
        if len(batch) == 1:
            bad.skip(BadRecordError.at("line", batch[0][0], error))
            return 0, 0
    middle = len(batch) // 2
    kept, new = add_all(batch[:middle], add, bad)
    more_kept, more_new = add_all(batch[middle:], add, bad)
    return kept + more_kept, new + more_new
