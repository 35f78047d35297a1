"""A day of many users at once: the core's criteria and formulas, on columns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mainstay.columnar.sums import Floats, exact_sum
from mainstay.scores.engagement.policy import EngagementPolicy

__all__ = ["criteria_met", "day_scores"]

Longs: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]


def criteria_met(counts: Mapping[str, Longs], policy: EngagementPolicy) -> Mask:
    """Return who met the day's criteria.

    Args:
        counts: How often each user did each kind of thing that the criteria name.
        policy: The criteria.
    """
    minimums = policy.criteria.minimums.items()
    return reduce(np.logical_and, (counts[kind] >= least for kind, least in minimums))


def day_scores(
    streak: Longs, posts: Longs, average: Floats, policy: EngagementPolicy
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return historical scores, and their parts: points for the streak, posts and quality.

    Args:
        streak: The streaks as they stood before.
        posts: Lifetime posts.
        average: Their average quality; 0 without one.
        policy: The numbers.
    """
    maxima = policy.maxima
    parts = (
        maxima.streak * _saturated(streak, policy.streak_half),
        maxima.posts * _saturated(posts, policy.posts_half),
        maxima.quality * (average / 10),
    )
    return exact_sum(*parts), *parts


def _saturated(count: Longs, half: float) -> Floats:
    """Return count / (count + half), as the core does; half / 0 is infinite, and so all is 0."""
    with np.errstate(divide="ignore", over="ignore"):
        return 1 / (1 + half / count)
