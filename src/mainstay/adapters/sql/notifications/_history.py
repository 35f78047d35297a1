"""What came of notifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select
from sqlalchemy.engine import Row

from mainstay import _checks as checks
from mainstay.adapters.sql.bulk import any_of
from mainstay.adapters.sql.entries import outbox, read_entry
from mainstay.adapters.sql.notifications._page import day_in, has_notification
from mainstay.adapters.sql.outlooks.tables import outlooks
from mainstay.adapters.sql.preferences import find_preferences
from mainstay.adapters.sql.reading import value_of
from mainstay.outlook import Preferences
from mainstay.ports import Notified, OutboxEntry
from mainstay.ports.notification_entries import notification_key

__all__ = ["notified"]


def notified(connection: Connection, some: Select[*tuple[Any, ...]]) -> list[Notified]:
    """Return the notifications of those of some outlooks that have one, in their order.

    Raises:
        CorruptRowError: The row of one can't be read.
    """
    rows = connection.execute(some.where(has_notification)).all()
    keys = [notification_key(row.user_id, day_in(row)) for row in rows]
    entries = _entries(connection, keys)
    kept = find_preferences(connection, {row.user_id for row in rows}).readable()
    return [_notified(row, entries[key], kept) for row, key in zip(rows, keys, strict=True)]


def _entries(connection: Connection, keys: Sequence[str]) -> Mapping[str, OutboxEntry]:
    query = select(outbox).where(any_of(connection, outbox.c.key, keys))
    return {row.key: value_of(outbox, row, read_entry) for row in connection.execute(query)}


def _notified(row: Row[Any], entry: OutboxEntry, kept: Mapping[str, Preferences]) -> Notified:
    viewed_at = value_of(outlooks, row, _viewed_at)
    return Notified(entry, kept.get(row.user_id), viewed_at)


def _viewed_at(row: Row[Any]) -> datetime | None:
    return None if row.viewed_at is None else checks.instant("viewed_at", row.viewed_at)
