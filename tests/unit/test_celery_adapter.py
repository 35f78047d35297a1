"""Jobs as Celery's tasks and beat's entries, without a broker."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

pytest.importorskip("celery", reason="the adapter needs mainstay[celery]")

from celery import Celery
from celery.beat import Scheduler
from celery.exceptions import Retry, SoftTimeLimitExceeded
from celery.schedules import schedstate

from mainstay import (
    DailyCriteria,
    EngagementPolicy,
    InvalidTypeError,
    InvalidValueError,
    Session,
)
from mainstay.adapters.celery import _JobSchedule, install
from mainstay.codec import from_plain
from mainstay.jobs import evaluate_consistency
from mainstay.report import JobContext, JobReport
from mainstay.schedule import Daily, Every, JobSpec, RetryPolicy, Schedule
from mainstay.testing.memory import MemoryRuns, MemoryStore

HOURLY = Every(timedelta(hours=1))
RARELY = Every(timedelta(days=4000))
THRICE = RetryPolicy(3, timedelta(seconds=300))


@pytest.fixture
def app() -> Iterator[Celery]:
    app = Celery("tests", broker="memory://", set_as_current=False)
    app.conf.task_always_eager = True
    yield app
    app.close()


@pytest.fixture
def log() -> MemoryRuns:
    return MemoryRuns()


def tidy(context: JobContext) -> JobReport:
    at = context.now()
    return JobReport(job="tidy", task_id=context.task_id, started_at=at, finished_at=at)


def spec(
    run: Callable[[JobContext], JobReport] = tidy, *, schedule: Schedule = HOURLY, **fields: Any
) -> JobSpec:
    given: dict[str, Any] = {"name": "tidy", "schedule": schedule, "run": run}
    return JobSpec(**given | fields)


def failing(*errors: Exception) -> tuple[Callable[[JobContext], JobReport], list[JobContext]]:
    """A job that raises each of some errors in turn, then none; and what it is given."""
    coming, contexts = list(errors), list[JobContext]()

    def run(context: JobContext) -> JobReport:
        contexts.append(context)
        if coming:
            raise coming.pop(0)
        return tidy(context)

    return run, contexts


def test_a_task_runs_the_job_and_returns_its_report(app: Celery, log: MemoryRuns) -> None:
    install(app, [spec()], log=log)
    done = app.tasks["mainstay.tidy"].delay()
    report = from_plain(done.result, JobReport)
    assert report.task_id == done.id
    last = log.last("tidy")
    assert last is not None
    assert last.report == report


def test_a_job_that_is_running_already_is_let_be(app: Celery, log: MemoryRuns) -> None:
    now = datetime.now(UTC)
    log.acquire("tidy", "other", now=now, until=now + timedelta(days=1))
    install(app, [spec()], log=log)
    assert app.tasks["mainstay.tidy"].delay().result is None
    assert log.last("tidy") is None


class TooSlow(DailyCriteria):
    """Criteria amid which Celery's soft time limit comes."""

    def met(self, counts: Mapping[str, int]) -> bool:
        raise SoftTimeLimitExceeded(*counts)


def test_the_soft_time_limit_is_nobodys_fault_and_ends_the_run(
    app: Celery, log: MemoryRuns
) -> None:
    store = MemoryStore()
    store.sessions.add([Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), kind="post", id="1")])
    policy = EngagementPolicy(criteria=TooSlow({"post": 1}))
    job = evaluate_consistency(store.engagements, policy=policy, retry=RetryPolicy(0))
    install(app, [job], log=log)
    done = app.tasks["mainstay.evaluate-consistency"].apply_async(kwargs={"target": "2024-05-01"})
    assert isinstance(done.result, SoftTimeLimitExceeded)
    assert store.engagements.outcome("ada", date(2024, 5, 1)) is None


