"""When days begin, how long they stay open, and so which day or week a run works on."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from mainstay import DailyCriteria, EngagementPolicy, InvalidValueError, IsoWeek, Session
from mainstay.daystarts import DayStart
from mainstay.errors import InvalidTypeError
from mainstay.jobs import all_jobs, evaluate_consistency, run_job, update_multipliers
from mainstay.scheduling import Daily, JobContext, JobReport, JobSpec, Weekly
from mainstay.testing.memory import MemoryStore
from tests.recording import did, may

ONE_POST = EngagementPolicy(criteria=DailyCriteria({"post": 1}))
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def utc(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2024, 5, day, hour, minute, tzinfo=UTC)


def target(job: JobSpec, due: datetime, **options: str) -> str | None:
    return job.run(JobContext(due=due, clock=lambda: due, options=options)).target


@pytest.mark.parametrize(
    ("local_days", "day_start", "daily", "weekly"),
    [
        (False, time(4), Daily(time(4)), Weekly(0, time(4))),
        (False, time(23, 59, 59), Daily(time(23, 59, 59)), Weekly(0, time(23, 59, 59))),
        (True, time(4), Daily(time(16)), Weekly(0, time(16))),
        (True, time(11, 59), Daily(time(23, 59)), Weekly(0, time(23, 59))),
        (True, time(12), Daily(time(0)), Weekly(1, time(0))),
        (True, time(13), Daily(time(1)), Weekly(1, time(1))),
    ],
)
def test_jobs_are_due_when_days_and_weeks_are_over(
    local_days: bool, day_start: DayStart, daily: Daily, weekly: Weekly
) -> None:
    """SPEC §9: 00:00 UTC, with local days 12:00, plus the day start; perhaps on the date after."""
    store = MemoryStore(local_days=local_days, day_start=day_start)
    assert evaluate_consistency(store.engagements).schedule == daily
    assert update_multipliers(store.reputations).schedule == weekly
    assert [job.schedule for job in all_jobs(store)[:2]] == [daily, weekly]


@pytest.mark.parametrize(
    ("local_days", "day_start", "over"),
    [(False, time(4), utc(7, 4)), (True, time(4), utc(7, 16)), (True, time(13), utc(8, 1))],
)
def test_a_day_is_over_once_the_next_has_begun_everywhere(
    local_days: bool, day_start: DayStart, over: datetime
) -> None:
    """That of the 6th: with local days, twelve hours west of UTC."""
    job = evaluate_consistency(MemoryStore(local_days=local_days, day_start=day_start).engagements)
    assert target(job, over - SECOND) == "2024-05-05"
    assert target(job, over) == "2024-05-06"
    asked = JobContext(target=may(6), due=over - SECOND, clock=lambda: over - SECOND)
    with pytest.raises(InvalidValueError, match="must be over; the last such day is 2024-05-05"):
        job.run(asked)


@pytest.mark.parametrize(
    ("local_days", "day_start", "over"),
    [(False, time(4), utc(13, 4)), (True, time(4), utc(13, 16)), (True, time(13), utc(14, 1))],
)
def test_a_week_is_over_once_the_next_has_begun_everywhere(
    local_days: bool, day_start: DayStart, over: datetime
) -> None:
    """That of the 6th to the 12th, 2024-W19."""
    store = MemoryStore(local_days=local_days, day_start=day_start)
    job = update_multipliers(store.reputations)
    assert target(job, over - SECOND) == "2024-W18"
    assert target(job, over) == "2024-W19"
    asked = JobContext(target=may(12), due=over - SECOND, clock=lambda: over - SECOND)
    with pytest.raises(InvalidValueError, match="the last such week is 2024-W18"):
        job.run(asked)


@pytest.mark.parametrize(
    ("hold", "day", "week"),
    [
        (timedelta(0), "2024-05-05", "2024-W18"),
        (SECOND, "2024-05-04", "2024-W17"),
        (6 * HOUR, "2024-05-04", "2024-W17"),
        (DAY, "2024-05-04", "2024-W17"),
        (DAY + SECOND, "2024-05-03", "2024-W17"),
        (7 * DAY, "2024-04-28", "2024-W17"),
        (7 * DAY + SECOND, "2024-04-27", "2024-W16"),
    ],
)
def test_a_run_works_on_what_was_over_so_long_before_it_was_due(
    hold: timedelta, day: str, week: str
) -> None:
    """Due on Monday the 6th at 00:00, on the schedule that there is without."""
    store = MemoryStore()
    daily = evaluate_consistency(store.engagements, hold=hold)
    weekly = update_multipliers(store.reputations, hold=hold)
    assert (daily.schedule, weekly.schedule) == (Daily(time(0)), Weekly(0, time(0)))
    assert (target(daily, utc(6)), target(weekly, utc(6))) == (day, week)


def test_a_late_event_counts_while_its_day_is_held_open() -> None:
    """A phone that was offline sends Ada's post of the 1st at half past two on the 2nd."""
    outcomes = []
    for hold in (timedelta(0), 3 * HOUR):
        store = MemoryStore()
        did(store, "ada", date(2024, 4, 30))
        job = evaluate_consistency(store.engagements, policy=ONE_POST, hold=hold)
        target(job, utc(2))
        store.sessions.add([Session("ada", utc(1, 20), kind="post", id="late")])
        target(job, utc(2, 3))
        outcome = store.engagements.outcome("ada", may(1))
        outcomes.append(outcome and outcome.streak_after)
    assert outcomes == [0, 2]


