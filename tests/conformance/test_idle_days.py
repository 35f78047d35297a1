"""Stores that keep no idle days leave what evaluating every day of everybody leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("sqlalchemy", reason="two of the stores need mainstay[sql]")

from mainstay import (
    AnyOf,
    ByWeekday,
    DailyCriteria,
    DailyMinutes,
    EngagementPolicy,
    PickPolicy,
    PolicyHistory,
    Session,
)
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.engagements import _column_days
from mainstay.jobs import change_policy, evaluate_consistency
from mainstay.ports import HasEngagements
from mainstay.scheduling import JobContext
from mainstay.testing.memory import MemoryStore
from tests import effort
from tests.conformance.databases import empty, in_schema
from tests.plain_days import Event, PlainDays, days_between

USERS = ["ada", "bob", "cy"]
START = date(2024, 5, 6)
POLICIES = [
    EngagementPolicy(criteria=DailyCriteria({"post": 2}), top_inactive_users=2),
    EngagementPolicy(criteria=DailyCriteria({"post": 1}), top_inactive_users=1),
    EngagementPolicy(criteria=DailyCriteria({"post": 2}), posts_half=9, top_inactive_users=3),
    EngagementPolicy(
        criteria=AnyOf([DailyMinutes(30, kinds={"post"}), DailyCriteria({"like": 2})]),
        rest_weekdays={5, 6},
        excused={date(2024, 5, 9)},
        excused_kinds={"vacation"},
        half_life=3,
        top_inactive_users=1,
        pick=PickPolicy(cooldown=2, ties_by_day=True),
    ),
    EngagementPolicy(
        criteria=ByWeekday({0, 1}, DailyCriteria({"post": 1}), DailyMinutes(45)),
        excused_kinds={"like"},
        prior_ratings=2,
        prior_quality=6,
        half_life=2.5,
        posts_half=2,
        top_inactive_users=2,
        pick=PickPolicy(active_within=4, exclude={"cy"}),
    ),
]

#: A user, how many days from today, what was done how often, and how it was rated.
happened = st.tuples(
    st.sampled_from(USERS),
    st.sampled_from([0, 0, 0, 0, 1, 1, 2, 5, -1, -2, -6]),
    st.sampled_from(["post", "post", "post", "like", "vacation", "odd"]),
    st.integers(1, 3),
    st.none() | st.integers(0, 10),
    st.sampled_from([0, 0, 15, 45]),
)
#: How many days pass, and which day is then evaluated: mostly the one that is just over.
runs = st.tuples(st.sampled_from([1, 1, 1, 2, 5, 9]), st.sampled_from([0, 0, 0, 0, -3, -8]))
#: Another policy from so many days on, after all that were evaluated.
changes = st.tuples(st.sampled_from(POLICIES), st.integers(1, 6))
sound_steps = st.one_of(st.lists(happened, min_size=1, max_size=4), runs, runs, changes)
#: Or whether days with something odd can't be evaluated from now on.
steps = sound_steps | st.booleans()

Happened = tuple[str, int, str, int, int | None, int]
Make = Callable[[], HasEngagements]
NOTHING: Mapping[str, int] = {}
met, rests_on = DailyCriteria.met, EngagementPolicy.rests_on


def breaks(criteria: DailyCriteria, counts: Mapping[str, int], *_: object, **__: object) -> bool:
    if "odd" in counts:
        raise ZeroDivisionError
    return met(criteria, counts)


def breaks_rest(policy: EngagementPolicy, day: date, counts: Mapping[str, int] = NOTHING) -> bool:
    if "odd" in counts:
        raise ZeroDivisionError
    return rests_on(policy, day, counts)


@pytest.fixture(scope="module", params=["memory", "sqlite", "postgresql"])
def make(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Make]:
    """Makes an empty store."""
    if request.param == "memory":
        yield MemoryStore
        return
    url = f"sqlite:///{tmp_path_factory.mktemp('idle')}/mainstay.db"
    if request.param == "postgresql":
        url = in_schema(request.getfixturevalue("postgres_url"), "idle_days")
    with SqlStore.create(url) as store:

        def emptied() -> HasEngagements:
            empty(store)
            return store

        yield emptied


class Both:
    """A store, and the plain days that it is to agree with."""

    def __init__(self, store: HasEngagements) -> None:
        self.store = store
        self.plain = PlainDays(PolicyHistory(POLICIES[0]))
        self.job = evaluate_consistency(store.engagements)
        self.today = START
        self.ids = count()
        with store.engagements.page() as page:
            page.keep_policy(POLICIES[0])

    def add(self, happened: Sequence[Happened]) -> None:
        events = [
            Event(user, self.today + timedelta(days=days), kind, quality, minutes)
            for user, days, kind, times, quality, minutes in happened
            for _ in range(times)
        ]
        self.plain.events += events
        self.store.sessions.add(
            Session(
                each.user,
                datetime.combine(each.day, time(8), UTC),
                kind=each.kind,
                duration=timedelta(minutes=each.minutes) if each.minutes else None,
                quality=each.quality,
                id=str(next(self.ids)),
            )
            for each in events
        )

    def run(self, passes: int, behind: int) -> None:
        self.today += timedelta(days=passes)
        target = self.today + timedelta(days=behind - 1)
        midnight = datetime.combine(self.today, time(0), UTC)
        odd, tired = (breaks, breaks_rest) if self.plain.broken else (met, rests_on)
        with (
            patch.object(DailyCriteria, "met", odd),
            patch.object(EngagementPolicy, "rests_on", tired),
        ):
            self.job.run(JobContext(target=target, clock=lambda: midnight))
        self.plain.run(target)

    def change(self, policy: EngagementPolicy, ahead: int) -> None:
        latest = max([self.plain.latest, *(since for since, _ in self.plain.policies.changes)])
        since = max(latest, self.today) + timedelta(days=ahead)
        self.plain.policies = change_policy(self.store.engagements, policy=policy, since=since)

    def compare(self, since: date) -> None:
        days = [*days_between(since, self.today + timedelta(days=2))]
        outcomes, candidates = self.plain.outcomes, self.plain.candidates
        with self.store.engagements.page() as page:
            best = page.best_missed(days, limit=9)
            first = {day: page.best_missed([day], limit=1)[day] for day in days}
        for day in days:
            for user in USERS:
                found = self.store.engagements.outcome(user, day)
                assert found == outcomes.get((user, day)), (user, day)
            picked = self.store.engagements.candidates(day)
            assert (None if picked is None else [*picked]) == candidates.get(day), day
            assert [*best[day]] == self.plain.best(day), day
            assert [*first[day]] == self.plain.best(day)[:1], day


@given(history=st.lists(steps, max_size=20))
@settings(max_examples=effort.scaled(12))
def test_a_store_leaves_what_every_day_of_everybody_comes_to(
    make: Make, history: Sequence[object]
) -> None:
    """Late, backdated and future events, runs behind others, other policies, and failing users."""
    compare_after(Both(make()), history)


@pytest.mark.parametrize("make", ["sqlite", "postgresql"], indirect=True)
@given(history=st.lists(sound_steps, max_size=20))
@settings(max_examples=effort.scaled(12))
def test_so_it_does_on_columns(make: Make, history: Sequence[object]) -> None:
    """Days that can't be evaluated are told by numbers alone, before anything is."""
    pytest.importorskip("numpy", reason="columns need mainstay[columnar]")
    with patch.object(_column_days, "MANY", 1):
        compare_after(Both(make()), history)


def compare_after(both: Both, history: Sequence[object]) -> None:
    for step in history:
        match step:
            case bool():
                both.plain.broken = ["odd"] if step else []
            case list():
                both.add(step)
            case (EngagementPolicy() as policy, int(ahead)):
                both.change(policy, ahead)
            case (int(passes), int(behind)):
                both.run(passes, behind)
                both.compare(both.today - timedelta(days=3))
    both.compare(START - timedelta(days=8))
