"""What all schedulers have to know of the jobs that they are to run."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError
from mainstay.jobs._tally import LOGGER
from mainstay.ports import RunLog
from mainstay.scheduling import InstalledJob, JobSpec

__all__ = ["ANOTHER_NAME", "distinct", "keep_installed", "wait_before_retry"]

ANOTHER_NAME = "Install each job once, or rename one: attrs.evolve(job, name='another')."


def distinct(jobs: Iterable[JobSpec]) -> tuple[JobSpec, ...]:
    """Return jobs whose names differ, since schedulers tell them apart by those.

    Raises:
        InvalidValueError: Two have the same name, or something is not a job.
    """
    found: dict[str, JobSpec] = {}
    for job in checks.iterable("jobs", jobs):
        name = checks.instance("jobs", job, JobSpec).name
        if name in found:
            raise InvalidValueError(
                "must have names that differ", field="jobs", value=name, remedy=ANOTHER_NAME
            )
        found[name] = job
    return tuple(found.values())


def keep_installed(job: JobSpec, log: RunLog) -> None:
    """Keep in the log how a scheduler has a job, for those who ask whether it is late; say so."""
    LOGGER.info("%s: installed, %r", job.name, job.schedule, extra={"job": job.name})
    installed = InstalledJob.of(job)
    if installed is not None:
        log.install(installed)
        return
    LOGGER.warning(
        "%s: mainstay status can't know when it is due: %r is not Every, Daily or Weekly",
        *(job.name, job.schedule),
        extra={"job": job.name},
    )


def wait_before_retry(job: JobSpec, error: Exception, retries: int) -> timedelta | None:
    """Return how long to wait until a job that raised is run again; ``None`` for never.

    A bad value, such as a target that lies in the future, is as bad the next time.

    Args:
        job: The job.
        error: What it raised.
        retries: How many times it has been run again already.
    """
    waits = job.retry.delays()[retries:]
    return waits[0] if waits and not isinstance(error, InvalidValueError) else None
