"""When jobs are due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Protocol

import attrs
from dateutil.rrule import DAILY, WEEKLY, rrule

from mainstay import _checks as checks
from mainstay._walltimes import instant_at
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.localdays import find_zone, zone_name

__all__ = [
    "Daily",
    "Every",
    "Schedule",
    "Weekly",
    "head_start",
    "interval_after",
    "latest_due",
]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)
# Offsets and gaps shift an occurrence by fewer days than this from its nominal date.
_MOST_SHIFT = 3


class Schedule(Protocol):
    """Says when a job is due.

    Examples:
        >>> class FirstOfMonth:
        ...     def next_after(self, instant: datetime) -> datetime:
        ...         first = instant.astimezone(UTC).date().replace(day=1)
        ...         following = (first + timedelta(days=31)).replace(day=1)
        ...         return datetime.combine(following, time(0), UTC)
        >>> latest_due(FirstOfMonth(), datetime(2024, 5, 17, tzinfo=UTC)).isoformat()
        '2024-05-01T00:00:00+00:00'
    """

    def next_after(self, instant: datetime) -> datetime:
        """Return the first time after an instant at which the job is due, in UTC."""
        ...


def positive(field: str, value: object) -> timedelta:
    if not isinstance(value, timedelta):
        raise InvalidTypeError(
            "must be a timedelta", field=field, value=value, remedy="Such as timedelta(minutes=5)."
        )
    if value <= timedelta(0):
        raise InvalidValueError("must be above 0", field=field, value=value)
    return value


_time = checks.each(checks.whole_seconds)
_zone = checks.each(zone_name)


@attrs.frozen
class Every:
    """Again and again, at whole multiples of an interval since 1970-01-01T00:00:00Z.

    Attributes:
        interval: The time between two.

    Raises:
        InvalidValueError: ``interval`` is not above 0.

    Examples:
        >>> Every(timedelta(minutes=15)).next_after(datetime(2024, 5, 1, 12, 15, tzinfo=UTC))
        datetime.datetime(2024, 5, 1, 12, 30, tzinfo=datetime.timezone.utc)
    """

    interval: timedelta = attrs.field(validator=checks.each(positive))

    def next_after(self, instant: datetime) -> datetime:
        """Return the first multiple of the interval after an instant.

        Raises:
            InvalidValueError: It lies beyond the year 9998.
        """
        passed = (checks.instant("instant", instant) - _EPOCH) // self.interval
        try:
            return checks.instant("instant", _EPOCH + (passed + 1) * self.interval)
        except (InvalidValueError, OverflowError) as error:
            raise _no_more(instant) from error


@attrs.frozen
class Daily:
    """Once a day, at a time on the wall clock.

    A time that a clock change skips is moved on by the length of the gap; one that occurs twice
    is due once, the first time; a date that the zone skips has none.

    Attributes:
        time: The time of day, in whole seconds.
        zone: Whose wall clock: an IANA name or ``±HH:MM``.

    Raises:
        UnknownZoneError: ``zone`` is not known.
        InvalidValueError: ``time`` has a zone of its own, or fractions of a second.

    Examples:
        >>> at_half_past_two = Daily(time(2, 30), "Europe/Berlin")  # 2024-03-31 had none
        >>> at_half_past_two.next_after(datetime(2024, 3, 30, 12, tzinfo=UTC)).isoformat()
        '2024-03-31T01:30:00+00:00'
    """

    time: time = attrs.field(validator=_time)
    zone: str = attrs.field(default="UTC", validator=_zone)

    def next_after(self, instant: datetime) -> datetime:
        """Return the first time after an instant at which it is due.

        Raises:
            InvalidValueError: It lies beyond the year 9998.
        """
        nominal = partial(rrule, DAILY)
        return _next_after(instant, nominal, self.time, self.zone)


@attrs.frozen
class Weekly:
    """Once a week, on a weekday, at a time on the wall clock; as :class:`Daily` otherwise.

    Attributes:
        weekday: 0 for Monday to 6 for Sunday.
        time: The time of day, in whole seconds.
        zone: Whose wall clock: an IANA name or ``±HH:MM``.

    Raises:
        UnknownZoneError: ``zone`` is not known.
        InvalidValueError: Another field is out of its range.

    Examples:
        >>> Weekly(0, time(0)).next_after(datetime(2024, 5, 1, tzinfo=UTC)).isoformat()
        '2024-05-06T00:00:00+00:00'
    """

    weekday: int = attrs.field(validator=checks.each(partial(checks.integer, low=0, high=6)))
    time: time = attrs.field(validator=_time)
    zone: str = attrs.field(default="UTC", validator=_zone)

    def next_after(self, instant: datetime) -> datetime:
        """Return the first time after an instant at which it is due.

        Raises:
            InvalidValueError: It lies beyond the year 9998.
        """
        nominal = partial(rrule, WEEKLY, byweekday=self.weekday)
        return _next_after(instant, nominal, self.time, self.zone)


def _next_after(instant: datetime, nominal: Callable[..., rrule], at: time, name: str) -> datetime:
    """Return the first occurrence after an instant of a rule for wall-clock times."""
    after = checks.instant("instant", instant).astimezone(UTC)
    since = date.fromordinal(after.toordinal() - _MOST_SHIFT)
    rule = nominal(dtstart=datetime.combine(since, at))
    zone = find_zone(name)
    occurrences = (instant_at(found.date(), at, zone) for found in rule)
    due = next(found for found in occurrences if found is not None and found > after)
    try:
        return checks.instant("instant", due)
    except InvalidValueError as error:
        raise _no_more(instant) from error


def _no_more(instant: datetime) -> InvalidValueError:
    return InvalidValueError(
        "must have a time that is due after it, within the year 9998",
        field="instant",
        value=instant,
    )


def latest_due(schedule: Schedule, instant: datetime) -> datetime:
    """Return the latest instant, not after one, at which a schedule is due.

    Raises:
        InvalidValueError: There is none since the year 2.

    Examples:
        >>> latest_due(Daily(time(0)), datetime(2024, 5, 1, 9, 30, tzinfo=UTC)).isoformat()
        '2024-05-01T00:00:00+00:00'
    """
    at = checks.instant("instant", instant).astimezone(UTC)
    back = _MICROSECOND
    while (due := schedule.next_after(_before(at, back))) > at:
        back *= 4
    while (later := schedule.next_after(due)) <= at:
        due = later
    return due


def _before(at: datetime, span: timedelta) -> datetime:
    try:
        return checks.instant("instant", at - span)
    except (InvalidValueError, OverflowError) as error:
        raise InvalidValueError(
            "must have a time that was due before it", field="instant", value=at
        ) from error


def interval_after(schedule: Schedule, instant: datetime) -> timedelta:
    """Return the time between the next two instants at which a schedule is due.

    Examples:
        >>> interval_after(Weekly(0, time(0)), datetime(2024, 5, 1, tzinfo=UTC)).days
        7
    """
    following = schedule.next_after(instant)
    return schedule.next_after(following) - following


def head_start(schedule: Schedule, instant: datetime) -> timedelta:
    """Return how early a run may be for the next instant: half the interval, at most a minute.

    Examples:
        >>> head_start(Every(timedelta(seconds=30)), datetime(2024, 5, 1, tzinfo=UTC)).seconds
        15
    """
    return min(_MINUTE, interval_after(schedule, instant) / 2)
