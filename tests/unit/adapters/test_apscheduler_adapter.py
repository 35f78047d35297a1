"""Jobs under APScheduler: what is installed, what is retried, and what is refused."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from queue import Queue
from threading import Event, Thread
from threading import enumerate as enumerate_threads
from typing import Any
from zoneinfo import ZoneInfo

import pytest

pytest.importorskip("apscheduler", reason="the adapter needs mainstay[apscheduler]")

from apscheduler.events import EVENT_JOB_ADDED, EVENT_JOB_ERROR, EVENT_JOB_EXECUTED
from apscheduler.executors.pool import BasePoolExecutor, ProcessPoolExecutor, ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from mainstay import InvalidValueError
from mainstay.adapters.apscheduler import _JobTrigger, install
from mainstay.jobs import evaluate_consistency
from mainstay.scheduling import (
    Daily,
    Every,
    InstalledJob,
    JobContext,
    JobReport,
    JobRun,
    JobSpec,
    RetryPolicy,
    Schedule,
    latest_due,
)
from mainstay.testing.memory import MemoryRuns, MemoryStore

#: Only to fail instead of hanging.
PATIENCE = 60
HOURLY = Every(timedelta(hours=1))
RARELY = Every(timedelta(days=4000))
BERLIN = Daily(time(2, 30), "Europe/Berlin")


class NoProcesses(ProcessPoolExecutor):
    """A pool of processes by its type alone.

    A real one registers semaphores at once, and Python 3.13 warns where the garbage collector
    finds those of an earlier one meanwhile.
    """

    def __init__(self) -> None:
        BasePoolExecutor.__init__(self, concurrent.futures.ThreadPoolExecutor(1))


@pytest.fixture
def scheduler() -> Iterator[BackgroundScheduler]:
    scheduler = BackgroundScheduler(timezone=ZoneInfo("Australia/Lord_Howe"))
    yield scheduler
    if scheduler.running:
        scheduler.shutdown()


@pytest.fixture
def log() -> MemoryRuns:
    return MemoryRuns()


def tidy(context: JobContext) -> JobReport:
    at = context.now()
    return JobReport(job="tidy", task_id=context.task_id, started_at=at, finished_at=at)


def fail(_: JobContext) -> JobReport:
    raise OSError("down")


def spec(
    run: Callable[[JobContext], JobReport] = tidy, *, schedule: Schedule = RARELY, **fields: Any
) -> JobSpec:
    given: dict[str, Any] = {"name": "tidy", "schedule": schedule, "run": run}
    return JobSpec(**given | fields)


def listen(scheduler: BackgroundScheduler, code: int) -> Queue[Any]:
    """The scheduler's events of a kind, as they come."""
    events: Queue[Any] = Queue()
    scheduler.add_listener(events.put, code)
    return events


def done(at: datetime, **fields: Any) -> JobRun:
    """A run that was done at an instant."""
    report = JobReport(job="tidy", task_id="0", started_at=at, finished_at=at)
    given: dict[str, Any] = {"started_at": at, "finished_at": at, "report": report, **fields}
    return JobRun(job="tidy", task_id="0", **given)


def overdue(log: MemoryRuns) -> None:
    """Let the last run have been three intervals ago, so that the job is due at once."""
    log.put(done(datetime.now(UTC) - 3 * RARELY.interval))


def job_in(scheduler: BackgroundScheduler, name: str) -> Any:
    job = scheduler.get_job(name)
    assert job is not None
    return job


def call(job: Any) -> JobReport | None:
    """Do what an executor does."""
    report = job.func(*job.args, **job.kwargs)
    assert report is None or isinstance(report, JobReport)
    return report


def test_a_job_is_installed_with_all_its_fields(
    scheduler: BackgroundScheduler, log: MemoryRuns
) -> None:
    scheduler.add_executor(ThreadPoolExecutor(1), "slow")
    install(scheduler, [spec(), spec(name="sweep", queue="slow", max_instances=2)], log=log)
    due = RARELY.next_after(datetime.now(UTC))
    for name, executor, instances in (("tidy", "default", 1), ("sweep", "slow", 2)):
        job = job_in(scheduler, name)
        assert (job.id, job.name, job.executor) == (name, name, executor)
        assert (job.max_instances, job.coalesce, job.misfire_grace_time) == (instances, True, None)
        assert job.next_run_time == due


