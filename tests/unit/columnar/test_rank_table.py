"""Leaderboards as columns: ranks counted by hand, and what is refused."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import numpy as np
import pyarrow as pa

from mainstay import BadRecordError, InvalidTypeError, InvalidValueError, NaiveDatetimeError
from mainstay.columnar import rank_table

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
FOUR = ["dan", "cyd", "bob", "ada"]


def points(**changed: Any) -> Any:  # pyarrow has no types
    """Bob is ahead of Ada and Cyd, who have the same; Cyd was there first. Dan is last."""
    columns = {
        "user_id": FOUR,
        "total": [100, 250, 300, 250],
        "at": [NOON, NOON - timedelta(hours=1), NOON, NOON],
    }
    return pa.table(columns | changed)


def ranked(table: object, **how: Any) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in pa.table(rank_table(table, **how)).to_pylist()]  # type: ignore[arg-type]  # by name


def ranks(table: object, **how: Any) -> list[int]:
    return [row[0] for row in ranked(table, **how)]


def test_standard_competition_ranking_leaves_a_gap_after_a_tie() -> None:
    """One row a user, the best first; inside a tie by user id."""
    found = pa.table(rank_table(points()))
    assert found.schema.names == ["rank", "user_id", "total"]
    assert found.schema.field("rank").type == pa.int64()
    assert ranked(points()) == [(1, "bob", 300), (2, "ada", 250), (2, "cyd", 250), (4, "dan", 100)]


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        ("dense", [(1, "bob"), (2, "ada"), (2, "cyd"), (3, "dan")]),
        ("ordinal", [(1, "bob"), (2, "ada"), (3, "cyd"), (4, "dan")]),
        ("earliest", [(1, "bob"), (2, "cyd"), (3, "ada"), (4, "dan")]),
    ],
)
def test_the_other_ways_to_rank_a_tie(ties: str, expected: list[tuple[int, str]]) -> None:
    assert [row[:2] for row in ranked(points(), ties=ties, reached="at")] == expected


def test_the_ranks_of_the_contract() -> None:
    table = pa.table({"user_id": range(7), "total": [300, 250, 250, 250, 100, 0, -20]})
    assert ranks(table) == [1, 2, 2, 2, 5, 6, 7]
    assert ranks(table, ties="dense") == [1, 2, 2, 2, 3, 4, 5]
    assert ranks(table, exclude=[2]) == [1, 2, 2, 4, 5, 6]


def test_earliest_at_one_instant_goes_by_user_id_and_nanoseconds_do_not_count() -> None:
    instants = pa.array([5, 1999, 1000, 999], pa.timestamp("ns", "UTC"))
    table = points(total=[7] * 4, at=instants)
    assert [row[1] for row in ranked(table, ties="earliest", reached="at")] == [
        *("ada", "dan"),
        *("bob", "cyd"),
    ]


def test_instants_may_be_in_any_zone_or_dates() -> None:
    berlin = points()["at"].cast(pa.timestamp("s", "Europe/Berlin"))
    days = [date(2024, 5, 2), date(2024, 5, 1), date(2024, 5, 2), date(2024, 5, 2)]
    for at in (berlin, berlin.combine_chunks().dictionary_encode(), pa.array(days)):
        found = ranked(points(at=at), ties="earliest", reached="at")
        assert [row[1] for row in found] == ["bob", "cyd", "ada", "dan"]


def test_excluded_users_close_the_ranks_and_friends_are_ranked_among_themselves() -> None:
    assert ranked(points(), exclude=["bob"]) == [(1, "ada", 250), (1, "cyd", 250), (3, "dan", 100)]
    assert ranked(points(), among={"dan", "cyd", "eve"}) == [(1, "cyd", 250), (2, "dan", 100)]
    assert ranked(points(), among=iter(["dan", "cyd"]), exclude=("cyd",)) == [(1, "dan", 100)]
    assert ranked(points(), among=[]) == []


def test_only_those_listed_need_a_total_and_an_instant() -> None:
    """As in the core, which looks at no other."""
    table = points(total=[math.nan, 1.5, 2.5, None], at=[None, NOON, NOON, None])
    found = ranked(table, exclude=["dan", "ada"], ties="earliest", reached="at")
    assert found == [(1, "bob", 2.5), (2, "cyd", 1.5)]


def test_instants_are_not_looked_at_without_earliest() -> None:
    assert ranks(points(at=[None] * 4), reached="at") == [1, 2, 2, 4]
    assert ranks(points(), reached="not there") == [1, 2, 2, 4]


TOTALS = [
    pa.array([100, 250, 300, 250], pa.int16()),
    pa.array([0, 2**63, 2**64 - 1, 2**63], pa.uint64()),
    pa.array([-(2**63), 0, 2**63 - 1, 0], pa.int64()),
    pa.array([-1.5, 0.0, 5e-324, -0.0], pa.float64()),
    pa.array(np.array([-1.5, 0.0, 1.5, -0.0], np.float16)),
    pa.array([Decimal(-1), Decimal("1.10"), Decimal(2), Decimal("1.1")], pa.decimal128(38, 2)),
    pa.array([Decimal(-1), Decimal(10**60), Decimal(10**60 + 1), Decimal(10**60)]),
    pa.array([100, 250, 300, 250]).dictionary_encode(),
]


@pytest.mark.parametrize("total", TOTALS, ids=lambda total: str(total.type))
def test_totals_of_every_type_are_ranked_and_keep_it(total: Any) -> None:
    found = pa.table(rank_table(points(total=total)))
    assert found["rank"].to_pylist() == [1, 2, 2, 4]
    assert found["user_id"].to_pylist() == ["bob", "ada", "cyd", "dan"]
    plain = total.dictionary_decode() if pa.types.is_dictionary(total.type) else total
    assert found["total"].combine_chunks() == plain.take(pa.array([2, 3, 1, 0]))


@pytest.mark.parametrize("short", ["decimal32", "decimal64"])
def test_decimals_below_zero_come_last_however_short_they_are(short: str) -> None:
    """Arrow itself puts them first."""
    total = pa.array([Decimal(-5), Decimal(0), Decimal("0.5"), Decimal(0)])
    kind = getattr(pa, short)(5, 2)
    found = pa.table(rank_table(points(total=total.cast(kind))))
    assert found["user_id"].to_pylist() == ["bob", "ada", "cyd", "dan"]
    assert found["total"].type == kind


def test_user_ids_are_ordered_by_code_point_or_as_numbers() -> None:
    """By UTF-16, the emoji would come before U+FFFD."""
    names = ["🏆", "\ufffd", "é", "z", "a\0", "a", "a\0\0", "Z"]
    in_order = ["Z", "a", "a\0", "a\0\0", "z", "é", "\ufffd", "🏆"]
    for ids in (
        pa.array(names),
        pa.array(names).dictionary_encode(),
        pa.array(names).cast("large_string"),
    ):
        assert [row[1] for row in ranked(pa.table({"user_id": ids, "total": [1] * 8}))] == in_order
    big = pa.array([2**64 - 1, 10, 9, 2**63], pa.uint64())
    assert [row[1] for row in ranked(pa.table({"user_id": big, "total": [1] * 4}))] == [
        *(9, 10),
        *(2**63, 2**64 - 1),
    ]


def test_who_is_named_may_be_nobody_in_the_table() -> None:
    """Also numbers that the column can't hold, and halves of characters."""
    small = points(user_id=pa.array([4, -3, 2, 1], pa.int8()))
    assert ranked(small, exclude=[2, 300, -(2**63), 2**64 - 1], among=[-3, 4, 2, 1000]) == [
        (1, -3, 250),
        (2, 4, 100),
    ]
    assert ranks(points(), exclude=["\ud800", "bob"]) == [1, 1, 3]


