"""Metrics: what a host measures of its users, and how many events of each kind they have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Executable,
    PrimaryKeyConstraint,
    Select,
    Table,
    cast,
    delete,
    func,
    literal,
    select,
)
from sqlalchemy.sql import FromClause

from mainstay import _checks as checks
from mainstay.adapters.sql.bulk import any_of, found_by, insert_into, stage
from mainstay.adapters.sql.columns import key, metadata, of_user, temporary
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.marks import due_at_once
from mainstay.adapters.sql.sessions import staged
from mainstay.ports.metrics import KIND, storable_metrics

__all__ = ["SqlMetrics", "add_metrics", "count_kinds_of", "metrics"]

metrics: Table = Table(
    "mainstay_metrics",
    metadata,
    of_user(nullable=False),
    Column("metric", key, nullable=False),
    Column("value", BigInteger, nullable=False),
    PrimaryKeyConstraint("user_id", "metric"),
    sqlite_with_rowid=False,
)

_staged_metrics: Table = temporary(
    "mainstay_staged_metrics",
    of_user(nullable=False),
    Column("metric", key, nullable=False),
    Column("value", BigInteger, nullable=False),
)


_is_the_same = found_by(
    select(metrics.c.user_id).where(
        metrics.c.user_id == _staged_metrics.c.user_id,
        metrics.c.metric == _staged_metrics.c.metric,
        metrics.c.value == _staged_metrics.c.value,
    )
)


class SqlMetrics:
    """A :class:`mainstay.ports.MetricStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, metrics: Mapping[str, Mapping[str, int]]) -> None:
        """Keep metrics of users, each in place of what was kept of it; others stay."""
        given = storable_metrics(metrics)
        if given:
            rows = [(user, name, value) for (user, name), value in given.items()]
            with self._database.writing() as connection:
                stage(connection, _staged_metrics, rows)
                connection.execute(delete(_staged_metrics).where(_is_the_same))
                due_at_once(connection, _STAGED_USERS)
                connection.execute(_put(connection.dialect.name, _STAGED, add=False))

    def metrics(self, user_ids: Iterable[str]) -> Mapping[str, Mapping[str, int]]:
        """Return what is kept of some users, by user id; those without anything are left out."""
        asked = {checks.text("user_ids", user) for user in checks.iterable("user_ids", user_ids)}
        found: dict[str, dict[str, int]] = {}
        with self._database.reading() as connection:
            query = select(metrics).where(any_of(connection, metrics.c.user_id, asked))
            for user, name, value in connection.execute(query):
                found.setdefault(user, {})[name] = value
        return found

    def events_arrived(self, connection: Connection) -> None:
        """Count them by kind, and make their users due for badges."""
        due_at_once(connection, _NEW_USERS)
        connection.execute(_put(connection.dialect.name, _NEW_KINDS, add=True))


def add_metrics(connection: Connection, rows: Iterable[tuple[str, str, int]]) -> None:
    """Add to metrics in the transaction that causes it, and make their users due for badges.

    Args:
        connection: The database, in a transaction.
        rows: User ids, names and increments.
    """
    stage(connection, _staged_metrics, rows)
    due_at_once(connection, _STAGED_USERS)
    connection.execute(_put(connection.dialect.name, _SUMS, add=True))


_STAGED = select(_staged_metrics)
_STAGED_USERS = select(_staged_metrics.c.user_id).distinct()
_SUMS = select(
    _staged_metrics.c.user_id,
    _staged_metrics.c.metric,
    cast(func.sum(_staged_metrics.c.value), BigInteger).label("value"),
).group_by(_staged_metrics.c.user_id, _staged_metrics.c.metric)


def count_kinds_of(events: FromClause) -> Select[*tuple[Any, ...]]:
    """Select how many events of each kind users have, as metrics."""
    name = literal(KIND) + events.c.kind
    counted = select(events.c.user_id, name.label("metric"), func.count().label("value"))
    return counted.group_by(events.c.user_id, events.c.kind)


_NEW_USERS = select(staged.c.user_id).distinct()
_NEW_KINDS = count_kinds_of(staged)


@cache
def _put(dialect: str, found: Select[*tuple[Any, ...]], *, add: bool) -> Executable:
    """Write metrics over those that are there, or add them to those."""
    user, name, _ = found.selected_columns
    ordered = found.where(user.is_not(None)).order_by(user, name)
    new = insert_into(dialect, metrics).from_select(["user_id", "metric", "value"], ordered)
    value = metrics.c.value + new.excluded.value if add else new.excluded.value
    return new.on_conflict_do_update(index_elements=["user_id", "metric"], set_={"value": value})
