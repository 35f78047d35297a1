"""What is kept of leaderboards: snapshots of the three periods."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, Table, Text

from mainstay.adapters.sql.columns import Instant, key, metadata, of_user, temporary

__all__ = ["boards", "places", "rungs", "staged_totals"]

#: A row a snapshot.
boards: Table = Table(
    "mainstay_boards",
    metadata,
    Column("period", key, primary_key=True),
    # What it counts: from the one instant, if it is not all time, to just before the other.
    Column("since", Instant),
    Column("as_of", Instant, nullable=False),
    # Until when it answers.
    Column("fresh_until", Instant, nullable=False),
    Column("listed", BigInteger, nullable=False),
    # A JSON array of the users who are left out, in order.
    Column("excluded", Text, nullable=False),
    sqlite_with_rowid=False,
)

#: The first places of each, by the order of the board.
places: Table = Table(
    "mainstay_board_places",
    metadata,
    Column("period", key, nullable=False),
    Column("place", Integer, nullable=False),
    of_user(nullable=False),
    Column("total", BigInteger, nullable=False),
    PrimaryKeyConstraint("period", "place"),
    sqlite_with_rowid=False,
)

#: The ladder of each: a row a total that somebody has.
rungs: Table = Table(
    "mainstay_board_rungs",
    metadata,
    Column("period", key, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("users", BigInteger, nullable=False),
    Column("above", BigInteger, nullable=False),
    Column("totals_above", BigInteger, nullable=False),
    PrimaryKeyConstraint("period", "total"),
    sqlite_with_rowid=False,
)

#: Where the totals of a span of time wait to be ranked.
staged_totals: Table = temporary(
    "mainstay_staged_totals",
    of_user(nullable=False),
    Column("total", BigInteger, nullable=False),
)
