"""When beat is told that jobs are due: Celery's own schedules, and ours where they fall short."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

pytest.importorskip("celery", reason="the adapter needs mainstay[celery]")

from celery import Celery
from celery.beat import Scheduler
from celery.schedules import crontab, schedstate
from celery.schedules import schedule as interval_schedule
from kombu.utils.json import dumps

from mainstay import InvalidTypeError, InvalidValueError
from mainstay.adapters._celery_schedules import JobSchedule
from mainstay.adapters.celery import install
from mainstay.scheduling import Daily, Every, JobContext, JobReport, JobSpec, Schedule, Weekly
from mainstay.testing.memory import MemoryRuns

HOURLY = Every(timedelta(hours=1))
RARELY = Every(timedelta(days=4000))


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


def spec(schedule: Schedule, name: str = "tidy") -> JobSpec:
    return JobSpec(name=name, schedule=schedule, run=tidy)


def entry_of(app: Celery, log: MemoryRuns, schedule: Schedule) -> Any:
    install(app, [spec(schedule)], log=log)
    return app.conf.beat_schedule["tidy"]["schedule"]


def due_now(entry: Any, last: datetime) -> bool:
    return bool(entry.is_due(last).is_due)


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        (Daily(time(6, 45)), ("45", "6", "*")),
        (Weekly(0, time(0)), ("0", "0", "1")),
        (Weekly(6, time(3)), ("0", "3", "0")),
        (Every(timedelta(minutes=1)), ("*/1", "*", "*")),
        (Every(timedelta(minutes=15)), ("*/15", "*", "*")),
        (Every(timedelta(hours=1)), ("*/60", "*", "*")),
        (Every(timedelta(hours=4)), ("0", "*/4", "*")),
        (Every(timedelta(hours=24)), ("0", "*/24", "*")),
    ],
)
def test_any_beat_is_told_what_a_crontab_can_say(
    app: Celery, log: MemoryRuns, schedule: Schedule, said: tuple[str, str, str]
) -> None:
    app.conf.beat_scheduler = "redbeat.RedBeatScheduler"
    entry = entry_of(app, log, schedule)
    assert isinstance(entry, crontab)
    told = (entry._orig_minute, entry._orig_hour, entry._orig_day_of_week)
    assert tuple(map(str, told)) == said


@pytest.mark.parametrize(
    "schedule",
    [
        *(Daily(time(6, 45)), Daily(time(0)), Weekly(0, time(0)), Weekly(6, time(23, 59))),
        *(Every(timedelta(minutes=minutes)) for minutes in (1, 2, 15, 60, 4 * 60, 24 * 60)),
    ],
)
def test_a_crontab_is_due_when_the_schedule_is(
    app: Celery, log: MemoryRuns, schedule: Schedule
) -> None:
    """Three times in a row, asked a minute before each and at each."""
    now = [at("2024-02-28T23:30")]
    entry = entry_of(app, log, schedule)
    entry.nowfun = lambda: now[0]
    last = now[0]
    for _ in range(3):
        due = schedule.next_after(last)
        now[0] = due - timedelta(seconds=1)
        assert not due_now(entry, last)
        now[0] = due
        assert due_now(entry, last)
        last = due


def test_a_zone_that_is_the_apps_needs_no_schedule_of_ours(app: Celery, log: MemoryRuns) -> None:
    """And a crontab of Celery's is right when clocks change: these are SPEC's rules for Berlin."""
    app.conf.update(timezone="Europe/Berlin")
    entry = entry_of(app, log, BERLIN)
    assert isinstance(entry, crontab)
    for last, due in (
        ("2024-03-30T01:30", "2024-03-31T01:30"),  # there is no half past two: an hour later
        ("2024-10-26T00:30", "2024-10-27T00:30"),  # there are two: the first
        ("2024-10-27T00:30", "2024-10-28T01:30"),
    ):
        entry.nowfun = lambda due=due: (at(due) - timedelta(seconds=1)).astimezone(app.timezone)
        assert not due_now(entry, at(last).astimezone(app.timezone))
        entry.nowfun = lambda due=due: at(due).astimezone(app.timezone)
        assert due_now(entry, at(last).astimezone(app.timezone))


def test_what_is_due_more_often_than_each_minute_is_an_interval_of_celerys(
    app: Celery, log: MemoryRuns
) -> None:
    app.conf.beat_scheduler = "django_celery_beat.schedulers:DatabaseScheduler"
    entry = entry_of(app, log, Every(timedelta(seconds=30)))
    assert type(entry) is interval_schedule
    assert entry.run_every == timedelta(seconds=30)


UNSAYABLE = [
    Every(timedelta(minutes=7)),
    Every(timedelta(hours=5)),
    Every(timedelta(seconds=90)),
    Daily(time(6, 45, 30)),
    Daily(time(6, 45), "Asia/Tokyo"),
    Weekly(0, time(0), "+05:30"),
]


@pytest.mark.parametrize("schedule", UNSAYABLE)
@pytest.mark.parametrize("beat", ["celery.beat:PersistentScheduler", "celery.beat:Scheduler"])
def test_celerys_own_beat_asks_the_jobs_schedule_for_all_else(
    app: Celery, log: MemoryRuns, schedule: Schedule, beat: str
) -> None:
    app.conf.beat_scheduler = beat
    assert entry_of(app, log, schedule) == JobSchedule(schedule)


@pytest.mark.parametrize("schedule", UNSAYABLE)
def test_a_schedule_that_a_foreign_beat_cannot_be_told_is_refused(
    app: Celery, log: MemoryRuns, schedule: Schedule
) -> None:
    app.conf.beat_scheduler = "redbeat.RedBeatScheduler"
    with pytest.raises(InvalidValueError) as caught:
        entry_of(app, log, schedule)
    assert str(caught.value).startswith(
        "schedule of tidy can't be told to beat_scheduler 'redbeat.RedBeatScheduler', got "
    )
    assert str(caught.value).endswith(
        "Set the app's timezone to the job's (UTC for Every), or use Celery's own beat."
    )
    assert "mainstay.tidy" not in app.tasks
    assert log.installed() == {}


def test_redbeat_can_keep_what_it_is_told_and_says_what_it_cannot(
    app: Celery, log: MemoryRuns
) -> None:
    """By RedBeat's own JSON."""
    decoder = pytest.importorskip("redbeat.decoder", reason="celery-redbeat is not installed")
    schedules: list[Schedule] = [
        Daily(time(6, 45)),
        Weekly(6, time(3)),
        Every(timedelta(seconds=30)),
    ]
    install(app, [spec(each, f"{n}") for n, each in enumerate(schedules)], log=log)
    for entry in app.conf.beat_schedule.values():
        text = json.dumps(entry, cls=decoder.RedBeatJSONEncoder)
        again = json.loads(text, cls=decoder.RedBeatJSONDecoder)
        assert again["schedule"] == entry["schedule"]
        assert again["options"] == entry["options"]
    with pytest.raises(InvalidTypeError, match="is mainstay's, which only Celery's own beat can"):
        json.dumps(JobSchedule(BERLIN), cls=decoder.RedBeatJSONEncoder)