def test_installing_again_replaces_the_job(scheduler: BackgroundScheduler, log: MemoryRuns) -> None:
    install(scheduler, [spec()], log=log)
    scheduler.start(paused=True)
    install(scheduler, [spec(schedule=BERLIN)], log=log)
    (job,) = scheduler.get_jobs()
    assert repr(job.trigger) == f"<{BERLIN!r}>"


def test_a_run_is_kept_in_the_log(scheduler: BackgroundScheduler, log: MemoryRuns) -> None:
    install(scheduler, [spec()], log=log)
    report = call(job_in(scheduler, "tidy"))
    last = log.last("tidy", now=datetime.now(UTC))
    assert last is not None
    assert report is not None
    assert last.report == report


def test_a_limit_becomes_the_deadline_of_a_scheduled_run(
    scheduler: BackgroundScheduler, log: MemoryRuns
) -> None:
    deadlines = []

    def note(context: JobContext) -> JobReport:
        assert context.scheduled
        assert context.deadline is not None
        deadlines.append(context.deadline)
        return tidy(context)

    install(scheduler, [spec(note, time_limit=timedelta(minutes=10))], log=log)
    before = datetime.now(UTC)
    call(job_in(scheduler, "tidy"))
    assert before <= deadlines[0] - timedelta(minutes=10) <= datetime.now(UTC)


def test_a_job_that_fell_due_while_the_process_was_down_runs_once(
    scheduler: BackgroundScheduler, log: MemoryRuns
) -> None:
    overdue(log)
    ran = listen(scheduler, EVENT_JOB_EXECUTED)
    install(scheduler, [spec()], log=log)
    scheduler.start()
    assert ran.get(timeout=PATIENCE).retval.job == "tidy"
    next_time = job_in(scheduler, "tidy").next_run_time
    assert next_time == RARELY.next_after(datetime.now(UTC))
    scheduler.shutdown()
    assert ran.empty()


@pytest.mark.parametrize(
    ("last", "missed"),
    [
        ({}, False),
        ({"finished_at": None, "report": None}, True),  # it was killed
        ({"report": None, "error": "down"}, True),
        ({"due": datetime.now(UTC) - 2 * RARELY.interval}, True),  # it was of an earlier instant
        ({"target": "2024-05-01"}, True),  # it was asked for another day
    ],
)
def test_begun_is_not_done(
    scheduler: BackgroundScheduler, log: MemoryRuns, last: dict[str, Any], missed: bool
) -> None:
    """What has been due since the last run that is done, is run when the scheduler starts."""
    now = datetime.now(UTC)
    log.put(done(now, **last))
    install(scheduler, [spec()], log=log)
    due = job_in(scheduler, "tidy").next_run_time
    assert due == RARELY.next_after(now) if not missed else now <= due <= datetime.now(UTC)


def test_a_run_is_due_at_the_latest_instant_of_its_schedule(
    scheduler: BackgroundScheduler, log: MemoryRuns
) -> None:
    overdue(log)
    ran = listen(scheduler, EVENT_JOB_EXECUTED)
    install(scheduler, [spec()], log=log)
    scheduler.start()
    ran.get(timeout=PATIENCE)
    last = log.last("tidy", now=datetime.now(UTC))
    assert last is not None
    assert last.due == latest_due(RARELY, datetime.now(UTC))


def test_a_run_that_raises_is_run_again_after_each_delay(
    scheduler: BackgroundScheduler, log: MemoryRuns
) -> None:
    overdue(log)
    failed, added = listen(scheduler, EVENT_JOB_ERROR), listen(scheduler, EVENT_JOB_ADDED)
    install(scheduler, [spec(fail, retry=RetryPolicy(2, timedelta(hours=1)))], log=log)
    before, due = datetime.now(UTC), latest_due(RARELY, datetime.now(UTC))
    again = f"tidy {due.isoformat()}"
    scheduler.start()
    assert added.get(timeout=PATIENCE).job_id == "tidy"
    for hours in (1, 2):
        assert str(failed.get(timeout=PATIENCE).exception) == "down"
        assert added.get(timeout=PATIENCE).job_id == again
        job = job_in(scheduler, again)
        asked = job.next_run_time - timedelta(hours=hours)
        assert before <= asked <= datetime.now(UTC)
        before = datetime.now(UTC)
        job.modify(next_run_time=before)
    failed.get(timeout=PATIENCE)
    scheduler.shutdown()
    assert added.empty()
    assert scheduler.get_job(again) is None
    assert {run.due for run in log._of("tidy") if run.error is not None} == {due}


