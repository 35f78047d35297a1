"""What is known of users on the way to badges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    Select,
    Table,
    and_,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.engine import Row
from sqlalchemy.sql import ColumnElement

from mainstay.activity.session import Session
from mainstay.adapters.sql._runs_of_days import runs_of
from mainstay.adapters.sql.bulk import any_of
from mainstay.adapters.sql.corrected import bases
from mainstay.adapters.sql.marks import checks_due
from mainstay.adapters.sql.metrics import metrics
from mainstay.adapters.sql.points import credit_of, credits, points
from mainstay.adapters.sql.reading import corrupt, corrupt_value, value_of
from mainstay.adapters.sql.reputations import reputations
from mainstay.adapters.sql.sessions import events, session_of
from mainstay.daystarts import DayStart
from mainstay.errors import CorruptRowError, InvalidTypeError
from mainstay.ports import BadgeStanding, BadgeTarget, Unreadable
from mainstay.ports.metrics import OURS
from mainstay.recognition import Credit
from mainstay.recognition.badges import AWARD

__all__ = ["standings"]

T = TypeVar("T")

#: What comes after all that begins as an award's reason does.
_AFTER_AWARDS = AWARD[:-1] + chr(ord(AWARD[-1]) + 1)


def standings(
    connection: Connection, users: Sequence[str], target: BadgeTarget, day_start: DayStart
) -> list[BadgeStanding | Unreadable]:
    """Return what is known of some users, in their order."""
    found = _Found(connection, [user for user in users if _is_text(user)], day_start)
    found.add_metrics(target.metrics)
    found.add_awards()
    found.add_sessions(target)
    return [found.of(user) for user in users]


def _is_text(user_id: object) -> bool:
    """Return whether a user's id is text: SQLite keeps anything."""
    return isinstance(user_id, str)


class _Found:
    """What was found of users so far, and what of it can't be read."""

    def __init__(self, connection: Connection, users: Sequence[str], day_start: DayStart) -> None:
        self._connection = connection
        self._users = users
        self._day_start = day_start
        self._metrics: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._awards: defaultdict[str, list[Credit]] = defaultdict(list)
        self._sessions: defaultdict[str, list[Session]] = defaultdict(list)
        self._bad: dict[str, CorruptRowError] = {}

    def of(self, user_id: str) -> BadgeStanding | Unreadable:
        """Return what was found of one."""
        if not _is_text(user_id):
            key = {"user_id": user_id}
            error = corrupt_value(checks_due, "user_id", user_id, "is not text", key=key)
            return Unreadable(user_id, error)
        if user_id in self._bad:
            return Unreadable(user_id, self._bad[user_id])
        return BadgeStanding(
            user_id,
            self._metrics.get(user_id, {}),
            self._awards.get(user_id, ()),
            self._sessions.get(user_id, ()),
            self._day_start,
        )

    def add_metrics(self, wanted: frozenset[str]) -> None:
        """Find what was measured."""
        stored = wanted - OURS
        if stored:
            self._add_numbers(select(metrics).where(metrics.c.metric.in_(stored)), metrics)
        if "points" in wanted:
            total = select(points.c.user_id, literal("points"), points.c.total)
            self._add_numbers(total, points)
        if "streak_weeks" in wanted:
            weeks = select(reputations.c.user_id, literal("streak_weeks"), reputations.c.weeks)
            self._add_numbers(weeks, reputations)
        if "streak_days" in wanted:
            self._add_longest_runs()

    def _add_numbers(self, query: Select[*tuple[Any, ...]], table: Table) -> None:
        """Read rows of a user, a metric and its value; those of 0 need not be there."""
        for row in self._connection.execute(query.where(self._theirs(table))):
            user_id, name, value = row
            if type(value) is not int:
                error = InvalidTypeError("must be a whole number", field=name, value=value)
                self._bad.setdefault(user_id, corrupt(table, row, error))
            elif value:
                self._metrics[user_id][name] = value

    def _add_longest_runs(self) -> None:
        """Find the longest run of active days, also those that began before the floor."""
        days = select(events.c.user_id, events.c.day).where(self._theirs(events)).distinct()
        found = runs_of(self._connection, days.subquery()).subquery()
        longest = select(found.c.user_id, func.max(found.c.days)).group_by(found.c.user_id)
        for user_id, most in self._connection.execute(longest):
            self._metrics[user_id]["streak_days"] = most
        goes_on = and_(found.c.user_id == bases.c.user_id, found.c.first == bases.c.since)
        runs = bases.c.last_run + func.coalesce(found.c.days, literal_column("0"))
        before = select(bases.c.user_id, bases.c.longest_run, runs)
        kept = before.join_from(bases, found, goes_on, isouter=True).where(self._theirs(bases))
        for user_id, most, run in self._connection.execute(kept):
            metric = self._metrics[user_id]
            metric["streak_days"] = max(metric.get("streak_days", 0), most, run)

    def add_awards(self) -> None:
        """Find the credits that awarded badges."""
        reason = credits.c.reason
        query = select(credits).where(reason >= AWARD, reason < _AFTER_AWARDS)
        for award in self._read(query, credits, credit_of):
            self._awards[award.user_id].append(award)

    def add_sessions(self, target: BadgeTarget) -> None:
        """Find the sessions that the score needs."""
        since = target.sessions_since
        if since is None:
            return
        query = select(events).where(events.c.started_at >= since)
        for session in self._read(query, events, session_of):
            self._sessions[session.user_id].append(session)

    def _read(self, query: Select[Any], table: Table, make: Callable[[Row[Any]], T]) -> Iterator[T]:
        """Yield what is made of each of the users' rows; one that can't be is its user's."""
        for row in self._connection.execute(query.where(self._theirs(table))):
            try:
                yield value_of(table, row, make)
            except CorruptRowError as error:
                self._bad.setdefault(row.user_id, error)

    def _theirs(self, table: Table) -> ColumnElement[bool]:
        return any_of(self._connection, table.c.user_id, self._users)
