"""Users ranked on columns have the ranks that the core gives them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias, get_args

import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from mainstay import BadRecordError, InvalidValueError
from mainstay.columnar import rank_table
from mainstay.recognition import Ties, rank
from mainstay.testing import strategies

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
ALL_TIES: tuple[Ties, ...] = get_args(Ties)

#: What a column of some type can hold: ends, and a few that come up often and so make ties.
TOTALS: dict[Any, st.SearchStrategy[Any]] = {
    pa.int64(): st.integers(-3, 3) | st.integers(-(2**63), 2**63 - 1),
    pa.int8(): st.integers(-128, 127) | st.sampled_from([-128, 127]),
    pa.uint64(): st.integers(0, 3) | st.integers(2**64 - 3, 2**64 - 1),
    pa.float64(): st.sampled_from([0.0, -0.0, 5e-324, 1e308, -1e308, 0.1])
    | st.floats(allow_nan=False, allow_infinity=False),
    pa.float32(): st.sampled_from([0.0, -0.0]) | st.floats(-4, 4, width=32),
    pa.decimal32(9, 2): st.decimals(-9, 9, places=2),
    pa.decimal64(18, 0): st.integers(-(10**18) + 1, 10**18 - 1).map(Decimal),
    pa.decimal128(38, 6): st.decimals(-3, 3, places=6)
    | st.integers(-(10**31), 10**31).map(Decimal),
    pa.decimal256(70, 0): st.integers(10**69, 10**69 + 3).map(Decimal),
}
kinds = st.sampled_from([*TOTALS])
texts = strategies.user_ids() | st.text("a\0z\u00e9\ufffd🏆", min_size=1, max_size=20)
ids = texts.filter(lambda text: text.encode("utf-8", "replace").decode() == text)
instants = st.integers(0, 3).map(lambda micros: NOON + timedelta(microseconds=micros))
Row: TypeAlias = tuple[str, Any, datetime]


def rows_of(kind: Any, users: st.SearchStrategy[Any] = ids) -> st.SearchStrategy[list[Row]]:
    row = st.tuples(users, TOTALS[kind], instants)
    return st.lists(row, max_size=12, unique_by=lambda row: row[0])


def table_of(rows: Sequence[tuple[Any, Any, Any]], kind: Any, users: Any = None) -> Any:  # untyped
    return pa.table(
        {
            "user_id": pa.array([user for user, _, _ in rows], users or pa.string()),
            "total": pa.array([total for _, total, _ in rows], kind),
            "reached": pa.array([at for _, _, at in rows], pa.timestamp("us", "Asia/Tokyo")),
        }
    )


def ranked(source: Any, **how: Any) -> list[tuple[Any, ...]]:
    found = rank_table(source, reached="reached", **how)
    return [tuple(row.values()) for row in pa.table(found).to_pylist()]


def expected(rows: Sequence[Row], **how: Any) -> list[tuple[Any, ...]]:
    totals = {user: total for user, total, _ in rows}
    reached = {user: at for user, _, at in rows}
    return [tuple(place) for place in rank(totals, reached=reached, **how)]


@pytest.mark.parametrize("ties", ALL_TIES)
@given(st.data(), kinds)
def test_everybody_has_the_core_s_rank(ties: Ties, data: st.DataObject, kind: Any) -> None:
    rows = data.draw(rows_of(kind))
    assert ranked(table_of(rows, kind), ties=ties) == expected(rows, ties=ties)


@given(rows_of(pa.float64()))
def test_every_total_is_kept_to_its_sign(rows: list[Row]) -> None:
    """Although -0.0 equals 0.0."""
    assert repr(ranked(table_of(rows, pa.float64()))) == repr(expected(rows))


@pytest.mark.parametrize("ties", ALL_TIES)
@given(st.data(), kinds)
def test_integers_are_ordered_as_numbers(ties: Ties, data: st.DataObject, kind: Any) -> None:
    """The core knows texts alone: so each number is one of as many digits."""
    low, column = data.draw(st.sampled_from([(0, pa.uint64()), (-(2**63), pa.int64())]))
    numbers = st.integers(low, low + 3) | st.integers(low, low + 2**64 - 1)
    rows = data.draw(rows_of(kind, numbers.map(lambda number: f"{number - low:020}")))
    as_numbers = [(int(user) + low, total, at) for user, total, at in rows]
    found = ranked(table_of(as_numbers, kind, column), ties=ties)
    assert found == [
        (place, int(user) + low, total) for place, user, total in expected(rows, ties=ties)
    ]


@pytest.mark.parametrize("ties", ALL_TIES)
@given(st.data(), kinds, st.sets(strategies.user_ids()), st.none() | st.sets(strategies.user_ids()))
def test_those_left_out_and_those_ranked_among_themselves_are_the_core_s(
    ties: Ties, data: st.DataObject, kind: Any, exclude: set[str], among: set[str] | None
) -> None:
    """Whatever total the others have, or none."""
    rows = data.draw(rows_of(kind))
    listed = [row for row in rows if row[0] not in exclude and (among is None or row[0] in among)]
    how: dict[str, Any] = {"ties": ties, "exclude": exclude, "among": among}
    assert ranked(table_of(rows, kind), **how) == expected(rows, **how)
    others_have_none = [row if row in listed else (row[0], None, None) for row in rows]
    assert ranked(table_of(others_have_none, kind), **how) == expected(listed, ties=ties)


@pytest.mark.parametrize("ties", ALL_TIES)
@given(st.data(), kinds)
def test_neither_the_order_of_rows_nor_batches_nor_how_texts_are_kept_matters(
    ties: Ties, data: st.DataObject, kind: Any
) -> None:
    rows = data.draw(rows_of(kind))
    shuffled = table_of(data.draw(st.permutations(rows)), kind)
    if data.draw(st.booleans()):
        encoded = shuffled["user_id"].combine_chunks().dictionary_encode()
        shuffled = shuffled.set_column(0, "user_id", encoded)
    cut = data.draw(st.integers(0, len(rows)))
    batches = [shuffled.slice(0, cut), shuffled.slice(cut)]
    assert ranked(batches, ties=ties) == ranked(table_of(rows, kind), ties=ties)


questionable = st.tuples(
    st.sampled_from(["ada", "bob", "cyd", "dan", "eve"]),
    st.sampled_from([1.0, 2.0, -0.0, 3.5, math.nan, math.inf, -math.inf, None]),
    st.sampled_from([NOON, NOON, NOON, None]),
)


def is_bad(row: tuple[str, float | None, datetime | None], ties: Ties, exclude: set[str]) -> bool:
    user, total, at = row
    totals: dict[str, Any] = {user: total}
    reached: dict[str, Any] = {user: at}
    try:
        rank(totals, ties=ties, reached=reached, exclude=exclude)
    except InvalidValueError:
        return True
    return False


@pytest.mark.parametrize("ties", ALL_TIES)
@given(
    st.lists(questionable, max_size=5, unique_by=lambda row: row[0]),
    st.sets(st.sampled_from(["ada", "bob"])),
    st.integers(0, 5),
)
def test_what_the_core_refuses_is_refused_and_the_first_such_row_is_named(
    ties: Ties, rows: list[Row], exclude: set[str], cut: int
) -> None:
    table = table_of(rows, pa.float64())
    batches = [table.slice(0, cut), table.slice(cut)]
    bad = [number for number, row in enumerate(rows) if is_bad(row, ties, exclude)]
    if not bad:
        assert ranked(batches, ties=ties, exclude=exclude) == expected(
            rows, ties=ties, exclude=exclude
        )
        return
    with pytest.raises(BadRecordError) as caught:
        ranked(batches, ties=ties, exclude=exclude)
    assert (caught.value.place, caught.value.number) == ("row", bad[0])


@given(st.lists(strategies.user_ids(), min_size=1, max_size=8), st.integers(0, 8))
def test_the_first_second_row_of_a_user_is_named(users: list[str], cut: int) -> None:
    table = table_of([(user, 1, NOON) for user in users], pa.int64())
    again = [row for row, user in enumerate(users) if user in users[:row]]
    if not again:
        ranked(table)
        return
    with pytest.raises(BadRecordError, match="has a row already") as caught:
        ranked([table.slice(0, cut), table.slice(cut)])
    assert caught.value.number == again[0]
