"""What becomes of a user's notifications when they want to be told at another time."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, select, update

from mainstay.adapters.sql.entries import is_free, outbox, put_entries, read_entry, values_of
from mainstay.adapters.sql.notifications._page import day_in, place
from mainstay.adapters.sql.outlooks.tables import outlooks
from mainstay.adapters.sql.preferences import plan_kept
from mainstay.adapters.sql.reading import value_of
from mainstay.outlook import NotificationPolicy, Preferences, wanted_instant
from mainstay.ports import OutboxEntry
from mainstay.ports.notification_entries import first_replanned, notification_key, replanned

__all__ = ["replan"]


def replan(connection: Connection, user_id: str, wanted: Preferences, now: datetime) -> None:
    """Plan a user's notifications by new preferences, except what somebody is just delivering.

    Args:
        connection: In a transaction that has the lock of outlooks.
        user_id: Whose.
        wanted: When they want to be told.
        now: What time it is.
    """
    days = _days(connection, user_id, first_replanned(now))
    plan, there = plan_kept(connection), _entries(connection, user_id, days)
    policy = NotificationPolicy() if plan is None else plan.policy
    for day in days:
        entry = there.get(notification_key(user_id, day))
        at = wanted_instant(wanted, day, policy=policy)
        new = replanned(entry, (user_id, day), at, now=now, plan=plan)
        if new is not None and entry is None:
            put_entries(connection, [new])
        elif new is not None:
            _change(connection, new, now)


def _days(connection: Connection, user_id: str, first: date) -> list[date]:
    """Return the days from one on for which a user has outlooks."""
    mine = (outlooks.c.user_id == user_id, outlooks.c.day >= first)
    query = place.where(*mine).order_by(outlooks.c.day)
    return [day_in(row) for row in connection.execute(query)]


def _entries(connection: Connection, user_id: str, days: list[date]) -> dict[str, OutboxEntry]:
    """Return what there is of a user's notifications, and lock it."""
    keys = [notification_key(user_id, day) for day in days]
    query = select(outbox).where(outbox.c.key.in_(keys)).order_by(outbox.c.key)
    rows = connection.execute(query.with_for_update())
    return {row.key: value_of(outbox, row, read_entry) for row in rows}


def _change(connection: Connection, entry: OutboxEntry, now: datetime) -> None:
    values = values_of(entry)
    changes = {name: values[name] for name in ("due_at", "expires_at", "state")}
    free = (outbox.c.key == entry.key, is_free(now))
    connection.execute(update(outbox).where(*free).values(changes))
