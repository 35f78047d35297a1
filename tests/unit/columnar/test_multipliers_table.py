"""Weekly streaks and multipliers as columns: SPEC §5's vectors, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import pyarrow as pa

from mainstay import (
    BadRecordError,
    InvalidTypeError,
    InvalidValueError,
    IsoWeek,
    MultiplierPolicy,
    WeeklyStreakPolicy,
)
from mainstay.columnar import multipliers_table

WEEK = IsoWeek(2024, 19)
MONDAY = date(2024, 5, 6)


def users(**changed: Any) -> Any:  # pyarrow has no types
    """One whose last active week was the one before, and one who is new."""
    columns = {
        "user_id": ["ada", "bob"],
        "weeks": [4, 0],
        "last_active": [date(2024, 5, 5), None],
        "last_recorded": [date(2024, 5, 5), None],
        "interactions": [2, None],
    }
    return pa.table(columns | changed)


def recorded(table: object, **how: Any) -> Any:
    return pa.table(multipliers_table(table, **{"week": WEEK} | how))  # type: ignore[arg-type]  # by name


def test_an_active_week_adds_one_and_two_per_cent() -> None:
    assert recorded(users()).to_pylist() == [
        {
            "user_id": "ada",
            "weeks": 5,
            "last_active": MONDAY,
            "last_recorded": MONDAY,
            "multiplier": Decimal("1.10"),
        },
        {
            "user_id": "bob",
            "weeks": 0,
            "last_active": None,
            "last_recorded": MONDAY,
            "multiplier": Decimal("1.00"),
        },
    ]


def test_the_multipliers_of_the_contract() -> None:
    weeks = [0, 1, 5, 7, 10, 15]
    table = pa.table(
        {"user_id": range(6), "weeks": weeks, "last_active": [MONDAY] * 6, "interactions": [0] * 6}
    )
    found = [str(multiplier) for multiplier in recorded(table)["multiplier"].to_pylist()]
    assert found == ["1.00", "1.02", "1.10", "1.14", "1.20", "1.20"]


@pytest.mark.parametrize(
    ("before", "week", "weeks"),
    [
        ((2024, 52), (2025, 1), 4),
        ((2020, 53), (2021, 1), 4),
        ((2020, 52), (2021, 1), 4),  # 2020-W53 is missed, forgiven
        ((2020, 52), (2021, 2), 1),
        ((2021, 52), (2022, 2), 4),
        ((2021, 52), (2022, 3), 1),
        ((1969, 52), (1970, 1), 4),
        ((1969, 51), (1970, 2), 1),
    ],
)
def test_the_turn_of_the_year(before: tuple[int, int], week: tuple[int, int], weeks: int) -> None:
    for weekday in range(1, 8):
        last = date.fromisocalendar(*before, weekday)
        table = users(weeks=[3, 3], last_active=[last] * 2, last_recorded=[last] * 2)
        assert recorded(table, week=IsoWeek(*week))["weeks"].to_pylist()[0] == weeks


def test_the_same_week_again_changes_nothing_once_it_is_active() -> None:
    once = recorded(users(interactions=[2, 1]))
    again = once.append_column("interactions", pa.array([0, 2]))
    assert recorded(again)["weeks"].to_pylist() == [5, 1]


def test_without_a_column_of_recorded_weeks_the_last_active_one_counts() -> None:
    assert recorded(users().drop_columns(["last_recorded"])) == recorded(users())


def test_policies_and_names_are_the_caller_s() -> None:
    table = users(interactions=[4, 5]).rename_columns(
        ["who", "weeks", "last_active", "last_recorded", "n"]
    )
    found = recorded(
        table,
        user="who",
        interactions="n",
        streak_policy=WeeklyStreakPolicy(min_interactions=5, forgiven_weeks=0),
        policy=MultiplierPolicy(bonus_per_week=Decimal("0.125"), most_bonus=Decimal("0.4")),
    )
    assert found.column_names[0] == "who"
    assert found["weeks"].to_pylist() == [4, 1]
    assert [str(m) for m in found["multiplier"].to_pylist()] == ["1.400", "1.125"]


@pytest.mark.parametrize(
    "bonus", [Decimal(1), Decimal(0), Decimal("1E-30"), Decimal("0." + "3" * 28)]
)
def test_a_multiplier_has_room_whatever_the_policy(bonus: Decimal) -> None:
    """Beyond 28 digits it is rounded as the core rounds it."""
    policy = MultiplierPolicy(bonus_per_week=bonus, most_bonus=1)
    expected = 1 + min(Decimal(1), bonus * 5)
    (found, _) = recorded(users(), policy=policy)["multiplier"].to_pylist()
    assert abs(found - expected) < Decimal("1E-26")


def test_any_frame_will_do() -> None:
    pytest.importorskip("pandas")
    for source in (
        users().to_pandas(),
        [users().slice(0, 1), users().slice(1)],
    ):
        assert recorded(source).to_pylist() == recorded(users()).to_pylist()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"user_id": ["ada", None]}, "row 1: user_id is missing"),
        ({"weeks": [4, None]}, "row 1: weeks is missing"),
        ({"weeks": [-1, 0]}, "row 0: weeks must be between 0 and 1000000000000000, got -1"),
        ({"weeks": [4, 1]}, "row 1: last_active must be given with a streak of 1 weeks"),
        ({"interactions": [2, -2]}, "row 1: interactions must be at least 0, got -2"),
        (
            {"last_recorded": [date(2024, 4, 28), None]},
            "row 0: last_recorded must not be before 2024-W18, the last active week",
        ),
        ({"last_recorded": [None, None]}, "row 0: last_recorded must not be before 2024-W18"),
        (
            {"last_recorded": [MONDAY, date(2024, 5, 13)]},
            "row 1: week must not be before 2024-W20, the last recorded week",
        ),
    ],
)
def test_what_is_wrong_is_said_with_the_row(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRecordError) as caught:
        recorded(users(**changed))
    assert str(caught.value).startswith(message)


def test_arguments_of_another_type_are_refused() -> None:
    for wrong in ({"week": MONDAY}, {"policy": 5}, {"streak_policy": 5}):
        with pytest.raises(InvalidTypeError, match=next(iter(wrong))):
            recorded(users(), **wrong)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidValueError, match="column last_active is missing"):
        recorded(users().drop_columns(["last_active"]))
