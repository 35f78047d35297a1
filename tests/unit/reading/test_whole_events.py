"""Reading events in full: every field that a session has, and what is complained of."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from mainstay import BadRecordError, InvalidValueError, Session
from mainstay.reading import Columns, Event, EventFormat, read_events

EIGHT = datetime(2024, 5, 1, 8, tzinfo=UTC)
HEADER = "user_id,started_at,timezone,duration,kind,quality,id"


def sessions(
    *lines: str, columns: Columns | None = None, kind: str = "session", whole: bool = True
) -> list[Session]:
    form = EventFormat(columns=columns or {}, kind=kind)
    items = list(read_events(lines, format=form, whole=whole))
    assert all(isinstance(item, Event) for item in items), items
    return [item.session for item in items if isinstance(item, Event)]


def error(*lines: str) -> BadRecordError:
    (item,) = read_events(lines, whole=True)
    assert isinstance(item, BadRecordError)
    return item


def test_all_fields_of_a_line_are_read() -> None:
    expected = Session(
        "ada", EIGHT, timedelta(seconds=90, milliseconds=500), "Asia/Tokyo", "like", 7.25, "e-1"
    )
    row = "ada,1714550400,Asia/Tokyo,90.5,like,7.25,e-1"
    assert sessions(HEADER, row) == [expected]
    names = {"user_id": "ada", "started_at": 1714550400, "timezone": "Asia/Tokyo"}
    more = {"duration": 90.5, "kind": "like", "quality": 7.25, "id": "e-1"}
    assert sessions(json.dumps(names | more)) == [expected]


def test_empty_fields_and_missing_columns_say_nothing() -> None:
    assert sessions(HEADER, "ada,1714550400,,,,,") == [Session("ada", EIGHT)]
    assert sessions("started_at,user_id", "1714550400,ada") == [Session("ada", EIGHT)]
    empty = {"user_id": "ada", "started_at": 1714550400, "duration": None, "kind": "", "id": None}
    assert sessions(json.dumps(empty)) == [Session("ada", EIGHT)]


def test_lines_that_say_no_kind_have_the_one_that_is_given() -> None:
    lines = ["user_id,started_at,kind", "ada,0,like", "ada,0,"]
    assert [session.kind for session in sessions(*lines, kind="post")] == ["like", "post"]
    (session,) = sessions("user_id,started_at", "ada,0", kind="commit", whole=False)
    assert session.kind == "commit"


@pytest.mark.parametrize("kind", ["", 5])
def test_the_given_kind_is_a_text(kind: str) -> None:
    with pytest.raises(InvalidValueError, match="kind must"):
        EventFormat(kind=kind)


def test_unless_asked_for_the_further_columns_are_not_even_looked_at() -> None:
    header = "user_id,started_at,duration,kind,quality,id,kind,id"
    assert sessions(f"{header}", "ada,1714550400,x,\udcff,99,,,", whole=False) == [
        Session("ada", EIGHT)
    ]
    odd = {"user_id": "ada", "started_at": 1714550400, "id": [], "quality": "good"}
    assert sessions(json.dumps(odd), whole=False) == [Session("ada", EIGHT)]


def test_further_columns_can_be_mapped_too() -> None:
    lines = ["author,date,stars,sha", "ada,1714550400,3,f00"]
    columns = {"user_id": "author", "started_at": "date", "quality": "stars", "id": "sha"}
    assert sessions(*lines, columns=columns) == [Session("ada", EIGHT, quality=3, id="f00")]
    form, lacking = EventFormat(columns=columns), ["author,date,sha", "ada,0,f00"]
    with pytest.raises(BadRecordError, match="column stars is missing"):
        list(read_events(lacking, format=form, whole=True))
    assert len(list(read_events(lacking, format=form))) == 1, "it is not read then"
    with pytest.raises(InvalidValueError, match="duration, kind, quality, id\\."):
        EventFormat(columns={"stars": "quality"})


def test_integer_ids_become_text() -> None:
    line = json.dumps({"user_id": 7, "started_at": 1714550400, "id": 12, "duration": 60})
    assert sessions(line) == [Session("7", EIGHT, timedelta(minutes=1), id="12")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", timedelta(0)),
        ("90", timedelta(seconds=90)),
        ("0.25", timedelta(milliseconds=250)),
        (".5", timedelta(milliseconds=500)),
        ("1e3", timedelta(seconds=1000)),
        ("0.0000004", timedelta(0)),
        ("86399999913600", timedelta(days=999_999_999)),
    ],
)
def test_durations_are_seconds_to_the_microsecond(text: str, expected: timedelta) -> None:
    (session,) = sessions("user_id,started_at,duration", f"ada,0,{text}")
    assert session.duration == expected


@pytest.mark.parametrize(
    ("column", "text", "problem"),
    [
        ("duration", "-1", "must be at least 0 and"),
        ("duration", "1:30", "may be hours and minutes, or minutes and seconds"),
        ("duration", "1_000", "must be a number"),
        ("duration", "٣", "must be a number"),
        ("duration", "inf", "must be a number"),
        ("duration", "1e15", "must be at least 0 and"),
        ("quality", "nan", "must be finite"),
        ("quality", "good", "must be a number"),
        ("quality", "10.5", "must be between 0 and 10"),
        ("kind", "\udcff", "is not valid UTF-8"),
        ("id", "\udcff", "is not valid UTF-8"),
    ],
)
def test_a_bad_field_is_complained_of_by_line_column_and_text(
    column: str, text: str, problem: str
) -> None:
    found = error(f"user_id,started_at,{column}", f"ada,0,{text}")
    assert (found.place, found.number, found.field, found.value) == ("line", 2, column, text)
    assert found.problem.startswith(problem)
    assert found.remedy


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("duration", True),
        ("duration", [90]),
        ("duration", float("inf")),
        ("quality", {}),
        ("quality", 11),
        ("quality", float("nan")),
        ("kind", False),
        ("kind", ["like"]),
        ("id", 1.5),
        ("id", True),
    ],
)
def test_a_bad_value_in_json_is_complained_of_by_its_key(key: str, value: object) -> None:
    found = error(json.dumps({"user_id": "ada", "started_at": 0, key: value}))
    assert (found.place, found.number, found.field) == ("line", 1, key)


@pytest.mark.parametrize(
    ("column", "text", "message"),
    [
        (
            "duration",
            "1:30",
            "line 2: duration may be hours and minutes, or minutes and seconds, got '1:30'. "
            "Write all three, such as 0:45:12.",
        ),
        (
            "quality",
            "11",
            "line 2: quality must be between 0 and 10, got '11'. "
            "Write a number from 0 to 10, or leave it empty.",
        ),
    ],
)
def test_a_complaint_says_it_all(column: str, text: str, message: str) -> None:
    assert str(error(f"user_id,started_at,{column}", f"ada,0,{text}")) == message
