"""What the tables' columns hold, the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zlib import crc32

from sqlalchemy import (
    TIMESTAMP,
    Column,
    Connection,
    Date,
    Dialect,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    case,
    event,
    func,
    literal_column,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

__all__ = [
    "USER",
    "Day",
    "Instant",
    "day_after",
    "day_text",
    "earlier",
    "instant_of",
    "instant_text",
    "key",
    "later",
    "metadata",
    "of_user",
    "often_rewritten",
    "temporary",
    "utc_text",
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
        """Return what the database is given: text or a date, as it has them itself."""
        if value is None or dialect.name == "sqlite":
            return None if value is None else str(value)
        return date.fromisoformat(value) if isinstance(value, str) else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002
        """Return what makes a date text, whatever its driver made of it; there are many."""
        return _as_text


def _as_text(value: object) -> str | None:
    return value if value is None or type(value) is str else str(value)


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
        """Return what the database is given: text or an instant, likewise."""
        if isinstance(value, str):
            return value if dialect.name == "sqlite" else datetime.fromisoformat(value)
        return instant_text(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | Any:  # noqa: ARG002
        """Return an instant in UTC; what is not one, as it is."""
        return None if value is None else instant_of(value)


class utc_text(FunctionElement[str]):  # noqa: N801  (it is called as a function)
    """An instant as text, the same whatever a session's DateStyle and TimeZone are."""

    inherit_cache: bool | None = True
    type: TypeEngine[Any] = Text()


@compiles(utc_text, "sqlite")
def _as_kept(element: utc_text, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(utc_text, "postgresql")
def _in_utc(element: utc_text, compiler: SQLCompiler, **options: Any) -> str:
    at = compiler.process(element.clauses, **options)
    return f"to_char(timezone('UTC', {at}), 'YYYY-MM-DD HH24:MI:SS.US\"+00:00\"')"


class day_text(FunctionElement[str]):  # noqa: N801  (the same)
    """A day as text, the same whatever a session's DateStyle is."""

    inherit_cache: bool | None = True
    type: TypeEngine[Any] = Text()


@compiles(day_text, "sqlite")
def _day_as_kept(element: day_text, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(day_text, "postgresql")
def _day_written(element: day_text, compiler: SQLCompiler, **options: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **options)}, 'YYYY-MM-DD')"


def day_after(dialect: str, day: ColumnElement[Any]) -> ColumnElement[Any]:
    """Say the day after one, in SQLite or PostgreSQL."""
    if dialect == "sqlite":
        return func.date(day, "+1 day", type_=Text())
    return day.op("+", return_type=Date())(literal_column("1"))


def earlier(at: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """Say the earlier of two; if one of them is null, the other."""
    return case((at.is_(None), other), (other < at, other), else_=at)


def later(at: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """Say the later of two; if one of them is null, the other."""
    return case((at.is_(None), other), (other > at, other), else_=at)


def instant_of(value: object) -> datetime | Any:
    """Return the instant that a database has as text, in UTC; what is not one, as it is."""
    try:
        at = datetime.fromisoformat(str(value))
        return value if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return value


@lru_cache(maxsize=1024)
def instant_text(at: datetime) -> str:
    """Write an instant so that both databases read it, and text sorts by time."""
    return at.astimezone(UTC).isoformat(" ", "microseconds")


#: Text that is compared by code point.
key: Text = Text().with_variant(Text(collation="C"), "postgresql")

#: All tables of a store, for migrations.
metadata: MetaData = MetaData()

#: What marks the columns that hold the id of a user.
USER = "of_user"


def of_user(name: str = "user_id", **options: Any) -> Column[Any]:
    """Return a column with the id of a user.

    It is marked, so that all that is kept of a user is found when they leave, or change their id.
    """
    return Column(name, key, info={USER: True}, **options)


def temporary(name: str, *columns: Column[Any]) -> Table:
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


def often_rewritten(table: Table) -> Table:
    """Return a table with half of each block free, so that its rows are rewritten in place."""
    event.listen(table, "after_create", _half_full)
    return table


def _half_full(table: Table, connection: Connection, **_: object) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ALTER TABLE {table.name} SET (fillfactor = 50)")