def test_a_task_called_as_a_function_runs_the_job_too(app: Celery, log: MemoryRuns) -> None:
    run, contexts = failing(OSError("down"))
    install(app, [spec(run, retry=THRICE)], log=log)
    with pytest.raises(OSError, match="down"):
        app.tasks["mainstay.tidy"]()
    assert app.tasks["mainstay.tidy"](target="2024-05-01")["job"] == "tidy"
    assert len({context.task_id for context in contexts}) == 2


def test_a_target_is_an_iso_date(app: Celery, log: MemoryRuns) -> None:
    run, contexts = failing()
    install(app, [spec(run)], log=log)
    app.tasks["mainstay.tidy"].apply_async(kwargs={"target": "2024-05-01"})
    app.tasks["mainstay.tidy"].apply_async()
    assert [context.target for context in contexts] == [date(2024, 5, 1), None]


@pytest.mark.parametrize("target", ["yesterday", "2024-02-30", "", 20240501])
def test_a_target_that_is_no_date_is_an_error_and_not_retried(
    app: Celery, log: MemoryRuns, target: object
) -> None:
    install(app, [spec(retry=THRICE)], log=log)
    done = app.tasks["mainstay.tidy"].apply_async(kwargs={"target": target})
    assert isinstance(done.result, InvalidValueError)
    assert done.result.field == "target"
    assert done.result.value == target
    assert log.last("tidy") is None


def test_a_bad_value_is_as_bad_the_next_time(app: Celery, log: MemoryRuns) -> None:
    run, contexts = failing(InvalidValueError("must be over", field="target", value="2999-01-01"))
    install(app, [spec(run, retry=THRICE)], log=log)
    assert app.tasks["mainstay.tidy"].delay().failed()
    assert len(contexts) == 1


@pytest.mark.parametrize(("retries", "seconds"), [(0, 300), (1, 600), (2, 1200)])
@pytest.mark.parametrize("error", [OSError("down"), SoftTimeLimitExceeded()])
def test_a_run_that_raises_is_retried_after_its_delay(
    app: Celery, log: MemoryRuns, retries: int, seconds: int, error: Exception
) -> None:
    run, _ = failing(error)
    install(app, [spec(run, retry=THRICE)], log=log)
    task = app.tasks["mainstay.tidy"]
    task.push_request(id="one", retries=retries, called_directly=False, is_eager=True, args=())
    with pytest.raises(Retry) as caught:
        task.run(target="2024-05-01")
    assert caught.value.when == seconds
    assert caught.value.exc is error
    last = log.last("tidy")
    assert last is not None
    assert last.error == str(error)


def test_retries_end_with_the_policys_number_of_them(app: Celery, log: MemoryRuns) -> None:
    run, contexts = failing(*[OSError("down")] * 9)
    install(app, [spec(run, retry=RetryPolicy(5))], log=log)
    done = app.tasks["mainstay.tidy"].apply_async(kwargs={"target": "2024-05-01"})
    assert isinstance(done.result, OSError)
    assert [context.target for context in contexts] == [date(2024, 5, 1)] * 6


def test_a_retry_that_succeeds_returns_its_report(app: Celery, log: MemoryRuns) -> None:
    run, contexts = failing(OSError("down"))
    install(app, [spec(run, retry=THRICE)], log=log)
    assert app.tasks["mainstay.tidy"].delay().get()["job"] == "tidy"
    assert len(contexts) == 2


def test_without_a_policy_nothing_is_retried(app: Celery, log: MemoryRuns) -> None:
    run, contexts = failing(OSError("down"))
    install(app, [spec(run)], log=log)
    assert app.tasks["mainstay.tidy"].delay().failed()
    assert len(contexts) == 1


def test_limits_and_late_acknowledgement_are_the_tasks(app: Celery, log: MemoryRuns) -> None:
    limited = spec(time_limit=timedelta(minutes=10), soft_time_limit=timedelta(minutes=9))
    install(app, [limited, spec(name="sweep")], log=log)
    tidy, sweep = app.tasks["mainstay.tidy"], app.tasks["mainstay.sweep"]
    assert (tidy.time_limit, tidy.soft_time_limit, tidy.acks_late) == (600, 540, True)
    assert (sweep.time_limit, sweep.soft_time_limit, sweep.acks_late) == (None, None, True)


