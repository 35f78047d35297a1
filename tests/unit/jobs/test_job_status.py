"""Whether jobs run as they should: a table of last runs and times of day."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import attrs
import pytest

from mainstay import InvalidTypeError, InvalidValueError, NaiveDatetimeError
from mainstay.jobs import JobStatus, job_status
from mainstay.scheduling import (
    Daily,
    Every,
    ItemError,
    JobContext,
    JobReport,
    JobRun,
    JobSpec,
    Schedule,
)

MIDNIGHT = datetime(2024, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAILY = Daily(time(0))


def never_called(_: JobContext) -> JobReport:
    raise AssertionError


def spec(schedule: Schedule = DAILY) -> JobSpec:
    return JobSpec(name="tidy", schedule=schedule, run=never_called)


def begun(after: timedelta = timedelta(0)) -> JobRun:
    return JobRun(job="tidy", task_id="1", started_at=MIDNIGHT + after)


def ended(*, succeeded: int = 0, skipped: int = 0, failed: int = 0) -> JobRun:
    at = MIDNIGHT + timedelta(minutes=5)
    report = JobReport(
        job="tidy",
        task_id="1",
        succeeded=succeeded,
        skipped=skipped,
        failed=failed,
        errors=(ItemError("ada", "is no date"),) * failed,
        started_at=MIDNIGHT,
        finished_at=at,
    )
    return JobRun(job="tidy", task_id="1", started_at=MIDNIGHT, finished_at=at, report=report)


RAISED = JobRun(
    job="tidy", task_id="1", started_at=MIDNIGHT, finished_at=MIDNIGHT, error="is locked"
)


@pytest.mark.parametrize("now", [MIDNIGHT, MIDNIGHT + timedelta(days=999)])
def test_a_job_without_a_run_has_never_run(now: datetime) -> None:
    assert job_status(spec(), None, now=now) is JobStatus.NEVER


@pytest.mark.parametrize(
    ("last", "status"),
    [
        (ended(), JobStatus.OK),  # there was nothing to do
        (ended(succeeded=7), JobStatus.OK),
        (ended(skipped=7), JobStatus.OK),
        (ended(succeeded=1, failed=99), JobStatus.OK),
        (ended(skipped=1, failed=99), JobStatus.OK),
        (ended(failed=1), JobStatus.FAILING),
        (RAISED, JobStatus.FAILING),
        (begun(), JobStatus.OK),
    ],
)
def test_a_job_is_as_its_last_run_was(last: JobRun, status: JobStatus) -> None:
    """While it is not due again: from just after the run until the grace after the next day."""
    assert job_status(spec(), last, now=MIDNIGHT + HOUR) is status


@pytest.mark.parametrize("last", [ended(succeeded=7), ended(failed=1), RAISED, begun()])
def test_a_job_that_has_not_begun_again_in_time_is_late_however_it_ended(last: JobRun) -> None:
    due = MIDNIGHT + timedelta(days=1)
    assert job_status(spec(), last, now=due + HOUR) is not JobStatus.LATE
    assert job_status(spec(), last, now=due + HOUR + timedelta(seconds=1)) is JobStatus.LATE


@pytest.mark.parametrize(
    ("interval", "grace"),
    [
        (timedelta(seconds=30), timedelta(minutes=5)),
        (timedelta(minutes=2), timedelta(minutes=5)),
        (timedelta(minutes=15), timedelta(minutes=30)),
        (timedelta(minutes=30), timedelta(hours=1)),
        (timedelta(hours=12), timedelta(hours=1)),
    ],
)
def test_a_run_may_begin_two_intervals_late_at_least_five_minutes_and_at_most_an_hour(
    interval: timedelta, grace: timedelta
) -> None:
    often = spec(Every(interval))
    due, last = MIDNIGHT + interval, ended(succeeded=7)
    assert job_status(often, last, now=due + grace) is JobStatus.OK
    assert job_status(often, last, now=due + grace + timedelta(seconds=1)) is JobStatus.LATE


@pytest.mark.parametrize(
    ("schedule", "early"),
    [
        (DAILY, timedelta(minutes=1)),
        (Every(timedelta(minutes=15)), timedelta(minutes=1)),
        (Every(timedelta(seconds=30)), timedelta(seconds=15)),
    ],
)
def test_a_run_that_begins_a_little_early_is_that_instants(
    schedule: Schedule, early: timedelta
) -> None:
    """Half the interval at most, and a minute: a cron whose clock is ahead, for instance."""
    following = schedule.next_after(MIDNIGHT)
    job = spec(schedule)
    now = following + HOUR - timedelta(seconds=1)
    just = begun(-early)
    assert job_status(job, just, now=following, grace=timedelta(0)) is not JobStatus.LATE
    too_early = begun(-early - timedelta(microseconds=1))
    assert job_status(job, too_early, now=following, grace=timedelta(0)) is JobStatus.LATE
    assert job_status(job, just, now=now, grace=HOUR) is not JobStatus.LATE


def test_a_run_that_began_late_counts_for_the_instant_at_which_it_was_due() -> None:
    """Redelivered at 05:00 of the day after, it is still that of the first: a day is missing."""
    at = MIDNIGHT + timedelta(hours=29)
    late = JobRun(job="tidy", task_id="1", due=MIDNIGHT, started_at=at, finished_at=at, error="x")
    assert job_status(spec(), late, now=at) is JobStatus.LATE


def test_a_run_that_has_not_ended_in_an_hour_takes_too_long() -> None:
    assert job_status(spec(), begun(), now=MIDNIGHT + HOUR) is JobStatus.OK
    after = MIDNIGHT + HOUR + timedelta(seconds=1)
    assert job_status(spec(), begun(), now=after) is JobStatus.TOO_LONG


@pytest.mark.parametrize(
    ("hard", "soft"),
    [(timedelta(minutes=10), timedelta(minutes=9)), (None, timedelta(minutes=10))],
)
@pytest.mark.parametrize("leased", [False, True])
def test_a_run_beyond_its_limit_takes_too_long_whether_it_holds_a_lease_or_not(
    hard: timedelta | None, soft: timedelta, leased: bool
) -> None:
    limited, limit = (
        attrs.evolve(spec(), time_limit=hard, soft_time_limit=soft),
        MIDNIGHT + timedelta(minutes=10),
    )
    assert job_status(limited, begun(), now=limit, leased=leased) is JobStatus.OK
    after = limit + timedelta(seconds=1)
    assert job_status(limited, begun(), now=after, leased=leased) is JobStatus.TOO_LONG


def test_a_run_that_holds_a_lease_and_has_no_limit_is_ok() -> None:
    """However long it takes, and whatever has been due since."""
    for days in (0, 1, 9):
        now = MIDNIGHT + timedelta(days=days, hours=2)
        assert job_status(spec(), begun(), now=now, leased=True) is JobStatus.OK
    assert job_status(spec(), RAISED, now=MIDNIGHT, leased=True) is JobStatus.FAILING


def test_a_run_by_hand_counts_as_the_last() -> None:
    """Begun at 23:30, it is due again at 00:00."""
    by_hand = begun(timedelta(hours=23, minutes=30))
    assert job_status(spec(), by_hand, now=MIDNIGHT + timedelta(hours=24.5)) is JobStatus.OK
    late = MIDNIGHT + timedelta(hours=25, seconds=1)
    assert job_status(spec(), by_hand, now=late) is JobStatus.LATE


@pytest.mark.parametrize(
    ("grace", "passed", "status"),
    [
        (timedelta(minutes=1), timedelta(minutes=6), JobStatus.OK),
        (timedelta(minutes=1), timedelta(minutes=6, seconds=1), JobStatus.LATE),
        (timedelta(0), timedelta(minutes=5), JobStatus.OK),
        (timedelta(0), timedelta(minutes=5, seconds=1), JobStatus.LATE),
        (timedelta.max, timedelta(days=999), JobStatus.OK),
    ],
)
def test_the_grace_may_be_the_callers(
    grace: timedelta, passed: timedelta, status: JobStatus
) -> None:
    every = spec(Every(timedelta(minutes=5)))
    last = ended(succeeded=7)
    assert job_status(every, last, now=MIDNIGHT + passed, grace=grace) is status


def test_the_clock_is_that_of_the_schedule() -> None:
    """Berlin's 2024-03-31 had 23 hours: due at 22:00Z, an hour before the day before's 23:00Z."""
    berlin = spec(Daily(time(0), "Europe/Berlin"))
    last = JobRun(job="tidy", task_id="1", started_at=datetime(2024, 3, 30, 23, tzinfo=UTC))
    at = datetime(2024, 3, 31, 22, tzinfo=UTC)
    assert job_status(berlin, last, now=at + HOUR) is JobStatus.TOO_LONG
    assert job_status(berlin, last, now=at + HOUR + timedelta(seconds=1)) is JobStatus.LATE


def test_a_clock_that_was_put_back_makes_nothing_late() -> None:
    assert job_status(spec(), ended(succeeded=7), now=MIDNIGHT - HOUR) is JobStatus.OK


def test_what_is_no_instant_or_no_duration_is_refused() -> None:
    with pytest.raises(NaiveDatetimeError, match="now has no UTC offset"):
        job_status(spec(), None, now=datetime(2024, 5, 1))  # noqa: DTZ001
    with pytest.raises(InvalidTypeError, match="grace must be of type timedelta, got 3600"):
        job_status(spec(), None, now=MIDNIGHT, grace=3600)  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidValueError, match="grace must not be negative"):
        job_status(spec(), None, now=MIDNIGHT, grace=-HOUR)
