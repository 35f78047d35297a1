"""Days and weeks that were evaluated, made again from the events."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, timedelta

import attrs

from mainstay import _checks as checks
from mainstay.errors import NoLongerKeptError
from mainstay.jobs._tally import Tally
from mainstay.jobs._undone import opened
from mainstay.jobs.evaluate_consistency import picked_of, plan_days
from mainstay.jobs.pages import run_pages
from mainstay.jobs.policies import change_policy
from mainstay.jobs.update_multipliers import plan_weeks
from mainstay.localdays import IsoWeek
from mainstay.ports import (
    DueDays,
    DueWeeks,
    EngagementPage,
    EngagementStore,
    EvaluatedDays,
    HasCorrections,
    ReputationPage,
    ReputationStore,
    Unreadable,
)
from mainstay.ports.corrections import before_floor, storable_ids
from mainstay.reputation.multiplier import Reputation
from mainstay.scheduling import JobContext, JobReport
from mainstay.scores.engagement.day import DayOutcome
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.scores.policies import PolicyHistory
from mainstay.streaks.weekly import WeeklyStreakPolicy

__all__ = ["judge_again", "reevaluate"]

REEVALUATE = "reevaluate"
_STANDARD_OF_DAYS = PolicyHistory(EngagementPolicy())
_STANDARD_OF_WEEKS = PolicyHistory(WeeklyStreakPolicy())
#: How many days are compared at once.
_AT_ONCE = 1_000


def reevaluate(
    store: HasCorrections,
    user_ids: Iterable[str] | None = None,
    *,
    since: date | None = None,
    page_size: int = 5_000,
    dry_run: bool = False,
    context: JobContext | None = None,
) -> JobReport:
    """Make again what days and weeks came to, from the events that are there.

    Each user's days are evaluated again, from ``since`` through the last day through which they had
    been, by the policies that are kept. One with an event before their first outcome begins with
    that day. Weeks are recorded again from the first. Days that are closed keep their candidates.
    After it, all is as a host would have it whose events had all been there in time.

    It works in pages, each a transaction; one that is killed has done some of them, and is done
    again without harm.

    Args:
        store: A store.
        user_ids: Whose days; by default everybody's.
        since: The first day; by default each user's first late one, so that all that has arrived
            late, was removed or replaced comes to count, and nobody else's days are looked at.
        page_size: How many users' days are in one transaction.
        dry_run: Whether only to say what would be done.
        context: What a job is given: its clock, who is told of progress, a deadline.

    Returns:
        The report, which counts users: ``succeeded``, and ``failed`` ones that can't be read.
        ``result`` has ``dry_run``, ``days``, how many outcomes were made, ``users_with_weeks``, how
        many users' weeks, and ``candidates_differ``, the closed days whose candidates would be
        others now (null in a dry run, which can't know).

    Raises:
        NoLongerKeptError: ``since`` is before the floor.
    """
    ids = None if user_ids is None else storable_ids("user_ids", user_ids)
    begin = None if since is None else checks.day("since", since)
    size = checks.integer("page_size", page_size, 1)
    floor = store.corrections.floor()
    if begin is not None and floor is not None and begin < floor:
        raise before_floor("since", begin.isoformat(), floor)
    tally = Tally.begin(REEVALUATE, context or JobContext(), None if begin is None else str(begin))
    days = _Days(store.engagements, ids, begin, dry_run)
    expected = len(ids or ()) or store.corrections.late().users
    if store.engagements.policies() is not None:
        run_pages(days, None, days.plan, tally, size=size, expected=expected, kept=days.kept)
    weeks = _Weeks(store.reputations, ids, begin is None, dry_run)
    others = Tally.begin(REEVALUATE, tally.context, tally.target)
    if store.reputations.policies() is not None:
        run_pages(weeks, None, weeks.plan, others, size=size, expected=expected)
    tally.failed += others.failed
    tally.errors += others.errors
    differ = None if dry_run else _differing(store.engagements, days.first)
    tally.result.update(
        dry_run=dry_run,
        days=days.outcomes,
        users_with_weeks=others.succeeded,
        candidates_differ=None if differ is None else [str(day) for day in differ],
    )
    return tally.report()


def judge_again(
    store: HasCorrections,
    *,
    policy: EngagementPolicy | WeeklyStreakPolicy,
    since: date,
    dry_run: bool = False,
    context: JobContext | None = None,
) -> JobReport:
    """Have days from a date on judged by another policy, those too that were evaluated.

    The policy is kept, and everybody's days are evaluated again. If it is killed in between, do it
    again. A policy that is kept since a later date holds from then on.

    Args:
        store: A store.
        policy: What holds from then on: for days, or for weeks.
        since: The first day; for weeks any day of the first week.
        dry_run: Whether only to say how many days would be evaluated again, by the old policies.
        context: As in :func:`reevaluate`.

    Returns:
        The report of :func:`reevaluate`.

    Raises:
        InvalidValueError: No policy is kept yet, or it is not one of days or of weeks.
        NoLongerKeptError: ``since`` is before the floor.
    """
    begin, floor = checks.day("since", since), store.corrections.floor()
    if isinstance(policy, WeeklyStreakPolicy):
        begin = IsoWeek.of(begin).monday
    if floor is not None and begin < floor:
        raise before_floor("since", begin.isoformat(), floor)
    if not dry_run:
        if isinstance(policy, WeeklyStreakPolicy):
            change_policy(store.reputations, policy=policy, since=begin, anyway=True)
        else:
            change_policy(store.engagements, policy=policy, since=begin, anyway=True)
    return reevaluate(store, since=begin, dry_run=dry_run, context=context)


@attrs.define
class _Days:
    """The pages of days that are taken back.

    Attributes:
        first: The first day that was evaluated again.
        outcomes: How many were made.
    """

    store: EngagementStore
    user_ids: Sequence[str] | None
    since: date | None
    dry_run: bool
    policies: PolicyHistory[EngagementPolicy] = _STANDARD_OF_DAYS
    first: date | None = None
    outcomes: int = 0

    @contextmanager
    def page(self) -> Iterator[_DaysPage]:
        """Begin a transaction."""
        with opened(self.store.page(), dry_run=self.dry_run) as page:
            self.policies = page.policies() or self.policies
            yield _DaysPage(page, self)

    def count_due(self, _: None) -> int:
        """Return about how many users there are: nobody has counted them."""
        return 0

    def plan(self, due: DueDays) -> EvaluatedDays:
        """Return what a user's days come to."""
        return plan_days(due, policies=self.policies)

    def kept(self, done: Sequence[EvaluatedDays]) -> None:
        """Note which days were evaluated again."""
        outcomes = [outcome for each in done for outcome in each.outcomes]
        self.outcomes += len(outcomes)
        days = [outcome.day for outcome in outcomes]
        self.first = min(days if self.first is None else [*days, self.first])


@attrs.frozen
class _DaysPage:
    page: EngagementPage
    days: _Days

    def due(
        self, _: None, *, after: str | None = None, limit: int
    ) -> Sequence[DueDays | Unreadable]:
        since = self.days.since
        for some in _slices(self.days.user_ids, after, limit):
            if found := self.page.reopen(some, since=since, after=after, limit=limit):
                return found
        return []

    def keep(self, done: Sequence[EvaluatedDays]) -> None:
        self.page.keep(done)


def _slices(
    user_ids: Sequence[str] | None, after: str | None, limit: int
) -> Iterator[Sequence[str] | None]:
    """Yield the users after one, some at a time; once nobody in particular if all are meant."""
    if user_ids is None:
        yield None
        return
    begin = 0 if after is None else bisect_right(user_ids, after)
    for at in range(begin, len(user_ids), limit):
        yield user_ids[at : at + limit]


@attrs.define
class _Weeks:
    """The pages of weeks that are taken back."""

    store: ReputationStore
    user_ids: Sequence[str] | None
    late: bool
    dry_run: bool
    policies: PolicyHistory[WeeklyStreakPolicy] = _STANDARD_OF_WEEKS

    @contextmanager
    def page(self) -> Iterator[_WeeksPage]:
        """Begin a transaction."""
        with opened(self.store.page(), dry_run=self.dry_run) as page:
            self.policies = page.policies() or self.policies
            yield _WeeksPage(page, self)

    def count_due(self, _: None) -> int:
        """Return about how many users there are: nobody has counted them."""
        return 0

    def plan(self, due: DueWeeks) -> Reputation | None:
        """Return a user's reputation with all weeks recorded."""
        return plan_weeks(due, max(due.weeks), policies=self.policies)


@attrs.frozen
class _WeeksPage:
    page: ReputationPage
    weeks: _Weeks

    def due(
        self, _: None, *, after: str | None = None, limit: int
    ) -> Sequence[DueWeeks | Unreadable]:
        late = self.weeks.late
        for some in _slices(self.weeks.user_ids, after, limit):
            if found := self.page.reopen(some, late=late, after=after, limit=limit):
                return found
        return []

    def keep(self, done: Sequence[Reputation]) -> None:
        self.page.keep(done)


def _differing(store: EngagementStore, first: date | None) -> Iterator[date]:
    """Yield the closed days from one on whose candidates would be others now."""
    with store.page() as page:
        last = page.last_day()
    if first is None or last is None:
        return
    days = [first + timedelta(days) for days in range((last - first).days + 1)]
    for at in range(0, len(days), _AT_ONCE):
        for day, now in _picked_now(store, days[at : at + _AT_ONCE]).items():
            kept = _kept(store, day)
            if kept is not None and kept != [*now]:
                yield day


def _picked_now(
    store: EngagementStore, days: Sequence[date]
) -> Mapping[date, Sequence[DayOutcome]]:
    """Return whom each day would have as candidates now."""
    with store.page() as page:
        policies = page.policies()
        return {} if policies is None else picked_of(page, days, policies)


def _kept(store: EngagementStore, day: date) -> list[DayOutcome] | None:
    """Return the candidates of a day; ``None`` if it is not closed, or they are gone."""
    with suppress(NoLongerKeptError):
        kept = store.candidates(day)
        return None if kept is None else [*kept]
    return None
