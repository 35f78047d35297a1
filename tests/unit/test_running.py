"""Running a job: one at a time, within its time, and remembered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta

import attrs
import pytest

from mainstay import InvalidTypeError
from mainstay.errors import StoreError, TimeLimitError
from mainstay.jobs import run_job
from mainstay.report import JobContext, JobReport, JobRun
from mainstay.schedule import Daily, JobSpec

START = datetime(2024, 5, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@attrs.define
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


@attrs.define
class Log:
    """The port in a few lines: every run as it was put, and who holds which lease until when."""

    puts: list[JobRun] = attrs.field(factory=list)
    leases: dict[tuple[str, str], datetime] = attrs.field(factory=dict)

    def put(self, run: JobRun) -> None:
        self.puts.append(run)

    def last(self, job: str) -> JobRun | None:
        return next((run for run in reversed(self.puts) if run.job == job), None)

    def acquire(
        self, job: str, holder: str, *, now: datetime, until: datetime, instances: int = 1
    ) -> bool:
        others = [
            key
            for key, end in self.leases.items()
            if key[0] == job and key[1] != holder and end > now
        ]
        if len(others) < instances:
            self.leases[job, holder] = until
        return len(others) < instances

    def release(self, job: str, holder: str) -> None:
        self.leases.pop((job, holder), None)


def tidy(context: JobContext) -> JobReport:
    at = context.now()
    return JobReport(job="tidy", task_id=context.task_id, started_at=at, finished_at=at)


def spec(
    run: Callable[[JobContext], JobReport] = tidy,
    *,
    instances: int = 1,
    soft: timedelta | None = None,
    hard: timedelta | None = None,
) -> JobSpec:
    return JobSpec(
        name="tidy",
        schedule=Daily(time(0)),
        run=run,
        max_instances=instances,
        soft_time_limit=soft,
        time_limit=hard,
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


def test_a_run_is_kept_from_its_beginning_and_with_its_report(
    log: Log, context: JobContext, clock: Clock
) -> None:
    def work(given: JobContext) -> JobReport:
        assert log.puts == [JobRun(job="tidy", task_id="one", started_at=START)]
        clock.move(MINUTE)
        return tidy(given)

    report = run_job(spec(work), log, context)
    assert report is not None
    ended = JobRun(
        job="tidy", task_id="one", started_at=START, finished_at=START + MINUTE, report=report
    )
    assert log.puts[1:] == [ended]


def test_a_run_needs_no_context(log: Log) -> None:
    report = run_job(spec(), log)
    assert report is not None
    assert [run.task_id for run in log.puts] == [report.task_id] * 2


def test_the_lease_is_held_while_the_job_runs_and_given_back(log: Log, context: JobContext) -> None:
    def work(given: JobContext) -> JobReport:
        assert log.leases.keys() == {("tidy", "one")}
        return tidy(given)

    assert run_job(spec(work), log, context) is not None
    assert log.leases == {}


def test_a_job_that_is_running_already_is_not_begun(
    log: Log, context: JobContext, caplog: pytest.LogCaptureFixture
) -> None:
    log.leases["tidy", "other"] = START + MINUTE
    assert run_job(spec(), log, context) is None
    assert log.puts == []
    assert log.leases == {("tidy", "other"): START + MINUTE}
    (record,) = caplog.records
    assert (record.levelname, record.name) == ("WARNING", "mainstay.jobs")
    assert record.getMessage() == "tidy: not begun, it is running already"
    assert record.__dict__["task_id"] == "one"


def test_a_lease_that_has_ended_holds_nobody_up(log: Log, context: JobContext) -> None:
    log.leases["tidy", "killed"] = START
    assert run_job(spec(), log, context) is not None


def test_as_many_run_at_once_as_may(log: Log, context: JobContext) -> None:
    log.leases["tidy", "other"] = START + MINUTE
    assert run_job(spec(instances=2), log, context) is not None
    log.leases["tidy", "third"] = START + MINUTE
    assert run_job(spec(instances=2), log, context) is None


def test_one_of_another_job_is_no_hindrance(log: Log, context: JobContext) -> None:
    log.leases["sweep", "other"] = START + MINUTE
    assert run_job(spec(), log, context) is not None


def test_progress_prolongs_the_lease_and_is_passed_on(
    log: Log, context: JobContext, clock: Clock
) -> None:
    told, ends = [], []

    def work(given: JobContext) -> JobReport:
        for done in range(3):
            clock.move(10 * MINUTE)
            given.progress(done, 2)
            ends.append(log.leases["tidy", "one"])
        return tidy(given)

    listening = attrs.evolve(context, progress=lambda done, total: told.append((done, total)))
    run_job(spec(work), log, listening)
    assert told == [(0, 2), (1, 2), (2, 2)]
    assert ends == [START + (10 * n + 15) * MINUTE for n in (1, 2, 3)]


def test_without_a_lease_two_may_run_at_once(log: Log, context: JobContext) -> None:
    log.leases["tidy", "other"] = START + MINUTE
    assert run_job(spec(), log, context, exclusive=False) is not None
    assert log.leases == {("tidy", "other"): START + MINUTE}
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
    last = JobRun(job="tidy", task_id="one", started_at=START, finished_at=START, error=words)
    assert log.puts[1:] == [last]
    assert log.leases == {}
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
    assert run_job(spec(work, hard=10 * MINUTE), log, with_deadline) is not None


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
    assert log.leases == {}


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
