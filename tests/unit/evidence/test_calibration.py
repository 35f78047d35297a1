"""Calibration and lift, as others work them out."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

pytest.importorskip("pyarrow", reason="evidence needs mainstay[columnar]")

import attrs
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mainstay.evidence.bins import BINS, bins, cuts
from mainstay.evidence.calibration import SHIPPED, Curve, calibration_of, fit
from mainstay.evidence.lift import lift_of, tenures_of
from mainstay.evidence.snapshots import Rows

metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
linear = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")

#: The points of a row, whether the user came back, and for how many days they had been there.
lines = st.lists(
    st.tuples(st.integers(0, 100), st.booleans(), st.integers(0, 800)), min_size=1, max_size=60
)
tables = st.lists(lines, min_size=1, max_size=5)


def part(points: list[int], returned: list[bool], tenure: list[int]) -> Rows:
    return Rows(
        0,
        np.arange(len(points), dtype=np.int32),
        np.array(returned, np.bool_),
        np.array(tenure, np.int64),
        np.array(points, np.int32),
        {"year": np.array(points, np.float64)},
    )


def parts(table: list[list[tuple[int, bool, int]]]) -> list[Rows]:
    return [part(*map(list, zip(*some, strict=True))) for some in table]


def made(rows: int, curve: Curve, seed: int) -> Rows:
    """Rows of users who come back as a curve says."""
    random = np.random.default_rng(seed)
    points = random.integers(0, 101, rows)
    chances = np.array([curve.probability(point) for point in points.tolist()])
    return part(points.tolist(), (random.random(rows) < chances).tolist(), [0] * rows)


def counted(rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    return (
        np.bincount(rows.points, minlength=101),
        np.bincount(rows.points[rows.returned], minlength=101),
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_fit_is_scikit_learn_s(seed: int) -> None:
    rows = made(400, Curve(2.0 - seed, 0.05), seed)
    other = linear.LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000)
    other.fit(rows.points.reshape(-1, 1) / 100, rows.returned)
    found = fit(*counted(rows))
    assert found is not None
    assert found.intercept == pytest.approx(-other.intercept_[0], rel=1e-5)
    assert found.slope == pytest.approx(other.coef_[0, 0] / 100, rel=1e-5)


def test_a_fit_finds_the_curve_that_rows_were_made_by() -> None:
    found = fit(*counted(made(200_000, SHIPPED, 1)))
    assert found is not None
    assert attrs.astuple(found) == pytest.approx(attrs.astuple(SHIPPED), rel=0.05)


@pytest.mark.parametrize(
    "returned",
    [
        [True] * 6,
        [False] * 6,
        [False, False, False, True, True, True],  # points alone tell
        [True, True, True, False, False, False],
        [False, False, True, True, True, True],  # all but those with equal points
    ],
)
def test_nothing_fits_where_points_alone_tell_who_came_back(returned: list[bool]) -> None:
    assert fit(*counted(part([10, 20, 30, 40, 50, 60], returned, [0] * 6))) is None


def test_nothing_fits_equal_points_or_no_rows() -> None:
    assert fit(*counted(part([30, 30], [True, False], [0, 0]))) is None
    assert fit(np.zeros(101, np.int64), np.zeros(101, np.int64)) is None


@given(lines)
def test_a_fit_is_where_the_likelihood_does_not_rise_and_there_is_one_unless_points_part_them(
    some: list[tuple[int, bool, int]],
) -> None:
    (rows,) = parts([some])
    found = fit(*counted(rows))
    back = {points for points, returned, _ in some if returned}
    away = {points for points, returned, _ in some if not returned}
    parted = not back or not away or min(back) >= max(away) or min(away) >= max(back)
    assert (found is None) == parted
    if found is not None:
        off = [returned - found.probability(points) for points, returned, _ in some]
        assert math.fsum(off) == pytest.approx(0, abs=1e-6)
        slope = (one * points for one, (points, _, _) in zip(off, some, strict=True))
        assert math.fsum(slope) == pytest.approx(0, abs=1e-4)


@given(tables)
def test_brier_and_error_are_what_they_are_defined_as_on_the_later_half(
    table: list[list[tuple[int, bool, int]]],
) -> None:
    found = calibration_of(parts(table))
    later = [line for some in table[len(table) // 2 :] for line in some]
    returned = [back for _, back, _ in later]
    for judged in filter(None, (found.shipped, found.own)):
        chances = [judged.curve.probability(points) for points, _, _ in later]
        brier = metrics.brier_score_loss(returned, chances, pos_label=True)
        assert judged.brier == pytest.approx(brier)
        off = 0.0
        for one, expected in zip(found.deciles, judged.expected, strict=True):
            among = [n for n, line in enumerate(later) if one.low <= line[0] <= one.high]
            assert expected == pytest.approx(math.fsum(chances[n] for n in among) / len(among))
            off += abs(math.fsum(chances[n] - returned[n] for n in among))
        assert judged.error == pytest.approx(off / len(later))


@given(tables, tables)
def test_what_is_fitted_does_not_know_the_later_half(
    table: list[list[tuple[int, bool, int]]], others: list[list[tuple[int, bool, int]]]
) -> None:
    earlier = table[: len(table) // 2]
    other = [*earlier, *(others * len(table))[: len(table) - len(earlier)]]
    one, two = (calibration_of(parts(all_of_them)).own for all_of_them in (table, other))
    assert (None if one is None else one.curve) == (None if two is None else two.curve)


@given(lines)
def test_bins_hold_every_row_once_and_never_part_equal_values(
    some: list[tuple[int, bool, int]],
) -> None:
    (rows,) = parts([some])
    found = bins(rows.points, rows.returned)
    assert 1 <= len(found) <= BINS
    assert sum(one.rows for one in found) == len(some)
    assert sum(one.returned for one in found) == sum(back for _, back, _ in some)
    bounds = [bound for one in found for bound in (one.low, one.high)]
    assert bounds == sorted(bounds)
    assert all(one.high < two.low for one, two in pairwise(found))
    for one in found:
        assert one.rows == sum(one.low <= points <= one.high for points, _, _ in some)


@given(st.integers(1, 50), st.integers(1, 7))
def test_bins_of_different_values_are_of_one_size(tens: int, each: int) -> None:
    assert [*cuts(np.full(10 * tens, each))] == [(n * tens, (n + 1) * tens) for n in range(10)]


@given(lines)
def test_shares_by_tenth_add_up_to_the_share_of_all(some: list[tuple[int, bool, int]]) -> None:
    found = lift_of(parts([some]), "year")
    assert math.fsum(one.rate * one.rows for one in found.deciles) == pytest.approx(
        found.rate * len(some)
    )


@given(tables)
def test_every_row_has_one_tenure(table: list[list[tuple[int, bool, int]]]) -> None:
    found = tenures_of(parts(table), 60)
    bounds = {"under_28_days": (0, 27), "under_a_year": (28, 364), "a_year_or_more": (365, 800)}
    assert [*found] == [*bounds]
    for name, (low, high) in bounds.items():
        among = [line for some in table for line in some if low <= line[2] <= high]
        assert found[name].pairs == len(among)
        rate = found[name].rate
        assert (0 if rate is None else rate * len(among)) == pytest.approx(
            sum(back for _, back, _ in among)
        )


@given(lines)
def test_a_tenure_s_area_is_scikit_learn_s_of_its_rows(some: list[tuple[int, bool, int]]) -> None:
    some = [*some, (0, True, 27), (50, False, 0)]
    short = [line for line in some if line[2] < 28]
    (area,) = tenures_of(parts([some]), 62)["under_28_days"].areas.values()
    expected = metrics.roc_auc_score([line[1] for line in short], [line[0] for line in short])
    assert area.auc == pytest.approx(expected)
