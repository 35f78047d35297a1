"""A day that begins at 04:00 does so everywhere, in memory, in SQLite and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

pytest.importorskip("sqlalchemy", reason="two of the stores need mainstay[sql]")

from mainstay import IsoWeek, Session
from mainstay.activity.windowing import WindowBuilder
from mainstay.adapters.sql import SqlStore
from mainstay.daystarts import DayEnd, DayStart, wall_time_of
from mainstay.localdays import MIDNIGHT, counted_day
from mainstay.ports import (
    BadgeStanding,
    BadgeTarget,
    OutlookStanding,
    OutlookTarget,
    Store,
    score_user,
)
from mainstay.ports.recognition import measured
from mainstay.recognition import Badge, BadgePolicy
from mainstay.testing.conformance import (
    BadgeStoreConformance,
    EngagementStoreConformance,
    OutlookConformance,
    ReputationStoreConformance,
)
from mainstay.testing.conformance import _days as days
from mainstay.testing.conformance import _weeks as weeks
from mainstay.testing.memory import MemoryStore
from tests.conformance.databases import new_database
from tests.conformance.failing import failures

FOUR = time(4)
SUNDAY, MONDAY = date(2024, 5, 5), date(2024, 5, 6)
W18, W19 = IsoWeek(2024, 18), IsoWeek(2024, 19)
BERLIN = "Europe/Berlin"  # two hours ahead of UTC

#: What happened that Monday: when by UTC, where, and on which day it counts by UTC and locally.
HAPPENED = {
    "just before, in UTC": ("03:59:59.999999", None, SUNDAY, SUNDAY),
    "as the day begins, in UTC": ("04:00", None, MONDAY, MONDAY),
    "just before, in Berlin": ("01:59:59.999999", BERLIN, SUNDAY, SUNDAY),
    "as the day begins, in Berlin": ("02:00", BERLIN, SUNDAY, MONDAY),
    "three at night": ("03:00", None, SUNDAY, SUNDAY),
    "late, already Tuesday in Berlin": ("22:30", BERLIN, MONDAY, MONDAY),
}


@pytest.fixture(params=[False, True], ids=["UTC days", "local days"])
def local_days(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    local_days: bool,
) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore(local_days=local_days, day_start=FOUR)
        return
    url = new_database(request.param, request, tmp_path_factory.mktemp("four"))
    with SqlStore.create(url, local_days=local_days, day_start=FOUR) as made:
        yield made


def on_monday(hour: str) -> datetime:
    return datetime.combine(MONDAY, time.fromisoformat(hour), UTC)


def test_what_happens_before_four_counts_on_the_day_before(store: Store, local_days: bool) -> None:
    store.sessions.add(
        Session("ada", on_monday(hour), timezone=zone, kind=kind, id=kind)
        for kind, (hour, zone, _, _) in HAPPENED.items()
    )
    expected: dict[date, set[str]] = {}
    for kind, (_, _, by_utc, locally) in HAPPENED.items():
        expected.setdefault(locally if local_days else by_utc, set()).add(kind)
    (found,) = days.due(store, MONDAY)
    assert {each.day: {*each.counts} for each in found.activities} == expected
    (recorded,) = weeks.due(store, W19)
    by_week = {W18: expected[SUNDAY], W19: expected[MONDAY]}
    assert {week: {*counts} for week, counts in recorded.weeks.items()} == by_week


def test_what_is_known_of_users_at_night_is_of_the_day_before(store: Store) -> None:
    """Of their outlook, of the score that their badges ask for, and of their score by itself."""
    store.sessions.add([Session("ada", on_monday("12:00") - timedelta(days=1), id="1")])
    night = on_monday("03:59:59")
    with store.outlooks.page() as page:
        (told,) = page.due(OutlookTarget(MONDAY, night), limit=9)
    (standing,) = store.outlooks.standings(["ada"], now=night)
    assert isinstance(told, OutlookStanding)
    assert told == standing
    assert told.window.last_day == SUNDAY
    assert score_user(store.sessions, "ada", as_of=night).window.last_day == SUNDAY
    by_midnight = score_user(store.sessions, "ada", as_of=night, day_start=MIDNIGHT)
    assert by_midnight.window.last_day == MONDAY


def test_everybodys_windows_are_by_the_stores_days_unless_others_are_asked_for(
    tmp_path: Path,
) -> None:
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db", day_start=FOUR) as store:
        store.sessions.add([Session("ada", on_monday("12:00") - timedelta(days=1), id="1")])
        night = on_monday("03:59:59")
        (found,) = store.windows(as_of=night)
        (by_midnight,) = store.windows(as_of=night, day_start=MIDNIGHT)
    assert (found.window.last_day, by_midnight.window.last_day) == (SUNDAY, MONDAY)


def test_the_score_that_badges_ask_for_is_by_the_stores_days(store: Store) -> None:
    """SPEC §2: yesterday alone is 9 points; the day before it alone 2.14 + 3, so 5."""
    store.sessions.add([Session("ada", on_monday("12:00") - timedelta(days=2), id="1")])
    badge = Badge(1, "score", "Score", "Score.", "🦉", "score", "points", 9, 5)
    for hour, points in (("03:59:59", 9), ("04:00", 5)):
        target = BadgeTarget(on_monday(hour), policy=BadgePolicy(badges=[badge]))
        assert measured(store.badges.standing("ada", target), target)["score"] == points


NIGHTS = DayEnd(time(13))


class TestEngagementsOfNights(EngagementStoreConformance):
    """A store whose days are named by their end, as the suites ask of any."""

    @pytest.fixture(params=[False, True], ids=["UTC days", "local days"])
    def store(self, request: pytest.FixtureRequest) -> MemoryStore:
        return MemoryStore(local_days=request.param, day_start=NIGHTS)


class TestReputationsOfNights(ReputationStoreConformance):
    """The same of weeks: Monday's begins on Sunday."""

    @pytest.fixture(params=["memory", "sqlite"])
    def store(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
        if request.param == "memory":
            yield MemoryStore(local_days=True, day_start=NIGHTS)
            return
        with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db", day_start=NIGHTS) as made:
            yield made


class TestOutlooksOfNights(OutlookConformance):
    """The same of windows."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db", day_start=NIGHTS) as made:
            yield made


#: Days that lie far from UTC's: when they begin or end, and where.
FAR: Mapping[str, tuple[DayStart, str]] = {
    "named by their end, in the east": (DayEnd(time(12)), "Pacific/Auckland"),
    "that begin late, in the west": (time(23), "Pacific/Honolulu"),
}


@pytest.mark.parametrize("far", FAR)
@pytest.mark.parametrize("kind", ["memory", "sqlite", "postgresql"])
@pytest.mark.parametrize("hour", [0, 23])
def test_days_far_from_those_of_utc_lose_nothing(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, far: str, hour: int
) -> None:
    """In the first and last hour of a day: on the next day, weeks later, and when picks ask."""
    day_start, zone = FAR[far]
    first, run = first_instant_of(date(2024, 1, 10), day_start, zone), [0, 1, 30]
    added = [first + timedelta(days=ago, hours=hour, minutes=30) for ago in run]
    new = [Session("ada", at, timezone=zone, kind="view", id=str(at)) for at in added]
    expected = [date(2024, 1, 10) + timedelta(days=ago) for ago in run]
    with far_store(request, tmp_path, kind, day_start) as store:
        store.sessions.add(new)
        evaluated = [each for day in expected for each in days.evaluate(store, day)]
        with store.engagements.page() as page:
            active = {day: page.last_active(["ada"], day, day) for day in expected}
        (week,) = weeks.due(store, IsoWeek.of(expected[-1]))
    outcomes = [outcome for each in evaluated for outcome in each.outcomes]
    assert active == {day: {"ada": day} for day in expected}
    assert [each.day for each in outcomes] == expected  # none is met: those between are idle
    assert sum(sum(counts.values()) for counts in week.weeks.values()) == len(run)


def first_instant_of(day: date, day_start: DayStart, zone: str) -> datetime:
    begun = day - timedelta(days=1) if isinstance(day_start, DayEnd) else day
    return datetime.combine(begun, wall_time_of(day_start), ZoneInfo(zone)).astimezone(UTC)


def far_store(
    request: pytest.FixtureRequest, folder: Path, kind: str, day_start: DayStart
) -> MemoryStore | SqlStore:
    if kind == "memory":
        return MemoryStore(local_days=True, day_start=day_start)
    url = new_database(kind, request, folder)
    return SqlStore.create(url, local_days=True, day_start=day_start)


def count_by_midnight(at: datetime, *, day_start: DayStart, **fields: Any) -> date:
    del day_start
    return counted_day(at, day_start=MIDNIGHT, **fields)


def window_by_midnight(*, day_start: DayStart, **fields: Any) -> WindowBuilder:
    del day_start
    return WindowBuilder(**fields)


def standing_by_midnight(*fields: Any) -> BadgeStanding:
    return BadgeStanding(*fields[:4])


BROKEN: Mapping[str, tuple[type, str, Callable[..., object]]] = {
    "days": (EngagementStoreConformance, "sessions.counted_day", count_by_midnight),
    "weeks": (ReputationStoreConformance, "sessions.counted_day", count_by_midnight),
    "windows": (OutlookConformance, "outlooks.WindowBuilder", window_by_midnight),
    "scores": (BadgeStoreConformance, "badges.BadgeStanding", standing_by_midnight),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_store_that_counts_by_midnight_fails_the_suite(
    monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    suite, name, broken = BROKEN[what]
    monkeypatch.setattr(f"mainstay.testing.memory.{name}", broken)
    assert next(failures(suite, partial(MemoryStore, day_start=FOUR)), None)
