"""Jobs as Celery's tasks and beat's entries, without a broker."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

pytest.importorskip("celery", reason="the adapter needs mainstay[celery]")

from celery import Celery
from celery.exceptions import Ignore, Reject, Retry, SoftTimeLimitExceeded

from mainstay import DailyCriteria, InvalidTypeError, InvalidValueError, Session
from mainstay.adapters.celery import install
from mainstay.codec import from_plain
from mainstay.jobs import evaluate_consistency
from mainstay.scheduling import (
    Every,
    InstalledJob,
    JobContext,
    JobReport,
    JobRun,
    JobSpec,
    Option,
    RetryPolicy,
    Schedule,
    TargetKind,
    latest_due,
)
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
    given |= {"target": TargetKind.DAY, "options": [Option("most", 100, "how many", low=1)]}
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


def test_each_registration_is_logged(
    app: Celery, log: MemoryRuns, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "mainstay.jobs")
    install(app, [spec(), spec(name="sweep")], log=log)
    assert caplog.messages == [f"{name}: installed, {HOURLY!r}" for name in ("tidy", "sweep")]


def test_a_task_runs_the_job_and_returns_its_report(app: Celery, log: MemoryRuns) -> None:
    install(app, [spec()], log=log)
    done = app.tasks["mainstay.tidy"].delay()
    report = from_plain(done.result, JobReport)
    assert report.task_id == done.id
    last = log.last("tidy", now=datetime.now(UTC))
    assert last is not None
    assert last.report == report


def test_a_job_that_is_running_already_is_let_be(app: Celery, log: MemoryRuns) -> None:
    now = datetime.now(UTC)
    log.acquire("tidy", "other", now=now, until=now + timedelta(minutes=10))
    install(app, [spec()], log=log)
    assert app.tasks["mainstay.tidy"].delay().result is None
    assert log.last("tidy", now=datetime.now(UTC)) is None


def pushed(app: Celery, **request: Any) -> Any:
    """The task, as a worker has it while it runs one that was sent."""
    task = app.tasks["mainstay.tidy"]
    given = {
        "id": "one",
        "retries": 0,
        "called_directly": False,
        "args": (),
        "kwargs": {},
        "headers": {},
    }
    task.push_request(**given | request)
    return task


def sent(app: Celery, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The options with which tasks are sent, instead of sending them."""
    options: list[dict[str, Any]] = []
    monkeypatch.setattr(app, "send_task", lambda *_, **given: options.append(given))
    app.conf.task_always_eager = False
    return options


def test_a_task_that_finds_another_running_is_sent_again_for_when_the_lease_ends(
    app: Celery, log: MemoryRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the same id, due instant and number of retries: it is not a retry."""
    install(app, [spec(retry=THRICE)], log=log)
    options, now = sent(app, monkeypatch), datetime.now(UTC)
    log.acquire("tidy", "other", now=now, until=now + timedelta(minutes=10))
    due = latest_due(HOURLY, now).isoformat()
    task = pushed(app, retries=2, headers={"mainstay_due": due, "mine": "kept"})
    with pytest.raises(Ignore, match="asked again in"):
        task.run(target="2024-05-01")
    (again,) = options
    assert (again["task_id"], again["retries"]) == ("one", 2)
    assert again["headers"] == {"mainstay_due": due, "mine": "kept"}
    assert 590 < again["countdown"] <= 600
    assert log.last("tidy", now=datetime.now(UTC)) is None


def test_a_task_that_cannot_be_sent_again_goes_back_to_its_queue(
    app: Celery, log: MemoryRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object, **__: object) -> None:
        raise OSError("down")

    install(app, [spec()], log=log)
    sent(app, monkeypatch)
    monkeypatch.setattr(app, "send_task", down)
    now = datetime.now(UTC)
    log.acquire("tidy", "other", now=now, until=now + timedelta(minutes=10))
    with pytest.raises(Reject) as caught:
        pushed(app).run()
    assert caught.value.requeue


def test_what_was_killed_too_often_is_acknowledged_and_left_to_the_next(
    app: Celery, log: MemoryRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if it was sent without the header: its first attempt says when it was due."""
    install(app, [spec(retry=RetryPolicy(1))], log=log)
    options, due = sent(app, monkeypatch), datetime.now(UTC) - timedelta(hours=3)
    for attempt in range(2):
        began = due + attempt * timedelta(hours=1)
        log.put(JobRun(job="tidy", task_id="one", due=due, started_at=began))
    assert pushed(app).run() is None
    assert pushed(app, headers={"mainstay_due": due.isoformat()}).run() is None
    assert options == []
    assert pushed(app, id="two").run() is not None


def test_what_beat_sends_is_due_at_the_latest_instant_of_its_schedule(
    app: Celery, log: MemoryRuns
) -> None:
    """Beat's clock says so: in the header that each beat passes on from the entry's options."""
    run, contexts = failing()
    install(app, [spec(run)], log=log)
    headers = app.conf.beat_schedule["tidy"]["options"]["headers"]
    before = latest_due(HOURLY, datetime.now(UTC))
    app.tasks["mainstay.tidy"].apply_async(headers=headers)
    assert contexts[0].due in {before, latest_due(HOURLY, datetime.now(UTC))}
    assert contexts[0].scheduled


def test_what_a_beat_without_the_task_sends_is_due_by_the_workers_clock(
    app: Celery, log: MemoryRuns
) -> None:
    """Which may be a little behind: here a second before the instant."""
    run, contexts = failing()
    in_a_second = Every(datetime.now(UTC) - datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=1))
    install(app, [spec(run, schedule=in_a_second)], log=log)
    headers = app.conf.beat_schedule["tidy"]["options"]["headers"]
    pushed(app, headers=headers).run()
    assert contexts[0].due == datetime(1970, 1, 1, tzinfo=UTC) + in_a_second.interval
    assert contexts[0].scheduled


