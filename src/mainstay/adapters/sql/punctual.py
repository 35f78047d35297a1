"""One day of one user as plain numbers: what most users are due, each day.

It says what :func:`mainstay.evaluate_day` says, from the same arithmetic and with the same checks,
without making a dozen objects a user only to take them apart for the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from mainstay import _checks as checks
from mainstay.activity.counts import Counts
from mainstay.adapters.sql.counts import KindCount
from mainstay.ports import average_quality
from mainstay.scores.engagement.day import DayActivity, DayOutcome
from mainstay.scores.engagement.evaluate import Engagement
from mainstay.scores.engagement.historical import (
    HistoricalScore,
    check_rated,
    many,
    rating,
    score_parts,
)
from mainstay.scores.engagement.policy import EngagementBreakdown, EngagementPolicy
from mainstay.scores.policies import PolicyHistory

__all__ = ["PunctualDay", "PunctualOutcome", "Totals"]

_ONE_DAY = timedelta(days=1)


class Totals(NamedTuple):
    """A user's lifetime posts, how many were rated, and the ratings' sum in millionths."""

    posts: int
    rated: int
    ratings: int

    def plus(self, counted: Sequence[KindCount], kinds: frozenset[str]) -> Totals:
        """Return the totals with what was done of some kinds."""
        posts, rated, ratings = self
        for count in counted:
            if count.kind in kinds:
                posts += count.times
                rated += count.rated
                ratings += count.ratings
        return Totals(posts, rated, ratings)


class PunctualOutcome(NamedTuple):
    """What the day came to."""

    day: date
    user_id: str
    streak_before: int
    streak_after: int
    totals: Totals
    parts: tuple[float, float, float] | None
    policy: EngagementPolicy

    @property
    def state(self) -> Engagement:
        """The state afterwards."""
        return Engagement(self.user_id, self.streak_after, self.day, self.outcomes[0])

    @property
    def outcomes(self) -> Sequence[DayOutcome]:
        """The day's outcome."""
        score = None
        if self.parts is not None:
            score = HistoricalScore(
                self.streak_before,
                self.totals.posts,
                average_quality(self.totals.ratings, self.totals.rated),
                EngagementBreakdown(*self.parts),
                self.policy.maxima,
            )
        return [DayOutcome(self.user_id, self.day, self.streak_before, score)]


class PunctualDay(NamedTuple):
    """A user with one day due: a :class:`mainstay.ports.Due`.

    Attributes:
        user_id: Who.
        day: The day.
        begun: Whether the day before was evaluated; else it is the user's first.
        streak: As it stood the day before.
        totals: Through the day.
        counted: What was done on the day.
    """

    user_id: str
    day: date
    begun: bool
    streak: int
    totals: Totals
    counted: Sequence[KindCount]

    @property
    def state(self) -> Engagement:
        """The state before the day."""
        return Engagement(self.user_id, self.streak, self.day - _ONE_DAY if self.begun else None)

    @property
    def activities(self) -> Sequence[DayActivity]:
        """The one day."""
        average = average_quality(self.totals.ratings, self.totals.rated)
        return [DayActivity(self.day, self._counts, self.totals.posts, average)]

    @property
    def _counts(self) -> Counts:
        return Counts({count.kind: count.times for count in self.counted})

    def evaluate(self, policies: PolicyHistory[EngagementPolicy]) -> PunctualOutcome:
        """Return what the day comes to, by the policy that holds on it.

        Raises:
            InvalidValueError: A number is out of its range.
        """
        user_id, day, _, streak, totals, counted = self
        policy = policies.on(day)
        posts, rated, ratings = totals
        average = average_quality(ratings, rated)
        checks.text("user_id", user_id)
        many("streak", streak)
        many("posts", posts)
        rating("average_quality", average)
        check_rated(posts, average)
        if counted and policy.criteria.met(self._counts):
            return PunctualOutcome(day, user_id, streak, streak + 1, totals, None, policy)
        parts = score_parts(streak, posts, average, policy)
        return PunctualOutcome(day, user_id, streak, 0, totals, parts, policy)
