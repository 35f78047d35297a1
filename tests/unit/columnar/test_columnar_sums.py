"""Sums and parts on columns against the core's own, to the last bit."""

from __future__ import annotations

import math
from datetime import date
from itertools import product

import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mainstay import ActivityWindow, ConsistencyPolicy, consistency_score
from mainstay.columnar.parts import _gaps, bit_lengths, headlines, parts_of, trailing_zeros
from mainstay.columnar.sums import exact_sum
from mainstay.explanation import headline
from mainstay.scores.consistency.breakdown import _gap_deviation
from mainstay.testing import strategies

TODAY = date(2024, 5, 28)
ULP = 2.0**-52
#: All sets of days among 16, at either end of a window, and sets of all 28 that are spread out.
SPREAD = [n * 2_654_435_761 % (1 << 28) for n in range(20_000)]
ALL_16 = np.arange(1 << 16, dtype=np.uint32)


@given(st.lists(st.tuples(*[st.floats(0, 100)] * 3), max_size=50))
def test_sums_are_rounded_but_once(rows: list[tuple[float, float, float]]) -> None:
    columns = np.array(rows).reshape(-1, 3).T
    assert exact_sum(*columns).tolist() == [math.fsum(row) for row in rows]


def test_sums_that_are_nearly_ties_go_where_the_last_part_says() -> None:
    """Half a unit of the last place, and a trifle more or less: what a float sum gets wrong."""
    halves = [0.0, ULP / 2, ULP / 4, 3 * ULP / 2, 1.0, 1 + ULP, 64.0, 63.0, 0.1]
    trifles = [sign * size for sign in (-1, 1) for size in (0.0, ULP**2, 5e-324, ULP / 4)]
    rows = [*product(halves, halves, trifles)]
    expected = [math.fsum(row) for row in rows]
    for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0)):
        columns = [np.array([row[place] for row in rows]) for place in order]
        assert exact_sum(*columns).tolist() == expected
    assert any(math.fsum(row) != sum(row) for row in rows)


def test_points_round_to_six_decimals_and_then_half_up_at_the_very_edge() -> None:
    edges = [k + edge for k in range(100) for edge in (0.4999995, 0.5, 0.49999949, 0.9999995, 0.0)]
    totals = []
    for edge in edges:
        totals += [edge, math.nextafter(edge, 0), math.nextafter(edge, 200)]
        totals += [max(0.0, edge + step) for step in (-1e-9, 1e-9, -1e-12, 1e-12)]
    totals += [100.0, math.nextafter(100.0, 0)]
    found = headlines(np.array(totals)).tolist()
    assert found == [headline(total) for total in totals]


@given(st.lists(st.floats(0, 100), max_size=50))
def test_points_are_the_cores(totals: list[float]) -> None:
    assert headlines(np.array(totals)).tolist() == [headline(total) for total in totals]


@pytest.mark.parametrize("shift", [0, 7, 12])
def test_gaps_of_all_sets_of_16_days_are_the_cores(shift: int) -> None:
    bits = ALL_16[np.bitwise_count(ALL_16) >= 2] << np.uint32(shift)
    gaps = np.bitwise_count(bits).astype(np.int64) - 1
    squares, span = _gaps(bits)
    deviations = np.sqrt(gaps * squares - span * span) / gaps
    assert deviations.tolist() == [_gap_deviation(window) for window in bits.tolist()]


def assert_equal_to_the_core(windows: list[int], policy: ConsistencyPolicy) -> None:
    parts = parts_of(np.array(windows, np.uint32), policy.window_days, policy)
    scores = [
        consistency_score(ActivityWindow(TODAY, window, policy.window_days), policy=policy)
        for window in windows
    ]
    assert parts.base.tolist() == [score.breakdown.base for score in scores]
    assert parts.distribution.tolist() == [score.breakdown.distribution for score in scores]
    assert parts.streak.tolist() == [score.breakdown.streak for score in scores]
    assert parts.recency.tolist() == [score.breakdown.recency for score in scores]
    assert parts.active_days.tolist() == [score.active_days for score in scores]
    assert parts.current_streak.tolist() == [score.current_streak for score in scores]
    assert parts.total.tolist() == [score.total for score in scores]
    assert parts.points.tolist() == [score.points for score in scores]


def test_all_windows_of_16_days_have_the_cores_parts() -> None:
    """Windows of fewer days are among them."""
    policy = ConsistencyPolicy(window_days=16)
    assert_equal_to_the_core(ALL_16.tolist(), policy)


def test_windows_of_28_days_have_the_cores_parts() -> None:
    assert_equal_to_the_core([*SPREAD, 0, (1 << 28) - 1], ConsistencyPolicy())


@given(
    strategies.consistency_policies(),
    st.lists(st.integers(0, (1 << 28) - 1) | st.sampled_from([0, 1, 2, 3]), max_size=50),
)
def test_with_any_policy_the_parts_and_their_exact_sum_are_the_cores(
    policy: ConsistencyPolicy, windows: list[int]
) -> None:
    assert_equal_to_the_core(windows, policy)


def test_a_part_streak_point_and_a_part_recency_point_are_not_added_first() -> None:
    """Their sum would be rounded, and the total then once more."""
    policy = ConsistencyPolicy(
        streak_points_per_day=1.138645260143444,
        base_points=1,
        distribution_points=0,
        streak_points=2,
        recency_steps=((1, 97), (7, 19.4)),
    )
    assert_equal_to_the_core([1, 3, 7, 1 << 5, 0b1011], policy)


@pytest.mark.parametrize("windows", [SPREAD, [1 << n for n in range(28)], [0]])
def test_the_last_and_the_first_day_of_a_window_are_its_lowest_and_highest_bits(
    windows: list[int],
) -> None:
    bits = np.array(windows, np.uint32)
    lowest = [(window & -window).bit_length() - 1 if window else 32 for window in windows]
    assert trailing_zeros(bits).tolist() == lowest
    assert bit_lengths(bits).tolist() == [window.bit_length() for window in windows]


def test_parts_divide_by_the_days_that_each_user_could_have_been_active() -> None:
    policy, bits = ConsistencyPolicy(), np.array([0b111, 1, 0], np.uint32)
    parts = parts_of(bits, np.array([7, 14, 28], np.int32), policy)
    assert parts.base.tolist() == [3 / 7 * 60, 1 / 14 * 60, 0.0]
