"""A store in which traces of users are left, or lost, fails the suite."""
# ruff: noqa: ARG001  (a broken method has the arguments of the one that it replaces)

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime

import attrs
import pytest

from mainstay.contest import Case
from mainstay.ports import Changes, OutboxEntry, users_in_runs
from mainstay.scheduling import JobRun
from mainstay.testing.conformance import CorrectionConformance
from mainstay.testing.memory import (
    MemoryContests,
    MemoryMetrics,
    MemoryPoints,
    MemoryReputations,
    MemoryRuns,
    MemorySessions,
    metrics,
    outbox,
    runs,
)
from mainstay.testing.memory._contest import Contest
from mainstay.testing.memory._outlook import Told
from mainstay.testing.memory._undoing import undone_if_it_raises
from mainstay.testing.memory.corrections import MemoryCorrections, _Page
from mainstay.testing.memory.engagements import MemoryEngagements
from mainstay.testing.memory.leaderboards import MemoryLeaderboards
from mainstay.testing.memory.outbox import MemoryOutbox
from tests.conformance.failing import failures

Broken = tuple[object, str, object]


def nothing(*_: object) -> dict[str, int]:
    """A port that has not heard of it."""
    return {}


def later_one(points: MemoryPoints, user_id: str, to: str) -> Mapping[str, int]:
    theirs = {key: each for key, each in points.kept.items() if key[0] == user_id}
    left = {key: each for key, each in points.kept.items() if key not in theirs}
    moved = {(to, reason): attrs.evolve(each, user_id=to) for (_, reason), each in theirs.items()}
    points.kept = {**left, **moved}
    return {"credits": len(theirs)}


def sum_of_all(name: str, one: int, other: int) -> int:
    return one + other


def larger_of_all(name: str, one: int, other: int) -> int:
    return max(one, other)


def theirs_win(told: Told, user_id: str, to: str) -> Mapping[str, int]:
    theirs = told.preferences.get(user_id)
    changes = rename_told(told, user_id, to)
    if theirs is not None:
        told.preferences = {**told.preferences, to: theirs}
    return changes


def by_the_old_key(entry: OutboxEntry, to: str) -> OutboxEntry:
    return attrs.evolve(entry, user_id=to)


def that_of_to(store: MemoryOutbox, user_id: str, to: str) -> Mapping[str, int]:
    before = dict(store._kept)
    changes = rename_entries(store, user_id, to)
    there = {key: each for key, each in before.items() if each.entry.user_id == to}
    store._kept = {**store._kept, **there}
    return changes


def votes_stay(contest: Contest, user_id: str) -> Contest:
    found = contest_without(contest, user_id)
    return attrs.evolve(found, votes=contest.votes)


def upvotes_stay(contest: Contest, user_id: str) -> Contest:
    found = contest_without(contest, user_id)
    theirs = {key: one for key, one in contest.upvotes.items() if key[0] in found.arguments}
    return attrs.evolve(found, upvotes=theirs)


def places_move_up(contest: Contest, user_id: str) -> Contest:
    found = contest_without(contest, user_id)
    order = sorted(found.places, key=lambda key: found.places[key])
    return attrs.evolve(found, places={key: place for place, key in enumerate(order, 1)})


def case_goes(contest: Contest, user_id: str) -> Contest:
    found = contest_without(contest, user_id)
    case: Case = contest.case
    return attrs.evolve(found, kept=attrs.evolve(found.kept, case=case))


def own_votes_count(contest: Contest, user_id: str, to: str) -> Contest:
    found = contest_renamed(contest, user_id, to)
    own = {
        (key, to): attrs.evolve(one, user_id=to)
        for (key, user), one in contest.upvotes.items()
        if user == user_id
    }
    return attrs.evolve(found, upvotes={**own, **found.upvotes})


def the_later_vote(contest: Contest, user_id: str, to: str) -> Contest:
    found = contest_renamed(contest, user_id, to)
    later = {
        (key, to): attrs.evolve(one, user_id=to)
        for (key, user), one in contest.upvotes.items()
        if user in {user_id, to} and (key, to) in found.upvotes
    }
    latest = {
        key: max(one, found.upvotes[key], key=lambda each: each.at) for key, one in later.items()
    }
    return attrs.evolve(found, upvotes={**found.upvotes, **latest})


def errors_alone(run: JobRun, user_id: str) -> JobRun:
    found = users_in_runs.run_without(run, user_id)
    return attrs.evolve(run, report=found.report)


def texts_alone(run: JobRun, user_id: str) -> JobRun:
    found = users_in_runs.run_without(run, user_id)
    return attrs.evolve(found, report=run.report)


