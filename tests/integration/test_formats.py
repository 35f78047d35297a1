"""Exports of other programs, as they write them: told, read, and scored right by hand."""

from __future__ import annotations

import gzip
import json
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest
from attrs import evolve

from tests.command import mainstay

pytest.importorskip("rich", reason="the command needs mainstay[cli]")

from mainstay import BadRecordError, Session
from mainstay.reading import FORMATS, Event, inspect_events, read_events

FILES = Path(__file__).parent.parent / "files"
SCRIPTS = Path(__file__).parent.parent.parent / "docs" / "conversions"
#: The points of the active days that tests/files/README.md lists, by SPEC's vectors.
KNOWN = [
    ("strava", "strava_activities.csv", {"me": 37}),
    ("garmin", "garmin_activities.csv", {"me": 35}),
    ("toggl", "toggl_detailed.csv", {"ada@example.com": 37, "bob@example.com": 13}),
    ("loop", "loop_checkmarks.csv", {"me": 44}),
    ("loop-habit", "loop_habit_checkmarks.csv", {"me": 9}),
    ("github", "github_events.json", {"ada": 45}),
    ("fitbit", "fitbit_exercise-0.json", {"me": 62}),
]


def scores(*arguments: str) -> dict[str, int]:
    done = mainstay(*arguments, "--as-of", "2024-05-28", "--zone", "UTC", "--json")
    assert done.status == 0, done.err
    return {user["user_id"]: user["score"] for user in done.json["users"]}


@pytest.mark.parametrize(("name", "file", "points"), KNOWN)
def test_an_export_is_told_and_the_command_that_is_shown_scores_it(
    name: str, file: str, points: dict[str, int]
) -> None:
    done = mainstay("inspect", str(FILES / file), "--json")
    assert (done.status, done.json["known"], done.json["failing"]) == (0, name, 0)
    program, command, *arguments = shlex.split(done.json["command"])
    assert program == "mainstay"
    assert scores(command, *arguments) == points


def test_each_known_format_is_tried() -> None:
    assert {name for name, _, _ in KNOWN} == FORMATS.keys()


@pytest.mark.parametrize(("name", "file", "points"), KNOWN)
def test_a_complaint_about_an_export_names_its_format(
    name: str, file: str, points: dict[str, int]
) -> None:
    """What it says is done: the format's name, and a person's where it is of one."""
    done = mainstay("score", str(FILES / file), "--engine", "python")
    assert done.status == 1
    assert f"say --format {name}" in done.err.replace("\n", " ")
    whose = ("--user-id", "me") if FORMATS[name].is_of_one else ()
    zone = () if FORMATS[name].format.naive_zone else ("--naive-zone", "Europe/Berlin")
    told = ("score", str(FILES / file), "--format", name, *whose, *zone)
    assert scores(*told) == points


def events_of(rows: Iterable[Event | BadRecordError]) -> list[Session]:
    """All of them, of which none is bad."""
    found = [*rows]
    assert all(isinstance(row, Event) for row in found), found
    return [row.session for row in found if isinstance(row, Event)]


def sessions(name: str, file: str) -> list[tuple[str, str, str]]:
    """When, how long, and what: of an export that is read in full."""
    form = evolve(FORMATS[name].format, user_id="ada", naive_zone="Europe/Berlin")
    rows = read_events(FILES / file, format=form, whole=True)
    return [
        (each.started_at.isoformat(), str(each.duration), each.kind) for each in events_of(rows)
    ]


def test_durations_and_kinds_are_read_too() -> None:
    assert sessions("garmin", "garmin_activities.csv")[:2] == [
        ("2024-05-23T06:10:00+02:00", "0:31:05", "Running"),
        ("2024-05-22T17:00:00+02:00", "0:55:00.500000", "Strength Training"),
    ]
    assert sessions("toggl", "toggl_detailed.csv")[1] == (
        "2024-05-14T09:00:00+02:00",
        "0:30:00",
        "time entry",
    )
    assert sessions("strava", "strava_activities.csv")[2][1:] == ("0:40:00", "Walk")
    assert sessions("fitbit", "fitbit_exercise-0.json")[0][1:] == ("0:21:20", "Walk")
    assert [kind for *_, kind in sessions("loop", "loop_checkmarks.csv")].count("Read a book") == 4


