"""Zones, days, weeks and instants, where calendars go wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay.localdays import IsoWeek, clock_changes, find_zone

__all__ = ["around", "day_starts", "days", "instants", "iso_weeks", "turning_points", "zones"]

#: Zones whose clocks did something odd, on both sides of the date line, with offsets of odd
#: minutes, and at the ends of what an offset can be.
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Antarctica/Casey",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Chatham",
    "Pacific/Pago_Pago",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "+14:00",
    "-12:00",
    "+05:45",
    "-23:59",
    "+23:59",
)
#: Turns that crossed midnight, skipped one, or skipped a whole date.
NOTABLE = {
    "America/New_York": [datetime(2025, 11, 2, 6, tzinfo=UTC)],  # with a day start of 01:30
    "America/St_Johns": [datetime(2010, 11, 7, 2, 31, tzinfo=UTC)],
    "America/Sao_Paulo": [datetime(2018, 11, 4, 3, tzinfo=UTC)],
    "Antarctica/Casey": [datetime(2010, 3, 4, 15, tzinfo=UTC)],
    "Pacific/Apia": [datetime(2011, 12, 30, 10, tzinfo=UTC)],
}
_FIRST, _LAST = date(2000, 1, 1), date(2037, 12, 31)
_OFFSETS: list[tzinfo] = [
    timezone(timedelta(minutes=minutes)) for minutes in (0, 60, -300, 345, 840, -720)
]
_DAY = 86_400


def zones() -> SearchStrategy[str]:
    """Names of zones and offsets, most of them odd in some way."""
    return st.sampled_from(ZONES)


def day_starts() -> SearchStrategy[time]:
    """Times at which a day begins: often midnight, else in the small hours or at the very end."""
    return st.sampled_from([time(0), time(0), time(1, 30), time(4), time(23, 59, 59)])


def days(first: date = _FIRST, last: date = _LAST) -> SearchStrategy[date]:
    """Dates; by default of the years whose clock changes are on record and yet to come."""
    return st.dates(first, last)


@lru_cache(maxsize=1024)
def _turns(zone: str, year: int) -> tuple[datetime, ...]:
    """Return the instants of a year at which a zone's clocks are put forward or back."""
    return clock_changes(find_zone(zone), date(year, 1, 1), date(year, 12, 31))


@st.composite
def turning_points(draw: DrawFn, zone: str) -> datetime:
    """A change of a zone's clocks, or one of its midnights."""
    day = draw(days())
    midnight = datetime.combine(day, time(0), find_zone(zone)).astimezone(UTC)
    turns: list[datetime] = [midnight, *_turns(zone, day.year), *NOTABLE.get(zone, [])]
    return draw(st.sampled_from(turns))


@st.composite
def around(draw: DrawFn, moment: datetime, zone: str) -> datetime:
    """An instant within weeks of another, often within a day, in a zone or at any offset."""
    close = st.integers(-2 * _DAY, 2 * _DAY)
    halves = close.map(lambda seconds: seconds // 1800 * 1800)
    weeks = st.integers(-40 * _DAY, 40 * _DAY)
    at = moment + timedelta(seconds=draw(st.one_of(halves, close, weeks)))
    places: list[tzinfo] = [find_zone(zone), *_OFFSETS]
    return at.astimezone(draw(st.sampled_from(places)))


@st.composite
def instants(draw: DrawFn, zone: SearchStrategy[str] | None = None) -> datetime:
    """Instants about a zone's clock changes and midnights, at its offset or any other.

    Args:
        zone: The zones to choose from; all of :func:`zones` by default.
    """
    where = draw(zones() if zone is None else zone)
    return draw(around(draw(turning_points(where)), where))


@st.composite
def iso_weeks(draw: DrawFn, first: int = 1970, last: int = 2100) -> IsoWeek:
    """Weeks, most of them about the turn of a year, which may have 53.

    Args:
        first: The first year.
        last: The last year.
    """
    year = draw(st.integers(first, last))
    weeks_in_year = IsoWeek.of(date(year, 12, 28)).week
    ends = st.sampled_from([1, 2, 3, weeks_in_year - 2, weeks_in_year - 1, weeks_in_year])
    return IsoWeek(year, draw(ends | st.integers(1, weeks_in_year)))
