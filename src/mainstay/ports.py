"""What jobs need of a host's storage: a few small Protocols, to implement or to take as they are.

:mod:`mainstay.adapters.sql` implements them all for SQLite and PostgreSQL,
``mainstay.testing.memory`` for tests, and ``mainstay.testing.conformance`` holds the tests that
every implementation must pass.

Whatever can't be read or written *now* (a store that is down, locked or read-only) raises
:class:`mainstay.StoreError`. User ids are compared by code point, everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

import attrs

from mainstay.activity import Session
from mainstay.counts import Counts
from mainstay.localdays import IsoWeek
from mainstay.report import JobRun
from mainstay.reputation import Reputation
from mainstay.scores.day import DayActivity, DayOutcome
from mainstay.scores.engagement import Engagement, evaluate_day
from mainstay.scores.engagement_policy import EngagementPolicy

__all__ = [
    "Due",
    "DueDays",
    "DueWeeks",
    "EngagementPage",
    "EngagementStore",
    "Evaluated",
    "EvaluatedDays",
    "ReputationPage",
    "ReputationStore",
    "RunLog",
    "SessionStore",
    "Unreadable",
    "average_quality",
    "millionths",
]

_MILLION = 1_000_000


def millionths(quality: float) -> int:
    """Return a quality in whole millionths, in which stores add qualities up.

    Examples:
        >>> millionths(7.25), millionths(1 / 3)
        (7250000, 333333)
    """
    return round(quality * _MILLION)


def average_quality(ratings: int, rated: int) -> float | None:
    """Return the average of some qualities, in whatever order they were added up.

    Args:
        ratings: The sum of the qualities, each rounded to whole millionths.
        rated: How many there are; without any, the average is ``None``.

    Examples:
        >>> average_quality(millionths(7.25) + millionths(8), 2)
        7.625
        >>> average_quality(0, 0) is None
        True
    """
    return ratings / rated / _MILLION if rated else None


@attrs.frozen
class Unreadable:
    """A user whose row can't be read, because of what it holds.

    Attributes:
        user_id: Who.
        error: What is wrong.
    """

    user_id: str
    error: Exception


class SessionStore(Protocol):
    """What users did."""

    def add(self, sessions: Iterable[Session]) -> int:
        """Keep sessions, all or none of them, and return how many are new.

        A session is known by its ``id``; one that is there already changes nothing, also within
        ``sessions``. :func:`mainstay.events.identified` gives an id to those without.

        Raises:
            RejectedError: A session has no ``id``, is there with other contents, or holds what
                can't be stored.
        """
        ...

    def sessions(
        self,
        user_id: str,
        *,
        since: datetime,
        until: datetime,
        before: Session | None = None,
        limit: int = 200,
    ) -> Sequence[Session]:
        """Return a user's sessions with ``since <= started_at <= until``, newest first.

        Equal instants are ordered by ``id``, descending. Each comes back as it was added; an
        unknown user has none.

        Args:
            user_id: Whose.
            since: The earliest instant.
            until: The latest.
            before: Only those after this one in that order, the last of the page before.
            limit: How many at most.
        """
        ...

    def users(self, *, after: str | None = None, limit: int = 1000) -> Sequence[str]:
        """Return the ids of users with a session, in order.

        Args:
            after: Only those after this one.
            limit: How many at most.
        """
        ...


class Evaluated(Protocol):
    """What evaluating a user's due days came to, in whatever form suits the store."""

    @property
    def state(self) -> Engagement:
        """The state afterwards."""
        ...

    @property
    def outcomes(self) -> Sequence[DayOutcome]:
        """What each day came to, oldest first; never empty."""
        ...


class Due(Protocol):
    """A user with days to be evaluated, in whatever form suits the store."""

    @property
    def user_id(self) -> str:
        """Who."""
        ...

    @property
    def state(self) -> Engagement:
        """Their state, with or without its last outcome."""
        ...

    @property
    def activities(self) -> Sequence[DayActivity]:
        """Every day that is due, as :class:`DueDays` has them."""
        ...

    def evaluate(self, policy: EngagementPolicy) -> Evaluated:
        """Return what the days come to, as :func:`mainstay.evaluate_day` has it for each."""
        ...


@attrs.frozen
class EvaluatedDays:
    """What evaluating a user's due days came to: the plain :class:`Evaluated`.

    Attributes:
        state: The state afterwards.
        outcomes: What each day came to, oldest first; never empty.
    """

    state: Engagement
    outcomes: Sequence[DayOutcome]


@attrs.frozen
class DueDays:
    """A user with days to be evaluated: the plain :class:`Due`.

    Attributes:
        state: Their state, with or without its last outcome.
        activities: Every day after the state's last, or from the user's first activity, through
            the day asked for, the idle ones too; oldest first.
    """

    state: Engagement
    activities: Sequence[DayActivity]

    @property
    def user_id(self) -> str:
        """Who."""
        return self.state.user_id

    def evaluate(self, policy: EngagementPolicy) -> EvaluatedDays:
        """Return what the days come to.

        Raises:
            OutOfOrderError: The days don't follow one another, or not the state.
        """
        state, outcomes = self.state, []
        for activity in self.activities:
            state, outcome = evaluate_day(state, activity, policy=policy)
            outcomes.append(outcome)
        return EvaluatedDays(state, outcomes)


