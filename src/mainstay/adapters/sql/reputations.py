"""Everybody's weeks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Table,
    and_,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.engine import Row
from sqlalchemy.sql import ColumnElement

from mainstay import _checks as checks
from mainstay.activity.counts import Counts
from mainstay.adapters.sql.arrivals import know_first_days
from mainstay.adapters.sql.bulk import near, stage
from mainstay.adapters.sql.columns import Day, key, metadata, often_rewritten, temporary
from mainstay.adapters.sql.counts import KindCount, count_kinds
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.marks import due_at_once
from mainstay.adapters.sql.policies import PolicyRows, read_policies
from mainstay.adapters.sql.reading import as_day, converted, corrupt, limit_of, value_of
from mainstay.adapters.sql.settings import Settings
from mainstay.adapters.sql.undoing import undo
from mainstay.jobs._tally import ITEM_ERRORS
from mainstay.localdays import IsoWeek
from mainstay.ports import DueWeeks, ReputationPage, Unreadable
from mainstay.ports.pages import not_due
from mainstay.reputation.multiplier import Reputation
from mainstay.scores.policies import PolicyHistory
from mainstay.streaks.weekly import WeeklyStreak, WeeklyStreakPolicy

__all__ = ["SqlReputations", "reputations", "staged_weeks"]

reputations: Table = often_rewritten(
    Table(
        "mainstay_reputations",
        metadata,
        Column("user_id", key, primary_key=True),
        Column("first_day", Day, nullable=False),
        Column("weeks", BigInteger, nullable=False, server_default="0"),
        # ISO weeks such as 2024-W18, which sort by time.
        Column("last_active", key),
        Column("last_recorded", key),
        sqlite_with_rowid=False,
    )
)

#: Where weeks that were recorded wait to be written.
staged_weeks: Table = temporary(
    "mainstay_staged_weeks",
    Column("user_id", key, nullable=False),
    Column("weeks", BigInteger, nullable=False),
    Column("last_active", key),
    Column("last_recorded", key),
)

_SUNDAY = timedelta(days=6)
_LAST_WEEK = str(IsoWeek(9999, 52))
_AT_ONCE = 1000


class SqlReputations:
    """A :class:`mainstay.ports.ReputationStore`."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    @property
    def local_days(self) -> bool:
        """Whether an activity counts on the date where the user was, and not on UTC's."""
        return self._settings.local_days

    @property
    def day_start(self) -> time:
        """The time at which a day begins, where the user was or in UTC."""
        return self._settings.day_start

    def policies(self) -> PolicyHistory[WeeklyStreakPolicy] | None:
        """Return the policies that are kept; ``None`` while none is kept from the beginning."""
        with self._database.reading() as connection:
            return read_policies(connection, WeeklyStreakPolicy)

    @contextmanager
    def page(self) -> Iterator[ReputationPage]:
        """Begin a transaction; another page begins when it has ended."""
        with self._database.writing(lock="reputations") as connection:
            yield _Page(connection)

    def events_arrived(self, connection: Connection) -> None:
        """Know whose first day it is."""
        know_first_days(connection, reputations)

    def count_due(self, week: IsoWeek) -> int:
        """Return how many users may have something to record."""
        query = select(func.count()).select_from(reputations).where(_is_due(week))
        with self._database.reading() as connection:
            return connection.scalar(query) or 0

    def reputations(self, user_ids: Iterable[str]) -> Mapping[str, Reputation]:
        """Return what is kept of some users, by user id.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        ids = sorted({checks.text("user_ids", user) for user in user_ids})
        found: dict[str, Reputation] = {}
        with self._database.reading() as connection:
            for start in range(0, len(ids), _AT_ONCE):
                some = reputations.c.user_id.in_(ids[start : start + _AT_ONCE])
                for row in connection.execute(select(reputations).where(some)):
                    found[row.user_id] = value_of(reputations, row, _reputation)
        return found


def _is_due(week: IsoWeek) -> ColumnElement[bool]:
    """Say who is due; also those whose days or weeks are not valid, so that they are reported."""
    first, last = reputations.c.first_day, reputations.c.last_recorded
    text = str(checks.instance("week", week, IsoWeek))
    behind = or_(
        last.is_(None),
        last < text,
        and_(last == text, reputations.c.last_active.is_distinct_from(text)),
    )
    begun = first <= week.monday + _SUNDAY
    return or_(and_(begun, behind), first > date.max, last > _LAST_WEEK)


class _User(NamedTuple):
    """A row that could be read, and the first week to record."""

    reputation: Reputation
    first: IsoWeek


class _Page(PolicyRows[WeeklyStreakPolicy]):
    """One transaction on everybody's weeks."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, WeeklyStreakPolicy, reputations.c.last_recorded, _sunday)
        self._due: set[str] = set()

    def due(
        self, week: IsoWeek, *, after: str | None = None, limit: int
    ) -> Sequence[DueWeeks | Unreadable]:
        """Return users whose weeks through one may have something to record."""
        users = self._users(week, after, limit_of(limit))
        begins: defaultdict[date, list[str]] = defaultdict(list)
        for user in users:
            if isinstance(user, _User):
                begins[user.first.monday].append(user.reputation.user_id)
        counted = count_kinds(self._connection, begins, week.monday + _SUNDAY)
        self._due.update(*begins.values())
        return [
            user
            if isinstance(user, Unreadable)
            else _due(user, counted.get(user.reputation.user_id, ()))
            for user in users
        ]

    def _users(self, week: IsoWeek, after: str | None, limit: int) -> list[_User | Unreadable]:
        """Return the next users, as long as their weeks are not more than the limit."""
        query = select(reputations).where(_is_due(week))
        if after is not None:
            query = query.where(reputations.c.user_id > after)
        users: list[_User | Unreadable] = []
        weeks = 0
        query = query.order_by(reputations.c.user_id).limit(limit).with_for_update()
        for row in self._connection.execute(query):
            user = _read(row, week)
            weeks += week - user.first + 1 if isinstance(user, _User) else 1
            if weeks > limit and users:
                break
            users.append(user)
        return users

    def keep(self, kept: Sequence[Reputation]) -> None:
        """Keep reputations of users that were due in this transaction."""
        for each in kept:
            if each.user_id not in self._due:
                undo(self._connection)  # nothing is kept, even if the block goes on
                raise not_due("user_id", each.user_id)
        if kept:
            stage(self._connection, staged_weeks, [_values(each) for each in kept])
            due_at_once(self._connection, select(staged_weeks.c.user_id))
            columns = ("weeks", "last_active", "last_recorded")
            self._connection.execute(
                update(reputations)
                .where(reputations.c.user_id == staged_weeks.c.user_id)
                .where(near(reputations.c.user_id, (each.user_id for each in kept)))
                .values({name: staged_weeks.c[name] for name in columns})
            )


