"""The day through which everybody who was not due has been idle."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, insert, literal, select, update
from sqlalchemy.engine import Row

from mainstay.adapters.sql.columns import Day, earlier
from mainstay.adapters.sql.engagements.tables import engagements, progress
from mainstay.adapters.sql.locks import lock
from mainstay.adapters.sql.reading import as_day, value_of

__all__ = ["idle_through", "lock_progress", "say_idle"]


def lock_progress(connection: Connection, *, shared: bool) -> None:
    """Have the day stay as it is, or be the one who changes it, until the transaction ends.

    Those who add events share it: their events are there before it changes, or they know that it
    has.
    """
    lock(connection, "progress", shared=shared)


def idle_through(connection: Connection) -> date:
    """Return the day; the first of all while nobody has been idle.

    Raises:
        CorruptRowError: It can't be read.
    """
    row = connection.execute(select(progress)).one_or_none()
    return date.min if row is None else value_of(progress, row, _day)


def say_idle(connection: Connection, day: date, rescored: Iterable[date]) -> None:
    """Move the day on; never back.

    Args:
        connection: The database.
        day: The day.
        rescored: The days from which on idle days score otherwise. Those who were not evaluated on
            one, because something is wrong with them, are due on it.
    """
    lock_progress(connection, shared=False)
    before = idle_through(connection)
    if day <= before:
        return
    last, due = engagements.c.last_day, engagements.c.next_day
    for since in rescored:
        if before < since <= day:
            missed = update(engagements).where(last < since)
            connection.execute(missed.values(next_day=earlier(due, literal(since, Day()))))
    connection.execute(delete(progress))
    connection.execute(insert(progress).values(through=day))


def _day(row: Row[Any]) -> date:
    return as_day(row.through)
