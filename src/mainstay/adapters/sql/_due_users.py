"""Whom to look at for badges: who is marked, and once everybody, if the policy is another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    Subquery,
    Table,
    delete,
    func,
    insert,
    or_,
    select,
    true,
    union,
    update,
)
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.bulk import each_of
from mainstay.adapters.sql.columns import metadata, of_user
from mainstay.adapters.sql.marks import checks_due, due_at_once
from mainstay.adapters.sql.metrics import metrics
from mainstay.adapters.sql.points import points
from mainstay.adapters.sql.sessions import users

__all__ = ["begin_sweep", "count_due", "due_users", "sweeps"]

#: How far everybody is being looked at, since the policy is another: a row as long as they are.
#: Those up to a user are marked, all after it are due.
sweeps: Table = Table(
    "mainstay_badge_sweeps",
    metadata,
    # Empty before the first.
    of_user("after_user", primary_key=True),
)


def begin_sweep(connection: Connection) -> None:
    """Make everybody due."""
    connection.execute(delete(sweeps))
    connection.execute(insert(sweeps).values(after_user=""))


def count_due(connection: Connection, now: datetime, *, everybody: bool) -> int:
    """Return about how many users are due.

    Args:
        connection: The database.
        now: What time it is.
        everybody: Whether a sweep is to begin.
    """
    swept = "" if everybody else _swept(connection)
    marked = select(func.count()).select_from(checks_due).where(_is_due(now))
    count = connection.scalar(marked) or 0
    if swept is None:
        return count
    others = select(func.count()).select_from(_everybody(swept))
    return max(count, connection.scalar(others) or 0)


def due_users(
    connection: Connection, now: datetime, *, after: str | None, limit: int
) -> Sequence[str]:
    """Return the next users who are due, by user id, and lock them until the transaction ends.

    Whoever adds something for one of them waits until then, and nobody else does.
    """
    marked = _first(checks_due, after, limit).where(_is_due(now))
    swept = _swept(connection)
    if swept is None:
        return connection.scalars(marked.with_for_update()).all()
    if isinstance(after, str) and after > swept:  # those passed over stay due
        due_at_once(connection, select(_everybody(swept, through=after).c.user_id))
        swept = after
    some = [marked, *(_first(table, swept, limit) for table in _EVERYBODY)]
    each = union(*(select(part.subquery()) for part in some)).subquery()
    next_ = select(each.c.user_id).order_by(each.c.user_id).limit(limit)
    found = connection.scalars(next_).all()
    known = [user for user in found if isinstance(user, str)]
    due_at_once(connection, each_of(connection, known))
    _go_on(connection, max([swept, *known]), done=len(found) < limit)
    return found


#: Where there is something that badges are awarded for.
_EVERYBODY = (users, points, metrics)


def _everybody(after: str, *, through: str | None = None) -> Subquery:
    """Select all users after one, and up to another."""
    queries = [select(table.c.user_id).where(table.c.user_id > after) for table in _EVERYBODY]
    if through is not None:
        queries = [query.where(query.selected_columns[0] <= through) for query in queries]
    return union(*queries).subquery()


def _first(table: Table, after: str | None, limit: int) -> Select[Any]:
    user = table.c.user_id
    query = select(user).where(true() if after is None else user > after)
    if table is metrics:
        query = query.distinct()
    return query.order_by(user).limit(limit)


def _is_due(now: datetime) -> ColumnElement[bool]:
    return or_(checks_due.c.due_at.is_(None), checks_due.c.due_at <= now)


def _swept(connection: Connection) -> str | None:
    """Return how far everybody is marked; ``None`` unless everybody is to be looked at."""
    return connection.scalar(select(sweeps.c.after_user))


def _go_on(connection: Connection, last: str, *, done: bool) -> None:
    """Note how far everybody is marked, all those before included."""
    connection.execute(delete(sweeps) if done else update(sweeps).values(after_user=last))
