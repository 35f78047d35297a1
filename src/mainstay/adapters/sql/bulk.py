"""Many rows at once, as fast as each database takes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, and_, delete
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql import ColumnElement

__all__ = ["insert_rows", "near", "stage"]


def stage(connection: Connection, table: Table, rows: Sequence[Sequence[object]]) -> None:
    """Put rows, and nothing else, into a temporary table, which is created if need be."""
    connection.execute(CreateTable(table, if_not_exists=True))
    connection.execute(delete(table))
    insert_rows(connection, table, rows)


def near(column: Column[Any], values: Iterable[object]) -> ColumnElement[bool]:
    """Say that a column is from the first to the last of some texts.

    PostgreSQL knows nothing of what is staged, and may read a whole table for it otherwise.
    """
    texts = [str(value) for value in values]
    return and_(column >= min(texts), column <= max(texts))


def insert_rows(connection: Connection, table: Table, rows: Sequence[Sequence[object]]) -> None:
    """Insert rows with a value for each of a table's columns, days and instants as text."""
    names = [column.name for column in table.columns]
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        connection.exec_driver_sql(
            f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})",  # noqa: S608  (our names)
            [tuple(row) for row in rows],
        )
        return
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
