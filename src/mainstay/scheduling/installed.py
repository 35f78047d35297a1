"""What a scheduler was told of a job: when it is due, so that others can ask later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from functools import partial
from typing import Any

import attrs

from mainstay import _checks as checks
from mainstay._walltimes import time_of_day
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.scheduling.schedule import Daily, Every, Weekly
from mainstay.scheduling.spec import JobSpec

__all__ = ["InstalledJob", "schedule_from_plain", "schedule_to_plain"]

_REMEDY = "Write {'time': '03:00', 'zone': 'UTC'}, with a weekday from 0 on, or {'every': 900}."


def _kept(field: str, value: object) -> None:
    if not isinstance(value, Every | Daily | Weekly):
        raise InvalidTypeError("must be Every, Daily or Weekly", field=field, value=value)


@attrs.frozen
class InstalledJob:
    """A job as a scheduler has it.

    Attributes:
        job: Its name.
        schedule: When it is due: one of :class:`~mainstay.scheduling.Every`,
            :class:`~mainstay.scheduling.Daily` and :class:`~mainstay.scheduling.Weekly`.
        limit: How long it may take.

    Raises:
        InvalidTypeError: ``schedule`` is a class of the host's own, which can't be kept.

    Examples:
        >>> nightly = JobSpec(name="tidy", schedule=Daily(time(3)), run=lambda context: None)
        >>> InstalledJob.of(nightly)
        InstalledJob(job='tidy', schedule=Daily(time=datetime.time(3, 0), zone='UTC'), limit=None)
        >>> hourly = InstalledJob("tidy", Every(timedelta(hours=1)))
        >>> hourly.over(nightly).schedule
        Every(interval=datetime.timedelta(seconds=3600))
    """

    job: str = attrs.field(validator=checks.each(checks.text))
    schedule: Every | Daily | Weekly = attrs.field(validator=checks.each(_kept))
    limit: timedelta | None = attrs.field(
        default=None, validator=checks.optional(partial(checks.instance, kind=timedelta))
    )

    @classmethod
    def of(cls, spec: JobSpec) -> InstalledJob | None:
        """Return a job as its scheduler has it; ``None`` if its schedule can't be kept."""
        if not isinstance(spec.schedule, Every | Daily | Weekly):
            return None
        return cls(spec.name, spec.schedule, spec.time_limit or spec.soft_time_limit)

    def over(self, spec: JobSpec) -> JobSpec:
        """Return a job with this schedule and limit in place of its own."""
        return attrs.evolve(
            spec, schedule=self.schedule, time_limit=self.limit, soft_time_limit=None
        )


def schedule_to_plain(schedule: Every | Daily | Weekly) -> dict[str, object]:
    """Return a schedule as plain data.

    Examples:
        >>> schedule_to_plain(Daily(time(3), "Europe/Berlin"))
        {'time': '03:00:00', 'zone': 'Europe/Berlin'}
        >>> schedule_to_plain(Every(timedelta(minutes=15)))
        {'every': 900.0}
    """
    if isinstance(schedule, Every):
        return {"every": schedule.interval.total_seconds()}
    at: dict[str, object] = {"time": schedule.time.isoformat(), "zone": schedule.zone}
    return {"weekday": schedule.weekday, **at} if isinstance(schedule, Weekly) else at


def schedule_from_plain(
    data: Mapping[str, Any], *, field: str = "schedule"
) -> Every | Daily | Weekly:
    """Return the schedule that plain data say: in seconds, daily, or weekly.

    Args:
        data: Either ``every``, in seconds; or ``time``, and if need be ``zone`` and ``weekday``
            (0 for Monday).
        field: What they are called in errors.

    Raises:
        InvalidValueError: They say no schedule.

    Examples:
        >>> schedule_from_plain({"weekday": 0, "time": "09:00", "zone": "Asia/Tokyo"})
        Weekly(weekday=0, time=datetime.time(9, 0), zone='Asia/Tokyo')
    """
    keys = frozenset(data)
    if keys == {"every"}:
        return Every(timedelta(seconds=checks.number(f"{field}.every", data["every"], 1e-6, 1e9)))
    if "time" not in keys or keys - {"time", "zone", "weekday"}:
        raise InvalidValueError("is not a schedule", field=field, value=dict(data), remedy=_REMEDY)
    at, zone = _time(f"{field}.time", data["time"]), data.get("zone", "UTC")
    return Weekly(data["weekday"], at, zone) if "weekday" in keys else Daily(at, zone)


def _time(field: str, value: object) -> time:
    if not isinstance(value, str):  # TOML has times of its own
        return checks.wall_time(field, value)
    try:
        return time_of_day(value)
    except ValueError as error:
        raise InvalidValueError(
            "is not a time of day", field=field, value=value, remedy="Write HH:MM, such as 03:00."
        ) from error
