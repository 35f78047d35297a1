"""A day of many users at once: the core's criteria and formulas, on columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from functools import reduce
from typing import TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from mainstay.columnar.sums import Floats, exact_sum
from mainstay.scores.engagement.criteria import (
    AllOf,
    AnyOf,
    ByWeekday,
    Criteria,
    DailyCriteria,
    DailyMinutes,
)
from mainstay.scores.engagement.policy import EngagementPolicy

__all__ = ["Done", "criteria_met", "day_scores", "leaves", "with_prior"]

Longs: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]
_MICROSECOND = timedelta(microseconds=1)


@attrs.frozen
class Done:
    """What users did on a day.

    Attributes:
        day: The day.
        counts: How often each did each kind of thing that the criteria name.
        durations: How long, in microseconds.
        nothing: As many zeros as there are users.
    """

    day: date
    counts: Mapping[str, Longs]
    durations: Mapping[str, Longs]
    nothing: Longs


def criteria_met(criteria: Criteria, done: Done) -> Mask:
    """Return who met the day's criteria."""
    match criteria:
        case DailyCriteria():
            least = criteria.minimums.items()
            return reduce(np.logical_and, (done.counts[kind] >= low for kind, low in least))
        case DailyMinutes():
            kinds = done.durations if criteria.kinds is None else criteria.kinds
            total = sum((done.durations[kind] for kind in kinds), done.nothing)
            return total >= criteria.least // _MICROSECOND
        case AnyOf():
            return reduce(np.logical_or, (criteria_met(each, done) for each in criteria.criteria))
        case AllOf():
            return reduce(np.logical_and, (criteria_met(each, done) for each in criteria.criteria))
        case ByWeekday():
            return criteria_met(criteria.on(done.day), done)


def leaves(criteria: Criteria, day: date) -> Collection[DailyCriteria | DailyMinutes]:
    """Return the criteria of a day that are about counts or durations, in order."""
    match criteria:
        case AnyOf() | AllOf():
            return [leaf for each in criteria.criteria for leaf in leaves(each, day)]
        case ByWeekday():
            return leaves(criteria.on(day), day)
        case _:
            return [criteria]


def with_prior(average: Floats, rated: Longs, policy: EngagementPolicy) -> Floats:
    """Return average qualities with a policy's prior; those without a rating as they are."""
    ratings, quality = policy.prior_ratings, policy.prior_quality
    if not ratings:
        return average
    judged = np.minimum(10.0, (average * rated + ratings * quality) / (rated + ratings))
    return np.where(rated > 0, judged, average)


def day_scores(
    streak: Longs, posts: Longs | Floats, average: Floats, policy: EngagementPolicy
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return historical scores, and their parts: points for the streak, posts and quality.

    Args:
        streak: The streaks as they stood before.
        posts: Lifetime posts, or what they count as.
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


def _saturated(count: Longs | Floats, half: float) -> Floats:
    """Return count / (count + half), as the core does; half / 0 is infinite, and so all is 0."""
    with np.errstate(divide="ignore", over="ignore"):
        return 1 / (1 + half / count)
