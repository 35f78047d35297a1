"""The tables of runs, of leases, and of how schedulers have the jobs."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from mainstay.adapters.sql.columns import Instant, key, metadata, of_user

__all__ = ["installed", "leases", "run_errors", "runs"]

#: A row an attempt.
runs: Table = Table(
    "mainstay_runs",
    metadata,
    Column("job", key, nullable=False),
    Column("attempt", key, nullable=False),
    Column("task_id", key, nullable=False),
    Column("due", Instant, nullable=False),
    # What was asked for, such as 2024-05-01 or 2024-W18; null if it followed from due.
    Column("target", key),
    # What was asked besides, as JSON.
    Column("options", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("report", Text),
    Column("error", Text),
    PrimaryKeyConstraint("job", "attempt"),
    Index("mainstay_runs_last", "job", "started_at", "attempt"),
    Index("mainstay_runs_due", "job", "due"),
)

#: What was wrong with single items: rows of their own, so that those about a user can be erased.
run_errors: Table = Table(
    "mainstay_run_errors",
    metadata,
    Column("job", key, nullable=False),
    Column("attempt", key, nullable=False),
    Column("place", Integer, nullable=False),
    # A user's id, mostly.
    of_user("item", nullable=False),
    Column("error", Text, nullable=False),
    PrimaryKeyConstraint("job", "attempt", "place"),
    Index("mainstay_run_errors_of_item", "item"),
)

#: A row a job that a scheduler has.
installed: Table = Table(
    "mainstay_installed",
    metadata,
    Column("job", key, primary_key=True),
    Column("schedule", Text, nullable=False),
    Column("limit_us", BigInteger),
)

leases: Table = Table(
    "mainstay_leases",
    metadata,
    Column("job", key, nullable=False),
    Column("holder", key, nullable=False),
    Column("until", Instant, nullable=False),
    PrimaryKeyConstraint("job", "holder"),
)
