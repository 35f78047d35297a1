"""The tables of events, and of who and which kinds there are."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from mainstay.adapters.sql.columns import (
    Day,
    Instant,
    key,
    metadata,
    of_user,
    temporary,
)

__all__ = ["events", "kinds", "staged", "users"]


def _event_columns() -> list[Column[object]]:
    return [
        of_user(nullable=False),
        Column("started_at", Instant, nullable=False),
        Column("id", key, nullable=False),
        Column("utc_offset_us", BigInteger, nullable=False),
        Column("timezone", Text),
        Column("kind", key, nullable=False),
        Column("duration_us", BigInteger),
        Column("quality", Double),
        # The quality in whole millionths, whose sums don't depend on any order.
        Column("rating", BigInteger),
        # The date on which it counts.
        Column("day", Day, nullable=False),
    ]


events: Table = Table(
    "mainstay_events",
    metadata,
    *_event_columns(),
    PrimaryKeyConstraint("user_id", "started_at", "id"),
    UniqueConstraint("id", name="mainstay_events_id"),
    Index("mainstay_events_day", "day", "user_id", "kind", "rating"),
    sqlite_with_rowid=False,
)

#: Where events wait while it is found out which of them are new.
staged: Table = temporary("mainstay_staged", *_event_columns())

#: The users who have events.
users: Table = Table("mainstay_users", metadata, of_user(primary_key=True), sqlite_with_rowid=False)

#: The kinds of activity that there are.
kinds: Table = Table(
    "mainstay_kinds", metadata, Column("kind", key, primary_key=True), sqlite_with_rowid=False
)