def test_a_run_that_finds_another_running_is_asked_again_when_the_lease_ends(
    scheduler: BackgroundScheduler, log: MemoryRuns
) -> None:
    """Which is not a retry: the job has none."""
    added = listen(scheduler, EVENT_JOB_ADDED)
    now = datetime.now(UTC)
    log.acquire("tidy", "other", now=now, until=now + timedelta(minutes=10))
    install(scheduler, [spec()], log=log)
    scheduler.start(paused=True)
    assert added.get(timeout=PATIENCE).job_id == "tidy"
    assert call(job_in(scheduler, "tidy")) is None
    again = job_in(scheduler, added.get(timeout=PATIENCE).job_id)
    assert again.next_run_time == now + timedelta(minutes=10)
    log.release("tidy", "other")
    report = call(again)
    assert report is not None
    last = log.last("tidy", now=datetime.now(UTC))
    assert last is not None
    assert last.due == latest_due(RARELY, now)


def test_a_run_holds_days_open_as_its_job_says(
    scheduler: BackgroundScheduler, log: MemoryRuns
) -> None:
    store, now = MemoryStore(), datetime.now(UTC)
    install(scheduler, [evaluate_consistency(store.engagements, hold=timedelta(days=2))], log=log)
    scheduler.start(paused=True)
    report = call(job_in(scheduler, "evaluate-consistency"))
    assert isinstance(report, JobReport)
    dues = {latest_due(Daily(time(0)), at) for at in (now, datetime.now(UTC))}
    assert report.target in {str(due.date() - timedelta(days=3)) for due in dues}


def test_what_was_killed_too_often_is_left_to_the_next(
    scheduler: BackgroundScheduler, log: MemoryRuns
) -> None:
    due = latest_due(RARELY, datetime.now(UTC))
    log.put(JobRun(job="tidy", task_id="0", due=due, started_at=datetime.now(UTC)))
    install(scheduler, [spec()], log=log)
    scheduler.start(paused=True)
    added = listen(scheduler, EVENT_JOB_ADDED)
    assert call(job_in(scheduler, "tidy")) is None
    scheduler.shutdown()
    assert added.empty()


def test_a_run_that_cannot_be_planned_again_is_logged(
    scheduler: BackgroundScheduler, log: MemoryRuns, caplog: pytest.LogCaptureFixture
) -> None:
    """In the thread that plans it, nobody would see the error."""
    install(scheduler, [spec(fail, retry=RetryPolicy(1))], log=log)
    job = job_in(scheduler, "tidy")
    scheduler.start(paused=True)
    scheduler.remove_jobstore("default", shutdown=False)
    before = {*enumerate_threads()}
    with pytest.raises(OSError, match="down"):
        call(job)
    for thread in {*enumerate_threads()} - before:
        thread.join(PATIENCE)
    (record,) = [each for each in caplog.records if "planned" in each.getMessage()]
    assert record.getMessage() == "tidy: could not be planned again"
    assert record.exc_info is not None


def test_a_schedule_of_the_hosts_own_is_said_not_to_be_known_to_the_status(
    scheduler: BackgroundScheduler, log: MemoryRuns, caplog: pytest.LogCaptureFixture
) -> None:
    class FullMoon:
        def next_after(self, instant: datetime) -> datetime:
            return instant + timedelta(days=28)

    limit = timedelta(minutes=5)
    jobs = [spec(schedule=FullMoon()), spec(name="sweep", time_limit=limit)]
    install(scheduler, jobs, log=log)
    assert log.installed() == {"sweep": InstalledJob("sweep", RARELY, limit)}
    assert "tidy: mainstay status can't know when it is due" in caplog.text


def test_a_bad_value_is_as_bad_the_next_time(
    scheduler: BackgroundScheduler, log: MemoryRuns
) -> None:
    def refuse(_: JobContext) -> JobReport:
        raise InvalidValueError("must be over", field="target", value="2999-01-01")

    added = listen(scheduler, EVENT_JOB_ADDED)
    install(scheduler, [spec(refuse, retry=RetryPolicy(3))], log=log)
    scheduler.start(paused=True)
    assert added.get(timeout=PATIENCE).job_id == "tidy"
    with pytest.raises(InvalidValueError, match="target must be over"):
        call(job_in(scheduler, "tidy"))
    scheduler.shutdown()
    assert added.empty()


