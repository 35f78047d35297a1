"""What is old goes; what it has come to stays."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta

import attrs

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError
from mainstay.jobs._tally import Tally
from mainstay.jobs._undone import opened
from mainstay.jobs.pages import run_pages
from mainstay.jobs.update_multipliers import plan_weeks
from mainstay.localdays import IsoWeek
from mainstay.ports import (
    Changes,
    CorrectionPage,
    CorrectionStore,
    DueWeeks,
    EngagementStore,
    HasCorrections,
    Prunable,
    Pruned,
    Unreadable,
)
from mainstay.reputation.multiplier import Reputation
from mainstay.scheduling import JobContext, JobReport
from mainstay.scores.policies import PolicyHistory
from mainstay.streaks.weekly import WeeklyStreakPolicy

__all__ = ["plan_floor", "prune"]

PRUNE = "prune"
_ONE_DAY = timedelta(days=1)
#: What the year score looks back on, and a week more.
_AT_LEAST = timedelta(weeks=53)
#: How many of what is not users' are deleted at once.
_AT_ONCE = 10_000


def prune(
    store: HasCorrections,
    *,
    before: date,
    page_size: int = 1_000,
    dry_run: bool = False,
    context: JobContext | None = None,
) -> JobReport:
    """Delete what is from before a day, the *floor*, and keep what it has come to.

    The floor is ``before``, moved back to a Monday, and at least 53 weeks before the last day that
    is closed. Totals and streaks stay as they are, and so does every answer about the time since.
    Events from before the floor that are delivered later count as known. Those who were not
    evaluated, because something is wrong with them, keep all that they have.

    It works in pages, each a transaction; one that is killed has done some of them, and is done
    again without harm.

    Args:
        store: A store.
        before: The first day that stays, or a day of its week.
        page_size: How many users are in one transaction.
        dry_run: Whether only to say what would be done.
        context: What a job is given: its clock, who is told of progress, a deadline.

    Returns:
        The report, which counts users: ``succeeded``, and ``failed`` ones who keep all. ``result``
        has ``dry_run``, the ``floor``, and ``changed``, how many of what were deleted. A floor is
        never lowered.

    Raises:
        InvalidValueError: No day is closed yet.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import Session
        >>> from mainstay.jobs import evaluate_consistency
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> events = [Session("ada", datetime(year, 5, 1, 8, tzinfo=UTC), id=f"{year}")
        ...           for year in (2022, 2024)]
        >>> store.sessions.add(events)
        2
        >>> context = JobContext(clock=lambda: datetime(2024, 5, 2, tzinfo=UTC))
        >>> evaluate_consistency(store.engagements).run(context).failed
        0
        >>> report = prune(store, before=date(2023, 1, 1), context=context)
        >>> report.result["floor"], report.result["changed"]["events"]
        ('2022-12-26', 1)
    """
    wanted = _floor(store.engagements, checks.day("before", before))
    floor = max(wanted, store.corrections.floor() or wanted)
    tally = Tally.begin(PRUNE, context or JobContext(), str(floor))
    corrections, changed = store.corrections, Counter[str]()
    with opened(corrections.page(), dry_run=dry_run) as page:
        page.raise_floor(floor)
    old = _Old(corrections, floor, dry_run)
    policies = store.reputations.policies()

    def plan(due: Prunable) -> Pruned:
        return plan_floor(due, floor, policies=policies)

    size = checks.integer("page_size", page_size, 1)
    run_pages(old, floor, plan, tally, size=size, kept=old.kept)
    for changes in _others(corrections, floor, dry_run=dry_run):
        tally.context.check_deadline()
        changed += changes
    changed += old.changed
    tally.result.update(
        dry_run=dry_run, floor=floor.isoformat(), changed=dict(sorted(changed.items()))
    )
    return tally.report()


def plan_floor(
    due: Prunable, floor: date, *, policies: PolicyHistory[WeeklyStreakPolicy] | None
) -> Pruned:
    """Return what is to be kept of a user at the floor; nothing is read or written.

    Args:
        due: What happened before it.
        floor: The first day that stays, a Monday.
        policies: What makes a week active; ``None`` if no week was ever recorded.

    Examples:
        >>> from mainstay import Counts, WeeklyStreak
        >>> week = IsoWeek(2024, 18)
        >>> due = Prunable("ada", WeeklyStreak(), {week: Counts({"post": 2})})
        >>> policies = PolicyHistory(WeeklyStreakPolicy())
        >>> plan_floor(due, week.monday + timedelta(weeks=1), policies=policies).streak.weeks
        1
    """
    streak = due.streak
    if policies is not None:
        weeks = DueWeeks(Reputation(due.user_id, streak), due.weeks)
        planned = plan_weeks(weeks, IsoWeek.of(floor - _ONE_DAY), policies=policies)
        streak = streak if planned is None else planned.streak
    return Pruned(due.user_id, streak)


def _floor(store: EngagementStore, before: date) -> date:
    """Return the first day that stays."""
    closed = _last_closed(store)
    if closed is None:
        raise InvalidValueError(
            "needs days that are closed, and none is yet",
            field="before",
            value=before.isoformat(),
            remedy="Run evaluate-consistency first: what was not evaluated stays.",
        )
    day = min(before, closed - _AT_LEAST)
    return day - timedelta(days=day.weekday())


def _last_closed(store: EngagementStore) -> date | None:
    with store.page() as page:
        day = page.last_day()
        if day is None:
            return None
        open_days = {*page.open_days(day, limit=sys.maxsize)}
    while day in open_days:
        day -= _ONE_DAY
    return None if store.candidates(day) is None else day


def _others(corrections: CorrectionStore, floor: date, *, dry_run: bool) -> Iterator[Counter[str]]:
    """Delete what is not users', some of each in a transaction, until there is nothing left."""
    limit = sys.maxsize if dry_run else _AT_ONCE
    while True:
        with opened(corrections.page(), dry_run=dry_run) as page:
            changes = page.prune_others(floor, limit=limit)
        yield Counter(changes)
        if dry_run or not changes:
            return


@attrs.define
class _Old:
    """The pages of users of whom something before the floor is kept.

    Attributes:
        changed: What was deleted, of those that are kept.
    """

    corrections: CorrectionStore
    floor: date
    dry_run: bool
    changed: Counter[str] = attrs.field(factory=Counter[str])
    _of_page: Changes = attrs.field(factory=dict, init=False)

    @contextmanager
    def page(self) -> Iterator[_OldPage]:
        """Begin a transaction."""
        with opened(self.corrections.page(), dry_run=self.dry_run) as page:
            yield _OldPage(page, self)

    def count_due(self, _: date) -> int:
        """Return about how many users there are: nobody has counted them."""
        return 0

    def kept(self, _: Sequence[Pruned]) -> None:
        """Count what the page has deleted, now that it is."""
        self.changed += Counter(self._of_page)

    def deleted(self, changes: Changes) -> None:
        """Note what the page deletes, if it is kept."""
        self._of_page = changes


@attrs.frozen
class _OldPage:
    page: CorrectionPage
    old: _Old

    def due(
        self, floor: date, *, after: str | None = None, limit: int
    ) -> Sequence[Prunable | Unreadable]:
        return self.page.prunable(floor, after=after, limit=limit)

    def keep(self, done: Sequence[Pruned]) -> None:
        self.old.deleted(self.page.prune(self.old.floor, done))
