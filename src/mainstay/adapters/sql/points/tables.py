"""The tables of credits, and of what they come to."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from mainstay.adapters.sql.columns import (
    Instant,
    key,
    metadata,
    of_user,
    temporary,
)
from mainstay.recognition import MOST_POINTS

__all__ = ["credits", "listed", "points", "staged_credits"]

_IN_RANGE = f"total BETWEEN -{MOST_POINTS} AND {MOST_POINTS}"

credits: Table = Table(
    "mainstay_credits",
    metadata,
    of_user(nullable=False),
    Column("at", Instant, nullable=False),
    Column("reason", key, nullable=False),
    Column("amount", BigInteger, nullable=False),
    PrimaryKeyConstraint("user_id", "at", "reason"),
    # What makes an award a single one.
    UniqueConstraint("user_id", "reason", name="mainstay_credits_once"),
    Index("mainstay_credits_at", "at", "user_id", "amount"),
    sqlite_with_rowid=False,
)

#: What each user's credits come to.
points: Table = Table(
    "mainstay_points",
    metadata,
    of_user(primary_key=True),
    Column("total", BigInteger, nullable=False),
    Column("first_at", Instant, nullable=False),
    # The latest credit whose amount is not 0.
    Column("changed_at", Instant),
    CheckConstraint(_IN_RANGE, name="mainstay_points_range"),
    sqlite_with_rowid=False,
)
Index("mainstay_points_total", points.c.total.desc(), points.c.user_id)

#: How many users have a total: the sum of a few rows, so that adders seldom wait for each other.
listed: Table = Table(
    "mainstay_listed",
    metadata,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("users", BigInteger, nullable=False),
)

#: Where credits wait while it is found out which of them are new.
staged_credits: Table = temporary(
    "mainstay_staged_credits",
    of_user(nullable=False),
    Column("at", Instant, nullable=False),
    Column("reason", key, nullable=False),
    Column("amount", BigInteger, nullable=False),
)