def test_a_run_that_fails_while_the_scheduler_shuts_down_holds_nothing_up(
    scheduler: BackgroundScheduler, log: MemoryRuns
) -> None:
    """The scheduler waits for it, and must not be waited for in turn."""
    begun, may_fail = Event(), Event()

    def fail_late(_: JobContext) -> JobReport:
        begun.set()
        assert may_fail.wait(PATIENCE)
        raise OSError("down")

    overdue(log)
    install(scheduler, [spec(fail_late, retry=RetryPolicy(3))], log=log)
    scheduler.start()
    assert begun.wait(PATIENCE)
    closing = Thread(target=scheduler.shutdown, daemon=True)
    closing.start()
    while scheduler.running:
        closing.join(0.01)
    may_fail.set()
    closing.join(PATIENCE)
    assert not closing.is_alive()


@pytest.mark.parametrize(
    ("jobs", "jobstore", "message"),
    [
        ([spec(), spec()], "default", "jobs must have names that differ, got 'tidy'."),
        (["tidy"], "default", "jobs must be of type JobSpec, got 'tidy'."),
        (
            [spec(name="new"), spec(queue="nowhere")],
            "default",
            "queue of tidy must be one of the scheduler's executors, and not a pool of processes, "
            "got 'nowhere'. Add it first: scheduler.add_executor('threadpool', alias).",
        ),
        ([spec(queue="processes")], "default", "queue of tidy must be one of the scheduler's"),
        (
            [spec()],
            "nowhere",
            "jobstore must be one of the scheduler's, in memory, got 'nowhere'. Add it first: "
            "scheduler.add_jobstore('memory', alias). Runs are in the log.",
        ),
        ([spec()], "database", "jobstore must be one of the scheduler's, in memory"),
    ],
)
def test_what_cannot_be_honoured_is_an_error_and_nothing_is_installed(
    scheduler: BackgroundScheduler, log: MemoryRuns, jobs: Any, jobstore: str, message: str
) -> None:
    scheduler.add_executor(NoProcesses(), "processes")
    scheduler.add_jobstore(SQLAlchemyJobStore("sqlite://"), "database")
    with pytest.raises(InvalidValueError) as caught:
        install(scheduler, jobs, log=log, jobstore=jobstore)
    assert str(caught.value).startswith(message)
    assert scheduler.get_jobs() == []


def test_a_pool_of_processes_by_default_is_refused_too(log: MemoryRuns) -> None:
    scheduler = BackgroundScheduler(executors={"default": NoProcesses()}, timezone=UTC)
    with pytest.raises(InvalidValueError, match="not a pool of processes, got 'default'"):
        install(scheduler, [spec()], log=log)


def test_another_job_store_in_memory_may_be_named(
    scheduler: BackgroundScheduler, log: MemoryRuns
) -> None:
    scheduler.add_jobstore(MemoryJobStore(), "mine")
    install(scheduler, [spec()], log=log, jobstore="mine")
    assert [job.id for job in scheduler.get_jobs("mine")] == ["tidy"]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "previous", "now", "expected"),
    [
        (BERLIN, None, "2024-03-30T12:00", "2024-03-31T01:30"),  # no half past two that night
        (BERLIN, "2024-03-31T01:30", "2024-03-31T01:30", "2024-04-01T00:30"),
        (BERLIN, "2024-10-26T00:30", "2024-10-26T00:30", "2024-10-27T00:30"),  # two of them
        (BERLIN, "2024-10-27T00:30", "2024-10-27T00:30", "2024-10-28T01:30"),
        (HOURLY, None, "2024-05-01T12:15", "2024-05-01T13:00"),
        (HOURLY, "2024-05-01T12:00", "2024-05-01T11:59", "2024-05-01T13:00"),  # a clock put back
        (HOURLY, "2024-05-01T12:00", "2024-05-04T12:15", "2024-05-04T13:00"),  # many missed
    ],
)
def test_the_trigger_asks_the_jobs_own_schedule(
    schedule: Schedule, previous: str | None, now: str, expected: str
) -> None:
    """Whatever zone the scheduler is in."""
    before = None if previous is None else utc(previous)
    for zone in (UTC, ZoneInfo("Australia/Lord_Howe")):
        found = _JobTrigger(schedule).get_next_fire_time(before, utc(now).astimezone(zone))
        assert found == utc(expected)
