"""One user's day: what they did, and what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

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

__all__ = ["DayActivity", "DayOutcome"]


def _counts(value: Mapping[str, int]) -> Counts:
    return value if isinstance(value, Counts) else Counts(value)


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

    def __attrs_post_init__(self) -> None:
        if self.score is None:
            return
        checks.instance("score", self.score, HistoricalScore)
        if self.score.streak != self.streak_before:
            raise InvalidValueError(
                f"must be of a streak of {self.streak_before} days",
                field="score",
                value=self.score.streak,
            )

    @property
    def met(self) -> bool:
        """Whether the criteria were met."""
        return self.score is None

    @property
    def streak_after(self) -> int:
        """One more than before if the criteria were met, else 0."""
        return self.streak_before + 1 if self.met else 0

    @property
    def total(self) -> float:
        """The historical score for the day, 0 to 100; 0 if the criteria were met."""
        return 0.0 if self.score is None else self.score.total

    @property
    def points(self) -> int:
        """The headline of that score, a whole number; 0 if the criteria were met."""
        return 0 if self.score is None else self.score.points

    def idle_on(self, day: date) -> DayOutcome:
        """Return what a later day comes to, if nothing has happened since.

        The outcome stands: the same points for posts and for quality, none for a streak. So it
        need not be evaluated, nor kept, for each idle day.

        Args:
            day: This day, which is as it is, or a later one.

        Raises:
            OutOfOrderError: The day is an earlier one, or there is a streak, which an idle day
                ends: that one must be evaluated.

        Examples:
            >>> from mainstay import historical_score
            >>> may = DayOutcome("ada", date(2024, 5, 1), 14, historical_score(streak=14, posts=50))
            >>> june = may.idle_on(date(2024, 6, 1))
            >>> may.total, june.total, june.streak_before
            (35.0, 15.0, 0)
        """
        if day == self.day:
            return self
        score = self.score
        if score is None or checks.day("day", day) < self.day:
            raise OutOfOrderError(
                f"must not be before {self.day}, nor end a streak of {self.streak_after} days",
                field="day",
                value=day,
                remedy="Evaluate the day on which a streak ends.",
            )
        return DayOutcome(self.user_id, day, 0, score.without_streak())

    def explain(self, phrases: EngagementPhrasebook = ENGLISH) -> tuple[Explanation, ...]:
        """Return the score's parts, each with its reason; none if the criteria were met."""
        return () if self.score is None else self.score.explain(phrases)

    @property
    def _heading(self) -> str:
        return f"{self.user_id}, {self.day}: " + (
            "goal met" if self.met else f"{self.points} of 100"
        )

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
            "streak_before": self.streak_before,
            "streak_after": self.streak_after,
            "points": self.points,
            "total": self.total,
            "breakdown": None if self.score is None else parts_of(self.score),
            "explanations": [explanation.text for explanation in self.explanations],
        }
