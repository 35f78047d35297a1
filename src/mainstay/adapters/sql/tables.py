"""The tables, the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zlib import crc32

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    Column,
    Connection,
    Date,
    Dialect,
    Double,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    event,
)
from sqlalchemy.types import TypeEngine

__all__ = [
    "candidates",
    "closed_days",
    "engagements",
    "events",
    "installed",
    "kinds",
    "leases",
    "maxima",
    "metadata",
    "outcomes",
    "policies",
    "reputations",
    "runs",
    "settings",
    "staged",
    "staged_weeks",
]


class Day(TypeDecorator[date]):
    """A date: PostgreSQL's own, ISO 8601 text on SQLite.

    Both return it as text: what a row holds is checked where the row is read, so that a corrupt
    one does not take its page with it.
    """

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = Date
    cache_ok: bool | None = True

    @property
    def python_type(self) -> type[Any]:
        """What a value is."""
        return date

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the database's own type."""
        return Text() if dialect.name == "sqlite" else Date()

    def process_bind_param(self, value: date | None, dialect: Dialect) -> object:
        """Return what the database is given."""
        return value.isoformat() if value is not None and dialect.name == "sqlite" else value


class Instant(TypeDecorator[datetime]):
    """An instant: PostgreSQL's own, ISO 8601 text in UTC on SQLite."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = TIMESTAMP
    cache_ok: bool | None = True

    @property
    def python_type(self) -> type[Any]:
        """What a value is."""
        return datetime

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the database's own type."""
        return Text() if dialect.name == "sqlite" else TIMESTAMP(timezone=True)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        """Return what the database is given."""
        return instant_text(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | Any:  # noqa: ARG002
        """Return an instant in UTC; what is not one, as it is."""
        try:
            at = datetime.fromisoformat(str(value))
            return value if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, OverflowError):
            return value


def instant_text(at: datetime) -> str:
    """Write an instant so that both databases read it, and text sorts by time."""
    return at.astimezone(UTC).isoformat(" ", "microseconds")


#: Text that is compared by code point.
_key = Text().with_variant(Text(collation="C"), "postgresql")

metadata: MetaData = MetaData()

settings: Table = Table(
    "mainstay_settings",
    metadata,
    Column("key", _key, primary_key=True),
    Column("value", Text, nullable=False),
)


def _event_columns() -> list[Column[object]]:
    return [
        Column("user_id", _key, nullable=False),
        Column("started_at", Instant, nullable=False),
        Column("id", _key, nullable=False),
        Column("utc_offset_us", BigInteger, nullable=False),
        Column("timezone", Text),
        Column("kind", _key, nullable=False),
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


def _temporary(name: str, *columns: Column[Any]) -> Table:
    """Return a table that lasts as long as a connection, and is empty after each transaction.

    Its name says what its columns are: behind PgBouncer a connection is shared, perhaps with
    another release of ours that stages other columns.
    """
    layout = crc32(repr([(column.name, column.type) for column in columns]).encode())
    return Table(
        f"{name}_{layout:08x}",
        MetaData(),
        *columns,
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DELETE ROWS",
    )


#: Where events wait while it is found out which of them are new.
staged: Table = _temporary("mainstay_staged", *_event_columns())

#: The kinds of activity that there are.
kinds: Table = Table(
    "mainstay_kinds", metadata, Column("kind", _key, primary_key=True), sqlite_with_rowid=False
)

#: What days and weeks are judged by: the JSON of each policy, by the day from which on it holds.
policies: Table = Table(
    "mainstay_policies",
    metadata,
    # "days" or "weeks"
    Column("scope", _key, nullable=False),
    # 0001-01-01 for the one that holds from the beginning.
    Column("since", Day, nullable=False),
    Column("policy", Text, nullable=False),
    PrimaryKeyConstraint("scope", "since"),
    sqlite_with_rowid=False,
)

engagements: Table = Table(
    "mainstay_engagements",
    metadata,
    Column("user_id", _key, primary_key=True),
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
    Column("user_id", _key, nullable=False),
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
    Column("user_id", _key, nullable=False),
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
    Column("user_id", _key, primary_key=True),
    Column("first_day", Day, nullable=False),
    Column("weeks", BigInteger, nullable=False, server_default="0"),
    # ISO weeks such as 2024-W18, which sort by time.
    Column("last_active", _key),
    Column("last_recorded", _key),
    sqlite_with_rowid=False,
)

#: A row an attempt.
runs: Table = Table(
    "mainstay_runs",
    metadata,
    Column("job", _key, nullable=False),
    Column("attempt", _key, nullable=False),
    Column("task_id", _key, nullable=False),
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
    Column("job", _key, primary_key=True),
    Column("schedule", Text, nullable=False),
    Column("limit_us", BigInteger),
)

#: Where weeks that were recorded wait to be written.
staged_weeks: Table = _temporary(
    "mainstay_staged_weeks",
    Column("user_id", _key, nullable=False),
    Column("weeks", BigInteger, nullable=False),
    Column("last_active", _key),
    Column("last_recorded", _key),
)


def _half_full(table: Table, connection: Connection, **_: object) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ALTER TABLE {table.name} SET (fillfactor = 50)")


# Their rows are all rewritten each day or week: with half a block free, that is done in place.
for _table in (engagements, reputations):
    event.listen(_table, "after_create", _half_full)


leases: Table = Table(
    "mainstay_leases",
    metadata,
    Column("job", _key, nullable=False),
    Column("holder", _key, nullable=False),
    Column("until", Instant, nullable=False),
    PrimaryKeyConstraint("job", "holder"),
)