def dates_too(text: str, user_ids: Iterable[str]) -> str:
    for user in user_ids:
        text = text.replace(user, "(forgotten)")
    return text


def still_listed(boards: MemoryLeaderboards, user_id: str) -> Mapping[str, int]:
    before = boards._kept
    changes = forget_boards(boards, user_id)
    boards._kept = attrs.evolve(boards._kept, snapshots=before.snapshots)
    return changes


def still_excluded(boards: MemoryLeaderboards, user_id: str) -> Mapping[str, int]:
    before = boards._kept
    changes = forget_boards(boards, user_id)
    boards._kept = attrs.evolve(boards._kept, policy=before.policy)
    return changes


def everything_at_once(page: _Page, floor: date, *, limit: int) -> Changes:
    return prune_others(page, floor, limit=10_000)


def what_waits(store: MemoryOutbox, before: datetime, limit: int) -> Mapping[str, int]:
    old = sorted(key for key, each in store._kept.items() if each.entry.due_at < before)[:limit]
    store._kept = {key: each for key, each in store._kept.items() if key not in old}
    return {"entries": len(old)}


def all_at_once(contest: Contest, votes: int, arguments: int) -> Contest:
    return attrs.evolve(contest, votes={}, arguments={}, upvotes={}, places={})


def of_any_day(told: Told, floor: date, limit: int) -> Mapping[str, int]:
    return prune_told(told, date.max, limit)


@contextmanager
def without_undoing(store: MemoryCorrections) -> Iterator[_Page]:
    with store._lock:
        yield _Page(store._activity, store._ports, store._marks, store._unreadable)


@contextmanager
def without_a_lock(store: MemoryCorrections) -> Iterator[_Page]:
    ports = store._ports.all(store._activity.sessions)
    with undone_if_it_raises([*ports, store._marks, store._unreadable]):
        yield _Page(store._activity, store._ports, store._marks, store._unreadable)


rename_told, prune_told, rename_entries = Told.rename, Told.prune, MemoryOutbox.rename
contest_without, contest_renamed = Contest.without, Contest.renamed
forget_boards, prune_others = MemoryLeaderboards.forget, _Page.prune_others
ALL_TRACES = (
    MemoryEngagements,
    MemoryReputations,
    MemoryLeaderboards,
    MemoryPoints,
    MemoryMetrics,
    MemoryOutbox,
    MemoryContests,
    Told,
    MemoryRuns,
    MemorySessions,
)

BROKEN: Mapping[str, Broken] = {
    **{f"{port.__name__} forgets nobody": (port, "forget", nothing) for port in ALL_TRACES},
    **{f"{port.__name__} renames nobody": (port, "rename", nothing) for port in ALL_TRACES},
    "the new account's credits go": (MemoryPoints, "rename", later_one),
    "all metrics add up": (metrics, "merged_metric", sum_of_all),
    "the larger metric stays": (metrics, "merged_metric", larger_of_all),
    "the old account's preferences win": (Told, "rename", theirs_win),
    "notifications keep their keys": (outbox, "renamed_entry", by_the_old_key),
    "the notification of the new account stays": (MemoryOutbox, "rename", that_of_to),
    "votes stay": (Contest, "without", votes_stay),
    "votes for arguments stay": (Contest, "without", upvotes_stay),
    "arguments move up": (Contest, "without", places_move_up),
    "cases name their creators": (Contest, "without", case_goes),
    "own arguments have votes": (Contest, "renamed", own_votes_count),
    "the later vote stays": (Contest, "renamed", the_later_vote),
    "texts of runs name them": (runs, "run_without", errors_alone),
    "errors of runs name them": (runs, "run_without", texts_alone),
    "parts of words are erased": (users_in_runs, "forgotten_in", dates_too),
    "snapshots list them": (MemoryLeaderboards, "forget", still_listed),
    "policies name them": (MemoryLeaderboards, "forget", still_excluded),
    "everything else goes at once": (_Page, "prune_others", everything_at_once),
    "what waits is pruned": (MemoryOutbox, "prune", what_waits),
    "votes of a case go at once": (Contest, "pruned", all_at_once),
    "all outlooks go": (Told, "prune", of_any_day),
    "nothing is undone": (MemoryCorrections, "page", without_undoing),
    "others write at the same time": (MemoryCorrections, "page", without_a_lock),
}


@pytest.mark.parametrize("promise", BROKEN)
def test_a_store_that_breaks_a_promise_is_caught(
    monkeypatch: pytest.MonkeyPatch, promise: str
) -> None:
    place, name, broken = BROKEN[promise]
    monkeypatch.setattr(place, name, broken)
    assert next(failures(CorrectionConformance), None)
