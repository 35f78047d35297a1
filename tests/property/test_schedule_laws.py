"""The laws of schedules, and their agreement with a plain search on zoneinfo."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.localdays import clock_changes, find_zone
from mainstay.scheduling import (
    Daily,
    Every,
    RetryPolicy,
    Schedule,
    Weekly,
    head_start,
    interval_after,
    latest_due,
)
from mainstay.testing import strategies
from tests import effort

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAMES = sorted(zoneinfo.available_timezones() - {"localtime"})

#: Times on the wall, most of them where clocks are put forward or back.
times = st.sampled_from(
    [time(0), time(0, 0, 30), time(0, 30), time(1, 30), time(2), time(2, 15), time(2, 30)]
    + [time(3), time(12), time(23, 30), time(23, 59, 59)]
) | st.times().map(lambda at: at.replace(microsecond=0))
dailies = st.builds(Daily, times, strategies.zones())
weeklies = st.builds(Weekly, st.integers(0, 6), times, strategies.zones())
intervals = st.sampled_from(
    [timedelta(seconds=30), timedelta(minutes=7), timedelta(hours=12), timedelta(days=10)]
) | st.timedeltas(timedelta(microseconds=1), timedelta(days=4000))
schedules = dailies | weeklies | st.builds(Every, intervals)


@st.composite
def moments(draw: st.DrawFn) -> tuple[Daily | Weekly, datetime]:
    """A schedule and an instant about the clock changes and midnights of its own zone."""
    schedule = draw(dailies | weeklies)
    return schedule, draw(strategies.instants(st.just(schedule.zone)))


def date_exists(day: date, zone: str) -> bool:
    """Whether any hour of the world is on a date in a zone."""
    noon = datetime.combine(day, time(12), UTC)
    hours = (noon + n * HOUR for n in range(-48, 49))
    return any(hour.astimezone(find_zone(zone)).date() == day for hour in hours)


def searched(schedule: Daily | Weekly, after: datetime) -> datetime:
    """The next time due: each date in turn, at the first offset that its time of day has.

    That is how Python reads a time that occurs twice (PEP 495, fold=0), and one that is skipped:
    at the offset before the gap, so that it comes out later by the gap's length.
    """
    zone, today = find_zone(schedule.zone), after.astimezone(UTC).date()
    for days in range(-3, 30):
        day = today + timedelta(days=days)
        if isinstance(schedule, Weekly) and day.weekday() != schedule.weekday:
            continue
        due = datetime.combine(day, schedule.time.replace(fold=0), zone).astimezone(UTC)
        if due > after and date_exists(day, schedule.zone):
            return due
    raise AssertionError


@given(moments())
def test_the_next_time_is_what_a_search_of_the_calendar_finds(
    moment: tuple[Daily | Weekly, datetime],
) -> None:
    schedule, at = moment
    assert schedule.next_after(at) == searched(schedule, at)


@given(schedules, strategies.instants(st.just("UTC")))
def test_the_latest_time_due_is_the_one_that_no_other_follows_up_to_the_instant(
    schedule: Schedule, at: datetime
) -> None:
    due = latest_due(schedule, at)
    assert due <= at < schedule.next_after(due)
    assert schedule.next_after(due - timedelta(microseconds=1)) == due


@given(schedules, strategies.instants(st.just("UTC")))
def test_a_run_may_be_early_by_half_the_time_to_the_next_but_one_and_by_a_minute(
    schedule: Schedule, at: datetime
) -> None:
    following = schedule.next_after(at)
    interval = interval_after(schedule, at)
    assert following + interval == schedule.next_after(following)
    assert head_start(schedule, at) == min(interval / 2, timedelta(minutes=1))


@pytest.mark.parametrize("year", [2010, 2011, 2024])
def test_every_zone_is_right_at_every_clock_change(year: int) -> None:
    for name in effort.some_zones(NAMES):
        for turn in clock_changes(find_zone(name), date(year, 1, 1), date(year, 12, 31)):
            wall = turn.astimezone(find_zone(name))
            for seconds in (-5400, -1800, -1, 0, 1800, 5400):
                at = (wall + timedelta(seconds=seconds)).time()
                for schedule in (Daily(at, name), Weekly(wall.weekday(), at, name)):
                    for after in (turn - timedelta(hours=25), turn):
                        expected = searched(schedule, after)
                        assert schedule.next_after(after) == expected, (schedule, after)


@given(schedules, strategies.instants(), st.data())
def test_the_next_time_is_later_and_there_is_none_before_it(
    schedule: Schedule, at: datetime, data: st.DataObject
) -> None:
    due, start = schedule.next_after(at), at.astimezone(UTC)
    assert due > start
    gap = (due - start) // timedelta(microseconds=1)
    between = start + timedelta(microseconds=data.draw(st.integers(0, gap - 1)))
    assert schedule.next_after(between) == due


@given(schedules, strategies.instants(), strategies.instants())
def test_a_later_instant_never_has_an_earlier_next_time(
    schedule: Schedule, at: datetime, other: datetime
) -> None:
    earlier, later = sorted([at.astimezone(UTC), other.astimezone(UTC)])
    assert schedule.next_after(earlier) <= schedule.next_after(later)


@given(moments())
def test_each_date_that_exists_has_one_time_and_on_that_date(
    moment: tuple[Daily | Weekly, datetime],
) -> None:
    """None of these zones has a gap that leads across midnight, but for Samoa's lost date."""
    schedule, at = moment
    daily, zone = Daily(schedule.time, schedule.zone), find_zone(schedule.zone)
    walls = []
    for _ in range(5):
        at = daily.next_after(at)
        walls.append(at.astimezone(zone))
    for wall in walls:
        nominal = datetime.combine(wall.date(), schedule.time.replace(fold=0), zone)
        skipped = nominal.astimezone(UTC).astimezone(zone).time() != schedule.time
        assert wall.time() == schedule.time or skipped
    for before, after in pairwise(wall.date() for wall in walls):
        assert before < after
        between = range(1, (after - before).days)
        assert not any(date_exists(before + timedelta(days=n), daily.zone) for n in between)


@given(moments())
def test_a_week_has_a_time_on_its_day_and_so_have_the_days_of_a_daily_one(
    moment: tuple[Daily | Weekly, datetime],
) -> None:
    """The seven weekly schedules of a time are together the daily one."""
    schedule, at = moment
    weekly = [Weekly(day, schedule.time, schedule.zone).next_after(at) for day in range(7)]
    assert min(weekly) == Daily(schedule.time, schedule.zone).next_after(at)


@given(intervals, strategies.instants())
def test_every_time_is_a_whole_multiple_of_the_interval_and_the_first(
    interval: timedelta, at: datetime
) -> None:
    due = Every(interval).next_after(at)
    assert (due - EPOCH) % interval == timedelta(0)
    assert timedelta(0) < due - at.astimezone(UTC) <= interval


@given(
    st.integers(0, 20),
    st.timedeltas(timedelta(microseconds=1), timedelta(days=400)),
    st.integers(1, 1000),
    st.timedeltas(timedelta(microseconds=1), timedelta(days=400)),
)
def test_the_delay_before_each_retry_is_the_formulas(
    retries: int, delay: timedelta, factor: int, longest: timedelta
) -> None:
    microsecond = timedelta(microseconds=1)
    expected = [
        min(longest // microsecond, delay // microsecond * factor**n) for n in range(retries)
    ]
    delays = RetryPolicy(retries, delay, factor, longest).delays()
    assert [wait // microsecond for wait in delays] == expected