def test_a_task_belongs_to_its_app_alone(app: Celery, log: MemoryRuns) -> None:
    install(app, [spec()], log=log)
    other = Celery("other", set_as_current=False)
    assert "mainstay.tidy" not in other.tasks
    assert "tidy" not in other.conf.beat_schedule


def test_beat_has_an_entry_for_each_job_and_keeps_the_hosts(app: Celery, log: MemoryRuns) -> None:
    mine = {"task": "mine", "schedule": 60}
    app.conf.beat_schedule = {"mine": mine}
    install(app, [spec(), spec(name="sweep", queue="slow")], log=log)
    install(app, [spec(name="later")], log=log)
    entries = app.conf.beat_schedule
    assert set(entries) == {"mine", "tidy", "sweep", "later"}
    assert entries["mine"] is mine
    assert entries["tidy"]["task"] == "mainstay.tidy"
    assert (entries["tidy"]["options"], entries["sweep"]["options"]) == ({}, {"queue": "slow"})


def test_a_queue_may_be_one_of_those_that_the_app_names(app: Celery, log: MemoryRuns) -> None:
    app.conf.task_create_missing_queues = False
    app.conf.task_queues = {"celery": {}, "slow": {}}
    install(app, [spec(queue="slow")], log=log)
    assert app.conf.beat_schedule["tidy"]["options"] == {"queue": "slow"}


@pytest.mark.parametrize(
    ("jobs", "message"),
    [
        ([spec(), spec()], "jobs must have names that differ, got 'tidy'."),
        ([spec(name="old")], "jobs must have names that are new to the app's tasks"),
        ([spec(name="mine")], "jobs must have names that are new to the app's beat_schedule"),
        (
            [spec(queue="slow")],
            "queue of tidy must be one of the app's, got 'slow'. "
            "Add it to task_queues, or set task_create_missing_queues.",
        ),
        (
            [spec(time_limit=timedelta(seconds=30))],
            "soft_time_limit of tidy, in seconds, must not be above its time_limit, 30, got 60. "
            "Give the job both limits, so that none is the app's default.",
        ),
        ([spec(name="new"), "tidy"], "jobs must be of type JobSpec, got 'tidy'."),
        (None, "jobs must be several, in a list or the like, got None."),
    ],
)
def test_what_cannot_be_honoured_is_an_error_and_nothing_is_installed(
    app: Celery, log: MemoryRuns, jobs: Any, message: str
) -> None:
    app.conf.beat_schedule = {"mine": {"task": "mine", "schedule": 60}}
    app.conf.task_soft_time_limit = 60
    app.conf.task_create_missing_queues = False
    app.task(name="mainstay.old", shared=False)(tidy)
    before = set(app.tasks)
    with pytest.raises(InvalidValueError) as caught:
        install(app, jobs, log=log)
    assert str(caught.value).startswith(message)
    assert set(app.tasks) == before
    assert set(app.conf.beat_schedule) == {"mine"}


