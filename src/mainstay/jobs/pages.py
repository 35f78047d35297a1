"""The one loop that all jobs share: read a page, plan it item by item, write it, again.

Each page is one transaction. A run that is killed at any instant has done whole pages, and the
next run finds the rest; the same holds for a run at the same time. What is wrong with one item is
logged with its traceback, counted and skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Generic, TypeVar

import attrs

from mainstay.errors import RejectedError
from mainstay.jobs._tally import ITEM_ERRORS, LOGGER, Tally
from mainstay.ports import Unreadable

__all__ = ["PageWork", "run_pages"]

Page = TypeVar("Page")
Item = TypeVar("Item")
Done = TypeVar("Done")


@attrs.frozen(kw_only=True)
class PageWork(Generic[Page, Item, Done]):
    """What a job does with its pages.

    Attributes:
        job: The job's name.
        open: Begins a transaction.
        read: Returns the items after one, in order of their keys, so many at most; none at the
            end. At least one otherwise, however few are asked for.
        key: An item's key.
        plan: Says what to write for an item, and nothing else; ``None`` for nothing.
        write: Writes what was planned.
    """

    job: str
    open: Callable[[], AbstractContextManager[Page]]
    read: Callable[[Page, str | None, int], Sequence[Item | Unreadable]]
    key: Callable[[Item], str]
    plan: Callable[[Item], Done | None]
    write: Callable[[Page, Sequence[Done]], None]


@attrs.define
class _PageTally:
    """What one page came to: counted only once it is kept."""

    last: str | None = None
    items: int = 0
    done: int = 0
    bad: list[tuple[str, Exception]] = attrs.field(factory=list)


def run_pages(
    work: PageWork[Page, Item, Done], tally: Tally, *, total: Callable[[], int], size: int
) -> None:
    """Work through all pages, and tally what came of it.

    A page that a store rejects is tried again in halves, until the one item is found that is to
    blame; each page that is kept doubles the next one again. So a page is rejected at most once at
    the start and once for each one half as long that is kept: however many items are bad, all
    pages together have at most 3 · items + 2 · size.

    Args:
        work: What to do.
        tally: Takes in what was done.
        total: Says how many items there are; asked once, for progress.
        size: How many items a page has at most.
    """
    after: str | None = None
    limit, expected = size, total()
    tally.context.progress(0, expected)
    while True:
        tally.context.check_deadline()
        page = _PageTally()
        try:
            _one_page(work, page, after, limit)
        except RejectedError as error:
            if page.items > 1 and limit > 1:
                limit //= 2
                continue
            if page.items != 1:  # then it is not known which item is to blame
                raise
            page.done, page.bad = 0, [(str(page.last), error)]
        if page.last is None:
            return
        after, limit = page.last, min(2 * limit, size)
        _count(page, tally)
        tally.context.progress(tally.processed, max(expected, tally.processed))


def _one_page(
    work: PageWork[Page, Item, Done], tally: _PageTally, after: str | None, limit: int
) -> None:
    with work.open() as page:
        plans = []
        for item in work.read(page, after, limit):
            tally.items += 1
            if isinstance(item, Unreadable):
                tally.last = item.user_id
                tally.bad.append((item.user_id, item.error))
                continue
            tally.last = work.key(item)
            try:
                plan = work.plan(item)
            except ITEM_ERRORS as error:
                tally.bad.append((tally.last, error))
                continue
            if plan is not None:
                plans.append(plan)
        if plans:
            work.write(page, plans)
    tally.done = len(plans)


def _count(page: _PageTally, tally: Tally) -> None:
    for item, error in page.bad:
        tally.fail(item, error)
    tally.succeeded += page.done
    tally.skipped += page.items - page.done - len(page.bad)
    LOGGER.debug("%s: page to %s: %d items", tally.job, page.last, page.items, extra=tally.labels())
