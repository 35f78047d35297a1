"""Events that are staged, and which of them are new."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

from sqlalchemy import (
    Connection,
    Executable,
    delete,
    false,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.bulk import found_by, insert_into
from mainstay.adapters.sql.sessions.tables import events, kinds, staged, users
from mainstay.adapters.sql.traces import Traces
from mainstay.ports import other_contents

__all__ = ["CHANGED", "EDITED", "MISSING", "early_ids", "keep_new"]


def keep_new(connection: Connection, traces: Sequence[Traces]) -> int:
    """Keep the events in ``staged``, tell the ports of them, and return how many are new."""
    connection.execute(_know_users(connection.dialect.name))
    _refuse_other_contents(connection)
    connection.execute(_DROP_KNOWN)
    connection.execute(_know_kinds(connection.dialect.name))
    for port in traces:
        port.events_arrived(connection)
    connection.execute(_NEW)
    return connection.scalar(_HOW_MANY) or 0


@cache
def _know_users(dialect: str) -> Executable:
    """Give each user a row, and lock it: of two who add the same event, one is the first.

    In order, so that two adders never block each other for good.
    """
    found = select(staged.c.user_id).where(staged.c.user_id.is_not(None))
    found = found.group_by(staged.c.user_id).order_by(staged.c.user_id)
    known = insert_into(dialect, users).from_select(["user_id"], found)
    return known.on_conflict_do_update(
        index_elements=["user_id"],
        set_={"user_id": known.excluded.user_id},
        where=false(),  # to lock a row is enough
    )


@cache
def _know_kinds(dialect: str) -> Executable:
    """Give each kind a row; in order, as with users."""
    found = select(staged.c.kind).where(staged.c.kind.is_not(None))
    found = found.group_by(staged.c.kind).order_by(staged.c.kind)
    new = insert_into(dialect, kinds).from_select(["kind"], found)
    return new.on_conflict_do_nothing(index_elements=["kind"])


def early_ids(connection: Connection, day: date) -> Sequence[str]:
    """Return the ids of staged events that are before a day."""
    return connection.scalars(select(staged.c.id).where(staged.c.day < day)).all()


def _refuse_other_contents(connection: Connection) -> None:
    found = connection.scalar(EDITED.limit(1))
    if found is not None:
        raise other_contents(found)


def _is_known(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Say that a staged event is there already, as one that meets conditions."""
    return found_by(select(events.c.id).where(events.c.id == staged.c.id, *conditions))


_DIFFERS = or_(
    *(
        staged.c[column.name].is_distinct_from(column)
        for column in events.columns
        if column.name != "id"
    )
)
#: The ids that are staged, and are there with other contents.
EDITED = select(staged.c.id).where(_is_known(_DIFFERS)).order_by(staged.c.id)
#: The events that are there, and are otherwise than those of their ids that are staged.
CHANGED = (
    select(events)
    .join(staged, staged.c.id == events.c.id)
    .where(_DIFFERS)
    .order_by(events.c.user_id)
)
#: The ids that are staged, and not there.
MISSING = select(staged.c.id).where(~_is_known())
_DROP_KNOWN = delete(staged).where(_is_known())
_NEW = insert(events).from_select(staged.columns.keys(), select(staged))
_HOW_MANY = select(func.count()).select_from(staged)
