"""One user's day: what they did, and what it came to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import TypeVar

import attrs

from mainstay import _checks as checks
from mainstay._reprs import Explained
from mainstay._schemas import schema
from mainstay.activity.counts import Counts
from mainstay.errors import InvalidValueError, OutOfOrderError
from mainstay.explanation import Explanation
from mainstay.scores.engagement.dicts import DayOutcomeDict
from mainstay.scores.engagement.historical import (
    HistoricalScore,
    check_rated,
    many,
    parts_of,
    rating,
)
from mainstay.scores.engagement.phrases import ENGLISH, EngagementPhrasebook
from mainstay.scores.engagement.policy import DEFAULT_POLICY, EngagementPolicy

__all__ = ["DayActivity", "DayOutcome"]


K = TypeVar("K", str, date)
V = TypeVar("V", int, timedelta)


def _counts(value: Mapping[str, int]) -> Counts:
    return value if isinstance(value, Counts) else Counts(value)


def _items(
    field: str,
    value: Mapping[K, V] | Iterable[tuple[K, V]],
    key: Callable[[str, object], K],
    amount: Callable[[str, object], V],
) -> tuple[tuple[K, V], ...]:
    """Return a mapping's items in order, checked."""
    pairs = dict(value).items()
    return tuple(sorted((key(field, name), amount(field, each)) for name, each in pairs))


def _duration(field: str, value: object) -> timedelta:
    if checks.instance(field, value, timedelta) < timedelta(0):
        raise InvalidValueError("must not be negative", field=field, value=value)
    return timedelta(0) + value  # type: ignore[operator]  # it is one


def _durations(
    value: Mapping[str, timedelta] | Iterable[tuple[str, timedelta]],
) -> tuple[tuple[str, timedelta], ...]:
    return _items("durations", value, checks.text, _duration)


class _Checked(tuple[tuple[date, int], ...]):
    """Posts by day, in order: they are checked once, however many days are judged by them."""

    __slots__ = ()


def _posts_by_day(
    value: Mapping[date, int] | Iterable[tuple[date, int]] | None,
) -> tuple[tuple[date, int], ...] | None:
    if value is None or type(value) is _Checked:
        return value
    return _Checked(_items("posts_by_day", value, checks.day, many))


@schema("day-activity/1")
@attrs.frozen
class DayActivity:
    """What one user did on a day, and what they have done in all by its end.

    Attributes:
        day: The day: a UTC date, unless the host counts in local days.
        counts: How often each kind of activity happened on it; empty for an idle day.
        posts: Lifetime posts through that day, so that a late run gives what a punctual one would.
        average_quality: The average quality, 0 to 10, of those that were rated by then; ``None``
            if none was.
        durations: How long each kind of activity was done on the day, by kind.
        rated: How many of the posts were rated; a policy with a prior needs it.
        posts_by_day: The posts by day; a policy with a half-life needs them. Later ones don't
            count.

    Raises:
        InvalidTypeError: ``day`` is an instant, or ``counts`` is not a mapping.
        InvalidValueError: A number is negative or out of its range, or there is an average without
            posts.

    Examples:
        >>> from mainstay import Engagement, evaluate_day
        >>> busy = DayActivity(date(2024, 5, 1), {"post": 2, "like": 5, "comment": 5}, posts=50)
        >>> ada, outcome = evaluate_day(Engagement("ada"), busy)
        >>> outcome.met, ada.streak
        (True, 1)
    """

    day: date = attrs.field(validator=checks.each(checks.day))
    counts: Counts = attrs.field(default=Counts({}), converter=_counts)
    posts: int = attrs.field(default=0, validator=checks.each(many))
    average_quality: float | None = attrs.field(default=None, validator=checks.each(rating))
    durations: tuple[tuple[str, timedelta], ...] = attrs.field(default=(), converter=_durations)
    rated: int | None = attrs.field(default=None, validator=checks.optional(checks.count))
    posts_by_day: tuple[tuple[date, int], ...] | None = attrs.field(
        default=None, converter=_posts_by_day
    )

    def __attrs_post_init__(self) -> None:
        check_rated(self.posts, self.average_quality)


