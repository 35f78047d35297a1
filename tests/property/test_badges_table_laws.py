"""Badges earned on columns are those that the core awards user by user."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeAlias

import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from mainstay import BadRecordError, InvalidValueError
from mainstay.columnar import badges_table
from mainstay.recognition import MOST_POINTS, Badge, BadgePolicy, awards
from mainstay.testing import strategies

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
Row: TypeAlias = tuple[str, dict[str, Any]]

catalogues = strategies.badge_policies().map(lambda policy: policy.badges)
#: Near the thresholds of all catalogues, and as far from them as can be.
values = st.none() | st.integers(-60, 60) | st.integers(-MOST_POINTS, MOST_POINTS)


def metrics_of(badges: Iterable[Badge]) -> list[str]:
    return [*dict.fromkeys(badge.metric for badge in badges)]


def rows_of(badges: Iterable[Badge], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    measured = st.fixed_dictionaries(dict.fromkeys(metrics_of(badges), values))
    return st.lists(st.tuples(strategies.user_ids(), measured), max_size=8)


def table_of(rows: list[Row], badges: Iterable[Badge], kind: Any) -> Any:  # pyarrow has no types
    columns = {"user_id": pa.array([user for user, _ in rows], pa.string())}
    for metric in metrics_of(badges):
        columns[metric] = pa.array([measured[metric] for _, measured in rows], kind)
    return pa.table(columns)


def awarded(row: Row, badges: Iterable[Badge]) -> set[str]:
    """The keys of the badges that the core awards, if a metric without a value is not there."""
    user, measured = row
    known = {metric: value for metric, value in measured.items() if value is not None}
    due = awards(user, known, [], at=NOON, badges=badges)
    return {credit.reason.removeprefix("badge:") for credit in due}


def expected(rows: list[Row], badges: Iterable[Badge]) -> list[dict[str, Any]]:
    return [
        {"user_id": row[0]} | {badge.key: badge.key in awarded(row, badges) for badge in badges}
        for row in rows
    ]


@given(st.data(), catalogues, st.sampled_from([pa.int64(), pa.float64(), pa.decimal128(38, 2)]))
def test_everybody_has_the_badges_that_the_core_awards(
    data: st.DataObject, badges: tuple[Badge, ...], kind: Any
) -> None:
    rows = data.draw(rows_of(badges, values))
    found = pa.table(badges_table(table_of(rows, badges, kind), badges=badges))
    assert found.to_pylist() == expected(rows, badges)
    assert found.column_names == ["user_id", *(badge.key for badge in badges)]


@given(st.data(), catalogues)
def test_neither_batches_nor_the_order_of_badges_matters(
    data: st.DataObject, badges: tuple[Badge, ...]
) -> None:
    rows = data.draw(rows_of(badges, values))
    table, cut = table_of(rows, badges, pa.int64()), data.draw(st.integers(0, len(rows)))
    found = badges_table(
        [table.slice(0, cut), table.slice(cut)], badges=data.draw(st.permutations(badges))
    )
    assert pa.table(found).to_pylist() == expected(rows, badges)


questionable = st.sampled_from(
    [None, 0.0, 1.0, 5.0, -3.0, 0.5, float("nan"), float("inf"), 2.0**53, -(2.0**53)]
)


def is_bad(row: Row) -> bool:
    """The core takes no floats at all: what is a whole number is given to it as one."""
    user, measured = row
    known = {
        metric: int(value) if value.is_integer() else value
        for metric, value in measured.items()
        if value is not None
    }
    try:
        awards(user, known, [], at=NOON)
    except InvalidValueError:
        return True
    return False


@given(rows_of(BadgePolicy().badges, questionable))
def test_what_the_core_refuses_is_refused_and_the_first_such_row_is_named(rows: list[Row]) -> None:
    badges = BadgePolicy().badges
    table = table_of(rows, badges, pa.float64())
    bad = [number for number, row in enumerate(rows) if is_bad(row)]
    if not bad:
        badges_table(table)
        return
    with pytest.raises(BadRecordError) as caught:
        badges_table(table)
    assert (caught.value.place, caught.value.number) == ("row", bad[0])
