"""When a day begins, or ends: the one shift of the wall clock that decides a date."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TypeAlias

import attrs

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError

__all__ = [
    "DayEnd",
    "DayStart",
    "check_day_start",
    "day_start_words",
    "days_ahead",
    "since_midnight",
    "wall_time_of",
    "whole_day_start",
]

_DAY = timedelta(days=1)


def _end_of_day(field: str, value: object) -> time:
    at = checks.wall_time(field, value)
    if at == time.min:
        raise InvalidValueError(
            "must not be midnight",
            field=field,
            value=at,
            remedy="A day that ends at midnight is the calendar's: leave its end out.",
        )
    return at


@attrs.frozen
class DayEnd:
    """The time on the wall clock at which a day ends that is named by its end.

    It is taken wherever a ``day_start`` is. The date is that of the wall clock moved on by 24:00
    less that time: with 13:00, a sleep from 23:00 on Monday belongs to Tuesday, and so does what
    is before 13:00 on Tuesday. These are the days that start at 13:00, each called by the date on
    which it ends.

    Attributes:
        at: The time; not midnight, since a day that ends then is the calendar's.

    Raises:
        InvalidTypeError: It is not a time of day without a zone.
        InvalidValueError: It is midnight.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.localdays import local_day
        >>> noon = DayEnd(time(13))
        >>> nights = [datetime(2024, 5, day, hour, tzinfo=UTC) for day, hour in [(6, 23), (7, 12)]]
        >>> [local_day(night, day_start=noon).isoformat() for night in nights]
        ['2024-05-07', '2024-05-07']
    """

    at: time = attrs.field(validator=checks.each(_end_of_day))


#: When a day begins on the wall clock; or when it ends, where it is named by its end.
DayStart: TypeAlias = time | DayEnd


def check_day_start(field: str, value: object) -> DayStart:
    """Return when a day begins or ends.

    Raises:
        InvalidTypeError: It is neither a time of day without a zone nor a :class:`DayEnd`.
    """
    return value if isinstance(value, DayEnd) else checks.wall_time(field, value)


def whole_day_start(field: str, value: object) -> DayStart:
    """Return when a day begins or ends, without fractions of a second.

    Raises:
        InvalidTypeError: It is neither a time of day without a zone nor a :class:`DayEnd`.
        InvalidValueError: It has microseconds.
    """
    given = check_day_start(field, value)
    checks.whole_seconds(field, wall_time_of(given))
    return given


def since_midnight(day_start: DayStart) -> timedelta:
    """Return how long after midnight of its own date a day begins; negative if before.

    A date is that of the wall clock moved back by so much. It is above -24 and below 24 hours.

    Examples:
        >>> starts = time(4, 30), DayEnd(time(13))
        >>> [since_midnight(start).total_seconds() / 3600 for start in starts]
        [4.5, -11.0]
    """
    # The year is only there for the difference.
    at = datetime.combine(date.min, wall_time_of(day_start)) - datetime.min  # noqa: DTZ901
    return at - _DAY if isinstance(day_start, DayEnd) else at


def days_ahead(day_start: DayStart) -> int:
    """Return by how many dates a day may be ahead of the wall clock's: 1 if named by its end.

    Examples:
        >>> days_ahead(time(4)), days_ahead(DayEnd(time(13)))
        (0, 1)
    """
    return -(since_midnight(day_start) // _DAY)


def day_start_words(day_start: DayStart) -> str:
    """Return when a day begins or ends, in words.

    Examples:
        >>> day_start_words(time(4)), day_start_words(DayEnd(time(13)))
        ('from 04:00', 'until 13:00')
    """
    word = "until" if isinstance(day_start, DayEnd) else "from"
    return f"{word} {wall_time_of(day_start).isoformat().removesuffix(':00')}"


def wall_time_of(day_start: DayStart) -> time:
    """Return the time on the wall clock at which a day begins or ends."""
    return day_start.at if isinstance(day_start, DayEnd) else day_start
