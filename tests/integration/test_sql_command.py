"""``mainstay sql``: what it prints gives, in a database, what ``mainstay score`` gives."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlglot", reason="the command needs mainstay[cli]")
duckdb = pytest.importorskip("duckdb", reason="runs what is printed")

from mainstay import Session, YearPolicy, score_sessions  # noqa: E402  (after what they need)
from mainstay.columnar.dialects import DIALECTS  # noqa: E402  (after what they need)
from tests.command import mainstay, write_runs  # noqa: E402

AS_OF = ("--as-of", "2024-05-28T12:00:00Z")
NAMES = ("user_id", "points", "total", "last_active_day", "today")


def printed(*options: str) -> str:
    done = mainstay("sql", *options)
    assert (done.status, done.err) == (0, "")
    return done.out


def rows(text: str, file: str, *more: str) -> list[dict[str, object]]:
    """What DuckDB makes of a statement, with the events of a file as the table ``activity``."""
    with duckdb.connect() as connection:
        kinds = "{'user_id': 'TEXT', 'started_at': 'TIMESTAMPTZ'}"
        connection.execute(f"CREATE TABLE activity AS FROM read_csv('{file}', types = {kinds})")
        for statement in more:
            connection.execute(statement)
        answer = connection.execute(text)
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def scored(file: str, *options: str) -> list[dict[str, str]]:
    return [*csv.DictReader(StringIO(mainstay("score", file, *options, "--csv").out))]


def plain(found: Sequence[dict[str, object]]) -> set[tuple[str, ...]]:
    return {tuple(str(row[name]) for name in NAMES) for row in found}


@pytest.mark.parametrize(
    "options",
    [
        AS_OF,
        ("--as-of", "2024-05-28", "--zone", "Asia/Tokyo", "--day-start", "20:00"),
        ("--as-of", "2024-05-24T01:00:00+14:00"),
    ],
    ids=" ".join,
)
def test_what_is_printed_gives_what_the_file_gives(tmp_path: Path, options: list[str]) -> None:
    file = write_runs(tmp_path)
    found = rows(printed("--scores", *options), file)
    expected = scored(file, *options)
    assert plain(found) == {
        tuple(row["score" if name == "points" else name] for name in NAMES) for row in expected
    }
    assert {row["problem"] for row in found} == {None}


def test_clocks_may_be_a_table_that_was_filled_from_their_csv(tmp_path: Path) -> None:
    file, clocks = write_runs(tmp_path), tmp_path / "clocks.csv"
    clocks.write_text(printed("--csv", "--zones", "UTC,Asia/Tokyo", *AS_OF))
    fill = f"CREATE TABLE clocks AS FROM '{clocks}'"
    found = rows(printed("--scores", "--clocks", "clocks", *AS_OF), file, fill)
    assert plain(found) == plain(rows(printed("--scores", *AS_OF), file))
    names = clocks.read_text().splitlines()[0]
    assert names == "zone,stretch,shift,change,changed,today"


@pytest.mark.parametrize("option", ["--weeks", "--policy=year"])
def test_the_state_has_weeks_if_they_are_asked_for(tmp_path: Path, option: str) -> None:
    state = rows(printed(option, *AS_OF), write_runs(tmp_path))
    assert {*state[0]} == {"user_id", "days", "latest", "weeks", "problem"}


@pytest.mark.parametrize("table", [(), ("--clocks", "clocks")])
def test_the_year_score_is_that_of_the_last_52_weeks(tmp_path: Path, table: list[str]) -> None:
    """On Wednesday 2024-05-29 the first of them begins on Monday 2023-06-05."""
    days = ["2023-06-04", "2023-06-05", "2023-12-31", "2024-02-29", "2024-05-02", "2024-05-29"]
    file, clocks = tmp_path / "year.csv", tmp_path / "clocks.csv"
    file.write_text("user_id,started_at\n" + "".join(f"ada,{day}T23:30:00Z\n" for day in days))
    year = ("--policy", "year", "--as-of", "2024-05-29T23:45:00Z", "--zone", "Etc/GMT+12")
    clocks.write_text(printed("--csv", "--zones", "UTC", *year))
    fill = f"CREATE TABLE clocks AS FROM '{clocks}'"
    (row,) = rows(printed("--scores", *table, *year), str(file), fill)
    score = score_sessions(
        [Session("ada", datetime.fromisoformat(f"{day}T23:30:00Z")) for day in days],
        as_of=datetime.fromisoformat("2024-05-29T23:45:00Z"),
        zone="Etc/GMT+12",
        policy=YearPolicy(),
    )
    assert (row["active_days"], row["active_weeks"]) == (2, 5)
    assert (row["total"], row["problem"]) == (score.total, None)
    assert row["week_bits"] == score.state.week_bits


def test_columns_are_called_as_the_table_calls_them(tmp_path: Path) -> None:
    mapping = "user_id=who,started_at=moment,timezone=tz"
    options = ("--columns", mapping, "--zones", "UTC,Asia/Tokyo", "--member-since", "joined")
    text = printed("--scores", "--user-zone", "home", *options, *AS_OF)
    rename = (
        "ALTER TABLE activity RENAME user_id TO who",
        "ALTER TABLE activity RENAME started_at TO moment",
        *(f"ALTER TABLE activity ADD {name} TEXT DEFAULT 'UTC'" for name in ("tz", "home")),
        "ALTER TABLE activity ADD joined DATE DEFAULT '2024-05-01'",
    )
    file = write_runs(tmp_path)
    assert plain(rows(text, file, *rename)) == plain(rows(printed("--scores", *AS_OF), file))


def test_all_zones_are_listed_where_events_name_theirs() -> None:
    text = printed("--csv", *AS_OF)
    zones = {line.partition(",")[0] for line in text.splitlines()[1:]}
    assert {"Europe/Berlin", "Asia/Kathmandu", "+05:45", "UTC"} <= zones
    one = printed("--zone", "Asia/Tokyo", *AS_OF)
    assert "Europe/Berlin" not in one
    assert "Europe/Berlin" in printed("--columns", "timezone=tz", *AS_OF)


def test_all_dialects_that_there_are_can_be_asked_for() -> None:
    """The command lists them without loading sqlglot."""
    help_text = mainstay("sql", "--help", COLUMNS="300").out
    assert f"of which database: {', '.join(DIALECTS)} (default: duckdb)" in help_text


def test_what_was_never_run_is_said_so() -> None:
    done = mainstay("sql", "--dialect", "snowflake", *AS_OF)
    assert done.status == 0
    assert "Our tests parse statements for snowflake" in done.err
    assert "BITORAGG" in done.out


@pytest.mark.parametrize(
    ("options", "status", "complaint"),
    [
        (["--columns", "a,b"], 1, "--columns must map our names to the table's"),
        (["--columns", "kind=a"], 1, "--columns must map our names to the table's"),
        (["--zones", "UTC,Mars/Base"], 2, "argument --zones: the zone is not a known zone, got 'M"),
        (["--table", "states"], 1, "must not be called as a step of the query"),
        (["--dialect", "oracle"], 2, "invalid choice: 'oracle'"),
        (["--scores", "--weeks"], 2, "not allowed with argument"),
        (["--scores", "--policy", "month"], 2, "argument --policy: invalid choice: 'month'"),
    ],
)
def test_what_can_not_be_right_is_refused(options: list[str], status: int, complaint: str) -> None:
    done = mainstay("sql", *options)
    assert (done.status, done.out) == (status, "")
    assert complaint in done.err
