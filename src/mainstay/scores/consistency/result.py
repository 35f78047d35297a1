"""What scoring gives: the score that explains itself, and the words it does so in."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Protocol

import attrs

from mainstay import _checks as checks
from mainstay._reprs import shown
from mainstay._schemas import schema
from mainstay.activity.window import ActivityWindow
from mainstay.errors import InvalidValueError
from mainstay.explanation import Explanation
from mainstay.scores.changes import Change, asked_days, require_as_of, require_same
from mainstay.scores.consistency.breakdown import (
    ScoreBreakdown,
    ScoreDifference,
    breakdown_of,
    possible_days,
)
from mainstay.scores.consistency.dicts import ConsistencyScoreDict, PartsDict, WhatIfDict
from mainstay.scores.consistency.policy import ConsistencyPolicy
from mainstay.scores.scored import ScoredWindow

__all__ = ["ConsistencyScore", "Phrasebook", "WhatIf"]


class Phrasebook(Protocol):
    """The words for a score, in whatever language: one sentence a part.

    Every method may read all that the score knows: ``active_days``, ``possible_days``,
    ``percentage``, ``window.gaps``, ``current_streak``, ``streak_may_be_longer``,
    ``days_since_active``, ``policy``.

    Examples:
        >>> from mainstay import EnglishPhrases, consistency_score
        >>> class German(EnglishPhrases):
        ...     def recency(self, score: ConsistencyScore) -> str:
        ...         return f"Zuletzt aktiv vor {score.days_since_active} Tagen."
        >>> window = ActivityWindow.from_days([date(2024, 5, 1)], last_day=date(2024, 5, 4))
        >>> print(consistency_score(window).explain(German())[3].text)
        Zuletzt aktiv vor 3 Tagen.
    """

    def base(self, score: ConsistencyScore) -> str:
        """Say on how many of the possible days the user was active."""
        ...

    def distribution(self, score: ConsistencyScore) -> str:
        """Say how evenly the active days are spread."""
        ...

    def streak(self, score: ConsistencyScore) -> str:
        """Say how long the current streak is; if it may be longer, that it is so long or more."""
        ...

    def recency(self, score: ConsistencyScore) -> str:
        """Say when the user was last active."""
        ...

    def what_if(self, change: WhatIf) -> str:
        """Say what further active days would change, and why; it may be a loss."""
        ...


@schema("consistency-score/1")
@attrs.frozen
class ConsistencyScore(ScoredWindow):
    """A consistency score with all that explains it.

    The parts follow from the other fields and are computed, so that no score has others. The texts
    are made each time they are read, so that scores nobody reads cost nothing.

    Attributes:
        window: The active days, as of today.
        breakdown: The four parts; not an argument.
        member_since: The day the user joined, if it was given.
        policy: The numbers it is computed with.
        phrases: The words that explain it; they take no part in comparisons.

    Raises:
        InvalidValueError: ``member_since`` is after the window's last day, or the window's length
            is not the policy's.
        InvalidTypeError: A field is of another type.

    Examples:
        >>> from mainstay import consistency_score
        >>> days = [date(2024, 5, day) for day in (1, 8, 15, 22)]
        >>> score = consistency_score(ActivityWindow.from_days(days, last_day=date(2024, 5, 22)))
        >>> score.points, score.percentage
        (41, 14)
        >>> for part in score.explain()[1:3]:
        ...     print(f"{part.points:.0f} of {part.maximum:.0f}: {part.text}")
        25 of 25: A perfectly even rhythm from 2024-05-01 to 2024-05-22: every 7 days.
        2 of 10: A streak of 1 day, today included.
    """

    window: ActivityWindow
    breakdown: ScoreBreakdown = attrs.field(init=False)
    member_since: date | None = attrs.field(validator=checks.optional(checks.day))
    policy: ConsistencyPolicy = attrs.field(kw_only=True)
    phrases: Phrasebook = attrs.field(kw_only=True, eq=False)

    def __attrs_post_init__(self) -> None:
        window = checks.instance("window", self.window, ActivityWindow)
        policy = checks.instance("policy", self.policy, ConsistencyPolicy)
        if window.length != policy.window_days:
            raise InvalidValueError(
                f"must be the policy's {policy.window_days} days",
                field="window.length",
                value=window.length,
                remedy="Build the window with length=policy.window_days.",
            )
        breakdown = breakdown_of(window, self.member_since, policy)
        object.__setattr__(self, "breakdown", breakdown)

    def __repr__(self) -> str:
        return shown(
            self,
            points=self.points,
            breakdown=self.breakdown,
            window=self.window,
            member_since=self.member_since,
        )

    @property
    def possible_days(self) -> int:
        """The days that the base divides by: 28, or fewer for a new user."""
        return possible_days(self.window, self.member_since, self.policy)

    @property
    def current_streak(self) -> int:
        """Consecutive active days ending today, or yesterday while today has none yet.

        A window knows of no days before its first: of longer streaks, this counts those within it.
        """
        return self.window.current_streak

    @property
    def streak_may_be_longer(self) -> bool:
        """Whether the streak reaches the window's first day, and so may have begun before it."""
        return self.window.streak_may_be_longer

    @property
    def percentage(self) -> int:
        """Active days in percent of the possible ones, rounded half up."""
        return (200 * self.active_days + self.possible_days) // (2 * self.possible_days)

    def explain(self, phrases: Phrasebook | None = None) -> tuple[Explanation, ...]:
        """Return one explanation a part; their points add up to ``total`` exactly (``math.fsum``).

        Args:
            phrases: The words; those that the score was made with, by default the English ones.
        """
        words = self.phrases if phrases is None else phrases
        texts = {
            "base": words.base,
            "distribution": words.distribution,
            "streak": words.streak,
            "recency": words.recency,
        }
        return tuple(
            Explanation(part, points, self.policy.maximum(part), texts[part](self))
            for part, points in self.breakdown.items()
        )

    @property
    def _heading(self) -> str:
        return f"Consistency: {self.points} of 100"

    def to_dict(self) -> ConsistencyScoreDict:
        """Return plain data for a JSON response: ``score`` is the headline."""
        last = self.last_active_day
        return {
            "score": self.points,
            "total": self.total,
            "breakdown": _parts(self.breakdown),
            "explanations": [explanation.text for explanation in self.explanations],
            "active_days": self.active_days,
            "possible_days": self.possible_days,
            "current_streak": self.current_streak,
            "last_active_day": None if last is None else last.isoformat(),
            "today": self.window.last_day.isoformat(),
        }


