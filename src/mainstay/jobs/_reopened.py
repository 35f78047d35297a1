"""The pages of days and weeks that are taken back, to be evaluated again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import attrs

from mainstay.jobs._undone import opened
from mainstay.jobs.evaluate_consistency import plan_days
from mainstay.jobs.update_multipliers import plan_weeks
from mainstay.ports import (
    DueDays,
    DueWeeks,
    EngagementPage,
    EngagementStore,
    EvaluatedDays,
    ReputationPage,
    ReputationStore,
    Unreadable,
)
from mainstay.reputation.multiplier import Reputation
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.scores.policies import PolicyHistory
from mainstay.streaks.weekly import WeeklyStreakPolicy

__all__ = ["ReopenedDays", "ReopenedWeeks"]

_STANDARD_OF_DAYS = PolicyHistory(EngagementPolicy())
_STANDARD_OF_WEEKS = PolicyHistory(WeeklyStreakPolicy())


@attrs.define
class ReopenedDays:
    """The pages of days that are taken back.

    Attributes:
        first: The first day that was evaluated again.
        outcomes: How many were made.
    """

    store: EngagementStore
    user_ids: Sequence[str] | None
    since: date | None
    dry_run: bool
    expected: int
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
        """Return about how many users there are: those who are named, or late."""
        return self.expected

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
    days: ReopenedDays

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
class ReopenedWeeks:
    """The pages of weeks that are taken back."""

    store: ReputationStore
    user_ids: Sequence[str] | None
    late: bool
    dry_run: bool
    expected: int
    policies: PolicyHistory[WeeklyStreakPolicy] = _STANDARD_OF_WEEKS

    @contextmanager
    def page(self) -> Iterator[_WeeksPage]:
        """Begin a transaction."""
        with opened(self.store.page(), dry_run=self.dry_run) as page:
            self.policies = page.policies() or self.policies
            yield _WeeksPage(page, self)

    def count_due(self, _: None) -> int:
        """Return about how many users there are: those who are named, or late."""
        return self.expected

    def plan(self, due: DueWeeks) -> Reputation | None:
        """Return a user's reputation with all weeks recorded."""
        return plan_weeks(due, max(due.weeks), policies=self.policies)


@attrs.frozen
class _WeeksPage:
    page: ReputationPage
    weeks: ReopenedWeeks

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
