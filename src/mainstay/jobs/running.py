"""Running a job as schedulers should: one at a time, within its time, and remembered."""

from __future__ import annotations

from datetime import timedelta
from traceback import clear_frames
from typing import Literal, overload

import attrs

from mainstay import checks
from mainstay.jobs.pages import LOGGER
from mainstay.ports import RunLog
from mainstay.report import JobContext, JobReport, JobRun
from mainstay.schedule import JobSpec

__all__ = ["run_job"]

#: How long a lease lasts that is not prolonged; a job prolongs it with each page.
LEASE = timedelta(minutes=15)


@overload
def run_job(
    spec: JobSpec, log: RunLog, context: JobContext | None = None, *, exclusive: Literal[False]
) -> JobReport: ...
@overload
def run_job(
    spec: JobSpec, log: RunLog, context: JobContext | None = None, *, exclusive: bool = True
) -> JobReport | None: ...
def run_job(
    spec: JobSpec, log: RunLog, context: JobContext | None = None, *, exclusive: bool = True
) -> JobReport | None:
    """Run a job and keep in the log that it ran; ``None`` if as many run already as may.

    While it runs it holds a lease, which it prolongs whenever it reports progress, so that a
    second scheduler lets it be. The lease only saves work: two runs at once leave what one leaves.
    The first of the job's time limits becomes the context's deadline.

    Args:
        spec: The job.
        log: Where runs and leases are kept.
        context: Its target, clock and so on.
        exclusive: Whether to take a lease.

    Raises:
        TimeLimitError: The job took too long.
        StoreError: The log can't be written.
        Exception: Whatever the job raises. It is kept in the log, and raised on.
    """
    checks.instance("spec", spec, JobSpec)
    context = _with_deadline(spec, JobContext() if context is None else context)
    if not exclusive:
        return _logged(spec, log, context)
    lease = _Lease(spec, log, context)
    if not lease.take():
        LOGGER.warning(
            "%s: not begun, it is running already",
            spec.name,
            extra={"job": spec.name, "task_id": context.task_id},
        )
        return None
    try:
        return _logged(spec, log, attrs.evolve(context, progress=lease.progress))
    finally:
        log.release(spec.name, context.task_id)


@attrs.frozen
class _Lease:
    """The right to run, prolonged with each page."""

    spec: JobSpec
    log: RunLog
    context: JobContext

    def take(self) -> bool:
        now = self.context.now()
        return self.log.acquire(
            self.spec.name,
            self.context.task_id,
            now=now,
            until=now + LEASE,
            instances=self.spec.max_instances,
        )

    def progress(self, done: int, total: int) -> None:
        self.take()
        self.context.progress(done, total)


def _with_deadline(spec: JobSpec, context: JobContext) -> JobContext:
    limits = [limit for limit in (spec.soft_time_limit, spec.time_limit) if limit is not None]
    if context.deadline is not None or not limits:
        return context
    return attrs.evolve(context, deadline=context.now() + min(limits))


def _logged(spec: JobSpec, log: RunLog, context: JobContext) -> JobReport:
    run = JobRun(job=spec.name, task_id=context.task_id, started_at=context.now())
    log.put(run)
    try:
        report = checks.instance("what run returns", spec.run(context), JobReport)
    except BaseException as error:
        words = str(error) or type(error).__name__
        LOGGER.exception(
            "%s failed: %s", spec.name, words, extra={"job": spec.name, "task_id": run.task_id}
        )
        # An interrupt between two steps of a transaction leaves it open in some frame, and the log
        # behind its lock.
        clear_frames(error.__traceback__)
        log.put(attrs.evolve(run, finished_at=context.now(), error=words))
        raise
    log.put(attrs.evolve(run, finished_at=context.now(), report=report))
    return report
