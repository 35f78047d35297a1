"""The tables of everybody's days."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
)

from mainstay.adapters.sql.columns import Day, key, metadata, often_rewritten

__all__ = ["candidates", "closed_days", "engagements", "maxima", "outcomes"]

engagements: Table = often_rewritten(
    Table(
        "mainstay_engagements",
        metadata,
        Column("user_id", key, primary_key=True),
        Column("first_day", Day, nullable=False),
        Column("last_day", Day),
        Column("streak", BigInteger, nullable=False, server_default="0"),
        # Lifetime totals through last_day.
        Column("posts", BigInteger, nullable=False, server_default="0"),
        Column("rated", BigInteger, nullable=False, server_default="0"),
        Column("ratings", BigInteger, nullable=False, server_default="0"),
        # What arrives late may move first_day to before it.
        Column("first_evaluated", Day),
        Index("mainstay_engagements_first", "first_day"),
        sqlite_with_rowid=False,
    )
)

#: The most that each part of a score could give; a row for each policy that there was.
maxima: Table = Table(
    "mainstay_maxima",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("streak", Double, nullable=False),
    Column("posts", Double, nullable=False),
    Column("quality", Double, nullable=False),
)

outcomes: Table = Table(
    "mainstay_outcomes",
    metadata,
    Column("day", Day, nullable=False),
    Column("user_id", key, nullable=False),
    Column("streak_before", BigInteger, nullable=False),
    Column("streak_after", BigInteger, nullable=False),
    Column("posts", BigInteger, nullable=False),
    Column("rated", BigInteger, nullable=False),
    Column("ratings", BigInteger, nullable=False),
    # The score, its parts and their maxima: null if the criteria were met.
    Column("total", Double),
    Column("streak_points", Double),
    Column("posts_points", Double),
    Column("quality_points", Double),
    Column("maxima", Integer),
    PrimaryKeyConstraint("day", "user_id"),
    sqlite_with_rowid=False,
)

closed_days: Table = Table(
    "mainstay_closed_days",
    metadata,
    Column("day", Day, primary_key=True),
    # How many it has.
    Column("candidates", Integer, nullable=False),
)

#: Each with its whole outcome, whatever becomes of the row in outcomes.
candidates: Table = Table(
    "mainstay_candidates",
    metadata,
    Column("day", Day, nullable=False),
    Column("place", Integer, nullable=False),
    Column("user_id", key, nullable=False),
    Column("streak_before", BigInteger, nullable=False),
    Column("streak_after", BigInteger, nullable=False),
    # The score, what it was computed from, its parts, and the most that each could give.
    Column("total", Double),
    Column("posts", BigInteger),
    Column("average_quality", Double),
    Column("streak_points", Double),
    Column("posts_points", Double),
    Column("quality_points", Double),
    Column("most_streak", Double),
    Column("most_posts", Double),
    Column("most_quality", Double),
    PrimaryKeyConstraint("day", "place"),
    sqlite_with_rowid=False,
)