class EngagementPage(Protocol):
    """One transaction: what is read stays as it is until what was made of it is kept."""

    def due(self, day: date, *, after: str | None = None, limit: int) -> Sequence[Due | Unreadable]:
        """Return users whose days through ``day`` have not all been evaluated, by user id.

        Those whose first activity is after ``day`` are not due. Posts and qualities are lifetime
        totals through each day, those included that arrived after a day had been evaluated.

        Args:
            day: The last day to evaluate.
            after: Only users after this one.
            limit: How many days at most, of all users together; the first user's all the same.
        """
        ...

    def keep(self, evaluated: Sequence[Evaluated]) -> None:
        """Keep states and outcomes of users that :meth:`due` returned in this transaction.

        Raises:
            RejectedError: Some of them can't be kept. Nothing of this transaction is, then.
        """
        ...

    def open_days(self, through: date, *, limit: int) -> Sequence[date]:
        """Return days that were not closed, oldest first, at most ``limit``.

        They begin with the first day on which any user was active.
        """
        ...

    def best_missed(self, day: date, *, limit: int) -> Sequence[DayOutcome]:
        """Return a day's outcomes with a total above 0: the highest first, at most ``limit``.

        Ties go to the longer streak before the day, then to the lower user id.
        """
        ...

    def close(self, day: date, candidates: Sequence[DayOutcome]) -> None:
        """Fix a day's candidates, in their order; a day that is closed stays as it is."""
        ...


class EngagementStore(Protocol):
    """Everybody's days: where they stand, and what each day came to."""

    @property
    def local_days(self) -> bool:
        """Whether an activity counts on the date where the user was, and not on UTC's."""
        ...

    def page(self) -> AbstractContextManager[EngagementPage]:
        """Begin a transaction: kept if the block ends well, undone if it raises.

        Two of them that would touch the same users happen one after the other, also in different
        processes: the second reads what the first has kept.
        """
        ...

    def count_due(self, day: date) -> int:
        """Return about how many users are due; progress is measured by it."""
        ...

    def outcome(self, user_id: str, day: date) -> DayOutcome | None:
        """Return what a day came to for a user; ``None`` if it has not been evaluated."""
        ...

    def candidates(self, day: date) -> Sequence[DayOutcome] | None:
        """Return a day's candidates, the best first; ``None`` while the day is not closed."""
        ...


@attrs.frozen
class DueWeeks:
    """A user with weeks to be recorded.

    Attributes:
        reputation: What is kept of them.
        weeks: What happened in each week after the last recorded one through the week asked for;
            idle weeks may be left out. If the week asked for was recorded already, as an inactive
            one, what happened in it by now.
    """

    reputation: Reputation
    weeks: Mapping[IsoWeek, Counts]


class ReputationPage(Protocol):
    """One transaction: what is read stays as it is until what was made of it is kept."""

    def due(
        self, week: IsoWeek, *, after: str | None = None, limit: int
    ) -> Sequence[DueWeeks | Unreadable]:
        """Return users whose weeks through ``week`` may have something to record, by user id.

        Those whose first activity is after ``week`` are not due, nor are those for whom ``week``
        was recorded as active, or a later one recorded.

        Args:
            week: The last week to record.
            after: Only users after this one.
            limit: How many at most.
        """
        ...

    def keep(self, reputations: Sequence[Reputation]) -> None:
        """Keep reputations of users that :meth:`due` returned in this transaction.

        Raises:
            RejectedError: Some of them can't be kept. Nothing of this transaction is, then.
        """
        ...


class ReputationStore(Protocol):
    """Everybody's weeks."""

    @property
    def local_days(self) -> bool:
        """Whether an activity counts on the date where the user was, and not on UTC's."""
        ...

    def page(self) -> AbstractContextManager[ReputationPage]:
        """Begin a transaction, as :meth:`EngagementStore.page` does."""
        ...

    def count_due(self, week: IsoWeek) -> int:
        """Return about how many users are due; progress is measured by it."""
        ...

    def reputations(self, user_ids: Iterable[str]) -> Mapping[str, Reputation]:
        """Return what is kept of some users, by user id; those who are unknown are left out.

        Raises:
            MainstayError: A row can't be read.
        """
        ...


class RunLog(Protocol):
    """Which jobs ran when, and which are running: for the operators, and against doing it twice."""

    def put(self, run: JobRun) -> None:
        """Keep a run, in place of what was kept of the same job and task before."""
        ...

    def last(self, job: str) -> JobRun | None:
        """Return the run of a job that began last, of equal ones the higher task id."""
        ...

    def acquire(
        self, job: str, holder: str, *, now: datetime, until: datetime, instances: int = 1
    ) -> bool:
        """Take or prolong a lease, and return whether the holder has it.

        At most ``instances`` holders have one of the same job at once. A lease that is not
        prolonged ends at ``until``, so that one whose holder was killed is free again.
        """
        ...

    def release(self, job: str, holder: str) -> None:
        """Give a lease back; one that is not there is no error."""
        ...
