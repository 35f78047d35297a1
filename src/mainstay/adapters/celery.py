"""Jobs under Celery: a task for each, and an entry for each in beat's schedule.

What Celery can't do itself comes from mainstay: :func:`mainstay.jobs.run_job` lets only as many
run at once as are allowed, and a job's own schedule is right in its own zone where Celery's is not.
Any number of workers and a second beat by mistake do no harm.

A message carries the instant at which its task was due, in the header ``mainstay_due``: retries,
redeliveries and late starts keep it. What beat sends also carries ``mainstay_scheduled``. A task
whose worker was killed is delivered again, waits until the lease of the dead attempt ends, and goes
on from where that was; once as many attempts as it has retries, and one more, were killed, it is
left to the next. Tasks are acknowledged late, so with a broker that delivers again what was not
acknowledged in time (Redis, SQS) let ``visibility_timeout`` be longer than any run and any delay of
a retry.

Limits are Celery's, which its prefork pool enforces; under other pools a job still stops at its
limit, between two pages. A run that the hard limit kills is not retried: the next run goes on from
where it was.

Beat gets Celery's own ``crontab`` where the app's zone is the job's, and its ``schedule`` for what
is due more often than each minute (which then counts from beat's start, not from the full minute):
these work under any beat, such as that of django-celery-beat or RedBeat. All else gets a schedule
of ours, which only Celery's own beat can use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from mainstay import _checks as checks
from mainstay._extras import Extra
from mainstay.adapters._celery_schedules import beat_schedule
from mainstay.adapters._installing import ANOTHER_NAME, distinct, keep_installed, wait_before_retry
from mainstay.codec import to_plain
from mainstay.errors import InvalidValueError
from mainstay.jobs import run_job, shaped
from mainstay.ports import RunLog
from mainstay.scheduling import (
    JobContext,
    JobReport,
    JobSpec,
    Schedule,
    head_start,
    latest_due,
    read_target,
)

with Extra("celery", "celery"):
    from celery import Celery, Task
    from celery.exceptions import Ignore, Reject
    from celery.utils import uuid

__all__ = ["install"]

#: The header of a task's message with the instant at which it was due.
_DUE = "mainstay_due"
#: What stands there in beat's entries: the latest instant of the schedule, when the task is sent.
_BY_SCHEDULE = "schedule"
#: The header that beat's entries have, and so the tasks it sends, their retries and redeliveries.
_SCHEDULED = "mainstay_scheduled"
#: The seconds between two times at which a task asks for a lease.
_PAUSE = 1.0


def install(app: Celery, jobs: Iterable[JobSpec], *, log: RunLog) -> None:
    """Register a task ``mainstay.<name>`` for each job, tell beat when it is due, and log it.

    A task returns its report as :func:`mainstay.codec.to_plain` writes it, with what its job says
    in words of its own (:func:`mainstay.jobs.shaped`), or ``None`` if the job was running already.
    One that is sent by hand goes to the queue that it is sent to, and takes what its job does: a
    ``target``, ``options``, or both::

        kwargs = {"target": "2024-05-01", "options": {"page_size": 500}}
        app.send_task("mainstay.evaluate-consistency", kwargs=kwargs)

    Args:
        app: The app, with its settings: what is configured afterwards replaces the schedule.
        jobs: The jobs.
        log: Where runs and leases are kept.

    Raises:
        InvalidValueError: A name is taken, a queue is unknown, a limit contradicts the app's, or
            the app's ``beat_scheduler`` can't be told the schedule.

    Examples:
        >>> from mainstay.jobs import evaluate_consistency
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, app = MemoryStore(), Celery("app", broker="memory://", set_as_current=False)
        >>> install(app, [evaluate_consistency(store.engagements)], log=store.runs)
        >>> entry = app.conf.beat_schedule["evaluate-consistency"]
        >>> entry["task"], entry["schedule"]
        ('mainstay.evaluate-consistency', <crontab: 0 0 * * * (m/h/dM/MY/d)>)
    """
    found = distinct(jobs)
    for job in found:
        _check_name(app, job)
        _check_queue(app, job)
        _check_limits(app, job)
    entries = {job.name: _entry(app, job) for job in found}
    for job in found:
        keep_installed(job, log)
        _register(app, job, log)
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


class _JobTask(Task):
    """A task that says, in a header of its message, when it was due."""

    abstract = True
    #: The job's own.
    job_schedule: Schedule

    def apply_async(
        self, *args: Any, headers: Mapping[str, object] | None = None, **options: Any
    ) -> Any:
        """Send it, due now; or if beat does, at the latest instant of the job's schedule."""
        stamped = {_DUE: datetime.now(UTC).isoformat(), **(headers or {})}
        if stamped[_DUE] == _BY_SCHEDULE:
            stamped[_DUE] = latest_due(self.job_schedule, datetime.now(UTC)).isoformat()
        return Task.apply_async(self, *args, headers=stamped, **options)


