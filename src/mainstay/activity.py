"""What a user did, and the state it leaves: sessions, and the window of recent active days."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import partial
from typing import Self

import attrs
from attrs.validators import optional

from mainstay import checks
from mainstay.errors import InvalidTypeError, InvalidValueError, OutOfOrderError
from mainstay.localdays import MIDNIGHT, DayTable, day_table, find_zone, offset_of

__all__ = ["ActivityWindow", "Session", "WindowBuilder"]

WINDOW_DAYS = 28


def _instant(value: datetime) -> datetime:
    return checks.instant("started_at", value)


def _duration(field: str, value: object) -> timedelta:
    if not isinstance(value, timedelta):
        raise InvalidTypeError("must be a timedelta", field=field, value=value)
    if value < timedelta(0):
        raise InvalidValueError("must not be negative", field=field, value=value)
    return value


def _zone_name(field: str, value: object) -> str:
    find_zone(name := checks.text(field, value), field=field)
    return name


@attrs.frozen
class Session:
    """One thing that a user did, at an instant.

    Attributes:
        user_id: Who did it.
        started_at: When: an aware datetime. It is kept at the fixed UTC offset that it carries.
        duration: How long it took, if that is known.
        timezone: The zone it was recorded in, an IANA name or ``±HH:MM``, if that is known.
        kind: What it was, in the host's own words.
        quality: How good it was, 0 to 10, if somebody rated it.
        id: What tells it from every other, if the host has such a thing.

    Raises:
        NaiveDatetimeError: ``started_at`` has no offset.
        UnknownZoneError: ``timezone`` is not known.
        InvalidValueError: Another field is empty, negative or out of its range.

    Examples:
        >>> from datetime import UTC, datetime
        >>> Session("ada", datetime(2024, 5, 1, 6, 30, tzinfo=UTC), timezone="Europe/London").kind
        'session'
    """

    user_id: str = attrs.field(validator=checks.each(checks.text))
    started_at: datetime = attrs.field(converter=_instant)
    duration: timedelta | None = attrs.field(
        default=None, validator=optional(checks.each(_duration))
    )
    timezone: str | None = attrs.field(default=None, validator=optional(checks.each(_zone_name)))
    kind: str = attrs.field(default="session", validator=checks.each(checks.text))
    quality: float | None = attrs.field(
        default=None,
        validator=optional(checks.each(partial(checks.number, low=0, high=10))),
    )
    id: str | None = attrs.field(default=None, validator=optional(checks.each(checks.text)))


@attrs.frozen
class ActivityWindow:
    """The active ones among the days that end at ``last_day``, in a few bytes.

    Recording is an OR, moving on a shift, merging an OR again after the earlier window has moved
    on. So events may come late, repeatedly and in any order, and windows of one user from
    different machines merge in any order: the result is the same.

    Attributes:
        last_day: The day that bit 0 stands for.
        bits: Bit *n* is set if the user was active *n* days before ``last_day``.
        length: How many days the window spans, 28 for the consistency score.

    Raises:
        InvalidValueError: ``bits`` has days outside the window, or before the year 1.

    Examples:
        >>> from datetime import date
        >>> window = ActivityWindow.from_days(
        ...     [date(2024, 5, 1), date(2024, 5, 3)], last_day=date(2024, 5, 4)
        ... )
        >>> bin(window.bits), window.active_days, window.current_streak
        ('0b1010', 2, 1)
        >>> window.record(date(2024, 5, 4)).current_streak
        2
    """

    last_day: date
    bits: int
    length: int = WINDOW_DAYS

    def __attrs_post_init__(self) -> None:
        checks.day("last_day", self.last_day)
        checks.integer("length", self.length, 1)
        checks.integer("bits", self.bits, 0)
        if self.bits >> min(self.length, self.last_day.toordinal()):
            raise InvalidValueError(
                f"must have no bit beyond the {self.length} days that end {self.last_day}",
                field="bits",
                value=self.bits,
                remedy="ActivityWindow.from_days leaves out days outside the window.",
            )

    @classmethod
    def from_days(cls, days: Iterable[date], *, last_day: date, length: int = WINDOW_DAYS) -> Self:
        """Return the window of a set of days; those outside it are ignored."""
        newest = checks.day("last_day", last_day).toordinal()
        checks.integer("length", length, 1)
        ages = {newest - checks.day("days", day).toordinal() for day in days}
        return cls(last_day, sum(1 << age for age in ages if 0 <= age < length), length)

    @classmethod
    def from_sessions(
        cls,
        sessions: Iterable[Session],
        *,
        as_of: datetime,
        zone: str | None = None,
        day_start: time = MIDNIGHT,
        length: int = WINDOW_DAYS,
    ) -> ActivityWindow:
        """Return the window of one user's sessions that ends today; see :class:`WindowBuilder`."""
        builder = WindowBuilder(as_of=as_of, zone=zone, day_start=day_start, length=length)
        builder.add(sessions)
        return builder.window()

    @property
    def active_days(self) -> int:
        """The number of active days."""
        return self.bits.bit_count()

    @property
    def current_streak(self) -> int:
        """Consecutive active days ending on the last day, or the day before it if that has none."""
        run = self.bits if self.bits & 1 else self.bits >> 1
        return (~run & (run + 1)).bit_length() - 1

    @property
    def days_since_active(self) -> int | None:
        """Days from the last active day to the window's last; ``None`` without an active day."""
        return (self.bits & -self.bits).bit_length() - 1 if self.bits else None

    @property
    def gaps(self) -> tuple[int, ...]:
        """Days between neighbouring active days, oldest first: 1 for two days in a row."""
        pauses = f"{self.bits:b}".rstrip("0").split("1")[1:-1]
        return tuple([len(pause) + 1 for pause in pauses])

    def days(self) -> tuple[date, ...]:
        """Return the active days, oldest first."""
        newest = self.last_day.toordinal()
        ages = range(self.bits.bit_length() - 1, -1, -1)
        return tuple(date.fromordinal(newest - age) for age in ages if self.bits >> age & 1)

    def record(self, day: date) -> ActivityWindow:
        """Return the window with one more active day.

        A later day moves the window on; a day before the window changes nothing.
        """
        age = self.last_day.toordinal() - checks.day("day", day).toordinal()
        if age < 0:
            return self.advance(day).record(day)
        return self if age >= self.length else self._with(self.last_day, self.bits | 1 << age)

    def advance(self, to: date) -> ActivityWindow:
        """Return the window moved on, so that it ends at ``to``.

        Raises:
            OutOfOrderError: ``to`` is before the last day.
        """
        days = checks.day("to", to).toordinal() - self.last_day.toordinal()
        if days < 0:
            raise OutOfOrderError(
                f"must not be before {self.last_day}, the window's last day",
                field="to",
                value=to,
                remedy="A window only moves on; build an earlier one with from_days.",
            )
        return self._with(to, (self.bits << days) & ((1 << self.length) - 1)) if days else self

    def merge(self, other: ActivityWindow) -> ActivityWindow:
        """Return what both windows know of one user, as of the later last day.

        Raises:
            InvalidValueError: The windows differ in length.
        """
        if self.length != other.length:
            raise InvalidValueError(
                f"must be {self.length} days long like the other window",
                field="length",
                value=other.length,
            )
        last_day = max(self.last_day, other.last_day)
        return self._with(last_day, self.advance(last_day).bits | other.advance(last_day).bits)

    def _with(self, last_day: date, bits: int) -> ActivityWindow:
        return ActivityWindow(last_day, bits, self.length)


