"""One day of one user as plain numbers: what most users are due, each day.

It says what :func:`mainstay.evaluate_day` says, from the same arithmetic and with the same checks,
without making a dozen objects a user only to take them apart for the database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeAlias

from mainstay import _checks as checks
from mainstay.adapters.sql.counts import KindCount
from mainstay.ports import DueDays, EvaluatedDays, PostsByDay, average_quality
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

__all__ = [
    "OneOfMany",
    "PunctualDay",
    "PunctualOutcome",
    "Totals",
    "by_kind",
    "durations_of",
    "plus",
]


#: A user's lifetime posts, how many were rated, and the ratings' sum in millionths.
Totals: TypeAlias = tuple[int, int, int]


_NOTHING: Mapping[str, int] = {}
_NO_TIME: Mapping[str, timedelta] = {}
_MICROSECOND = timedelta(microseconds=1)


def plus(totals: Totals, counted: Iterable[KindCount], kinds: frozenset[str]) -> Totals:
    """Return totals with what was done of some kinds."""
    posts, rated, ratings = totals
    for _, _, kind, times, with_rating, rating_sum, _ in counted:
        if kind in kinds:
            posts += times
            rated += with_rating
            ratings += rating_sum
    return posts, rated, ratings


def by_kind(counted: Iterable[KindCount]) -> dict[str, int]:
    """Return how often each kind of thing was done."""
    return {kind: times for _, _, kind, times, _, _, _ in counted}


def durations_of(counted: Iterable[KindCount]) -> dict[str, timedelta]:
    """Return how long each kind of thing was done, as far as that is known."""
    return {kind: long * _MICROSECOND for _, _, kind, _, _, _, long in counted if long}


class OneOfMany(EvaluatedDays):
    """What a user's day came to that was judged together with those of many others."""

    __slots__ = ()


class PunctualOutcome(EvaluatedDays):
    """What the day came to: its state and outcomes are made if somebody asks for them.

    Attributes:
        due: The day.
        streak_after: As it stands after the day.
        parts: Those of the score; none if the criteria were met.
        policy: By which it was judged.
    """

    __slots__ = ("due", "parts", "policy", "streak_after")
    __setattr__ = object.__setattr__  # fast, and only here: all else of it is frozen

    def __init__(
        self,
        due: PunctualDay,
        streak_after: int,
        parts: tuple[float, float, float] | None,
        policy: EngagementPolicy,
    ) -> None:
        self.due: PunctualDay = due
        self.streak_after: int = streak_after
        self.parts: tuple[float, float, float] | None = parts
        self.policy: EngagementPolicy = policy

    def __getattr__(self, name: str) -> object:
        due, score = self.due, None
        if self.parts is not None:
            parts, maxima = EngagementBreakdown(*self.parts), self.policy.maxima
            score = HistoricalScore(due.streak, due.totals[0], due.average, parts, maxima)
        outcome = DayOutcome(due.user_id, due.day, due.streak, score)
        self.outcomes: Sequence[DayOutcome] = [outcome]
        self.state: Engagement = Engagement(due.user_id, self.streak_after, due.day, outcome)
        return object.__getattribute__(self, name)


class PunctualDay(DueDays):
    """A user with one day due: their state and activities are made if somebody asks for them.

    Attributes:
        user_id: Who.
        day: The day.
        last: The last day that was kept, as text; ``None`` if it is the user's first.
        streak: As it stood the day before.
        totals: Through the day.
        counts: How often each kind of thing was done on the day.
        idle: The points of idle days before, as the state has them.
        durations: How long each kind of thing was done on the day.
        history: Reads the posts by day.
    """

    __slots__ = (
        *("counts", "day", "durations", "history", "idle", "last", "streak", "totals", "user_id"),
    )
    __setattr__ = object.__setattr__  # fast, and only here: all else of it is frozen

    def __init__(  # noqa: PLR0917  (one a user: keywords would take as long as all the rest)
        self,
        user_id: str,
        day: date,
        last: str | None,
        streak: int,
        totals: Totals,
        counts: Mapping[str, int] = _NOTHING,
        idle: object = None,
        durations: Mapping[str, timedelta] = _NO_TIME,
        history: PostsByDay | None = None,
    ) -> None:
        self.user_id: str = user_id
        self.day: date = day
        self.last: str | None = last
        self.streak: int = streak
        self.totals: Totals = totals
        self.counts: Mapping[str, int] = counts
        self.idle: object = idle
        self.durations: Mapping[str, timedelta] = durations
        self.history: PostsByDay | None = history

    def happened(self, counted: Collection[KindCount], posts: frozenset[str]) -> None:
        """Take in what was done on the day; some kinds are posts."""
        self.totals = plus(self.totals, counted, posts)
        self.counts = by_kind(counted)
        self.durations = durations_of(counted)

    @property
    def key(self) -> str:
        """The user's id."""
        return self.user_id

    @property
    def average(self) -> float | None:
        """The posts' average quality."""
        _, rated, ratings = self.totals
        return average_quality(ratings, rated)

    def __getattr__(self, name: str) -> object:
        posts, rated, _ = self.totals
        activity = DayActivity(self.day, self.counts, posts, self.average, self.durations, rated)
        self.posts_by_day: PostsByDay | None = self.history
        self.activities: Sequence[DayActivity] = [activity]
        self.through: date = self.day
        before = None if self.last is None else date.fromisoformat(self.last)
        self.state: Engagement = Engagement(self.user_id, self.streak, before)
        return object.__getattribute__(self, name)

    def evaluate(self, *, policies: PolicyHistory[EngagementPolicy]) -> EvaluatedDays:
        """Return what the day comes to, by the policy that holds on it.

        Raises:
            InvalidValueError: A number is out of its range.
        """
        user, streak, counts = self.user_id, self.streak, self.counts
        policy = policies.on(self.day)
        if not policy.is_simple:
            return DueDays.evaluate(self, policies=policies)
        posts, rated, ratings = self.totals
        average = average_quality(ratings, rated)
        if (
            not (type(user) is str and user)
            or not (type(streak) is type(posts) is int and 0 <= streak <= MOST >= posts >= 0)
            or (average is not None and not (0 <= average <= 10 and posts))
        ):  # asked at once, since there are many
            self._refuse(average)
        if counts and policy.criteria.met(counts):
            return PunctualOutcome(self, streak + 1, None, policy)
        parts = score_parts(streak, posts, average, policy)
        return PunctualOutcome(self, 0, parts, policy)

    def _refuse(self, average: float | None) -> None:
        """Raise what is wrong."""
        checks.text("user_id", self.user_id)
        many("streak", self.streak)
        many("posts", self.totals[0])
        rating("average_quality", average)
        check_rated(self.totals[0], average)
