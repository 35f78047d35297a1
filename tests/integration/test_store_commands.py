"""``mainstay init`` and ``import``, and the whole path from a file to a score in a store."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, NoReturn

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlalchemy", reason="the command needs mainstay[cli]")

from mainstay import BadRecordError
from mainstay.adapters.sql import SqlStore
from mainstay.jobs import evaluate_consistency
from mainstay.reading import Event, read_events
from mainstay.scheduling import JobContext
from tests.command import Done, database, filled, mainstay, write_runs

AS_OF = "2024-05-28T12:00:00Z"

#: Of no day that was evaluated before.
ON_TIME = {"updated": 0, "left_out": 0, "late_users": 0, "late_days": 0}


def imported(file: Path, text: str, *options: str) -> Done:
    """Import a file into a new store beside it, or into the one that is there."""
    file.write_text(text, encoding="utf-8")
    url = database(file.parent)
    assert mainstay("init", "--db", url).status == 0
    return mainstay("import", str(file), "--db", url, *options)


def events_in(url: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        rows = connection.execute(
            "SELECT user_id, started_at, kind, quality, duration_us FROM mainstay_events "
            "ORDER BY user_id, started_at, id"
        ).fetchall()
    connection.close()
    return rows


def test_the_whole_path_from_a_file_to_recognition(tmp_path: Path) -> None:
    """The figures are worked out by hand, see tests/command.py for the days."""
    url = filled(tmp_path)
    daily = mainstay(
        *("run", "evaluate-consistency", "--db", url, "--criteria", "run=1"),
        *("--date", "2024-05-24", "--json"),
    )
    assert daily.status == 0, daily.err
    # Bob's streak of 4 gives 40 · 4/18, his 4 runs 30 · 4/54; the others only have their runs.
    totals = {picked["user_id"]: picked["total"] for picked in daily.json["candidates"]}
    assert list(totals) == ["bob", "ada", "cy"]
    assert totals == pytest.approx(
        {"bob": 40 * 4 / 18 + 30 * 4 / 54, "ada": 30 * 8 / 58, "cy": 30 * 2 / 52}
    )
    weekly = mainstay("run", "update-multipliers", "--db", url, "--date", "2024-W21", "--json")
    assert weekly.json["succeeded"] == 3
    with SqlStore.open(url) as store:
        kept = store.reputations.reputations(["ada", "bob", "cy"])
    assert {user: kept[user].streak.weeks for user in kept} == {"ada": 2, "bob": 1, "cy": 0}
    status = mainstay("status", "--db", url)
    assert "2024-05-24" in status.out
    assert "2024-W21" in status.out
    shown = mainstay("candidates", "--db", url, "--date", "2024-05-24", "--json")
    assert shown.json["candidates"] == daily.json["candidates"]
    scored = mainstay("score", "--db", url, "--as-of", AS_OF, "--csv")
    assert scored.out == mainstay("score", write_runs(tmp_path), "--as-of", AS_OF, "--csv").out
    assert len(scored.out.splitlines()) == 4


def test_preparing_a_store_says_what_to_do_next(tmp_path: Path) -> None:
    url = database(tmp_path)
    first, second = (mainstay("init", "--db", url) for _ in range(2))
    assert (first.status, second.status, first.out, second.out) == (0, 0, "", "")
    assert f"{url} is ready. Days: UTC. Posts: post.\n" in first.err
    assert f"Next: mainstay import FILE --db {url}\n" in first.err
    assert f"{url} is ready. Days: UTC. Posts: post.\n" in second.err


def test_preparing_a_store_again_keeps_its_settings_and_its_events(tmp_path: Path) -> None:
    url = filled(tmp_path, "--local-days")
    again = mainstay("init", "--db", url)
    assert again.status == 0
    assert "Days: where the user was. Posts: run." in again.err
    assert len(events_in(url)) == 16
    other = mainstay("init", "--db", url, "--posts", "walk")
    assert other.status == 1
    assert "must stay as they were" in other.err


def test_a_day_start_is_said_and_stays(tmp_path: Path) -> None:
    url = database(tmp_path)
    made = mainstay("init", "--db", url, "--local-days", "--day-start", "04:00")
    assert "Days: where the user was, from 04:00. Posts: post." in made.err
    assert "Days: where the user was, from 04:00." in mainstay("init", "--db", url).err
    other = mainstay("init", "--db", url, "--day-start", "05:00")
    assert (other.status, other.out) == (1, "")
    assert "must stay as they were when the store was made" in other.err
    assert mainstay("init", "--db", url, "--day-start", "4").status == 2


def test_a_day_end_is_said_and_stays_and_excludes_a_day_start(tmp_path: Path) -> None:
    url, file = database(tmp_path), tmp_path / "nights.csv"
    made = mainstay("init", "--db", url, "--local-days", "--day-end", "13:00")
    assert "Days: where the user was, until 13:00. Posts: post." in made.err
    both = mainstay("init", "--db", url, "--day-start", "04:00", "--day-end", "13:00")
    assert (both.status, both.out) == (2, "")
    assert "argument --day-end: not allowed with argument --day-start" in both.err
    assert "must stay as they were" in mainstay("init", "--db", url, "--day-start", "13:00").err
    for end in ("00:00", "24:00", "4"):
        assert mainstay("init", "--db", url, "--day-end", end).status == 2
    file.write_text("user_id,started_at\nada,2024-05-06T23:00+02:00\nada,2024-05-07T06:00+02:00\n")
    assert mainstay("import", str(file), "--db", url).status == 0
    with SqlStore.open(url) as store:
        report = evaluate_consistency(store.engagements).run(
            JobContext(clock=lambda: datetime(2024, 5, 8, 1, tzinfo=UTC))
        )
        assert report.target == "2024-05-07"  # over at 12:00Z less eleven hours
        assert store.engagements.outcome("ada", date(2024, 5, 6)) is None
        assert store.engagements.outcome("ada", date(2024, 5, 7)) is not None


def test_a_date_without_a_time_is_refused_where_its_noon_is_of_the_day_before(
    tmp_path: Path,
) -> None:
    url, file = database(tmp_path), tmp_path / "dates.csv"
    file.write_text("user_id,started_at\nada,2024-05-01T08:00Z\nada,2024-05-02\nada,2024-05-03\n")
    assert mainstay("init", "--db", url, "--day-start", "12:01").status == 0
    refused = mainstay("import", str(file), "--db", url)
    assert refused.status == 1
    assert (
        "line 3: started_at is a date without a time, and can't be told from the day before "
        "where days start at 12:01, got '2024-05-02'. "
    ) in refused.err
    skipped = mainstay("import", str(file), "--db", url, "--skip-bad", "--json")
    assert skipped.json == {"events": 1, "new": 0, "skipped": 2, **ON_TIME}


def test_a_date_without_a_time_is_that_date_where_days_begin_at_noon(tmp_path: Path) -> None:
    for options in ([], ["--local-days"]):
        url, file = f"sqlite:///{tmp_path}/{len(options)}.db", tmp_path / "dates.csv"
        file.write_text("user_id,started_at,timezone\nada,2024-05-02,Asia/Tokyo\n")
        assert mainstay("init", "--db", url, "--day-start", "12:00", *options).status == 0
        assert mainstay("import", str(file), "--db", url).status == 0
        with SqlStore.open(url) as store:
            evaluate_consistency(store.engagements).run(JobContext())
            assert store.engagements.outcome("ada", date(2024, 5, 1)) is None
            assert store.engagements.outcome("ada", date(2024, 5, 2)) is not None


def test_kinds_of_posts_are_several_words_and_none_is_empty(tmp_path: Path) -> None:
    url = database(tmp_path)
    assert mainstay("init", "--db", url, "--posts", "post,,").status == 1
    assert "Posts: article, post." in mainstay("init", "--db", url, "--posts", "post,article").err


def test_importing_twice_changes_nothing(tmp_path: Path) -> None:
    text = "user_id,started_at\nada,0\nada,0\nbob,0\n"
    first = imported(tmp_path / "a.csv", text)
    assert first.status == 0
    assert "Imported 3 events: 3 new, 0 there already.\n" in first.err
    assert f"--criteria session=1 --db {database(tmp_path)}" in first.err
    again = imported(tmp_path / "a.csv", text, "--json")
    assert again.json == {"events": 3, "new": 0, "skipped": 0, **ON_TIME}
    assert "Imported 3 events: 0 new, 3 there already.\n" in again.err
    longer = imported(tmp_path / "b.csv", text + "ada,0\n", "--json")
    assert longer.json == {"events": 4, "new": 1, "skipped": 0, **ON_TIME}


def test_everything_that_a_line_says_is_kept(tmp_path: Path) -> None:
    lines = [
        {"user_id": 7, "started_at": 0, "kind": "like"},
        {"user_id": "ada", "started_at": 0, "quality": 7.5, "duration": 90.5, "id": 1},
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    assert imported(tmp_path / "a.jsonl", text, "--kind", "post").status == 0
    epoch = "1970-01-01 00:00:00.000000+00:00"
    assert events_in(database(tmp_path)) == [
        ("7", epoch, "like", None, None),
        ("ada", epoch, "post", 7.5, 90_500_000),
    ]


def test_columns_and_naive_times_are_read_as_they_are_for_scores(tmp_path: Path) -> None:
    done = imported(
        tmp_path / "a.csv",
        "ada,1970-01-01T01:00:00\n",
        *("--columns", "user_id,started_at", "--naive-zone", "Europe/Berlin"),
    )
    assert done.status == 0
    assert events_in(database(tmp_path))[0][1] == "1970-01-01 00:00:00.000000+00:00"


@pytest.mark.parametrize(
    ("kinds", "hint"),
    [
        (["run"], "evaluate-consistency --criteria run=1"),
        (["b c", "a", "e", "d"], "evaluate-consistency --criteria a=1 'b c=1' d=1"),
        (["post", "like", "comment", "view"], "evaluate-consistency --db"),
    ],
)
def test_the_next_step_names_criteria_of_the_kinds_there_are(
    tmp_path: Path, kinds: list[str], hint: str
) -> None:
    """What has been evaluated with criteria that nobody can meet stays so."""
    rows = "".join(f"ada,0,{kind}\n" for kind in kinds)
    done = imported(tmp_path / "a.csv", "user_id,started_at,kind\n" + rows)
    assert f"Next: mainstay run {hint}" in done.err


def test_a_bad_line_stops_the_import_and_what_is_before_it_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mainstay.cli.imports.LINES_AT_ONCE", 500)
    text = "user_id,started_at\n" + "".join(f"user{n},{n}\n" for n in range(1_200))
    done = imported(tmp_path / "a.csv", text + "ada,soon\nbob,0\n")
    assert (done.status, done.out) == (1, "")
    assert "Stopped after 1,200 events: 1,200 new, 0 there already." in done.err
    assert "Importing them again is safe." in done.err
    assert done.err.splitlines()[-1].startswith(
        "mainstay: line 1202: started_at is not a timestamp"
    )
    again = imported(tmp_path / "a.csv", text + "ada,0\nbob,0\n")
    assert "Imported 1,202 events: 2 new, 1,200 there already." in again.err


def test_an_import_that_is_interrupted_says_how_far_it_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_two_batches(*arguments: Any, **options: Any) -> Iterator[Event | BadRecordError]:
        yield from islice(read_events(*arguments, **options), 4)
        raise KeyboardInterrupt

    monkeypatch.setattr("mainstay.cli.imports.LINES_AT_ONCE", 2)
    monkeypatch.setattr("mainstay.cli.importing.read_events", read_two_batches)
    done = imported(tmp_path / "a.csv", "user_id,started_at\n" + "ada,0\n" * 9)
    assert (done.status, done.out) == (130, "")
    assert done.err.startswith("Stopped after 4 events: 4 new, 0 there already.")
    assert done.err.endswith("\nmainstay: interrupted\n")
    assert len(events_in(database(tmp_path))) == 4


def test_bad_lines_can_be_skipped(tmp_path: Path) -> None:
    text = "user_id,started_at,quality\nada,0,\nada,0,99\n,0,\nbob,0,\n"
    done = imported(tmp_path / "a.csv", text, "--skip-bad", "--json")
    assert done.status == 3
    assert done.json == {"events": 2, "new": 2, "skipped": 2, **ON_TIME}
    assert "skipped line 3: quality must be between 0 and 10, got '99'." in done.err
    assert "Bad lines, skipped: 2." in done.err


def test_an_event_that_the_store_refuses_is_found_by_its_line(tmp_path: Path) -> None:
    rows = [f"user{n},{n},{n}" for n in range(40)]
    rows[29] = "user29,29,7"  # the id of another
    text = "\n".join(["user_id,started_at,id", *rows, ""])
    done = imported(tmp_path / "a.csv", text)
    assert done.status == 1
    assert "mainstay: line 31: id is there already, with other contents, got '7'." in done.err
    assert "Stopped after 29 events: 29 new" in done.err
    skipping = imported(tmp_path / "a.csv", text, "--skip-bad", "--json")
    assert (skipping.status, skipping.json) == (
        3,
        {"events": 39, "new": 10, "skipped": 1, **ON_TIME},
    )


RUN = "user_id,started_at,kind,id\n"


def edited_export(tmp_path: Path) -> tuple[str, Path]:
    """A store with three events, and a file that says otherwise of two of them, with a new one."""
    url, file = database(tmp_path), tmp_path / "a.csv"
    imported(file, RUN + "ada,0,run,1\nada,86400,run,2\nbob,0,run,3\n")
    file.write_text(RUN + "bob,5,run,4\nada,0,swim,1\nada,86400,run,2\ncy,0,run,3\n")
    return url, file


def known(url: str) -> set[tuple[str, str, str | None]]:
    since, until = datetime(1969, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
    with SqlStore.open(url) as store:
        theirs = [
            store.sessions.sessions(user, since=since, until=until)
            for user in store.sessions.users()
        ]
    return {(each.user_id, each.kind, each.id) for each in chain(*theirs)}


def test_an_edited_event_stops_an_import_with_its_line_its_id_and_what_to_do(
    tmp_path: Path,
) -> None:
    url, file = edited_export(tmp_path)
    done = mainstay("import", str(file), "--db", url)
    assert (done.status, done.out) == (1, "")
    assert "Stopped after 1 events: 1 new, 0 there already." in done.err
    assert done.err.splitlines()[-1] == (
        "mainstay: line 3: id is there already, with other contents, got '1'. If it was edited, "
        "put it in place of what is there: mainstay import --update, or mainstay.jobs.replace. "
        "Else give each session an id of its own."
    )
    assert known(url) == {("ada", "run", "1"), ("ada", "run", "2"), ("bob", "run", "3")} | {
        ("bob", "run", "4")
    }


def test_the_rest_goes_on_where_edited_events_are_skipped(tmp_path: Path) -> None:
    url, file = edited_export(tmp_path)
    done = mainstay("import", str(file), "--db", url, "--skip-bad", "--json")
    assert (done.status, done.json) == (3, {"events": 2, "new": 1, "skipped": 2, **ON_TIME})
    lines = [line.partition(":")[0] for line in done.err.splitlines() if "edited, put" in line]
    assert lines == ["skipped line 3", "skipped line 5"]
    assert ("ada", "run", "1") in known(url)


def test_update_replaces_edited_events_and_doing_so_again_changes_nothing(tmp_path: Path) -> None:
    url, file = edited_export(tmp_path)
    done = mainstay("import", str(file), "--db", url, "--update")
    assert done.status == 0
    assert "Imported 4 events: 1 new, 2 updated, 1 there already." in done.err
    now = {("ada", "swim", "1"), ("ada", "run", "2"), ("cy", "run", "3"), ("bob", "run", "4")}
    assert known(url) == now
    again = mainstay("import", str(file), "--db", url, "--update", "--json")
    assert again.json == {"events": 4, "new": 0, "skipped": 0, **ON_TIME}
    assert known(url) == now


def test_an_update_changes_totals_at_once_and_days_once_they_are_evaluated_again(
    tmp_path: Path,
) -> None:
    url, file = edited_export(tmp_path)
    criteria = ("--criteria", "run=1", "--date", "1970-01-03")
    mainstay("run", "evaluate-consistency", "--db", url, *criteria)
    done = mainstay("import", str(file), "--db", url, "--update")
    assert "Evaluated days that events have come late for, or were edited on: 2, of 2 users." in (
        " ".join(done.err.split())
    )
    with SqlStore.open(url) as store:
        assert store.metrics.metrics(["ada"]) == {"ada": {"kind:run": 1, "kind:swim": 1}}
        before = store.engagements.outcome("ada", date(1970, 1, 2))
    assert before is not None
    assert before.streak_after == 2
    again = mainstay("import", str(file), "--db", url, "--update", "--reevaluate")
    assert again.status == 0
    with SqlStore.open(url) as store:
        after = store.engagements.outcome("ada", date(1970, 1, 2))
        assert store.corrections.late().users == 0
    assert after is not None
    assert after.streak_after == 1


def test_it_is_said_that_events_without_an_id_are_not_replaced(tmp_path: Path) -> None:
    """Which is no news where all of them are there already, or have an id."""
    url, file = database(tmp_path), tmp_path / "a.csv"
    mainstay("init", "--db", url)
    said = []
    for duration, columns in ((60, "note"), (60, "note"), (90, "note"), (120, "id")):
        file.write_text(f"user_id,started_at,duration,{columns}\nada,2024-05-27,{duration},x\n")
        done = mainstay("import", str(file), "--db", url, "--update")
        assert done.status == 0
        said.append("Events without an id, of which none is replaced: 1." in done.err)
    assert said == [True, False, True, False]
    assert len(known(url)) == 3


def test_of_what_a_file_says_several_times_of_an_event_the_last_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, file = database(tmp_path), tmp_path / "a.csv"
    mainstay("init", "--db", url)
    file.write_text(RUN + "".join(f"ada,0,{kind},1\n" for kind in ("run", "swim", "row", "ski")))
    for size in (20_000, 3, 1):
        monkeypatch.setattr("mainstay.cli.imports.LINES_AT_ONCE", size)
        done = mainstay("import", str(file), "--db", url, "--update")
        assert (done.status, known(url)) == (0, {("ada", "ski", "1")})
        assert "Imported 4 events: " in done.err


def test_an_update_that_was_killed_between_two_transactions_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, file = edited_export(tmp_path)

    def killed(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("mainstay.cli.imports.added", killed)
        done = mainstay("import", str(file), "--db", url, "--update")
    assert done.status == 130
    assert "Stopped after 2 events: 0 new, 2 updated, 0 there already." in done.err
    again = mainstay("import", str(file), "--db", url, "--update", "--json")
    assert again.json == {"events": 4, "new": 1, "skipped": 0, **ON_TIME}
    assert ("ada", "swim", "1") in known(url)


def test_a_removed_event_stays_known_to_an_update(tmp_path: Path) -> None:
    url, file = edited_export(tmp_path)
    assert mainstay("remove", "1", "--db", url, "--yes").status == 0
    done = mainstay("import", str(file), "--db", url, "--update", "--json")
    assert (done.json["new"], done.json["updated"]) == (1, 1)
    assert known(url) == {("ada", "run", "2"), ("cy", "run", "3"), ("bob", "run", "4")}


def test_an_update_tells_of_lines_that_no_store_keeps_all_the_same(tmp_path: Path) -> None:
    url, file = edited_export(tmp_path)
    file.write_text(file.read_text() + "ada,0,ro\0w,9\n")
    done = mainstay("import", str(file), "--db", url, "--update", "--skip-bad", "--json")
    assert (done.status, done.json) == (
        3,
        {"events": 4, "new": 1, "skipped": 1, **ON_TIME, "updated": 2},
    )


def test_a_file_without_the_columns_imports_nothing(tmp_path: Path) -> None:
    done = imported(tmp_path / "a.csv", "user,when\nada,0\n")
    assert done.status == 1
    assert done.err.startswith("mainstay: line 1: column user_id is missing")


def test_an_empty_file_imports_nothing_and_suggests_no_criteria(tmp_path: Path) -> None:
    done = imported(tmp_path / "a.csv", "")
    assert done.status == 0
    assert "Imported 0 events: 0 new, 0 there already." in done.err
    assert "--criteria" not in done.err


def test_standard_input_is_imported_too(tmp_path: Path) -> None:
    url = database(tmp_path)
    mainstay("init", "--db", url)
    done = subprocess.run(
        [sys.executable, "-m", "mainstay", "import", "-", "--db", url, "--json"],
        input=b"user_id,started_at\nada,0\n",
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["new"] == 1


def test_the_environment_may_name_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAINSTAY_DB", database(tmp_path))
    done = mainstay("init")
    assert done.err.endswith("Next: mainstay import FILE\n")
    assert (tmp_path / "mainstay.db").is_file()
    assert mainstay("import", write_runs(tmp_path)).status == 0
    assert mainstay("import", write_runs(tmp_path), "--db", "sqlite:////none/x.db").status == 1


def test_without_any_word_the_store_is_a_file_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAINSTAY_DB", raising=False)
    monkeypatch.chdir(tmp_path)
    assert mainstay("init").status == 0
    assert (tmp_path / "mainstay.db").is_file()


COMMANDS = [
    ["import", "runs.csv"],
    ["run", "evaluate-consistency"],
    ["run", "update-multipliers"],
    ["candidates"],
    ["status"],
    ["score"],
]


@pytest.mark.parametrize("command", COMMANDS, ids="-".join)
def test_a_store_that_is_not_there_is_named_with_what_to_do(
    tmp_path: Path, command: list[str]
) -> None:
    url = database(tmp_path)
    done = mainstay(*command, "--db", url)
    assert (done.status, done.out) == (1, "")
    assert f"mainstay: database is not there: {url}." in done.err
    assert f"mainstay init --db {url}" in done.err
    assert not (tmp_path / "mainstay.db").exists()


@pytest.mark.parametrize("command", COMMANDS, ids="-".join)
def test_a_database_that_is_not_prepared_is_named_with_what_to_do(
    tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "mainstay.db").touch()
    done = mainstay(*command, "--db", database(tmp_path))
    assert (done.status, done.out) == (1, "")
    assert "is not prepared" in done.err
    assert "mainstay init" in done.err


def test_a_folder_that_is_not_there_is_an_error() -> None:
    done = mainstay("init", "--db", "sqlite:////nowhere/at/all/mainstay.db")
    assert done.status == 1
    assert "Check that the folder is there" in done.err


@pytest.mark.parametrize("url", ["mysql://host/name", "mainstay.db", ""])
def test_what_is_no_url_of_ours_is_refused(url: str) -> None:
    for command in (["init"], ["status"]):
        done = mainstay(*command, "--db", url)
        assert done.status == 1
        assert done.err.startswith("mainstay: url ")


def test_a_database_of_a_later_release_is_left_alone(tmp_path: Path) -> None:
    url = filled(tmp_path)
    with sqlite3.connect(tmp_path / "mainstay.db") as connection:
        connection.execute("UPDATE mainstay_settings SET value = '99' WHERE key = 'version'")
    connection.close()
    for command in (["init"], ["status"]):
        done = mainstay(*command, "--db", url)
        assert done.status == 1
        assert "is of version 99" in done.err
        assert "Use a later release of mainstay." in done.err


def test_a_file_that_is_something_else_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "mainstay.db").write_text("user_id,started_at\n" * 100)
    for command in (["init"], ["status"]):
        done = mainstay(*command, "--db", database(tmp_path))
        assert done.status == 1
        assert "The file is something else" in done.err


def test_a_database_that_may_not_be_written_to_can_be_read(tmp_path: Path) -> None:
    url = filled(tmp_path)
    read_only = f"sqlite:///file:{tmp_path / 'mainstay.db'}?mode=ro&uri=true"
    assert mainstay("score", "--db", read_only, "--as-of", AS_OF, "--csv").status == 0
    assert mainstay("status", "--db", read_only).status == 0
    run = ["run", "evaluate-consistency", "--criteria", "run=1", "--date", "2024-05-24"]
    refused = mainstay(*run, "--db", read_only)
    assert refused.status == 1
    assert "Give this user the right to write" in refused.err
    assert mainstay("import", write_runs(tmp_path), "--db", read_only).status == 1
    jobs = mainstay("status", "--db", url, "--json").json["jobs"]
    assert {job["status"] for job in jobs} == {"never"}


def test_a_locked_database_is_waited_for_only_so_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAINSTAY_LOCK_TIMEOUT", "0.01")
    url = filled(tmp_path)
    other = sqlite3.connect(tmp_path / "mainstay.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for command in (
        ["import", write_runs(tmp_path)],
        ["run", "evaluate-consistency", "--criteria", "run=1", "--date", "2024-05-24"],
        ["init"],
    ):
        done = mainstay(*command, "--db", url)
        assert done.status == 1
        assert "locked" in done.err
    other.rollback()
    other.close()
    assert mainstay("import", write_runs(tmp_path), "--db", url).status == 0


@pytest.mark.parametrize("seconds", ["soon", "0", "-1", "nan"])
def test_the_time_to_wait_is_a_number_of_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: str
) -> None:
    monkeypatch.setenv("MAINSTAY_LOCK_TIMEOUT", seconds)
    done = mainstay("init", "--db", database(tmp_path))
    assert done.status == 1
    assert "MAINSTAY_LOCK_TIMEOUT" in done.err or "lock_timeout" in done.err


def test_a_server_that_is_down_is_an_error_without_its_password() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for command in (["init"], ["status"]):
        done = mainstay(*command, "--db", f"postgresql://ada:secret@127.0.0.1:{port}/x")
        assert done.status == 1
        assert "Start its server, or check host and port." in done.err
        assert "secret" not in done.err


@pytest.mark.parametrize(
    ("module", "url"),
    [("sqlalchemy", "sqlite:///x.db"), ("psycopg", "postgresql://127.0.0.1:1/x")],
)
def test_a_library_that_is_missing_is_named_and_files_are_scored_without_it(
    tmp_path: Path, module: str, url: str
) -> None:
    (tmp_path / module).mkdir()
    (tmp_path / module / "__init__.py").write_text(f"raise ModuleNotFoundError(name='{module}')")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from mainstay.cli import main; "
    with_store, with_file = (
        subprocess.run(
            [sys.executable, "-c", f"{code} sys.exit(main({arguments!r}))"],
            capture_output=True,
            text=True,
            check=False,
        )
        for arguments in (
            ["status", "--db", url],
            ["score", write_runs(tmp_path), "--as-of", AS_OF],
        )
    )
    assert with_store.returncode == 1
    assert with_store.stderr == (
        f'mainstay: {module} is not installed. Install it: pip install "mainstay[sql]".\n'
    )
    assert with_file.returncode == 0
    assert "ada" in with_file.stdout
