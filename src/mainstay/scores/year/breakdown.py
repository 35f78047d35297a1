"""The three parts of a year score, and the formulas that they come from."""

from __future__ import annotations

import math
from datetime import date

import attrs

from mainstay import _checks as checks
from mainstay._schemas import schema
from mainstay.activity.window import WINDOW_DAYS
from mainstay.activity.year import YEAR_WEEKS, ActivityYear
from mainstay.errors import InvalidValueError
from mainstay.localdays import IsoWeek
from mainstay.scores.steps import points_after
from mainstay.scores.year.policy import YearComponent, YearPolicy

__all__ = ["YearBreakdown", "YearDifference", "breakdown_of", "possible_days", "possible_weeks"]


@attrs.frozen
class _Parts:
    days: float
    freshness: float
    weeks: float

    @property
    def total(self) -> float:
        """The parts' exact sum, rounded once (``math.fsum``)."""
        return math.fsum((self.days, self.freshness, self.weeks))

    def items(self) -> tuple[tuple[YearComponent, float], ...]:
        """Return each part's name with its points."""
        return (("days", self.days), ("freshness", self.freshness), ("weeks", self.weeks))


@attrs.frozen
class YearDifference(_Parts):
    """What one year score has more than another in each part, in points.

    Examples:
        >>> from mainstay import ActivityYear, what_if
        >>> state = ActivityYear.from_days([date(2026, 2, 27)], last_day=date(2026, 3, 1))
        >>> won = what_if(state, [date(2026, 3, 1)]).breakdown
        >>> {part: round(points, 2) for part, points in won.items()}
        {'days': 1.43, 'freshness': 3.0, 'weeks': 0.0}
    """


@schema("year-breakdown/1")
@attrs.frozen
class YearBreakdown(_Parts):
    """The three parts of a year score, in points.

    Raises:
        InvalidValueError: A part, or all together, are not within 0 to 100.

    Examples:
        >>> (YearBreakdown(20.0, 15.0, 45.0) - YearBreakdown(10.0, 15.0, 45.0)).items()
        (('days', 10.0), ('freshness', 0.0), ('weeks', 0.0))
    """

    def __attrs_post_init__(self) -> None:
        days, freshness, weeks = self.days, self.freshness, self.weeks
        if not type(days) is type(freshness) is type(weeks) is float or not (
            days >= 0 <= freshness and weeks >= 0 and self.total <= 100
        ):  # asked at once, since there are many
            checks.points(self, ("days", "freshness", "weeks"))

    def __sub__(self, other: YearBreakdown) -> YearDifference:
        """Return the difference, part by part."""
        return YearDifference(
            self.days - other.days, self.freshness - other.freshness, self.weeks - other.weeks
        )


def breakdown_of(
    state: ActivityYear, member_since: date | None, policy: YearPolicy
) -> YearBreakdown:
    """Return the points that a year's activity gives, part by part."""
    days = state.active_days / possible_days(state, member_since, policy)
    weeks = state.active_weeks / possible_weeks(state, member_since, policy)
    return YearBreakdown(
        min(days, 1.0) * policy.days_points,
        points_after(state.days_since_active, policy.freshness_steps),
        math.sqrt(min(weeks, 1.0)) * policy.weeks_points,
    )


def possible_days(state: ActivityYear, member_since: date | None, policy: YearPolicy) -> int:
    """Return by how many days the active ones are divided: those since the user joined."""
    if member_since is None:
        return WINDOW_DAYS
    days = (state.last_day - _joined(member_since, state.last_day)).days + 1
    return min(max(days, policy.member_min_days), WINDOW_DAYS)


def possible_weeks(state: ActivityYear, member_since: date | None, policy: YearPolicy) -> int:
    """Return by how many weeks the active ones are divided: those since the user joined."""
    if member_since is None:
        return YEAR_WEEKS
    joined = _joined(member_since, state.last_day)
    weeks = IsoWeek.of(state.last_day) - IsoWeek.of(joined) + 1
    return min(max(weeks, policy.member_min_weeks), YEAR_WEEKS)


def _joined(member_since: date, today: date) -> date:
    if checks.day("member_since", member_since) > today:
        raise InvalidValueError(
            f"must not be after today, {today}",
            field="member_since",
            value=member_since,
            remedy="Leave it out if it is not known.",
        )
    return member_since
