"""Exports that are not tables: told as what they are, and converted by the scripts in the docs."""

from __future__ import annotations

import gzip
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest

from tests.command import mainstay

pytest.importorskip("rich", reason="the command needs mainstay[cli]")

from mainstay.reading import read_events
from tests.exports import FILES, events_of, scores

SCRIPTS = Path(__file__).parent.parent.parent / "docs" / "conversions"


def script(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPTS / name), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def converted(name: str, *arguments: str, to: Path) -> Path:
    done = script(name, *arguments)
    assert done.returncode == 0, done.stderr
    to.write_text(done.stdout)
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


def test_a_record_of_apple_health_that_a_correlation_repeats_is_one(tmp_path: Path) -> None:
    export, to = str(FILES / "apple_health_export.xml"), tmp_path / "water.csv"
    water = converted("apple_health.py", export, "ada", "DietaryWater", to=to)
    assert water.read_text().splitlines()[1:] == ["ada,2024-05-26 12:30:00 +0200,,DietaryWater"]


#: A declaration without its end, and a control character in the name of a device.
WRONG = {"  locale CDATA #REQUIRED\n>": "  locale CDATA #REQUIRED", '"Watch"': '"Watch\x0b"'}


@pytest.mark.parametrize(("right", "wrong"), [*WRONG.items()], ids=["head", "control"])
def test_what_ios_16_writes_wrong_changes_nothing(tmp_path: Path, right: str, wrong: str) -> None:
    whole, broken = FILES / "apple_health_export.xml", tmp_path / "export.xml"
    broken.write_text(whole.read_text().replace(right, wrong))
    with pytest.raises(ET.ParseError):
        ET.parse(broken)
    events = converted("apple_health.py", str(broken), "ada", to=tmp_path / "broken.csv")
    expected = converted("apple_health.py", str(whole), "ada", to=tmp_path / "whole.csv")
    assert events.read_bytes() == expected.read_bytes()


def collection(path: Path, reviews: Iterable[tuple[int, int, int, int]]) -> Path:
    """Make a collection as Anki does, of reviews: when, the answer, how long, and its type."""
    with closing(sqlite3.connect(path)) as made:
        made.execute(
            "CREATE TABLE revlog (id integer PRIMARY KEY, cid integer NOT NULL,"
            " usn integer NOT NULL, ease integer NOT NULL, ivl integer NOT NULL,"
            " lastIvl integer NOT NULL,"
            " factor integer NOT NULL, time integer NOT NULL, type integer NOT NULL)"
        )
        made.executemany("INSERT INTO revlog VALUES (?, 1, 0, ?, 1, 1, 2500, ?, ?)", reviews)
        made.commit()
    return path


#: On the 27th at 08:00 UTC, on the 28th at 06:00; then a card that was set by hand, and one that
#: was planned again.
REVIEWS = [
    (1716796800250, 3, 8400, 1),
    (1716876000123, 1, 60000, 0),
    (1716876061999, 3, 0, 2),
    (1716876070000, 0, 0, 4),
    (1716876080000, 0, 0, 5),
]
STAND_IN = [(1700000000000, 3, 1000, 1)]


def package(path: Path, **members: Iterable[tuple[int, int, int, int]]) -> Path:
    """Make a package of collections, by the ends of their names."""
    with ZipFile(path, "w") as made:
        made.writestr("media", "{}")
        for end, reviews in members.items():
            made.write(collection(path.with_suffix(f".{end}"), reviews), f"collection.{end}")
    return path


@pytest.mark.parametrize("suffix", [".anki2", ".apkg", ".colpkg"])
def test_reviews_of_anki_are_events(tmp_path: Path, suffix: str) -> None:
    """Anki puts a stand-in beside a newer collection, for its versions that can't read that."""
    if suffix == ".anki2":
        found = collection(tmp_path / "collection.anki2", REVIEWS)
    elif suffix == ".apkg":
        found = package(tmp_path / "deck.apkg", anki2=REVIEWS)
    else:
        found = package(tmp_path / "all.colpkg", anki2=STAND_IN, anki21=REVIEWS)
    refused = mainstay("inspect", str(found))
    assert (refused.status, refused.out) == (1, "")
    assert "a collection of Anki's" in refused.err
    assert "conversions.html#anki" in refused.err
    events = converted("anki.py", str(found), "ada", to=tmp_path / "events.csv")
    assert scores("score", str(events)) == {"ada": 13}
    rows = events_of(read_events(events, whole=True))
    assert [(str(row.duration), row.kind) for row in rows] == [
        ("0:00:08.400000", "review"),
        ("0:01:00", "review"),
        ("0:00:00", "review"),
    ]
    assert len({row.id for row in rows}) == 3


def test_a_collection_that_only_new_versions_read_is_to_be_exported_again(tmp_path: Path) -> None:
    found = package(tmp_path / "all.colpkg", anki2=STAND_IN, anki21b=REVIEWS)
    done = script("anki.py", str(found), "ada")
    assert done.returncode == 1
    assert "'Support older Anki versions' ticked" in done.stderr


@pytest.mark.parametrize("name", sorted(path.name for path in SCRIPTS.glob("*.py")))
def test_a_script_without_arguments_says_how_it_is_called(name: str) -> None:
    done = script(name)
    assert done.returncode == 1
    assert f"python {name}" in done.stderr


