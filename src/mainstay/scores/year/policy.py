"""Every number that shapes the year score."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial
from typing import Literal, TypeAlias

import attrs

from mainstay import _checks as checks
from mainstay._reprs import of_policy
from mainstay._schemas import schema
from mainstay.activity.window import WINDOW_DAYS
from mainstay.activity.year import YEAR_WEEKS
from mainstay.errors import InvalidValueError
from mainstay.scores.steps import Steps, steps

__all__ = ["DEFAULT_YEAR_POLICY", "YearComponent", "YearPolicy"]

YearComponent: TypeAlias = Literal["days", "freshness", "weeks"]

_points = checks.each(partial(checks.number, low=0, high=100))


def _freshness_steps(value: Iterable[tuple[int, float]]) -> Steps:
    return steps("freshness_steps", value)


@schema("year-policy/1")
@attrs.frozen(kw_only=True)
class YearPolicy:
    """Every number that shapes the year score.

    The most that the three parts can give must add up to 100.

    Raises:
        InvalidValueError: A number is out of its range, or the maxima do not add up to 100.

    Examples:
        >>> YearPolicy(days_points=45, weeks_points=40).maximum("weeks")
        40.0
    """

    #: Points for being active on every one of the last 28 days.
    days_points: float = attrs.field(default=40.0, validator=_points)
    #: (days, points): at most so many days since the last active day give so many points.
    freshness_steps: Steps = attrs.field(
        default=((1, 15.0), (3, 12.0), (7, 9.0), (14, 6.0), (27, 3.0)), converter=_freshness_steps
    )
    #: Points for being active in every one of the last 52 weeks.
    weeks_points: float = attrs.field(default=45.0, validator=_points)
    #: A new user's days count at least so many, so that one active day is not 100 %.
    member_min_days: int = attrs.field(
        default=14, validator=checks.each(partial(checks.integer, low=1, high=WINDOW_DAYS))
    )
    #: A new user's weeks count at least so many.
    member_min_weeks: int = attrs.field(
        default=26, validator=checks.each(partial(checks.integer, low=1, high=YEAR_WEEKS))
    )

    def __attrs_post_init__(self) -> None:
        maxima = self._maxima()
        if math.fsum(maxima.values()) != 100:
            raise InvalidValueError(
                "must add up to 100",
                field="days_points + freshness_steps + weeks_points",
                value=maxima,
                remedy="Change another part along with the one you changed.",
            )

    def __repr__(self) -> str:
        return of_policy(self)

    def maximum(self, component: YearComponent) -> float:
        """Return the most points that one part can give."""
        return float(self._maxima()[component])

    def _maxima(self) -> dict[YearComponent, float]:
        return {
            "days": self.days_points,
            "freshness": self.freshness_steps[0][1],
            "weeks": self.weeks_points,
        }


DEFAULT_YEAR_POLICY = YearPolicy()
