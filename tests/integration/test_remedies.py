"""Each error met in a file says what to do about it; and who does that literally has it read."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import shlex
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import attrs
import pytest

from tests.command import Done, database, mainstay

pytest.importorskip("rich", reason="the command needs mainstay[cli]")

HEADER = "user_id,started_at\n"
GOOD = f"{HEADER}ada,2024-05-27\n"


@attrs.frozen
class Trouble:
    """A file that can't be read, and what its complaint says.

    Attributes:
        content: What is in the file.
        complaint: Place, field, problem and value.
        remedy: What to do, in its words.
        given: The options that it is read with.
        then: Those that the remedy says, to be added or used instead.
        content_then: What the file holds after what the remedy says.
    """

    content: str | bytes
    complaint: str
    remedy: str
    given: str = ""
    then: str | None = None
    content_then: str | bytes | None = None


#: Those that one option helps, which the complaint has word by word.
NAMED = {
    "other names": Trouble(
        "author,when\nada,2024-05-27\n",
        "line 1: column user_id is missing, got 'author,when'.",
        "Name the columns with --columns: in order if there is no header, or as "
        "user_id=NAME,started_at=NAME.",
        then="--columns user_id=author,started_at=when",
    ),
    "no header": Trouble(
        "ada,2024-05-27\nbob,2024-05-26\n",
        "line 1: column user_id is missing, got 'ada,2024-05-27'.",
        "Name the columns with --columns: in order if there is no header",
        then="--columns user_id,started_at",
    ),
    "no user": Trouble(
        "when,started_at\nx,2024-05-27\n",
        "line 1: column user_id is missing, got 'when,started_at'.",
        "If all are one person's: --user-id NAME.",
        then="--user-id ada",
    ),
    "a slip": Trouble(
        "user_ids,started_at\nada,2024-05-27\n",
        "line 1: column user_id is missing, got 'user_ids,started_at'.",
        "Is it user_ids?",
        then="--columns user_id=user_ids",
    ),
    "a known export": Trouble(
        "Activity ID,Activity Date,Activity Type,Elapsed Time,Elapsed Time\n"
        '7,"May 27, 2024, 8:00:00 AM",Run,60,60.0\n',
        "line 1: column user_id is missing,",
        "It looks like Strava's activities.csv: say --format strava --user-id NAME.",
        then="--format strava --user-id ada",
    ),
    "a name twice": Trouble(
        "user_id,started_at,started_at\nada,2024-05-27,soon\n",
        "line 1: column started_at is there twice, got 'user_id,started_at,started_at'.",
        "Name the one that is meant: started_at.0 is the first, started_at.1 the next.",
        then="--columns started_at=started_at.0",
    ),
    "a naive time": Trouble(
        f"{HEADER}ada,2024-05-27T08:00\n",
        "line 2: started_at has no UTC offset, got '2024-05-27T08:00'.",
        "name the zone of all such (--naive-zone Europe/Berlin).",
        then="--naive-zone Europe/Berlin",
    ),
    "a calendar date": Trouble(
        f"{HEADER}ada,20240527\n",
        "line 2: started_at is a calendar date, not Unix seconds, got '20240527'.",
        "say how all are written: --time-format %Y%m%d,",
        then="--time-format %Y%m%d",
    ),
    "a calendar date that is none": Trouble(
        f"{HEADER}ada,20240527\n",
        "line 2: started_at is a calendar date, not Unix seconds, got '20240527'.",
        "--unit s for Unix seconds.",
        then="--unit s",
    ),
    "milliseconds": Trouble(
        f"{HEADER}ada,1716800000000\n",
        "line 2: started_at must be seconds since 1970, within the years 2 to 9998, got "
        "'1716800000000'.",
        "say what they are: --unit ms.",
        then="--unit ms",
    ),
    "microseconds": Trouble(
        f"{HEADER}ada,1716800000000000\n",
        "line 2: started_at must be seconds since 1970, within the years 2 to 9998, got ",
        "say what they are: --unit us.",
        then="--unit us",
    ),
    "nanoseconds": Trouble(
        '{"user_id": "ada", "started_at": 1716800000000000000}\n',
        "line 1: started_at must be seconds since 1970, within the years 2 to 9998, got ",
        "say what they are: --unit ns.",
        then="--unit ns",
    ),
    "fractions": Trouble(
        f"{HEADER}ada,1716800000.5\n",
        "line 2: started_at is not a timestamp, got '1716800000.5'.",
        "If it is Unix time, say what it counts: --unit s,",
        then="--unit s",
    ),
    "fractions in JSON": Trouble(
        '{"user_id": "ada", "started_at": 1716800000.5}\n',
        "line 1: started_at must be a timestamp, got 1716800000.5.",
        "If it is Unix time, say what it counts: --unit s,",
        then="--unit s",
    ),
    "before 1970": Trouble(
        f"{HEADER}ada,-5\n",
        "line 2: started_at is not a timestamp, got '-5'.",
        "say what it counts: --unit s,",
        then="--unit s --as-of 1970-01-01",
    ),
    "another format": Trouble(
        f"{HEADER}ada,27.05.2024 08:00\n",
        "line 2: started_at is not a timestamp, got '27.05.2024 08:00'.",
        "Or say how all are written, such as --time-format '%d.%m.%Y %H:%M', auto,",
        then="--time-format '%d.%m.%Y %H:%M' --naive-zone UTC",
    ),
    "in words": Trouble(
        f"{HEADER}ada,May 27th 2024\n",
        "line 2: started_at is not a timestamp, got 'May 27th 2024'.",
        "auto, dmy or mdy; mainstay inspect FILE guesses it.",
        then="--time-format auto",
    ),
    "ambiguous": Trouble(
        f"{HEADER}ada,5/4/2024\n",
        "line 2: started_at can mean 2024-04-05 or 2024-05-04, got '5/4/2024'.",
        "Say which is first, the day (--time-format dmy), the month (mdy) or the year (ymd).",
        given="--time-format auto",
        then="--time-format dmy",
    ),
    "two formats": Trouble(
        f"{HEADER}ada,27.5.2024\nbob,2024-05-26\n",
        "line 3: started_at is not a timestamp as in %d.%m.%Y, got '2024-05-26'.",
        "Name its format too: one --time-format for each.",
        given="--time-format %d.%m.%Y",
        then="--time-format %d.%m.%Y --time-format iso",
    ),
    "no year": Trouble(
        "user_id,Date,Year\nada,May 27,2024\n",
        "line 2: started_at must say year, month and day, got 'May 27'.",
        "Join the column that has the rest, such as --columns started_at=Date+Time.",
        given="--columns started_at=Date --time-format auto",
        then="--columns started_at=Date+Year --time-format auto",
    ),
    "not a number": Trouble(
        "user_id,started_at,n\nada,2024-05-27,x\n",
        "line 2: n is not a number, which n>0 asks for, got 'x'.",
        "compare with = or !=.",
        given="--where n>0",
        then="--where n!=0",
    ),
    "a condition on nothing": Trouble(
        "user_id,started_at,count\nada,2024-05-27,1\n",
        "line 1: column counts is missing, got 'user_id,started_at,count'.",
        "Is it count? Name one that is there after --where, or leave the condition out.",
        given="--where counts>0",
        then="--where count>0",
    ),
    "keys in an object": Trouble(
        '{"actor": {"login": "ada"}, "started_at": "2024-05-27"}\n',
        "line 1: key user_id is missing,",
        "Its keys are actor.login, started_at.",
        then="--columns user_id=actor.login",
    ),
    "keys that only some have": Trouble(
        '{"user_id": "ada", "started_at": "2024-05-27"}\n{"started_at": "2024-05-27"}\n',
        "line 2: key user_id is missing,",
        "Or leave out those without it: --where 'user_id!='.",
        then="--where 'user_id!='",
    ),
    "an unknown format": Trouble(
        GOOD,
        "--format must be one of strava, garmin,",
        "mainstay inspect FILE says which it is.",
        given="--format strawa",
        then="",
    ),
    "an engine that can't": Trouble(
        "user_id,started_at,n\nada,2024-05-27,1\n",
        "--engine can't be columnar with conditions, got 'columnar'.",
        "Leave it out, and the file is read line by line.",
        given="--engine columnar --where n>0",
        then="--where n>0",
    ),
}


def tar(text: str) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as file:
        member = tarfile.TarInfo("events.csv")
        member.size = len(text)
        file.addfile(member, io.BytesIO(text.encode()))
    return archive.getvalue()


def zipped(**members: str) -> bytes:
    archive = io.BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as file:
        for name, text in members.items():
            file.writestr(f"{name}.csv", text)
    return archive.getvalue()


DAMAGED = "FILE is damaged ("
#: Those that help once the file says something else.
WRITTEN = {
    "too many cells": Trouble(
        f"{HEADER}Lovelace, Ada,2024-05-27\n",
        "line 2: the line must have 2 columns (user_id, started_at), not 3, got 'Lovelace, Ada,",
        "Quote fields that contain separators.",
        content_then=f'{HEADER}"Lovelace, Ada",2024-05-27\n',
    ),
    "quotes": Trouble(
        f'{HEADER}"ada "the" l",2024-05-27\n',
        "line 2: the line is not CSV (',' expected after '\"'), got '\"ada \"the\" l\",2024-",
        "Quote fields that contain separators, and double the quotes in them.",
        content_then=f'{HEADER}"ada ""the"" l",2024-05-27\n',
    ),
    "a long field": Trouble(
        f"user_id,started_at,text\nada,2024-05-27,{'x' * 131073}\n",
        "line 2: the line is not CSV (field larger than field limit (131072)), got 'ada,",
        "Leave out its column;",
        content_then=GOOD,
    ),
    "a quote that ends nowhere": Trouble(
        f'{HEADER}"ada,2024-05-27\n' + "bob,2024-05-27\n" * 9000,
        "line 2: the line is not CSV (field larger than field limit (131072)), got",
        "or a quote is missing that ends a field: write it.",
        content_then=f'{HEADER}"ada",2024-05-27\n' + "bob,2024-05-27\n" * 9000,
    ),
    "Latin 1": Trouble(
        f"{HEADER}adé,2024-05-27\n".encode("latin-1"),
        "line 2: user_id is not valid UTF-8, got",
        "Save the file as UTF-8: https://",
        content_then=f"{HEADER}adé,2024-05-27\n".encode(),
    ),
    "no offset": Trouble(
        f"{HEADER}ada,2024-05-27T08:00\n",
        "line 2: started_at has no UTC offset, got '2024-05-27T08:00'.",
        "Write its offset or Z behind it, or its zone into the column timezone,",
        content_then="user_id,started_at,timezone\nada,2024-05-27T08:00Z,\n"
        "ada,2024-05-27T08:00,Asia/Tokyo\n",
    ),
    "a calendar date": Trouble(
        f"{HEADER}ada,20240527\n",
        "line 2: started_at is a calendar date, not Unix seconds, got '20240527'.",
        "Write 2024-05-27;",
        content_then=GOOD,
    ),
    "a calendar date with its time": Trouble(
        f"{HEADER}ada,20240527080000\n",
        "line 2: started_at is a calendar date, not Unix seconds, got '20240527080000'.",
        "Write 2024-05-27T08:00:00, with its offset or Z behind it.",
        content_then=f"{HEADER}ada,2024-05-27T08:00:00Z\n",
    ),
    "milliseconds": Trouble(
        f"{HEADER}ada,1716800000000\n",
        "line 2: started_at must be seconds since 1970, within the years 2 to 9998, got ",
        "Divide milliseconds by 1,000,",
        content_then=f"{HEADER}ada,1716800000\n",
    ),
    "no timestamp": Trouble(
        f"{HEADER}ada,soon\n",
        "line 2: started_at is not a timestamp, got 'soon'.",
        "Write ISO 8601 (2024-05-01T08:00:00+02:00) or whole Unix seconds.",
        content_then=f"{HEADER}ada,2024-05-01T08:00:00+02:00\nada,1716800000\n",
    ),
    "an empty timestamp": Trouble(
        f"{HEADER}ada,\nbob,2024-05-27\n",
        "line 2: started_at must not be empty, got ''.",
        "Write ISO 8601 (2024-05-01T08:00:00+02:00), or leave the line out.",
        given="--time-format auto",
        content_then=f"{HEADER}bob,2024-05-27T08:00:00+02:00\n",
    ),
    "zones by letters": Trouble(
        f"{HEADER}ada,27 May 2024 8:00 CEST\n",
        "line 2: started_at names its zone CEST, which stands for several, got",
        "Write its offset instead, such as +02:00.",
        given="--time-format auto",
        content_then=f"{HEADER}ada,27 May 2024 8:00 +02:00\n",
    ),
    "a zone that is not known": Trouble(
        "user_id,started_at,timezone\nada,2024-05-27T08:00,CEST\n",
        "line 2: timezone is not a known zone, got 'CEST'.",
        "Use an IANA name such as 'Europe/Berlin' or an offset such as '+02:00'.",
        content_then="user_id,started_at,timezone\nada,2024-05-27T08:00,Europe/Berlin\n"
        "ada,2024-05-27T08:00,+02:00\n",
    ),
    "a zone that is no text": Trouble(
        '{"user_id": "ada", "started_at": "2024-05-27T08:00", "timezone": 2}\n',
        "line 1: timezone must be a string, got 2.",
        "Write an IANA name such as Europe/Berlin, or an offset such as +02:00.",
        content_then='{"user_id": "ada", "started_at": "2024-05-27T08:00", "timezone": "+02:00"}',
    ),
    "a contradiction": Trouble(
        f"{HEADER}ada,2024-05-27T08:00+01:00[Europe/Berlin]\n",
        "line 2: started_at contradicts itself: Europe/Berlin is +02:00 then, got",
        "Leave out the zone in brackets, or correct the offset.",
        content_then=f"{HEADER}ada,2024-05-27T08:00+01:00\n"
        "ada,2024-05-27T08:00+02:00[Europe/Berlin]\n",
    ),
    "no user": Trouble(
        f"{HEADER},2024-05-27\nbob,2024-05-27\n",
        "line 2: user_id must not be empty, got ''.",
        "Write a text or a whole number, or leave the line out.",
        content_then=f"{HEADER}7,2024-05-27\nbob,2024-05-27\n",
    ),
    "a user that is a list": Trouble(
        '{"user_id": ["ada"], "started_at": 0}\n',
        "line 1: user_id must be a string, got ['ada'].",
        "Write a text or a whole number, or leave the line out.",
        content_then='{"user_id": "ada", "started_at": "2024-05-27"}\n',
    ),
    "no object": Trouble(
        '{"user_id": "ada", "started_at": 0}\nnull\n',
        "line 2: the line must be a JSON object, got 'null\\n'.",
        'Write it as {"user_id": "ada", "started_at": "2024-05-01"}, or leave it out.',
        content_then='{"user_id": "ada", "started_at": 0}\n'
        '{"user_id": "ada", "started_at": "2024-05-01"}\n',
    ),
    "an array that goes on": Trouble(
        '[{"user_id": "ada", "started_at": 0}]\n[{"user_id": "bob", "started_at": 0}]\n',
        "line 2: the line goes on after the array, got '[{",
        "Leave out what follows, or write all events into one array.",
        content_then='[{"user_id": "ada", "started_at": "2024-05-27"},\n'
        '{"user_id": "bob", "started_at": 0}]\n',
    ),
    "an array that is cut off": Trouble(
        '[{"user_id": "ada", "started_at": 0},\n{"user_id": "b',
        "line 2: the line is not JSON from here on, got '{\"user_id\": \"b'.",
        "It may have been cut off: fetch or save it again.",
        content_then='[{"user_id": "ada", "started_at": 0},\n'
        '{"user_id": "bob", "started_at": "2024-05-27"}]',
    ),
    "one object": Trouble(
        '{\n"user_id": "ada",\n"started_at": "2024-05-27"\n}\n',
        "line 1: the line begins one JSON object, got '{'.",
        "Write the events as an array, or each as an object on a line of its own: https://",
        content_then='[{\n"user_id": "ada",\n"started_at": "2024-05-27"\n}]\n',
    ),
    "a list in an object": Trouble(
        '{"page": 1, "events": [{"user_id": "ada", "started_at": "2024-05-27"}]}\n',
        "line 1: key user_id is missing,",
        "If events has the events, write that list alone into a file.",
        content_then='[{"user_id": "ada", "started_at": "2024-05-27"}]\n',
    ),
    "gzip that is cut off": Trouble(
        gzip.compress(GOOD.encode())[:-9], DAMAGED, "Fetch or save it again.",
        content_then=gzip.compress(GOOD.encode()),
    ),
    "gzip that is changed": Trouble(
        gzip.compress(GOOD.encode())[:-8] + b"12345678", DAMAGED, "Fetch or save it again.",
        content_then=gzip.compress(GOOD.encode()),
    ),
    "bzip2 that is cut off": Trouble(
        bz2.compress(GOOD.encode())[:-9], DAMAGED, "Fetch or save it again.",
        content_then=bz2.compress(GOOD.encode()),
    ),
    "xz that is cut off": Trouble(
        lzma.compress(GOOD.encode())[:-9], DAMAGED, "Fetch or save it again.",
        content_then=lzma.compress(GOOD.encode()),
    ),
    "zip that is cut off": Trouble(
        zipped(events=GOOD)[:-9], DAMAGED, "Fetch or save it again.",
        content_then=zipped(events=GOOD),
    ),
    "zip without a file": Trouble(
        zipped(), "FILE is a zip archive without a file, got", "Name another file.",
        content_then=GOOD,
    ),
}  # fmt: skip


def score(file: Path, options: str = "") -> Done:
    as_of = [] if "--as-of" in options else ["--as-of", "2024-05-28T12:00:00Z"]
    return mainstay("score", str(file), *as_of, "--json", *shlex.split(options))


def file_of(folder: Path, content: str | bytes) -> Path:
    file = folder / "events.dat"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def has_events(done: Done) -> None:
    assert done.status == 0, done.err
    assert done.json["users"], "somebody was active"


@pytest.mark.parametrize("name", NAMED)
def test_the_option_that_a_complaint_names_helps(tmp_path: Path, name: str) -> None:
    trouble = NAMED[name]
    if "columnar" in trouble.given:
        pytest.importorskip("duckdb", reason="needs mainstay[columnar]")
    file = file_of(tmp_path, trouble.content)
    done = score(file, trouble.given)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"mainstay: {trouble.complaint}")
    assert trouble.remedy in done.err
    has_events(score(file, trouble.then or ""))


@pytest.mark.parametrize("name", WRITTEN)
def test_what_a_complaint_says_to_write_is_read(tmp_path: Path, name: str) -> None:
    trouble = WRITTEN[name]
    done = score(file_of(tmp_path, trouble.content), trouble.given)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"mainstay: {trouble.complaint}")
    assert trouble.remedy in done.err
    assert trouble.content_then is not None
    given = trouble.given + (" --naive-zone UTC" if "auto" in trouble.given else "")
    has_events(score(file_of(tmp_path, trouble.content_then), given))


@pytest.mark.parametrize("module", ["zipfile", "tarfile"])
def test_an_archive_of_several_files_is_unpacked_by_the_command_that_is_named(
    tmp_path: Path, module: str
) -> None:
    content = zipped(events=GOOD, more="x") if module == "zipfile" else tar(GOOD)
    file = file_of(tmp_path, content)
    done = score(file)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("mainstay: FILE holds ")
    said = done.err.partition("Unpack it with ")[2].partition(", and name one of them.")[0]
    assert said == f"python -m {module} -e FILE FOLDER"
    _, *arguments = said.replace("FILE", str(file)).replace("FOLDER", str(tmp_path / "new")).split()
    subprocess.run([sys.executable, *arguments], check=True)
    has_events(score(tmp_path / "new" / "events.csv"))


@pytest.mark.parametrize(
    ("column", "value", "problem", "remedy", "instead"),
    [
        (
            "duration",
            "1:30",
            "may be hours and minutes, or minutes and seconds",
            "Write all three, such as 0:45:12.",
            ["0:45:12"],
        ),
        (
            "duration",
            "an hour",
            "must be a number",
            "Write seconds, such as 90 or 0.5, or 0:01:30, or leave it empty.",
            ["90", "0.5", "0:01:30", ""],
        ),
        (
            "duration",
            "-5",
            "must be at least 0 and at most 999999999 days",
            "Write seconds, such as 90 or 0.5, or 0:01:30, or leave it empty.",
            ["90"],
        ),
        (
            "quality",
            "11",
            "must be between 0 and 10",
            "Write a number from 0 to 10, or leave it empty.",
            ["0", "10", ""],
        ),
        (
            "quality",
            "good",
            "must be a number",
            "Write a number from 0 to 10, or leave it empty.",
            ["7.5"],
        ),
    ],
)
def test_what_is_said_of_an_import_helps_too(
    tmp_path: Path, column: str, value: str, problem: str, remedy: str, instead: list[str]
) -> None:
    pytest.importorskip("sqlalchemy", reason="needs mainstay[sql]")
    url = database(tmp_path)
    assert mainstay("init", "--db", url, "--posts", "run").status == 0

    def imported(*values: str) -> Done:
        rows = "".join(f"ada,2024-05-27,{each}\n" for each in values)
        file = file_of(tmp_path, f"user_id,started_at,{column}\n{rows}")
        return mainstay("import", str(file), "--db", url)

    done = imported(value)
    assert done.status == 1
    assert done.err.startswith(f"mainstay: line 2: {column} {problem}, got '{value}'. {remedy}")
    assert imported(*instead).status == 0


@pytest.mark.parametrize(
    ("option", "problem", "remedy", "instead"),
    [
        ("--where n", "where must be a condition, got 'n'.", "such as count>0.", "--where n>0"),
        ("--where n>x", "must be a number after >, got 'x'.", "with = or !=.", "--where n!=x"),
        (
            "--time-format %d.%m.",
            "must say year, month and day, got '%d.%m.'.",
            "such as %d.%m.%Y %H:%M:%S.",
            "--time-format '%d.%m.%Y %H:%M:%S' --time-format iso",
        ),
        (
            "--time-format '%Y-%m-%d %I:%M'",
            "must say the hour of the day,",
            "Write %H, or %I with %p.",
            "--time-format '%Y-%m-%d %I:%M %p' --time-format iso",
        ),
        (
            "--time-format '%x %X'",
            "must not depend on the machine,",
            "such as %Y-%m-%d %H:%M:%S;",
            "--time-format '%Y-%m-%d %H:%M:%S' --time-format iso",
        ),
        ("--unit m", "there is no 'm'.", "Did you mean ms?", "--unit ms"),
    ],
)
def test_an_option_that_is_wrong_says_how_it_is_written(
    tmp_path: Path, option: str, problem: str, remedy: str, instead: str
) -> None:
    file = file_of(tmp_path, "user_id,started_at,n\nada,2024-05-27,1\n")
    done = score(file, option)
    assert (done.status, done.out) == (2, "")
    assert problem in done.err
    assert remedy in done.err.partition(problem)[2]
    has_events(score(file, instead))


@pytest.mark.parametrize("packed", [False, True])
def test_parquet_that_is_piped_or_packed_is_read_where_it_is_a_file(
    tmp_path: Path, packed: bool
) -> None:
    pa = pytest.importorskip("pyarrow", reason="needs mainstay[columnar]")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pa.table({"user_id": ["ada"], "started_at": ["2024-05-27"]})
    parquet.write_table(table, tmp_path / "events.parquet")
    content = (tmp_path / "events.parquet").read_bytes()
    if packed:
        done = score(file_of(tmp_path, gzip.compress(content)))
    else:
        done = mainstay("score", "-", stdin=content)
    assert (done.status, done.out) == (1, "")
    assert "FILE is Parquet, which is read neither from a pipe nor packed" in done.err
    assert "Save it unpacked, and name that file." in done.err
    has_events(score(tmp_path / "events.parquet"))


def test_a_missing_column_of_parquet_is_named_as_is_said(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow", reason="needs mainstay[columnar]")
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "events.parquet"
    parquet.write_table(pa.table({"who": ["ada"], "started_at": ["2024-05-27"]}), file)
    done = score(file)
    assert "column user_id is missing, got 'who,started_at'." in done.err
    assert "or as user_id=NAME,started_at=NAME." in done.err
    has_events(score(file, "--columns user_id=who"))
    done = score(file, "--columns user_id,started_at")
    assert "Write --columns user_id=NAME,started_at=NAME." in done.err
    has_events(score(file, "--columns user_id=who,started_at=started_at"))


def test_a_format_in_toml_that_is_wrong_says_where(tmp_path: Path) -> None:
    form, file = tmp_path / "form.toml", file_of(tmp_path, "who,started_at\nada,2024-05-27\n")
    for text, complaint in {
        'colums = {user_id = "who"}': "line 1: colums is unknown, got {'user_id': 'who'}. Known: c",
        '\ncolumns = {user = "who"}': "line 2: columns must map our fields to the file's columns,",
        'unit = "m"': "line 1: unit must be one of s, ms, us, ns, got 'm'.",
        'unpivot = "yes"': "line 1: unpivot must be of type bool, got 'yes'.",
        'where = ["done"]': "line 1: where must be a condition, got 'done'. Write COLUMN=VALUE",
        'time_formats = ["%d"]': "line 1: time_formats must say year, month and day, got '%d'. W",
    }.items():
        form.write_text(text)
        done = score(file, f"--format {form}")
        assert (done.status, done.out) == (1, "")
        assert done.err.startswith(f"mainstay: {form}, {complaint}")
    form.write_text('columns = {user_id = "who"}\nunit = "ms"\nunpivot = false\n')
    has_events(score(file, f"--format {form}"))


def test_who_asks_inspect_is_told_the_command(tmp_path: Path) -> None:
    file = file_of(tmp_path, "author,when\nada,2024-05-27\n")
    assert "mainstay inspect shows what is in the file." in score(file).err
    found = json.loads(mainstay("inspect", str(file), "--json").out)
    _, _, name, *options = shlex.split(found["command"])
    assert name == str(file)
    has_events(score(file, shlex.join(options)))
