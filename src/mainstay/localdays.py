"""Instants to local days, and days to ISO weeks.

A day is what the calendar on the wall said. Zones change their offset at most once in a UTC date
(the closest pair in the tz database is four days apart), so the few instants at which the local
date changes are found once per zone and UTC date, and every further instant is only looked up.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache, partial
from itertools import pairwise
from typing import Self, TypeAlias, cast, overload
from zoneinfo import ZoneInfo

import attrs

from mainstay import _checks as checks
from mainstay.daystarts import DayStart, check_day_start, days_ahead, since_midnight, wall_time_of
from mainstay.errors import InvalidTypeError, InvalidValueError, UnknownZoneError

__all__ = [
    "DATED",
    "DayTable",
    "IsoWeek",
    "Zone",
    "check_dated",
    "check_week",
    "clock_changes",
    "counted_day",
    "day_table",
    "find_zone",
    "last_instant",
    "local_day",
    "moment_of",
    "noon_of",
    "zone_name",
]

#: A zone: an IANA name, ``±HH:MM``, or the object itself.
Zone: TypeAlias = str | ZoneInfo | timezone

MIDNIGHT = time(0)
#: The zone in which a bare date is kept, at noon: so it is that date in every reading.
DATED = "+00:00"
_NOON = time(12)
_OFFSET = re.compile(r"([+-])([0-9]{2}):([0-5][0-9])")
# Names that the tz database does not define: leap-second clocks and this machine's own settings.
_NOT_IANA = frozenset({"right", "posix", "posixrules", "localtime"})
_DATES_KEPT = 1024
_DAY = 24 * 60 * 60


@lru_cache(maxsize=2048)
def _zone(name: str) -> tzinfo | None:
    if match := _OFFSET.fullmatch(name):
        sign, hours, minutes = match.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-offset if sign == "-" else offset) if int(hours) < 24 else None
    if name.partition("/")[0] in _NOT_IANA:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, malformed, and a folder such as "Europe"
        return None


def find_zone(name: Zone, *, field: str = "timezone") -> tzinfo:
    """Return the zone of an IANA name, or of a fixed offset written ``±HH:MM``.

    A ``ZoneInfo`` or a ``datetime.timezone`` is returned as it is.

    Raises:
        InvalidTypeError: It is of none of these types.
        UnknownZoneError: It is neither a name in the tz database nor ``±HH:MM``.

    Examples:
        >>> find_zone("Europe/Berlin")
        zoneinfo.ZoneInfo(key='Europe/Berlin')
        >>> find_zone("-03:30")
        datetime.timezone(datetime.timedelta(days=-1, seconds=73800))
    """
    if isinstance(name, ZoneInfo | timezone):
        return name
    if not isinstance(name, str):
        raise InvalidTypeError(
            "must be a zone or its name", field=field, value=name, remedy="Pass its IANA name."
        )
    zone = _zone(name)
    if zone is None:
        raise UnknownZoneError(
            "is not a known zone",
            field=field,
            value=name,
            remedy="Use an IANA name such as 'Europe/Berlin' or an offset such as '+02:00'.",
        )
    return zone


def zone_name(field: str, value: object) -> str:
    """Return a zone's name, as a field keeps it: the object itself is refused.

    Raises:
        UnknownZoneError: It is neither a name in the tz database nor ``±HH:MM``.
    """
    find_zone(name := checks.text(field, value), field=field)
    return name


def utc_offset(zone: tzinfo, at: datetime) -> timedelta:
    """Return what a zone's clocks are ahead of UTC at an instant."""
    return at.astimezone(zone).utcoffset() or timedelta(0)


def transition(zone: tzinfo, start: datetime, before: timedelta, *, within: int = _DAY) -> datetime:
    """Return the first of some seconds from ``start`` at which the offset isn't ``before``."""
    seconds = bisect_left(
        range(within), True, key=lambda s: utc_offset(zone, start + timedelta(seconds=s)) != before
    )
    return start + timedelta(seconds=seconds)


