"""``mainstay run``: jobs, their policies, what they print, and what they log."""

from __future__ import annotations

import errno
import io
import logging
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlalchemy", reason="the command needs mainstay[cli]")

from rich.console import Console

from mainstay.adapters.sql import SqlStore
from mainstay.cli.logs import logged
from mainstay.jobs import day_just_over, run_job, week_just_over
from mainstay.scheduling import JobReport
from tests.command import Done, database, filled, mainstay

DAY = "2024-05-24"
DAILY = ("run", "evaluate-consistency", "--date", DAY)
WEEKLY = ("run", "update-multipliers")


def evaluated(url: str, *options: str) -> Done:
    return mainstay(*DAILY, "--db", url, *(options or ("--criteria", "run=1")))


def spoil(folder: Path, user: str) -> None:
    """Make a user's row one that can't be read."""
    with sqlite3.connect(folder / "mainstay.db") as connection:
        connection.execute("UPDATE mainstay_engagements SET streak = -1 WHERE user_id = ?", (user,))
    connection.close()


def test_the_daily_job_prints_its_candidates_and_says_what_it_did(tmp_path: Path) -> None:
    done = evaluated(filled(tmp_path))
    assert done.status == 0
    assert [line.split() for line in done.out.splitlines()[:4]] == [
        "user score part points reason".split(),
        "bob 11 streak 8.9 of 40 You reached your daily goal 4 days in a row.".split(),
        "posts 2.2 of 30 You have written 4 posts so far.".split(),
        "quality 0.0 of 30 Your posts have not been rated yet.".split(),
    ]
    summary, picked = done.err.splitlines()
    assert summary.startswith(f"evaluate-consistency {DAY}: 3 succeeded, 0 skipped, 0 failed, in ")
    assert picked == f"Candidates of {DAY}, the best of those who missed it: 3."


def test_running_it_again_does_nothing_and_shows_the_same(tmp_path: Path) -> None:
    url = filled(tmp_path)
    first, again = evaluated(url), evaluated(url)
    assert again.out == first.out
    assert f"evaluate-consistency {DAY}: nothing left to do" in again.err


def test_nobody_to_recognise_is_said_and_no_error(tmp_path: Path) -> None:
    url = database(tmp_path)
    mainstay("init", "--db", url)
    done = evaluated(url)
    assert (done.status, done.out) == (0, "")
    assert f"{DAY} has no candidates" in done.err


def test_a_rest_day_is_not_said_to_have_been_missed(tmp_path: Path) -> None:
    policy = tmp_path / "rest.toml"
    policy.write_text(f"[engagement]\nexcused = [{DAY}]\n", "utf-8")
    done = mainstay(
        "run",
        "evaluate-consistency",
        "--date",
        DAY,
        "--config",
        str(policy),
        "--any-kind",
        "--db",
        filled(tmp_path),
    )
    assert f"{DAY} has no candidates: nobody missed it who has a score above 0 and" in done.err


def test_json_is_the_report_with_the_candidates_and_their_reasons(tmp_path: Path) -> None:
    done = evaluated(filled(tmp_path), "--criteria", "run=1", "--json")
    document = done.json
    assert document["schema"] == "job-report/1"
    assert (document["job"], document["target"]) == ("evaluate-consistency", DAY)
    assert document["succeeded"] == 3
    bob = document["candidates"][0]
    assert (bob["user_id"], bob["streak_before"], bob["points"]) == ("bob", 4, 11)
    assert bob["total"] == pytest.approx(40 * 4 / 18 + 30 * 4 / 54)
    assert [part["component"] for part in bob["parts"]] == ["streak", "posts", "quality"]
    assert bob["parts"][0] == {
        "component": "streak",
        "points": pytest.approx(40 * 4 / 18),
        "maximum": 40.0,
        "text": "You reached your daily goal 4 days in a row.",
    }
    closed = {"start_date": "2024-05-01", "end_date": DAY, "days": 24}
    assert document["result"]["closed_period"] == closed
    weekly = mainstay(*WEEKLY, "--db", database(tmp_path), "--date", DAY, "--json").json
    assert weekly["result"]["period"]["end_date"] == "2024-05-26"
    assert weekly["target"] == "2024-W21"
    assert "candidates" not in weekly