def test_a_retry_of_what_beat_has_sent_is_its_schedules_too(app: Celery, log: MemoryRuns) -> None:
    run, contexts = failing(OSError("down"))
    install(app, [spec(run, retry=THRICE)], log=log)
    headers = app.conf.beat_schedule["tidy"]["options"]["headers"]
    app.tasks["mainstay.tidy"].apply_async(headers=headers)
    assert [context.scheduled for context in contexts] == [True, True]


def test_what_is_sent_by_hand_is_due_when_it_is_sent(app: Celery, log: MemoryRuns) -> None:
    run, contexts = failing(OSError("down"))
    install(app, [spec(run, retry=THRICE)], log=log)
    before = datetime.now(UTC)
    app.tasks["mainstay.tidy"].apply_async()
    first, retry = contexts
    assert before <= first.due <= datetime.now(UTC)
    assert retry.due == first.due
    assert not first.scheduled
    assert not retry.scheduled


def test_a_message_keeps_its_due_instant_however_late_it_is_delivered(
    app: Celery, log: MemoryRuns
) -> None:
    run, contexts = failing()
    install(app, [spec(run)], log=log)
    pushed(app, headers={"mainstay_due": "2024-05-01T00:00:00+00:00"}).run()
    assert contexts[0].due == datetime(2024, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize("due", ["yesterday", "2024-05-01T00:00:00", 7, "2999-01-01T00:00:00Z"])
def test_a_due_instant_that_cannot_be_is_an_error_and_not_retried(
    app: Celery, log: MemoryRuns, due: object
) -> None:
    install(app, [spec(retry=THRICE)], log=log)
    done = app.tasks["mainstay.tidy"].apply_async(headers={"mainstay_due": due})
    assert isinstance(done.result, InvalidValueError)
    assert done.result.field in {"mainstay_due", "due"}


def test_the_soft_time_limit_is_nobodys_fault_and_ends_the_run(
    app: Celery, log: MemoryRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_slow(_: DailyCriteria, counts: Mapping[str, int], *__: object, **___: object) -> bool:
        raise SoftTimeLimitExceeded(*counts)

    monkeypatch.setattr(DailyCriteria, "met", too_slow)
    store = MemoryStore()
    store.sessions.add([Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), kind="post", id="1")])
    job = attrs.evolve(evaluate_consistency(store.engagements), retry=RetryPolicy(0))
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


def test_a_task_takes_the_options_of_its_job_through_its_retries(
    app: Celery, log: MemoryRuns
) -> None:
    run, contexts = failing(OSError("down"))
    install(app, [spec(run, retry=THRICE)], log=log)
    app.tasks["mainstay.tidy"].apply_async(kwargs={"options": {"most": 7}})
    app.tasks["mainstay.tidy"].apply_async()
    assert [dict(context.options) for context in contexts] == [
        *[{"most": 7}] * 2,
        {"most": 100},
    ]