def clock_changes(zone: tzinfo, first: date, last: date) -> tuple[datetime, ...]:
    """Return the instants, from one UTC date to another, at which a zone's offset changes."""
    starts = [
        datetime.fromordinal(ordinal).replace(tzinfo=UTC)
        for ordinal in range(first.toordinal(), last.toordinal() + 2)
    ]
    offsets = [utc_offset(zone, start) for start in starts]
    return tuple(
        transition(zone, start, before)
        for start, (before, after) in zip(starts, pairwise(offsets), strict=False)
        if before != after
    )


def _days_between(start: datetime, end: datetime, shift: timedelta) -> list[tuple[datetime, int]]:
    """Return each local day in [start, end), at most a day long, with the instant it begins."""
    first = (start + shift).toordinal()
    midnight = datetime.fromordinal(first + 1).replace(tzinfo=UTC) - shift
    return [(start, first), (midnight, first + 1)] if midnight < end else [(start, first)]


class DayTable(dict[int, tuple[tuple[datetime, ...], tuple[int, ...]]]):
    """One zone's local days, kept per UTC date as far as they have been asked for.

    The entry of a UTC date (its ordinal) is a pair: the instants within it at which the local day
    changes, and the ordinals of the local days between them. There is one more day than instants.
    """

    def __init__(self, zone: tzinfo, day_start: DayStart) -> None:
        super().__init__()
        self._zone = zone
        self._day_start = since_midnight(day_start)

    def __missing__(self, ordinal: int) -> tuple[tuple[datetime, ...], tuple[int, ...]]:
        if len(self) >= _DATES_KEPT:
            self.clear()
        start = datetime.fromordinal(ordinal).replace(tzinfo=UTC)
        end = start + timedelta(days=1)
        before, after = utc_offset(self._zone, start), utc_offset(self._zone, end)
        turn = end if before == after else transition(self._zone, start, before)
        days = _days_between(start, turn, before - self._day_start)
        if turn < end:
            days += _days_between(turn, end, after - self._day_start)
        instants, ordinals = zip(*days, strict=True)
        entry = self[ordinal] = instants[1:], ordinals
        return entry

    def ordinal(self, at: datetime) -> int:
        """Return the ordinal of the local day at an instant."""
        at = at.astimezone(UTC)
        instants, ordinals = self[at.toordinal()]
        return ordinals[bisect_right(instants, at)]


@lru_cache(maxsize=2048)
def day_table(zone: Zone, day_start: DayStart) -> DayTable:
    """Return the local days of a zone."""
    return DayTable(find_zone(zone), day_start)


def local_day(
    instant: datetime, *, zone: Zone | None = None, day_start: DayStart = MIDNIGHT
) -> date:
    """Return the calendar date at an instant, where the user was.

    Args:
        instant: An aware datetime.
        zone: An IANA name, ``±HH:MM`` or a ``ZoneInfo``; without it the offset that ``instant``
            carries is used.
        day_start: The wall-clock time at which a day begins. With 04:00, half past one on Tuesday
            still is Monday. Or a :class:`DayEnd`, the time at which a day ends: with 13:00, eleven
            at night on Monday is Tuesday. Days of 23 and 25 hours come out right.

    Raises:
        NaiveDatetimeError: ``instant`` has no offset.
        UnknownZoneError: ``zone`` is not known.

    Examples:
        >>> from datetime import UTC, datetime, time
        >>> local_day(datetime(2024, 5, 1, 23, 30, tzinfo=UTC), zone="Europe/Berlin")
        datetime.date(2024, 5, 2)
        >>> local_day(datetime(2025, 11, 2, 6, 10, tzinfo=UTC), zone="America/New_York",
        ...           day_start=time(1, 30))
        datetime.date(2025, 11, 1)
    """
    at = checks.instant("instant", instant)
    check_day_start("day_start", day_start)
    if zone is not None:
        find_zone(zone, field="zone")
    return date.fromordinal(
        day_table(offset_of(at) if zone is None else zone, day_start).ordinal(at)
    )


