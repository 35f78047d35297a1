"""Hosts' connections by all drivers, each with a transaction of its own and a table of orders."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import attrs
import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.orm import Session

from mainstay.adapters.sql import SqlStore
from tests.conformance.databases import in_schema

#: SQLAlchemy's connections, by driver; of an ORM session; and the drivers' own.
SQLITE = ("pysqlite", "session of pysqlite", "sqlite3")
POSTGRESQL = (
    "psycopg",
    "psycopg2",
    "session of psycopg",
    "psycopg itself",
    "psycopg2 itself",
)


@attrs.frozen
class Host:
    """A host's connection.

    Attributes:
        url: Of the database, which has a store and the table of orders.
        connect: Returns what a store is opened on.
        execute: Executes a statement in the host's transaction.
        commit: Ends the transaction.
        rollback: Undoes it.
    """

    url: str
    connect: Callable[[], Any]
    execute: Callable[[str], object]
    commit: Callable[[], None]
    rollback: Callable[[], None]

    def orders(self) -> list[int]:
        """The orders that others see."""
        with seen(self.url) as connection:
            return [*connection.scalars(text("SELECT id FROM orders ORDER BY id"))]

    def tables(self) -> set[str]:
        """The tables that others see."""
        names = "SELECT name FROM sqlite_master WHERE type = 'table'"
        if not self.url.startswith("sqlite"):
            names = "SELECT relname FROM pg_class WHERE relkind = 'r' AND pg_table_is_visible(oid)"
        with seen(self.url) as connection:
            found = connection.scalars(text(names))
            return {name for name in found if not name.startswith(("pg_", "sql_", "sqlite_"))}


@contextmanager
def seen(url: str) -> Iterator[Connection]:
    """Somebody else's connection."""
    engine = create_engine(url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def new_url(kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """The URL of a new database with a table of orders."""
    url = f"sqlite:///{folder / 'app.db'}"
    if kind not in SQLITE:
        url = in_schema(request.getfixturevalue("postgres_url"), f"hosted_{uuid4().hex}")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE orders (id INTEGER PRIMARY KEY)"))
    engine.dispose()
    return url


@contextmanager
def hosting(kind: str, url: str) -> Iterator[Host]:
    """A host's connection of a kind, to a database."""
    opening = {"sqlite3": of_sqlite3, "psycopg itself": of_psycopg, "psycopg2 itself": of_psycopg2}
    driver = kind.removeprefix("session of ").removesuffix(" itself")
    pytest.importorskip(driver.replace("pysqlite", "sqlite3"))
    if kind in opening:
        with opening[kind](url) as host:
            yield host
        return
    engine = create_engine(
        make_url(url).set(drivername=f"{url.partition(':')[0].partition('+')[0]}+{driver}")
    )
    opened = Session(engine) if kind.startswith("session") else engine.connect()
    with opened:
        yield Host(
            url=url,
            connect=lambda: opened.connection() if isinstance(opened, Session) else opened,
            execute=lambda statement: opened.execute(text(statement)),
            commit=opened.commit,
            rollback=opened.rollback,
        )
    engine.dispose()


@contextmanager
def of_sqlite3(url: str) -> Iterator[Host]:
    """A connection of sqlite3's, which has rows by name."""
    connection = sqlite3.connect(str(make_url(url).database))
    connection.row_factory = lambda cursor, row: dict(
        zip([name for name, *_ in cursor.description], row, strict=True)
    )
    yield Host(url, lambda: connection, connection.execute, connection.commit, connection.rollback)
    connection.close()


def libpq(url: str) -> str:
    """The URL as drivers take it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def of_psycopg(url: str) -> Iterator[Host]:
    """A connection of psycopg's, which has rows by name."""
    import psycopg  # noqa: PLC0415  (it is optional)
    from psycopg.rows import dict_row  # noqa: PLC0415

    made: psycopg.Connection[Any] = psycopg.connect(libpq(url))
    made.row_factory = dict_row
    with made as connection:
        yield Host(
            url=url,
            connect=lambda: connection,
            execute=lambda statement: connection.execute(statement.encode()),
            commit=connection.commit,
            rollback=connection.rollback,
        )


@contextmanager
def of_psycopg2(url: str) -> Iterator[Host]:
    """A connection of psycopg2's, which has rows by name."""
    import psycopg2  # noqa: PLC0415  (it is optional)
    from psycopg2.extras import RealDictCursor  # noqa: PLC0415

    connection = psycopg2.connect(libpq(url), cursor_factory=RealDictCursor)

    def execute(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    yield Host(url, lambda: connection, execute, connection.commit, connection.rollback)
    connection.close()


@contextmanager
def opened(url: str) -> Iterator[SqlStore]:
    """The store as others see it."""
    with SqlStore.open(url) as store:
        yield store