def test_columns_have_the_caller_s_names() -> None:
    table = points().rename_columns(["who", "score", "when"])
    found = pa.table(rank_table(table, user="who", total="score", ties="earliest", reached="when"))
    assert found.column_names == ["rank", "who", "total"]
    assert found["who"].to_pylist() == ["bob", "cyd", "ada", "dan"]


def test_any_frame_will_do_and_nobody_may_be_in_it() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"user_id": FOUR, "total": [100, 250, 300, 250]})
    for source in (frame, [points().slice(0, 1), points().slice(1)]):
        assert ranked(source) == ranked(points())
    for kind in (pa.int64(), pa.null(), pa.decimal128(5, 2)):
        none = pa.table({"user_id": pa.array([], pa.string()), "total": pa.array([], kind)})
        assert [ranked(none, ties=ties) for ties in ("competition", "dense", "ordinal")] == [[]] * 3


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"user_id": ["dan", None, "bob", "ada"]}, "row 1: user_id is missing"),
        ({"user_id": ["dan", "", "bob", "ada"]}, "row 1: user_id must not be empty"),
        ({"user_id": ["dan", "cyd", "bob", "cyd"]}, "row 3: user_id has a row already, got 'cyd'."),
        ({"total": [100, 250, None, 250]}, "row 2: total is missing, got None."),
        ({"total": [None] * 4}, "row 0: total is missing"),
        ({"total": [100, math.nan, 1, 2]}, "row 1: total must be finite, got nan. Leave out users"),
        ({"total": [1, 2, 3, math.inf]}, "row 3: total must be finite, got inf"),
        ({"total": [1, 2, 3, -math.inf]}, "row 3: total must be finite, got -inf"),
        ({"at": [NOON, None, NOON, NOON]}, "row 1: at is missing"),
        ({"total": [1, 2, 3, None], "at": [NOON, NOON, None, NOON]}, "row 2: at is missing"),
        ({"total": [1, 2, None, 4], "at": [NOON, NOON, NOON, None]}, "row 2: total is missing"),
    ],
)
def test_what_is_wrong_is_said_with_the_row(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRecordError) as caught:
        ranked(points(**changed), ties="earliest", reached="at")
    assert str(caught.value).startswith(message)


