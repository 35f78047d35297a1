"""The kinds of activity that there are, when events go."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, and_, delete, select
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.bulk import any_of
from mainstay.adapters.sql.metrics import metrics
from mainstay.adapters.sql.sessions import kinds
from mainstay.ports.metrics import KIND

__all__ = ["counted_kinds", "counts_a_kind", "forget_kinds"]

#: A metric that counts events: its name is from "kind:" to before what comes next.
counts_a_kind: ColumnElement[bool] = and_(
    metrics.c.metric >= KIND, metrics.c.metric <= f"{KIND}\U0010ffff"
)


def counted_kinds(connection: Connection, users: Collection[str]) -> set[str]:
    """Return the kinds of events that some users have."""
    theirs = any_of(connection, metrics.c.user_id, users)
    names = select(metrics.c.metric).where(theirs, counts_a_kind).distinct()
    return {name.removeprefix(KIND) for name in connection.scalars(names)}


def forget_kinds(connection: Connection, some: Collection[str]) -> None:
    """Know those kinds no longer of which nobody has an event."""
    for kind in some:
        there = select(metrics.c.user_id).where(metrics.c.metric == f"{KIND}{kind}").limit(1)
        if connection.scalar(there) is None:
            connection.execute(delete(kinds).where(kinds.c.kind == kind))
