"""Leaderboards: who has how many points, over all time or a span of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import RLock

import attrs

from mainstay import _checks as checks
from mainstay.ports import BoardPage, BoardQuery, BoardTarget, DueBoard
from mainstay.ports.leaderboards import ALL_TIME, check_rank_for, is_due
from mainstay.recognition import (
    Board,
    Credit,
    LeaderboardPolicy,
    Period,
    PointsRank,
    Ranked,
    Rung,
    Span,
    Ties,
    UserRank,
    ladder,
    neighbours,
    rank,
    rank_for,
)
from mainstay.recognition.leaderboards import places_after, rank_under
from mainstay.testing.memory._transaction import Transaction
from mainstay.testing.memory._undoing import Replaced
from mainstay.testing.memory.points import MemoryPoints

__all__ = ["MemoryLeaderboards"]


@attrs.frozen
class _Totals:
    """What each user has in a span of time, and when they reached it."""

    totals: Mapping[str, int]
    reached: Mapping[str, datetime]

    @classmethod
    def of(cls, credits: Iterable[Credit], span: Span) -> _Totals:
        """Return what credits come to."""
        listed: dict[str, list[Credit]] = {}
        for credit in credits:
            if credit.at in span:
                listed.setdefault(credit.user_id, []).append(credit)
        return cls(
            {user: sum(credit.amount for credit in theirs) for user, theirs in listed.items()},
            {user: _reached(theirs) for user, theirs in listed.items()},
        )


def _reached(credits: Sequence[Credit]) -> datetime:
    """Return the time of the latest credit of other than 0, else of the first."""
    changes = [credit.at for credit in credits if credit.amount]
    return max(changes, default=min(credit.at for credit in credits))


@attrs.frozen
class _Snapshot:
    """What a leaderboard was at an instant, without those who are excluded."""

    as_of: datetime
    top: Sequence[Ranked[int]]
    rungs: Sequence[Rung]

    @property
    def listed(self) -> int:
        return sum(rung.users for rung in self.rungs)

    def has(self, places: int) -> bool:
        return len(self.top) >= min(places, self.listed)

    def rank_for(self, points: int, ties: Ties) -> int:
        above = [rung for rung in self.rungs if rung.total > points]
        return rank_under(min(above, default=None), ties)


@attrs.frozen
class _Kept:
    """Snapshots, and the policy that they were made by."""

    policy: LeaderboardPolicy | None = None
    snapshots: Mapping[Period, _Snapshot] = attrs.field(factory=dict)

    @property
    def standard(self) -> LeaderboardPolicy:
        return LeaderboardPolicy() if self.policy is None else self.policy

    def fresh(self, query: BoardQuery, now: datetime) -> _Snapshot | None:
        """Return the snapshot that answers a question, if there is one."""
        now = checks.instant("now", now)
        if checks.instance("query", query, BoardQuery).needs_live:
            return None
        if query.exclude not in {None, self.standard.excluded}:
            return None
        for period, found in self.snapshots.items():
            if period == query.period and found.as_of <= now < found.as_of + self.standard.fresh:
                return found
        return None


class MemoryLeaderboards(Replaced):
    """A :class:`mainstay.ports.LeaderboardStore`.

    Examples:
        >>> from datetime import UTC, datetime, timedelta
        >>> from mainstay.recognition import Credit
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> _ = store.points.add([Credit("ada", "quiz", 5, noon)], now=noon)
        >>> board = store.leaderboards.top(now=noon + timedelta(seconds=1))
        >>> board.entries, board.live  # counted just now, not read from a snapshot
        ((Ranked(rank=1, user_id='ada', total=5),), True)
    """

    def __init__(self, lock: RLock, points: MemoryPoints) -> None:
        self._lock = lock
        self._points = points
        self._kept = _Kept()

    @contextmanager
    def page(self) -> Iterator[BoardPage]:
        """Begin a transaction: kept if the block ends well, undone if it raises."""
        with self._lock:
            page = _Page(self._points, self._kept)
            yield page
            if not page.transaction.rejected:
                self._kept = page.kept

    def count_due(self, target: BoardTarget) -> int:
        """Return how many boards are due."""
        return len(_Page(self._points, self._kept).due(target, limit=len(Period)))

    def policy(self) -> LeaderboardPolicy | None:
        """Return the policy that is kept; ``None`` while none is."""
        return self._kept.policy

    def top(
        self,
        query: BoardQuery = ALL_TIME,
        *,
        now: datetime,
        limit: int = 100,
        after: Ranked[int] | None = None,
    ) -> Board:
        """Return the first places, or those after a place."""
        limit = checks.integer("limit", limit, 1)
        found = self._kept.fresh(query, now)
        if found is not None and after is None and found.has(limit):
            top = rank({place.user_id: place.total for place in found.top}, ties=query.ties)
            return Board(query.period, found.as_of, False, found.listed, top[:limit])
        ranking = self._ranking(query, now)
        places = ranking if after is None else places_after(ranking, after, query.ties)
        return Board(query.period, now, True, len(ranking), tuple(places[:limit]))

    def rank_of(self, user_id: str, query: BoardQuery = ALL_TIME, *, now: datetime) -> UserRank:
        """Return a user's place; its rank is ``None`` if they are not listed."""
        checks.text("user_id", user_id)
        found = self._kept.fresh(query, now)
        if found is None:
            ranking = self._ranking(query, now)
            (place,) = neighbours(ranking, user_id, count=0) or (Ranked(0, user_id, 0),)
            return UserRank(
                user_id, query.period, place.rank or None, place.total, len(ranking), now, True
            )
        totals = self._totals(query, found.as_of).totals
        listed = user_id in totals and user_id not in self._kept.standard.excluded
        points = totals[user_id] if listed else 0
        place_ = found.rank_for(points, query.ties) if listed else None
        return UserRank(user_id, query.period, place_, points, found.listed, found.as_of, False)

    def around(
        self, user_id: str, query: BoardQuery = ALL_TIME, *, now: datetime, count: int = 2
    ) -> Board:
        """Return the places around a user."""
        ranking = self._ranking(query, now)
        places = neighbours(ranking, checks.text("user_id", user_id), count=count)
        return Board(query.period, now, True, len(ranking), places)

    def rank_for(self, points: int, query: BoardQuery = ALL_TIME, *, now: datetime) -> PointsRank:
        """Return the rank that somebody with so many points has, or would have."""
        points = check_rank_for(points, query)
        found = self._kept.fresh(query, now)
        if found is not None:
            place = found.rank_for(points, query.ties)
            return PointsRank(points, query.period, place, found.listed, found.as_of, False)
        totals = {place.user_id: place.total for place in self._ranking(query, now)}
        place = rank_for(points, totals, ties=query.ties)
        return PointsRank(points, query.period, place, len(totals), now, True)

    def forget(self, user_id: str) -> Mapping[str, int]:
        """Erase a user from the policy, and the snapshots if they may be on one."""
        return self._without(user_id, ())

    def rename(self, user_id: str, to: str) -> Mapping[str, int]:
        """Name a user otherwise in the policy; there are no snapshots until the next are made."""
        return self._without(user_id, [to])

    def _without(self, user_id: str, instead: Collection[str]) -> Mapping[str, int]:
        before, policy = self._kept, self._kept.policy
        if policy is not None and user_id in policy.excluded:
            policy = attrs.evolve(policy, excluded={*policy.excluded, *instead} - {user_id})
        listed = any(credit.user_id == user_id for credit in self._points.all())
        self._kept = _Kept(policy, {} if listed else before.snapshots)
        gone = len(before.snapshots) - len(self._kept.snapshots)
        return {"others": gone + (policy != before.policy)}

    def _totals(self, query: BoardQuery, now: datetime) -> _Totals:
        span = checks.instance("query", query, BoardQuery).span(checks.instant("now", now))
        return _Totals.of(self._points.all(), span)

    def _ranking(self, query: BoardQuery, now: datetime) -> tuple[Ranked[int], ...]:
        """Return a whole board, counted now."""
        found = self._totals(query, now)
        excluded = self._kept.standard.excluded if query.exclude is None else query.exclude
        return rank(
            found.totals,
            ties=query.ties,
            reached=found.reached,
            exclude=excluded,
            among=query.among,
        )


