"""Many rows at once, as fast as each database takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete
from sqlalchemy.schema import CreateTable

__all__ = ["insert_rows", "stage"]


def stage(connection: Connection, table: Table, rows: Sequence[Sequence[object]]) -> None:
    """Put rows, and nothing else, into a temporary table, which is created if need be."""
    connection.execute(CreateTable(table, if_not_exists=True))
    connection.execute(delete(table))
    insert_rows(connection, table, rows)


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