def _register(app: Celery, job: JobSpec, log: RunLog) -> None:
    def run(
        task: Task, target: str | None = None, options: Mapping[str, object] | None = None
    ) -> dict[str, object] | None:
        return _run(task, job, log, target, {} if options is None else options)

    app.task(
        name=_task_name(job),
        base=_JobTask,
        bind=True,
        shared=False,
        acks_late=True,
        reject_on_worker_lost=True,
        max_retries=job.retry.retries,
        time_limit=_seconds(job.time_limit),
        soft_time_limit=_seconds(job.soft_time_limit),
        job_schedule=job.schedule,
    )(run)


def _run(
    task: Task, job: JobSpec, log: RunLog, target: str | None, options: Mapping[str, object]
) -> dict[str, object] | None:
    request = task.request
    context = JobContext(
        target=None if target is None else read_target(target),
        options=options,
        task_id=uuid() if request.id is None else request.id,
        due=_due(task, job, log),
        scheduled=(task.request.headers or {}).get(_SCHEDULED) is True,
    )
    try:
        outcome = run_job(job, log, context)
    except Exception as error:
        wait = wait_before_retry(job, error, request.retries)
        if wait is None:
            raise
        raise task.retry(
            exc=error, countdown=wait.total_seconds(), headers=_headers(task, context.due)
        ) from error
    if isinstance(outcome, JobReport):
        return to_plain(outcome) | dict(shaped(outcome))
    if outcome.again_at is not None:
        _ask_again(task, outcome.again_at, context.due)
    return None


def _due(task: Task, job: JobSpec, log: RunLog) -> datetime:
    """Return when a task was due: by its message, by its first attempt, or now."""
    said, now = (task.request.headers or {}).get(_DUE), datetime.now(UTC)
    if said == _BY_SCHEDULE:  # sent by a beat that does not have the task itself
        return latest_due(job.schedule, now + head_start(job.schedule, now))
    if said is not None:
        return _instant(said)
    dues = [run.due for run in log.unended(job.name) if run.task_id == task.request.id]
    return dues[0] if dues else now


def _instant(said: object) -> datetime:
    try:
        return datetime.fromisoformat(checks.text(_DUE, said))
    except ValueError as error:
        raise InvalidValueError(
            "must be an instant such as '2024-05-01T00:00:00+00:00'", field=_DUE, value=said
        ) from error


def _headers(task: Task, due: datetime) -> dict[str, object]:
    return {**(task.request.headers or {}), _DUE: due.isoformat()}


def _ask_again(task: Task, at: datetime, due: datetime) -> None:
    """Send the same task again, for when a lease may be free; that is not a retry."""
    if task.request.called_directly or task.request.is_eager:
        return
    wait = max(_PAUSE, (at - datetime.now(UTC)).total_seconds())
    again: Any = task.signature_from_request(countdown=wait, headers=_headers(task, due))
    try:
        again.apply_async()
    except Exception as error:
        raise Reject(error, requeue=True) from error
    raise Ignore(f"asked again in {wait:.0f} s")


def _entry(app: Celery, job: JobSpec) -> dict[str, object]:
    queue = {} if job.queue is None else {"queue": job.queue}
    return {
        "task": _task_name(job),
        "schedule": beat_schedule(app, job),
        "options": {"headers": {_DUE: _BY_SCHEDULE, _SCHEDULED: True}, **queue},
    }
