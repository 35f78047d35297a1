"""Whom to look at for badges, since something was added for them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, Executable, Select, Table, null

from mainstay.adapters.sql.bulk import insert_into
from mainstay.adapters.sql.columns import Instant, metadata, of_user

__all__ = ["checks_due", "due_at_once"]

#: Users who are to be looked at: at once if the time is null.
checks_due: Table = Table(
    "mainstay_badge_checks",
    metadata,
    of_user(primary_key=True),
    Column("due_at", Instant),
    sqlite_with_rowid=False,
)


def due_at_once(connection: Connection, users: Select[Any]) -> None:
    """Make users due, in the order of their ids, and lock them until the transaction ends.

    Whoever looks at them has their rows, and so has read all that was added before, or nothing.

    Args:
        connection: The database, in a transaction that adds something for the users.
        users: Selects their ids, each once.
    """
    connection.execute(_due_at_once(connection.dialect.name, users))


@lru_cache(maxsize=32)
def _due_at_once(dialect: str, users: Select[Any]) -> Executable:
    user = users.selected_columns[0]
    found = users.where(user.is_not(None)).order_by(user)
    new = insert_into(dialect, checks_due).from_select(["user_id"], found)
    at = checks_due.c.due_at
    return new.on_conflict_do_update(
        index_elements=["user_id"], set_={"due_at": null()}, where=at.is_not(None)
    )