def test_hold_is_the_jobs_or_as_a_task_is_asked(app: Celery, log: MemoryRuns) -> None:
    hour = timedelta(hours=1)
    install(app, [evaluate_consistency(MemoryStore().engagements, hold=hour)], log=log)
    task = app.tasks["mainstay.evaluate-consistency"]
    for due, options, target in (
        ("2024-05-06T00:00Z", {}, "2024-05-04"),
        ("2024-05-06T01:00Z", {}, "2024-05-05"),
        ("2024-05-07T00:00Z", {"hold": "0s"}, "2024-05-06"),
        ("2024-05-08T00:00Z", {"hold": "24h1s"}, "2024-05-05"),
    ):
        sent = task.apply_async(kwargs={"options": options}, headers={"mainstay_due": due})
        assert sent.get()["target"] == target


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"most": "7"}, "options.most must be an integer, got '7'."),
        ({"most": 0}, "options.most must be at least 1, got 0."),
        ({"least": 7}, "options.least is not an option of tidy, got 7. There are: most."),
        (["most"], "options must map names to plain data, got ['most']."),
    ],
)
def test_what_is_not_an_option_is_an_error_and_not_retried(
    app: Celery, log: MemoryRuns, options: object, message: str
) -> None:
    run, contexts = failing()
    install(app, [spec(run, retry=THRICE)], log=log)
    done = app.tasks["mainstay.tidy"].apply_async(kwargs={"options": options})
    assert isinstance(done.result, InvalidValueError)
    assert (str(done.result), contexts) == (message, [])
    assert log.last("tidy", now=datetime.now(UTC)) is None


def test_a_week_is_not_the_target_of_a_job_of_days(app: Celery, log: MemoryRuns) -> None:
    install(app, [spec()], log=log)
    done = app.tasks["mainstay.tidy"].apply_async(kwargs={"target": "2024-W18"})
    assert str(done.result).startswith("target of tidy must be a date such as 2024-05-01, not a")


@pytest.mark.parametrize("target", ["yesterday", "2024-02-30", "", 20240501])
def test_a_target_that_is_no_date_is_an_error_and_not_retried(
    app: Celery, log: MemoryRuns, target: object
) -> None:
    install(app, [spec(retry=THRICE)], log=log)
    done = app.tasks["mainstay.tidy"].apply_async(kwargs={"target": target})
    assert isinstance(done.result, InvalidValueError)
    assert done.result.field == "target"
    assert done.result.value == target
    assert log.last("tidy", now=datetime.now(UTC)) is None


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
    due = "2024-05-01T00:00:00+00:00"
    task = pushed(app, retries=retries, is_eager=True, headers={"mainstay_due": due})
    with pytest.raises(Retry) as caught:
        task.run(target="2024-05-01")
    signature: Any = caught.value.sig
    assert signature.options["headers"] == {"mainstay_due": due}
    assert caught.value.when == seconds
    assert caught.value.exc is error
    last = log.last("tidy", now=datetime.now(UTC))
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
    assert tidy.reject_on_worker_lost


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
    due = {"headers": {"mainstay_due": "schedule", "mainstay_scheduled": True}}
    assert entries["tidy"]["options"] == due
    assert entries["sweep"]["options"] == due | {"queue": "slow"}
    assert log.installed()["tidy"] == InstalledJob("tidy", HOURLY)


def test_a_queue_may_be_one_of_those_that_the_app_names(app: Celery, log: MemoryRuns) -> None:
    app.conf.task_create_missing_queues = False
    app.conf.task_queues = {"celery": {}, "slow": {}}
    install(app, [spec(queue="slow")], log=log)
    assert app.conf.beat_schedule["tidy"]["options"]["queue"] == "slow"


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
        (None, "jobs must be several, such as a list of them, got None."),
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


def test_what_is_no_job_is_refused(app: Celery, log: MemoryRuns) -> None:
    with pytest.raises(InvalidTypeError, match="jobs must be of type JobSpec"):
        install(app, ["tidy"], log=log)  # type: ignore[list-item]  # refused
