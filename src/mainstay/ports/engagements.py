"""Everybody's days."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Protocol

import attrs

from mainstay import _checks as checks
from mainstay.ports.pages import Unreadable
from mainstay.ports.policies import JudgedPage, JudgedPages
from mainstay.scores.engagement.day import DayActivity, DayOutcome
from mainstay.scores.engagement.evaluate import Engagement, evaluate_day
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.scores.policies import PolicyHistory

__all__ = ["DueDays", "EngagementPage", "EngagementStore", "EvaluatedDays"]


@attrs.frozen
class EvaluatedDays:
    """What evaluating a user's due days came to.

    Attributes:
        state: The state afterwards.
        outcomes: What each day came to, oldest first; never empty.
    """

    state: Engagement
    outcomes: Sequence[DayOutcome]


@attrs.frozen
class DueDays:
    """A user with days to be evaluated.

    Attributes:
        state: Their state, with or without its last outcome.
        activities: Every day after the state's last, or from the user's first activity, through
            the day asked for, the idle ones too; oldest first.
    """

    state: Engagement
    activities: Sequence[DayActivity]

    @property
    def key(self) -> str:
        """The user's id."""
        return self.state.user_id

    def evaluate(self, *, policies: PolicyHistory[EngagementPolicy]) -> EvaluatedDays:
        """Return what the days come to, each judged by the policy that holds on it.

        Raises:
            InvalidTypeError: ``policies`` is not a history of them.
            OutOfOrderError: The days don't follow one another, or not the state.
        """
        checks.instance("policies", policies, PolicyHistory)
        state, outcomes = self.state, []
        for activity in self.activities:
            policy = policies.on(activity.day)
            state, outcome = evaluate_day(state, activity, policy=policy)
            outcomes.append(outcome)
        return EvaluatedDays(state, outcomes)


class EngagementPage(JudgedPage[date, DueDays, EvaluatedDays, EngagementPolicy], Protocol):
    """One transaction on everybody's days."""

    def due(
        self, day: date, /, *, after: str | None = None, limit: int
    ) -> Sequence[DueDays | Unreadable]:
        """Return users whose days through ``day`` have not all been evaluated, by user id.

        Those whose first activity is after ``day`` are not due. Posts and qualities are lifetime
        totals through each day, those included that arrived after a day had been evaluated.

        Args:
            day: The last day to evaluate.
            after: Only users after this one.
            limit: How many days at most, of all users together, an unreadable one's counting as
                one; the first user's in any case.
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

    def close(self, day: date, candidates: Sequence[DayOutcome], /) -> None:
        """Fix a day's candidates, in their order; a day that is closed stays as it is.

        Each is kept with its whole outcome, whatever becomes of the outcomes of the day.
        """
        ...


class EngagementStore(JudgedPages[date, DueDays, EvaluatedDays, EngagementPolicy], Protocol):
    """Everybody's days: where they stand, and what each day came to."""

    @property
    def local_days(self) -> bool:
        """Whether an activity counts on the date where the user was, and not on UTC's."""
        ...

    def page(self) -> AbstractContextManager[EngagementPage]:
        """Begin a transaction, as :meth:`Pages.page` does."""
        ...

    def outcome(self, user_id: str, day: date) -> DayOutcome | None:
        """Return what a day came to for a user; ``None`` if it has not been evaluated.

        Raises:
            NoLongerKeptError: It has been evaluated, and what it came to is no longer kept.
        """
        ...

    def candidates(self, day: date) -> Sequence[DayOutcome] | None:
        """Return a day's candidates, the best first; ``None`` while the day is not closed.

        Raises:
            NoLongerKeptError: The day was closed, and its candidates are no longer kept.
        """
        ...