def test_rows_are_counted_over_batches_also_those_that_are_not_listed() -> None:
    other = points(user_id=["h", "g", "f", "e"], total=[1.0, math.nan, 2.0, math.nan])
    batches = [points(total=[1.0] * 4), other]
    with pytest.raises(BadRecordError, match="row 7: total must be finite"):
        ranked(batches, exclude=["dan", "g"])
    with pytest.raises(BadRecordError, match="row 5: total must be finite"):
        ranked(batches, among=["g", "ada", "e"])


def test_a_second_row_of_a_user_is_refused_also_of_one_who_is_not_listed() -> None:
    twice = [points(), points(user_id=["eve", "fay", "gil", "bob"])]
    with pytest.raises(BadRecordError, match="row 7: user_id has a row already, got 'bob'"):
        ranked(twice, exclude=["bob"])


@pytest.mark.parametrize(
    "changed",
    [
        {"user_id": [1.5, 2.5, 3.5, 4.5]},
        {"total": ["1", "2", "3", "4"]},
        {"total": [True, False, True, True]},
        {"at": ["12:00"] * 4},
        {"at": [1, 2, 3, 4]},
    ],
)
def test_a_column_of_another_type_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidTypeError, match=next(iter(changed))):
        ranked(points(**changed), ties="earliest", reached="at")


def test_instants_without_a_zone_are_refused() -> None:
    naive = points(at=points()["at"].cast(pa.timestamp("us")))
    with pytest.raises(NaiveDatetimeError, match="at have no time zone"):
        ranked(naive, ties="earliest", reached="at")


def test_columns_are_of_one_type_in_all_batches() -> None:
    other = {"user_id": ["h", "g", "f", "e"]}
    with pytest.raises(InvalidTypeError, match="user_id must be large_string in every batch"):
        ranked([points(), points(user_id=[1, 2, 3, 4])])
    with pytest.raises(InvalidTypeError, match="total must be int64 in every batch, got 'double'"):
        ranked([points(), points(**other, total=[1.5] * 4)])


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"ties": "fair"}, "ties must be one of 'competition', 'dense', 'ordinal', 'earliest'"),
        ({"ties": "earliest"}, "reached must name the column that says when users reached"),
        ({"ties": "earliest", "reached": "then"}, "column then is missing"),
        ({"total": "sum"}, "column sum is missing"),
        ({"user": "name"}, "column name is missing"),
        ({"user": "rank"}, "user must not be called as another column of the result"),
        ({"user": "total"}, "user must not be called as another column of the result"),
        ({"among": [""]}, "among must not be empty"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(how: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        ranked(points(), **how)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"exclude": "bob"}, "exclude must be several, such as a list of them"),
        ({"among": 5}, "among must be several"),
        ({"exclude": [1]}, "exclude must be a string, got 1"),
        ({"user": 5}, "user must be a string"),
        ({"total": 5}, "column must be a string"),
        ({"ties": "earliest", "reached": 5}, "column must be a string"),
    ],
)
def test_arguments_of_another_type_are_refused(how: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidTypeError) as caught:
        ranked(points(), **how)
    assert str(caught.value).startswith(message)


def test_a_text_is_not_a_number_s_id() -> None:
    with pytest.raises(InvalidTypeError, match="among must be an integer, got '1'"):
        ranked(points(user_id=[1, 2, 3, 4]), among=["1"])
    with pytest.raises(InvalidValueError, match="exclude must be between"):
        ranked(points(user_id=[1, 2, 3, 4]), exclude=[2**64])


def test_a_table_of_several_chunks_is_ranked_as_one() -> None:
    many = 300_000
    columns: dict[str, Any] = {"user_id": range(many), "total": [n % 1000 for n in range(many)]}
    found = pa.table(rank_table(pa.table(columns), exclude=[1999]))
    assert found["rank"].to_pylist()[298:301] == [1, 300, 300]
    assert found["user_id"].to_pylist()[:3] == [999, 2999, 3999]
    columns["total"] = [1.0] * (many - 1) + [math.nan]
    with pytest.raises(BadRecordError, match="row 299999: total"):
        rank_table(pa.table(columns), exclude=[0, 1])
