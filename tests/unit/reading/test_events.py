"""Reading events: what is understood, and what is complained of, by line and field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest

from mainstay import (
    BadRecordError,
    InvalidTypeError,
    InvalidValueError,
    Session,
    UnknownZoneError,
    score_sessions,
)
from mainstay.reading import (
    FORMATS,
    Columns,
    Event,
    EventFormat,
    inspect_events,
    read_events,
)

EIGHT = datetime(2024, 5, 1, 8, tzinfo=UTC)
HEADER = "user_id,started_at"


def how(
    columns: Columns | Sequence[str] = (),
    member_since: str | None = None,
    naive_zone: str | None = None,
) -> EventFormat:
    joined = {} if member_since is None else {"member_since": member_since}
    if isinstance(columns, Mapping):
        return EventFormat(columns={**columns, **joined}, naive_zone=naive_zone)
    return EventFormat(columns=joined, header=columns or None, naive_zone=naive_zone)


def events(
    lines: Iterable[str],
    columns: Columns | Sequence[str] = (),
    member_since: str | None = None,
    naive_zone: str | None = None,
) -> list[Event]:
    read = read_events(lines, format=how(columns, member_since, naive_zone))
    return [raised(item) for item in read]


def raised(item: Event | BadRecordError) -> Event:
    if isinstance(item, BadRecordError):
        raise item
    return item


def errors(*lines: str, columns: Columns | Sequence[str] = ()) -> list[BadRecordError]:
    items = read_events(lines, format=how(columns))
    return [item for item in items if isinstance(item, BadRecordError)]


def test_csv_has_its_columns_in_any_order_and_others_are_ignored() -> None:
    lines = [
        "note,started_at,user_id\n",
        "x,2024-05-01T08:00:00Z,ada\n",
        "\n",
        '"a\n',
        'b",0,bob\n',
    ]
    assert events(lines) == [
        Event(2, Session("ada", EIGHT)),
        Event(4, Session("bob", datetime(1970, 1, 1, tzinfo=UTC))),
    ]


def test_csv_without_a_header_needs_the_columns_in_order() -> None:
    expected = [Event(1, Session("ada", EIGHT))]
    lines = ["ada,x,1714550400"]
    assert events(lines, ["user_id", "_", "started_at"]) == expected


def test_other_names_are_mapped() -> None:
    columns = {"user_id": "author", "started_at": "date"}
    assert events(["date,author", "1714550400,ada"], columns) == [Event(2, Session("ada", EIGHT))]
    line = json.dumps({"author": "ada", "date": 1714550400})
    assert events([line], columns) == [Event(1, Session("ada", EIGHT))]


def test_json_lines_are_recognised_by_their_brace() -> None:
    lines = [
        '\ufeff{"user_id": "ada", "started_at": "2024-05-01T08:00:00Z", "timezone": "+02:00"}\n',
        "\n",
        '{"user_id": 7, "started_at": 1714550400, "timezone": null, "member_since": 5}\n',
    ]
    assert events(lines) == [
        Event(1, Session("ada", EIGHT, timezone="+02:00")),
        Event(3, Session("7", EIGHT)),
    ]


def test_a_byte_order_mark_and_blank_lines_before_the_header_do_no_harm() -> None:
    assert events(["\n", f"\ufeff{HEADER}\n".lstrip("\ufeff"), "ada,1714550400\n"])[0].line == 3
    assert events([f"\ufeff{HEADER}\n", "ada,1714550400\n"])[0].line == 2


def test_the_recording_zone_is_read_and_may_be_empty() -> None:
    lines = [f"{HEADER},timezone", "ada,1714550400,Asia/Tokyo", "ada,1714550400,"]
    assert [event.session.timezone for event in events(lines)] == ["Asia/Tokyo", None]


def test_the_offset_of_a_timestamp_is_kept() -> None:
    (event,) = events([HEADER, "ada,2024-05-01T10:00:00+02:00"])
    assert event.session.started_at.tzinfo == timezone(timedelta(hours=2))


def test_membership_is_a_date_or_an_instant() -> None:
    lines = [f"{HEADER},joined", "ada,0,2024-05-01", "ada,0,2024-05-01T08:00:00Z", "ada,0,"]
    joined = [event.member_since for event in events(lines, member_since="joined")]
    assert joined == [date(2024, 5, 1), EIGHT, None]
    naive = [f"{HEADER},joined", "ada,0,2024-05-01T10:00", "ada,0,2024-05-99"]
    first, second = read_events(naive, format=how((), "joined", "Europe/Berlin"))
    assert raised(first).member_since == EIGHT
    with pytest.raises(BadRecordError, match="line 3: member_since is not a timestamp"):
        raised(second)
    (error,) = read_events(
        [f"{HEADER},joined", "ada,0,0001-01-01T00:00:00Z"], format=how((), "joined")
    )
    with pytest.raises(
        BadRecordError, match="line 2: member_since must lie in the years 2 to 9998"
    ):
        raised(error)


def test_a_bare_date_is_refused_where_its_noon_would_be_of_the_day_before() -> None:
    lines = [HEADER, "ada,2024-05-01", "ada,2024-05-02T08:00Z"]
    for start in (time(0), time(12)):
        assert len([raised(item) for item in read_events(lines, day_start=start)]) == 2
    error, event = read_events(lines, day_start=time(12, 0, 1))
    assert isinstance(error, BadRecordError)
    assert (error.number, error.field, error.value) == (2, "started_at", "2024-05-01")
    assert "write times with their offsets" in str(error)
    assert isinstance(event, Event)
    with pytest.raises(InvalidTypeError, match="day_start must be a time of day"):
        read_events(lines, day_start="12:00")  # type: ignore[arg-type]  # that is the point


def test_a_named_key_must_be_in_every_line_of_json() -> None:
    """A misspelt name would otherwise count for nothing, in silence."""
    line = json.dumps({"user_id": "ada", "started_at": 0, "joined": "2024-05-01"})
    assert events([line], member_since="joined")[0].member_since == date(2024, 5, 1)
    with pytest.raises(BadRecordError, match="line 1: key joinde is missing"):
        events([line], member_since="joinde")


@pytest.mark.parametrize("zone", ["", "Asia/Tokyo", "America/Lima"])
@pytest.mark.parametrize("naive_zone", [None, "Pacific/Apia"])
def test_a_bare_date_is_a_local_day_whatever_its_line_and_the_caller_say(
    zone: str, naive_zone: str | None
) -> None:
    """It is kept at noon in UTC, so that each zone on either side of it reads the same date."""
    (event,) = events([f"{HEADER},timezone", f"ada,2024-05-01,{zone}"], naive_zone=naive_zone)
    noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
    assert event == Event(2, Session("ada", noon, timezone="+00:00"), day=date(2024, 5, 1))
    as_of = datetime(2024, 5, 2, tzinfo=UTC)
    score = score_sessions([event.session], as_of=as_of, zone=zone or None, day_start=time(12))
    assert score.last_active_day == date(2024, 5, 1)


def test_a_bare_date_near_the_limits_of_years_is_refused() -> None:
    (error,) = errors(HEADER, "ada,0001-12-31")
    assert "line 2: started_at must lie in the years 2 to 9998" in str(error)


def test_a_bad_zone_is_refused_beside_a_bare_date_too() -> None:
    (error,) = errors(f"{HEADER},timezone", "ada,2024-05-01,Mars")
    assert "line 2: timezone is not a known zone" in str(error)


@pytest.mark.parametrize(
    ("row", "naive_zone", "expected"),
    [
        # 08:00 is 23:00Z the day before in Tokyo, 13:00Z in Lima.
        ("ada,2024-05-01T08:00:00,Asia/Tokyo", None, "2024-04-30T23:00:00+00:00"),
        ("ada,2024-05-01T08:00:00,Asia/Tokyo", "America/Lima", "2024-04-30T23:00:00+00:00"),
        ("ada,2024-05-01T08:00:00,-05:00", None, "2024-05-01T13:00:00+00:00"),
        ("ada,2024-05-01T08:00:00,", "America/Lima", "2024-05-01T13:00:00+00:00"),
        # Skipped in Berlin, and moved on by the gap; there twice, and the first is meant.
        ("ada,2024-03-31T02:30:00,Europe/Berlin", "UTC", "2024-03-31T01:30:00+00:00"),
        ("ada,2024-10-27T02:30:00,Europe/Berlin", "UTC", "2024-10-27T00:30:00+00:00"),
        # An offset is an offset.
        ("ada,2024-05-01T08:00:00Z,Asia/Tokyo", "America/Lima", "2024-05-01T08:00:00+00:00"),
    ],
)
def test_a_time_without_an_offset_is_read_in_its_own_rows_zone(
    row: str, naive_zone: str | None, expected: str
) -> None:
    (event,) = events([f"{HEADER},timezone", row], naive_zone=naive_zone)
    assert event.session.started_at == datetime.fromisoformat(expected)


def test_so_is_the_time_of_joining() -> None:
    lines = [f"{HEADER},timezone,joined", "ada,0,Asia/Tokyo,2024-05-01T08:00"]
    (event,) = events(lines, member_since="joined")
    assert event.member_since == datetime(2024, 4, 30, 23, tzinfo=UTC)


def test_a_joining_that_is_a_number_like_a_date_is_refused() -> None:
    (error,) = read_events([f"{HEADER},joined", "ada,0,20240501"], format=how((), "joined"))
    assert isinstance(error, BadRecordError)
    assert "member_since is a calendar date, not Unix seconds" in str(error)
    assert error.remedy.startswith("Write 2024-05-01; if")


def test_naive_timestamps_need_their_zone_named() -> None:
    lines = [HEADER, "ada,2024-05-01T10:00:00"]
    (error,) = errors(*lines)
    assert "line 2: started_at has no UTC offset" in str(error)
    assert "--naive-zone" in error.remedy
    (event,) = events(lines, naive_zone="Europe/Berlin")
    assert event.session.started_at == EIGHT


@pytest.mark.parametrize(
    ("wall", "expected"),
    [
        # Berlin skipped 02:00 to 03:00 on 2024-03-31: moved on by the gap, to 03:30 CEST.
        ("2024-03-31T02:30:00", "2024-03-31T01:30:00+00:00"),
        # It had 02:00 to 03:00 twice on 2024-10-27: the first is meant, CEST.
        ("2024-10-27T02:30:00", "2024-10-27T00:30:00+00:00"),
    ],
)
def test_naive_times_that_a_clock_change_skipped_or_repeated(wall: str, expected: str) -> None:
    (event,) = events([HEADER, f"ada,{wall}"], naive_zone="Europe/Berlin")
    assert event.session.started_at == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        (",0", "user_id", ""),
        ("ada,", "started_at", ""),
        ("ada,soon", "started_at", "soon"),
        ("ada,0001-01-01T00:00:00Z", "started_at", datetime(1, 1, 1, tzinfo=UTC)),
        ("ada", "the line", "ada"),
        ("ada,0,0", "the line", "ada,0,0"),
        ('"ada"x,0', "the line", '"ada"x,0'),
        ('"ada,0', "the line", '"ada,0'),
        (f"{'x' * 200_000},0", "the line", f"{'x' * 200_000},0"),
        ("a\udcffda,0", "user_id", "a\udcffda"),
        ("a\udfff,0", "user_id", "a\udfff"),
    ],
)
def test_a_bad_line_of_csv_is_complained_of_by_line_field_and_value(
    line: str, field: str, value: object
) -> None:
    (error,) = errors(HEADER, "bob,0", line)
    assert (error.place, error.number, error.field, error.value) == ("line", 3, field, value)
    assert str(error).startswith("line 3: ")


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("{", "the line"),
        ("[]", "the line"),
        ("7", "the line"),
        ("[" * 100_000, "the line"),
        ('{"started_at": 0}', "key user_id"),
        ('{"user_id": true, "started_at": 0}', "user_id"),
        ('{"user_id": "\\ud800", "started_at": 0}', "user_id"),
        ('{"user_id": "ada"}', "key started_at"),
        ('{"user_id": null, "started_at": 0}', "user_id"),
        ('{"user_id": "ada", "started_at": 1.5}', "started_at"),
        ('{"user_id": "ada", "started_at": 0, "timezone": 0}', "timezone"),
        ('{"user_id": "ada", "started_at": 0, "timezone": "Mars"}', "timezone"),
        ('{"user_id": "ada", "started_at": ' + "9" * 5000 + "}", "the line"),
    ],
)
def test_a_bad_line_of_json_is_complained_of_by_line_and_field(line: str, field: str) -> None:
    (error,) = errors('{"user_id": "ada", "started_at": 0}', line)
    assert (error.place, error.number, error.field) == ("line", 2, field)


def test_reading_goes_on_after_a_bad_line() -> None:
    items = list(read_events([HEADER, "ada", '"x"y,0', "bob,0", '"x"y,0', "cy"]))
    assert [item.line for item in items if isinstance(item, Event)] == [4]
    assert [item.number for item in items if isinstance(item, BadRecordError)] == [2, 3, 5, 6]


def test_a_header_that_lacks_a_column_says_how_to_name_it() -> None:
    with pytest.raises(BadRecordError) as caught:
        list(read_events(["", "author,date", "ada,0"]))
    assert str(caught.value) == (
        "line 2: column user_id is missing, got 'author,date'. Name the columns with --columns: "
        "in order if there is no header, or as user_id=NAME,started_at=NAME. mainstay inspect "
        "shows what is in the file. If all are one person's: --user-id NAME."
    )
    with pytest.raises(InvalidValueError) as unknown:
        EventFormat(columns={"user": "author"})
    assert str(unknown.value) == (
        "columns must map our fields to the file's columns, got 'user'. "
        "Our fields are user_id, started_at, timezone, member_since, duration, kind, quality, id."
    )


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("author,date", "line 1: column user_id is missing"),
        ("user_id,date", "line 1: column started_at is missing"),
        ("user_id,user_id,started_at", "line 1: column user_id is there twice"),
        ('"user_id', "line 1: the line is not CSV"),
    ],
)
def test_a_header_without_the_columns_stops_everything(header: str, message: str) -> None:
    with pytest.raises(BadRecordError, match=message):
        list(read_events([header, "ada,0"]))


def test_a_missing_membership_column_is_an_error() -> None:
    with pytest.raises(BadRecordError, match="column joined is missing"):
        list(read_events([HEADER, "ada,0"], format=how((), "joined")))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["user_id"], "column started_at is missing"),
        (["user_id", "started_at", "user_id"], "column user_id is there twice"),
        ({"user": "author"}, "columns must map our fields"),
        ("user_id,started_at", "header must be a list of names"),
    ],
)
def test_columns_must_name_ours(columns: Columns, message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        list(read_events(["ada,0"], format=how(columns)))


def test_arguments_are_checked_at_the_call_and_not_at_the_first_line() -> None:
    with pytest.raises(UnknownZoneError, match="naive_zone"):
        EventFormat(naive_zone="Mars")
    with pytest.raises(InvalidValueError, match="kind must not be empty"):
        EventFormat(kind="")
    with pytest.raises(InvalidValueError, match="columns must map our fields"):
        EventFormat(columns={"user": "author"})


@pytest.mark.parametrize("lines", [f"{HEADER}\nada,0", HEADER.encode(), 7, None])
def test_a_text_is_not_read_letter_by_letter(lines: Any) -> None:
    with pytest.raises(InvalidTypeError, match="lines must be lines of text") as caught:
        read_events(lines)
    assert "text.splitlines()" in caught.value.remedy


def test_lines_of_bytes_are_refused() -> None:
    """Such as those of a file that was opened in binary mode."""
    lines: Any = [b"\n", b"user_id,started_at"]
    with pytest.raises(InvalidTypeError, match="lines must be lines of text"):
        list(read_events(lines))


@pytest.mark.parametrize(
    ("lines", "columns", "message"),
    [
        (
            [HEADER, "ada"],
            None,
            "line 2: the line must have 2 columns (user_id, started_at), not 1, got 'ada'. "
            "Quote fields that contain separators.",
        ),
        (
            [HEADER, '"ada"x,0'],
            None,
            "line 2: the line is not CSV (',' expected after '\"'), got '\"ada\"x,0'. "
            "Quote fields that contain separators, and double the quotes in them.",
        ),
        (
            [f"{HEADER}\r\n", '"a\r\n', 'b",0,"c\r\n', 'd"\r\n'],
            None,
            "line 2: the line must have 2 columns (user_id, started_at), not 3, "
            'got \'"a\\r\\nb",0,"c\\r\\nd"\'. Quote fields that contain separators.',
        ),
        (
            ["{"],
            None,
            "line 1: the line must be a JSON object, got '{'. Write it as "
            '{"user_id": "ada", "started_at": "2024-05-01"}, or leave it out.',
        ),
        (
            ["{}"],
            {"started_at": "user_id"},
            "line 1: key user_id is missing, got '{}'. Each must have it. Name the columns with "
            "--columns: in order if there is no header, or as user_id=NAME,started_at=NAME. "
            "mainstay inspect shows what is in the file. If all are one person's: --user-id NAME. "
            "Or leave out those without it: --where 'user_id!='.",
        ),
        (
            [HEADER, "\udcff,0"],
            None,
            "line 2: user_id is not valid UTF-8, got '\\udcff'. Save the file as UTF-8: "
            "https://mainstay-py.github.io/mainstay/conversions.html#other-encodings shows how.",
        ),
        (
            ['{"user_id": [], "started_at": 0}'],
            None,
            "line 1: user_id must be a string, got []. "
            "Write a text or a whole number, or leave the line out.",
        ),
        (
            ['{"user_id": "ada", "started_at": 0, "timezone": 5}'],
            None,
            "line 1: timezone must be a string, got 5. "
            "Write an IANA name such as Europe/Berlin, or an offset such as +02:00.",
        ),
        (
            ['{"user_id": "ada", "started_at": []}'],
            None,
            "line 1: started_at must be a timestamp, got []. "
            "Write ISO 8601 (2024-05-01T08:00:00+02:00) or whole Unix seconds.",
        ),
        (
            [HEADER, "ada,soon"],
            None,
            "line 2: started_at is not a timestamp, got 'soon'. "
            "Write ISO 8601 (2024-05-01T08:00:00+02:00) or whole Unix seconds. Or say how all are "
            "written, such as --time-format '%d.%m.%Y %H:%M', auto, dmy or mdy; "
            "mainstay inspect FILE guesses it.",
        ),
        (
            [HEADER, "ada,1714550400000"],
            None,
            "line 2: started_at must be seconds since 1970, within the years 2 to 9998, "
            "got '1714550400000'. Divide milliseconds by 1,000, or say what they are: --unit ms.",
        ),
        (
            [HEADER, "ada,2024-05-01T08:00"],
            None,
            "line 2: started_at has no UTC offset, got '2024-05-01T08:00'. Write its offset or Z "
            "behind it, or its zone into the column timezone, or name the zone of all such "
            "(--naive-zone Europe/Berlin).",
        ),
        (
            [HEADER, "ada,20240528"],
            None,
            "line 2: started_at is a calendar date, not Unix seconds, got '20240528'. Write "
            "2024-05-28; if it is Unix seconds, 1970-08-23T06:22:08Z. Or say how all are written: "
            "--time-format %Y%m%d, or --unit s for Unix seconds.",
        ),
    ],
)
def test_a_complaint_says_it_all(lines: list[str], columns: Columns | None, message: str) -> None:
    (error,) = errors(*lines, columns=columns or ())
    assert str(error) == message


@pytest.mark.parametrize("lines", [[], ["\n"], [HEADER], [f"{HEADER}\n", "\n"]])
def test_no_events_are_no_error(lines: list[str]) -> None:
    assert list(read_events(lines)) == []


def test_blanks_around_what_is_not_a_name_are_nothing() -> None:
    """As in tables written by hand; a user's id stays as it is."""
    lines = [
        "user_id, started_at, timezone, duration, quality",
        "ada, 2024-05-01T08:00, Europe/Berlin, 60, 5",
        "ada, 1714543200 , , , ",
        " ada,  2024-05-01, , , ",
    ]
    first, second, third = (raised(item).session for item in read_events(lines, whole=True))
    assert first.started_at.isoformat() == "2024-05-01T08:00:00+02:00"
    assert (first.timezone, first.duration, first.quality) == (
        "Europe/Berlin",
        timedelta(minutes=1),
        5.0,
    )
    assert second.started_at.isoformat() == "2024-05-01T06:00:00+00:00"
    assert (second.timezone, second.duration, second.quality) == (None, None, None)
    assert third.started_at.date() == date(2024, 5, 1)
    assert [each.user_id for each in (first, second, third)] == ["ada", "ada", " ada"]


def test_a_format_is_not_its_name_and_a_table_is_not_lines() -> None:
    for given in ("strava", FORMATS["strava"]):
        with pytest.raises(InvalidTypeError, match=r"FORMATS\[.strava.\]\.format"):
            read_events([HEADER], format=given)  # type: ignore[arg-type]  # what is refused
        with pytest.raises(InvalidTypeError, match=r"FORMATS\[.strava.\]\.format"):
            inspect_events([HEADER], format=given)  # type: ignore[arg-type]  # what is refused
    for look in (read_events, inspect_events):
        with pytest.raises(InvalidTypeError, match="must be lines of text"):
            look({"user_id": ["ada"], "started_at": ["2024-05-01"]})
