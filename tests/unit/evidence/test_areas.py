"""Areas under curves and their intervals, as others work them out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from statistics import NormalDist

import pytest

pytest.importorskip("pyarrow", reason="evidence needs mainstay[columnar]")

import attrs
import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from mainstay.evidence.curves import roc_of
from mainstay.evidence.intervals import Comparison, levels
from mainstay.evidence.snapshots import Rows
from tests import plain_evidence

metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")

USERS = 12
#: A row: whose it is, whether they came back, and what two measures say of them.
Line = tuple[int, bool, float, int]
values = st.sampled_from([-1.5, 0.0, 0.1, 0.1 + 1e-9, 3.25]) | st.floats(-10, 10)
lines = st.lists(
    st.tuples(st.integers(0, USERS - 1), st.booleans(), values, st.integers(-3, 3)),
    unique_by=lambda line: line[0],
    min_size=1,
    max_size=USERS,
)
tables = st.lists(lines, min_size=1, max_size=4)


def parts(table: Sequence[Sequence[Line]]) -> list[Rows]:
    """A part a date."""
    return [part(lines) for lines in table]


def part(lines: Sequence[Line], day: int = 0) -> Rows:
    return Rows(
        day,
        np.array([line[0] for line in lines], np.int32),
        np.array([line[1] for line in lines], np.bool_),
        np.zeros(len(lines), np.int64),
        np.zeros(len(lines), np.int32),
        {
            "a": np.array([line[2] for line in lines], np.float64),
            "b": np.array([line[3] for line in lines], np.int64),
        },
    )


def compared(table: Sequence[Sequence[Line]], *, pooled: bool = False) -> Comparison:
    comparison = Comparison(parts(table), USERS, pooled=pooled)
    assume(comparison.pairs)
    return comparison


@given(tables)
def test_the_pooled_area_is_scikit_learn_s(table: list[list[Line]]) -> None:
    areas = compared(table, pooled=True).areas()
    rows = [line for some in table for line in some]
    for place, name in enumerate("ab", 2):
        expected = metrics.roc_auc_score([row[1] for row in rows], [row[place] for row in rows])
        assert areas[name].auc == pytest.approx(expected, abs=1e-12)


@given(tables)
def test_the_area_within_dates_weighs_each_date_by_its_pairs(table: list[list[Line]]) -> None:
    areas = compared(table).areas()
    ordered = pairs = 0.0
    for some in table:
        returned = [line[1] for line in some]
        weight = sum(returned) * (len(some) - sum(returned))
        if weight:
            ordered += weight * metrics.roc_auc_score(returned, [line[2] for line in some])
            pairs += weight
    assert areas["a"].auc == pytest.approx(ordered / pairs, abs=1e-12)


@given(tables)
def test_area_and_variance_are_those_of_pairs_one_by_one(table: list[list[Line]]) -> None:
    comparison = compared(table)
    for place, name in enumerate("ab", 2):
        area = comparison.areas()[name]
        plain = [[(str(line[0]), line[1], float(line[place])) for line in some] for some in table]
        auc, variance = plain_evidence.spread(plain)
        off = NormalDist().inv_cdf(0.975) * math.sqrt(variance)
        found = area.interval()
        assert found.auc == pytest.approx(auc)
        assert (found.low, found.high) == pytest.approx((max(auc - off, 0), min(auc + off, 1)))


@given(tables, st.booleans())
def test_influences_cancel_out(table: list[list[Line]], pooled: bool) -> None:
    for area in compared(table, pooled=pooled).areas().values():
        assert math.fsum(area.influence) == pytest.approx(0, abs=1e-12)


@given(tables, st.booleans())
def test_a_measure_the_other_way_round_has_what_is_left_of_1(
    table: list[list[Line]], pooled: bool
) -> None:
    turned = [[(user, back, -a, -b) for user, back, a, b in some] for some in table]
    areas, others = (compared(one, pooled=pooled).areas() for one in (table, turned))
    for name, area in areas.items():
        assert area.auc + others[name].auc == pytest.approx(1)
        assert area.interval().high == pytest.approx(1 - others[name].interval().low)


@given(tables)
def test_differences_are_antisymmetric_and_a_measure_differs_from_itself_by_nothing(
    table: list[list[Line]],
) -> None:
    areas = compared(table).areas()
    one, other = areas["a"].less(areas["b"]), areas["b"].less(areas["a"])
    assert one.auc == pytest.approx(areas["a"].auc - areas["b"].auc)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low)) or abs(one.high) == 1
    nothing = areas["a"].less(areas["a"])
    assert (nothing.auc, nothing.low, nothing.high) == (0, 0, 0)


@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_dates_changes_nothing(
    table: list[list[Line]], random: Random
) -> None:
    mixed = [[*some] for some in table]
    random.shuffle(mixed)
    for some in mixed:
        random.shuffle(some)
    areas, others = compared(table).areas(), compared(mixed).areas()
    for name, area in areas.items():
        assert attrs.astuple(area.interval()) == pytest.approx(
            attrs.astuple(others[name].interval())
        )


def test_intervals_are_those_of_a_bootstrap_of_users() -> None:
    """Users are drawn, with all their rows: what is drawn spreads as the interval says."""
    random = np.random.default_rng(7)
    users, drawn = 150, 400
    lasting = random.normal(size=users)
    table = []
    for _ in range(6):
        value = lasting + random.normal(size=users)
        back = lasting + random.normal(size=users) > 0
        columns = (range(users), back.tolist(), value.tolist(), value.round().tolist())
        table.append([*zip(*columns, strict=True)])
    found = Comparison(parts(table), users).areas()
    areas = []
    for _ in range(drawn):
        chosen = random.integers(users, size=users)
        again = [[some[user] for user in chosen.tolist()] for some in table]
        both = Comparison(parts(again), users).areas()
        areas.append((both["a"].auc, both["a"].auc - both["b"].auc))
    for spread, interval in zip(
        np.std(areas, axis=0), (found["a"].interval(), found["a"].less(found["b"])), strict=True
    ):
        deviation = (interval.high - interval.low) / 2 / NormalDist().inv_cdf(0.975)
        assert deviation == pytest.approx(float(spread), rel=0.15)


@given(st.lists(values, min_size=1) | st.lists(st.integers(-5, 5), min_size=1))
def test_levels_are_in_the_order_of_values(listed: list[float]) -> None:
    found = levels(np.array(listed)).tolist()
    assert min(found) == 0
    for one, level in zip(listed, found, strict=True):
        for other, another in zip(listed, found, strict=True):
            assert (one < other) == (level < another)


@given(tables)
def test_a_curve_rises_from_nobody_to_all_over_the_pooled_area(table: list[list[Line]]) -> None:
    area = compared(table, pooled=True).areas()["a"]
    curve = roc_of(parts(table), "a")
    assert (curve[0], curve[-1]) == ((0, 0), (1, 1))
    assert [*curve] == sorted(curve)
    x, y = np.array(curve).T
    assert np.trapezoid(y, x) == pytest.approx(area.auc)  # few rows: the curve has every cut