def _due(user: _User, counted: Sequence[KindCount]) -> DueWeeks | Unreadable:
    try:
        weeks: dict[IsoWeek, dict[str, int]] = {}
        for _, day, kind, times, _, _ in counted:
            kinds = weeks.setdefault(IsoWeek.of(as_day(day)), {})
            kinds[kind] = kinds.get(kind, 0) + times
        return DueWeeks(user.reputation, {week: Counts(kinds) for week, kinds in weeks.items()})
    except ITEM_ERRORS as error:
        return Unreadable(user.reputation.user_id, error)


def _read(row: Row[Any], week: IsoWeek) -> _User | Unreadable:
    try:
        reputation = _reputation(row)
        return _User(reputation, min(_first_week(reputation.streak, row.first_day), week))
    except ITEM_ERRORS as error:
        return Unreadable(row.user_id, corrupt(reputations, row, error))


def _first_week(streak: WeeklyStreak, first_day: object) -> IsoWeek:
    """Return the first week to record: the last one again if late interactions may change it."""
    recorded = streak.last_recorded
    if recorded is None:
        return IsoWeek.of(as_day(first_day))
    return recorded + 1 if recorded == streak.last_active else recorded


def _reputation(row: Sequence[Any]) -> Reputation:
    user_id, _, weeks, last_active, last_recorded = row
    active = converted("last_active", last_active, _week)
    recorded = converted("last_recorded", last_recorded, _week)
    return Reputation(user_id, WeeklyStreak(weeks, active, recorded))


def _week(text: str | None) -> IsoWeek | None:
    return None if text is None else _parsed(text)


def _parsed(text: str) -> IsoWeek:
    year, _, week = text.partition("-W")
    return IsoWeek(int(year), int(week))


def _sunday(text: str) -> date:
    return _parsed(text).monday + _SUNDAY


def _values(reputation: Reputation) -> tuple[object, ...]:
    streak = reputation.streak
    active, recorded = streak.last_active, streak.last_recorded
    return (
        reputation.user_id,
        streak.weeks,
        None if active is None else str(active),
        None if recorded is None else str(recorded),
    )