def counted_day(
    instant: datetime, *, zone: Zone | None, local_days: bool, day_start: DayStart
) -> date:
    """Return the day on which a store counts what happened at an instant.

    Args:
        instant: An aware datetime.
        zone: Where it happened; without it the offset that ``instant`` carries is used.
        local_days: Whether it counts on the date where the user was, and not on UTC's.
        day_start: When a day begins or ends on the wall clock: there, or in UTC.

    Examples:
        >>> from datetime import UTC, datetime, time
        >>> night = datetime(2024, 5, 1, 23, 30, tzinfo=UTC)
        >>> [counted_day(night, zone="Europe/Berlin", local_days=local, day_start=time(1)).day
        ...  for local in (False, True)]
        [1, 2]
        >>> counted_day(night, zone="Europe/Berlin", local_days=True, day_start=time(4)).day
        1
    """
    if local_days:
        return local_day(instant, zone=zone, day_start=day_start)
    return (instant.astimezone(UTC) - since_midnight(day_start)).date()


def last_instant(day: date, *, zone: Zone = DATED, day_start: DayStart = MIDNIGHT) -> datetime:
    """Return the last instant, to the microsecond, of a local day.

    Where clocks are put back across midnight, it is the last one with that date; where the zone
    skips the date, the last one with an earlier date.

    Args:
        day: The day.
        zone: Where it is the day; without it, in UTC.
        day_start: When a day begins on the wall clock, or a :class:`mainstay.DayEnd`.

    Raises:
        UnknownZoneError: ``zone`` is not known.

    Examples:
        >>> from datetime import date
        >>> last_instant(date(2024, 3, 31), zone="Europe/Berlin").isoformat()
        '2024-03-31T21:59:59.999999+00:00'
    """
    checks.instant("day", noon_of(checks.day("day", day)))  # not too near to the years' limits
    asked = day.toordinal()
    find_zone(zone, field="zone")
    table = day_table(zone, check_day_start("day_start", day_start))
    ahead = days_ahead(day_start)
    end = datetime.fromordinal(asked).replace(tzinfo=UTC)
    # Offsets are less than a day, and so is the start of the day: it ends within these dates.
    for ordinal in range(asked - 1 - ahead, asked + 3 - ahead):
        changes, days = table[ordinal]
        midnight = datetime.fromordinal(ordinal + 1).replace(tzinfo=UTC)
        for until, local in zip((*changes, midnight), days, strict=True):
            end = until if local <= asked else end
    return end - timedelta(microseconds=1)


def noon_of(day: date) -> datetime:
    """Return the instant that stands for a bare date, which is recorded in the zone ``DATED``."""
    return datetime.combine(day, _NOON, UTC)


