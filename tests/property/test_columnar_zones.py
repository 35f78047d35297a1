"""Every zone's local days on columns, at every change of its clocks, and what they rest on."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, _zoneinfo  # type: ignore[attr-defined]  # typeshed leaves it out

import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import numpy as np

from mainstay.columnar.clocks import DAY, microseconds
from mainstay.columnar.zones import LocalDays
from mainstay.daystarts import DayEnd, DayStart, since_midnight
from mainstay.localdays import day_table
from tests import effort

NAMES = sorted(zoneinfo.available_timezones() - {"localtime"})
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STRETCH = 39  # of the time line, as a power of two: zones.py says why

#: A change of the clocks: the microsecond, and the offsets before and after.
Change = tuple[int, int, int]


@lru_cache(maxsize=1)
def all_changes() -> dict[str, list[Change]]:
    """Every zone's changes of offset, as its file has them, and by its rule up to 2037."""
    return {name: changes_of(_zoneinfo.ZoneInfo.no_cache(name), ZoneInfo(name)) for name in NAMES}


def changes_of(parsed: Any, zone: ZoneInfo) -> list[Change]:
    """The instants come from zoneinfo's own pure-Python reading, the offsets from the zone."""
    seconds = {*parsed._trans_utc}
    rule, year = parsed._tz_after, datetime.fromtimestamp(max(seconds, default=0), UTC).year
    if hasattr(rule, "transitions"):
        for each in range(max(year, 1970), 2038):
            start, end = rule.transitions(each)
            seconds |= {
                start - rule.std.utcoff.total_seconds(),
                end - rule.dst.utcoff.total_seconds(),
            }
    turns = [EPOCH + timedelta(seconds=second) for second in sorted(seconds)]
    both = [(turn, offset(zone, turn - timedelta(seconds=1)), offset(zone, turn)) for turn in turns]
    return [(microseconds(turn), before, after) for turn, before, after in both if before != after]


def offset(zone: ZoneInfo, at: datetime) -> int:
    return (at.astimezone(zone).utcoffset() or timedelta(0)) // timedelta(microseconds=1)


def close_to(changes: Iterable[Change], day_start: DayStart) -> list[int]:
    """The microseconds about each change, and about the two local midnights on either side."""
    begins = since_midnight(day_start) // timedelta(microseconds=1)
    turns = {change for change, _, _ in changes}
    for change, *offsets in changes:
        for shift in (offset - begins for offset in offsets):
            day = (change + shift) // DAY
            turns |= {day * DAY - shift, (day + 1) * DAY - shift}
    return sorted({turn + step for turn in turns for step in (-1, 0, 1)})


def differing(
    days: LocalDays, name: str, instants: list[int], day_start: DayStart
) -> list[datetime]:
    """The instants whose local day in a zone is not the core's."""
    zone = days.number(ZoneInfo(name))
    columns = np.array(instants, np.int64)
    ages, _ = days.ages(columns, np.full(len(columns), zone))
    table = day_table(name, day_start)
    moments = [EPOCH + timedelta(microseconds=instant) for instant in instants]
    wanted = [table.ordinal(moment) - EPOCH.toordinal() for moment in moments]
    wrong = np.flatnonzero(days.horizon - ages != np.array(wanted))
    return [moments[row] for row in wrong]


@pytest.mark.parametrize("day_start", [time(0), time(1, 30), DayEnd(time(13))])
def test_every_zone_is_exact_at_every_change_of_its_clocks_from_2000_to_2037(
    day_start: DayStart,
) -> None:
    low, high = (microseconds(datetime(year, 1, 2, tzinfo=UTC)) for year in (2000, 2038))
    names, seen = effort.some_zones(NAMES), 0
    for name in names:
        changes = all_changes()[name]
        instants = close_to((change for change in changes if low <= change[0] < high), day_start)
        instants += range(low, high, 400 * DAY)
        days = LocalDays(EPOCH + timedelta(microseconds=high + 2 * DAY), day_start)
        assert differing(days, name, instants, day_start) == [], name
        seen += len(instants)
    assert seen > 90 * len(names)


def test_zones_that_changed_twice_within_two_weeks_are_exact_at_all_their_changes() -> None:
    """And so are those of odd seconds, in local mean time, before 1970 and about 1800."""
    for name, changes in all_changes().items():
        if any(later[0] - change[0] < 14 * DAY for change, later in pairwise(changes)):
            days = LocalDays(datetime(2038, 1, 9, tzinfo=UTC), time(0))
            known = [change for change in changes if change[0] < days.as_of - DAY]
            instants = [*close_to(known, time(0)), -(1 << 55), -(1 << 53), -(1 << 53) - 1]
            assert differing(days, name, instants, time(0)) == [], name


def test_no_zone_ever_changed_its_offset_twice_in_one_stretch_of_time() -> None:
    """The second look-up rests on this."""
    for name, changes in all_changes().items():
        stretches = [change >> STRETCH for change, _, _ in changes]
        assert len({*stretches}) == len(stretches), name


def test_no_zone_changed_its_offset_before_1800() -> None:
    """All stretches before that are one."""
    first = min(changes[0][0] for changes in all_changes().values() if changes)
    assert first > microseconds(datetime(1800, 1, 8, tzinfo=UTC))


def test_the_changes_are_those_that_everybody_knows() -> None:
    """New York puts its clocks forward on the second Sunday of March, back on November's first."""
    changes = all_changes()["America/New_York"]
    recent = [EPOCH + timedelta(microseconds=change) for change, _, _ in changes][-2:]
    assert recent == [datetime(2037, 3, 8, 7, tzinfo=UTC), datetime(2037, 11, 1, 6, tzinfo=UTC)]
