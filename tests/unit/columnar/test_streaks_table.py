"""The table of streaks: what it takes, what it refuses, and what it looks like."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from mainstay import (
    BadRecordError,
    DayEnd,
    DaysAWeek,
    InvalidTypeError,
    InvalidValueError,
    StreakPolicy,
    Weekdays,
)
from mainstay.columnar import streaks_table

AS_OF = datetime(2024, 5, 10, 20, tzinfo=UTC)


def may(*days: int) -> list[datetime]:
    return [datetime(2024, 5, day, 12, tzinfo=UTC) for day in days]


def events(**users: tuple[int, ...]) -> Any:
    rows = [(user, at) for user, days in users.items() for at in may(*days)]
    names, instants = zip(*rows, strict=True)
    return pa.table({"user_id": names, "started_at": instants})


def excused(*rows: tuple[str, int]) -> Any:
    return pa.table(
        {
            "user_id": pa.array([user for user, _ in rows], pa.string()),
            "date": pa.array([date(2024, 5, day) for _, day in rows], pa.date32()),
        }
    )


def test_a_user_has_both_runs_with_their_days() -> None:
    found = streaks_table(events(ada=(1, 2, 3, 9, 10), bob=(1,)), as_of=AS_OF)
    assert found.to_pylist() == [
        {
            "user_id": "ada",
            "current": 2,
            "current_first": date(2024, 5, 9),
            "current_last": date(2024, 5, 10),
            "longest": 3,
            "longest_first": date(2024, 5, 1),
            "longest_last": date(2024, 5, 3),
            "freezes_left": 0,
            "status": "done",
            "periods": 2,
            "longest_periods": 3,
            "due": date(2024, 5, 10),
            "active": 1,
            "needed": 1,
            "today": date(2024, 5, 10),
        },
        {
            "user_id": "bob",
            "current": 0,
            "current_first": None,
            "current_last": None,
            "longest": 1,
            "longest_first": date(2024, 5, 1),
            "longest_last": date(2024, 5, 1),
            "freezes_left": 0,
            "status": "broken",
            "periods": 0,
            "longest_periods": 1,
            "due": date(2024, 5, 10),
            "active": 0,
            "needed": 1,
            "today": date(2024, 5, 10),
        },
    ]


def test_without_events_there_are_the_same_columns_and_no_row() -> None:
    some = events(ada=(1,))
    whole, none = (streaks_table(each, as_of=AS_OF) for each in (some, some.slice(0, 0)))
    assert none.num_rows == 0
    assert none.column_names == whole.column_names
    for policy in (StreakPolicy(freezes=1), StreakPolicy(freezes_given=[date(2024, 5, 1)])):
        assert streaks_table(some.slice(0, 0), as_of=AS_OF, policy=policy).num_rows == 0


def test_events_after_the_instant_make_no_row() -> None:
    assert streaks_table(events(ada=(11,), bob=(10,)), as_of=AS_OF).to_pydict()["user_id"] == [
        "bob"
    ]


def test_a_day_of_long_ago_is_not_taken_for_another() -> None:
    """Far days are sorted and not marked: they would need too much room."""
    table = pa.table(
        {
            "user_id": ["ada"] * 4,
            "started_at": [
                datetime(year, 1, day, tzinfo=UTC)
                for year, day in ((1024, 1), (2024, 1), (1024, 2), (1024, 1))
            ],
        }
    )
    row = streaks_table(table, as_of=datetime(2024, 1, 2, tzinfo=UTC)).to_pylist()[0]
    assert (row["longest"], row["longest_last"]) == (2, date(1024, 1, 2))
    assert (row["current"], row["status"]) == (1, "pending")


def test_days_that_are_put_together_on_the_way_are_all_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As with more days than may be kept: here after each of the parts that a table comes in."""
    monkeypatch.setattr("mainstay.columnar.active_days._MOST_KEPT", 0)
    parts = [events(ada=days) for days in ((9, 7), (8, 9), (3, 10))]
    row = streaks_table(pa.concat_tables(parts), as_of=AS_OF).to_pylist()[0]
    assert (row["current"], row["current_first"]) == (4, date(2024, 5, 7))


def test_a_user_is_excused_on_their_own_dates_and_on_everybodys() -> None:
    table = events(ada=(6, 8, 10), bob=(6, 8, 10))
    policy = StreakPolicy(excused=[date(2024, 5, 7)])
    mine = excused(("ada", 9), ("ada", 9), ("ada", 7), ("zoe", 9))
    found = streaks_table(table, as_of=AS_OF, excused=mine, policy=policy)
    assert found.to_pydict()["current"] == [3, 1]
    assert found.to_pydict()["longest"] == [3, 2]


def test_a_date_that_excuses_everybody_excuses_nobody_twice() -> None:
    """The week to Sunday 5 May needs two days of its three, and had one."""
    the_3rd = date(2024, 5, 3)
    policy = StreakPolicy(schedule=DaysAWeek(3), excused=[the_3rd])
    table = events(ada=(1, 10), bob=(1, 2, 10))
    found = streaks_table(
        table, as_of=AS_OF, excused=excused(("ada", 3), ("bob", 3)), policy=policy
    )
    assert found.to_pydict()["current"] == [1, 3]


def test_a_freeze_on_a_day_that_needs_nothing_joins_no_runs() -> None:
    """Nobody has a freeze when the week before is missed; that of the 9th comes too late for it."""
    the_9th = [date(2024, 5, 9)]
    policy = StreakPolicy(excused=the_9th, freezes_given=the_9th)
    row = streaks_table(events(ada=(1, 10)), as_of=AS_OF, policy=policy).to_pylist()[0]
    assert (row["current"], row["current_first"]) == (1, date(2024, 5, 10))
    assert (row["longest"], row["freezes_left"]) == (1, 1)


