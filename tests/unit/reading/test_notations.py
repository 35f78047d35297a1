"""The notations of a file: JSON by line and by array, Parquet, columns that are rows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mainstay import BadRecordError, InvalidValueError, Session, UnreadableFileError
from mainstay.reading import Event, EventFormat, inspect_events, read_events

EIGHT = datetime(2024, 5, 1, 8, tzinfo=UTC)
GITHUB = EventFormat(columns={"user_id": "actor.login", "started_at": "created_at"})


def sessions(source: Path | list[str], form: EventFormat | None = None) -> list[Session]:
    rows = [*read_events(source, format=form or EventFormat(), whole=True)]
    assert all(isinstance(row, Event) for row in rows), rows
    return [row.session for row in rows if isinstance(row, Event)]


def complaint(*lines: str, form: EventFormat | None = None) -> BadRecordError:
    """The error in a file, whether it is a row's or stops everything."""
    try:
        (found,) = (
            row
            for row in read_events(lines, format=form or EventFormat())
            if isinstance(row, BadRecordError)
        )
    except BadRecordError as error:
        return error
    return found


def test_dots_lead_from_one_object_to_the_next() -> None:
    nested = '{"actor": {"login": "ada"}, "created_at": "2024-05-01T08:00:00Z"}'
    flat = '{"actor.login": "ada", "created_at": "2024-05-01T08:00:00Z"}'
    assert sessions([nested, flat], GITHUB) == [Session("ada", EIGHT)] * 2


def test_objects_of_an_array_are_rows_and_begin_on_their_lines() -> None:
    lines = [
        "[\n",
        '{"user_id": "ada",\n',
        ' "started_at": "2024-05-01T08:00:00Z"}, {"user_id": "bob", "started_at": 0},\n',
        "7,\n",
        '{"started_at": 0}\n',
        "]\n",
    ]
    ada, bob, seven, nobody = read_events(lines)
    assert isinstance(ada, Event)
    assert isinstance(bob, Event)
    assert (ada.line, ada.session) == (2, Session("ada", EIGHT))
    assert (bob.line, bob.session.user_id) == (3, "bob")
    assert isinstance(seven, BadRecordError)
    assert (seven.number, seven.problem) == (4, "must be a JSON object")
    assert isinstance(nobody, BadRecordError)
    assert (nobody.number, nobody.field) == (5, "key user_id")
    assert "Its keys are started_at." in nobody.remedy
    assert sessions(["[]"]) == []


@pytest.mark.parametrize(
    ("lines", "number", "problem"),
    [
        (['[{"user_id": "ada", "started_at": 0},\n', '{"user_id": '], 2, "is not JSON from here"),
        (['[{"user_id": "ada", "started_at": 0}]\n', "and more"], 2, "goes on after the array"),
        (["{\n", ' "events": []\n', "}\n"], 1, "begins one JSON object"),
    ],
)
def test_json_that_has_no_further_rows_stops_everything(
    lines: list[str], number: int, problem: str
) -> None:
    error = complaint(*lines)
    assert error.number == number
    assert problem in error.problem
    assert error.remedy


def test_events_within_an_object_are_pointed_at() -> None:
    error = complaint('{"page": 1, "events": [{"user_id": "ada", "started_at": 0}]}')
    assert "If events has the events, write that list alone into a file." in error.remedy


def test_columns_that_nothing_names_can_be_rows() -> None:
    form = EventFormat(
        columns={"started_at": "Date", "kind": "variable"},
        user_id="ada",
        where=["value=2"],
        unpivot=True,
    )
    lines = ["Date,Run,Read,", "2024-05-01,2,0,", "2024-05-02,2,2,"]
    found = [(each.started_at.day, each.kind) for each in sessions(lines, form)]
    assert found == [(1, "Run"), (2, "Run"), (2, "Read")]


def test_a_value_alone_can_be_what_is_read() -> None:
    form = EventFormat(header=["at"], columns={"started_at": "at"}, user_id="ada", where=["at!="])
    assert [each.user_id for each in sessions(["2024-05-01", "2024-05-02"], form)] == ["ada"] * 2


def test_of_several_columns_of_one_name_a_number_tells_which() -> None:
    lines = ["user_id,at,at", "ada,0,1714550400"]
    assert sessions(lines, EventFormat(columns={"started_at": "at.1"})) == [Session("ada", EIGHT)]
    error = complaint(*lines, form=EventFormat(columns={"started_at": "at"}))
    assert (error.field, error.problem) == ("column at", "is there twice")
    assert "at.0" in error.remedy
    assert complaint(*lines, form=EventFormat(columns={"started_at": "at.2"})).field == (
        "column at.2"
    )


def test_a_complaint_about_an_export_that_we_know_names_its_format() -> None:
    error = complaint("Activity ID,Activity Date,Activity Type", "1,2,3")
    assert error.remedy.endswith("say --format strava --user-id NAME.")
    error = complaint("Date,Run,", "2024-05-01,NO,")
    assert error.remedy.endswith("say --format loop --user-id NAME.")
    mapped = EventFormat(columns={"started_at": "Start date"})
    error = complaint("Email,Start date,Start time,Duration", "a,b,c,d", form=mapped)
    assert error.remedy.endswith("say --format toggl.")


