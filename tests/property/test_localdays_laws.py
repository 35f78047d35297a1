"""Local days agree with the plain conversion, in every zone and at every clock change."""

from __future__ import annotations

import struct
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay import IsoWeek, local_day
from mainstay.daystarts import DayEnd, DayStart
from mainstay.testing import strategies
from tests import effort, oracles

NAMES = sorted(zoneinfo.available_timezones() - {"localtime"})
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@given(strategies.instants(), st.none() | strategies.zones(), strategies.day_starts())
def test_a_local_day_is_the_plain_conversions(
    at: datetime, zone: str | None, day_start: DayStart
) -> None:
    assert local_day(at, zone=zone, day_start=day_start) == oracles.local_day(at, zone, day_start)


@pytest.mark.parametrize("day_start", [time(0), time(1, 30), DayEnd(time(13))])
def test_every_zone_is_exact_at_every_clock_change(day_start: DayStart) -> None:
    """From 2000 to 2037, an hour, a second and no time before and after, and at local midnight."""
    for name in effort.some_zones(NAMES):
        for turn in clock_changes(ZoneInfo(name)):
            for seconds in (-3600, -1, 0, 1, 3600, 86_399):
                at = turn + timedelta(seconds=seconds)
                expected = oracles.local_day(at, name, day_start)
                assert local_day(at, zone=name, day_start=day_start) == expected, (name, at)


def clock_changes(zone: ZoneInfo) -> Iterator[datetime]:
    """The second of each change of offset, found by halving the days on which there is one."""
    start = datetime(2000, 1, 1, tzinfo=UTC)
    days = [start + timedelta(days=n) for n in range(0, 38 * 366, 3)]
    offsets = [day.astimezone(zone).utcoffset() for day in days]
    for (low, before), (high, after) in pairwise(zip(days, offsets, strict=True)):
        if before != after:
            yield halved(zone, low, high)


def halved(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low).total_seconds() // 2)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def test_no_zone_changes_its_offset_twice_within_two_days() -> None:
    """The table of local days rests on this; it is read from the tz database itself."""
    for name in files("tzdata").joinpath("zones").read_text().split():
        data = files("tzdata.zoneinfo").joinpath(*name.split("/")).read_bytes()
        changes = offset_changes(data)
        assert all(later - turn > 2 * 86_400 for turn, later in pairwise(changes)), name


def offset_changes(data: bytes) -> list[int]:
    """The Unix seconds of each change of offset in a TZif file (RFC 8536, version 2 and later)."""
    _, body = tzif_block(data, 0, 4)
    header, start = tzif_block(data, body, 8)
    _, _, _, times, types, _ = header
    turns = struct.unpack_from(f">{times}q", data, start - 0)
    kinds = data[start + 8 * times : start + 9 * times]
    local = [struct.unpack_from(">lBB", data, start + 9 * times + 6 * n)[0] for n in range(types)]
    offsets = [local[0], *(local[kind] for kind in kinds)]
    return [turn for turn, (a, b) in zip(turns, pairwise(offsets), strict=True) if a != b]


def tzif_block(data: bytes, at: int, size: int) -> tuple[tuple[int, ...], int]:
    """A block's counts, with where the next begins (version 1) or where its data does."""
    assert data[at : at + 4] == b"TZif"
    counts = struct.unpack_from(">6l", data, at + 20)
    isut, isstd, leap, times, types, chars = counts
    body = at + 44
    if size == 4:
        body += times * 5 + types * 6 + chars + leap * 8 + isstd + isut
    return counts, body


@given(st.dates(date(1, 1, 8), date(9999, 12, 20)))
def test_a_weeks_monday_is_in_it_and_so_are_the_next_six_days(day: date) -> None:
    week = IsoWeek.of(day)
    assert 0 <= (day - week.monday).days < 7
    assert IsoWeek.of(week.monday + timedelta(days=6)) == week
    assert week + 1 - week == 1


@given(st.dates(), st.dates())
def test_weeks_differ_as_their_mondays_do(a: date, b: date) -> None:
    left, right = IsoWeek.of(a), IsoWeek.of(b)
    assert (left - right) * 7 == (left.monday - right.monday).days
    assert (left < right) == (left.monday < right.monday)
