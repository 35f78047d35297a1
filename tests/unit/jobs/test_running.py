"""Running a job: one at a time, within its time, and remembered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import attrs
import pytest

from mainstay import InvalidTypeError, InvalidValueError, IsoWeek
from mainstay.errors import StoreError, TimeLimitError
from mainstay.jobs import NotBegun, run_job
from mainstay.scheduling import (
    Daily,
    Every,
    JobContext,
    JobReport,
    JobRun,
    JobSpec,
    Option,
    RetryPolicy,
    Schedule,
    TargetKind,
)
from mainstay.testing.memory import MemoryRuns

START = datetime(2024, 5, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAILY = Daily(time(0))


@attrs.define
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


class Log(MemoryRuns):
    """A log that also remembers every run as it was put."""

    def __init__(self) -> None:
        super().__init__()
        self.puts: list[JobRun] = []

    def put(self, run: JobRun) -> None:
        self.puts.append(run)
        super().put(run)


def held(log: Log, now: datetime = START) -> Mapping[str, datetime]:
    """Who has a lease."""
    return log.leases("tidy", now=now)


def hold(log: Log, holder: str, until: datetime = START + MINUTE) -> None:
    assert log.acquire("tidy", holder, now=START, until=until, instances=9)


def tidy(context: JobContext) -> JobReport:
    at = context.now()
    return JobReport(job="tidy", task_id=context.task_id, started_at=at, finished_at=at)


def spec(
    run: Callable[[JobContext], JobReport] = tidy,
    *,
    instances: int = 1,
    soft: timedelta | None = None,
    hard: timedelta | None = None,
    schedule: Schedule = DAILY,
    retries: int = 0,
) -> JobSpec:
    return JobSpec(
        name="tidy",
        schedule=schedule,
        run=run,
        retry=RetryPolicy(retries),
        max_instances=instances,
        soft_time_limit=soft,
        time_limit=hard,
        target=TargetKind.DAY,
        options=[Option("most", 100, "how many", low=1)],
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def context(clock: Clock) -> JobContext:
    return JobContext(task_id="one", clock=clock)


def test_a_run_is_kept_with_what_it_was_asked(log: Log, context: JobContext) -> None:
    """Options that were not given had their defaults: those are not kept."""
    seen: list[JobContext] = []

    def work(given: JobContext) -> JobReport:
        seen.append(given)
        return tidy(given)

    for options in ({"most": 7}, {}):
        run_job(spec(work), log, attrs.evolve(context, options=options), exclusive=False)
    assert [run.options for run in log.puts] == [{"most": 7}] * 2 + [{}] * 2
    assert [given.options for given in seen] == [{"most": 7}, {"most": 100}]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"options": {"least": 7}}, "options.least is not an option of tidy, got 7"),
        ({"options": {"most": 0}}, "options.most must be at least 1, got 0"),
        ({"target": IsoWeek(2024, 18)}, "target of tidy must be a date such as 2024-05-01, not a"),
    ],
)
def test_a_run_that_is_asked_what_it_cannot_be_is_refused_and_not_kept(
    log: Log, context: JobContext, asked: dict[str, Any], message: str
) -> None:
    wrong = attrs.evolve(context, **asked)
    with pytest.raises(InvalidValueError, match=message):
        run_job(spec(), log, wrong)
    with pytest.raises(InvalidValueError, match=message):
        run_job(spec(), log, wrong, exclusive=False)
    assert log.puts == []
    assert held(log) == {}


def test_a_run_with_options_is_done(log: Log, context: JobContext) -> None:
    asked = attrs.evolve(context, options={"most": 7})
    assert isinstance(run_job(spec(), log, asked), JobReport)
    assert run_job(spec(), log, context) == NotBegun(f"what was due at {START.isoformat()} is done")


def test_a_run_is_kept_from_its_beginning_and_with_its_report(
    log: Log, context: JobContext, clock: Clock
) -> None:
    def work(given: JobContext) -> JobReport:
        (begun,) = log.puts
        assert begun == JobRun(
            job="tidy", task_id="one", attempt=begun.attempt, due=START, started_at=START
        )
        clock.move(MINUTE)
        return tidy(given)

    report = run_job(spec(work), log, context)
    assert isinstance(report, JobReport)
    begun, ended = log.puts
    assert ended == attrs.evolve(begun, finished_at=START + MINUTE, report=report)


def test_a_run_needs_no_context(log: Log) -> None:
    report = run_job(spec(), log)
    assert isinstance(report, JobReport)
    assert [run.task_id for run in log.puts] == [report.task_id] * 2


def test_the_lease_is_held_while_the_job_runs_and_given_back(log: Log, context: JobContext) -> None:
    def work(given: JobContext) -> JobReport:
        assert held(log).keys() == {log.puts[0].attempt}
        return tidy(given)

    assert isinstance(run_job(spec(work), log, context), JobReport)
    assert held(log) == {}


def test_a_job_that_is_running_already_is_not_begun(
    log: Log, context: JobContext, caplog: pytest.LogCaptureFixture
) -> None:
    hold(log, "other")
    refused = NotBegun("it is running already", again_at=START + MINUTE)
    assert run_job(spec(), log, context) == refused
    assert log.puts == []
    assert held(log) == {"other": START + MINUTE}
    (record,) = caplog.records
    assert (record.levelname, record.name) == ("WARNING", "mainstay.jobs")
    assert record.getMessage() == "tidy: not begun, it is running already"
    assert record.__dict__["task_id"] == "one"


def test_of_several_leases_the_first_to_end_says_when_to_ask_again(
    log: Log, context: JobContext
) -> None:
    hold(log, "other", START + 9 * MINUTE)
    hold(log, "third", START + 7 * MINUTE)
    refused = run_job(spec(instances=2), log, context)
    assert isinstance(refused, NotBegun)
    assert refused.again_at == START + 7 * MINUTE


def test_a_lease_that_has_ended_holds_nobody_up(
    log: Log, context: JobContext, clock: Clock
) -> None:
    hold(log, "killed")
    clock.move(MINUTE)
    assert isinstance(run_job(spec(), log, context), JobReport)


def test_as_many_run_at_once_as_may(log: Log, context: JobContext) -> None:
    hold(log, "other")
    hold(log, "third")
    assert isinstance(run_job(spec(instances=2), log, context), NotBegun)
    assert isinstance(run_job(spec(instances=3), log, context), JobReport)


def test_one_of_another_job_is_no_hindrance(log: Log, context: JobContext) -> None:
    log.acquire("sweep", "other", now=START, until=START + MINUTE)
    assert isinstance(run_job(spec(), log, context), JobReport)


def test_a_redelivered_task_does_not_run_beside_itself(log: Log, context: JobContext) -> None:
    """A lease is an attempt's, not a task's: the broker may deliver a task twice at once."""
    outcomes = []

    def work(given: JobContext) -> JobReport:
        outcomes.append(run_job(spec(), log, context))
        return tidy(given)

    assert isinstance(run_job(spec(work), log, context), JobReport)
    assert outcomes == [NotBegun("it is running already", again_at=START + 15 * MINUTE)]


@pytest.mark.parametrize(
    ("schedule", "lasts"),
    [
        (Every(timedelta(seconds=30)), timedelta(minutes=1)),
        (Every(timedelta(minutes=5)), timedelta(minutes=10)),
        (Every(timedelta(hours=12)), timedelta(minutes=15)),
        (DAILY, timedelta(minutes=15)),
    ],
)
def test_a_lease_lasts_for_two_intervals_and_at_most_a_quarter_of_an_hour(
    log: Log, context: JobContext, schedule: Schedule, lasts: timedelta
) -> None:
    ends: list[datetime] = []

    def work(given: JobContext) -> JobReport:
        ends.extend(held(log).values())
        return tidy(given)

    run_job(spec(work, schedule=schedule), log, context)
    assert ends == [START + lasts]


@pytest.mark.parametrize("later", [timedelta(0), timedelta(hours=5)])
def test_what_is_done_is_not_begun_again(
    log: Log, context: JobContext, clock: Clock, later: timedelta
) -> None:
    """Two beats send what is due twice; and what was due later has caught up with it."""
    clock.move(timedelta(hours=6))
    assert isinstance(run_job(spec(), log, attrs.evolve(context, due=START + later)), JobReport)
    refused = run_job(spec(), log, attrs.evolve(context, due=START))
    assert refused == NotBegun("what was due at 2024-05-02T00:00:00+00:00 is done")


def test_what_failed_or_had_a_target_leaves_what_was_due_to_be_done(
    log: Log, context: JobContext
) -> None:
    def fail(_: JobContext) -> JobReport:
        raise OSError("down")

    with pytest.raises(OSError, match="down"):
        run_job(spec(fail), log, context)
    targeted = attrs.evolve(context, target=date(2024, 4, 1))
    assert isinstance(run_job(spec(), log, targeted), JobReport)
    assert log.puts[-1].target == "2024-04-01"
    assert isinstance(run_job(spec(), log, context), JobReport)
    assert isinstance(run_job(spec(), log, targeted), JobReport)


@pytest.mark.parametrize("retries", [0, 2])
def test_after_as_many_killed_attempts_as_retries_and_one_it_is_left_to_the_next(
    log: Log, context: JobContext, clock: Clock, caplog: pytest.LogCaptureFixture, retries: int
) -> None:
    due = START - timedelta(minutes=30)
    late = attrs.evolve(context, due=due)
    for attempt in range(retries):
        log.put(JobRun(job="tidy", task_id="one", attempt=f"{attempt}", due=due, started_at=due))
    log.put(JobRun(job="tidy", task_id="one", attempt="alive", due=due, started_at=due))
    hold(log, "alive")
    assert isinstance(run_job(spec(retries=retries), log, late), NotBegun)
    clock.move(2 * MINUTE)
    refused = run_job(spec(retries=retries), log, late)
    assert isinstance(refused, NotBegun)
    assert refused.again_at is None
    assert refused.reason == (
        f"{retries + 1} attempts at what was due at 2024-05-01T23:30:00+00:00 were killed; "
        "it is left to the next"
    )
    assert refused.reason in caplog.text
    assert isinstance(run_job(spec(retries=retries + 1), log, late), JobReport)
    clock.move(MINUTE)
    after = JobContext(clock=clock)
    assert isinstance(run_job(spec(retries=retries), log, after), JobReport)


def test_a_due_instant_ahead_of_the_clock_is_refused(clock: Clock) -> None:
    """The clock of whoever starts a run may be a minute ahead of the one here."""
    assert JobContext(clock=clock, due=START + MINUTE).due == START + MINUTE
    with pytest.raises(InvalidValueError) as caught:
        JobContext(clock=clock, due=START + MINUTE + timedelta(microseconds=1))
    assert str(caught.value) == (
        "due must be at most a minute after now, 2024-05-02T00:00:00+00:00, got "
        "'2024-05-02T00:01:00.000001+00:00'. "
        "Set the clocks of this machine and of the one that started the run."
    )


def test_progress_prolongs_the_lease_and_is_passed_on(
    log: Log, context: JobContext, clock: Clock
) -> None:
    told: list[tuple[int, int]] = []
    ends: list[datetime] = []

    def work(given: JobContext) -> JobReport:
        for done in range(3):
            clock.move(10 * MINUTE)
            given.progress(done, 2)
            ends.extend(held(log, clock.now).values())
        return tidy(given)

    listening = attrs.evolve(context, progress=lambda done, total: told.append((done, total)))
    run_job(spec(work), log, listening)
    assert told == [(0, 2), (1, 2), (2, 2)]
    assert ends == [START + (10 * n + 15) * MINUTE for n in (1, 2, 3)]


def test_without_a_lease_two_may_run_at_once(log: Log, context: JobContext) -> None:
    hold(log, "other")
    assert isinstance(run_job(spec(), log, context, exclusive=False), JobReport)
    assert held(log) == {"other": START + MINUTE}
    assert len(log.puts) == 2


class Unplugged(Exception):  # noqa: N818  (an error of somebody else's)
    """Whatever a job may raise."""


@pytest.mark.parametrize("error", [Unplugged("is locked"), KeyboardInterrupt(), SystemExit("bye")])
def test_an_error_is_logged_and_kept_and_raised_on(
    log: Log, context: JobContext, caplog: pytest.LogCaptureFixture, error: BaseException
) -> None:
    def fail(_: JobContext) -> JobReport:
        raise error

    with pytest.raises(type(error)) as caught:
        run_job(spec(fail), log, context)
    assert caught.value is error
    words = str(error) or "KeyboardInterrupt"
    begun, ended = log.puts
    assert ended == attrs.evolve(begun, finished_at=START, error=words)
    assert held(log) == {}
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == ("ERROR", f"tidy failed: {words}")
    assert record.exc_info is not None
    assert record.exc_info[1] is error


@pytest.mark.parametrize(
    ("soft", "hard", "limit"),
    [
        (None, None, None),
        (9 * MINUTE, 10 * MINUTE, 9 * MINUTE),
        (9 * MINUTE, None, 9 * MINUTE),
        (None, 10 * MINUTE, 10 * MINUTE),
    ],
)
def test_the_deadline_is_the_first_of_the_limits(
    log: Log,
    context: JobContext,
    soft: timedelta | None,
    hard: timedelta | None,
    limit: timedelta | None,
) -> None:
    seen = []

    def work(given: JobContext) -> JobReport:
        seen.append(given.deadline)
        return tidy(given)

    run_job(spec(work, soft=soft, hard=hard), log, context)
    assert seen == [None if limit is None else START + limit]


def test_a_deadline_of_the_callers_is_left_alone(log: Log, context: JobContext) -> None:
    def work(given: JobContext) -> JobReport:
        assert given.deadline == START + 30 * MINUTE
        return tidy(given)

    with_deadline = attrs.evolve(context, deadline=START + 30 * MINUTE)
    assert isinstance(run_job(spec(work, hard=10 * MINUTE), log, with_deadline), JobReport)


def test_a_run_beyond_its_limit_is_kept_as_an_error(
    log: Log, context: JobContext, clock: Clock
) -> None:
    def slow(given: JobContext) -> JobReport:
        clock.move(9 * MINUTE)
        given.check_deadline()
        return tidy(given)

    with pytest.raises(TimeLimitError, match="deadline has come"):
        run_job(spec(slow, soft=9 * MINUTE), log, context)
    assert (log.puts[-1].error or "").startswith("deadline has come before the job was done")


def test_a_job_that_returns_no_report_has_failed(log: Log, context: JobContext) -> None:
    def forgetful(_: JobContext) -> JobReport:
        return None  # type: ignore[return-value]  # the point of the test

    with pytest.raises(InvalidTypeError, match="what run returns must be of type JobReport"):
        run_job(spec(forgetful), log, context)
    assert log.puts[-1].error == "what run returns must be of type JobReport, got None."


def test_what_cannot_be_logged_is_not_begun(
    log: Log, context: JobContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise StoreError("is down", field="database", value="sqlite:///runs.db")

    def work(_: JobContext) -> JobReport:
        raise AssertionError

    monkeypatch.setattr(Log, "put", down)
    with pytest.raises(StoreError, match="database is down"):
        run_job(spec(work), log, context)
    assert held(log) == {}


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError("down"), SystemExit(1)])
def test_an_error_is_raised_on_also_if_it_cannot_be_kept(
    log: Log,
    context: JobContext,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: BaseException,
) -> None:
    """An interrupt stays an interrupt, though the store is down; both failures are logged."""

    def down(*_: object) -> None:
        raise StoreError("is down", field="database", value="sqlite:///runs.db")

    def fail(_: JobContext) -> JobReport:
        monkeypatch.setattr(Log, "put", down)
        monkeypatch.setattr(Log, "release", down)
        raise error

    with pytest.raises(type(error)) as caught:
        run_job(spec(fail), log, context)
    assert caught.value is error
    assert [record.getMessage() for record in caplog.records][1:] == [
        "tidy: that it failed could not be kept",
        "tidy: its lease could not be given back",
    ]


def test_a_report_that_is_kept_is_returned_also_if_the_lease_cannot_be_given_back(
    log: Log, context: JobContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise StoreError("is down", field="database", value="sqlite:///runs.db")

    monkeypatch.setattr(Log, "release", down)
    assert run_job(spec(), log, context) == log.puts[-1].report


def test_a_clock_that_is_put_back_while_a_job_runs_ends_no_run_before_it_began(
    log: Log, context: JobContext, clock: Clock
) -> None:
    report = run_job(spec(), log, context)

    def work(_: JobContext) -> JobReport:
        clock.move(-MINUTE)
        assert isinstance(report, JobReport)
        return report

    clock.move(MINUTE)
    run_job(spec(work), log, JobContext(clock=clock))
    assert log.puts[-1].finished_at == log.puts[-1].started_at


def test_what_is_no_job_is_refused(log: Log) -> None:
    with pytest.raises(InvalidTypeError, match="spec must be of type JobSpec"):
        run_job("tidy", log)  # type: ignore[call-overload]  # refused


def test_a_run_that_ends_well_logs_nothing_of_its_own(
    log: Log, context: JobContext, caplog: pytest.LogCaptureFixture
) -> None:
    """What a run did is for the job to say."""
    caplog.set_level(logging.DEBUG)
    run_job(spec(), log, context)
    assert caplog.records == []


def test_an_error_leaves_nothing_open_before_the_log_is_written(context: JobContext) -> None:
    """A transaction that was interrupted on its way in or out would lock the log out."""
    ended: list[str] = []

    @contextmanager
    def transaction() -> Iterator[None]:
        try:
            yield
        finally:
            ended.append("transaction")

    def work(_: JobContext) -> JobReport:
        begun = transaction()
        begun.__enter__()
        raise KeyboardInterrupt

    class Late(Log):
        def put(self, run: JobRun) -> None:
            ended.append("log" if run.error is not None else "began")
            super().put(run)

    with pytest.raises(KeyboardInterrupt):
        run_job(spec(work), Late(), context)
    assert ended == ["began", "transaction", "log"]
