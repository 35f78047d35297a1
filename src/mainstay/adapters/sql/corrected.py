"""What was corrected, as far as later events are concerned: aliases, removed events, the floor."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Executable,
    Index,
    Table,
    Text,
    delete,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.engine import Row

from mainstay.adapters.sql.columns import Day, key, metadata, of_user
from mainstay.adapters.sql.reading import as_day, value_of

__all__ = [
    "aliases",
    "bases",
    "floor",
    "floor_kept",
    "keep_floor",
    "removed",
    "stand_for",
    "take_corrections",
]

#: Who stands for whom since they were renamed.
aliases: Table = Table(
    "mainstay_aliases",
    metadata,
    of_user("user_id", primary_key=True),
    of_user("stands_for", nullable=False),
    sqlite_with_rowid=False,
)
Index("mainstay_aliases_stands_for", aliases.c.stands_for)

#: The ids of events that were removed: they count as known. Nothing else of them is kept.
removed: Table = Table(
    "mainstay_removed_events",
    metadata,
    Column("id", key, primary_key=True),
    sqlite_with_rowid=False,
)

#: One row: the first day of which events are kept, once some were pruned.
floor: Table = Table(
    "mainstay_floor", metadata, Column("day", Day, primary_key=True), sqlite_with_rowid=False
)

#: What is kept of users as of the day before the floor.
bases: Table = Table(
    "mainstay_bases",
    metadata,
    of_user(primary_key=True),
    # The floor of then.
    Column("since", Day, nullable=False),
    Column("posts", BigInteger, nullable=False),
    Column("rated", BigInteger, nullable=False),
    Column("ratings", BigInteger, nullable=False),
    # In a row, as of that day; null if no day had been evaluated.
    Column("streak", BigInteger),
    # The longest run of active days, and the one that ended on that day.
    Column("longest_run", BigInteger, nullable=False),
    Column("last_run", BigInteger, nullable=False),
    # Likewise of weeks, through the one before.
    Column("weeks", BigInteger, nullable=False),
    Column("last_active", key),
    Column("last_recorded", key),
    # The JSON of the number of posts by day.
    Column("posts_by_day", Text, nullable=False),
    sqlite_with_rowid=False,
)


def floor_kept(connection: Connection) -> date | None:
    """Return the first day of which events are kept; ``None`` if all are.

    Raises:
        CorruptRowError: It can't be read.
    """
    row = connection.execute(select(floor)).one_or_none()
    return None if row is None else value_of(floor, row, _day)


def keep_floor(connection: Connection, day: date) -> None:
    """Raise the floor."""
    connection.execute(delete(floor))
    connection.execute(insert(floor).values(day=day))


def take_corrections(connection: Connection, staged: Table) -> None:
    """Change staged events as they would have been: those of aliases, removed ones, old ones."""
    day, has_removed, has_aliases = connection.execute(_WHICH).one()
    if has_aliases:
        stand_for(connection, staged)
    if has_removed:
        connection.execute(_known(staged))
    if day is not None:
        connection.execute(delete(staged).where(staged.c.day < day))


def stand_for(connection: Connection, staged: Table) -> None:
    """Give staged events of aliases to those whom they stand for."""
    connection.execute(_renamed(staged))


_WHICH = select(
    select(floor.c.day).scalar_subquery(), exists(select(removed)), exists(select(aliases))
)


@cache
def _renamed(staged: Table) -> Executable:
    stands_for = select(aliases.c.stands_for).where(aliases.c.user_id == staged.c.user_id)
    is_alias = staged.c.user_id.in_(select(aliases.c.user_id))
    return update(staged).where(is_alias).values(user_id=stands_for.scalar_subquery())


@cache
def _known(staged: Table) -> Executable:
    is_removed = select(removed.c.id).where(removed.c.id == staged.c.id)
    return delete(staged).where(is_removed.scalar_subquery().is_not(None))


def _day(row: Row[Any]) -> date:
    return as_day(row.day)
