"""Running a job as schedulers should: one at a time, within its time, and remembered."""

from __future__ import annotations

from datetime import datetime, timedelta
from traceback import clear_frames
from typing import Literal, overload
from uuid import uuid4

import attrs

from mainstay import _checks as checks
from mainstay.jobs._tally import LOGGER
from mainstay.ports import RunLog
from mainstay.scheduling import JobContext, JobReport, JobRun, JobSpec, interval_after

__all__ = ["NotBegun", "run_job"]

#: How long a lease lasts that is not prolonged, at most; a job prolongs it with each page.
LEASE = timedelta(minutes=15)
#: And for a job that is due often, at most so many times its interval.
_INTERVALS = 2


@attrs.frozen
class NotBegun:
    """Why a job was not run.

    Attributes:
        reason: In a few words.
        again_at: When to ask again, since a lease may be free by then; ``None`` for never.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.jobs import update_multipliers
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> job = update_multipliers(store.reputations)
        >>> context = JobContext(clock=lambda: datetime(2024, 5, 6, tzinfo=UTC))
        >>> run_job(job, store.runs, context).target
        '2024-W18'
        >>> run_job(job, store.runs, context).reason
        'what was due at 2024-05-06T00:00:00+00:00 is done'
    """

    reason: str
    again_at: datetime | None = None


@overload
def run_job(
    spec: JobSpec, log: RunLog, context: JobContext | None = None, *, exclusive: Literal[False]
) -> JobReport: ...
@overload
def run_job(
    spec: JobSpec, log: RunLog, context: JobContext | None = None, *, exclusive: bool = True
) -> JobReport | NotBegun: ...
def run_job(
    spec: JobSpec, log: RunLog, context: JobContext | None = None, *, exclusive: bool = True
) -> JobReport | NotBegun:
    """Run a job and keep in the log that it ran; or say why it was not begun.

    While it runs it holds a lease, which it prolongs whenever it reports progress, so that a
    second scheduler lets it be. A lease lasts for twice the job's interval, at most 15 minutes.
    It only saves work: two runs at once leave what one leaves. The first of the job's time limits
    becomes the context's deadline.

    It is not begun if as many run already as are allowed; ask again when a lease ends. It is not
    begun either if a run that was due then, or later, is done; or if as many attempts as it has
    retries, and one more, were killed: then it is left to the next.

    Args:
        spec: The job.
        log: Where runs and leases are kept.
        context: Its target, clock and so on.
        exclusive: Whether to take a lease, and to ask whether there is anything left to do.

    Raises:
        InvalidValueError: The run is asked what the job does not take: a target, or an option.
            Nothing is kept of that.
        TimeLimitError: The job took too long.
        StoreError: The log can't be written.
        Exception: Whatever the job raises. It is kept in the log, and raised on.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.jobs import update_multipliers
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, monday = MemoryStore(), datetime(2024, 5, 6, tzinfo=UTC)
        >>> job = update_multipliers(store.reputations)
        >>> report = run_job(job, store.runs, JobContext(clock=lambda: monday))
        >>> report.target, report.result["period"]["end_date"]
        ('2024-W18', '2024-05-05')
        >>> store.runs.last(job.name, now=monday).report == report
        True
    """
    checks.instance("spec", spec, JobSpec)
    context = _with_deadline(spec, JobContext() if context is None else context)
    spec.checked(context)
    attempt = uuid4().hex
    if not exclusive:
        return _logged(spec, log, context, attempt)
    lease = _Lease(spec, log, context, attempt)
    if (refusal := _settled(spec, log, context) or lease.refusal()) is not None:
        _say_not_begun(spec, context, refusal)
        return refusal
    try:
        return _logged(spec, log, attrs.evolve(context, progress=lease.progress), attempt)
    finally:
        lease.give_back()


def _settled(spec: JobSpec, log: RunLog, context: JobContext) -> NotBegun | None:
    """Return why there is nothing left to do, if there isn't."""
    due, now = context.due, context.now()
    done = log.last_done(spec.name, now=now)
    if context.target is None and done is not None and done.due >= due:
        return NotBegun(f"what was due at {due.isoformat()} is done")
    alive = log.leases(spec.name, now=now)
    killed = sum(run.due == due and run.attempt not in alive for run in log.unended(spec.name))
    if killed > spec.retry.retries:
        return NotBegun(
            f"{killed} attempts at what was due at {due.isoformat()} were killed; "
            "it is left to the next"
        )
    return None


def _say_not_begun(spec: JobSpec, context: JobContext, refusal: NotBegun) -> None:
    labels = {"job": spec.name, "task_id": context.task_id}
    LOGGER.warning("%s: not begun, %s", spec.name, refusal.reason, extra=labels)


@attrs.frozen
class _Lease:
    """The right to run, prolonged with each page. It is an attempt's, not a task's."""

    spec: JobSpec
    log: RunLog
    context: JobContext
    attempt: str

    def take(self) -> bool:
        now = self.context.now()
        return self.log.acquire(
            self.spec.name,
            self.attempt,
            now=now,
            until=now + min(LEASE, _INTERVALS * interval_after(self.spec.schedule, now)),
            instances=self.spec.max_instances,
        )

    def refusal(self) -> NotBegun | None:
        """Take it; or return when it may be free."""
        if self.take():
            return None
        now = self.context.now()
        ends = self.log.leases(self.spec.name, now=now).values()
        return NotBegun("it is running already", min(ends, default=now))

    def progress(self, done: int, total: int) -> None:
        self.take()
        self.context.progress(done, total)

    def give_back(self) -> None:
        try:
            self.log.release(self.spec.name, self.attempt)
        except Exception:  # noqa: BLE001  (the run is over; the lease ends by itself)
            self._complain("its lease could not be given back")

    def _complain(self, words: str) -> None:
        labels = {"job": self.spec.name, "task_id": self.context.task_id}
        LOGGER.warning("%s: %s", self.spec.name, words, exc_info=True, extra=labels)


def _with_deadline(spec: JobSpec, context: JobContext) -> JobContext:
    limits = [limit for limit in (spec.soft_time_limit, spec.time_limit) if limit is not None]
    if context.deadline is not None or not limits:
        return context
    return attrs.evolve(context, deadline=context.now() + min(limits))


def _logged(spec: JobSpec, log: RunLog, context: JobContext, attempt: str) -> JobReport:
    run = JobRun(
        job=spec.name,
        task_id=context.task_id,
        attempt=attempt,
        due=context.due,
        target=None if context.target is None else str(context.target),
        options=context.options,
        started_at=context.now(),
    )
    log.put(run)
    try:
        report = checks.instance("what run returns", spec.run(context), JobReport)
    except BaseException as error:
        _keep_error(run, log, context, error)
        raise
    log.put(attrs.evolve(run, finished_at=_end(run, context), report=report))
    return report


def _keep_error(run: JobRun, log: RunLog, context: JobContext, error: BaseException) -> None:
    """Keep how a run has failed; if that fails too, the first failure is the one to raise."""
    words, labels = str(error) or type(error).__name__, {"job": run.job, "task_id": run.task_id}
    LOGGER.exception("%s failed: %s", run.job, words, extra=labels)
    # An interrupt between two steps of a transaction leaves it open in some frame, and the log
    # behind its lock.
    clear_frames(error.__traceback__)
    try:
        log.put(attrs.evolve(run, finished_at=_end(run, context), error=words))
    except Exception:  # noqa: BLE001  (see above)
        LOGGER.exception("%s: that it failed could not be kept", run.job, extra=labels)


def _end(run: JobRun, context: JobContext) -> datetime:
    return max(run.started_at, context.now())  # clocks are put back