def test_our_schedule_says_what_it_is_to_whoever_takes_it_for_an_interval() -> None:
    """A foreign beat that is chosen on the command line: install() can't know of it."""
    ours = JobSchedule(Every(timedelta(minutes=7)))
    with pytest.raises(InvalidTypeError, match="is mainstay's, which only Celery's own beat can"):
        _ = ours.run_every
    with pytest.raises(InvalidTypeError, match="is mainstay's, which only Celery's own beat can"):
        dumps({"schedule": ours})  # type: ignore[no-untyped-call]  # kombu has no types
    assert not hasattr(ours, "no_such_thing")


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
    asked = JobSchedule(schedule, nowfun=lambda: at(now), app=app)
    assert asked.is_due(at(last)) == expected
    assert asked.is_due(at(last).astimezone(app.timezone)) == expected


def test_the_time_that_remains_is_until_the_job_is_due(app: Celery) -> None:
    hourly = JobSchedule(HOURLY, nowfun=lambda: at("2024-05-01T12:20"), app=app)
    assert hourly.remaining_estimate(at("2024-05-01T12:00")) == timedelta(minutes=40)
    assert hourly.remaining_estimate(at("2024-05-01T10:30")) == timedelta(minutes=-80)


@pytest.fixture
def beat(app: Celery, log: MemoryRuns) -> Iterator[Any]:
    """Beat's scheduler, with a job that is not due again before 2035."""
    install(app, [spec(RARELY)], log=log)
    beat: Any = Scheduler(app)
    yield beat
    beat.close()


def test_beat_that_was_down_sends_a_task_once(beat: Any, log: MemoryRuns) -> None:
    beat.schedule["tidy"].last_run_at -= 3 * RARELY.interval
    assert beat.tick() == 0
    ran = log.last("tidy", now=datetime.now(UTC))
    assert ran is not None
    assert beat.tick() == beat.max_interval
    assert log.last("tidy", now=datetime.now(UTC)) == ran


def test_an_entry_survives_beats_shelf(beat: Any) -> None:
    entry = beat.schedule["tidy"]
    again = pickle.loads(pickle.dumps(entry))
    assert again == entry
    assert again.schedule.schedule == RARELY
    assert again.last_run_at == entry.last_run_at
    assert repr(RARELY) in repr(again)


def test_a_changed_schedule_is_noticed() -> None:
    assert JobSchedule(BERLIN) == JobSchedule(Daily(time(2, 30), "Europe/Berlin"))
    assert hash(JobSchedule(BERLIN)) == hash(JobSchedule(Daily(time(2, 30), "Europe/Berlin")))
    assert JobSchedule(BERLIN) != JobSchedule(NEW_YORK)
    assert JobSchedule(BERLIN) != BERLIN