def test_one_user_is_told_their_place_and_whether_they_could_be_picked(tmp_path: Path) -> None:
    """Bob has 8.9 and 2.2 points, see above; ada and cy have fewer."""
    url, policy = filled(tmp_path), tmp_path / "policy.toml"
    policy.write_text("[engagement]\ncriteria = {run = 1}\ntop_inactive_users = 1\n", "utf-8")
    evaluated(url, "--config", str(policy))
    bob = mainstay("candidates", "--db", url, "--date", DAY, "--user", "bob")
    parts, why = bob.out.splitlines()[:4], bob.out.splitlines()[4:]
    assert [line.split()[0] for line in parts] == ["user", "bob", "posts", "quality"]
    assert why == ["You can be picked, by your score of 11.1."]
    assert bob.err == f"bob is a candidate of {DAY}: place 1 of 1.\n"
    ada = mainstay("candidates", "--db", url, "--date", DAY, "--user", "ada", "--json")
    assert ada.err == f"ada is not a candidate of {DAY}. The last of 1 has a score of 11.1.\n"
    found = ada.json
    assert [each["user_id"] for each in found["candidates"]] == ["bob"]
    user = found["user"]
    assert (user["user_id"], user["place"]) == ("ada", None)
    assert user["reason"] == f"You can be picked, by your score of {user['total']:.1f}."
    assert user["total"] == pytest.approx(sum(part["points"] for part in user["parts"]))
    zoe = mainstay("candidates", "--db", url, "--date", DAY, "--user", "zoe")
    assert (zoe.status, zoe.out) == (1, "")
    assert f"--user has nothing that was evaluated for {DAY}, got 'zoe'." in zoe.err


def test_who_missed_nothing_is_told_so_also_where_nobody_is_picked(tmp_path: Path) -> None:
    url = filled(tmp_path)
    evaluated(url)
    done = mainstay("candidates", "--db", url, "--date", "2024-05-01", "--user", "ada")
    assert done.out == "You reached your daily goal.\n"
    assert done.err.startswith("2024-05-01 has no candidates: nobody missed it who has a score")


def test_an_option_of_the_job_is_a_flag_and_is_kept_with_the_run(tmp_path: Path) -> None:
    url = filled(tmp_path)
    mainstay(*WEEKLY, "--db", url, "--date", DAY, "--page-size", "1", "--verbose")
    daily, weekly, *_ = mainstay("status", "--db", url, "--json").json["jobs"]
    assert (daily["options"], weekly["options"]) == (None, {"page_size": 1})
    assert weekly["result"]["period"]["start_date"] == "2024-05-20"


def test_without_a_date_the_last_day_that_is_over_is_done(tmp_path: Path) -> None:
    url = filled(tmp_path)
    before = datetime.now(UTC).date()
    done = mainstay("run", "evaluate-consistency", "--criteria", "run=1", "--db", url, "--json")
    after = datetime.now(UTC).date()
    yesterdays = {str(day - timedelta(days=1)) for day in (before, after)}
    assert done.json["target"] in yesterdays


def test_a_day_and_a_week_that_are_held_open_are_not_done_yet(tmp_path: Path) -> None:
    url = filled(tmp_path)
    before = datetime.now(UTC)
    held = ("--hold", "2d12h", "--db", url, "--json")
    day = mainstay("run", "evaluate-consistency", "--criteria", "run=1", *held).json["target"]
    week = mainstay("run", "update-multipliers", *held).json["target"]
    ends = [at - timedelta(days=2, hours=12) for at in (before, datetime.now(UTC))]
    assert day in {str(day_just_over(end)) for end in ends}
    assert week in {str(week_just_over(end)) for end in ends}


@pytest.mark.parametrize("date", ["2024-W21", "2024-05-20", "2024-05-26"])
def test_a_week_may_be_named_by_itself_or_by_any_of_its_days(tmp_path: Path, date: str) -> None:
    done = mainstay(*WEEKLY, "--db", filled(tmp_path), "--date", date)
    assert (done.status, done.out) == (0, "")
    assert done.err.startswith("update-multipliers 2024-W21: 3 succeeded, 0 skipped, 0 failed, in")


