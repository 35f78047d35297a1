"""What is kept of contests."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    literal_column,
)
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.columns import Instant, key, metadata, of_user

__all__ = ["argument_votes", "arguments", "case_votes", "cases", "is_open", "secrets"]

cases: Table = Table(
    "mainstay_cases",
    metadata,
    Column("id", key, primary_key=True),
    Column("question", Text, nullable=False),
    # A JSON array, in their order.
    Column("sides", Text, nullable=False),
    of_user("creator"),
    Column("status", key, nullable=False),
    Column("opens_at", Instant),
    Column("closes_at", Instant),
    # There is one case a slot.
    Column("slot", Instant, unique=True),
    # The commitment's, in hex, and how it stands on the ledger.
    Column("digest", key, nullable=False),
    Column("verification", key, nullable=False),
    # From here on: once the case has closed. The nonce is in hex.
    Column("verdict", Text),
    Column("nonce", Text),
    Column("closed_at", Instant),
    Column("voters", Integer),
    Column("winners", Integer),
    Column("participants", Integer),
    Column("pool", BigInteger),
    Column("undistributed", BigInteger),
    sqlite_with_rowid=False,
)
# By its hash: it may be longer than what fits into an ordered index of PostgreSQL's.
Index("mainstay_cases_question", cases.c.question, postgresql_using="hash")
#: Written out: SQLite uses an index of some rows only for a query in the same words.
is_open: ColumnElement[bool] = cases.c.status == literal_column("'open'")
# In the order in which they are closed: else SQLite reads all cases, to have it.
Index(
    "mainstay_cases_open",
    *(cases.c.id, cases.c.closes_at),
    sqlite_where=is_open,
    postgresql_where=is_open,
)

#: What opens the commitments of cases that have not closed.
secrets: Table = Table(
    "mainstay_case_secrets",
    metadata,
    Column("case_id", key, primary_key=True),
    Column("verdict", Text, nullable=False),
    # In hex.
    Column("nonce", Text, nullable=False),
    sqlite_with_rowid=False,
)

case_votes: Table = Table(
    "mainstay_case_votes",
    metadata,
    Column("case_id", key, nullable=False),
    Column("id", key, nullable=False),
    of_user(nullable=False),
    Column("side", Text, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("case_id", "id"),
    Index("mainstay_case_votes_of_user", "user_id"),
    sqlite_with_rowid=False,
)

arguments: Table = Table(
    "mainstay_arguments",
    metadata,
    Column("id", key, primary_key=True),
    Column("case_id", key, nullable=False),
    of_user("author", nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Instant, nullable=False),
    # From 1, once the case has closed, if it took one.
    Column("place", Integer),
    Index("mainstay_arguments_of_case", "case_id", "id"),
    Index("mainstay_arguments_of_author", "author"),
    sqlite_with_rowid=False,
)

argument_votes: Table = Table(
    "mainstay_argument_votes",
    metadata,
    Column("argument_id", key, nullable=False),
    of_user(nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("argument_id", "user_id"),
    Index("mainstay_argument_votes_of_user", "user_id"),
    sqlite_with_rowid=False,
)