def test_parquet_has_rows_of_any_type(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow", reason="needs mainstay[columnar]")
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs mainstay[columnar]")
    path = tmp_path / "events.parquet"
    columns = {
        "actor": [{"login": "ada"}, {"login": "bob"}, {"login": None}],
        "created_at": pa.array([EIGHT] * 3, pa.timestamp("ns", "UTC")),
        "more": [1, 2, 3],
    }
    parquet.write_table(pa.table(columns), path)
    ada, bob, nobody = read_events(path, format=GITHUB)
    assert isinstance(ada, Event)
    assert (ada.line, ada.session) == (0, Session("ada", EIGHT))
    assert isinstance(bob, Event)
    assert isinstance(nobody, BadRecordError)
    assert str(nobody).startswith("row 2: user_id is missing")
    assert inspect_events(path, format=GITHUB).what == "Parquet"
    with pytest.raises(InvalidValueError, match="column who is missing"):
        list(read_events(path, format=EventFormat(columns={"user_id": "who"})))
    with pytest.raises(InvalidValueError, match="header must not be given for Parquet"):
        list(read_events(path, format=EventFormat(header=["user_id", "started_at"])))
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(UnreadableFileError, match="is damaged"):
        list(read_events(path, format=GITHUB))


#: A table, and what is guessed of it: the differing fields of its format, and how many notes.
GUESSED = [
    (["user_id,started_at", "ada,2024-05-01T08:00:00Z"], {}, 0),
    (
        ["Author ID;When", "ada;2024-05-01T08:00:00Z"],
        {"columns": {"user_id": "Author ID", "started_at": "When"}},
        0,
    ),
    (
        ["voucher_id,vouchee_id,at", "a,b,1714550400", "a,c,1714550401"],
        {"columns": {"user_id": "voucher_id", "started_at": "at"}},
        1,
    ),
    (["at", "1714550400000"], {"columns": {"started_at": "at"}, "user_id": "me", "unit": "ms"}, 1),
    (
        ["user,at", "ada,20240501"],
        {"columns": {"user_id": "user", "started_at": "at"}, "time_formats": ["%Y%m%d"]},
        0,
    ),
    (
        ["user,Date,Time", "ada,1.5.2024,8:00", "ada,31.5.2024,"],
        {
            "columns": {"user_id": "user", "started_at": ["Date", "Time"]},
            "time_formats": ["dmy"],
            "naive_zone": "UTC",
        },
        1,
    ),
    (
        ["user,date", "ada,1/5/2024"],
        {"columns": {"user_id": "user", "started_at": "date"}, "time_formats": ["auto"]},
        1,
    ),
    (
        ["user,note,moment", "ada,3,2024-05-01T08:00:00Z"],
        {"columns": {"user_id": "user", "started_at": "moment"}},
        0,
    ),
    (
        ["user,started_at,tz,type,duration,id", "ada,2024-05-01T08:00,UTC,run,0:30:00,7"],
        {"columns": {"user_id": "user", "timezone": "tz", "kind": "type"}},
        0,
    ),
    (
        ["user,started_at,tz,duration,id", "ada,0,Mars,long,7", "ada,0,Mars,long,7"],
        {"columns": {"user_id": "user"}},
        0,
    ),
    (
        ['{"by": {"name": "ada"}, "ts": 1714550400.5}'],
        {"columns": {"started_at": "ts"}, "user_id": "me", "unit": "s"},
        1,
    ),
]


@pytest.mark.parametrize(("lines", "differing", "notes"), GUESSED)
def test_what_columns_say_is_guessed_by_their_names_and_values(
    lines: list[str], differing: dict[str, object], notes: int
) -> None:
    found = inspect_events(lines)
    assert found.format is not None
    assert found.format.differing == differing
    assert len(found.notes) == notes


def test_what_is_known_is_not_guessed() -> None:
    lines = ["a,b", "2024-05-01,2024-05-02"]
    form = EventFormat(columns={"started_at": "b"}, user_id="ada")
    found = inspect_events(lines, format=form)
    assert (found.format, found.first_day) == (form, date(2024, 5, 2))
    export = ["Activity ID,Activity Date,Activity Type", '1,"May 1, 2024, 6:30:00 AM",Run']
    known = inspect_events(export, format=EventFormat(user_id="ada"))
    assert known.known == "strava"
    assert known.format is not None
    assert known.format.user_id == "ada"


def test_a_table_that_looks_like_an_export_but_for_its_cells_is_not_one() -> None:
    assert inspect_events(["Date,Run,", "2024-05-01,YES_MANUAL,"]).known == "loop"
    assert inspect_events(["Date,Payee,", "2024-05-01,the baker,"]).known is None
    assert inspect_events(["Date,Run,", "2024-05-01,0.2557,"]).known is None  # Loop's Scores.csv


def test_a_time_that_says_how_long_it_took_is_not_joined_to_when_it_was() -> None:
    found = inspect_events(["Titel,Datum,Zeit", "Rad,2024-05-22 13:12:32,00:31:05"])
    assert found.format is not None
    assert found.format.columns["started_at"] == ("Datum",)
    apart = inspect_events(["Titel,Datum,Zeit", "Rad,22.05.2024,13:12:32"])
    assert apart.format is not None
    assert apart.format.columns["started_at"] == ("Datum", "Zeit")