def test_installing_a_job_twice_says_what_to_do(app: Celery, log: MemoryRuns) -> None:
    install(app, [spec()], log=log)
    with pytest.raises(InvalidValueError) as caught:
        install(app, [spec()], log=log)
    assert str(caught.value) == (
        "jobs must have names that are new to the app's tasks, got 'mainstay.tidy'. "
        "Install each job once, or rename one: attrs.evolve(job, name='another')."
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


BERLIN = Daily(time(2, 30), "Europe/Berlin")
NEW_YORK = Daily(time(2, 30), "America/New_York")


@pytest.mark.parametrize(
    ("schedule", "last", "now", "expected"),
    [
        # Berlin, before, in and after the night without a half past two.
        (BERLIN, "2024-03-29T02:00", "2024-03-30T01:29", schedstate(is_due=False, next=60)),
        (BERLIN, "2024-03-29T02:00", "2024-03-30T01:30", schedstate(is_due=True, next=86_400)),
        (BERLIN, "2024-03-30T01:30", "2024-03-31T01:30", schedstate(is_due=True, next=82_800)),
        (BERLIN, "2024-03-31T01:30", "2024-03-31T01:31", schedstate(is_due=False, next=82_740)),
        # In the night with two of them, the first counts.
        (BERLIN, "2024-10-26T00:30", "2024-10-27T00:30", schedstate(is_due=True, next=90_000)),
        (BERLIN, "2024-10-27T00:30", "2024-10-27T01:30", schedstate(is_due=False, next=86_400)),
        # New York's clocks went forward three weeks earlier.
        (NEW_YORK, "2024-03-09T08:00", "2024-03-10T07:30", schedstate(is_due=True, next=82_800)),
        # However many times it was missed, it is due once.
        (HOURLY, "2024-05-01T00:30", "2024-05-04T12:15", schedstate(is_due=True, next=2700)),
        (HOURLY, "2024-05-04T12:15", "2024-05-04T12:15", schedstate(is_due=False, next=2700)),
    ],
)
def test_beat_asks_the_jobs_own_schedule(
    app: Celery, schedule: Schedule, last: str, now: str, expected: schedstate
) -> None:
    """Whatever zone the app is in."""
    app.conf.update(timezone="Australia/Lord_Howe")
    asked = _JobSchedule(schedule, nowfun=lambda: at(now), app=app)
    assert asked.is_due(at(last)) == expected
    assert asked.is_due(at(last).astimezone(app.timezone)) == expected


def test_the_time_that_remains_is_until_the_job_is_due(app: Celery) -> None:
    hourly = _JobSchedule(HOURLY, nowfun=lambda: at("2024-05-01T12:20"), app=app)
    assert hourly.remaining_estimate(at("2024-05-01T12:00")) == timedelta(minutes=40)
    assert hourly.remaining_estimate(at("2024-05-01T10:30")) == timedelta(minutes=-80)


@pytest.fixture
def beat(app: Celery, log: MemoryRuns) -> Iterator[Any]:
    """Beat's scheduler, with a job that is not due again before 2035."""
    install(app, [spec(schedule=RARELY)], log=log)
    beat: Any = Scheduler(app)
    yield beat
    beat.close()


def test_beat_that_was_down_sends_a_task_once(beat: Any, log: MemoryRuns) -> None:
    beat.schedule["tidy"].last_run_at -= 3 * RARELY.interval
    assert beat.tick() == 0
    ran = log.last("tidy")
    assert ran is not None
    assert beat.tick() == beat.max_interval
    assert log.last("tidy") == ran


def test_an_entry_survives_beats_shelf(beat: Any) -> None:
    entry = beat.schedule["tidy"]
    again = pickle.loads(pickle.dumps(entry))
    assert again == entry
    assert again.schedule.schedule == RARELY
    assert again.last_run_at == entry.last_run_at
    assert repr(RARELY) in repr(again)


def test_a_changed_schedule_is_noticed() -> None:
    assert _JobSchedule(BERLIN) == _JobSchedule(Daily(time(2, 30), "Europe/Berlin"))
    assert hash(_JobSchedule(BERLIN)) == hash(_JobSchedule(Daily(time(2, 30), "Europe/Berlin")))
    assert _JobSchedule(BERLIN) != _JobSchedule(NEW_YORK)
    assert _JobSchedule(BERLIN) != BERLIN


def test_what_is_no_job_is_refused(app: Celery, log: MemoryRuns) -> None:
    with pytest.raises(InvalidTypeError, match="jobs must be of type JobSpec"):
        install(app, ["tidy"], log=log)  # type: ignore[list-item]  # refused