def _parts(parts: ScoreBreakdown | ScoreDifference) -> PartsDict:
    return {
        "base": parts.base,
        "distribution": parts.distribution,
        "streak": parts.streak,
        "recency": parts.recency,
    }


_score = checks.each(partial(checks.instance, kind=ConsistencyScore))


@schema("what-if/1")
@attrs.frozen(repr=False)
class WhatIf(Change):
    """What further active days would change.

    Attributes:
        asked: The days asked about, oldest first, each once.
        today: The day on which it was asked.
        before: The score without those days.
        after: The score with them, as of the same day.

    Raises:
        InvalidValueError: ``after`` is not ``before`` with those days, or not as of the last of
            them and today.
        InvalidTypeError: A field is of another type.

    Examples:
        >>> from mainstay import what_if
        >>> sundays = [date(2024, 5, day) for day in (5, 12, 19)]
        >>> change = what_if(
        ...     ActivityWindow.from_days(sundays, last_day=date(2024, 5, 19)), [date(2024, 5, 20)]
        ... )
        >>> round(change.breakdown.distribution, 2)
        -8.08
        >>> for part in change.text.split(", "):
        ...     print(part)
        If you were active tomorrow: -3.9 points
        because distribution -8.1
        although base +2.1 and streak +2.0.
    """

    asked: tuple[date, ...] = attrs.field(validator=checks.each(asked_days))
    today: date = attrs.field(validator=checks.each(checks.day))
    before: ConsistencyScore = attrs.field(validator=_score)
    after: ConsistencyScore = attrs.field(validator=_score)

    def __attrs_post_init__(self) -> None:
        before, expected = self.before, self.before.window
        for day in self.asked:
            expected = expected.record(day)
        require_as_of(before.window.last_day, self.asked, self.today)
        require_same(self.after, attrs.evolve(before, window=expected))

    @property
    def days(self) -> tuple[date, ...]:
        """The days asked about that are in the window and not active yet."""
        return tuple(sorted({*self.after.window.days()} - {*self.before.window.days()}))

    @property
    def breakdown(self) -> ScoreDifference:
        """The points won or lost in each part."""
        return self.after.breakdown - self.before.breakdown

    def explain(self, phrases: Phrasebook | None = None) -> tuple[Explanation, ...]:
        """Return the one explanation of the difference.

        Args:
            phrases: The words; those that the scores were made with, by default the English ones.
        """
        words = self.after.phrases if phrases is None else phrases
        return (Explanation("difference", self.difference, None, words.what_if(self)),)

    def to_dict(self) -> WhatIfDict:
        """Return plain data for a JSON response."""
        return {
            "days": [day.isoformat() for day in self.asked],
            "before": self.before.total,
            "after": self.after.total,
            "difference": self.difference,
            "breakdown": _parts(self.breakdown),
            "text": self.text,
        }
