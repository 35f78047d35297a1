"""Jobs under Celery: a task for each, and an entry for each in beat's schedule.

What Celery can't do itself comes from mainstay. A job's own schedule tells beat when it is due, in
its own zone, and :func:`mainstay.jobs.run_job` lets no more run at once than may. Any number of
workers and a second beat by mistake do no harm.

Limits are Celery's, which its prefork pool enforces; under other pools a job still stops at its
limit, between two pages. A run that the hard limit kills is not retried: its lease ends by itself,
and the next run goes on from where it was. Tasks are acknowledged late, so with a broker that
delivers again what was not acknowledged in time (Redis, SQS) let ``visibility_timeout`` be longer
than any run and any delay of a retry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from mainstay import checks
from mainstay.adapters.installing import ANOTHER_NAME, distinct, wait_before_retry
from mainstay.codec import to_plain
from mainstay.errors import InvalidValueError
from mainstay.extras import Extra
from mainstay.jobs import run_job
from mainstay.ports import RunLog
from mainstay.report import JobContext
from mainstay.schedule import JobSpec, Schedule

with Extra("celery", "celery"):
    from celery import Celery, Task
    from celery.schedules import BaseSchedule, schedstate
    from celery.utils import uuid

__all__ = ["install"]


def install(app: Celery, jobs: Iterable[JobSpec], *, log: RunLog) -> None:
    """Register a task ``mainstay.<name>`` for each job, and tell beat when it is due.

    A task returns its report as :func:`mainstay.codec.to_plain` writes it, or ``None`` if the job
    was running already. One that is sent by hand goes to the queue that it is sent to, and takes
    a ``target``::

        app.send_task("mainstay.evaluate-consistency", kwargs={"target": "2024-05-01"})

    Args:
        app: The app, with its settings: what is configured afterwards replaces the schedule.
        jobs: The jobs.
        log: Where runs and leases are kept.

    Raises:
        InvalidValueError: A name is taken, a queue is unknown, or a limit contradicts the app's.
    """
    found = distinct(jobs)
    for job in found:
        _check_name(app, job)
        _check_queue(app, job)
        _check_limits(app, job)
    for job in found:
        _register(app, job, log)
    entries = {job.name: _entry(job) for job in found}
    app.conf.beat_schedule = {**app.conf.beat_schedule, **entries}


def _task_name(job: JobSpec) -> str:
    return f"mainstay.{job.name}"


def _check_name(app: Celery, job: JobSpec) -> None:
    for place, name, taken in (
        ("tasks", _task_name(job), app.tasks),
        ("beat_schedule", job.name, app.conf.beat_schedule),
    ):
        if name in taken:
            raise InvalidValueError(
                f"must have names that are new to the app's {place}",
                field="jobs",
                value=name,
                remedy=ANOTHER_NAME,
            )


def _check_queue(app: Celery, job: JobSpec) -> None:
    if job.queue is None or app.conf.task_create_missing_queues:
        return
    if job.queue not in app.amqp.queues:
        raise InvalidValueError(
            f"of {job.name} must be one of the app's",
            field="queue",
            value=job.queue,
            remedy="Add it to task_queues, or set task_create_missing_queues.",
        )


def _check_limits(app: Celery, job: JobSpec) -> None:
    """Refuse what Celery would refuse each time that the task is sent."""
    soft = _seconds(job.soft_time_limit, app.conf.task_soft_time_limit) or 0
    hard = _seconds(job.time_limit, app.conf.task_time_limit) or 0
    if 0 < hard < soft:
        raise InvalidValueError(
            f"of {job.name}, in seconds, must not be above its time_limit, {hard:g}",
            field="soft_time_limit",
            value=soft,
            remedy="Give the job both limits, so that none is the app's default.",
        )


def _seconds(limit: timedelta | None, default: float | None = None) -> float | None:
    return default if limit is None else limit.total_seconds()


def _register(app: Celery, job: JobSpec, log: RunLog) -> None:
    def run(task: Task, target: str | None = None) -> dict[str, object] | None:
        return _run(task, job, log, target)

    app.task(
        name=_task_name(job),
        bind=True,
        shared=False,
        acks_late=True,
        max_retries=job.retry.retries,
        time_limit=_seconds(job.time_limit),
        soft_time_limit=_seconds(job.soft_time_limit),
    )(run)


def _run(task: Task, job: JobSpec, log: RunLog, target: str | None) -> dict[str, object] | None:
    request = task.request
    context = JobContext(
        target=None if target is None else _date(target),
        task_id=uuid() if request.id is None else request.id,
    )
    try:
        report = run_job(job, log, context)
    except Exception as error:
        wait = wait_before_retry(job, error, request.retries)
        if wait is None:
            raise
        raise task.retry(exc=error, countdown=wait.total_seconds()) from error
    return None if report is None else to_plain(report)


def _date(target: str) -> date:
    try:
        return date.fromisoformat(checks.text("target", target))
    except ValueError as error:
        raise InvalidValueError(
            "must be a date such as '2024-05-01'", field="target", value=target
        ) from error


def _entry(job: JobSpec) -> dict[str, object]:
    return {
        "task": _task_name(job),
        "schedule": _JobSchedule(job.schedule),
        "options": {} if job.queue is None else {"queue": job.queue},
    }


class _JobSchedule(BaseSchedule):
    """A job's own schedule, as beat asks for it.

    After beat has been down, a job is due once, however many times it has missed.
    """

    def __init__(
        self,
        schedule: Schedule,
        nowfun: Callable[[], datetime] | None = None,
        app: Celery | None = None,
    ) -> None:
        super().__init__(nowfun=nowfun, app=app)
        self.schedule = schedule

    def remaining_estimate(self, last_run_at: datetime) -> timedelta:
        """Return how long it is until the job is due again; 0 or less if it is."""
        due = self.schedule.next_after(self.maybe_make_aware(last_run_at))
        return due - self.maybe_make_aware(self.now())

    def is_due(self, last_run_at: datetime) -> schedstate:
        """Return whether the job is due, and in how many seconds to ask again."""
        remaining = self.remaining_estimate(last_run_at)
        if remaining > timedelta(0):
            return schedstate(is_due=False, next=remaining.total_seconds())
        return schedstate(is_due=True, next=self.remaining_estimate(self.now()).total_seconds())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _JobSchedule):
            return NotImplemented
        return self.schedule == other.schedule

    def __hash__(self) -> int:
        return hash(self.schedule)

    def __repr__(self) -> str:
        return f"<{self.schedule!r}>"

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.schedule, self.nowfun)
