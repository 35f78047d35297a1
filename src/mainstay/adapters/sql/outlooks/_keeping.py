"""Keeping outlooks, and planning those whose time was planned before they came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from mainstay.adapters.sql.bulk import insert_into, insert_rows
from mainstay.adapters.sql.outlooks._rows import COLUMNS, outlook_row
from mainstay.adapters.sql.outlooks.tables import outlooks
from mainstay.adapters.sql.preferences import find_preferences, plan_kept
from mainstay.outlook import Outlook
from mainstay.ports import OutboxEntry
from mainstay.ports.notification_entries import planned_at_once

__all__ = ["insert_outlooks", "planned_with", "replace_outlooks"]


def insert_outlooks(connection: Connection, new: Sequence[Outlook]) -> None:
    """Insert outlooks of users without one, while nobody else may."""
    insert_rows(connection, outlooks, map(outlook_row, new))


def replace_outlooks(connection: Connection, new: Sequence[Outlook]) -> None:
    """Keep outlooks in place of those that are there; new ones, too.

    The rows stay, so that somebody who waits to mark one marks the new one.
    """
    row = insert_into(connection.dialect.name, outlooks)
    changed = {name: row.excluded[name] for name in COLUMNS if name not in _KEY}
    kept = row.on_conflict_do_update(index_elements=_KEY, set_=changed)
    connection.execute(kept, [_values(outlook) for outlook in new])


_KEY = ("day", "user_id")


def _values(outlook: Outlook) -> dict[str, object]:
    texts = dict(zip(COLUMNS, outlook_row(outlook), strict=True))
    typed = {
        "day": outlook.day,
        "known_through": outlook.known_through,
        "generated_at": outlook.generated_at,
    }
    return texts | typed


def planned_with(connection: Connection, new: Sequence[Outlook]) -> Iterator[OutboxEntry]:
    """Yield the notifications that are put with outlooks.

    Those of whose preferences nothing can be read are left to the run that plans next, which
    reports them.
    """
    plan = plan_kept(connection)
    if plan is None or plan.until is None or not new:
        return
    found = find_preferences(connection, [outlook.user_id for outlook in new])
    for outlook in new:
        if outlook.user_id not in found.bad:
            entry = planned_at_once(outlook, found.kept.get(outlook.user_id), plan)
            if entry is not None:
                yield entry