def test_a_day_that_is_not_over_is_refused(tmp_path: Path) -> None:
    done = evaluated(filled(tmp_path), "--criteria", "run=1", "--date", "2999-01-01")
    assert (done.status, done.out) == (1, "")
    assert "mainstay: target must be over" in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tidy"], "invalid choice: 'tidy'"),
        (["evaluate-consistency", "--date", "2024-W18"], "not a week, got '2024-W18'."),
        (["evaluate-consistency", "--date", "yesterday"], "must be a date such as 2024-05-01, or"),
        (["evaluate-consistency", "--page-size", "0"], "options.page_size must be at least 1"),
        (["update-multipliers", "--page-size", "5.5"], "options.page_size must be an integer"),
        (["evaluate-consistency", "--hold", "6"], "options.hold is not a duration, got '6'. Write"),
        (["evaluate-consistency", "--hold", "-6h"], "expected one argument"),
        (["update-multipliers", "--hold", "9999d"], "options.hold must be in whole seconds, from"),
        (["check-badges", "--hold", "6h"], "options.hold is not an option of check-badges"),
        (["update-multipliers", "--page-size", "9" * 5000], "must be an integer, got '999"),
        (["update-multipliers", "--date", "2024-W54"], "week must be between 1 and 53"),
        (["update-multipliers", "--criteria", "run=1"], "not used by update-multipliers"),
        (["evaluate-consistency", "--criteria", "run"], "write KIND=N"),
        (["evaluate-consistency", "--criteria", "=1"], "write KIND=N"),
        (["evaluate-consistency", "--criteria", "run=0"], "must be at least 1"),
        (["evaluate-consistency", "--criteria", "a=1", "--config", "x"], "not allowed with"),
    ],
)
def test_a_wrong_command_line_is_refused_with_usage(arguments: list[str], message: str) -> None:
    done = mainstay("run", *arguments)
    assert done.status == 2
    assert message in " ".join(done.err.split())


