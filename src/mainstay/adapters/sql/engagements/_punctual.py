"""One day of one user as plain numbers: what most users are due, each day.

It says what :func:`mainstay.evaluate_day` says, from the same arithmetic and with the same checks,
without making a dozen objects a user only to take them apart for the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from mainstay import _checks as checks
from mainstay.activity.counts import Counts
from mainstay.adapters.sql.counts import KindCount
from mainstay.ports import DueDays, EvaluatedDays, average_quality
from mainstay.scores.engagement.day import DayActivity, DayOutcome
from mainstay.scores.engagement.evaluate import Engagement
from mainstay.scores.engagement.historical import (
    MOST,
    HistoricalScore,
    check_rated,
    many,
    rating,
    score_parts,
)
from mainstay.scores.engagement.policy import EngagementBreakdown, EngagementPolicy
from mainstay.scores.policies import PolicyHistory

__all__ = ["DayRow", "OutcomeRow", "PunctualDay", "PunctualOutcome", "Totals"]


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


class OutcomeRow(NamedTuple):
    """What the day came to, in plain numbers; no parts if the criteria were met."""

    day: date
    user_id: str
    streak_before: int
    streak_after: int
    totals: Totals
    parts: tuple[float, float, float] | None
    policy: EngagementPolicy


class PunctualOutcome(EvaluatedDays):
    """What the day came to: its state and outcomes are made if somebody asks for them."""

    __slots__ = ("row",)
    __setattr__ = object.__setattr__  # fast, and only here: all else of it is frozen

    def __init__(self, row: OutcomeRow) -> None:
        self.row: OutcomeRow = row

    def __getattr__(self, name: str) -> object:
        row, score = self.row, None
        if row.parts is not None:
            score = HistoricalScore(
                row.streak_before,
                row.totals.posts,
                average_quality(row.totals.ratings, row.totals.rated),
                EngagementBreakdown(*row.parts),
                row.policy.maxima,
            )
        outcome = DayOutcome(row.user_id, row.day, row.streak_before, score)
        self.outcomes: Sequence[DayOutcome] = [outcome]
        self.state: Engagement = Engagement(row.user_id, row.streak_after, row.day, outcome)
        return object.__getattribute__(self, name)


class DayRow(NamedTuple):
    """A day that is due, in plain numbers.

    Attributes:
        user_id: Who.
        day: The day.
        last: The last day that was kept, as text; ``None`` if it is the user's first.
        streak: As it stood the day before.
        totals: Through the day.
        counted: What was done on the day.
    """

    user_id: str
    day: date
    last: str | None
    streak: int
    totals: Totals
    counted: Sequence[KindCount]

    @property
    def counts(self) -> Counts:
        """How often each kind of thing was done on the day."""
        return Counts({count.kind: count.times for count in self.counted})


class PunctualDay(DueDays):
    """A user with one day due: their state and activities are made if somebody asks for them."""

    __slots__ = ("row",)
    __setattr__ = object.__setattr__  # fast, and only here: all else of it is frozen

    def __init__(self, row: DayRow) -> None:
        self.row: DayRow = row

    @property
    def key(self) -> str:
        """The user's id."""
        return self.row.user_id

    def __getattr__(self, name: str) -> object:
        row = self.row
        average = average_quality(row.totals.ratings, row.totals.rated)
        activity = DayActivity(row.day, row.counts, row.totals.posts, average)
        self.activities: Sequence[DayActivity] = [activity]
        self.through: date = row.day
        before = None if row.last is None else date.fromisoformat(row.last)
        self.state: Engagement = Engagement(row.user_id, row.streak, before)
        return object.__getattribute__(self, name)

    def evaluate(self, *, policies: PolicyHistory[EngagementPolicy]) -> PunctualOutcome:
        """Return what the day comes to, by the policy that holds on it.

        Raises:
            InvalidValueError: A number is out of its range.
        """
        user_id, day, _, streak, totals, counted = self.row
        policy = policies.on(day)
        posts, rated, ratings = totals
        average = average_quality(ratings, rated)
        if (
            not (type(user_id) is str and user_id)
            or not (type(streak) is type(posts) is int and 0 <= streak <= MOST >= posts >= 0)
            or (average is not None and not (0 <= average <= 10 and posts))
        ):  # asked at once, since there are many
            _refuse(self.row, average)
        after, parts = 0, None
        if counted and policy.criteria.met(self.row.counts):
            after = streak + 1
        else:
            parts = score_parts(streak, posts, average, policy)
        return PunctualOutcome(OutcomeRow(day, user_id, streak, after, totals, parts, policy))


def _refuse(row: DayRow, average: float | None) -> None:
    """Raise what is wrong with a row."""
    checks.text("user_id", row.user_id)
    many("streak", row.streak)
    many("posts", row.totals.posts)
    rating("average_quality", average)
    check_rated(row.totals.posts, average)
