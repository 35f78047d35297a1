"""``mainstay score`` as people run it; where it matters, in a process with real pipes."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")

from tests import command

AS_OF = "2024-05-28T12:00:00Z"
ACTIVE = {"ada": (1, 2, 5, 8, 9, 10, 15, 22, 28), "bob": (20, 21, 22, 23), "cy": (1, 14, 28)}
#: Those that can be had here.
ENGINES = ["python", "columnar"] if find_spec("pyarrow") else ["python"]
#: Worked out in SPEC §2.
POINTS = {"ada": 45, "cy": 37, "bob": 35}


def lines(users: Iterable[str] = ACTIVE) -> str:
    rows = [f"{user},2024-05-{day:02}T08:00:00Z" for user in users for day in ACTIVE[user]]
    return "\n".join(["user_id,started_at", *rows, ""])


def mainstay(
    *arguments: str, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Call the command in this process."""
    settings = {"COLUMNS": "100", **environment}
    done = command.mainstay(*arguments, stdin=stdin.encode(), **settings)
    return subprocess.CompletedProcess(arguments, done.status, done.out, done.err)


def in_a_process(
    *arguments: str, stdin: str = "", **environment: str | None
) -> subprocess.CompletedProcess[str]:
    settings = {**os.environ, "PYTHONUTF8": "1", "COLUMNS": "100", **environment}
    done = subprocess.run(
        [sys.executable, "-m", "mainstay", *arguments],
        input=stdin.encode(),
        capture_output=True,
        env={name: value for name, value in settings.items() if value is not None},
        check=False,
    )
    out, err = (stream.decode(errors="replace") for stream in (done.stdout, done.stderr))
    assert "Traceback" not in err
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def score(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return mainstay("score", "--as-of", AS_OF, *arguments, stdin=stdin, **environment)


def users_of(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    return {user["user_id"]: user["score"] for user in json.loads(done.stdout)["users"]}


def score_in_a_process(
    *arguments: str, stdin: str = "", **environment: str | None
) -> subprocess.CompletedProcess[str]:
    return in_a_process("score", "--as-of", AS_OF, *arguments, stdin=stdin, **environment)


def test_the_table_lists_the_best_first() -> None:
    done = score_in_a_process(stdin=lines())
    assert done.returncode == 0
    header, *rows = done.stdout.splitlines()
    assert header.split() == "user score active base distribution streak recency".split()
    assert [row.split()[:3] for row in rows] == [
        ["ada", "45", "9/28"],
        ["cy", "37", "3/28"],
        ["bob", "35", "4/28"],
    ]
    assert done.stderr.strip() == f"Users active in the 28 days up to {AS_OF}: 3 of 3."


def test_a_file_and_standard_input_are_scored_alike(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text(lines())
    piped = [score_in_a_process(*name, stdin=lines()).stdout for name in ([], ["-"])]
    assert piped == [score(str(file)).stdout] * 2


def test_json_is_one_object_on_standard_output() -> None:
    done = score("--json", stdin=lines())
    document = json.loads(done.stdout)
    assert {key: document[key] for key in document if key != "users"} == {
        "as_of": AS_OF,
        "zone": None,
        "day_start": "00:00:00",
        "day_end": None,
        "policy": "consistency",
        "events": 16,
    }
    assert users_of(done) == POINTS
    assert list(users_of(done)) == ["ada", "cy", "bob"]
    assert len(document["users"][0]["explanations"]) == 4


def test_csv_has_a_documented_header_and_a_line_a_user() -> None:
    rows = list(csv.DictReader(StringIO(score("--csv", stdin=lines()).stdout)))
    assert {row["user_id"]: int(row["score"]) for row in rows} == POINTS
    assert list(rows[0].items()) == [
        ("user_id", "ada"),
        ("score", "45"),
        ("total", rows[0]["total"]),
        ("base", rows[0]["base"]),
        ("distribution", rows[0]["distribution"]),
        ("streak", "2.0"),
        ("recency", "5.0"),
        ("active_days", "9"),
        ("possible_days", "28"),
        ("current_streak", "1"),
        ("last_active_day", "2024-05-28"),
        ("today", "2024-05-28"),
    ]
    assert float(rows[0]["total"]) == pytest.approx(44.906939, abs=5e-7)


def test_one_user_is_explained_drawn_and_told_what_would_help() -> None:
    done = score("--user", "ada", stdin=lines())
    text = " ".join(done.stdout.split())
    assert "ada: 45 of 100" in text
    assert "██··█·· ███···· █······ █·····█ 2024-05-01 to 2024-05-28" in text
    assert "You were active on 9 of the last 28 days (32 %)." in text
    assert "If you were active tomorrow: " in text
    (user,) = json.loads(score("--user", "bob", "--json", stdin=lines()).stdout)["users"]
    assert user["what_if"]["days"] == ["2024-05-28"]


def in_a_row(days: int, last: date) -> str:
    rows = [f"ada,{last - timedelta(days=n)}T22:30:00Z,Asia/Tokyo" for n in range(days)]
    return "\n".join(["user_id,started_at,timezone", *rows, "bob,2024-01-01T00:00:00Z,UTC", ""])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("length", [27, 28, 29, 150])
def test_a_streak_is_as_long_as_all_events_say_and_not_as_the_window(
    engine: str, length: int
) -> None:
    """At 22:30Z it is the next morning in Tokyo: the last of them is today there, the 28th."""
    text = in_a_row(length, date(2024, 5, 27))
    done = score("--user", "ada", "--engine", engine, stdin=text)
    assert f"A streak of {length} days, today included." in done.stdout
    pending = mainstay(
        *("score", "--user", "ada", "--engine", engine, "--as-of", "2024-05-29T12:00:00Z"),
        stdin=text,
    )
    assert f"A streak of {length} days up to yesterday; today is still open." in pending.stdout
    (user,) = json.loads(score("--user", "ada", "--engine", engine, "--json", stdin=text).stdout)[
        "users"
    ]
    assert f"A streak of {length} days, today included." in user["explanations"]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_streak_that_was_broken_before_the_window_is_not_longer_for_it(engine: str) -> None:
    text = in_a_row(28, date(2024, 5, 27)) + "ada,2024-04-29T12:00:00Z,UTC\n"
    done = score("--user", "ada", "--engine", engine, stdin=text)
    assert "A streak of 28 days, today included." in done.stdout


def test_a_date_without_a_time_counts_from_its_beginning_to_its_end() -> None:
    """Whatever the zone: it is that date in the user's own, from the first instant on."""
    text = "user_id,started_at,timezone\nada,2024-05-28,America/Lima\n"

    def counted(as_of: str, *options: str) -> bool:
        done = mainstay("score", "--as-of", as_of, "--json", *options, stdin=text)
        users = json.loads(done.stdout)["users"]
        assert [user["last_active_day"] for user in users] in ([], ["2024-05-28"])
        assert all(user["today"] == "2024-05-28" for user in users)
        return bool(users)

    for engine in ENGINES:
        for zone, first in {
            "UTC": "2024-05-28T00:00:00Z",
            "Asia/Tokyo": "2024-05-27T15:00:00Z",
            "Pacific/Kiritimati": "2024-05-27T10:00:00Z",
            "America/Lima": "2024-05-28T05:00:00Z",
        }.items():
            options = ("--zone", zone, "--engine", engine)
            before = datetime.fromisoformat(first) - timedelta(seconds=1)
            assert not counted(before.isoformat(), *options)
            assert counted(first, *options)
            assert counted("2024-05-28", *options)
            assert not counted("2024-05-27", *options)
    assert counted("2024-05-28T00:00:00Z")
    assert not counted("2024-05-27T23:59:59Z")
    assert not counted("2024-05-28T03:00:00Z", "--day-start", "04:00")
    assert counted("2024-05-28T04:00:00Z", "--day-start", "04:00")


@pytest.mark.parametrize("engine", ENGINES)
def test_neither_zone_nor_day_start_moves_a_date_without_a_time(engine: str) -> None:
    text = "user_id,started_at\nada,2024-05-27\nada,2024-05-26\n"
    for zone in ("America/Lima", "UTC", "Pacific/Auckland"):
        for start in ("00:00", "04:00", "12:00"):
            options = ("--zone", zone, "--day-start", start, "--engine", engine)
            (user,) = json.loads(score("--json", *options, stdin=text).stdout)["users"]
            assert (user["last_active_day"], user["active_days"]) == ("2024-05-27", 2)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_date_without_a_time_is_refused_where_days_start_after_noon(engine: str) -> None:
    text = "user_id,started_at\nada,2024-05-27\n"
    done = score("--day-start", "12:01", "--engine", engine, stdin=text, COLUMNS="300")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "mainstay: line 2: started_at is a date without a time, and can't be told from the day "
        "before where days start at 12:01, got '2024-05-27'. Let days start at 12:00 or before, "
        "or write times with their offsets.\n"
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_days_named_by_their_end_take_the_night_before(engine: str) -> None:
    """From 23:00 on Monday to 12:59 on Tuesday is Tuesday, and at 13:00 Wednesday has begun."""
    text = "user_id,started_at\nada,2024-05-27T23:00:00+09:00\nada,2024-05-28T12:59:00+09:00\n"
    options = ("--json", "--day-end", "13:00", "--zone", "Asia/Tokyo", "--engine", engine)
    for as_of, recency in (("2024-05-28", 5), ("2024-05-28T04:00:00Z", 5), ("2024-05-30", 3)):
        found = json.loads(score(*options, "--as-of", as_of, stdin=text).stdout)
        assert (found["day_start"], found["day_end"]) == (None, "13:00:00")
        (user,) = found["users"]
        assert (user["last_active_day"], user["active_days"]) == ("2024-05-28", 1)
        assert user["breakdown"]["recency"] == recency
    dated = score(*options, stdin="user_id,started_at\nada,2024-05-27\n")
    assert json.loads(dated.stdout)["users"][0]["last_active_day"] == "2024-05-27"
    noon = ("--day-end", "12:00", "--engine", engine)
    done = score(*noon, stdin="user_id,started_at\nada,2024-05-27\n", COLUMNS="300")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(
        "started_at is a date without a time, and can't be told from the day after where days end "
        "at 12:00, got '2024-05-27'. Let days end after 12:00, or write times with their "
        "offsets.\n"
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("number", ["20240527", "20240527080000"])
def test_numbers_like_dates_are_refused_by_both_engines_in_the_same_words(
    engine: str, number: str
) -> None:
    for text in (f"ada,1716800000\nada,{number}\n", f"ada,2024-05-27\nada,{number}\n"):
        done = score("--engine", engine, stdin="user_id,started_at\n" + text, COLUMNS="300")
        assert done.returncode == 1
        assert done.stderr.startswith(
            "mainstay: line 3: started_at is a calendar date, not Unix seconds, "
            f"got '{number}'. Write 2024-05-27"
        )
    joined = f"user_id,started_at,joined\nada,2024-05-27T08:00:00Z,{number}\n"
    done = score("--engine", engine, "--member-since", "joined", stdin=joined)
    assert "line 2: member_since is a calendar date, not Unix seconds" in done.stderr


def test_a_time_without_an_offset_is_read_in_its_own_rows_zone() -> None:
    """08:00 in Tokyo is 23:00Z the day before: by then it is not later than 07:00Z in Lima."""
    text = (
        "user_id,started_at,timezone\n"
        "ada,2024-05-28T08:00:00,Asia/Tokyo\nbob,2024-05-28T08:00:00,\n"
    )
    done = score("--json", "--naive-zone", "America/Lima", stdin=text)
    assert [user["user_id"] for user in json.loads(done.stdout)["users"]] == ["ada"]
    assert "Later events, ignored: 1." in done.stderr
    refused = score(stdin=text)
    assert "line 3: started_at has no UTC offset" in refused.stderr
    assert "its zone into the column timezone, or name the zone of all such" in refused.stderr


@pytest.mark.parametrize(
    ("options", "as_of"),
    [
        ([], "2024-05-28T23:59:59.999999Z"),
        (["--zone", "Europe/Berlin"], "2024-05-28T21:59:59.999999Z"),
        (["--zone", "America/Lima"], "2024-05-29T04:59:59.999999Z"),
        (["--day-start", "04:00"], "2024-05-29T03:59:59.999999Z"),
    ],
)
def test_a_date_to_score_at_is_the_end_of_that_day_where_the_users_are(
    options: list[str], as_of: str
) -> None:
    done = mainstay("score", "--as-of", "2024-05-28", "--json", *options, stdin=lines())
    assert json.loads(done.stdout)["as_of"] == as_of
    assert users_of(done) == POINTS
    zone = options[1] if "--zone" in options else "UTC"
    said = f"Users active in the 28 days up to the end of 2024-05-28 in {zone}: 3 of 3."
    hint = "Where the users' days end at another instant, name their zone: --zone."
    assert done.stderr.splitlines() == [said] + [hint] * (zone == "UTC")
    one = mainstay("score", "--as-of", "2024-05-28", "--user", "ada", *options, stdin=lines())
    assert one.stderr.splitlines()[0] == f"As of the end of 2024-05-28 in {zone}."


def test_an_unknown_user_is_an_error_with_a_suggestion() -> None:
    done = score("--user", "adah", stdin=lines())
    assert (done.returncode, done.stdout) == (1, "")
    assert "Did you mean ada?" in done.stderr


def test_top_limits_every_output() -> None:
    assert list(users_of(score("--json", "--top", "2", stdin=lines()))) == ["ada", "cy"]
    assert len(score("--csv", "--top", "1", stdin=lines()).stdout.splitlines()) == 2
    assert len(score("--top", "1", stdin=lines()).stdout.splitlines()) == 2


def test_equal_scores_are_ordered_by_user_id() -> None:
    rows = [f"{user},2024-05-28T08:00:00Z" for user in ("b", "a", "B", "ä")]
    done = score("--json", "--columns", "user_id,started_at", stdin="\n".join(rows))
    assert list(users_of(done)) == ["B", "a", "b", "ä"]


def test_zone_and_day_start_move_the_days() -> None:
    event = "user_id,started_at\nada,2024-05-27T23:00:00Z\n"

    def last_day(*options: str) -> str:
        (user,) = json.loads(score("--json", *options, stdin=event).stdout)["users"]
        return str(user["last_active_day"])

    assert last_day() == "2024-05-27"
    assert last_day("--zone", "Europe/Berlin") == "2024-05-28"
    assert last_day("--zone", "Europe/Berlin", "--day-start", "04:00") == "2024-05-27"


def test_the_earliest_day_of_joining_counts() -> None:
    text = (
        "user_id,started_at,joined\n"
        "ada,2024-05-28T08:00:00Z,2024-05-22\n"
        "ada,2024-05-28T09:00:00Z,2024-05-14T23:30:00Z\n"
        "ada,2024-05-28T10:00:00Z,\n"
    )
    done = score("--member-since", "joined", "--zone", "Europe/Berlin", "--json", stdin=text)
    assert json.loads(done.stdout)["users"][0]["possible_days"] == 14


def test_joining_after_today_is_reported_with_its_line() -> None:
    text = "user_id,started_at,joined\nada,2024-05-28T08:00:00Z,2024-06-01\n"
    done = score("--member-since", "joined", stdin=text)
    assert done.returncode == 1
    assert "line 2: member_since must not be after today, 2024-05-28" in done.stderr
    assert score("--member-since", "joined", "--skip-bad", stdin=text).returncode == 3


def test_a_bad_line_stops_the_run_with_line_field_value_and_remedy() -> None:
    done = score(stdin=lines() + "ada,soon\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        "mainstay: line 18: started_at is not a timestamp, got 'soon'. Write"
    )


def test_bad_lines_can_be_skipped_and_are_counted() -> None:
    bad = "".join(f"ada,soon{n}\n" for n in range(7))
    done = score("--skip-bad", "--json", stdin=lines() + bad)
    assert done.returncode == 3
    assert users_of(done) == POINTS
    assert done.stderr.count("skipped line") == 5
    assert "Bad lines, skipped: 7." in done.stderr


def test_nobody_active_names_the_latest_event_and_an_instant_that_shows_something() -> None:
    done = mainstay("score", "--as-of", "2025-01-01T00:00:00Z", stdin=lines(["bob"]))
    assert (done.returncode, done.stdout) == (0, "")
    assert "Nobody was active in the 28 days up to 2025-01-01T00:00:00Z." in done.stderr
    assert "bob's on line 5" in done.stderr
    (hint,) = [line for line in done.stderr.splitlines() if line.startswith("Try ")]
    again = mainstay("score", *hint.split()[1:], "--json", stdin=lines(["bob"]))
    assert users_of(again)["bob"] > 0


def test_one_idle_user_does_not_mean_that_nobody_was_active() -> None:
    text = lines(["ada"]) + "old,2023-01-01T00:00:00Z\n"
    done = score("--user", "old", stdin=text)
    assert "old: 0 of 100" in done.stdout
    assert done.stderr == ""


def test_a_table_that_shows_not_everybody_says_so() -> None:
    text = "user_id,started_at\n" + "".join(f"user{n},2024-05-28T08:00:00Z\n" for n in range(21))
    done = score(stdin=text)
    assert len(done.stdout.splitlines()) == 21
    assert "Shown are the best 20; --top N shows more." in done.stderr
    assert "Shown" not in score("--csv", stdin=text).stderr
    assert "Shown" not in score("--top", "5", stdin=text).stderr


def test_events_after_as_of_are_ignored_and_counted() -> None:
    text = lines(["bob"]) + "cy,2024-06-01T00:00:00Z\n"
    done = score("--json", stdin=text)
    assert list(users_of(done)) == ["bob"]
    assert "Later events, ignored: 1." in done.stderr


def test_without_events_the_output_is_empty_and_says_so() -> None:
    done = score("--json")
    assert (done.returncode, json.loads(done.stdout)["users"]) == (0, [])
    assert done.stderr.strip() == "There are no events in the input."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--as-of", "2024-05-28T08:00"], "the instant has no UTC offset"),
        (["--as-of", "20240528"], "Write 2024-05-28; if it"),
        (["--as-of", "20240528080000"], "Write 2024-05-28T08:00:00, with its offset"),
        (["--as-of", "0001-01-01"], "years 2 to 9998"),
        (["--as-of", "0001-01-01T00:00:00Z"], "years 2 to 9998"),
        (["--zone", "Mars"], "not a known zone"),
        (["--day-start", "4"], "write HH:MM"),
        (["--top", "0"], "at least 1"),
        (["--columns", "user_id=a,b"], "either all"),
        (["--json", "--csv"], "not allowed with"),
        (["--top", "1", "--user", "ada"], "not allowed with"),
    ],
)
def test_a_wrong_command_line_is_refused_with_usage(arguments: list[str], message: str) -> None:
    done = mainstay("score", *arguments)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())


def test_columns_that_lack_ours_are_refused() -> None:
    done = score("--columns", "user_id,when", stdin="ada,0\n")
    assert done.returncode == 1
    assert "column started_at is missing" in done.stderr


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.csv", tmp_path):
        done = score(str(path))
        assert done.returncode == 1
        assert done.stderr.startswith("mainstay: ")
        assert str(path) in done.stderr


def test_a_closed_pipe_is_no_error() -> None:
    text = "user_id,started_at\n" + "".join(
        f"user{n},2024-05-28T08:00:00Z\n" for n in range(20_000)
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "mainstay", "score", "--as-of", AS_OF, "--csv"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    assert process.stderr
    with process:
        process.stdin.write(text.encode())
        process.stdin.close()
        process.stdout.readline()
        process.stdout.close()
        complaints = process.stderr.read().decode()
    assert process.returncode == 0
    assert "rror" not in complaints


@pytest.mark.skipif(os.name != "posix", reason="closes streams as a POSIX shell does")
@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_a_closed_stream_is_no_error(closed: str) -> None:
    command = f"'{sys.executable}' -m mainstay score --as-of {AS_OF} --csv {closed}"
    done = subprocess.run(
        ["sh", "-c", command], input=lines().encode(), capture_output=True, check=False
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_an_error() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "mainstay", "score", "--as-of", AS_OF, "--csv"],
            input=lines().encode(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.decode().splitlines()[-1] == "mainstay: No space left on device"


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_an_interrupted_run_says_so_and_prints_nothing() -> None:
    """It is interrupted while it waits for the rest of its input.

    A shell's background job ignores interrupts, and so would its children: it listens again.
    """
    code = (
        "import signal, sys, mainstay.cli;"
        "signal.signal(signal.SIGINT, signal.default_int_handler);"
        "sys.exit(mainstay.cli.main())"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, "score", "--as-of", AS_OF, "--skip-bad"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stderr
    # One line is bad. Were many, an interrupt might be lost: CPython forgets it if it arrives while
    # the message of another error is put together.
    process.stdin.write(b"user_id,started_at\nada\n" + b"ada,2024-05-27T08:00:00Z\n" * 10_000)
    process.stdin.flush()
    first = process.stderr.readline()  # it is reading
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, out) == (130, b"")
    assert first.startswith(b"skipped line 2")
    assert err.endswith(b"mainstay: interrupted\n")


def test_ascii_terminals_get_ascii() -> None:
    text = "user_id,started_at\nädä,2024-05-28T08:00:00Z\n"
    done = score_in_a_process("--user", "ädä", stdin=text, PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert done.stdout.isascii()
    assert "....... ....... ....... ......#" in done.stdout
    assert "\\xe4d\\xe4: 9 of 100" in done.stdout


def test_machine_output_is_utf_8_whatever_the_terminal() -> None:
    text = "user_id,started_at\nädä,2024-05-28T08:00:00Z\n"
    for option in ("--json", "--csv"):
        done = score_in_a_process(option, stdin=text, PYTHONUTF8="0", PYTHONIOENCODING="ascii")
        assert "ädä" in done.stdout


def test_colours_are_for_terminals_only_and_can_be_forbidden() -> None:
    assert "\x1b[" not in score_in_a_process(stdin=lines()).stdout
    forced = score(stdin=lines(), FORCE_COLOR="1", TERM="xterm-256color").stdout
    assert "\x1b[" in forced
    plain = score("--user", "ada", stdin=lines(), FORCE_COLOR="1", NO_COLOR="1", TERM="xterm")
    assert "\x1b[32m" not in plain.stdout


def test_users_cannot_play_tricks_on_the_terminal() -> None:
    text = "user_id,started_at\n\x1b[31m[red]:smile:,2024-05-28T08:00:00Z\n"
    done = score(stdin=text)
    assert "\x1b" not in done.stdout
    assert "\\x1b[31m[red]:smile:" in done.stdout
    assert next(iter(users_of(score("--json", stdin=text)))) == "\x1b[31m[red]:smile:"
    assert "\x1b" not in score(stdin="user_id,started_at,\x1b[31m\nada,0\n").stderr


def test_long_user_ids_are_folded_and_never_cut_off() -> None:
    user = "z" * 300
    text = f"user_id,started_at\n{user},2024-05-28T08:00:00Z\n"
    assert score(stdin=text, COLUMNS="80").stdout.count("z") == 300


def test_a_pipe_gets_a_line_a_user() -> None:
    user = "z" * 300
    text = f"user_id,started_at\n{user},2024-05-28T08:00:00Z\n"
    _, row = score_in_a_process(stdin=text, COLUMNS=None).stdout.splitlines()
    assert row.split()[:3] == [user, "9", "1/28"]


def test_a_wide_terminal_shows_the_days() -> None:
    assert "██··█·· ███···· █······ █·····█" in score(stdin=lines(), COLUMNS="140").stdout


def test_help_is_of_all_commands_that_there_are() -> None:
    groups = mainstay("--help").stdout.partition("\noptions:")[0]
    listed = re.findall(r"^  ([a-z]+) ", groups, re.MULTILINE)
    first = [
        "demo",
        "inspect",
        "score",
        "streaks",
        "report",
        "evidence",
        "init",
        "import",
        "run",
        "candidates",
        "points",
        "leaderboard",
    ]
    outlook = ["outlook", "prefer", "deliver", "notifications"]
    correcting = ["reevaluate", "remove", "rename", "forget", "prune", "policy"]
    last = ["status", "jobs", *correcting, "sql"]
    assert listed == [*first, "badges", "case", "verify", *outlook, *last]


def test_a_command_imports_nothing_that_only_others_need() -> None:
    code = (
        "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); "
        "from mainstay.cli import main; main(['score', '--help'])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = {name for name in done.stderr.split() if name.startswith("mainstay.cli.")}
    assert "mainstay.cli.score" in loaded
    assert not loaded & {"mainstay.cli.case", "mainstay.cli.jobs"}


def test_help_has_examples_and_exit_codes() -> None:
    assert "git log --format='%aE,%aI' | mainstay score" in mainstay("score", "--help").stdout
    assert "exit status:" in mainstay("--help").stdout
    assert mainstay("--version").stdout.startswith("mainstay ")


def test_without_rich_the_command_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "rich").mkdir()
    (tmp_path / "rich" / "__init__.py").write_text("raise ModuleNotFoundError(name='rich')")
    done = in_a_process("score", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.strip() == (
        'mainstay: rich is not installed. Install it: pip install "mainstay[cli]".'
    )