def moment_of(
    day: date, *, as_of: datetime, zone: Zone | None = None, day_start: DayStart = MIDNIGHT
) -> tuple[datetime, str]:
    """Return the instant that stands for a bare date, and the zone in which it is that date.

    That is noon, UTC; or ``as_of``, if noon is after it and the day has begun where the user is.

    Args:
        day: The date.
        as_of: The instant to look back from.
        zone: The user's zone; without it, UTC.
        day_start: The wall-clock time at which a day begins, not after noon; or a
            :class:`DayEnd` after noon.

    Examples:
        >>> from datetime import UTC, datetime
        >>> morning = datetime(2024, 5, 28, 8, tzinfo=UTC)
        >>> at, zone = moment_of(date(2024, 5, 28), as_of=morning)
        >>> at == morning, zone, local_day(at, zone=zone)
        (True, '-08:00', datetime.date(2024, 5, 28))
    """
    noon = noon_of(day)
    if noon <= as_of or day.toordinal() > day_table(zone or DATED, day_start).ordinal(as_of):
        return noon, DATED
    # Where the day begins in the minute of as_of, it is that day then.
    begins = datetime.combine(day, MIDNIGHT, UTC) + since_midnight(day_start)
    minutes = -((as_of - begins) // timedelta(minutes=1))
    return as_of, f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def check_dated(field: str, day: object, day_start: DayStart) -> None:
    """Refuse a bare date where its noon belongs to another day.

    Raises:
        InvalidValueError: Days start after noon; or days named by their end end at noon or before.
    """
    noon = since_midnight(_NOON) - since_midnight(day_start)
    if timedelta(0) <= noon < timedelta(days=1):
        return
    other, verb, limit = "before", "start", "at 12:00 or before"
    if days_ahead(day_start):
        other, verb, limit = "after", "end", "after 12:00"
    raise InvalidValueError(
        f"is a date without a time, and can't be told from the day {other} where days {verb} at "
        f"{wall_time_of(day_start).isoformat('minutes')}",
        field=field,
        value=day,
        remedy=f"Let days {verb} {limit}, or write times with their offsets.",
    )


def offset_of(at: datetime) -> timezone:
    """Return the fixed offset of an instant that :func:`mainstay.checks.instant` has seen."""
    return cast("timezone", at.tzinfo)


@attrs.frozen(order=True)
class IsoWeek:
    """A week of the ISO 8601 calendar, Monday to Sunday; a year has 52 of them, or 53.

    Attributes:
        year: The ISO year, 1 to 9999. Around New Year it differs from the calendar's.
        week: 1 to 52, or 53 in long years.

    Raises:
        InvalidValueError: The year has no such week.

    Examples:
        >>> from datetime import date
        >>> IsoWeek.of(date(2021, 1, 3))
        IsoWeek(year=2020, week=53)
        >>> IsoWeek(2021, 1) - IsoWeek(2020, 52)
        2
        >>> str(IsoWeek(2024, 52) + 1)
        '2025-W01'
    """

    year: int = attrs.field(validator=checks.each(partial(checks.integer, low=1, high=9999)))
    week: int = attrs.field(validator=checks.each(partial(checks.integer, low=1, high=53)))

    def __attrs_post_init__(self) -> None:
        try:
            date.fromisocalendar(self.year, self.week, 1)
        except ValueError as error:
            raise InvalidValueError(
                f"must be at most 52 in {self.year}", field="week", value=self.week
            ) from error

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the week that a date lies in.

        Raises:
            InvalidTypeError: ``day`` is an instant: use :func:`local_day` first.
        """
        year, week, _ = checks.day("day", day).isocalendar()
        return cls(year, week)

    @property
    def monday(self) -> date:
        """The week's first day."""
        return date.fromisocalendar(self.year, self.week, 1)

    @property
    def _index(self) -> int:
        return self.monday.toordinal() // 7

    def __str__(self) -> str:
        return f"{self.year:04}-W{self.week:02}"

    def __add__(self, weeks: int) -> Self:
        if not isinstance(weeks, int):
            return NotImplemented
        try:
            return self.of(self.monday + timedelta(weeks=weeks))
        except OverflowError as error:
            raise InvalidValueError(
                f"must not lead from {self} beyond the years 1 to 9999", field="weeks", value=weeks
            ) from error

    @overload
    def __sub__(self, other: IsoWeek) -> int: ...
    @overload
    def __sub__(self, other: int) -> Self: ...
    def __sub__(self, other: IsoWeek | int) -> int | Self:
        if isinstance(other, IsoWeek):
            return self._index - other._index
        return self + -other if isinstance(other, int) else NotImplemented


def check_week(field: str, value: object) -> IsoWeek:
    """Return a week; anything else is refused, such as a date in it.

    Raises:
        InvalidTypeError: It is not a week.
    """
    remedy = "IsoWeek.of(date(2024, 5, 1)) is the week of a date."
    return checks.instance(field, value, IsoWeek, remedy=remedy)