#: The arguments of each script, for a file.
CALLS = {
    "anki.py": ("FILE", "ada"),
    "apple_health.py": ("FILE", "ada"),
    "lines.py": (r"(?P<user_id>\w+) at (?P<started_at>\S+)", "FILE"),
    "sqlite_rows.py": ("FILE", "SELECT * FROM logins"),
    "tracks.py": ("ada", "FILE"),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("there", [False, True])
def test_a_file_that_is_missing_or_another_is_named(tmp_path: Path, name: str, there: bool) -> None:
    path = tmp_path / "notes.txt"
    if there:
        path.write_text("Monday: read a book.\n")
    done = script(name, *(each.replace("FILE", str(path)) for each in CALLS[name]))
    assert done.returncode == 1
    assert str(path) in done.stderr
    assert "Traceback" not in done.stderr


def test_an_archive_of_apple_health_is_to_be_unpacked(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "export.zip", "w") as made:
        made.write(FILES / "apple_health_export.xml", "apple_health_export/export.xml")
    done = script("apple_health.py", str(tmp_path / "export.zip"), "ada")
    assert done.returncode == 1
    assert "export.zip: unpack it with python -m zipfile -e" in done.stderr


CHAT = """\
[27.05.24, 06:11:02] Ada: Good morning
[27.05.24, 07:30:00] Bob: Hi: did you see this?
it is on a second line
[28.05.24, 07:12:02] Ada: https://example.com
"""


def test_lines_that_a_pattern_finds_are_events(tmp_path: Path) -> None:
    """The lines that go on with a message are none; a colon ends the name that is first."""
    text = tmp_path / "chat.txt"
    text.write_text(CHAT, encoding="utf-8-sig")
    refused = mainstay("inspect", str(text))
    assert (refused.status, "conversions.html#lines-of-text" in refused.err) == (3, True)
    pattern = r"^\[(?P<started_at>[^]]+)\] (?P<user_id>[^:]+):"
    events = converted("lines.py", pattern, str(text), to=tmp_path / "events.csv")
    assert events.read_text().splitlines() == [
        "started_at,user_id",
        '"27.05.24, 06:11:02",Ada',
        '"27.05.24, 07:30:00",Bob',
        '"28.05.24, 07:12:02",Ada',
    ]
    options = ("--time-format", "dmy", "--naive-zone", "Europe/Berlin")
    assert scores("score", str(events), *options) == {"Ada": 13, "Bob": 9}


LINES = {
    "web server": (
        '10.0.0.1 - ada [27/May/2024:06:11:02 +0200] "GET / HTTP/1.1" 200 5 "-" "Mozilla (X; Y)"\n'
        '10.0.0.2 - bob [28/May/2024:06:11:02 +0200] "GET /a,b HTTP/1.1" 404 5\n',
        {"ada": 9, "bob": 9},
    ),
    "calendar": (
        "BEGIN:VCALENDAR\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nEND:STANDARD\r\n"
        "DTSTART;TZID=Europe/Berlin:20240527T061102\r\nDTSTART:20240528T061102Z\r\n",
        {"ada": 13},
    ),
}


@pytest.mark.parametrize("kind", LINES)
def test_the_patterns_in_the_documents_find_events(tmp_path: Path, kind: str) -> None:
    """Each is taken from there, with its options; a name and a zone are for the reader to put."""
    row = next(
        line
        for line in (SCRIPTS.parent / "conversions.md").read_text().splitlines()
        if line.startswith("| a ") and kind in line
    )
    _, pattern, options = (cell.strip() for cell in row.strip("|").split(" | "))
    text, expected = LINES[kind]
    (tmp_path / "lines.txt").write_text(text, newline="")
    events = converted(
        "lines.py", pattern.strip("`"), str(tmp_path / "lines.txt"), to=tmp_path / "events.csv"
    )
    given = options.replace("`", "").replace(
        "--user-id, --naive-zone", "--user-id ada --naive-zone UTC"
    )
    assert scores("score", str(events), *shlex.split(given)) == expected


def test_a_pattern_that_python_does_not_know_is_an_error(tmp_path: Path) -> None:
    done = script("lines.py", "(?P<user_id", str(tmp_path / "chat.txt"))
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)


def test_tracks_may_be_packed_and_one_that_is_not_read_keeps_no_other_back(tmp_path: Path) -> None:
    """Strava packs them, and writes blanks before some."""
    lap = '<Activity Sport="Biking"><Id>2024-05-27T07:00:00Z</Id></Activity>'
    packed, broken = tmp_path / "ride.tcx.gz", tmp_path / "run.gpx"
    text = f'   <?xml version="1.0"?><Activities>{lap}</Activities>'
    packed.write_bytes(gzip.compress(text.encode()))
    broken.write_text("<gpx><metadata><time>2024-05-28T07:00:00Z</time></metadata></gpx>")
    done = script("tracks.py", "ada", str(broken), str(packed))
    assert done.stdout.splitlines()[1:] == [f"ada,2024-05-27T07:00:00Z,{packed}"]
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert str(broken) in done.stderr


def test_a_packed_track_that_was_cut_off_keeps_no_other_back(tmp_path: Path) -> None:
    track = "<gpx><trk><trkpt><time>2024-05-28T07:00:00Z</time></trkpt></trk></gpx>"
    whole, cut = tmp_path / "run.gpx", tmp_path / "ride.gpx.gz"
    whole.write_text(track)
    cut.write_bytes(gzip.compress(track.encode())[:-12])
    done = script("tracks.py", "ada", str(cut), str(whole))
    assert done.stdout.splitlines()[1:] == [f"ada,2024-05-28T07:00:00Z,{whole}"]
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert str(cut) in done.stderr
