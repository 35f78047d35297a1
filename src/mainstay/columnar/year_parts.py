"""The parts of the year score of many states at once: the core's formulas, on bits."""

from __future__ import annotations

from typing import TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from mainstay.columnar.parts import NONE, Bits, Counts, headlines, trailing_zeros
from mainstay.columnar.sums import Floats, exact_sum
from mainstay.scores.steps import points_after
from mainstay.scores.year.policy import YearPolicy

__all__ = ["WeekBits", "YearParts", "year_parts_of"]

WeekBits: TypeAlias = NDArray[np.uint64]


@attrs.frozen
class YearParts:
    """The year scores of states: points, their sum and parts, and what these count.

    Attributes:
        points: The headline.
        total: The exact sum of the parts.
        days: The points for active days.
        freshness: The points for the last active day.
        weeks: The points for active weeks.
        active_days: How many of the last 28 days were active.
        active_weeks: How many of the last 52 weeks were.
    """

    points: Counts
    total: Floats
    days: Floats
    freshness: Floats
    weeks: Floats
    active_days: Counts
    active_weeks: Counts


def year_parts_of(
    day_bits: Bits,
    week_bits: WeekBits,
    possible_days: Counts | int,
    possible_weeks: Counts | int,
    policy: YearPolicy,
) -> YearParts:
    """Return the parts of states, with the days and weeks on which each user could be active."""
    active_days = np.bitwise_count(day_bits).astype(np.int32)
    active_weeks = np.bitwise_count(week_bits).astype(np.int32)
    days = np.minimum(active_days / possible_days, 1.0) * policy.days_points
    weeks = np.sqrt(np.minimum(active_weeks / possible_weeks, 1.0)) * policy.weeks_points
    freshness = _freshness(policy).take(trailing_zeros(day_bits))
    total = exact_sum(days, freshness, weeks)
    return YearParts(headlines(total), total, days, freshness, weeks, active_days, active_weeks)


def _freshness(policy: YearPolicy) -> Floats:
    """Return the points by days since the last active day."""
    points = [points_after(days, policy.freshness_steps) for days in range(NONE)]
    return np.array([*points, points_after(None, policy.freshness_steps)])
