"""Rows into PostgreSQL by psycopg's binary COPY, which saves either side to write and read text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from struct import pack
from typing import Any

from psycopg import Cursor
from psycopg.adapt import Dumper
from psycopg.pq import Format
from sqlalchemy import BigInteger, Double, Integer, Table, Text

from mainstay.adapters.sql.columns import Day, Instant

__all__ = ["copy_rows"]

_DAYS_SINCE = date(2000, 1, 1).toordinal()
_SINCE = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

#: What PostgreSQL calls the types of our columns.
_NAMES: Mapping[type, str] = {
    BigInteger: "int8",
    Day: "date",
    Double: "float8",
    Instant: "timestamptz",
    Integer: "int4",
    Text: "text",
}


class _DayDumper(Dumper):
    """A day that is text."""

    format = Format.BINARY
    oid = 1082

    def dump(self, obj: str) -> bytes:
        return _day(obj)


class _InstantDumper(Dumper):
    """An instant that is text."""

    format = Format.BINARY
    oid = 1184

    def dump(self, obj: str) -> bytes:
        return _instant(obj)


@lru_cache(maxsize=1024)
def _day(text: str) -> bytes:
    return pack("!i", date.fromisoformat(text).toordinal() - _DAYS_SINCE)


@lru_cache(maxsize=1024)
def _instant(text: str) -> bytes:
    return pack("!q", (datetime.fromisoformat(text) - _SINCE) // _MICROSECOND)


def copy_rows(cursor: Cursor[Any], table: Table, rows: Iterable[Sequence[object]]) -> None:
    """Insert rows with a value for each of a table's columns, days and instants as text."""
    names = ", ".join(column.name for column in table.columns)
    cursor.adapters.register_dumper(None, _DayDumper)
    cursor.adapters.register_dumper(None, _InstantDumper)
    statement = f"COPY {table.name} ({names}) FROM STDIN (FORMAT BINARY)"
    with cursor.copy(statement.encode()) as copy:
        copy.set_types([_NAMES[type(column.type)] for column in table.columns])
        for row in rows:
            copy.write_row(row)
