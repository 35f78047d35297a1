"""How the suites record weeks."""

from __future__ import annotations

from collections.abc import Sequence

from mainstay.activity.counts import Counts
from mainstay.jobs import plan_weeks
from mainstay.localdays import IsoWeek
from mainstay.ports import DueWeeks, HasReputations, ReputationPage
from mainstay.reputation.multiplier import Reputation
from mainstay.testing.conformance._activity import readable
from mainstay.testing.conformance._expect import expect

__all__ = ["active_weeks", "due", "due_in", "ids", "plan", "record"]

_MANY = 10_000


def due_in(page: ReputationPage, week: IsoWeek, after: str | None = None) -> list[DueWeeks]:
    """Return who is due, all of them, page by page."""
    found: list[DueWeeks] = []
    while some := readable(page.due(week, after=after, limit=_MANY)):
        last = ids(some)[-1]
        expect(after is None or last > after, True, f"nobody up to {after!r} is on the next page")
        found += some
        after = last
    return found


def due(store: HasReputations, week: IsoWeek) -> list[DueWeeks]:
    """Return who is due, in a transaction that keeps nothing."""
    with store.reputations.page() as page:
        return due_in(page, week)


def ids(items: Sequence[DueWeeks]) -> list[str]:
    """Return whose weeks they are."""
    return [item.reputation.user_id for item in items]


def active_weeks(item: DueWeeks) -> dict[IsoWeek, Counts]:
    """Return what happened, without idle weeks, which a store may leave out."""
    return {week: counts for week, counts in item.weeks.items() if sum(counts.values())}


def plan(items: Sequence[DueWeeks], week: IsoWeek) -> list[Reputation]:
    """Return what due weeks come to, of those where anything changes."""
    planned = [plan_weeks(item, week) for item in items]
    return [reputation for reputation in planned if reputation is not None]


def record(store: HasReputations, week: IsoWeek) -> dict[str, Reputation]:
    """Record everybody's weeks through one, in one transaction."""
    with store.reputations.page() as page:
        plans = plan(due_in(page, week), week)
        page.keep(plans)
    return {reputation.user_id: reputation for reputation in plans}
