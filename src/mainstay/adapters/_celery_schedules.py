"""A job's schedule as beat has it: Celery's own where it says the same, else one of ours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NoReturn

from mainstay._extras import Extra
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.scheduling import Daily, Every, JobSpec, Schedule, Weekly

with Extra("celery", "celery"):
    from celery import Celery
    from celery.schedules import BaseSchedule, crontab, schedstate
    from celery.schedules import schedule as interval_schedule

__all__ = ["JobSchedule", "beat_schedule"]

_MINUTE = timedelta(minutes=1)
_CELERYS_BEAT = "celery.beat"
_REMEDY = "Set the app's timezone to the job's (UTC for Every), or use Celery's own beat."


def beat_schedule(app: Celery, job: JobSpec) -> BaseSchedule:
    """Return what beat is told of when a job is due.

    Raises:
        InvalidValueError: Celery's own schedules can't say it, and the app's beat isn't Celery's.
    """
    native = _native(app, job.schedule)
    if native is not None:
        return native
    if not str(app.conf.beat_scheduler).startswith(_CELERYS_BEAT):
        raise InvalidValueError(
            f"of {job.name} can't be told to beat_scheduler {app.conf.beat_scheduler!r}",
            field="schedule",
            value=job.schedule,
            remedy=_REMEDY,
        )
    return JobSchedule(job.schedule)


def _native(app: Celery, schedule: Schedule) -> BaseSchedule | None:
    """Return Celery's own schedule for the same instants; ``None`` if there isn't one."""
    zone = str(app.timezone)
    match schedule:
        case Every(interval) if interval < _MINUTE:
            return interval_schedule(run_every=interval, app=app)
        case Every(interval) if zone == "UTC":
            return _whole_minutes(app, interval)
        case Daily(at, own) if own == zone and not at.second:
            return crontab(minute=at.minute, hour=at.hour, app=app)
        case Weekly(weekday, at, own) if own == zone and not at.second:
            sunday_first = (weekday + 1) % 7
            return crontab(minute=at.minute, hour=at.hour, day_of_week=sunday_first, app=app)
        case _:
            return None


def _whole_minutes(app: Celery, interval: timedelta) -> BaseSchedule | None:
    """Return the crontab of an interval that fits into an hour or a day without a rest."""
    minutes, rest = divmod(interval, _MINUTE)
    if rest:
        return None
    if 60 % minutes == 0:
        return crontab(minute=f"*/{minutes}", app=app)
    hours, rest_minutes = divmod(minutes, 60)
    if rest_minutes or 24 % hours:
        return None
    return crontab(minute=0, hour=f"*/{hours}", app=app)


class JobSchedule(interval_schedule):
    """A job's own schedule, as Celery's beat asks for it.

    After beat has been down, a job is due once, however many times it has missed. Another beat
    would take it for an interval: it then says what it is, and what to do.
    """

    def __init__(
        self,
        schedule: Schedule,
        nowfun: Callable[[], datetime] | None = None,
        app: Celery | None = None,
    ) -> None:
        BaseSchedule.__init__(self, nowfun=nowfun, app=app)
        self.schedule = schedule

    def __getattr__(self, name: str) -> NoReturn:
        """Refuse to be an interval.

        Raises:
            InvalidTypeError: ``run_every`` is asked for.
        """
        if name == "run_every":
            self.__json__()
        raise AttributeError(name=name, obj=self)

    def __json__(self) -> NoReturn:
        """Refuse to be written down.

        Raises:
            InvalidTypeError: Always.
        """
        raise InvalidTypeError(
            "is mainstay's, which only Celery's own beat can use",
            field="schedule",
            value=self.schedule,
            remedy=_REMEDY,
        )

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
        if not isinstance(other, JobSchedule):
            return NotImplemented
        return self.schedule == other.schedule

    def __hash__(self) -> int:
        return hash(self.schedule)

    def __repr__(self) -> str:
        return f"<mainstay: {self.schedule!r}>"

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return type(self), (self.schedule, self.nowfun)
