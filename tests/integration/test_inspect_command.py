"""``mainstay inspect``: its guesses at small tables, and the command that it prints, run."""

from __future__ import annotations

import gzip
import json
import shlex
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command import Done, mainstay

pytest.importorskip("rich", reason="the command needs mainstay[cli]")

from mainstay.cli import arguments, reading
from mainstay.reading import EventFormat


@attrs.frozen
class Table:
    """A small table, and what there is to say of it.

    Attributes:
        text: What is in the file.
        options: Those that read it, in the command that is printed.
        found: How many events and users there are, the first day and the last.
        notes: Words of what somebody has to settle.
        given: What is told of it.
    """

    text: str
    options: str
    found: tuple[int, int, str, str]
    notes: tuple[str, ...] = ()
    given: str = ""


MAY = (2, 2, "2024-05-27", "2024-05-28")
MINE = (2, 1, "2024-05-27", "2024-05-28")
NAIVE = ("put the zone of their clock in place of UTC",)
NOBODY = ("put a name in place of me",)
NO_HEADER = "The first line is an event already"
#: The instants are 2024-05-27T08:53:20Z and a day later.
TABLES = {
    "ours": Table("user_id,started_at\nada,2024-05-27\nbob,2024-05-28\n", "", MAY),
    "seconds": Table(
        "user,ts\nada,1716800000\nbob,1716886400\n", "--columns user_id=user,started_at=ts", MAY
    ),
    "milliseconds": Table(
        "user;ts\nada;1716800000000\nbob;1716886400000\n",
        "--columns user_id=user,started_at=ts --unit ms",
        MAY,
    ),
    "microseconds": Table(
        "user|ts\nada|1716800000000000\nbob|1716886400000000\n",
        "--columns user_id=user,started_at=ts --unit us",
        MAY,
    ),
    "fractions": Table(
        '{"user": 7, "ts": 1716800000.0}\n{"user": 8, "ts": 1716886400.5}\n',
        "--columns user_id=user,started_at=ts --unit s",
        MAY,
    ),
    "numbers that are dates": Table(
        "user\tday\nada\t20240527\nbob\t20240528\n",
        "--columns user_id=user,started_at=day --time-format %Y%m%d",
        MAY,
    ),
    "numbers that are dates and times": Table(
        "user,at\nada,20240527080000\nbob,20240528090000\n",
        "--columns user_id=user,started_at=at --naive-zone UTC --time-format %Y%m%d%H%M%S",
        MAY,
        NAIVE,
    ),
    "no offset": Table(
        "user,when\nada,2024-05-27 08:00\nbob,2024-05-28 09:00\n",
        "--columns user_id=user,started_at=when --naive-zone UTC",
        MAY,
        NAIVE,
    ),
    "the zone is known": Table(
        "user,when\nada,2024-05-28 03:00\nbob,2024-05-28 13:00\n",
        "--columns user_id=user,started_at=when --naive-zone Asia/Tokyo",
        (2, 2, "2024-05-28", "2024-05-28"),
        given="--naive-zone Asia/Tokyo",
    ),
    "a column of zones": Table(
        "user,when,tz\nada,2024-05-27 23:00,Asia/Tokyo\nbob,2024-05-28 01:00,America/Lima\n",
        "--columns user_id=user,started_at=when,timezone=tz",
        MAY,
    ),
    "zones that are none": Table(
        "user,when,tz\nada,2024-05-27 08:00,CEST\nbob,2024-05-28 09:00,PST\n",
        "--columns user_id=user,started_at=when --naive-zone UTC",
        MAY,
        NAIVE,
    ),
    "the day first": Table(
        "user,when\nada,27.5.2024\nbob,1.6.2024\n",
        "--columns user_id=user,started_at=when --time-format dmy",
        (2, 2, "2024-05-27", "2024-06-01"),
    ),
    "the month first": Table(
        "user,when\nada,5/27/2024\nbob,6/1/2024\n",
        "--columns user_id=user,started_at=when --time-format mdy",
        (2, 2, "2024-05-27", "2024-06-01"),
    ),
    "said to be the day first": Table(
        "user,when\nada,4/5/2024\nbob,1/6/2024\n",
        "--columns user_id=user,started_at=when --time-format dmy",
        (2, 2, "2024-05-04", "2024-06-01"),
        given="--time-format dmy",
    ),
    "words": Table(
        "user,when\nada,May 27 2024\nbob,28 May 2024\n",
        "--columns user_id=user,started_at=when --time-format auto",
        MAY,
    ),
    "mails": Table(
        'user,date\nada,"Mon, 27 May 2024 08:00:00 +0200"\nbob,"Tue, 28 May 2024 08:00:00 +0200"\n',
        "--columns user_id=user,started_at=date",
        MAY,
    ),
    "date and time apart": Table(
        "Who,Date,Time\nada,27/05/2024,08:00\nbob,28/05/2024,09:00\n",
        "--columns user_id=Who,started_at=Date+Time --naive-zone UTC --time-format dmy",
        MAY,
        NAIVE,
    ),
    "no user": Table(
        "when,km\n2024-05-27T08:00Z,5\n2024-05-28T08:00Z,6\n",
        "--columns started_at=when --user-id me",
        MINE,
        NOBODY,
    ),
    "one user": Table(
        "when,km\n2024-05-27T08:00Z,5\n2024-05-28T08:00Z,6\n",
        "--columns started_at=when --user-id 'ada l'",
        MINE,
        given="--user-id 'ada l'",
    ),
    "ids that come again": Table(
        "shop_id,order,placed\n7,a,2024-05-27\n7,b,2024-05-28\n8,c,2024-05-28\n",
        "--columns user_id=shop_id,started_at=placed",
        (3, 2, "2024-05-27", "2024-05-28"),
        ("shop_id is taken for whose the events are",),
    ),
    "kinds and ids": Table(
        "user,type,when,uuid\nada,post,2024-05-27,a\nbob,like,2024-05-28,b\n",
        "--columns user_id=user,started_at=when,kind=type,id=uuid",
        MAY,
    ),
    "durations": Table(
        "user,when,elapsed\nada,2024-05-27,0:30:00\nbob,2024-05-28,PT1H\n",
        "--columns user_id=user,started_at=when,duration=elapsed",
        MAY,
    ),
    "durations in milliseconds": Table(
        "user,when,duration\nada,2024-05-27,1800000\nbob,2024-05-28,3600000\n",
        "--columns user_id=user,started_at=when",
        MAY,
        ('say duration_unit = "ms" in a format of your own',),
    ),
    "durations of which one is long": Table(
        "user,when,duration\nada,2024-05-27,1800\nbob,2024-05-28,90000\n",
        "--columns user_id=user,started_at=when",
        MAY,
    ),
    "durations that are none": Table(
        "user,when,elapsed\nada,2024-05-27,long\nbob,2024-05-28,0:30\n",
        "--columns user_id=user,started_at=when",
        MAY,
    ),
    "objects in objects": Table(
        '[{"actor": {"login": "ada"}, "created_at": "2024-05-27T08:00Z"},\n'
        ' {"actor": {"login": "bob"}, "created_at": "2024-05-28T08:00Z"}]',
        "--columns user_id=actor.login,started_at=created_at",
        MAY,
    ),
    "keys in objects that are called as others call them": Table(
        '{"properties": {"time": 1716800000, "distinct_id": "ada"}, "page": {"name": "x"}}\n'
        '{"properties": {"time": 1716886400, "distinct_id": "bob"}, "page": {"name": "y"}}\n',
        "--columns user_id=properties.distinct_id,started_at=properties.time",
        MAY,
    ),
    "an object's name, which is not a user's": Table(
        '{"at": {"$date": "2024-05-27T08:00Z"}, "page": {"name": "x"}, "_id": {"$oid": "65f"}}\n'
        '{"at": {"$date": "2024-05-28T08:00Z"}, "page": {"name": "y"}, "_id": {"$oid": "660"}}\n',
        "--columns 'started_at=at.$date' --user-id me",
        MINE,
        NOBODY,
    ),
    "codes of which some are numbers": Table(
        "room,entered,user\n12b,2024-05-27,ada\n34,2024-05-28,bob\n",
        "--columns user_id=user,started_at=entered",
        MAY,
    ),
    "a time in finer units behind its date": Table(
        "event_date,event_timestamp,user_pseudo_id\n20240527,1716800000000000,1.2\n"
        "20240528,1716886400000000,3.4\n",
        "--columns user_id=user_pseudo_id,started_at=event_timestamp --unit us",
        MAY,
    ),
    "odd names": Table(
        'user id;"the ""when"", + then = now"\nada;2024-05-27\nbob;2024-05-28\n',
        """--columns 'user_id=user id,started_at="the ""when"", + then = now"'""",
        MAY,
    ),
    "a name twice": Table(
        "user,date,date\nada,2024-05-27,x\nbob,2024-05-28,y\n",
        "--columns user_id=user,started_at=date.0",
        MAY,
    ),
    "no header": Table(
        "ada,2024-05-27,x\nbob,2024-05-28,y\n",
        "--columns user_id,started_at,_",
        MAY,
        given="--columns who,when,_",
    ),
    "no header, which nobody said": Table(
        "7|2024-05-27 08:00:00.5+00|7\n8|2024-05-28 08:00:00+00|8\n",
        "--columns column_1,started_at,column_3 --user-id me",
        MINE,
        (NO_HEADER, "else write user_id for the name of the column that does"),
    ),
    "no header, and addresses": Table(
        "ada@example.com,2024-05-27,x\nbob@example.com,2024-05-28,y\n",
        "--columns user_id,started_at,column_3",
        MAY,
        (NO_HEADER,),
    ),
    "no header, and two times that are equal": Table(
        "ada,2024-05-27,2024-05-27\nbob,2024-05-28,2024-05-28\n",
        "--columns column_1,started_at,column_3 --user-id me",
        MINE,
        (NO_HEADER, *NOBODY),
    ),
    "no header, and one line": Table(
        "ada@example.com,2024-05-27\n",
        "--columns user_id,started_at",
        (1, 1, "2024-05-27", "2024-05-27"),
        (NO_HEADER,),
    ),
    "days that are columns": Table(
        "name,day,2024-05-27,2024-05-28\nada,2024-05-27,1,0\nbob,2024-05-28,0,1\n",
        "--columns user_id=name,started_at=day",
        MAY,
    ),
    "a date without its year, and one with it": Table(
        "name,full_date,date,time\nada,2024-05-27,May 27,9:05 AM\nbob,2024-05-28,May 28,10:11 PM\n",
        "--columns user_id=name,started_at=full_date+time --naive-zone UTC --time-format auto",
        MAY,
        NAIVE,
    ),
    "a form's answers": Table(
        '"Timestamp","Email Address"\n"2024/05/27 6:11:02 AM GMT+2","a@example.com"\n'
        '"2024/05/28 1:11:02 AM GMT+2","b@example.com"\n',
        "--columns 'user_id=Email Address,started_at=Timestamp' --time-format auto",
        MAY,
    ),
    "a known format with dates as in a profile": Table(
        "User,Email,Project,Start date,Start time,Duration\n"
        "Ada,ada@example.com,x,05/27/2024,09:00:00 AM,01:30:00\n"
        "Bob,bob@example.com,x,05/28/2024,09:00:00 PM,01:30:00\n",
        "--format toggl --naive-zone UTC --time-format mdy",
        MAY,
        NAIVE,
    ),
    "some rows": Table(
        "user,when,done\nada,2024-05-27,YES\nbob,2024-05-28,YES\ncy,2024-05-01,NO\n",
        "--columns user_id=user,started_at=when --where done=YES",
        MAY,
        given="--where done=YES",
    ),
    "a known format": Table(
        "Date,Run,Read,\n2024-05-27,2,0,\n2024-05-28,0,2,\n",
        "--format loop --user-id ada",
        MINE,
        given="--format loop --user-id ada",
    ),
}