class WindowBuilder:
    """Folds one user's sessions, in any order and in any portions, into the window ending today.

    A session's day is the local date in the zone it was recorded in, else in ``zone``, else at the
    offset that ``started_at`` carries. Sessions after ``as_of`` are ignored.

    Today is the date at ``as_of`` in ``zone``, else where the latest session was recorded (of two
    at the same instant, the one with the later local date, then the later date at ``as_of``),
    else at ``as_of``'s own offset; or the latest day of a session, if that is later still.

    It holds a handful of numbers, however many sessions it has seen. It is the one mutable thing
    here: a loop's accumulator, not a value to keep.

    Args:
        as_of: The instant to look back from.
        zone: The user's zone, an IANA name or ``±HH:MM``, if it is known.
        day_start: The wall-clock time at which a day begins.
        length: How many days the window spans.

    Examples:
        >>> from datetime import UTC, datetime
        >>> builder = WindowBuilder(as_of=datetime(2024, 5, 2, 1, tzinfo=UTC))
        >>> builder.add([Session("ada", datetime(2024, 5, 1, 22, tzinfo=UTC), timezone="+09:00")])
        >>> builder.window().last_day
        datetime.date(2024, 5, 2)
    """

    __slots__ = (
        "_as_of",
        "_bits",
        "_day_start",
        "_horizon",
        "_latest",
        "_length",
        "_oldest",
        "_own",
        "_zone",
        "_zones",
    )

    def __init__(
        self,
        *,
        as_of: datetime,
        zone: str | None = None,
        day_start: time = MIDNIGHT,
        length: int = WINDOW_DAYS,
    ) -> None:
        own = checks.instant("as_of", as_of)
        self._own = offset_of(own)
        self._as_of = own.astimezone(UTC)
        self._zone = None if zone is None else _zone_name("zone", zone)
        self._day_start = checks.wall_time("day_start", day_start)
        self._length = checks.integer("length", length, 1)
        # No local date at as_of or before is later than the day after as_of's UTC date.
        self._horizon = self._as_of.toordinal() + 1
        # And today is at most 3 days before that: older days than these can't count.
        self._oldest = self._horizon - 2 - self._length
        self._bits = 0
        self._latest: datetime | None = None
        self._zones: tuple[str | timezone, ...] = ()

    def _table(self, zone: str | timezone) -> DayTable:
        return day_table(zone, self._day_start)

    def add(self, sessions: Iterable[Session]) -> None:
        """Take in more sessions of the same user."""
        as_of, home, oldest = self._as_of, self._zone, self._oldest
        found: set[int] = set()
        zone_before: str | timezone | None = None
        table = self._table(self._own)
        for session in sessions:
            at = session.started_at
            if at > as_of:
                continue
            zone = session.timezone or home or offset_of(at)
            if home is None:
                self._note(at, zone)
            if zone is not zone_before:
                zone_before, table = zone, self._table(zone)
            if at.tzinfo is not UTC:
                at = at.astimezone(UTC)
            instants, days = table[at.toordinal()]
            day = days[bisect_right(instants, at)]
            if day >= oldest:
                found.add(day)
        for day in found:
            self._bits |= 1 << (self._horizon - day)

    def _note(self, at: datetime, zone: str | timezone) -> None:
        """Remember the latest instant, and every zone that a session was recorded in then."""
        if self._latest is None or at > self._latest:
            self._latest, self._zones = at, (zone,)
        elif at == self._latest and zone not in self._zones:
            self._zones += (zone,)

    def today(self) -> date:
        """Return the user's local date at ``as_of``."""
        newest = self._horizon - ((self._bits & -self._bits).bit_length() - 1)
        at_hand = self._today_by_zone()
        return date.fromordinal(max(at_hand, newest) if self._bits else at_hand)

    def _today_by_zone(self) -> int:
        if self._zone is not None:
            return self._table(self._zone).ordinal(self._as_of)
        if self._latest is None:
            return self._table(self._own).ordinal(self._as_of)
        latest = self._latest
        tables = [self._table(zone) for zone in self._zones]
        return max((table.ordinal(latest), table.ordinal(self._as_of)) for table in tables)[1]

    def window(self) -> ActivityWindow:
        """Return the window that ends today."""
        today = self.today()
        bits = self._bits >> (self._horizon - today.toordinal())
        return ActivityWindow(today, bits & ((1 << self._length) - 1), self._length)