def test_events_of_github_may_be_lines_that_are_packed(tmp_path: Path) -> None:
    events = json.loads((FILES / "github_events.json").read_bytes())
    lines = "".join(f"{json.dumps(event)}\n" for event in events)
    packed = tmp_path / "2024-05-28-8.json.gz"
    packed.write_bytes(gzip.compress(lines.encode()))
    assert scores("score", str(packed), "--format", "github") == {"ada": 45}
    assert inspect_events(packed).what == "JSON Lines, packed by gzip"


def converted(script: str, *arguments: str, to: Path) -> Path:
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / script), *arguments], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    to.write_bytes(done.stdout)
    return to


def test_workouts_of_apple_health_count_where_they_were_recorded(tmp_path: Path) -> None:
    """One is of 23:40 on the 27th in New York, which is the 28th in Berlin."""
    export = str(FILES / "apple_health_export.xml")
    refused = mainstay("inspect", export)
    assert (refused.status, refused.out) == (1, "")
    assert "export of Apple Health" in refused.err
    assert "conversions.html#apple-health" in refused.err
    events = converted("apple_health.py", export, "ada", to=tmp_path / "events.csv")
    assert scores("score", str(events)) == {"ada": 13}
    durations = [str(session.duration) for session in events_of(read_events(events, whole=True))]
    assert durations == ["0:45:30", "0:30:00", "0:31:12"]
    steps = converted("apple_health.py", export, "ada", "StepCount", to=tmp_path / "steps.csv")
    assert steps.read_text().splitlines()[1:] == ["ada,2024-05-26 09:00:00 +0200,,StepCount"]


def collection(path: Path) -> Path:
    """Make a collection as Anki does, of three reviews and a card that was set by hand."""
    with closing(sqlite3.connect(path)) as made:
        made.execute(
            "CREATE TABLE revlog (id integer PRIMARY KEY, cid integer NOT NULL,"
            " usn integer NOT NULL, ease integer NOT NULL, ivl integer NOT NULL,"
            " lastIvl integer NOT NULL,"
            " factor integer NOT NULL, time integer NOT NULL, type integer NOT NULL)"
        )
        times = {1716796800250: 8400, 1716876000123: 60000, 1716876061999: 2750, 1716876070000: 0}
        made.executemany(
            "INSERT INTO revlog VALUES (?, 1, 0, 3, 1, 1, 2500, ?, 1)", [*times.items()]
        )
        made.commit()
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_reviews_of_anki_are_events(tmp_path: Path, packed: bool) -> None:
    found = collection(tmp_path / "collection.anki2")
    if packed:
        found = tmp_path / "deck.apkg"
        with ZipFile(found, "w") as package:
            package.write(tmp_path / "collection.anki2", "collection.anki2")
            package.writestr("media", "{}")
    refused = mainstay("inspect", str(found))
    assert (refused.status, refused.out) == (1, "")
    assert "a collection of Anki's" in refused.err
    assert "conversions.html#anki" in refused.err
    events = converted("anki.py", str(found), "ada", to=tmp_path / "events.csv")
    # On the 27th and the 28th, at 08:00 and 06:00 UTC.
    assert scores("score", str(events)) == {"ada": 13}
    rows = events_of(read_events(events, whole=True))
    assert [(str(row.duration), row.kind) for row in rows] == [
        ("0:00:08.400000", "review"),
        ("0:01:00", "review"),
        ("0:00:02.750000", "review"),
    ]
    assert len({row.id for row in rows}) == 3


@pytest.mark.parametrize("script", sorted(path.name for path in SCRIPTS.glob("*.py")))
def test_a_script_without_arguments_says_how_it_is_called(script: str) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / script)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"python {script}" in done.stderr
