"""Conditions on rows: how they are written, and which cells they hold for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mainstay import InvalidTypeError, InvalidValueError
from mainstay.reading import Condition, Event, EventFormat, read_events


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("done=YES", ("done", "=", "YES")),
        ("done = YES please", ("done", "=", "YES please")),
        ("done!=YES", ("done", "!=", "YES")),
        ("done=", ("done", "=", "")),
        ("count>0", ("count", ">", "0")),
        ("count >= -1.5", ("count", ">=", "-1.5")),
        ("count<=1e3", ("count", "<=", "1e3")),
        ("a b.c<2", ("a b.c", "<", "2")),
        ("formula=a=b", ("formula", "=", "a=b")),
        ("note=>x", ("note", "=", ">x")),
    ],
)
def test_a_condition_is_a_column_an_operator_and_a_value(
    text: str, parts: tuple[str, str, str]
) -> None:
    condition = Condition.parse(text)
    assert (condition.column, condition.operator, condition.value) == parts
    assert Condition.parse(str(condition)) == condition


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("done", "where must be a condition, got 'done'. Write COLUMN=VALUE,"),
        ("=YES", "where must be a condition, got '=YES'."),
        ("", "where must not be empty"),
        ("count>", "where count must be a number after >, got ''."),
        ("count<many", "where count must be a number after <, got 'many'."),
        ("count>=nan", "where count must be a number after >=, got 'nan'."),
        ("count>1_000", "where count must be a number after >, got '1_000'."),
    ],
)
def test_what_is_no_condition_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Condition.parse(text)
    assert str(caught.value).startswith(message)


def test_its_parts_are_checked() -> None:
    with pytest.raises(InvalidValueError, match="operator must be one of != >= <= = > <, got '~'"):
        Condition("done", "~", "YES")
    number: Any = 5
    with pytest.raises(InvalidTypeError, match="value must be of type str, got 5"):
        Condition("done", "=", number)


@pytest.mark.parametrize(
    ("condition", "cell", "holds"),
    [
        ("x=true", True, True),
        ("x=false", False, True),
        ("x=1", True, False),
        ("x=", None, True),
        ("x!=", None, False),
        ("x=7", 7, True),
        ("x>6.5", 7, True),
        ("x>6.5", 6.5, False),
        ("x>=6.5", 6.5, True),
        ("x<0", "", False),
        ("x<0", None, False),
        ("x>=0", " ", False),
        ("x=a|b", "b", True),
        ("x!=a|b", "b", False),
        ("x!=a|b", "c", True),
    ],
)
def test_a_cell_is_compared_as_json_and_csv_write_it(
    condition: str, cell: object, holds: bool
) -> None:
    assert Condition.parse(condition).holds(cell) is holds


def test_all_conditions_must_hold_and_those_that_fail_name_the_line() -> None:
    form = EventFormat(where=["done=YES", "count>0"])
    rows = read_events(
        ["user_id,started_at,done,count", *(f"ada,2024-05-27,{each}" for each in CELLS)],
        format=form,
    )
    found = [item.line if isinstance(item, Event) else str(item) for item in rows]
    assert found == [
        2,
        "line 5: count is not a number, which count>0 asks for, got 'many'. "
        "Leave the line out, or compare with = or !=.",
    ]
    assert rows.left_out == 3


CELLS = ["YES,1", "YES,0", "NO,1", "YES,many", "NO,many"]


def test_a_condition_may_look_into_objects() -> None:
    lines = [
        json.dumps({"user_id": user, "started_at": 0, "goal": {"met": met}})
        for user, met in (("ada", True), ("bob", False), ("cy", None))
    ]
    rows = read_events(lines, format=EventFormat(where=["goal.met=true"]))
    assert [item.session.user_id for item in rows if isinstance(item, Event)] == ["ada"]


MESSAGES = [
    {"user": "ada", "ts": 0},
    {"user": "bob", "ts": 0, "subtype": "channel_join"},
    {"bot_id": "B1", "ts": 0, "subtype": "bot_message"},
]


@pytest.mark.parametrize(
    ("where", "users", "left_out"),
    [
        (["subtype="], ["ada"], 2),
        (["subtype!=bot_message"], ["ada", "bob"], 1),
        (["user!="], ["ada", "bob"], 1),
        (["subtype!=bot_message", "user=bob"], ["bob"], 2),
        (["thread>0"], [], 3),
    ],
)
def test_a_key_that_is_not_there_says_nothing_and_a_row_that_does_not_count_needs_none(
    where: list[str], users: list[str], left_out: int
) -> None:
    form = EventFormat(columns={"user_id": "user", "started_at": "ts"}, where=where)
    for lines in ([json.dumps(each) for each in MESSAGES], [json.dumps(MESSAGES)]):
        rows = read_events(lines, format=form)
        assert [item.session.user_id for item in rows if isinstance(item, Event)] == users
        assert rows.left_out == left_out


def test_a_row_that_counts_must_have_what_it_has_to_say() -> None:
    form = EventFormat(columns={"user_id": "user", "started_at": "ts"}, where=["subtype!="])
    bob, error = read_events([json.dumps(each) for each in MESSAGES], format=form)
    assert isinstance(bob, Event)
    assert "line 3: key user is missing" in str(error)
