"""Windows as columns: how they look, how they merge and move on, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import pyarrow as pa

from mainstay import (
    BadRecordError,
    ConsistencyPolicy,
    InvalidTypeError,
    InvalidValueError,
    OutOfOrderError,
    YearPolicy,
)
from mainstay.columnar import advance_windows, merge_windows, score_windows, windows_table

FIRST, LAST = date(2024, 5, 1), date(2024, 5, 28)
AS_OF = datetime(2024, 5, 28, 20, tzinfo=UTC)
#: 9 of 28 days, the first vector of SPEC §2: 45 points.
NINE = sum(1 << (28 - day) for day in (1, 2, 5, 8, 9, 10, 15, 22, 28))

YEAR = YearPolicy()

Refusal = Callable[[], object]


def windows(**changed: Any) -> Any:  # pyarrow has no types
    columns = {"user_id": ["ada", "bob"], "bits": [NINE, 0b10], "last_day": [LAST, FIRST]}
    return pa.table(columns | changed)


def rows(table: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pa.table(table).to_pylist()
    return found


def test_a_window_is_the_days_of_the_events_counted_back_from_today() -> None:
    active = [(1, "ada"), (28, "bob"), (27, "ada"), (28, "ada"), (28, "ada")]
    events = pa.table(
        {
            "user_id": [user for _, user in active],
            "started_at": [datetime(2024, 5, day, 12, tzinfo=UTC) for day, _ in active],
        }
    )
    assert rows(windows_table(events, as_of=AS_OF)) == [
        {"user_id": "ada", "bits": 1 << 27 | 0b11, "last_day": LAST},
        {"user_id": "bob", "bits": 0b1, "last_day": LAST},
    ]


def test_a_window_takes_five_bytes_beside_the_id() -> None:
    users = 3000
    events = pa.table({"user_id": range(users), "started_at": [AS_OF] * users})
    table = pa.table(windows_table(events, as_of=AS_OF))
    assert table.schema.types[1:] == [pa.uint32(), pa.dictionary(pa.int8(), pa.date32())]
    assert table.select(["bits", "last_day"]).nbytes < 5 * users + 100


def test_the_policy_says_how_many_days_a_window_spans() -> None:
    events = pa.table(
        {
            "user_id": ["ada", "ada"],
            "started_at": [datetime(2024, 5, day, 12, tzinfo=UTC) for day in (21, 22)],
        }
    )
    week = ConsistencyPolicy(window_days=7)
    table = windows_table(events, as_of=AS_OF, policy=week)
    assert pa.table(table)["bits"].to_pylist() == [1 << 6]
    moved = advance_windows(table, date(2024, 5, 29), policy=week)
    assert pa.table(moved)["bits"].to_pylist() == [0]
    assert rows(merge_windows(table, moved, policy=week)) == rows(moved)


def test_scores_are_those_of_the_contract() -> None:
    scores = rows(score_windows(windows()))
    assert [row["points"] for row in scores] == [45, 9]
    assert scores[0]["total"] == pytest.approx(44.906939, abs=1e-6)
    assert [row["today"] for row in scores] == [LAST, FIRST]
    assert [row["last_active_day"] for row in scores] == [LAST, date(2024, 4, 30)]


def test_today_moves_on_what_ends_before_it_and_nothing_else() -> None:
    scores = rows(score_windows(windows(), today=date(2024, 5, 2)))
    assert [(row["points"], row["today"]) for row in scores] == [(45, LAST), (5, date(2024, 5, 2))]


def test_new_users_are_not_penalised() -> None:
    """One active day of 7 instead of 28: 60 / 7, and 2 and 5 points for it being today."""
    table = windows(bits=[1, 1], joined=[LAST, None])
    scores = rows(score_windows(table, member_since="joined"))
    assert scores[0]["total"] == pytest.approx(60 / 7 + 7)
    assert scores[1]["total"] == pytest.approx(60 / 28 + 7)


def test_who_joined_after_today_is_refused() -> None:
    table = windows(joined=[None, LAST])
    with pytest.raises(
        InvalidValueError, match="must not be after today, 2024-05-01, for user 'bob'"
    ):
        score_windows(table, member_since="joined")


def test_a_user_s_rows_are_scored_and_moved_on_one_by_one() -> None:
    twice = windows(user_id=["ada", "ada"])
    assert [row["points"] for row in rows(score_windows(twice))] == [45, 9]
    assert len(rows(advance_windows(twice, LAST))) == 2


def test_the_earlier_window_moves_on_before_the_two_are_put_together() -> None:
    day = date(2024, 5, 3)
    table = windows(user_id=["ada", "ada"], bits=[0b101, 0b1], last_day=[FIRST, day])
    assert rows(merge_windows(table)) == [{"user_id": "ada", "bits": 0b10101, "last_day": day}]


def test_a_window_of_long_ago_only_leaves_its_user() -> None:
    old = windows(last_day=[date.min, date.min], bits=[1, 1])
    assert rows(merge_windows(old, windows())) == rows(windows())
    assert rows(merge_windows(old)) == rows(old)
    assert [row["bits"] for row in rows(advance_windows(old, date.max))] == [0, 0]


def test_no_table_and_an_empty_one_merge_to_none() -> None:
    assert rows(merge_windows()) == rows(merge_windows(windows().slice(0, 0))) == []


def test_shards_may_come_from_different_libraries() -> None:
    """Polars has strings of its own; other stores know no unsigned integers."""
    pytest.importorskip("pandas")
    shards = [
        windows(bits=pa.array([NINE, 0], pa.int64())),
        windows().to_pandas(),
        windows(user_id=pa.array(["ada", "bob"]).dictionary_encode()),
        windows(bits=[float(NINE), 2.0]),
        windows(bits=[Decimal(NINE), Decimal(2)]),
        [windows().slice(1), windows().slice(0, 1)],
    ]
    merged = merge_windows(*shards)
    assert rows(merged) == rows(windows())
    assert pa.table(merged)["user_id"].type == pa.string()
    for shard in shards[1:-1]:
        assert rows(score_windows(shard)) == rows(score_windows(windows()))
        assert rows(advance_windows(shard, LAST)) == rows(advance_windows(windows(), LAST))


def test_integer_users_keep_their_type() -> None:
    ids = pa.array([2**64 - 1, 0], pa.uint64())
    for table in (
        merge_windows(windows(user_id=ids)),
        advance_windows(windows(user_id=ids), LAST),
        score_windows(windows(user_id=ids)),
    ):
        assert pa.table(table)["user_id"].to_pylist() == [2**64 - 1, 0]


@pytest.mark.parametrize(
    "ids", [[b"\x00\xff", b"\xff"], [Decimal("-1.50"), Decimal(2)], [FIRST, LAST], [True, False]]
)
def test_users_of_any_type_that_compares_keep_it(ids: list[object]) -> None:
    table = windows(user_id=ids)
    both = windows(user_id=pa.array(ids).dictionary_encode())
    for found in (
        merge_windows(table, table, both),
        advance_windows(table, LAST),
        score_windows(table),
    ):
        assert pa.table(found)["user_id"].to_pylist() == ids
        assert pa.table(found)["user_id"].type == table["user_id"].type


def test_users_are_of_one_type_in_all_tables() -> None:
    with pytest.raises(InvalidTypeError, match="user_id must be string in every batch"):
        merge_windows(windows(), windows(user_id=[1, 2]))
    both = [windows(), windows(user_id=[1, 2])]
    refusals: list[Refusal] = [lambda: score_windows(both), lambda: advance_windows(both, LAST)]
    for refused in refusals:
        with pytest.raises(InvalidTypeError, match="user_id must be string in every batch"):
            refused()


def test_windows_of_many_last_days_need_more_than_a_byte() -> None:
    days = [date.fromordinal(FIRST.toordinal() + n) for n in range(200)]
    table = pa.table({"user_id": range(200), "bits": [1] * 200, "last_day": days})
    assert rows(merge_windows(table)) == rows(table)


def test_a_merge_of_many_users_is_the_same_in_any_batches() -> None:
    """More than one chunk's rows, each user in two of them."""
    users = 50_000
    bits = np.arange(2 * users) % 2**28
    table = pa.table(
        {
            "user_id": np.tile(np.arange(users), 2),
            "bits": bits,
            "last_day": pa.array(np.repeat([19_000, 19_001], users), pa.int32()).cast(pa.date32()),
        }
    )
    expected = (bits[:users] << 1 & 2**28 - 1) | bits[users:]
    for source in (table, table.to_batches(max_chunksize=7_000)):
        merged = pa.table(merge_windows(source))
        assert merged["bits"].to_pylist() == expected.tolist()
        assert merged["user_id"].to_pylist() == list(range(users))