def test_a_day_or_week_that_is_asked_for_must_only_be_over() -> None:
    """Hold says which day a run takes by itself, and not which it may be given."""
    store, now = MemoryStore(), utc(6)
    asked = JobContext(target=may(5), due=now, clock=lambda: now)
    assert evaluate_consistency(store.engagements, hold=DAY).run(asked).target == "2024-05-05"
    asked = JobContext(target=IsoWeek(2024, 18), due=now, clock=lambda: now)
    assert update_multipliers(store.reputations, hold=DAY).run(asked).target == "2024-W18"


def test_hold_can_be_asked_of_one_run_or_be_the_default_of_all() -> None:
    store, due = MemoryStore(), utc(6)
    job = evaluate_consistency(store.engagements, hold=2 * DAY)
    assert target(job, due) == "2024-05-03"
    assert target(job, due, hold="0s") == "2024-05-05"
    assert target(job, due, hold="1d1s") == "2024-05-03"
    options: dict[str, dict[str, object]] = {
        "evaluate-consistency": {"hold": "2d"},
        "update-multipliers": {"hold": 2 * DAY},
    }
    daily, weekly, *_ = all_jobs(store, options=options)
    assert (target(daily, due), target(weekly, due)) == ("2024-05-03", "2024-W17")


def test_what_a_run_was_asked_is_kept() -> None:
    store, due = MemoryStore(), utc(6)
    job = evaluate_consistency(store.engagements)
    asked = JobContext(due=due, clock=lambda: due, options={"hold": "90m"})
    report = run_job(job, store.runs, asked)
    assert isinstance(report, JobReport)
    assert report.target == "2024-05-04"
    kept = store.runs.last("evaluate-consistency", now=due)
    assert kept is not None
    assert kept.options == {"hold": "90m"}


@pytest.mark.parametrize(
    ("hold", "error"),
    [
        (-SECOND, InvalidValueError),
        (timedelta(milliseconds=1500), InvalidValueError),
        (367 * DAY, InvalidValueError),
        ("six hours", InvalidValueError),
        (6, InvalidTypeError),
        (None, InvalidTypeError),
    ],
)
def test_what_can_not_be_a_hold_is_refused(hold: Any, error: type[InvalidValueError]) -> None:
    store = MemoryStore()
    with pytest.raises(error) as daily:
        evaluate_consistency(store.engagements, hold=hold)
    with pytest.raises(error) as weekly:
        update_multipliers(store.reputations, hold=hold)
    for caught in (daily, weekly):
        assert (caught.value.field, caught.value.value) == ("options.hold", hold)


def test_a_catalogue_of_other_options_names_what_is_not_there() -> None:
    with pytest.raises(InvalidValueError, match=r"options\.hold is not an option of check-badges"):
        all_jobs(MemoryStore(), options={"check-badges": {"hold": "6h"}})
    with pytest.raises(InvalidValueError, match="job is not in the catalogue, got 'tidy'"):
        all_jobs(MemoryStore(), options={"tidy": {}})


@pytest.mark.parametrize("day_start", [time(4, tzinfo=UTC), "04:00", 4, None])
def test_a_store_in_memory_refuses_what_is_not_a_day_start(day_start: Any) -> None:
    with pytest.raises(InvalidTypeError, match="day_start must be a time of day without a zone"):
        MemoryStore(day_start=day_start)
    with pytest.raises(InvalidValueError, match="day_start must be in whole seconds"):
        MemoryStore(day_start=time(4, 0, 0, 1))
