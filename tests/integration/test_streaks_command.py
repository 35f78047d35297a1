"""``mainstay streaks``: what Python finds, from a file of any kind and from a store."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("pyarrow", reason="everybody's streaks need mainstay[columnar]")

import pyarrow as pa
from pyarrow import parquet

from mainstay import DaysAWeek, Recurring, StreakPolicy, Weekdays, streak_of
from mainstay.codec import from_plain
from tests.command import RUNS, Done, database, mainstay, write_runs

AS_OF = ("--as-of", "2024-05-28")
TODAY = date(2024, 5, 28)


def asked(*arguments: str, **environment: Any) -> Done:
    done = mainstay("streaks", *arguments, **environment)
    assert done.status == 0, done.err
    return done


def dates(user: str) -> list[date]:
    return [date(2024, 5, day) for day in RUNS[user]]


RULE = "DTSTART:20240505 RRULE:FREQ=DAILY;INTERVAL=5"


@pytest.mark.parametrize(
    ("options", "policy"),
    [
        ((), StreakPolicy()),
        (("--rest", "sat,sun", "--freezes", "4"), StreakPolicy(rest_weekdays={5, 6}, freezes=4)),
        (("--weekdays", "mon,wed,fri"), StreakPolicy(schedule=Weekdays({0, 2, 4}))),
        (
            ("--days-a-week", "2", "--freeze-every", "3", "--most-freezes", "1"),
            StreakPolicy(schedule=DaysAWeek(2), freeze_every=3, most_freezes=1),
        ),
        (("--rrule", RULE), StreakPolicy(schedule=Recurring(RULE))),
    ],
)
def test_its_json_is_what_python_finds(
    tmp_path: Path, options: tuple[str, ...], policy: StreakPolicy
) -> None:
    found = asked(write_runs(tmp_path), *AS_OF, *options, "--json").json
    streaks = {user: streak_of(dates(user), as_of=TODAY, policy=policy) for user in RUNS}
    order = sorted(streaks, key=lambda user: (-streaks[user].current, -streaks[user].longest, user))
    assert found["users"] == [
        {"user_id": user, **streaks[user].to_dict(), "today": "2024-05-28"} for user in order
    ]
    assert from_plain(found["policy"], StreakPolicy) == policy


def test_a_file_of_any_kind_and_a_store_give_the_same(tmp_path: Path) -> None:
    file, url = write_runs(tmp_path), database(tmp_path)
    expected = asked(file, *AS_OF).out
    rows = [
        {"user_id": user, "started_at": datetime(2024, 5, day, 12, tzinfo=UTC)}
        for user in RUNS
        for day in RUNS[user]
    ]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "events.parquet")
    assert asked(str(tmp_path / "events.parquet"), *AS_OF).out == expected
    for command in (["init"], ["import", file]):
        assert mainstay(*command, "--db", url).status == 0
    assert asked("--db", url, *AS_OF).out == expected


def test_the_table_says_what_the_json_says(tmp_path: Path) -> None:
    options = (write_runs(tmp_path), *AS_OF, "--days-a-week", "1", "--freezes", "2")
    heading, *lines = asked(*options).out.splitlines()
    assert heading.split("  ")[0] == "user"
    users = asked(*options, "--json").json["users"]
    assert [line.split() for line in lines] == [
        [
            user["user_id"],
            str(user["current"]),
            str(user["periods"]),
            f"{user['active']}/{user['needed']}",
            str(user["longest"]),
            user["longest_first"],
            user["longest_last"],
            str(user["freezes_left"]),
            user["status"],
        ]
        for user in users
    ]


def test_top_shows_the_longest_and_says_of_how_many(tmp_path: Path) -> None:
    done = asked(write_runs(tmp_path), *AS_OF, "--top", "1")
    assert [line.split()[0] for line in done.out.splitlines()] == ["user", "ada"]
    assert done.err == "Users with a streak at the end of 2024-05-28 in UTC: 2 of 3.\n"


def excuses(folder: Path) -> str:
    file = folder / "away.csv"
    file.write_text("user_id,date\nada,2024-05-07\nada,2024-05-06\nzoe,2024-05-01\n", "utf-8")
    return str(file)


def test_excused_dates_come_from_a_file(tmp_path: Path) -> None:
    away = excuses(tmp_path)
    for only in ((), ("--user", "ada")):
        found = asked(write_runs(tmp_path), *AS_OF, "--excused", away, *only, "--json").json
        ada = next(user for user in found["users"] if user["user_id"] == "ada")
        assert (ada["longest"], ada["longest_first"]) == (4, "2024-05-05")  # 5, 8, 9, 10


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            "user_id,date\nada,2024-05-06\nada,2024-05-32\n",
            "row 1: date of away.csv must be a date",
        ),
        ("user_id,date\nada,2024-05-06T08:00:00Z\n", "row 0: date of away.csv must be a date"),
        ("user_id,date\nada,\n", "row 0: date of away.csv must be a date"),
        ("user,date\nada,2024-05-06\n", "column user_id of away.csv is missing"),
        ("user_id;date\nada;2024-05-06\n", "column user_id of away.csv is missing"),
        ("", "table of away.csv can't be read"),
    ],
)
def test_a_file_of_excused_dates_is_named_where_it_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str, said: str
) -> None:
    """The remedy is what the file above looks like."""
    (tmp_path / "away.csv").write_text(rows, "utf-8")
    monkeypatch.chdir(tmp_path)
    done = mainstay("streaks", write_runs(tmp_path), "--excused", "away.csv")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"mainstay: {said}")
    assert "2024-05-21" in done.err


#: Ada's May 2024 in five weeks from Monday 29 April on: 6 and 7 are excused, the weekends at rest.
#: Of four freezes the 3rd takes one, 13 and 14 two; the four days from 16 to 21 are too many.
YEAR = """\
Mon  ef··
Tue  ef·█
Wed ████
Thu ██··
Fri f█··
Sat ----
Sun █---
"""


def test_a_users_year_has_a_mark_a_day(tmp_path: Path) -> None:
    options = ("--rest", "sat,sun", "--freezes", "4", "--excused", excuses(tmp_path))
    done = asked(write_runs(tmp_path), *AS_OF, *options, "--user", "ada", COLUMNS="9")
    user, months, *lines = done.out.splitlines()
    assert (user, months) == ("ada: done", "     May")
    assert lines[:7] == YEAR.splitlines()
    wide = asked(write_runs(tmp_path), *AS_OF, *options, "--user", "ada").out.splitlines()
    assert wide[1].split()[0] == "Jun"
    legend = "█ active   f freeze   e excused   - nothing needed   · not active"
    assert wide[9:11] == [legend, "A streak of 1 day, today included."]


def test_a_year_of_weeks_has_no_freezes_on_days_and_leaves_today_open(tmp_path: Path) -> None:
    """A freeze stands for no day of a week in particular; 29 May is a Wednesday."""
    options = ("--as-of", "2024-05-29", "--days-a-week", "2", "--freezes", "9", "--user", "ada")
    lines = asked(write_runs(tmp_path), *options, COLUMNS="12").out.splitlines()
    assert lines[2:5] == ["Mon     ····", "Tue     ···█", "Wed    ████"]
    assert "This week: 1 of 2 days so far." in asked(write_runs(tmp_path), *options).out


def test_long_tables_are_cut_and_that_is_said(tmp_path: Path) -> None:
    file = tmp_path / "many.csv"
    rows = [f"user-{n:02},2024-05-28" for n in range(30)]
    file.write_text("\n".join(["user_id,started_at", *rows, "bad,", ""]), encoding="utf-8")
    done = mainstay("streaks", str(file), *AS_OF, "--skip-bad")
    assert (done.status, len(done.out.splitlines())) == (3, 21)
    assert "Bad lines, skipped: 1." in done.err
    assert "Shown are the longest 20; --top N shows more." in done.err
    assert mainstay("streaks", str(file), *AS_OF).status == 1


def test_rows_that_a_condition_leaves_out_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "habits.csv"
    file.write_text("user_id,started_at,done\nada,2024-05-27,yes\nada,2024-05-28,no\n", "utf-8")
    done = asked(str(file), *AS_OF, "--where", "done=yes")
    assert done.out.splitlines()[1].split()[:2] == ["ada", "1"]
    assert "Rows that don't count, left out: 1." in done.err


@pytest.mark.parametrize("command", ["score", "streaks", "inspect", "report -o -", "import"])
def test_that_a_condition_leaves_nothing_out_is_said_since_its_key_may_be_misspelt(
    tmp_path: Path, command: str
) -> None:
    file, db = tmp_path / "events.jsonl", f"sqlite:///{tmp_path}/store.db"
    file.write_text('{"user_id": "ada", "started_at": "2024-05-28", "type": "bot"}\n')
    mainstay("init", "--db", db)
    store = ("--db", db) if command == "import" else ()
    done = mainstay(*command.split(), str(file), *store, "--where", "typ!=bot")
    said = done.out if command == "inspect" else done.err
    assert re.search(r"Rows that don't count(, left out)?: 0\.", said)
    assert "Rows that don't count" not in mainstay(*command.split(), str(file), *store).err


def test_without_events_there_is_no_table(tmp_path: Path) -> None:
    file = tmp_path / "none.csv"
    file.write_text("user_id,started_at\n", encoding="utf-8")
    done = asked(str(file))
    assert (done.out, done.err) == ("", "There are no events.\n")


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (("--rrule", "RRULE:FREQ=DAILY"), 2, "argument --rrule: rule must say when it begins"),
        (("--days-a-week", "8"), 2, "argument --days-a-week: days must be between 1 and 7"),
        (("--weekdays", "none"), 2, "argument --weekdays: weekdays must not be empty"),
        (("--freezes", "-1"), 2, "argument --freezes: freezes must be at least 0"),
        (
            ("--freezes", "2", "--most-freezes", "1"),
            2,
            "argument --freezes: freezes must be at most 1",
        ),
        (
            ("--rest", "sat", "--days-a-week", "2"),
            2,
            "argument --rest: not allowed with argument --days-a-week",
        ),
        (("--schema", "own"), 2, "argument --schema: not allowed without argument --db"),
        (("--user", "adda"), 1, "--user has no event up to that instant, got 'adda'."),
        (("--excused", "missing.csv"), 1, "missing.csv: No such file"),
    ],
)
def test_what_cannot_be_is_refused_by_its_option(
    tmp_path: Path, options: tuple[str, ...], status: int, said: str
) -> None:
    done = mainstay("streaks", write_runs(tmp_path), *options)
    assert (done.status, done.out) == (status, "")
    assert said in done.err


def test_options_of_files_are_refused_with_a_store(tmp_path: Path) -> None:
    done = mainstay("streaks", "--db", database(tmp_path), "--skip-bad")
    assert (done.status, done.out) == (2, "")
    assert "argument --skip-bad: not allowed with argument --db" in done.err