def test_a_freeze_of_tomorrow_is_not_known_today_though_it_is_of_this_week() -> None:
    for day, left in ((10, 1), (11, 0)):
        policy = StreakPolicy(schedule=DaysAWeek(1), freezes_given=[date(2024, 5, day)])
        row = streaks_table(events(ada=(1,)), as_of=AS_OF, policy=policy).to_pylist()[0]
        assert (row["status"], row["freezes_left"]) == ("pending", left)


def test_an_excuse_of_tomorrow_does_not_make_this_week_met_today() -> None:
    for day, met in ((10, 1), (11, 0)):
        policy = StreakPolicy(schedule=DaysAWeek(3), excused=[date(2024, 5, day)])
        row = streaks_table(events(ada=(6, 7)), as_of=AS_OF, policy=policy).to_pylist()[0]
        assert (row["active"], row["needed"], row["periods"]) == (2, 3 - met, met)


def test_integers_may_be_users_in_both_tables_and_files_be_either(tmp_path: Path) -> None:
    table = pa.table({"user_id": [7, 7, 8], "started_at": may(8, 10, 10)})
    mine = pa.table({"user_id": [7], "date": [date(2024, 5, 9)]})
    for name, each in (("events", table), ("excused", mine)):
        parquet.write_table(each, tmp_path / f"{name}.parquet")
    paths = (tmp_path / "events.parquet", tmp_path / "excused.parquet")
    for source, dates in ((table, mine), paths):
        found = streaks_table(source, as_of=AS_OF, excused=dates)
        assert found.to_pydict()["user_id"] == [7, 8]
        assert found.to_pydict()["current"] == [2, 1]


def test_excused_users_of_another_type_are_refused_with_what_helps() -> None:
    mine = pa.table({"user_id": [7], "date": [date(2024, 5, 9)]})
    with pytest.raises(InvalidTypeError, match=r"user_id must be string.*Cast the column"):
        streaks_table(events(ada=(8, 10)), as_of=AS_OF, excused=mine)
    cast = mine.set_column(0, "user_id", mine["user_id"].cast(pa.string()))
    assert streaks_table(events(ada=(8, 10)), as_of=AS_OF, excused=cast).num_rows == 1


def test_an_excuse_without_a_date_is_refused_with_its_row() -> None:
    mine = pa.table({"user_id": ["ada", "ada"], "date": [date(2024, 5, 9), None]})
    with pytest.raises(BadRecordError) as caught:
        streaks_table(events(ada=(8, 10)), as_of=AS_OF, excused=mine)
    assert (caught.value.field, caught.value.number) == ("date", 1)


def test_what_is_not_a_policy_or_a_name_is_refused() -> None:
    with pytest.raises(InvalidTypeError, match="policy must be of type StreakPolicy"):
        streaks_table(events(ada=(1,)), as_of=AS_OF, policy=Weekdays({0}))  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidValueError, match="user must not be called"):
        streaks_table(events(ada=(1,)), as_of=AS_OF, user="current")
    with pytest.raises(InvalidValueError, match="column date is missing"):
        streaks_table(events(ada=(1,)), as_of=AS_OF, excused=events(ada=(1,)))


def test_many_users_are_worked_on_in_parts_and_keep_their_order() -> None:
    """More than one part: each user has as many days as the number says, up to today."""
    users = [number for number in range(1000) for _ in range(1 + number % 400)]
    ages = [age for number in range(1000) for age in range(1 + number % 400)]
    end = int(AS_OF.timestamp())
    table = pa.table(
        {
            "user_id": users,
            "started_at": pa.array([end - 86_400 * age for age in ages], pa.timestamp("s", "UTC")),
        }
    )
    for policy in (StreakPolicy(), StreakPolicy(freezes=2)):
        found = streaks_table(table, as_of=AS_OF, policy=policy).to_pydict()
        assert found["user_id"] == [*range(1000)]
        assert found["current"] == found["longest"] == [1 + n % 400 for n in range(1000)]


def test_a_later_date_that_was_recorded_further_east_is_today() -> None:
    """At 10:30 UTC it is 11 May on Kiritimati, and on Samoa, half an hour later, the 9th."""
    table = pa.table(
        {
            "user_id": ["ada", "ada"],
            "started_at": [datetime(2024, 5, 10, 10, at, tzinfo=UTC) for at in (30, 59)],
            "timezone": ["Pacific/Kiritimati", "Pacific/Pago_Pago"],
        }
    )
    row = streaks_table(table, as_of=AS_OF, timezone="timezone").to_pylist()[0]
    assert (row["today"], row["status"], row["current"]) == (date(2024, 5, 11), "done", 1)


def test_days_may_be_named_by_their_end() -> None:
    """With days that end at 13:00, noon on the 10th is of the 10th, and 14:00 of the 11th."""
    table = pa.table(
        {
            "user_id": ["ada"] * 2,
            "started_at": [datetime(2024, 5, 10, at, tzinfo=UTC) for at in (12, 14)],
        }
    )
    row = streaks_table(table, as_of=AS_OF, day_start=DayEnd(time(13))).to_pylist()[0]
    assert (row["current"], row["current_first"]) == (2, date(2024, 5, 10))
    assert row["today"] == date(2024, 5, 11)
