"""Whether jobs run as they should."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError
from mainstay.scheduling import JobRun, JobSpec, head_start, interval_after

__all__ = ["JobStatus", "job_status"]

_LONGEST = timedelta(hours=1)
_LEAST_GRACE, _MOST_GRACE = timedelta(minutes=5), timedelta(hours=1)
_INTERVALS = 2


class JobStatus(StrEnum):
    """How a job is doing.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.scheduling import Every
        >>> noon, hourly = datetime(2024, 5, 1, 12, tzinfo=UTC), Every(timedelta(hours=1))
        >>> spec = JobSpec(name="tidy", schedule=hourly, run=lambda context: None)
        >>> job_status(spec, None, now=noon) is JobStatus.NEVER
        True
        >>> failed = JobRun(
        ...     job="tidy", task_id="1", started_at=noon, finished_at=noon, error="disk full"
        ... )
        >>> print(f"{spec.name} is {job_status(spec, failed, now=noon)}")
        tidy is failing
    """

    #: It has not run yet.
    NEVER = "never"
    #: It should have begun again since, and some time ago.
    LATE = "late"
    #: Its last run has not ended in its time.
    TOO_LONG = "too long"
    #: Its last run raised an error, or could do none of its items.
    FAILING = "failing"
    #: Its last run did what there was to do, or is still running.
    OK = "ok"


def job_status(
    spec: JobSpec,
    last: JobRun | None,
    *,
    now: datetime,
    leased: bool = False,
    grace: timedelta | None = None,
) -> JobStatus:
    """Return how a job is doing, from its last run.

    A run that holds a lease is ok, unless the job has a limit and it has passed. Otherwise the
    first that fits: *late* if the instant after the last run's ``due`` is longer ago than the
    grace; *too long* if the last run has not ended within the job's limit, or within an hour;
    *failing* if it raised an error or all of its items failed; else *ok*. A run that was due a
    little before an instant of the schedule (half the interval, at most a minute) is that one's.

    Args:
        spec: The job.
        last: Its last run, if there was one.
        now: What time it is.
        leased: Whether that run holds a lease: its attempt is among ``log.leases``.
        grace: How late a run may begin: by default twice the interval, at least five minutes and
            at most an hour.

    Raises:
        InvalidValueError: ``grace`` is negative.

    Examples:
        >>> from datetime import UTC, time
        >>> from mainstay.scheduling import Daily
        >>> spec = JobSpec(name="tidy", schedule=Daily(time(0)), run=lambda context: None)
        >>> run = JobRun(job="tidy", task_id="1", started_at=datetime(2024, 5, 1, tzinfo=UTC))
        >>> [job_status(spec, run, now=datetime(2024, 5, day, hour, 30, tzinfo=UTC)).value
        ...  for day, hour in [(1, 0), (1, 1), (2, 0), (2, 1)]]
        ['ok', 'too long', 'too long', 'late']
    """
    at, longest = checks.instant("now", now), spec.time_limit or spec.soft_time_limit
    allowed = None if grace is None else _not_negative(grace)
    if last is None:
        return JobStatus.NEVER
    running, took = last.finished_at is None, at - last.started_at
    if running and leased:
        return JobStatus.OK if longest is None or took <= longest else JobStatus.TOO_LONG
    if _is_late(spec, last.due, at, allowed):
        return JobStatus.LATE
    if running and took > (longest or _LONGEST):
        return JobStatus.TOO_LONG
    return JobStatus.FAILING if _has_failed(last) else JobStatus.OK


def _not_negative(grace: timedelta) -> timedelta:
    if checks.instance("grace", grace, timedelta) < timedelta(0):
        raise InvalidValueError("must not be negative", field="grace", value=grace)
    return grace


def _is_late(spec: JobSpec, due: datetime, now: datetime, grace: timedelta | None) -> bool:
    expected = spec.schedule.next_after(due + head_start(spec.schedule, due))
    if grace is None:
        two = _INTERVALS * interval_after(spec.schedule, expected)
        grace = min(max(two, _LEAST_GRACE), _MOST_GRACE)
    return now - expected > grace


def _has_failed(run: JobRun) -> bool:
    if run.report is None:
        return run.error is not None
    return run.report.failed > 0 and run.report.failed == run.report.processed
