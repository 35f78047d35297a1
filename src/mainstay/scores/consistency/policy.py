"""Every number that shapes the consistency score."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial
from typing import Literal

import attrs

from mainstay import _checks as checks
from mainstay._reprs import of_policy
from mainstay._schemas import schema
from mainstay.activity.window import WINDOW_DAYS
from mainstay.errors import InvalidValueError
from mainstay.scores.steps import Steps, steps

__all__ = ["DEFAULT_POLICY", "Component", "ConsistencyPolicy"]

Component = Literal["base", "distribution", "streak", "recency"]

_points = checks.each(partial(checks.number, low=0, high=100))


def _recency_steps(value: Iterable[tuple[int, float]]) -> Steps:
    return steps("recency_steps", value)


@schema("consistency-policy/1")
@attrs.frozen(kw_only=True)
class ConsistencyPolicy:
    """Every number that shapes the consistency score.

    The most that the four parts can give must add up to 100.

    Raises:
        InvalidValueError: A number is out of its range, or the maxima do not add up to 100.

    Examples:
        >>> ConsistencyPolicy(base_points=70, distribution_points=15).maximum("base")
        70.0
    """

    #: Days looked at. Four whole weeks, so that every weekday counts equally often.
    window_days: int = attrs.field(
        default=WINDOW_DAYS, validator=checks.each(partial(checks.integer, low=1))
    )
    #: Points for being active on every day of the window.
    base_points: float = attrs.field(default=60.0, validator=_points)
    #: Points for perfectly even gaps between active days.
    distribution_points: float = attrs.field(default=25.0, validator=_points)
    #: Standard deviation of the gaps, in days, from which on evenness gives nothing.
    distribution_limit: float = attrs.field(
        default=8.75, validator=checks.each(partial(checks.number, low=1e-9))
    )
    #: Active days below which evenness gives nothing: two gaps are the fewest to compare.
    distribution_min_days: int = attrs.field(
        default=3, validator=checks.each(partial(checks.integer, low=2))
    )
    #: Points for each day of the current streak.
    streak_points_per_day: float = attrs.field(default=2.0, validator=_points)
    #: The most points that a streak gives.
    streak_points: float = attrs.field(default=10.0, validator=_points)
    #: (days, points): at most so many days since the last active day give so many points.
    recency_steps: Steps = attrs.field(
        default=((1, 5.0), (3, 3.0), (7, 1.0)), converter=_recency_steps
    )
    #: A new user's base counts at least so many days, so that one active day is not 100 %.
    member_min_days: int = attrs.field(
        default=7, validator=checks.each(partial(checks.integer, low=1))
    )

    def __attrs_post_init__(self) -> None:
        maxima = self._maxima()
        if math.fsum(maxima.values()) != 100:
            raise InvalidValueError(
                "must add up to 100",
                field="base_points + distribution_points + streak_points + recency_steps",
                value=maxima,
                remedy="Change another part along with the one you changed.",
            )
        if self.member_min_days > self.window_days:
            raise InvalidValueError(
                f"must be at most the window's {self.window_days}",
                field="member_min_days",
                value=self.member_min_days,
            )

    def __repr__(self) -> str:
        return of_policy(self)

    def maximum(self, component: Component) -> float:
        """Return the most points that one part can give."""
        return float(self._maxima()[component])

    def _maxima(self) -> dict[Component, float]:
        return {
            "base": self.base_points,
            "distribution": self.distribution_points,
            "streak": self.streak_points,
            "recency": self.recency_steps[0][1],
        }


DEFAULT_POLICY = ConsistencyPolicy()
