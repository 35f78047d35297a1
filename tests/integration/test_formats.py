"""Exports of other programs, as they write them: told, read, and scored right by hand."""

from __future__ import annotations

import gzip
import json
import shlex
from pathlib import Path

import attrs
import pytest

from tests.command import mainstay

pytest.importorskip("rich", reason="the command needs mainstay[cli]")

from mainstay.reading import FORMATS, inspect_events, read_events
from tests.exports import FILES, events_of, scores

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


def sessions(name: str, file: str) -> list[tuple[str, str, str]]:
    """When, how long, and what: of an export that is read in full."""
    form = attrs.evolve(FORMATS[name].format, user_id="ada", naive_zone="Europe/Berlin")
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


#: What other versions write, of somebody who was active on the 28th alone.
OTHERS = {
    "strava": (
        "Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Distance,Filename\n"
        '9028,"May 28, 2024, 3:02:23\u202fPM",Ride,Ride,783,3.68,a.gpx\n'
    ),
    "toggl": (
        '\ufeff"Description","Duration","Member","Email","Start date","Start time","Stop date"\n'
        '"Draft, second","1:00:00","Me","me","2024-05-28","09:00:00","2024-05-28"\n'
    ),
    "loop": "Date,Run,Read a book,\n2024-05-28,2,0,\n2024-05-27,1,-1,\n2024-05-26,0,3,\n",
    "loop-habit": "Date,Value,Notes\n2024-05-28,12500,\n2024-05-27,NO,\n",
}


@pytest.mark.parametrize("written", ["May 28, 2024, 3:02:23 PM", "28 May 2024, 15:02:23"])
def test_strava_writes_dates_as_its_language_does(tmp_path: Path, written: str) -> None:
    """American English, and British."""
    export = tmp_path / "activities.csv"
    export.write_text(
        f'Activity ID,Activity Date,Activity Type,Elapsed Time\n1,"{written}",Run,9\n'
    )
    form = attrs.evolve(FORMATS["strava"].format, user_id="ada")
    (session,) = events_of(read_events(export, format=form, whole=True))
    assert session.started_at.isoformat() == "2024-05-28T15:02:23+00:00"


@pytest.mark.parametrize("name", OTHERS)
def test_what_other_versions_write_is_told_too(tmp_path: Path, name: str) -> None:
    export = tmp_path / "export.csv"
    export.write_text(OTHERS[name], encoding="utf-8")
    assert inspect_events(export).known == name
    whose = ("--user-id", "me") if FORMATS[name].is_of_one else ()
    told = ("score", str(export), "--format", name, *whose)
    assert scores(*told, *(("--naive-zone", "UTC") if name == "toggl" else ())) == {"me": 9}