def inspected(file: Path, given: str = "") -> dict[str, Any]:
    done = mainstay("inspect", str(file), "--json", *shlex.split(given))
    assert done.out, done.err
    return done.json


def command_of(found: dict[str, Any]) -> Done:
    """Run what is printed, word by word."""
    name, *arguments = shlex.split(found["command"])
    assert name == "mainstay"
    return mainstay(*arguments, "--json", "--as-of", "2024-06-01T23:59:59Z")


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("packed", [False, True])
def test_the_command_that_is_printed_reads_the_file(
    tmp_path: Path, name: str, packed: bool
) -> None:
    table, file = TABLES[name], tmp_path / "my events.dat"
    octets = table.text.encode("utf-16" if packed else "utf-8")
    file.write_bytes(gzip.compress(octets) if packed else octets)
    found = inspected(file, table.given)
    assert found["command"] == f"mainstay score '{file}' {table.options}".rstrip()
    figures = (found["events"], found["users"], found["first_day"], found["last_day"])
    assert figures == table.found
    assert [found["failing"], found["repeated"], found["problems"]] == [0, 0, []]
    assert len(found["notes"]) == len(table.notes)
    assert all(each in note for each, note in zip(table.notes, found["notes"], strict=True))
    done = command_of(found)
    assert done.status == 0, done.err
    assert (done.json["events"], len(done.json["users"])) == table.found[:2]


