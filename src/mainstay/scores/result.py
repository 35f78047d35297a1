"""What scoring gives: the parts, the score that explains itself, and the words it does so in."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Protocol

import attrs

from mainstay import checks
from mainstay.activity import ActivityWindow
from mainstay.errors import InvalidValueError
from mainstay.scores.consistency_policy import Component, ConsistencyPolicy
from mainstay.scores.explanation import Explanation

__all__ = ["ConsistencyScore", "Phrasebook", "ScoreBreakdown", "WhatIf"]


@attrs.frozen
class ScoreBreakdown:
    """The four parts of a consistency score, in points."""

    base: float
    distribution: float
    streak: float
    recency: float

    @property
    def total(self) -> float:
        """The parts' exact sum, rounded once (``math.fsum``)."""
        return math.fsum((self.base, self.distribution, self.streak, self.recency))

    def items(self) -> tuple[tuple[Component, float], ...]:
        """Return each part's name with its points."""
        return (
            ("base", self.base),
            ("distribution", self.distribution),
            ("streak", self.streak),
            ("recency", self.recency),
        )

    def __sub__(self, other: ScoreBreakdown) -> ScoreBreakdown:
        """Return the difference, part by part."""
        return ScoreBreakdown(
            self.base - other.base,
            self.distribution - other.distribution,
            self.streak - other.streak,
            self.recency - other.recency,
        )


class Phrasebook(Protocol):
    """The words for a score, in whatever language: one sentence a part.

    Every method may read all that the score knows: ``active_days``, ``possible_days``,
    ``percentage``, ``window.gaps``, ``current_streak``, ``days_since_active``, ``policy``.
    """

    def base(self, score: ConsistencyScore) -> str:
        """Say on how many of the possible days the user was active."""
        ...

    def distribution(self, score: ConsistencyScore) -> str:
        """Say how evenly the active days are spread."""
        ...

    def streak(self, score: ConsistencyScore) -> str:
        """Say how long the current streak is."""
        ...

    def recency(self, score: ConsistencyScore) -> str:
        """Say when the user was last active."""
        ...

    def what_if(self, change: WhatIf) -> str:
        """Say what further active days would change, and why; it may be a loss."""
        ...


@attrs.frozen
class ConsistencyScore:
    """A consistency score with all that explains it.

    The texts are made each time they are read, so that scores nobody reads cost nothing.

    Attributes:
        window: The active days, as of today.
        breakdown: The four parts.
        member_since: The day the user joined, if it was given.
        policy: The numbers it was computed with.
        phrases: The words that explain it; they take no part in comparisons.
    """

    window: ActivityWindow
    breakdown: ScoreBreakdown
    member_since: date | None
    policy: ConsistencyPolicy = attrs.field(repr=False)
    phrases: Phrasebook = attrs.field(repr=False, eq=False)

    @property
    def total(self) -> float:
        """The sum of the parts, 0 to 100."""
        return self.breakdown.total

    @property
    def points(self) -> int:
        """The headline: ``total`` rounded to 6 decimals, then half up."""
        return math.floor(round(self.total, 6) + 0.5)

    @property
    def active_days(self) -> int:
        """Active days in the window."""
        return self.window.active_days

    @property
    def possible_days(self) -> int:
        """The days that the base divides by: 28, or fewer for a new user."""
        return possible_days(self.window, self.member_since, self.policy)

    @property
    def current_streak(self) -> int:
        """Consecutive active days ending today, or yesterday while today has none yet."""
        return self.window.current_streak

    @property
    def days_since_active(self) -> int | None:
        """Days since the last active day, 0 for today; ``None`` without one in the window."""
        return self.window.days_since_active

    @property
    def last_active_day(self) -> date | None:
        """The last active day in the window, if there is one."""
        days = self.days_since_active
        return None if days is None else self.window.last_day - timedelta(days=days)

    @property
    def percentage(self) -> int:
        """Active days in percent of the possible ones, rounded half up."""
        return (200 * self.active_days + self.possible_days) // (2 * self.possible_days)

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        """One explanation a part; their points add up to ``total`` exactly (``math.fsum``)."""
        texts = {
            "base": self.phrases.base,
            "distribution": self.phrases.distribution,
            "streak": self.phrases.streak,
            "recency": self.phrases.recency,
        }
        return tuple(
            Explanation(part, points, self.policy.maximum(part), texts[part](self))
            for part, points in self.breakdown.items()
        )

    def to_dict(self) -> dict[str, object]:
        """Return plain data for a JSON response: ``score`` is the headline."""
        last = self.last_active_day
        return {
            "score": self.points,
            "total": self.total,
            "breakdown": attrs.asdict(self.breakdown),
            "explanations": [explanation.text for explanation in self.explanations],
            "active_days": self.active_days,
            "possible_days": self.possible_days,
            "current_streak": self.current_streak,
            "last_active_day": None if last is None else last.isoformat(),
            "today": self.window.last_day.isoformat(),
        }


@attrs.frozen
class WhatIf:
    """What further active days would change.

    Attributes:
        asked: The days asked about, oldest first, each once.
        today: The day on which it was asked.
        before: The score without those days.
        after: The score with them, as of the same day.
    """

    asked: tuple[date, ...]
    today: date
    before: ConsistencyScore
    after: ConsistencyScore

    @property
    def days(self) -> tuple[date, ...]:
        """The days asked about that are in the window and not active yet."""
        return tuple(sorted({*self.after.window.days()} - {*self.before.window.days()}))

    @property
    def difference(self) -> float:
        """The points won; negative if lost."""
        return self.after.total - self.before.total

    @property
    def breakdown(self) -> ScoreBreakdown:
        """The points won or lost in each part."""
        return self.after.breakdown - self.before.breakdown

    @property
    def text(self) -> str:
        """A sentence for the user."""
        return self.after.phrases.what_if(self)

    def to_dict(self) -> dict[str, object]:
        """Return plain data for a JSON response."""
        return {
            "days": [day.isoformat() for day in self.asked],
            "before": self.before.total,
            "after": self.after.total,
            "difference": self.difference,
            "breakdown": attrs.asdict(self.breakdown),
            "text": self.text,
        }


def possible_days(
    window: ActivityWindow, member_since: date | None, policy: ConsistencyPolicy
) -> int:
    """Return the days on which the user could have been active."""
    if member_since is None:
        return policy.window_days
    joined = checks.day("member_since", member_since).toordinal()
    member_days = window.last_day.toordinal() - joined + 1
    if member_days < 1:
        raise InvalidValueError(
            f"must not be after today, {window.last_day}",
            field="member_since",
            value=member_since,
            remedy="Leave it out if it is not known.",
        )
    days = max(member_days, window.bits.bit_length())
    return min(max(days, policy.member_min_days), policy.window_days)
