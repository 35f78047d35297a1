"""``mainstay jobs``, ``status`` and ``candidates``: what there is, how it does, what came of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlalchemy", reason="the command needs mainstay[cli]")

from mainstay.adapters.sql import SqlStore
from mainstay.cli.jobs import in_words, span
from mainstay.scheduling import Daily, Every, InstalledJob, JobReport, JobRun, Schedule, Weekly
from tests.command import database, filled, mainstay

pytestmark = pytest.mark.usefixtures("machine")

JOBS = [
    "evaluate-consistency",
    "update-multipliers",
    "generate-cases",
    "close-cases",
    "monitor-transactions",
    "verify-commitments",
    "refresh-leaderboards",
    "check-badges",
    "generate-outlooks",
    "send-notifications",
    "optimize-content",
    "check-health",
]


def remember(url: str, job: str, *, days_ago: float = 0, **ended: object) -> None:
    """Put a run into the log, as if it had begun so long ago."""
    started = datetime.now(UTC) - timedelta(days=days_ago)
    counts = {name: ended.pop(name) for name in ("succeeded", "failed") if name in ended}
    if counts:
        ended["report"] = JobReport(
            job=job,
            task_id="1",
            started_at=started,
            finished_at=started,
            **counts,  # type: ignore[arg-type]  # they are integers
        )
    finished = started + timedelta(seconds=1.5) if ended else None
    run = JobRun(job=job, task_id="1", started_at=started, finished_at=finished, **ended)  # type: ignore[arg-type]  # by name
    with SqlStore.open(url) as store:
        store.runs.put(run)


def test_jobs_are_listed_with_when_they_are_due(tmp_path: Path) -> None:
    done = mainstay("jobs", "--db", filled(tmp_path))
    assert (done.status, done.err) == (0, "")
    rows = done.out.splitlines()[1:]
    daily, weekly, frequent, hourly, *outlooks = rows[:2] + rows[6:]
    assert re.fullmatch(
        r"evaluate-consistency  daily at 00:00 UTC +"
        r"\d{4}-\d\d-\d\dT00:00:00Z  .*  5 min, 10 min, 20 min *",
        daily,
    )
    assert "Mondays at 00:00 UTC" in weekly
    assert "refresh-leaderboards  every 15 min" in frequent
    assert re.match(r"check-badges +every 1 h", hourly)
    assert [line[22:40] for line in outlooks] == [
        "daily at 05:00 UTC",
        "daily at 06:45 UTC",
        "Sundays at 03:00 U",
        "every 4 h         ",
    ]


def test_local_days_are_over_at_noon(tmp_path: Path) -> None:
    done = mainstay("jobs", "--db", filled(tmp_path, "--local-days"), "--json")
    schedules = {job["name"]: job["schedule"] for job in done.json["jobs"]}
    assert schedules["evaluate-consistency"] == "daily at 12:00 UTC"
    assert schedules["update-multipliers"] == "Mondays at 12:00 UTC"


def test_days_that_begin_later_are_over_so_much_later(tmp_path: Path) -> None:
    url = filled(tmp_path, "--local-days", "--day-start", "13:00")
    schedules = {
        job["name"]: job["schedule"] for job in mainstay("jobs", "--db", url, "--json").json["jobs"]
    }
    assert schedules["evaluate-consistency"] == "daily at 01:00 UTC"
    assert schedules["update-multipliers"] == "Tuesdays at 01:00 UTC"
    health = mainstay("run", "check-health", "--db", url, "--json")
    assert health.status == 0


def test_jobs_as_json_are_for_schedulers(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    jobs = mainstay("jobs", "--db", filled(tmp_path), "--json").json["jobs"]
    daily, weekly, *_ = jobs
    frequent, hourly, limited = jobs[6:9]
    assert [job["name"] for job in jobs] == JOBS
    assert daily["retries_after_s"] == [300.0, 600.0, 1200.0]
    assert frequent["retries_after_s"] == hourly["retries_after_s"] == []
    assert (limited["soft_time_limit_s"], limited["time_limit_s"]) == (540.0, 600.0)
    assert (daily["soft_time_limit_s"], daily["time_limit_s"]) == (None, None)
    due = datetime.fromisoformat(weekly["next"])
    assert due.weekday() == 0
    assert now < due <= now + timedelta(days=7, minutes=1)


def test_jobs_are_listed_without_a_store_too(tmp_path: Path) -> None:
    done = mainstay("jobs", "--db", database(tmp_path))
    assert done.status == 0
    assert "daily at 00:00 UTC" in done.out
    assert done.err.startswith("These are the defaults: database is not there")
    assert not (tmp_path / "mainstay.db").exists()


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (
            Daily(time(6, 45), "Europe/Berlin"),
            "daily at 06:45 Europe/Berlin",
        ),
        (Weekly(6, time(3)), "Sundays at 03:00 UTC"),
        (Every(timedelta(minutes=15)), "every 15 min"),
        (Every(timedelta(hours=12)), "every 12 h"),
    ],
)
def test_schedules_have_words(schedule: Schedule, words: str) -> None:
    assert in_words(schedule) == words


def test_a_schedule_of_the_hosts_own_has_words_too() -> None:
    class FullMoon:
        def next_after(self, instant: datetime) -> datetime:
            return instant

    assert in_words(FullMoon()) == "by its own schedule"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=5), "5 min"),
        (timedelta(hours=3, minutes=12, seconds=40), "3 h 12 min"),
        (timedelta(days=2, seconds=1), "2 d 1 s"),
    ],
)
def test_spans_are_written_in_their_two_largest_units(length: timedelta, words: str) -> None:
    assert span(length) == words


def test_jobs_that_never_ran_are_no_reason_for_alarm(tmp_path: Path) -> None:
    url = filled(tmp_path)
    done = mainstay("status", "--db", url)
    assert (done.status, done.err) == (0, "")
    rows = done.out.split("\n\n")[0].splitlines()[1:]
    assert [line.split() for line in rows] == [[job, "never"] for job in JOBS]
    never = mainstay("status", "--db", url, "--json").json["jobs"][0]
    assert never == {"job": JOBS[0], "status": "never"} | dict.fromkeys(
        [
            *("started_at", "target", "options", "seconds", "succeeded", "skipped", "failed"),
            *("error", "result"),
        ]
    )


def test_a_run_that_went_well_is_shown_with_what_it_did(tmp_path: Path) -> None:
    url = filled(tmp_path)
    mainstay("run", JOBS[0], "--db", url, "--date", "2024-05-24", "--criteria", "run=1")
    done = mainstay("status", "--db", url)
    assert done.status == 0
    assert re.fullmatch(
        r"evaluate-consistency  ok +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ  "
        r"2024-05-24: 3 succeeded, 0 skipped, 0 failed, in \d+\.\d s *",
        done.out.splitlines()[1],
    )
    run = mainstay("status", "--db", url, "--json").json["jobs"][0]
    assert (run["status"], run["target"], run["succeeded"], run["error"]) == (
        *("ok", "2024-05-24", 3),
        None,
    )
    assert datetime.fromisoformat(run["started_at"]) <= datetime.now(UTC)


def test_a_job_that_failed_is_shown_with_its_error_and_raises_the_alarm(tmp_path: Path) -> None:
    url = filled(tmp_path)
    mainstay("run", JOBS[0], "--db", url, "--date", "2999-01-01", "--criteria", "run=1")
    done = mainstay("status", "--db", url)
    assert done.status == 4
    row = done.out.splitlines()[1]
    assert row.split()[:2] == [JOBS[0], "failing"]
    assert "Z  target must be over" in row
    assert mainstay("status", "--db", url, "--json").json["jobs"][0]["error"].startswith("target")


@pytest.mark.parametrize(
    ("days_ago", "ended", "status"),
    [
        (3, {"succeeded": 1}, "late"),
        (0, {"failed": 2}, "failing"),
        (0, {"error": "the disk is full\x1b[31m"}, "failing"),
        (0, {}, "ok"),
        (0, {"succeeded": 1, "failed": 1}, "ok"),
    ],
)
def test_the_exit_status_tells_whoever_watches(
    tmp_path: Path, days_ago: float, ended: dict[str, object], status: str
) -> None:
    url = filled(tmp_path)
    remember(url, JOBS[0], days_ago=days_ago, **ended)
    for options in ((), ("--json",)):
        done = mainstay("status", "--db", url, *options)
        assert done.status == (0 if status == "ok" else 4)
        assert status in done.out
        assert "\x1b" not in done.out
        assert done.err == ""


def test_a_run_that_holds_a_lease_is_ok_and_one_that_does_not_takes_too_long(
    tmp_path: Path,
) -> None:
    url, now = filled(tmp_path), datetime.now(UTC)
    remember(url, JOBS[0], days_ago=0.1)
    with SqlStore.open(url) as store:
        store.runs.install(InstalledJob(JOBS[0], Every(timedelta(days=4000))))
        (run,) = store.runs.unended(JOBS[0])
        assert mainstay("status", "--db", url, "--json").json["jobs"][0]["status"] == "too long"
        store.runs.acquire(JOBS[0], run.attempt, now=now, until=now + timedelta(minutes=9))
        assert mainstay("status", "--db", url, "--json").json["jobs"][0]["status"] == "ok"


def test_a_run_that_was_dated_next_year_makes_nothing_ok(tmp_path: Path) -> None:
    url = filled(tmp_path)
    remember(url, JOBS[0], days_ago=-365, succeeded=1)
    remember(url, JOBS[1], days_ago=30, succeeded=1)
    found = mainstay("status", "--db", url, "--json").json["jobs"][:2]
    assert [job["status"] for job in found] == ["never", "late"]


def test_a_job_is_late_by_the_schedule_that_the_app_has_installed_it_with(tmp_path: Path) -> None:
    """Every five minutes, and not daily: a run of half an hour ago is late."""
    url = filled(tmp_path)
    remember(url, JOBS[0], days_ago=0.02, succeeded=1)
    with SqlStore.open(url) as store:
        store.runs.install(InstalledJob(JOBS[0], Every(timedelta(minutes=5))))
    assert mainstay("status", "--db", url, "--json").json["jobs"][0]["status"] == "late"
    assert mainstay("jobs", "--db", url, "--json").json["jobs"][0]["schedule"] == "every 5 min"


def test_a_file_says_when_jobs_are_due_before_all_others(tmp_path: Path) -> None:
    url, config = filled(tmp_path), tmp_path / "schedules.toml"
    config.write_text(
        "[schedules]\n"
        f"{JOBS[0]} = {{time = 03:00:00, zone = 'Europe/Berlin'}}\n"
        f"{JOBS[1]} = {{every = 60}}\n"
    )
    remember(url, JOBS[1], days_ago=0.02, succeeded=1)
    with SqlStore.open(url) as store:
        store.runs.install(InstalledJob(JOBS[0], Every(timedelta(minutes=5))))
    options = ("--db", url, "--config", str(config), "--json")
    daily, other, *_ = mainstay("jobs", *options).json["jobs"]
    assert (daily["schedule"], other["schedule"]) == ("daily at 03:00 Europe/Berlin", "every 1 min")
    assert mainstay("status", *options).json["jobs"][1]["status"] == "late"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[schedules]\ntidy = {every = 60}", "schedules.tidy is unknown, got {'every': 60}"),
        ("[schedules]\nupdate-multipliers = 3", "update-multipliers must be a table, got 3"),
        ("[schedules]\nupdate-multipliers = {}", "schedules.update-multipliers is not a schedule"),
        ("schedules = 3", "schedules must be a table, got 3"),
        ("[schedule]", "schedule is unknown"),
        ("[[", "--config is not TOML"),
    ],
)
def test_a_file_that_says_no_schedules_is_refused(tmp_path: Path, text: str, message: str) -> None:
    url, config = filled(tmp_path), tmp_path / "schedules.toml"
    config.write_text(text)
    done = mainstay("status", "--db", url, "--config", str(config))
    assert (done.status, done.out) == (1, "")
    assert message in done.err


def test_a_run_that_has_not_ended_is_shown_as_such(tmp_path: Path) -> None:
    url = filled(tmp_path)
    remember(url, JOBS[0])
    assert "Z  has not ended" in mainstay("status", "--db", url).out


@pytest.mark.parametrize("command", ["status", "jobs"])
def test_on_a_narrow_terminal_no_job_loses_its_name_or_its_time(
    tmp_path: Path, command: str
) -> None:
    url = filled(tmp_path)
    remember(url, JOBS[0], error="the disk is full, and nobody knows what to do about it")
    done = mainstay(command, "--db", url, COLUMNS="80")
    assert "…" not in done.out
    assert all(job in done.out for job in JOBS)
    assert re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", done.out)


def test_a_day_that_is_not_closed_is_an_error_that_says_how_to_close_it(tmp_path: Path) -> None:
    url = filled(tmp_path)
    done = mainstay("candidates", "--db", url, "--date", "2024-05-24")
    assert (done.status, done.out) == (1, "")
    assert done.err == (
        "mainstay: 2024-05-24 is not closed yet. "
        f"Close it: mainstay run evaluate-consistency --date 2024-05-24 --db {url}\n"
    )
    tomorrow = mainstay("candidates", "--db", url, "--date", "2999-01-01")
    assert tomorrow.err == "mainstay: 2999-01-01 is not closed yet. It is not over.\n"


def test_a_day_before_anybody_was_active_has_no_candidates_and_nothing_to_do(
    tmp_path: Path,
) -> None:
    done = mainstay("candidates", "--db", filled(tmp_path), "--date", "2020-01-01")
    assert (done.status, done.out) == (1, "")
    assert done.err == (
        "mainstay: Nobody had been active by 2020-01-01: that day has no candidates.\n"
    )


def test_a_day_that_nobody_named_is_the_subject_all_the_same(tmp_path: Path) -> None:
    """Without ``--date`` it is the last day that is over, and no option is to blame."""
    done = mainstay("candidates", "--db", filled(tmp_path))
    assert re.match(r"mainstay: \d{4}-\d\d-\d\d is not closed yet\. Close it: ", done.err)


def test_candidates_of_a_day_are_shown_with_their_reasons(tmp_path: Path) -> None:
    url = filled(tmp_path)
    options = ("--db", url, "--date", "2024-05-24")
    ran = mainstay("run", JOBS[0], *options, "--criteria", "run=1")
    done = mainstay("candidates", *options)
    assert (done.status, done.out) == (0, ran.out)
    assert done.err == "Candidates of 2024-05-24, the best of those who missed it: 3.\n"
    document = mainstay("candidates", *options, "--json").json
    assert document["date"] == "2024-05-24"
    assert [picked["user_id"] for picked in document["candidates"]] == ["bob", "ada", "cy"]


def test_a_day_before_anybody_did_anything_is_not_closed_and_one_without_candidates_is(
    tmp_path: Path,
) -> None:
    url = filled(tmp_path)
    mainstay("run", JOBS[0], "--db", url, "--date", "2024-05-01", "--criteria", "run=1")
    done = mainstay("candidates", "--db", url, "--date", "2024-05-01")
    assert (done.status, done.out) == (0, "")
    assert "2024-05-01 has no candidates" in done.err
    assert mainstay("candidates", "--db", url, "--date", "2024-05-01", "--json").json == {
        "date": "2024-05-01",
        "candidates": [],
    }


def test_without_a_date_the_last_day_that_is_over_is_shown(tmp_path: Path) -> None:
    url = filled(tmp_path)
    mainstay("run", JOBS[0], "--db", url, "--criteria", "run=1")
    done = mainstay("candidates", "--db", url, "--json")
    assert [picked["user_id"] for picked in done.json["candidates"]] == ["ada", "bob", "cy"]
