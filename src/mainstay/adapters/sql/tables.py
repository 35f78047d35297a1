"""The tables, the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from mainstay.adapters.sql.columns import Day, Instant, key, metadata, often_rewritten, temporary

__all__ = [
    "candidates",
    "closed_days",
    "engagements",
    "events",
    "installed",
    "kinds",
    "leases",
    "maxima",
    "outcomes",
    "policies",
    "reputations",
    "runs",
    "settings",
    "staged",
    "staged_weeks",
]


settings: Table = Table(
    "mainstay_settings",
    metadata,
    Column("key", key, primary_key=True),
    Column("value", Text, nullable=False),
)


def _event_columns() -> list[Column[object]]:
    return [
        Column("user_id", key, nullable=False),
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

#: The kinds of activity that there are.
kinds: Table = Table(
    "mainstay_kinds", metadata, Column("kind", key, primary_key=True), sqlite_with_rowid=False
)

#: What days and weeks are judged by: the JSON of each policy, by the day from which on it holds.
policies: Table = Table(
    "mainstay_policies",
    metadata,
    # "days" or "weeks"
    Column("scope", key, nullable=False),
    # 0001-01-01 for the one that holds from the beginning.
    Column("since", Day, nullable=False),
    Column("policy", Text, nullable=False),
    PrimaryKeyConstraint("scope", "since"),
    sqlite_with_rowid=False,
)

engagements: Table = Table(
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

reputations: Table = Table(
    "mainstay_reputations",
    metadata,
    Column("user_id", key, primary_key=True),
    Column("first_day", Day, nullable=False),
    Column("weeks", BigInteger, nullable=False, server_default="0"),
    # ISO weeks such as 2024-W18, which sort by time.
    Column("last_active", key),
    Column("last_recorded", key),
    sqlite_with_rowid=False,
)

#: A row an attempt.
runs: Table = Table(
    "mainstay_runs",
    metadata,
    Column("job", key, nullable=False),
    Column("attempt", key, nullable=False),
    Column("task_id", key, nullable=False),
    Column("due", Instant, nullable=False),
    # The day that was asked for; null if it followed from due.
    Column("target", Day),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("report", Text),
    Column("error", Text),
    PrimaryKeyConstraint("job", "attempt"),
    Index("mainstay_runs_last", "job", "started_at", "attempt"),
    Index("mainstay_runs_due", "job", "due"),
)

#: A row a job that a scheduler has.
installed: Table = Table(
    "mainstay_installed",
    metadata,
    Column("job", key, primary_key=True),
    Column("schedule", Text, nullable=False),
    Column("limit_us", BigInteger),
)

#: Where weeks that were recorded wait to be written.
staged_weeks: Table = temporary(
    "mainstay_staged_weeks",
    Column("user_id", key, nullable=False),
    Column("weeks", BigInteger, nullable=False),
    Column("last_active", key),
    Column("last_recorded", key),
)


# Their rows are all rewritten each day or week.
for _table in (engagements, reputations):
    often_rewritten(_table)


leases: Table = Table(
    "mainstay_leases",
    metadata,
    Column("job", key, nullable=False),
    Column("holder", key, nullable=False),
    Column("until", Instant, nullable=False),
    PrimaryKeyConstraint("job", "holder"),
)