#: Every second Sunday of a year, today included: SPEC §2a has 49.676948 points for it.
SUNDAY = date(2026, 3, 1)
FORTNIGHTS = sum(1 << week for week in range(0, 52, 2))


def years(**changed: Any) -> Any:  # pyarrow has no types
    columns = {
        "user_id": ["ada", "bob"],
        "day_bits": [1 | 1 << 14, 0],
        "week_bits": [FORTNIGHTS, 1 << 51],
        "last_day": [SUNDAY] * 2,
    }
    return pa.table(columns | changed)


def test_windows_of_a_year_are_days_and_weeks_counted_back_from_today() -> None:
    days = [SUNDAY, date(2026, 2, 23), date(2026, 2, 22), date(2025, 3, 9), date(2025, 3, 2)]
    events = pa.table({"user_id": ["ada"] * 5, "started_at": pa.array(days)})
    as_of = datetime(2026, 3, 1, 20, tzinfo=UTC)
    assert rows(windows_table(events, as_of=as_of, policy=YEAR)) == [
        {"user_id": "ada", "day_bits": 0b11000001, "week_bits": 1 << 51 | 0b11, "last_day": SUNDAY}
    ]


def test_a_window_of_a_year_takes_thirteen_bytes_beside_the_id() -> None:
    users = 3000
    events = pa.table({"user_id": range(users), "started_at": [AS_OF] * users})
    table = pa.table(windows_table(events, as_of=AS_OF, policy=YEAR))
    last_day = pa.dictionary(pa.int8(), pa.date32())
    assert table.schema.types[1:] == [pa.uint32(), pa.uint64(), last_day]
    assert table.drop_columns(["user_id"]).nbytes < 13 * users + 100


