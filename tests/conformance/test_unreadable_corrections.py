"""Users of whom nothing can be read are reported, and can be erased all the same."""

from __future__ import annotations

from datetime import date

import attrs
import pytest

from mainstay import IsoWeek, NoLongerKeptError, RejectedError, WeeklyStreak
from mainstay.jobs import forget, rename
from mainstay.ports import Pruned, Unreadable
from mainstay.testing.conformance._activity import at, did, may
from mainstay.testing.conformance._corrections import FLOOR, days_of, replace
from mainstay.testing.conformance._days import due, evaluate
from mainstay.testing.conformance._weeks import record
from mainstay.testing.memory import MemoryStore


@pytest.fixture
def store() -> MemoryStore:
    """One in which ada can't be read, and bob can."""
    store = MemoryStore()
    store.sessions.add([*did("ada", may(1), times=2), *did("bob", may(1), times=2)])
    evaluate(store, may(20))
    record(store, IsoWeek.of(may(20)))
    store.sessions.add([*did("ada", may(3)), *did("bob", may(3))])
    store.corrupt("ada")
    return store


def keys(found: object) -> list[tuple[str, bool]]:
    assert isinstance(found, list | tuple)
    return [(each.key, isinstance(each, Unreadable)) for each in found]


@pytest.mark.parametrize("since", [None, may(2)])
def test_their_days_are_not_reopened(store: MemoryStore, since: date | None) -> None:
    with store.engagements.page() as page:
        found = page.reopen(None, since=since, limit=9)
    assert keys(found) == [("ada", True), ("bob", False)]
    assert store.corrections.late().days == 1
    store.mend("ada")
    kept = store.engagements.outcome("ada", may(20))
    assert kept is not None


def test_an_unreadable_one_takes_its_place_on_a_page(store: MemoryStore) -> None:
    with store.engagements.page() as page:
        found = page.reopen(None, since=may(1), limit=1)
    assert keys(found) == [("ada", True)]


def test_their_weeks_are_not_reopened(store: MemoryStore) -> None:
    with store.reputations.page() as page:
        found = page.reopen(None, late=True, limit=9)
    assert keys(found) == [("ada", True), ("bob", False)]
    store.mend("ada")
    assert store.reputations.reputations(["ada"])["ada"].streak.last_recorded is not None


def test_they_are_not_pruned(store: MemoryStore) -> None:
    with store.corrections.page() as page:
        assert keys(page.prunable(FLOOR, limit=9)) == [("ada", True), ("bob", False)]


def test_they_are_forgotten(store: MemoryStore) -> None:
    assert forget(store.corrections, ["ada"]).succeeded == 1
    store.sessions.add(did("ada", may(21)))
    assert days_of(due(store, may(21)))["ada"] == [21]


def test_they_are_renamed_and_still_unreadable(store: MemoryStore) -> None:
    rename(store.corrections, "ada", "eve")
    with store.corrections.page() as page:
        assert keys(page.prunable(FLOOR, limit=9)) == [("bob", False), ("eve", True)]


def test_who_is_behind_is_not_pruned(store: MemoryStore) -> None:
    store.sessions.add(did("cyd", may(2)))
    pruned = Pruned("cyd", WeeklyStreak(0, None, IsoWeek.of(FLOOR) - 1))
    with pytest.raises(RejectedError, match="cyd"), store.corrections.page() as page:
        page.prune(FLOOR, [pruned])


def test_an_event_that_was_not_pruned_stays_as_it_is() -> None:
    """Nobody could evaluate its day again."""
    store = MemoryStore()
    (event,) = did("ada", may(1))
    store.sessions.add([event])
    with store.corrections.page() as page:
        page.raise_floor(FLOOR)
    with pytest.raises(NoLongerKeptError, match="2024-05-01T12:00:00Z"):
        replace(store, attrs.evolve(event, started_at=at(may(20))))
