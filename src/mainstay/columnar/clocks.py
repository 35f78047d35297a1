"""What zones' clocks show, as a table: local days for whatever can join and divide.

The UTC time line is cut every 2³⁹ µs (6.36 days). In none of these stretches has a zone of the tz
database changed its offset twice: so a row for a zone and a stretch, with the one change that there
may be, gives the local day of any instant in it, to the microsecond.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from mainstay import _checks as checks
from mainstay.activity.window import WINDOW_DAYS
from mainstay.daystarts import DayStart, check_day_start, days_ahead, since_midnight
from mainstay.localdays import MIDNIGHT, Zone, find_zone, transition, utc_offset

__all__ = [
    "DAY",
    "LENGTH",
    "Clock",
    "clock",
    "clocks",
    "horizon",
    "microseconds",
    "recent_since",
    "stretch_of",
]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1) // _MICROSECOND
#: How long a stretch is, in microseconds.
LENGTH = 1 << 39
#: So many days before those that are looked back on, counted in UTC, no local day is one of them.
_SLACK = 4


class Clock(NamedTuple):
    """A zone's clock in one stretch of time.

    Attributes:
        zone: What the events call the zone.
        stretch: Which 2³⁹ µs: the microseconds since 1970, divided by that and rounded down.
        shift: What the clock is ahead of UTC as the stretch begins, less the start of days, in µs.
        change: What is added to the shift from the change on; 0 without a change.
        changed: When that is, in microseconds since 1970; without a change, the stretch's end.
        today: The local day at the instant that is looked back from, in days since 1970.
    """

    zone: str
    stretch: int
    shift: int
    change: int
    changed: int
    today: int


def microseconds(at: datetime) -> int:
    """Return an instant in microseconds since 1970."""
    return (at - EPOCH) // _MICROSECOND


def stretch_of(at: datetime) -> int:
    """Return the stretch that an instant is in."""
    return microseconds(at) // LENGTH


def recent_since(as_of: datetime, days: int = WINDOW_DAYS) -> date:
    """Return the UTC date from which so many local days may need events, wherever they were."""
    return (as_of.astimezone(UTC) - timedelta(days=days + _SLACK)).date()


def _recent(as_of: datetime, days: int) -> range:
    """Return the stretches that so many local days may need."""
    first = datetime.combine(recent_since(as_of, days), MIDNIGHT, UTC)
    return range(stretch_of(first), stretch_of(as_of) + 1)


def shift_at(zone: tzinfo, instant: int, day_start: int) -> int:
    """Return what a zone's clock is ahead of UTC, less the start of days, all in microseconds."""
    at = EPOCH + timedelta(seconds=instant // 1_000_000)  # offsets change at whole seconds
    return utc_offset(zone, at) // _MICROSECOND - day_start


def change_between(zone: tzinfo, start: int, end: int) -> int:
    """Return when a zone changes its offset, once between two instants, in microseconds."""
    at = EPOCH + timedelta(seconds=start // 1_000_000)
    seconds = (end - start) // 1_000_000 + 2
    return microseconds(transition(zone, at, utc_offset(zone, at), within=seconds))


def start_of_days(day_start: DayStart) -> int:
    """Return how long after midnight of its own date a day begins, in microseconds."""
    return since_midnight(check_day_start("day_start", day_start)) // _MICROSECOND


def horizon(as_of: datetime, day_start: DayStart) -> int:
    """Return the day that no local day up to an instant is later than, in days since 1970.

    It is the day after the UTC date, and one more where days are named by their end. No today is
    more than three days before it.
    """
    return microseconds(as_of) // DAY + 1 + days_ahead(day_start)


def clock(name: str, zone: Zone, stretch: int, *, as_of: datetime, day_start: DayStart) -> Clock:
    """Return a zone's clock in one stretch, under the name that events have for the zone.

    Examples:
        >>> from datetime import UTC, datetime, time
        >>> spring = datetime(2024, 3, 31, 12, tzinfo=UTC)
        >>> clock("b", "Europe/Berlin", stretch_of(spring), as_of=spring, day_start=time(0))
        Clock(zone='b', stretch=3113, shift=3600000000, change=3600000000, \
changed=1711846800000000, today=19813)
    """
    where, begins = find_zone(zone), start_of_days(day_start)
    start, end = stretch * LENGTH, (stretch + 1) * LENGTH
    before, after = (shift_at(where, at, begins) for at in (start, end))
    changed = end if before == after else change_between(where, start, end)
    at = microseconds(checks.instant("as_of", as_of))
    today = (at + shift_at(where, at, begins)) // DAY
    return Clock(name, stretch, before, after - before, changed, today)


def clocks(
    zones: Mapping[str, Zone],
    stretches: Iterable[tuple[str, int]] | None = None,
    *,
    as_of: datetime,
    day_start: DayStart = MIDNIGHT,
    days: int = WINDOW_DAYS,
) -> list[Clock]:
    """Return the table of clocks that a query joins events with.

    Args:
        zones: The zones by the names that events have for them.
        stretches: The pairs of a name and a stretch that occur; by default all that ``days`` up to
            ``as_of`` may need, of every zone.
        as_of: The instant to look back from.
        day_start: When a day begins on the wall clock, or a :class:`mainstay.DayEnd`.
        days: How many local days are looked back on, without ``stretches``: 28, or 364 for a year.

    Raises:
        NaiveDatetimeError: ``as_of`` has no offset.
        UnknownZoneError: A zone is not known.

    Examples:
        >>> from datetime import UTC, date, datetime
        >>> rows = clocks({"home": "+02:00"}, as_of=datetime(2024, 5, 28, 22, tzinfo=UTC))
        >>> rows[-1].shift, rows[-1].change, date.fromordinal(rows[-1].today + 719163)
        (7200000000, 0, datetime.date(2024, 5, 29))
    """
    checks.instant("as_of", as_of)
    every = ((name, stretch) for name in zones for stretch in _recent(as_of, days))
    pairs = every if stretches is None else stretches
    return [
        clock(name, zones[name], stretch, as_of=as_of, day_start=day_start)
        for name, stretch in pairs
    ]
