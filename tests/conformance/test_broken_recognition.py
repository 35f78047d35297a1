"""A store that breaks a promise about points, metrics, leaderboards or badges fails its suite."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from mainstay import RejectedError, Session, streak_of
from mainstay.ports import ALL_TIME, BadgeCheck, BadgeTarget, BoardQuery, BoardTarget
from mainstay.ports.points import new_credits
from mainstay.recognition import (
    Badge,
    BadgePolicy,
    Credit,
    LeaderboardPolicy,
    Period,
    Ranked,
    Rung,
    UserRank,
    ladder,
    rank,
)
from mainstay.testing.conformance import (
    BadgeStoreConformance,
    LeaderboardStoreConformance,
    MetricStoreConformance,
    PointStoreConformance,
)
from mainstay.testing.memory import _gone, leaderboards, points
from mainstay.testing.memory._marks import Marks
from mainstay.testing.memory.badges import MemoryBadges, Sources
from mainstay.testing.memory.badges import _Kept as Known
from mainstay.testing.memory.badges import _Page as BadgePage
from mainstay.testing.memory.leaderboards import MemoryLeaderboards
from mainstay.testing.memory.leaderboards import _Kept as Kept
from mainstay.testing.memory.leaderboards import _Page as BoardPage
from mainstay.testing.memory.leaderboards import _Snapshot as Snapshot
from mainstay.testing.memory.metrics import MemoryMetrics
from mainstay.testing.memory.points import MemoryPoints
from tests.conformance.failing import failures

Credits = Mapping[tuple[str, str], Credit]

with_credits, add, put, all_metrics = (
    points.with_credits,
    MemoryPoints.add,
    MemoryMetrics.put,
    MemoryMetrics.all,
)
fresh, kept_with, keep_boards, rank_of = (
    Kept.fresh,
    BoardPage._with,
    BoardPage.keep,
    MemoryLeaderboards.rank_of,
)
sessions, measured, keep_checks, looked_for = (
    Sources._sessions,
    Sources._metrics,
    BadgePage.keep,
    Known.looked_for,
)


def the_latest(kept: Credits, new: Credits) -> Credits:
    return {**with_credits(kept, new), **new}


def without_range(kept: Credits, new: Credits) -> Credits:
    return {**new, **kept}


def all_are_new(store: MemoryPoints, given: Iterable[Credit], *, now: datetime) -> list[Credit]:
    several = [*given]
    add(store, several, now=now)
    return [*new_credits(several, now=now).values()]


def until_one_is_bad(
    store: MemoryPoints, given: Iterable[Credit], *, now: datetime
) -> Sequence[Credit]:
    return [new for credit in given for new in add(store, [credit], now=now)]


def by_instant(credit: Credit) -> tuple[datetime, str]:
    return credit.at, ""


def in_place_of_all(store: MemoryMetrics, metrics: Mapping[str, Mapping[str, int]]) -> None:
    put(store, metrics)
    given = {(user, name) for user, theirs in metrics.items() for name in theirs}
    store._put = {
        place: value
        for place, value in store._put.items()
        if place in given or place[0] not in metrics
    }


def increments(store: MemoryMetrics, metrics: Mapping[str, Mapping[str, int]]) -> None:
    put(
        store,
        {
            user: {name: value + store._put.get((user, name), 0) for name, value in some.items()}
            for user, some in metrics.items()
        },
    )


def of_the_host_alone(store: MemoryMetrics) -> Mapping[str, Mapping[str, int]]:
    return {
        user: own
        for user, theirs in all_metrics(store).items()
        if (own := {name: n for name, n in theirs.items() if not name.startswith("kind:")})
    }


def by_the_last(credits: Sequence[Credit]) -> datetime:
    return max(credit.at for credit in credits)


def also_when_old(kept: Kept, query: BoardQuery, _: datetime) -> Snapshot | None:
    found = [there for period, there in kept.snapshots.items() if period == query.period]
    return next((fresh(kept, query, there.as_of) for there in found), None)


def for_any_exclusion(kept: Kept, query: BoardQuery, now: datetime) -> Snapshot | None:
    return fresh(kept, attrs.evolve(query, exclude=None), now)


def never(*_: object) -> None:
    pass


def nothing_goes(page: BoardPage, period: Period, target: BoardTarget) -> Kept:
    made = kept_with(page, period, target)
    return attrs.evolve(made, snapshots={**page.kept.snapshots, **made.snapshots})


def all_else_goes(page: BoardPage, period: Period, target: BoardTarget) -> Kept:
    made = kept_with(page, period, target)
    return attrs.evolve(made, snapshots={period: made.snapshots[period]})


def the_standard_policy(page: BoardPage, period: Period, target: BoardTarget) -> Kept:
    return attrs.evolve(kept_with(page, period, target), policy=LeaderboardPolicy())


def points_of_now(
    store: MemoryLeaderboards, user_id: str, query: BoardQuery = ALL_TIME, *, now: datetime
) -> UserRank:
    found = rank_of(store, user_id, query, now=now)
    totals = store._totals(query, now).totals
    return attrs.evolve(found, points=totals.get(user_id, 0) if found.rank else 0)


def whatever_a_clock_says(
    as_of: datetime | None, target: BoardTarget, *, same_policy: bool
) -> bool:
    return as_of is None or not same_policy or as_of < target.now


def those_with_credits(sources: Sources) -> set[str]:
    return {credit.user_id for credit in sources.points.all()}


def of_all_time(sources: Sources, user_id: str, _: BadgeTarget) -> Sequence[Session]:
    every = sources.activity.sessions.all()
    return [session for session in every if session.user_id == user_id]


def a_page_of_them(sources: Sources, user_id: str, target: BadgeTarget) -> Sequence[Session]:
    return sessions(sources, user_id, target)[:200]


def with_nothing(sources: Sources, user_id: str) -> Mapping[str, int]:
    found = measured(sources, user_id)
    return {name: value or 1 for name, value in found.items()}


def current(days: Iterable[date], *, as_of: date) -> SimpleNamespace:
    return SimpleNamespace(longest=streak_of(days, as_of=as_of).current)


def never_again(page: BadgePage, done: Sequence[BadgeCheck]) -> None:
    keep_checks(page, [attrs.evolve(check, look_again_at=None) for check in done])


def still_due(page: BadgePage, done: Sequence[BadgeCheck]) -> None:
    keep_checks(page, done)
    page.kept.marks.at_once(check.user_id for check in done if check.awards)


def of_anybody(page: BadgePage, done: Sequence[BadgeCheck]) -> None:
    awards = [award for check in done for award in check.awards]
    keep_checks(page, [attrs.evolve(check, awards=[]) for check in done])
    try:
        page.credits = points.with_credits(
            page.credits, {(award.user_id, award.reason): award for award in awards}
        )
    except RejectedError:
        page.transaction.rejected = True
        raise


def as_of_today(kept: Known, policy: BadgePolicy, everybody: set[str]) -> Known:
    found = looked_for(kept, policy, everybody)
    return attrs.evolve(found, known={badge.key: badge for badge in policy.badges})


def each_time(kept: Known, policy: BadgePolicy, everybody: set[str]) -> Known:
    return looked_for(attrs.evolve(kept, policy=None), policy, everybody)


def of_nobody(kept: Known, policy: BadgePolicy, _: set[str]) -> Known:
    return looked_for(kept, policy, set())


def first_known(store: MemoryBadges) -> Sequence[Badge]:
    return [store._known[key] for key in store._known]


def long_after(marks: Marks, now: datetime) -> list[str]:
    return sorted(user for user, at in marks.items() if at is None or at < now)


def unless_they_wait(marks: Marks, users: Iterable[str]) -> None:
    marks.update({user: marks.get(user) for user in users})


def single(total: float) -> float:
    return array("f", [total])[0]


def ranked_by(
    rounded: Callable[[float], float], totals: Mapping[str, int], **how: Any
) -> Sequence[Ranked[int]]:
    """Rank by rounded totals, and show them as they are."""
    ranked = rank({user: rounded(total) for user, total in totals.items()}, **how)
    return tuple(Ranked(place.rank, place.user_id, totals[place.user_id]) for place in ranked)


def by_rounded_rungs(totals: Iterable[int]) -> Sequence[Rung]:
    return ladder(int(float(total)) for total in totals)


BROKEN: Mapping[type, Mapping[str, tuple[object, str, Callable[..., object]]]] = {
    PointStoreConformance: {
        "the latest of a reason stands": (points, "with_credits", the_latest),
        "totals have no end": (points, "with_credits", without_range),
        "what is known is new": (MemoryPoints, "add", all_are_new),
        "some of them are kept": (MemoryPoints, "add", until_one_is_bad),
        "credits of one instant are in any order": (points, "_place", by_instant),
    },
    MetricStoreConformance: {
        "others go": (MemoryMetrics, "put", in_place_of_all),
        "metrics are increments": (MemoryMetrics, "put", increments),
        "events are not counted": (MemoryMetrics, "all", of_the_host_alone),
    },
    LeaderboardStoreConformance: {
        "credits of 0 count as reaching": (leaderboards, "_reached", by_the_last),
        "snapshots answer for ever": (Kept, "fresh", also_when_old),
        "snapshots answer whoever is excluded": (Kept, "fresh", for_any_exclusion),
        "snapshots never answer": (Kept, "fresh", never),
        "snapshots have as many places as asked for": (Snapshot, "has", lambda *_: True),
        "no snapshot goes": (BoardPage, "_with", nothing_goes),
        "all other snapshots go": (BoardPage, "_with", all_else_goes),
        "no policy is kept": (BoardPage, "_with", the_standard_policy),
        "points are those of now": (MemoryLeaderboards, "rank_of", points_of_now),
        "totals are of double precision": (leaderboards, "rank", partial(ranked_by, float)),
        "totals are of single precision": (leaderboards, "rank", partial(ranked_by, single)),
        "rungs are of double precision": (leaderboards, "ladder", by_rounded_rungs),
        "wrong clocks are believed": (leaderboards, "is_due", whatever_a_clock_says),
    },
    BadgeStoreConformance: {
        "another policy is for some": (Sources, "users", those_with_credits),
        "another policy is for nobody": (Known, "looked_for", of_nobody),
        "everybody is always due": (Known, "looked_for", each_time),
        "badges that are gone are forgotten": (Known, "looked_for", as_of_today),
        "all sessions are there": (Sources, "_sessions", of_all_time),
        "a page of sessions is there": (Sources, "_sessions", a_page_of_them),
        "nothing counts": (Sources, "_metrics", with_nothing),
        "the current streak counts": (_gone, "streak_of", current),
        "nobody is looked at again": (BadgePage, "keep", never_again),
        "awards make users due": (BadgePage, "keep", still_due),
        "anybody's awards are kept": (BadgePage, "keep", of_anybody),
        "badges are known in any order": (MemoryBadges, "known", first_known),
        "the time never quite comes": (Marks, "due", long_after),
        "what is added waits": (Marks, "at_once", unless_they_wait),
    },
}
CASES = [(suite, promise) for suite, broken in BROKEN.items() for promise in broken]


@pytest.mark.parametrize(("suite", "promise"), CASES, ids=[promise for _, promise in CASES])
def test_a_store_that_breaks_a_promise_is_caught(
    monkeypatch: pytest.MonkeyPatch, suite: type, promise: str
) -> None:
    place, name, broken = BROKEN[suite][promise]
    monkeypatch.setattr(place, name, broken)
    assert next(failures(suite), None)


@pytest.mark.parametrize("suite", BROKEN)
def test_a_store_that_breaks_none_is_not(suite: type) -> None:
    assert [*failures(suite)] == []