def test_parquet_is_looked_into_too(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow", reason="needs mainstay[columnar]")
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "events.parquet"
    parquet.write_table(pa.table({"who": ["ada", "bob"], "at": ["2024-05-27", "2024-05-28"]}), file)
    found = inspected(file)
    assert (found["what"], found["events"]) == ("Parquet", 2)
    assert found["command"] == f"mainstay score {file} --columns user_id=who,started_at=at"
    assert command_of(found).json["events"] == 2


def test_a_format_of_ones_own_stays_in_the_command(tmp_path: Path) -> None:
    """Also what no option says: that columns are rows."""
    file, form = tmp_path / "habits.csv", tmp_path / "habits.toml"
    file.write_text("day,run,read\n27.5.2024,1,0\n28.5.2024,1,1\n")
    form.write_text(
        'columns = {started_at = "day", kind = "variable"}\n'
        'unpivot = true\nwhere = ["value=1"]\ntime_formats = ["dmy"]\nuser_id = "ada"\n'
    )
    found = inspected(file, f"--format {form}")
    assert found["command"] == f"mainstay score {file} --format {form}"
    assert (found["events"], found["left_out"]) == (3, 1)
    assert command_of(found).json["events"] == 3


def test_bad_rows_are_counted_by_reason_with_the_first_of_each(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text(
        "user,when\nada,2024-05-27\nbob,soon\n,2024-05-28\nada,2024-05-27\nada\ncy,later\n"
    )
    found = inspected(file)
    assert (found["events"], found["failing"], found["repeated"]) == (2, 4, 1)
    said = [(each["rows"], each["message"].partition(", got")[0]) for each in found["problems"]]
    assert said[0] == (2, "line 3: started_at is not a timestamp")
    assert sorted(said[1:]) == [
        (1, "line 4: user_id must not be empty"),
        (1, "line 6: the line must have 2 columns (user, when), not 1"),
    ]
    done = mainstay("inspect", str(file))
    assert done.status == 3
    assert "2 will fail, such as line 3: started_at is not a timestamp, got 'soon'." in done.out
    assert done.err.endswith(f"{file} --columns user_id=user,started_at=when --skip-bad\n")
    assert (command_of(found).status, command_of(found).json["events"]) == (3, 2)


def test_dates_that_can_be_read_in_two_ways_are_for_somebody_to_settle(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text("user,when\nada,5/7/2024\nbob,6/1/2024\n")
    found = inspected(file)
    assert found["notes"] == [
        "Say whether the day is first, --time-format dmy, or the month, mdy, in place of auto."
    ]
    assert (found["events"], found["failing"]) == (0, 2)
    assert [each["rows"] for each in found["problems"]] == [2], "one reason, whatever the dates"
    assert mainstay("inspect", str(file)).status == 3
    assert inspected(file, "--time-format mdy")["last_day"] == "2024-06-01"


def test_where_no_row_can_be_read_none_is_to_be_skipped(tmp_path: Path) -> None:
    """The command that is printed then stops, and says what is to be settled first."""
    file = tmp_path / "events.csv"
    file.write_text("user,when\nada,5/7/2024 08:00\nbob,6/1/2024 09:00\n")
    done = mainstay("inspect", str(file))
    assert "No row is an event.\n2 will fail," in done.out
    assert NAIVE[0] in done.err
    assert done.err.endswith("started_at=when --naive-zone UTC --time-format auto\n")
    again = command_of(inspected(file))
    assert (again.status, "Say which is first" in again.err) == (1, True)
    settled = inspected(file, "--time-format dmy --naive-zone UTC")
    assert (settled["failing"], settled["last_day"]) == (0, "2024-07-05")


def test_without_a_column_of_times_it_says_how_to_name_one(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text("user,km\nada,5\nbob,6\n")
    done = mainstay("inspect", str(file), "--json")
    assert (done.status, done.json["command"], done.json["format"]) == (3, None, None)
    assert "Name the column with --columns started_at=NAME" in done.err
    assert [column["examples"] for column in done.json["columns"]] == [["ada", "bob"], ["5", "6"]]


def test_times_that_name_their_zone_by_letters_are_times_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text("user,when\nada,2024-05-27 23:00:00 CEST\nbob,2024-05-28 01:00:00 CEST\n")
    found = inspected(file)
    assert [each["field"] for each in found["columns"]] == ["user_id", "started_at"]
    assert (found["events"], found["failing"], found["notes"]) == (0, 2, [])
    (problem,) = found["problems"]
    remedy = "--time-format '%Y-%m-%d %H:%M:%S CEST' --naive-zone Europe/Berlin"
    assert remedy in problem["message"]
    assert inspected(file, remedy)["events"] == 2


def test_lines_of_which_none_can_be_read_are_said_to_fail(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text('{"user": "ada", "at": "2024-05-27"},\n{"user": "bob", "at": "2024-05-28"},\n')
    done = mainstay("inspect", str(file))
    assert done.status == 3
    assert "2 will fail, such as line 1: the line must be a JSON object" in done.out
    assert "Leave out the comma behind it." in done.out
    assert "--columns" not in done.err
    file.write_text(file.read_text().replace("},", "}"))
    assert inspected(file)["events"] == 2


def test_objects_that_hold_the_events_are_told(tmp_path: Path) -> None:
    file = tmp_path / "chat.json"
    file.write_text('{"channel": "a", "messages": [{"user": "ada", "at": "2024-05-27"}]}\n')
    done = mainstay("inspect", str(file))
    assert done.status == 3
    assert "If messages has the events, write that list alone into a file: https://" in done.err


def test_what_is_not_in_utf_8_is_said_and_is_json_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    text = "Wer;D\u00e9but;Was\nada;27.5.2024;Caf\u00e9\nbob;28.5.2024;x\n"
    file.write_bytes(text.encode("cp1252"))
    found = inspected(file)
    assert [each["name"] for each in found["columns"]] == ["Wer", "D\udce9but", "Was"]
    assert found["notes"][0].startswith("Not all of it is UTF-8: save it as UTF-8 first.")
    file.write_text(text, encoding="utf-8")
    assert not any("UTF-8" in note for note in inspected(file)["notes"])


@pytest.mark.parametrize("text", ["", "\n \n", "\ufeff"])
def test_an_empty_file_is_an_error(tmp_path: Path, text: str) -> None:
    file = tmp_path / "events.csv"
    file.write_text(text, encoding="utf-8")
    done = mainstay("inspect", str(file))
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("mainstay: FILE is empty, got '/")
    assert done.err.endswith("events.csv'. Name another file.\n")


def test_standard_input_is_looked_into_too() -> None:
    text = TABLES["date and time apart"].text.encode()
    done = mainstay("inspect", "-", "--json", stdin=gzip.compress(text))
    assert done.status == 0
    assert (done.json["what"], done.json["events"]) == (
        "CSV, separated by commas, packed by gzip",
        2,
    )
    _, *arguments = shlex.split(done.json["command"])
    again = mainstay(*arguments, "--as-of", "2024-06-01", "--json", stdin=gzip.compress(text))
    assert again.json["events"] == 2


def test_the_same_file_gives_the_same_json_with_all_that_is_documented(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text(TABLES["kinds and ids"].text)
    first, second = (mainstay("inspect", str(file), "--json").out for _ in range(2))
    assert first == second
    assert [*json.loads(first)] == (
        "what known columns format notes events users first_day last_day left_out repeated failing "
        "problems command".split()
    )


def test_the_listing_says_what_columns_seem_to_be(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text(TABLES["kinds and ids"].text)
    rows = [line.split() for line in mainstay("inspect", str(file)).out.splitlines()]
    assert ["user", "user_id", "ada,", "bob"] in rows
    assert ["type", "kind", "post,", "like"] in rows


names = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('",=+ '), min_size=1
)


@given(st.lists(names, min_size=2, max_size=3, unique=True), names)
def test_any_name_of_a_column_can_be_given_on_the_command_line(
    joined: list[str], user: str
) -> None:
    form = EventFormat(columns={"user_id": user, "started_at": joined})
    option, said = shlex.split(reading.options_of(form, None))
    assert option == "--columns"
    assert arguments.columns(said) == {"user_id": (user,), "started_at": (*joined,)}


@given(st.lists(names, min_size=1, unique=True))
def test_any_names_in_order_can_be_given_on_the_command_line(header: list[str]) -> None:
    _, said = shlex.split(reading.options_of(EventFormat(header=header), None))
    assert arguments.columns(said) == (*header,)
