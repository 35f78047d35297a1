"""Many rows at once, as fast as each database takes them."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Connection,
    Delete,
    Dialect,
    Select,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql import ColumnElement

__all__ = [
    "any_of",
    "each_of",
    "found_by",
    "insert_into",
    "insert_rows",
    "near",
    "nothing",
    "stage",
]


def stage(connection: Connection, table: Table, rows: Iterable[Sequence[object]]) -> None:
    """Put rows, and nothing else, into a temporary table, which is created if need be."""
    connection.exec_driver_sql(_creation(connection.dialect.name, table))
    connection.execute(_emptied(table))
    insert_rows(connection, table, rows)


@cache
def _creation(dialect: str, table: Table) -> str:
    """Return the statement that creates a table; SQLAlchemy would compile it each time."""
    known: Dialect = (sqlite if dialect == "sqlite" else postgresql).dialect()
    return str(CreateTable(table, if_not_exists=True).compile(dialect=known))


@cache
def _emptied(table: Table) -> Delete:
    return delete(table)


def near(column: ColumnElement[Any], values: Iterable[object]) -> ColumnElement[bool]:
    """Say that a column is from the first to the last of some texts.

    PostgreSQL may read a whole table otherwise: it knows nothing of what is staged, and looking up
    thousands of values seems expensive to it.
    """
    texts = [str(value) for value in values]
    return and_(column >= min(texts), column <= max(texts))


def found_by(key: Select[Any]) -> ColumnElement[bool]:
    """Say that a query by a unique key finds a row, which is then looked up for each staged one.

    Asked with ``EXISTS``, or with a join, PostgreSQL may read the whole table instead.
    """
    return key.scalar_subquery().is_not(None)


def insert_into(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Begin an insert that can say what to do about rows that are there, in SQLite or PostgreSQL.

    A statement follows from the dialect's name: what is executed often is built once for each.
    """
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def each_of(connection: Connection, texts: Iterable[str]) -> Select[Any]:
    """Select some texts, however many: they are one parameter."""
    if connection.dialect.name == "sqlite":
        return select(func.json_each(json.dumps(list(texts))).table_valued("value").c.value)
    value = func.unnest(_array(texts)).column_valued("value")
    return select(value.collate("C").label("value"))  # as all keys are ordered


def any_of(
    connection: Connection, column: ColumnElement[Any], texts: Iterable[str]
) -> ColumnElement[bool]:
    """Say that a column, compared by code point, is one of some texts: they are one parameter."""
    if connection.dialect.name == "sqlite":
        return column.in_(each_of(connection, texts))
    given = list(texts)
    one = column == any_(_array(given))
    return and_(near(column, given), one) if given else one


def _array(texts: Iterable[str]) -> BindParameter[Any]:
    return bindparam(None, list(texts), type_=ARRAY(Text))


def nothing(connection: Connection) -> float | None:
    """Return what becomes null when rows are inserted: sqlite3 takes a NaN, and None is slow."""
    return math.nan if connection.dialect.name == "sqlite" else None


def insert_rows(connection: Connection, table: Table, rows: Iterable[Sequence[object]]) -> None:
    """Insert rows with a value for each of a table's columns, days and instants as text."""
    names = [column.name for column in table.columns]
    driver: Any = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        marks = ", ".join("?" * len(names))
        driver.executemany(
            f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})",  # noqa: S608  (our names)
            map(tuple, rows),
        )
    elif connection.dialect.driver == "psycopg" and not connection.dialect.is_async:
        from mainstay.adapters.sql._binary_copy import copy_rows  # noqa: PLC0415  (of psycopg)

        with driver.cursor() as cursor:
            copy_rows(cursor, table, rows)
    elif values := [dict(zip(names, row, strict=True)) for row in rows]:  # of a host's driver
        connection.execute(insert(table), values)
