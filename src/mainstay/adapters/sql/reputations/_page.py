"""One transaction on everybody's weeks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, and_, or_, select, update
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.bulk import near, stage
from mainstay.adapters.sql.counts import count_kinds
from mainstay.adapters.sql.marks import due_at_once
from mainstay.adapters.sql.policies import PolicyRows
from mainstay.adapters.sql.reading import limit_of
from mainstay.adapters.sql.reputations._reopening import recorded_users, reopened_weeks
from mainstay.adapters.sql.reputations._rows import (
    SUNDAY,
    User,
    due_weeks,
    read_user,
    sunday,
    values_of,
)
from mainstay.adapters.sql.reputations.tables import reputations, staged_weeks
from mainstay.adapters.sql.undoing import undo
from mainstay.localdays import IsoWeek, check_week
from mainstay.ports import DueWeeks, Unreadable
from mainstay.ports.corrections import storable_ids
from mainstay.ports.pages import not_due
from mainstay.reputation.multiplier import Reputation
from mainstay.streaks.weekly import WeeklyStreakPolicy

__all__ = ["SqlReputationPage", "is_due"]

_LAST_WEEK = str(IsoWeek(9999, 52))


def is_due(week: IsoWeek) -> ColumnElement[bool]:
    """Say who is due; also those whose days or weeks are not valid, so that they are reported."""
    first, last = reputations.c.first_day, reputations.c.last_recorded
    text = str(check_week("week", week))
    behind = or_(
        last.is_(None),
        last < text,
        and_(last == text, reputations.c.last_active.is_distinct_from(text)),
    )
    begun = first <= week.monday + SUNDAY
    return or_(and_(begun, behind), first > date.max, last > _LAST_WEEK)


class SqlReputationPage(PolicyRows[WeeklyStreakPolicy]):
    """One transaction on everybody's weeks."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, WeeklyStreakPolicy, reputations.c.last_recorded, sunday)
        self._due: set[str] = set()

    def due(
        self, week: IsoWeek, *, after: str | None = None, limit: int
    ) -> Sequence[DueWeeks | Unreadable]:
        """Return users whose weeks through one may have something to record."""
        users = self._users(week, after, limit_of(limit))
        begins: defaultdict[date, list[str]] = defaultdict(list)
        for user in users:
            if isinstance(user, User):
                begins[user.first.monday].append(user.reputation.user_id)
        counted = count_kinds(self._connection, begins, week.monday + SUNDAY)
        self._due.update(*begins.values())
        return [
            user
            if isinstance(user, Unreadable)
            else due_weeks(user.reputation, counted.get(user.reputation.user_id, ()))
            for user in users
        ]

    def _users(self, week: IsoWeek, after: str | None, limit: int) -> list[User | Unreadable]:
        """Return the next users, as long as their weeks are not more than the limit."""
        query = select(reputations).where(is_due(week))
        if after is not None:
            query = query.where(reputations.c.user_id > after)
        users: list[User | Unreadable] = []
        weeks = 0
        query = query.order_by(reputations.c.user_id).limit(limit).with_for_update()
        for row in self._connection.execute(query):
            user = read_user(row, week)
            weeks += week - user.first + 1 if isinstance(user, User) else 1
            if weeks > limit and users:
                break
            users.append(user)
        return users

    def reopen(
        self,
        user_ids: Sequence[str] | None,
        *,
        late: bool,
        after: str | None = None,
        limit: int,
    ) -> Sequence[DueWeeks | Unreadable]:
        """Take back all weeks that were recorded, and return them as due, to be recorded again."""
        given = None if user_ids is None else storable_ids("user_ids", user_ids)
        found, most = list[DueWeeks | Unreadable](), limit_of(limit)
        while not found:
            rows = recorded_users(self._connection, given, late=late, after=after, limit=most)
            if not rows:
                break
            found, after = reopened_weeks(self._connection, rows, most)
        self._due.update(each.key for each in found if isinstance(each, DueWeeks))
        return found

    def keep(self, kept: Sequence[Reputation]) -> None:
        """Keep reputations of users that were due in this transaction."""
        for each in kept:
            if each.user_id not in self._due:
                undo(self._connection)  # nothing is kept, even if the block goes on
                raise not_due("user_id", each.user_id)
        if kept:
            stage(self._connection, staged_weeks, [values_of(each) for each in kept])
            due_at_once(self._connection, select(staged_weeks.c.user_id))
            columns = ("weeks", "last_active", "last_recorded", "recorded_through")
            self._connection.execute(
                update(reputations)
                .where(reputations.c.user_id == staged_weeks.c.user_id)
                .where(near(reputations.c.user_id, (each.user_id for each in kept)))
                .values({name: staged_weeks.c[name] for name in columns})
            )
