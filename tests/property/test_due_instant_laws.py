"""Due instants agree with a search of clocks and with other libraries, in every zone."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from mainstay.localdays import clock_changes, find_zone
from mainstay.outlook import (
    NotificationPolicy,
    Preferences,
    dates_due,
    due_instant,
    wanted_instant,
)
from mainstay.testing import strategies
from tests import effort
from tests.wall_clocks import Readings, of_dateutil, of_whenever

MICROSECOND, QUARTER, HOUR = timedelta(microseconds=1), timedelta(minutes=15), timedelta(hours=1)
DAY = timedelta(days=1)
#: Since 2000 clocks have been ahead of UTC, or behind it, by less than this.
FARTHEST = timedelta(hours=15)
NAMES = sorted(zoneinfo.available_timezones() - {"localtime"})
FIRST, LAST = date(2000, 1, 1), date(2037, 12, 31)
DATES = [FIRST + n * DAY for n in range((LAST - FIRST).days + 1)]

times = st.times().map(lambda at: at.replace(microsecond=0))
days = st.dates(date(1900, 1, 1), date(2100, 1, 1)) | st.sampled_from([date(2011, 12, 30)])
zones = strategies.zones() | st.sampled_from(["-23:59", "+23:59"])
preferences = st.builds(
    Preferences,
    zone=st.none() | zones,
    weekday=times,
    weekend=times,
    quiet_weekdays=st.sets(st.integers(0, 6)),
    enabled=st.booleans(),
)
policies = st.builds(
    NotificationPolicy, enabled=st.booleans(), zone=zones, weekday=times, weekend=times
)
#: From an end of a span to what is due in it, which is often the end itself.
spans = st.just(timedelta(0)) | st.timedeltas(timedelta(0), 2 * DAY)


def always(zone: str, at: time) -> Preferences:
    """Preferences with one time for every day."""
    return Preferences(zone, at, at)


@cache
def turns(name: str) -> tuple[datetime, ...]:
    return clock_changes(find_zone(name), FIRST, LAST)


def names() -> list[str]:
    return NAMES if effort.thorough() else effort.some_zones(NAMES)


def quarters_about(turn: datetime, zone: str) -> Iterator[datetime]:
    """The quarters on the wall from an hour before a gap to an hour after it.

    Or before and after the times that occur twice.
    """
    where = find_zone(zone)
    before = (turn - MICROSECOND).astimezone(where).replace(tzinfo=None) + MICROSECOND
    start, end = sorted((before, turn.astimezone(where).replace(tzinfo=None)))
    wall = datetime.combine(start, time(start.hour)) - HOUR
    while wall <= end + HOUR:
        if wall >= start - HOUR:
            yield wall
        wall += QUARTER


def test_every_zone_agrees_with_a_search_and_with_whenever_at_every_clock_change() -> None:
    """From 2000 to 2037; and with dateutil, which knows of no dates that are skipped."""
    tried = 0
    for name in names():
        for turn in turns(name):
            asked = list(quarters_about(turn, name))
            margin = asked[-1] - asked[0]
            readings = Readings.of(name, turn - margin, turn + margin)
            for wall in asked:
                day, at = wall.date(), wall.time()
                due = due_instant(always(name, at), day)
                assert due == readings.searched(wall), (name, wall)
                assert due == of_whenever(day, at, name), (name, wall)
                assert due in {None, of_dateutil(day, at, name)}, (name, wall)
                tried += 1
    assert tried > (220_000 if effort.thorough() else 10_000)


def searched(zone: str, wall: datetime) -> datetime | None:
    """What a search finds: minute after minute where clocks change, else by their offset."""
    around = wall.replace(tzinfo=UTC)
    start, end = around - FARTHEST, around + FARTHEST
    if any(start <= turn <= end for turn in turns(zone)):
        return Readings.of(zone, start, end).searched(wall)
    shown = around.astimezone(find_zone(zone)).replace(tzinfo=None)
    return around - (shown - wall)


def test_the_standard_times_agree_with_a_search_and_with_whenever_in_every_zone() -> None:
    """On every date from 2000 to 2037; in CI on some, and on some of clock changes."""
    for name in names():
        standard = Preferences(name)
        some = effort.some_of(turns(name), 10)
        changed = {turn.astimezone(find_zone(name)).date() for turn in some}
        for day in DATES if effort.thorough() else {*effort.some_of(DATES, 100), *changed}:
            at = time(8, 30) if day.isoweekday() in {6, 7} else time(6, 45)
            due = due_instant(standard, day)
            assert due == searched(name, datetime.combine(day, at)), (name, day)
            assert due == of_whenever(day, at, name), (name, day)


@given(st.sampled_from(NAMES), times, days)
def test_any_time_is_where_whenever_has_it(zone: str, at: time, day: date) -> None:
    assert due_instant(always(zone, at), day) == of_whenever(day, at, zone)


@given(zones, times, days, spans, spans)
def test_what_is_due_in_a_span_is_that_of_one_of_its_dates(
    zone: str, at: time, day: date, before: timedelta, after: timedelta
) -> None:
    due = due_instant(always(zone, at), day)
    if due is not None:
        first, last = dates_due(due - before, due + after + MICROSECOND)
        assert first <= day <= last


@given(st.none() | preferences, days, policies)
def test_wanted_is_what_is_due_by_what_holds_unless_off_or_quiet(
    kept: Preferences | None, day: date, policy: NotificationPolicy
) -> None:
    held = policy.preferences(kept)
    wanted = policy.enabled and held.enabled and day.weekday() not in held.quiet_weekdays
    expected = due_instant(held, day) if wanted else None
    assert wanted_instant(kept, day, policy=policy) == expected
