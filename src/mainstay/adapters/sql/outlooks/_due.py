"""Who is to be told something."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, Select, and_, func, literal, or_, select, true
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.bulk import any_of, found_by
from mainstay.adapters.sql.entries import outbox
from mainstay.adapters.sql.outlooks.tables import outlooks
from mainstay.adapters.sql.sessions import events, users
from mainstay.ports import OutboxState, OutlookTarget
from mainstay.ports.notification_entries import notification_key

__all__ = ["count_active", "count_due", "due_users", "may_be_replaced"]

_user = users.c.user_id


def count_active(connection: Connection, target: OutlookTarget) -> int:
    """Return how many users have an event within the 30 days."""
    query = select(func.count()).select_from(users).where(_is_active(target))
    return connection.scalar(query) or 0


def count_due(connection: Connection, target: OutlookTarget) -> int:
    """Return how many users are due."""
    query = select(func.count()).select_from(users).where(_is_due(target))
    return connection.scalar(query) or 0


def due_users(
    connection: Connection, target: OutlookTarget, *, after: str | None, limit: int
) -> Sequence[str]:
    """Return the next users who are due, by user id, and lock them until the transaction ends.

    Whoever adds an event for one of them waits until then, and nobody else does. With force, so
    does somebody who marks or claims what is to be replaced.
    """
    due = select(_user).where(_is_due(target)).order_by(_user).limit(limit).with_for_update()
    while True:
        page = due.where(true() if after is None else _user > after)
        found = connection.scalars(page).all()
        if not (target.force and found):
            return found
        if still := _still_due(connection, target, found):
            return still
        after = found[-1]


def _still_due(
    connection: Connection, target: OutlookTarget, found: Sequence[str]
) -> Sequence[str]:
    """Return those whose outlooks are to be replaced even now that they are locked."""
    for each in (_outlooks_of(connection, target.day, found), _entries(connection, target, found)):
        connection.execute(each.with_for_update())
    known = [user for user in found if isinstance(user, str)]
    query = select(_user).where(_is_due(target), any_of(connection, _user, known))
    return connection.scalars(query.order_by(_user)).all()


def _outlooks_of(connection: Connection, day: date, found: Sequence[str]) -> Select[tuple[str]]:
    user = outlooks.c.user_id
    theirs = any_of(connection, user, found)
    return select(user).where(outlooks.c.day == day, theirs).order_by(user)


def _entries(
    connection: Connection, target: OutlookTarget, found: Sequence[str]
) -> Select[tuple[str]]:
    keys = [notification_key(user, target.day) for user in found]
    return select(outbox.c.key).where(any_of(connection, outbox.c.key, keys)).order_by(outbox.c.key)


def _is_due(target: OutlookTarget) -> ColumnElement[bool]:
    mine = and_(outlooks.c.day == target.day, outlooks.c.user_id == _user)
    told = found_by(select(outlooks.c.user_id).where(mine))
    if not target.force:
        return and_(_is_active(target), ~told)
    return and_(_is_active(target), or_(~told, may_be_replaced(_user, target.day)))


def may_be_replaced(user: ColumnElement[str], day: date) -> ColumnElement[bool]:
    """Say that a user's outlook, if there is one, was neither viewed nor delivered."""
    mine = and_(outlooks.c.day == day, outlooks.c.user_id == user)
    viewed = select(outlooks.c.user_id).where(mine, outlooks.c.viewed_at.is_not(None))
    delivered = select(outbox.c.key).where(
        outbox.c.key == literal(notification_key("", day)) + user,
        or_(outbox.c.state == OutboxState.DONE.value, outbox.c.attempts > 0),
    )
    return and_(~found_by(viewed), ~found_by(delivered))


def _is_active(target: OutlookTarget) -> ColumnElement[bool]:
    """Say that a user has an event within the 30 days: one is looked up for each.

    Asked with ``EXISTS``, PostgreSQL may read all events of all users for each page.
    """
    at = events.c.started_at
    within = and_(events.c.user_id == _user, at >= target.since, at < target.now)
    return found_by(select(events.c.user_id).where(within).limit(1))
