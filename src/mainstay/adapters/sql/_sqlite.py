"""SQLite's connections."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, event
from sqlalchemy.pool import QueuePool

from mainstay.adapters.sql.locks import WRITES
from mainstay.errors import InvalidValueError

__all__ = [
    "address",
    "begins_at_once",
    "can_commit",
    "is_begun",
    "listen",
    "options",
    "sorting_much",
]

_CACHE_KIB = 64 * 1024
#: Each of the sorts of a query may take as much as the cache.
_SORTING_KIB = 8 * 1024


def address(url: URL) -> URL:
    """Return the URL that SQLAlchemy is given."""
    return url


def options(url: URL, lock_timeout: float) -> dict[str, Any]:  # noqa: ARG001  (as of PostgreSQL)
    """Return what an engine is made with."""
    return {"poolclass": QueuePool, "connect_args": {"timeout": lock_timeout}}


def listen(engine: Engine, url: URL, lock_timeout: float, schema: str | None) -> None:  # noqa: ARG001  (the same)
    """Have connections set up, and transactions begun, as we need them."""

    def set_up(connection: sqlite3.Connection, _: object) -> None:
        _require_file(connection, url)
        connection.isolation_level = None  # transactions are begun by _begin alone
        connection.execute(f"PRAGMA busy_timeout = {max(1, int(lock_timeout * 1000))}")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")

    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _keep_if_interrupted)


@contextmanager
def sorting_much(connection: Connection) -> Iterator[None]:
    """Let SQLite take little memory for each of a query's sorts: several go on at once."""
    if connection.dialect.name != "sqlite":
        yield
        return
    before = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size = -{_SORTING_KIB}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = {before}")


def is_begun(connection: Connection) -> bool:
    """Return whether SQLite itself is in a transaction."""
    driver: Any = connection.connection.driver_connection
    return bool(driver.in_transaction)


def begins_at_once(connection: Connection) -> bool:
    """Return whether the driver begins a transaction as soon as one has ended."""
    driver: Any = connection.connection.driver_connection
    return getattr(driver, "autocommit", None) is False  # from Python 3.12 on


def can_commit(connection: Connection) -> bool:
    """Return whether the driver would end a transaction that we begin, when it is asked to."""
    driver: Any = connection.connection.driver_connection
    always_commits = getattr(driver, "autocommit", None) is True  # from Python 3.12 on
    return driver.isolation_level is not None and not always_commits


def _require_file(connection: sqlite3.Connection, url: URL) -> None:
    """Refuse a database in memory, of which each connection would have one of its own."""
    _, _, path = connection.execute("PRAGMA database_list").fetchone()
    if not path:
        connection.close()
        raise InvalidValueError(
            "must name a file: each thread would find another database in memory",
            field="url",
            value=url.render_as_string(),
            remedy="Such as sqlite:///mainstay.db. In tests, mainstay.testing.memory.MemoryStore "
            "keeps everything in memory; or pass a connection, which then is the only one.",
        )


def _begin(connection: Connection) -> None:
    writes = WRITES in connection.get_execution_options()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _keep_if_interrupted(context: ExceptionContext) -> None:
    """Have an interrupted SQLite connection rolled back, not closed.

    Closing it midway through a statement would leave the file locked for as long as anybody holds
    the exception.
    """
    if not isinstance(context.original_exception, sqlite3.Error):
        context.is_disconnect = False
