"""Leaderboards: who has how many points, over all time or a span of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, true
from sqlalchemy.engine import Row

from mainstay import _checks as checks
from mainstay.adapters.sql.columns import instant_of, instant_text
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.leaderboards import _snapshots as snapshots
from mainstay.adapters.sql.leaderboards._live import Live, LiveFew
from mainstay.adapters.sql.leaderboards._totals import totals_in
from mainstay.adapters.sql.leaderboards.tables import boards
from mainstay.adapters.sql.policies import keep_undated, read_undated
from mainstay.adapters.sql.questions import Question
from mainstay.adapters.sql.reading import converted, limit_of, value_of
from mainstay.adapters.sql.undoing import undo
from mainstay.ports import BoardPage, BoardQuery, BoardTarget, DueBoard
from mainstay.ports.leaderboards import ALL_TIME, check_rank_for, is_due
from mainstay.ports.pages import not_due
from mainstay.recognition import (
    Board,
    LeaderboardPolicy,
    Period,
    PointsRank,
    Ranked,
    UserRank,
)
from mainstay.recognition.leaderboards import rank_under, tied

__all__ = ["SqlLeaderboards"]


class SqlLeaderboards:
    """A :class:`mainstay.ports.LeaderboardStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def page(self) -> Iterator[BoardPage]:
        """Begin a transaction; another page begins when it has ended."""
        with self._database.writing(lock="leaderboards") as connection:
            yield _Page(connection)

    def count_due(self, target: BoardTarget) -> int:
        """Return how many boards are due."""
        with self._database.reading() as connection:
            return len(_due(connection, target))

    def policy(self) -> LeaderboardPolicy | None:
        """Return the policy that is kept; ``None`` while none is."""
        with self._database.reading() as connection:
            return read_undated(connection, LeaderboardPolicy)

    def top(
        self,
        query: BoardQuery = ALL_TIME,
        *,
        now: datetime,
        limit: int = 100,
        after: Ranked[int] | None = None,
    ) -> Board:
        """Return the first places, or those after a place."""
        limit = limit_of(limit)
        at = _asked(query, now)
        rows = self._snapshot(query, snapshots.TOP, at, limit=limit) if after is None else ()
        if rows and (found := _top(rows, query, limit)) is not None:
            return found
        with self._database.reading() as connection:
            live = _live(connection, query, at)
            return Board(query.period, at, True, live.listed(), live.first(limit, after))

    def rank_of(self, user_id: str, query: BoardQuery = ALL_TIME, *, now: datetime) -> UserRank:
        """Return a user's place; its rank is ``None`` if they are not listed."""
        checks.text("user_id", user_id)
        at = _asked(query, now)
        all_time = query.period is Period.ALL
        statement = snapshots.USER_OF_ALL if all_time else snapshots.USER_OF_SPAN
        for row in self._snapshot(query, statement, at, user_id=user_id):
            return _rank_of(row, user_id, query)
        with self._database.reading() as connection:
            live = _live(connection, query, at)
            found = live.rank_of(user_id)
            place, points = (None, 0) if found is None else (found.rank, found.total)
            return UserRank(user_id, query.period, place, points, live.listed(), at, True)

    def around(
        self, user_id: str, query: BoardQuery = ALL_TIME, *, now: datetime, count: int = 2
    ) -> Board:
        """Return the places around a user."""
        checks.text("user_id", user_id)
        checks.count("count", count)
        at = _asked(query, now)
        with self._database.reading() as connection:
            live = _live(connection, query, at)
            return Board(query.period, at, True, live.listed(), live.around(user_id, count))

    def rank_for(self, points: int, query: BoardQuery = ALL_TIME, *, now: datetime) -> PointsRank:
        """Return the rank that somebody with so many points has, or would have."""
        at = _asked(query, now)
        points = check_rank_for(points, query)
        for row in self._snapshot(query, snapshots.POINTS, at, points=points):
            place = rank_under(snapshots.rung_of(row), query.ties)
            return PointsRank(
                points, query.period, place, row.listed, instant_of(row.as_of_text), False
            )
        with self._database.reading() as connection:
            live = _live(connection, query, at)
            place = live.rank_for(points)
            return PointsRank(points, query.period, place, live.listed(), at, True)

    def _snapshot(
        self, query: BoardQuery, question: Question, now: datetime, **parameters: object
    ) -> Sequence[Any]:
        """Return what a snapshot says, nothing if there is none that answers the question."""
        if query.needs_live:
            return ()
        asked = {"period": str(query.period), "now": instant_text(now), **parameters}
        rows = self._database.ask(question, **asked)
        if rows:
            value_of(boards, rows[0], _check)
        if rows and query.exclude is not None:
            same = rows[0].excluded == snapshots.excluded_text(query.exclude)
            return rows if same else ()
        return rows


def _asked(query: BoardQuery, now: datetime) -> datetime:
    """Check what is asked, and return as of when."""
    checks.instance("query", query, BoardQuery)
    return checks.instant("now", now)


def _check(row: Row[Any]) -> None:
    checks.count("listed", row.listed)
    checks.instant("as_of", instant_of(row.as_of_text))


def _top(rows: Sequence[Any], query: BoardQuery, limit: int) -> Board | None:
    """Return a snapshot's first places; ``None`` if it keeps too few of them."""
    board = rows[0]
    ordered = [row[-2:] for row in rows if row.user_id is not None]
    if len(ordered) < min(limit, board.listed):
        return None
    entries = tuple(tied(ordered, dense=query.ties == "dense"))
    return Board(query.period, instant_of(board.as_of_text), False, board.listed, entries)


def _rank_of(row: Row[Any], user_id: str, query: BoardQuery) -> UserRank:
    excluded = value_of(boards, row, _excluded)
    listed = bool(row.is_listed) and user_id not in excluded
    place = rank_under(snapshots.rung_of(row), query.ties) if listed else None
    points = row.points if listed else 0
    return UserRank(
        user_id, query.period, place, points, row.listed, instant_of(row.as_of_text), False
    )


def _excluded(row: Row[Any]) -> Collection[str]:
    if row.excluded == _NOBODY:
        return ()
    return converted("excluded", row.excluded, lambda text: frozenset(json.loads(text)))


_NOBODY = snapshots.excluded_text(())


def _live(connection: Connection, query: BoardQuery, now: datetime) -> Live | LiveFew:
    """Return the board that answers a question, counted now."""
    excluded = query.exclude
    if excluded is None:
        policy = read_undated(connection, LeaderboardPolicy)
        excluded = frozenset() if policy is None else policy.excluded
    totals = totals_in(connection, query.span(now), excluded)
    if query.among is None:
        return Live(totals, query.ties)
    return LiveFew.of(totals, query.among, query.ties)


def _due(connection: Connection, target: BoardTarget) -> list[DueBoard]:
    """Return the boards that need another snapshot, by name."""
    checks.instance("target", target, BoardTarget)
    same = target.policy in {None, read_undated(connection, LeaderboardPolicy)}
    rows = connection.execute(select(boards.c.period, boards.c.as_of))
    # One of which nobody knows of when it is, is made again.
    there = {period: as_of for period, as_of in rows if isinstance(as_of, datetime)}
    return [
        DueBoard(period, there.get(period.value))
        for period in sorted(Period)
        if is_due(there.get(period.value), target, same_policy=same)
    ]


class _Page:
    """One transaction on snapshots."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._due: dict[str, BoardTarget] = {}

    def due(
        self, target: BoardTarget, *, after: str | None = None, limit: int
    ) -> Sequence[DueBoard]:
        """Return the boards that need another snapshot."""
        due = [
            board for board in _due(self._connection, target) if after is None or board.key > after
        ][: limit_of(limit)]
        self._due.update({board.key: target for board in due})
        return due

    def keep(self, done: Iterable[DueBoard]) -> None:
        """Make the snapshots of boards that were due in this transaction."""
        for board in done:
            target = self._due.get(board.key)
            if target is None:
                undo(self._connection)  # nothing is kept, even if the block goes on
                raise not_due("period", board.key)
            policy = self._policy(target)
            snapshots.make(self._connection, board.period, now=target.now, policy=policy)

    def _policy(self, target: BoardTarget) -> LeaderboardPolicy:
        """Keep the policy, and drop what it does not go with, or is too old for it."""
        kept = read_undated(self._connection, LeaderboardPolicy)
        policy = target.policy or kept or LeaderboardPolicy()
        if policy != kept:
            keep_undated(self._connection, policy)
        old = boards.c.as_of <= target.now - policy.kept
        snapshots.drop(self._connection, old if policy == kept else true())
        return policy
