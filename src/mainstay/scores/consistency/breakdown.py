"""The four parts of a consistency score, and the formulas that they come from."""

from __future__ import annotations

import math
from datetime import date

import attrs

from mainstay import _checks as checks
from mainstay._schemas import schema
from mainstay.activity.window import ActivityWindow
from mainstay.errors import InvalidValueError
from mainstay.scores.consistency.policy import Component, ConsistencyPolicy
from mainstay.scores.steps import points_after

__all__ = ["ScoreBreakdown", "ScoreDifference", "breakdown_of", "possible_days"]


@attrs.frozen
class _Parts:
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


@attrs.frozen
class ScoreDifference(_Parts):
    """What one score has more than another in each part, in points; negative where it has less.

    Examples:
        >>> from mainstay import what_if
        >>> window = ActivityWindow.from_days([date(2024, 5, 27)], last_day=date(2024, 5, 28))
        >>> won = what_if(window, [date(2024, 5, 28)]).breakdown
        >>> {part: round(points, 2) for part, points in won.items()}
        {'base': 2.14, 'distribution': 0.0, 'streak': 2.0, 'recency': 0.0}
    """


@schema("score-breakdown/1")
@attrs.frozen
class ScoreBreakdown(_Parts):
    """The four parts of a consistency score, in points.

    Raises:
        InvalidValueError: A part, or all together, are not within 0 to 100.

    Examples:
        >>> (ScoreBreakdown(30.0, 25.0, 2.0, 5.0) - ScoreBreakdown(15.0, 25.0, 0.0, 5.0)).items()
        (('base', 15.0), ('distribution', 0.0), ('streak', 2.0), ('recency', 0.0))
    """

    def __attrs_post_init__(self) -> None:
        base, distribution = self.base, self.distribution
        streak, recency = self.streak, self.recency
        if not type(base) is type(distribution) is type(streak) is type(recency) is float or not (
            base >= 0 <= distribution and streak >= 0 <= recency and self.total <= 100
        ):  # asked at once, since there are many
            checks.points(self, ("base", "distribution", "streak", "recency"))

    def __sub__(self, other: ScoreBreakdown) -> ScoreDifference:
        """Return the difference, part by part."""
        return ScoreDifference(
            self.base - other.base,
            self.distribution - other.distribution,
            self.streak - other.streak,
            self.recency - other.recency,
        )


def breakdown_of(
    window: ActivityWindow, member_since: date | None, policy: ConsistencyPolicy
) -> ScoreBreakdown:
    """Return the points that the activity in a window gives, part by part."""
    return ScoreBreakdown(
        window.active_days / possible_days(window, member_since, policy) * policy.base_points,
        _distribution(window.bits, policy),
        _streak(window.current_streak, policy),
        points_after(window.days_since_active, policy.recency_steps),
    )


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


def _distribution(bits: int, policy: ConsistencyPolicy) -> float:
    """Return the points for evenness: all of them at σ = 0, none from the limit on."""
    if bits.bit_count() < policy.distribution_min_days:
        return 0.0
    return policy.distribution_points * max(
        0.0, 1 - _gap_deviation(bits) / policy.distribution_limit
    )


def _gap_deviation(bits: int) -> float:
    """Return the population standard deviation of the gaps between at least two set bits.

    It is √(n·Σg² - (Σg)²) / n over n gaps: in integers, except for the one root and division.
    """
    gaps = bits.bit_count() - 1
    bits >>= (bits & -bits).bit_length()
    span, squares = bits.bit_length(), 0
    while bits:
        gap = (bits & -bits).bit_length()
        squares += gap * gap
        bits >>= gap
    return math.sqrt(gaps * squares - span * span) / gaps


def _streak(days: int, policy: ConsistencyPolicy) -> float:
    return float(min(policy.streak_points, policy.streak_points_per_day * days))
