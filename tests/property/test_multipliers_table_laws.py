"""Weekly streaks recorded on columns are what the core records user by user."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay import (
    BadRecordError,
    InvalidValueError,
    IsoWeek,
    MultiplierPolicy,
    WeeklyStreak,
    WeeklyStreakPolicy,
    consistency_multiplier,
)
from mainstay.columnar import multipliers_table
from mainstay.testing import strategies

FIRST = IsoWeek(2020, 45)
Row = tuple[WeeklyStreak, int | None]

unhurried = settings(deadline=None)  # the first table starts threads and fills caches
rows = st.lists(
    st.tuples(strategies.weekly_streaks(st.just(FIRST)), st.none() | st.integers(0, 6)), max_size=10
)


def table_of(some: list[Row], weekday: int) -> Any:  # pyarrow has no types
    """Each week is given by one of its days."""

    def days(weeks: list[IsoWeek | None]) -> Any:
        some_day = [week and week.monday + timedelta(days=weekday) for week in weeks]
        return pa.array(some_day, pa.date32())

    columns = {
        "user_id": pa.array(range(len(some)), pa.uint64()),
        "weeks": pa.array([streak.weeks for streak, _ in some], pa.int16()),
        "last_active": days([streak.last_active for streak, _ in some]),
        "last_recorded": days([streak.last_recorded for streak, _ in some]),
        "interactions": pa.array([count for _, count in some], pa.float32()),
    }
    return pa.table(columns)


@unhurried
@given(
    rows,
    st.integers(0, 6),
    st.integers(0, 4),
    strategies.weekly_streak_policies(),
    strategies.multiplier_policies(),
)
def test_every_row_is_what_the_core_makes_of_it(
    some: list[Row],
    weekday: int,
    later: int,
    streak_policy: WeeklyStreakPolicy,
    policy: MultiplierPolicy,
) -> None:
    week = max([FIRST, *(s.last_recorded for s, _ in some if s.last_recorded)]) + later
    found = multipliers_table(
        table_of(some, weekday), week=week, streak_policy=streak_policy, policy=policy
    )
    recorded = [streak.record(week, count or 0, policy=streak_policy) for streak, count in some]
    assert pa.table(found).to_pylist() == [
        {
            "user_id": user,
            "weeks": streak.weeks,
            "last_active": streak.last_active and streak.last_active.monday,
            "last_recorded": week.monday,
            "multiplier": consistency_multiplier(streak, policy=policy),
        }
        for user, streak in enumerate(recorded)
    ]


def is_bad(row: dict[str, Any], week: IsoWeek) -> bool:
    active, recorded = (
        None if row[name] is None else IsoWeek.of(row[name])
        for name in ("last_active", "last_recorded")
    )
    try:
        WeeklyStreak(row["weeks"], active, recorded).record(week, row["interactions"] or 0)
    except InvalidValueError:
        return True
    return False


some_days = st.sampled_from([None, *(date(2024, 5, 1) + timedelta(weeks=n) for n in range(3))])
questionable = st.fixed_dictionaries(
    {
        "weeks": st.sampled_from([0, 0, 3, -1, None]),
        "last_active": some_days,
        "last_recorded": some_days,
        "interactions": st.sampled_from([None, 0, 2, -1]),
    }
)


@unhurried
@given(st.lists(questionable, min_size=1, max_size=6))
def test_what_the_core_refuses_is_refused_and_the_first_such_row_is_named(
    some: list[dict[str, Any]],
) -> None:
    week = IsoWeek.of(date(2024, 5, 8))
    dates = ("last_active", "last_recorded")
    schema = pa.schema([(name, pa.date32() if name in dates else pa.int64()) for name in some[0]])
    table = pa.Table.from_pylist(some, schema)
    table = table.append_column("user_id", pa.array(range(len(some))))
    bad = [row for row, values in enumerate(some) if is_bad(values, week)]
    if not bad:
        multipliers_table(table, week=week)
        return
    with pytest.raises(BadRecordError) as caught:
        multipliers_table(table, week=week)
    assert (caught.value.place, caught.value.number) == ("row", bad[0])
