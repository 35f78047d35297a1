"""The page loop: read what is due, plan it item by item, write it, again.

Each page is one transaction. A run that is killed at any instant has done whole pages, and the
next run finds the rest; the same holds for a run at the same time. What is wrong with one item is
logged with its traceback, counted and skipped, once its page has ended: while one is open, no code
of the host's is called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import attrs

from mainstay.errors import RejectedError
from mainstay.jobs._tally import ITEM_ERRORS, LOGGER, Tally
from mainstay.ports import Keyed, Pages, Unreadable

__all__ = ["run_pages"]

Target = TypeVar("Target")
Due = TypeVar("Due", bound=Keyed)
Done = TypeVar("Done")


@attrs.define
class _PageTally:
    """What one page came to: counted only once it is kept."""

    last: str | None = None
    items: int = 0
    done: int = 0
    bad: list[tuple[str, Exception]] = attrs.field(factory=list)


def run_pages(
    pages: Pages[Target, Due, Done],
    target: Target,
    plan: Callable[[Due], Done | None],
    tally: Tally,
    *,
    size: int,
    expected: int | None = None,
    kept: Callable[[Sequence[Done]], object] | None = None,
) -> None:
    """Work through all pages, and tally what came of it.

    A page that a store rejects is tried again in halves, until the one item is found that is to
    blame; each page that is kept doubles the next one again. So a page is rejected at most once at
    the start and once for each one half as long that is kept: however many items are bad, all
    pages together have at most 3 · items + 2 · size.

    Args:
        pages: The port.
        target: What to work on.
        plan: Says what to write for an item, and does nothing else; ``None`` for nothing.
        tally: Takes in what was done.
        size: How much a page has at most, in what the port counts.
        expected: About how much is due; by default the port is asked.
        kept: Is told what a page has kept, once it has.
    """
    after: str | None = None
    limit, most = size, pages.count_due(target) if expected is None else expected
    tally.context.progress(0, most)
    while True:
        tally.context.check_deadline()
        page, plans = _PageTally(), list[Done]()
        try:
            with pages.page() as opened:
                items = opened.due(target, after=after, limit=limit)
                page.items, page.last = len(items), items[-1].key if items else None
                if plans := _plans(items, plan, page.bad):
                    opened.keep(plans)
            page.done = len(plans)
        except RejectedError as error:
            if page.items > 1 and limit > 1:
                limit //= 2
                continue
            if page.items != 1:  # then it is not known which item is to blame
                raise
            page.done, page.bad = 0, [(str(page.last), error)]
        if page.last is None:
            return
        if kept is not None and page.done:
            kept(plans)
        after, limit = page.last, min(2 * limit, size)
        _count(page, tally)
        tally.context.progress(tally.processed, max(most, tally.processed))


def _plans(
    items: Iterable[Due | Unreadable],
    plan: Callable[[Due], Done | None],
    bad: list[tuple[str, Exception]],
) -> list[Done]:
    """Return what to write for items, and add what is wrong with others to those that are bad."""
    plans = []
    for item in items:
        try:
            if isinstance(item, Unreadable):
                raise item.error
            planned = plan(item)
        except ITEM_ERRORS as error:
            bad.append((item.key, error))
            continue
        if planned is not None:
            plans.append(planned)
    return plans


def _count(page: _PageTally, tally: Tally) -> None:
    for item, error in page.bad:
        tally.fail(item, error)
    tally.succeeded += page.done
    tally.skipped += page.items - page.done - len(page.bad)
    LOGGER.debug("%s: page to %s: %d items", tally.job, page.last, page.items, extra=tally.labels())
