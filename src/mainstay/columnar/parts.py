"""The parts of the consistency score of many windows at once: the core's formulas, on bits."""

from __future__ import annotations

import math
from functools import cache
from typing import TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from mainstay.columnar.sums import exact_sum
from mainstay.scores.consistency.policy import ConsistencyPolicy

__all__ = ["Parts", "headlines", "parts_of", "trailing_zeros"]

Bits: TypeAlias = NDArray[np.uint32]
Floats: TypeAlias = NDArray[np.float64]
Counts: TypeAlias = NDArray[np.int32]

_ONE = np.uint32(1)
#: A window is looked up in two halves, so that the tables stay in the fastest cache.
_HALF = 14
#: Days since the last active day, if there is none.
NONE = 32


@attrs.frozen
class Parts:
    """The scores of windows: points, their sum and parts, and what these count.

    Attributes:
        points: The headline.
        total: The exact sum of the parts.
        base: The points for active days.
        distribution: The points for evenness.
        streak: The points for the current streak.
        recency: The points for the last active day.
        active_days: How many there are.
        current_streak: How many of them end the window in a row.
    """

    points: Counts
    total: Floats
    base: Floats
    distribution: Floats
    streak: Floats
    recency: Floats
    active_days: Counts
    current_streak: Counts


def parts_of(bits: Bits, possible: Counts | int, policy: ConsistencyPolicy) -> Parts:
    """Return the parts of windows, with the days on which each user could have been active."""
    active = np.bitwise_count(bits).astype(np.int32)
    base = active / possible * policy.base_points
    distribution = _distribution(bits, active, policy)
    days = _current_streak(bits)
    streak = np.minimum(float(policy.streak_points), policy.streak_points_per_day * days)
    recency = _recency(policy).take(trailing_zeros(bits))
    total = exact_sum(base, distribution, streak, recency)
    return Parts(headlines(total), total, base, distribution, streak, recency, active, days)


def trailing_zeros(bits: Bits) -> Counts:
    """Return how many days before its last each window's last active day is, or ``NONE``."""
    days: Counts = np.bitwise_count((bits & -bits) - _ONE).astype(np.int32)
    return days


def _distribution(bits: Bits, active: Counts, policy: ConsistencyPolicy) -> Floats:
    points = np.zeros(len(bits))
    rows = np.flatnonzero(active >= policy.distribution_min_days)
    gaps = active[rows] - 1
    squares, span = _gaps(bits[rows])
    deviation = np.sqrt(gaps * squares - span * span) / gaps
    points[rows] = policy.distribution_points * np.maximum(
        0.0, 1 - deviation / policy.distribution_limit
    )
    return points


def _gaps(bits: Bits) -> tuple[Counts, Counts]:
    """Return the sum of the gaps' squares, and of the gaps, of windows with an active day."""
    lowest, highest, squares = _half_tables()
    low, high = bits & ((1 << _HALF) - 1), bits >> _HALF
    in_low, in_high = low > 0, high > 0
    first = np.where(in_low, lowest.take(low), lowest.take(high) + _HALF)
    last = np.where(in_high, highest.take(high) + _HALF, highest.take(low))
    between = np.where(in_low & in_high, lowest.take(high) + _HALF - highest.take(low), 0)
    return squares.take(low) + squares.take(high) + between * between, last - first


@cache
def _half_tables() -> tuple[Counts, Counts, Counts]:
    """Return, for all halves of a window, the first and last set bit and the gaps' squares."""
    halves = np.arange(1 << _HALF)
    lowest = np.zeros(len(halves), np.int32)
    highest, squares = lowest.copy(), lowest.copy()
    for bit in range(_HALF):
        found = np.flatnonzero(halves >> bit & 1)
        before = halves[found] & ((1 << bit) - 1)
        gap = np.where(before > 0, bit - highest[found], 0)
        squares[found] += gap * gap
        lowest[found] = np.where(before > 0, lowest[found], bit)
        highest[found] = bit
    return lowest, highest, squares


def bit_lengths(bits: Bits) -> Counts:
    """Return how many days each window reaches back from its last to its first active day."""
    _, highest, _ = _half_tables()
    low, high = bits & ((1 << _HALF) - 1), bits >> _HALF
    in_low = np.where(low > 0, highest.take(low) + 1, 0)
    return np.where(high > 0, highest.take(high) + _HALF + 1, in_low).astype(np.int32)


def _current_streak(bits: Bits) -> Counts:
    pending = bits >> (~bits & _ONE)
    days: Counts = np.bitwise_count(pending & ~(pending + _ONE)).astype(np.int32)
    return days


def _recency(policy: ConsistencyPolicy) -> Floats:
    """Return the points by days since the last active day."""
    points = np.zeros(NONE + 1)
    for days, most in reversed(policy.recency_steps):
        points[: min(days + 1, NONE)] = most
    return points


def headlines(total: Floats) -> Counts:
    """Return totals rounded to 6 decimals, then half up."""
    shifted = total + 0.500_000_5
    points = np.floor(shifted).astype(np.int32)
    # At the very edge the last bit decides: there Python rounds.
    for row in np.flatnonzero(np.abs(shifted - np.rint(shifted)) < 1e-9):
        points[row] = math.floor(round(float(total[row]), 6) + 0.5)
    return points