@attrs.define
class _Page:
    """One transaction on snapshots."""

    points: MemoryPoints
    kept: _Kept
    target: BoardTarget | None = None
    transaction: Transaction[DueBoard] = attrs.field(factory=Transaction[DueBoard])

    def due(
        self, target: BoardTarget, *, after: str | None = None, limit: int
    ) -> Sequence[DueBoard]:
        """Return the boards that need another snapshot."""
        self.target = checks.instance("target", target, BoardTarget)
        same = target.policy is None or target.policy == self.kept.policy
        found: list[DueBoard] = []
        for period in sorted(Period):
            there = self.kept.snapshots.get(period)
            as_of = None if there is None else there.as_of
            if (after is None or period > after) and is_due(as_of, target, same_policy=same):
                found.append(DueBoard(period, as_of))
        found = found[: checks.integer("limit", limit, 1)]
        self.transaction.read.update({board.key: board for board in found})
        return found

    def keep(self, done: Iterable[DueBoard]) -> None:
        """Make the snapshots of boards that were due in this transaction."""
        for board in done:
            self.transaction.due(board.key, field="period")
            if self.target is not None:
                self.kept = self._with(board.period, self.target)

    def _with(self, period: Period, target: BoardTarget) -> _Kept:
        policy = self.kept.standard if target.policy is None else target.policy
        totals = _Totals.of(self.points.all(), period.span(target.now)).totals
        ranking = rank(totals, exclude=policy.excluded)
        rungs = ladder(place.total for place in ranking)
        snapshots = {
            other: there
            for other, there in self.kept.snapshots.items()
            if policy == self.kept.policy and target.now - there.as_of < policy.kept
        }
        snapshots[period] = _Snapshot(target.now, ranking[: policy.top], rungs)
        return _Kept(policy, snapshots)
