"""Jobs under APScheduler 3, in a process of the host's own.

What APScheduler can't do itself comes from mainstay. It has no retries: a run that raised, or that
found another one running, adds a job ``<name> <due>`` for a single time. It can't stop a thread: a
job stops at its limit by itself, between two pages. Its jobs do not survive a restart, but what is
done is in the log: a job that fell due while the process was down, or was killed, runs once, when
the scheduler starts. And where several processes have a scheduler,
:func:`mainstay.jobs.run_job` lets only as many run at once as are allowed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from threading import Thread

import attrs

from mainstay._extras import Extra
from mainstay.adapters._installing import distinct, keep_installed, wait_before_retry
from mainstay.errors import InvalidValueError
from mainstay.jobs import run_job
from mainstay.jobs._tally import LOGGER
from mainstay.ports import RunLog
from mainstay.scheduling import JobContext, JobReport, JobSpec, Schedule, latest_due

with Extra("apscheduler", "apscheduler"):
    from apscheduler.executors.pool import ProcessPoolExecutor
    from apscheduler.jobstores.memory import MemoryJobStore
    from apscheduler.schedulers.base import BaseScheduler
    from apscheduler.triggers.base import BaseTrigger
    from apscheduler.triggers.date import DateTrigger

__all__ = ["install"]

_DEFAULT = "default"
#: Between two times at which a run asks for a lease.
_PAUSE = timedelta(seconds=1)


def install(
    scheduler: BaseScheduler,
    jobs: Iterable[JobSpec],
    *,
    log: RunLog,
    jobstore: str = _DEFAULT,
) -> None:
    """Add a job with the id ``<name>`` for each job, in place of one that has this id, and log it.

    Args:
        scheduler: The scheduler, running or not yet; with an executor for each queue that a job
            names. A pool of processes can't be one of them.
        jobs: The jobs.
        log: Where runs and leases are kept.
        jobstore: The scheduler's job store for them, one in memory.

    Raises:
        InvalidValueError: Two jobs have the same name, or the scheduler has no such executor or
            job store, or one that would have to pickle jobs.
        StoreError: The log can't be read.

    Examples:
        >>> from apscheduler.schedulers.background import BackgroundScheduler
        >>> from mainstay.jobs import evaluate_consistency
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, scheduler = MemoryStore(), BackgroundScheduler(timezone=UTC)
        >>> install(scheduler, [evaluate_consistency(store.engagements)], log=store.runs)
        >>> [(job.id, job.trigger) for job in scheduler.get_jobs()]
        [('evaluate-consistency', <Daily(time=datetime.time(0, 0), zone='UTC')>)]
    """
    found = distinct(jobs)
    _check_jobstore(scheduler, jobstore)
    for job in found:
        _check_executor(scheduler, job)
    for job in found:
        _Installed(scheduler, job, log, jobstore).begin()


def _check_jobstore(scheduler: BaseScheduler, alias: str) -> None:
    store = scheduler._jobstores.get(alias)  # noqa: SLF001  (there is no public way to ask)
    made_at_start = store is None and alias == _DEFAULT
    if not made_at_start and not isinstance(store, MemoryJobStore):
        raise InvalidValueError(
            "must be one of the scheduler's, in memory",
            field="jobstore",
            value=alias,
            remedy="Add it first: scheduler.add_jobstore('memory', alias). Runs are in the log.",
        )


def _check_executor(scheduler: BaseScheduler, job: JobSpec) -> None:
    alias = _executor(job)
    executor = scheduler._executors.get(alias)  # noqa: SLF001  (there is no public way to ask)
    made_at_start = executor is None and alias == _DEFAULT
    if not made_at_start and (executor is None or isinstance(executor, ProcessPoolExecutor)):
        raise InvalidValueError(
            f"of {job.name} must be one of the scheduler's executors, and not a pool of processes",
            field="queue",
            value=alias,
            remedy="Add it first: scheduler.add_executor('threadpool', alias).",
        )


def _executor(job: JobSpec) -> str:
    return _DEFAULT if job.queue is None else job.queue


@attrs.frozen
class _Installed:
    """A job with all that it takes to run it, and to run it again."""

    scheduler: BaseScheduler
    job: JobSpec
    log: RunLog
    jobstore: str

    def begin(self) -> None:
        keep_installed(self.job, self.log)
        now, schedule = datetime.now(UTC), self.job.schedule
        first = now if self.has_missed(now) else schedule.next_after(now)
        self.add(_JobTrigger(schedule), self.job.name, first, due=None, retries=0)

    def has_missed(self, now: datetime) -> bool:
        """Return whether something has been due since the last run that is done."""
        done = self.log.last_done(self.job.name, now=now)
        if done is None:
            return self.log.last(self.job.name, now=now) is not None
        return done.due < latest_due(self.job.schedule, now)

    def add(
        self, trigger: BaseTrigger, name: str, at: datetime, *, due: datetime | None, retries: int
    ) -> None:
        self.scheduler.add_job(
            self.run,
            trigger,
            kwargs={"due": due, "retries": retries},
            id=name,
            name=name,
            next_run_time=at,
            max_instances=self.job.max_instances,
            coalesce=True,
            misfire_grace_time=None,
            executor=_executor(self.job),
            jobstore=self.jobstore,
            replace_existing=True,
        )

    def run(self, *, due: datetime | None, retries: int) -> JobReport | None:
        """Run what was due at an instant, or at the latest so far."""
        if due is None:
            due = latest_due(self.job.schedule, datetime.now(UTC))
        try:
            outcome = run_job(self.job, self.log, JobContext(due=due, scheduled=True))
        except Exception as error:
            wait = wait_before_retry(self.job, error, retries)
            if wait is not None:
                self.run_again(datetime.now(UTC) + wait, due, retries + 1)
            raise
        if isinstance(outcome, JobReport):
            return outcome
        if outcome.again_at is not None:
            self.run_again(max(outcome.again_at, datetime.now(UTC) + _PAUSE), due, retries)
        return None

    def run_again(self, at: datetime, due: datetime, retries: int) -> None:
        # In a thread of its own: a scheduler that is shutting down holds the lock which this
        # takes, and waits for the job's own thread.
        Thread(target=self.add_again, args=(at, due, retries), daemon=True).start()

    def add_again(self, at: datetime, due: datetime, retries: int) -> None:
        name, trigger = f"{self.job.name} {due.isoformat()}", DateTrigger(at, timezone=UTC)
        try:
            self.add(trigger, name, at, due=due, retries=retries)
        except Exception:  # noqa: BLE001  (it would be lost in this thread)
            labels = {"job": self.job.name}
            LOGGER.exception("%s: could not be planned again", self.job.name, extra=labels)


class _JobTrigger(BaseTrigger):
    """A job's own schedule, as APScheduler asks for it: times missed count as one."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule

    def get_next_fire_time(  # pyright: ignore[reportIncompatibleMethodOverride]  # untyped base
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime:
        """Return the next time at which the job is due."""
        after = now if previous_fire_time is None else max(previous_fire_time, now)
        return self.schedule.next_after(after)

    def __repr__(self) -> str:
        return f"<{self.schedule!r}>"