def test_scores_of_years_are_those_of_the_contract() -> None:
    scores = rows(score_windows(years(), policy=YEAR))
    assert [row["points"] for row in scores] == [50, 6]
    assert scores[0]["total"] == pytest.approx(49.676948, abs=1e-6)
    monday = rows(score_windows(years(), today=date(2026, 3, 2), policy=YEAR))
    assert [row["total"] for row in monday][1] == 0  # its week was the 52nd, and is over


def test_who_joined_lately_has_the_days_and_weeks_since() -> None:
    """SPEC §2a: 22 to 28 (the Sunday), member since the 22nd: 43.825226."""
    week = years(day_bits=[0b1111111] * 2, week_bits=[1] * 2, joined=[date(2026, 2, 23), None])
    scores = rows(score_windows(week, member_since="joined", policy=YEAR))
    assert scores[0]["total"] == pytest.approx(43.825226, abs=1e-6)
    assert scores[1]["total"] == pytest.approx(10 + 15 + 6.240377, abs=1e-6)


BAD_YEARS = [
    ({"day_bits": [1 | 1 << 14, 2**28]}, "row 1: day_bits must have no bit beyond the 28 days"),
    ({"week_bits": [1, 2**52]}, "row 0: week_bits must have the week of each active day"),
    ({"week_bits": [FORTNIGHTS, 2**52]}, "row 1: week_bits must have no bit beyond the 52 weeks"),
    ({"week_bits": [FORTNIGHTS, 8]}, "row 1: week_bits must have none of the last four weeks wit"),
    ({"week_bits": [FORTNIGHTS, None]}, "row 1: week_bits is missing"),
    ({"last_day": [date(1, 1, 20), None]}, "row 0: week_bits must have no bit beyond the 52 weeks"),
]


@pytest.mark.parametrize(("changed", "message"), BAD_YEARS)
def test_what_is_wrong_with_a_year_is_said_with_the_row(
    changed: dict[str, Any], message: str
) -> None:
    table = years(**changed)
    refusals: list[Refusal] = [
        lambda: score_windows(table, policy=YEAR),
        lambda: merge_windows(years(), table, policy=YEAR),
        lambda: advance_windows(table, LAST, policy=YEAR),
    ]
    for refused in refusals:
        with pytest.raises(BadRecordError) as caught:
            refused()
        assert str(caught.value).startswith(message)


def test_windows_of_the_other_score_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="day_bits"):
        score_windows(windows(), policy=YEAR)
    with pytest.raises(InvalidValueError, match="bits"):
        merge_windows(years())


def test_a_window_does_not_move_back() -> None:
    with pytest.raises(OutOfOrderError, match=r"to must not be before 2024-05-28, .* in row 0"):
        advance_windows(windows(), FIRST)


BAD = [
    ({"user_id": ["ada", None]}, "row 1: user_id is missing"),
    ({"bits": [1, None]}, "row 1: bits is missing"),
    ({"bits": [1, -1]}, "row 1: bits must be at least 0, got -1"),
    ({"bits": [1.5, 1]}, "row 0: bits must be an integer, got 1.5"),
    ({"bits": [1, 2**28]}, "row 1: bits must have no bit beyond the 28 days that end 2024-05-01"),
    ({"last_day": [LAST, date(1, 1, 1)]}, "row 1: bits must have no bit beyond the 28 days"),
    ({"last_day": [LAST, None]}, "row 1: last_day is missing"),
]


@pytest.mark.parametrize(("changed", "message"), BAD)
def test_what_is_wrong_is_said_with_the_row(changed: dict[str, Any], message: str) -> None:
    table = windows(**changed)
    refusals: list[Refusal] = [
        lambda: score_windows(table),
        lambda: merge_windows(windows(), table),
        lambda: advance_windows(table, LAST),
    ]
    for refused in refusals:
        with pytest.raises(BadRecordError) as caught:
            refused()
        assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    "changed", [{"user_id": [1.5, 2]}, {"bits": ["1", "2"]}, {"last_day": ["1", "2"]}]
)
def test_a_column_of_another_type_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidTypeError, match=next(iter(changed))):
        score_windows(windows(**changed))


def test_days_are_dates_and_windows_at_most_28_days_long() -> None:
    with pytest.raises(InvalidTypeError, match="to must be a date"):
        advance_windows(windows(), AS_OF)
    with pytest.raises(InvalidTypeError, match="today must be a date"):
        score_windows(windows(), today=AS_OF)
    long = ConsistencyPolicy(window_days=29)
    refusals: list[Refusal] = [
        lambda: windows_table(windows(), as_of=AS_OF, policy=long),
        lambda: merge_windows(policy=long),
        lambda: advance_windows(windows(), LAST, policy=long),
        lambda: score_windows(windows(), policy=long),
    ]
    for refused in refusals:
        with pytest.raises(InvalidValueError, match="window_days must be at most 28"):
            refused()
