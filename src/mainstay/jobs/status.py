"""Whether jobs run as they should."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from mainstay import checks
from mainstay.report import JobRun
from mainstay.schedule import JobSpec

__all__ = ["JobStatus", "job_status"]

GRACE = timedelta(hours=1)


class JobStatus(StrEnum):
    """How a job is doing."""

    #: It has not run yet.
    NEVER = "never"
    #: It should have begun again since, and some time ago.
    LATE = "late"
    #: Its last run raised an error, did not end in time, or could do none of its items.
    FAILING = "failing"
    #: Its last run did what there was to do, or is still at it.
    OK = "ok"


def job_status(
    spec: JobSpec, last: JobRun | None, *, now: datetime, grace: timedelta = GRACE
) -> JobStatus:
    """Return how a job is doing, from its last run. Being late comes before failing.

    Args:
        spec: The job.
        last: Its last run, if there was one.
        now: What time it is.
        grace: How late it may begin, and how long it may take.

    Examples:
        >>> from datetime import UTC, time
        >>> from mainstay.schedule import Daily
        >>> spec = JobSpec(name="tidy", schedule=Daily(time(0)), run=lambda context: None)
        >>> run = JobRun(job="tidy", task_id="1", started_at=datetime(2024, 5, 1, tzinfo=UTC))
        >>> [job_status(spec, run, now=datetime(2024, 5, day, hour, 30, tzinfo=UTC)).value
        ...  for day, hour in [(1, 0), (1, 1), (2, 0), (2, 1)]]
        ['ok', 'failing', 'failing', 'late']
    """
    at = checks.instant("now", now)
    checks.instance("grace", grace, timedelta)
    if last is None:
        return JobStatus.NEVER
    if at - spec.schedule.next_after(last.started_at) > grace:
        return JobStatus.LATE
    overdue = at - last.started_at > grace
    return JobStatus.FAILING if _failed(last, overdue=overdue) else JobStatus.OK


def _failed(run: JobRun, *, overdue: bool) -> bool:
    if run.report is not None:
        return run.report.failed > 0 and run.report.failed == run.report.processed
    return run.error is not None or overdue