@schema("day-outcome/1")
@attrs.frozen
class DayOutcome(Explained):
    """What one day came to for one user.

    Attributes:
        user_id: Who.
        day: When.
        streak_before: Days in a row that met the criteria, as of the day before.
        score: The historical score with that streak if the criteria were not met; ``None`` if
            they were: that was rewarded when it happened, and is not rewarded twice.
        rest: Whether nothing was expected on the day: it has no score, and leaves the streak as
            it is, whatever was done.

    Raises:
        InvalidValueError: A field is out of its range, or the score is of another streak.

    Examples:
        >>> from mainstay import Engagement, evaluate_day
        >>> ada = Engagement("ada", streak=14, last_day=date(2024, 5, 1))
        >>> ada, outcome = evaluate_day(ada, DayActivity(date(2024, 5, 2), posts=50))
        >>> outcome.met, outcome.points, outcome.streak_after
        (False, 35, 0)
        >>> print(outcome.explain()[1].text)
        You have written 50 posts so far.
    """

    user_id: str = attrs.field(validator=checks.each(checks.text))
    day: date = attrs.field(validator=checks.each(checks.day))
    streak_before: int = attrs.field(validator=checks.each(many))
    score: HistoricalScore | None
    rest: bool = attrs.field(
        default=False, validator=checks.each(partial(checks.instance, kind=bool))
    )

    def __attrs_post_init__(self) -> None:
        if self.score is None:
            return
        if self.rest:
            raise InvalidValueError("must be None on a rest day", field="score", value=self.score)
        checks.instance("score", self.score, HistoricalScore)
        if self.score.streak != self.streak_before:
            raise InvalidValueError(
                f"must be of a streak of {self.streak_before} days",
                field="score",
                value=self.score.streak,
            )

    @property
    def met(self) -> bool:
        """Whether the criteria were met, on a day that is not a rest day."""
        return self.score is None and not self.rest

    @property
    def stands(self) -> bool:
        """Whether later days come to the same, until something happens: it has a score."""
        return self.score is not None

    @property
    def streak_after(self) -> int:
        """One more than before if the criteria were met, the same on a rest day, else 0."""
        if self.score is not None:
            return 0
        return self.streak_before if self.rest else self.streak_before + 1

    @property
    def total(self) -> float:
        """The historical score for the day, 0 to 100; 0 if the criteria were met."""
        return 0.0 if self.score is None else self.score.total

    @property
    def points(self) -> int:
        """The headline of that score, a whole number; 0 if the criteria were met."""
        return 0 if self.score is None else self.score.points

    def idle_on(self, day: date, *, policy: EngagementPolicy = DEFAULT_POLICY) -> DayOutcome:
        """Return what a later day comes to, if nothing has happened since.

        The outcome stands: the same points for quality and for posts (fewer if old posts count
        less), none for a streak; on a rest day there is no score. So it need not be evaluated, nor
        kept, for each idle day.

        Args:
            day: This day, which is as it is, or a later one.
            policy: What says whether it is a rest day.

        Raises:
            OutOfOrderError: The day is an earlier one, or there is a streak, which an idle day
                ends, or a rest day, after which anything may come: that one must be evaluated.

        Examples:
            >>> from mainstay import historical_score
            >>> may = DayOutcome("ada", date(2024, 5, 1), 14, historical_score(streak=14, posts=50))
            >>> june = may.idle_on(date(2024, 6, 1))
            >>> may.total, june.total, june.streak_before
            (35.0, 15.0, 0)
        """
        if checks.day("day", day) >= self.day and self.score and policy.rests_on(day):
            before = self.streak_before if day == self.day else 0
            return DayOutcome(self.user_id, day, before, None, rest=True)
        return self.standing_on(day)

    def standing_on(self, day: date) -> DayOutcome:
        """Return what a later day comes to that is not a rest day, as :meth:`idle_on` does."""
        if day == self.day:
            return self
        score = self.score
        if score is None or checks.day("day", day) < self.day:
            raise OutOfOrderError(
                f"must not be before {self.day}, nor end a streak of {self.streak_after} days",
                field="day",
                value=day,
                remedy="Evaluate the day on which a streak ends, and the one after a rest day.",
            )
        return DayOutcome(self.user_id, day, 0, score.idle_on(day))

    def explain(self, phrases: EngagementPhrasebook = ENGLISH) -> tuple[Explanation, ...]:
        """Return the score's parts, each with its reason; none without a score."""
        return () if self.score is None else self.score.explain(phrases)

    @property
    def _heading(self) -> str:
        came_to = "rest day" if self.rest else "goal met" if self.met else f"{self.points} of 100"
        return f"{self.user_id}, {self.day}: {came_to}"

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        """What :meth:`explain` gives, in the standard words."""
        return self.explain()

    def to_dict(self) -> DayOutcomeDict:
        """Return plain data for a JSON response."""
        return {
            "user_id": self.user_id,
            "day": self.day.isoformat(),
            "met": self.met,
            "rest": self.rest,
            "streak_before": self.streak_before,
            "streak_after": self.streak_after,
            "points": self.points,
            "total": self.total,
            "breakdown": None if self.score is None else parts_of(self.score),
            "explanations": [explanation.text for explanation in self.explanations],
        }
