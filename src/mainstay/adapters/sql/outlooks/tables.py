"""What is kept of outlooks."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from mainstay.adapters.sql.columns import Day, Instant, key, metadata, of_user

__all__ = ["outlooks"]

#: On SQLite a table with row ids: so the index that is its primary key holds only the keys, and is
#: read to find out who has an outlook, or a notification.
outlooks: Table = Table(
    "mainstay_outlooks",
    metadata,
    Column("day", Day, nullable=False),
    of_user(nullable=False),
    Column("template", key, nullable=False),
    Column("variant", key, nullable=False),
    Column("content_type", key, nullable=False),
    Column("known_through", Day, nullable=False),
    Column("generated_at", Instant, nullable=False),
    # 0 or 1.
    Column("fallback", Integer, nullable=False),
    Column("viewed_at", Instant),
    Column("engaged_at", Instant),
    Column("completed_at", Instant),
    Column("rated_at", Instant),
    Column("rating", Integer),
    # The texts come last: those that count what became of outlooks need not read past them.
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    # JSON.
    Column("data", Text, nullable=False),
    PrimaryKeyConstraint("day", "user_id"),
    Index("mainstay_outlooks_user", "user_id", "day"),
)
