"""Zones, days, weeks and instants, where calendars go wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache, partial

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay.daystarts import DayEnd, DayStart
from mainstay.localdays import IsoWeek, clock_changes, find_zone
from mainstay.testing.strategies.making import made

__all__ = [
    "around",
    "day_ends",
    "day_starts",
    "days",
    "instants",
    "iso_weeks",
    "later",
    "turning_points",
    "zones",
]

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
_OFFSETS = [timezone(timedelta(minutes=minutes)) for minutes in (0, 60, -300, 345, 840, -720)]
_SECOND, _HALF_HOUR, _DAY = timedelta(seconds=1), timedelta(minutes=30), 86_400

# What is drawn again and again is made once: Hypothesis checks and labels each new strategy.
_ZONES = st.sampled_from(ZONES)
_STARTS: tuple[DayStart, ...] = (time(0), time(0), time(1, 30), time(4), time(23, 59, 59))
_ENDS = tuple(map(DayEnd, (time(13), time(0, 0, 1), time(12), time(23, 59, 59))))
_DAY_STARTS = st.sampled_from((*_STARTS, *_ENDS))
_DAY_ENDS = st.sampled_from(_ENDS)
_DAYS = st.dates(_FIRST, _LAST)
_TURNS = st.integers(0, 59)  # divisible by as many turns as a year may have
DISTANCES = st.one_of(
    st.integers(-96, 96).map(_HALF_HOUR.__mul__),
    st.integers(-2 * _DAY, 2 * _DAY).map(_SECOND.__mul__),
    st.integers(-40 * _DAY, 40 * _DAY).map(_SECOND.__mul__),
)
PLACES: SearchStrategy[tzinfo | None] = st.sampled_from([None, *_OFFSETS])
_WEEKS_FROM_EITHER_END = st.sampled_from([1, 2, 3, -3, -2, -1]) | st.integers(1, 53)


def zones() -> SearchStrategy[str]:
    """Names of zones and offsets, most of them odd in some way.

    Examples:
        >>> from hypothesis import find
        >>> find(zones(), lambda zone: zone.startswith("+"))
        '+14:00'
    """
    return _ZONES


def day_starts() -> SearchStrategy[DayStart]:
    """When a day begins: often midnight, else in the small hours or at the very end; or ends.

    Examples:
        >>> from hypothesis import find
        >>> find(day_starts(), lambda start: start != time(0))
        datetime.time(1, 30)
    """
    return _DAY_STARTS


def day_ends() -> SearchStrategy[DayEnd]:
    """When days end that are named by their end: after noon, at noon, and close to midnight.

    Examples:
        >>> from hypothesis import find
        >>> find(day_ends(), lambda end: end.at > time(12))
        DayEnd(at=datetime.time(13, 0))
    """
    return _DAY_ENDS


def days(first: date = _FIRST, last: date = _LAST) -> SearchStrategy[date]:
    """Dates; by default of years whose clock changes are on record, and of some to come.

    Examples:
        >>> from hypothesis import find
        >>> find(days(date(2024, 2, 1), date(2024, 3, 1)), lambda day: day.day == 29)
        datetime.date(2024, 2, 29)
    """
    return _DAYS if (first, last) == (_FIRST, _LAST) else st.dates(first, last)


@lru_cache(maxsize=1024)
def _turns(zone: str, year: int) -> tuple[datetime, ...]:
    """Return the instants of a year at which a zone's clocks are put forward or back."""
    return clock_changes(find_zone(zone), date(year, 1, 1), date(year, 12, 31))


@st.composite
def turning_points(draw: DrawFn, zone: str) -> datetime:
    """A change of a zone's clocks, or one of its midnights."""
    return turning_point(draw, zone)


def turning_point(draw: DrawFn, zone: str) -> datetime:
    """Draw one of :func:`turning_points`, without a strategy of its own."""
    day, turn = draw(_DAYS), draw(_TURNS)
    midnight = datetime.combine(day, time(0), find_zone(zone)).astimezone(UTC)
    turns = [midnight, *_turns(zone, day.year), *NOTABLE.get(zone, [])]
    return turns[turn % len(turns)]


def around(moment: datetime, zone: str) -> SearchStrategy[datetime]:
    """Instants within weeks of another, often within a day, in a zone or at any offset."""
    return made(partial(seen_from, moment, zone), DISTANCES, PLACES)


def seen_from(moment: datetime, zone: str, distance: timedelta, place: tzinfo | None) -> datetime:
    """Return the instant at a distance from another, at a place's offset, by default the zone's."""
    return (moment + distance).astimezone(find_zone(zone) if place is None else place)


def later(at: datetime, span: timedelta) -> datetime:
    """Return the instant a span of time after another; a clock's hours are skipped and repeated.

    Examples:
        >>> from zoneinfo import ZoneInfo
        >>> at = datetime(2024, 3, 31, 1, 30, tzinfo=ZoneInfo("Europe/Berlin"))
        >>> str(later(at, timedelta(hours=1)))
        '2024-03-31 03:30:00+02:00'
    """
    return (at.astimezone(UTC) + span).astimezone(at.tzinfo)


@st.composite
def _instants(draw: DrawFn, zone: SearchStrategy[str]) -> datetime:
    where = draw(zone)
    return seen_from(turning_point(draw, where), where, draw(DISTANCES), draw(PLACES))


_INSTANTS = _instants(_ZONES)


def instants(zone: SearchStrategy[str] | None = None) -> SearchStrategy[datetime]:
    """Instants about a zone's clock changes and midnights, at its offset or any other.

    Args:
        zone: The zones to choose from; all of :func:`zones` by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(instants(st.just("Europe/Berlin")))
        ... def test_a_day_is_in_its_week(at):
        ...     monday = IsoWeek.of(at.date()).monday
        ...     assert monday <= at.date() < monday + timedelta(days=7)
        >>> test_a_day_is_in_its_week()
    """
    return _INSTANTS if zone is None else _instants(zone)


@st.composite
def _iso_weeks(draw: DrawFn, years: SearchStrategy[int]) -> IsoWeek:
    year, week = draw(years), draw(_WEEKS_FROM_EITHER_END)
    weeks_in_year = IsoWeek.of(date(year, 12, 28)).week
    return IsoWeek(year, week + weeks_in_year + 1 if week < 0 else min(week, weeks_in_year))


def iso_weeks(first: int = 1970, last: int = 2100) -> SearchStrategy[IsoWeek]:
    """Weeks, most of them about the turn of a year, which may have 53.

    Args:
        first: The first year.
        last: The last year.

    Examples:
        >>> from hypothesis import find
        >>> str(find(iso_weeks(first=2020, last=2020), lambda week: week.week == 53))
        '2020-W53'
    """
    return _iso_weeks(st.integers(first, last))