def test_a_file_gives_every_field_of_both_policies(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(
        "[engagement]\ncriteria = {run = 1}\nstreak_weight = 1\nposts_weight = 0\n"
        "quality_weight = 0.0\ntop_inactive_users = 1\n"
        '[weekly]\nmin_interactions = 1\nforgiven_weeks = 0\nkinds = ["run"]\n'
    )
    url = filled(tmp_path)
    done = evaluated(url, "--config", str(file), "--json")
    (bob,) = done.json["candidates"]
    assert bob["total"] == pytest.approx(100 * 4 / 18)
    assert mainstay(*WEEKLY, "--db", url, "--config", str(file), "--date", "2024-W21").status == 0
    with SqlStore.open(url) as store:
        kept = store.reputations.reputations(["ada", "cy"])
    # One run makes a week active, and none is forgiven: Ada's are W18 to W21, Cy's W18 and W20.
    assert {user: kept[user].streak.weeks for user in kept} == {"ada": 4, "cy": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[engagement]\nposts = 1",
            "policy.toml, line 2: engagement.posts is unknown, got 1. Known: criteria, ",
        ),
        ("[weekly]\nweeks = 1", "weekly.weeks is unknown, got 1. Known: min_interactions,"),
        (
            "[daily]\n",
            "policy.toml, line 1: daily is unknown, got {}. Known: engagement, weekly, contest, "
            "leaderboards, badges, notifications, outlook, levels, schedules.",
        ),
        ("weekly = 3", "policy.toml, line 1: weekly must be a table, got 3."),
        ("[engagement]\nstreak_weight = 'high'", "engagement.streak_weight must be a number"),
        ("[engagement]\ncriteria = {run = 0}", "engagement.criteria['run'] must be at least 1"),
        ("[engagement]\ncriteria = 3", "engagement.criteria must map kinds of activity to counts"),
        (
            "[weekly]\nkinds = 'run'",
            "policy.toml, line 2: weekly.kinds must be a set of kinds, got 'run'.",
        ),
        ("[weekly]\nkinds = [1]", "weekly.kinds must be a string, got 1"),
        ("[weekly", "--config is not TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_its_key(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(text)
    done = mainstay(*DAILY, "--db", database(tmp_path), "--config", str(file))
    assert done.status == 1
    assert message in done.err


def test_a_file_that_is_not_utf_8_or_not_there_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    assert f"mainstay: {file}: No such file" in mainstay(*DAILY, "--config", str(file)).err
    file.write_bytes(b"\xff\xfe")
    assert "--config is not TOML" in mainstay(*DAILY, "--config", str(file)).err


def test_users_that_can_not_be_read_are_named_and_stop_nobody_else(tmp_path: Path) -> None:
    url = filled(tmp_path)
    spoil(tmp_path, "ada")
    done = evaluated(url)
    assert done.status == 3
    assert "2 succeeded, 0 skipped, 1 failed" in done.err
    assert done.err.count("failed ada: ") == 1
    assert "Traceback" not in done.err
    assert "bob" in done.out
    assert "ada" not in done.out


def test_no_more_than_five_errors_are_shown(tmp_path: Path) -> None:
    url, file = database(tmp_path), tmp_path / "many.csv"
    file.write_text("user_id,started_at\n" + "".join(f"user{n},0\n" for n in range(7)))
    mainstay("init", "--db", url)
    mainstay("import", str(file), "--db", url)
    for n in range(7):
        spoil(tmp_path, f"user{n}")
    done = evaluated(url, "--criteria", "session=1", "--date", "1970-01-02")
    assert done.err.count("failed user") == 5
    assert "Shown are the first 5" in done.err


def test_a_verbose_run_shows_the_log_with_tracebacks(tmp_path: Path) -> None:
    url = filled(tmp_path)
    spoil(tmp_path, "ada")
    done = evaluated(url, "--criteria", "run=1", "--verbose")
    assert f"INFO evaluate-consistency: {DAY} begins\n" in done.err
    assert "ERROR evaluate-consistency: ada failed: " in done.err
    assert "mainstay.errors.CorruptRowError: " in done.err
    assert "Traceback" in done.err
    assert "INFO" not in done.out
    assert max(len(line) for line in done.err.splitlines()) < 1000


def test_warnings_of_others_are_shown_without_tracebacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def complain(*arguments: Any, **options: Any) -> JobReport | None:
        logger = logging.getLogger("mainstay.adapters")
        logger.warning("\x1b[31mslow", exc_info=OSError("full"))
        logger.info("of no interest")
        report: JobReport | None = run_job(*arguments, **options)
        return report

    url = filled(tmp_path)
    monkeypatch.setattr("mainstay.cli.run.run_job", complain)
    done = evaluated(url)
    assert done.err.startswith("\\x1b[31mslow\nevaluate-consistency")


def test_the_log_is_left_as_it_was(tmp_path: Path) -> None:
    logger = logging.getLogger("mainstay")
    before = (logger.level, list(logger.handlers))
    evaluated(filled(tmp_path), "--criteria", "run=1", "--verbose")
    assert (logger.level, list(logger.handlers)) == before


def test_a_log_that_nobody_can_read_stops_no_job() -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    with logged(Console(file=Full()), verbose=True):
        logging.getLogger("mainstay.jobs").info("a page is done")


def test_a_run_that_is_cut_off_says_so_and_the_next_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = filled(tmp_path)

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("mainstay.cli.run.run_job", interrupted)
        done = evaluated(url)
    assert (done.status, done.out, done.err) == (130, "", "mainstay: interrupted\n")
    assert evaluated(url).status == 0


def test_users_cannot_play_tricks_on_the_terminal(tmp_path: Path) -> None:
    url, file = database(tmp_path), tmp_path / "tricks.csv"
    file.write_text("user_id,started_at,kind\n\x1b[31m[red]:smile:,0,post\nb\x1b]0;x,0,post\n")
    mainstay("init", "--db", url)
    mainstay("import", str(file), "--db", url)
    spoil(tmp_path, "b\x1b]0;x")
    done = evaluated(url, "--criteria", "post=2", "--date", "1970-01-01", "--verbose")
    assert done.status == 3
    assert "\x1b" not in done.out + done.err
    assert "\\x1b[31m[red]:smile:" in done.out
    assert "failed b\\x1b]0;x: " in done.err


def test_a_terminal_sees_how_far_it_is_and_standard_output_does_not(tmp_path: Path) -> None:
    url = filled(tmp_path)
    command = (*DAILY, "--db", url, "--criteria", "run=1", "--json")
    done = mainstay(*command, FORCE_COLOR="1", TERM="xterm-256color", COLUMNS="100")
    assert "evaluate-consistency" in done.err.partition("3 succeeded")[0]
    assert "\x1b[?25l" in done.err
    assert done.json["succeeded"] == 3
