"""One transaction on outlooks of which users are to be told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, func, literal, select, tuple_
from sqlalchemy.engine import Row
from sqlalchemy.sql import ColumnElement

from mainstay import _checks as checks
from mainstay.adapters.sql.bulk import found_by
from mainstay.adapters.sql.columns import Day, day_text
from mainstay.adapters.sql.entries import outbox, put_unless_there
from mainstay.adapters.sql.outlooks.tables import outlooks
from mainstay.adapters.sql.preferences import (
    FoundPreferences,
    find_preferences,
    keep_plan,
    plan_kept,
)
from mainstay.adapters.sql.reading import as_day, converted, limit_of, value_of
from mainstay.adapters.sql.undoing import undo
from mainstay.errors import CorruptRowError, RejectedError
from mainstay.ports import (
    DueNotification,
    NotificationPlan,
    NotificationTarget,
    OutboxEntry,
    Unreadable,
)
from mainstay.ports.notification_entries import OUTLOOK, notification_key, storable_notification
from mainstay.ports.pages import not_due

__all__ = ["NotificationsPage", "count_due", "count_users", "day_in", "has_notification", "place"]

#: Whether an outlook has a notification: its entry is looked up by its key. Each transaction writes
#: days in the same way.
has_notification: ColumnElement[bool] = found_by(
    select(outbox.c.key).where(
        outbox.c.key == literal(f"{OUTLOOK}:") + day_text(outlooks.c.day) + ":" + outlooks.c.user_id
    )
)
#: Whose outlook, and for which day.
place: Select[*tuple[Any, ...]] = select(outlooks.c.day, outlooks.c.user_id)


class NotificationsPage:
    """A :class:`mainstay.ports.NotificationPage`.

    Args:
        connection: In a transaction that has the lock of outlooks: nobody else adds any.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._due: dict[str, DueNotification] = {}

    def due(
        self, target: NotificationTarget, *, after: str | None = None, limit: int
    ) -> Sequence[DueNotification | Unreadable]:
        """Return outlooks without a notification, of all days that may be due."""
        checks.instance("target", target, NotificationTarget)
        plan = plan_kept(self._connection)
        query = _without(target, plan).order_by(outlooks.c.day, outlooks.c.user_id)
        if after is not None:
            query = query.where(_is_after(self._connection, after))
        rows = self._connection.execute(query.limit(limit_of(limit))).all()
        self._note(target, plan, ended=not rows)
        kept = find_preferences(self._connection, {row.user_id for row in rows})
        found = [_due(row, kept) for row in rows]
        self._due.update(
            (notification_key(each.user_id, each.day), each)
            for each in found
            if isinstance(each, DueNotification)
        )
        return found

    def _note(
        self, target: NotificationTarget, plan: NotificationPlan | None, *, ended: bool
    ) -> None:
        """Keep how far notifications have been planned, if it is not what is kept."""
        before = plan or NotificationPlan(policy=target.policy)
        after = before.after(target, ended=ended)
        if after != plan:
            keep_plan(self._connection, after)

    def keep(self, done: Sequence[OutboxEntry]) -> None:
        """Put notifications."""
        try:
            entries = [storable_notification(entry, self._due_of(entry)) for entry in done]
            put_unless_there(self._connection, entries)
        except RejectedError:
            undo(self._connection)  # nothing is kept, even if the block goes on
            raise

    def _due_of(self, entry: OutboxEntry) -> DueNotification:
        due = self._due.get(entry.key)
        if due is None:
            raise not_due("key", entry.key)
        return due


def count_due(connection: Connection, target: NotificationTarget) -> int:
    """Return how many outlooks are without a notification, of all days that may be due."""
    query = _without(target, plan_kept(connection)).with_only_columns(func.count())
    return connection.scalar(query) or 0


def count_users(connection: Connection, target: NotificationTarget) -> int:
    """Return how many users the outlooks that are due have."""
    users = func.count(outlooks.c.user_id.distinct())
    query = _without(target, plan_kept(connection)).with_only_columns(users)
    return connection.scalar(query) or 0


def _without(target: NotificationTarget, plan: NotificationPlan | None) -> Select[*tuple[Any, ...]]:
    """Select the outlooks without a notification, of all days that may be due."""
    return place.where(outlooks.c.day.between(*target.days(plan)), ~has_notification)


def _is_after(connection: Connection, key: str) -> ColumnElement[bool]:
    """Say that an outlook comes after a key, which says a day and a user."""
    day, _, user = key.partition(":")
    # On SQLite that of an outlook that can't be read may hold something else.
    first = literal(day) if connection.dialect.name == "sqlite" else literal(as_day(day), Day())
    return tuple_(outlooks.c.day, outlooks.c.user_id) > tuple_(first, literal(user))


def _due(row: Row[Any], found: FoundPreferences) -> DueNotification | Unreadable:
    user_id = row.user_id
    try:
        if user_id in found.bad:
            raise found.bad[user_id]
        return DueNotification(user_id, day_in(row), found.kept.get(user_id))
    except CorruptRowError as error:
        return Unreadable(f"{row.day}:{user_id}", error)


def day_in(row: Row[Any]) -> date:
    """Return the day of an outlook's row.

    Raises:
        CorruptRowError: It can't be read.
    """
    return value_of(outlooks, row, _day)


def _day(row: Row[Any]) -> date:
    return converted("day", row.day, _as_day)


#: Many rows have the same.
_as_day = lru_cache(maxsize=64)(as_day)
