"""A database: its connections, its transactions, and its errors as ours."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakMethod

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    ExceptionContext,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError

from mainstay import checks
from mainstay.errors import InvalidValueError, RejectedError, StoreError

__all__ = ["Database"]

#: Every writer of mainstay's in a PostgreSQL database takes this advisory lock: "mainstay".
_LOCK = int.from_bytes(b"mainstay")
_WRITES = "mainstay_writes"
_CACHE_KIB = 64 * 1024
_DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


class Database:
    """SQLite or PostgreSQL, by its SQLAlchemy URL; connected to when it is first used.

    Args:
        url: Such as ``sqlite:///mainstay.db`` or ``postgresql://user@host/name``.
        lock_timeout: How many seconds to wait for another writer.

    Raises:
        InvalidValueError: ``url`` is no URL, or that of another kind of database.
    """

    def __init__(self, url: str, *, lock_timeout: float) -> None:
        self._lock_timeout = checks.number("lock_timeout", lock_timeout, 0.001, 1e6)
        self._url = _parsed(url)
        self._engine = self._create_engine()
        own = WeakMethod(self._leave_to_parent)

        def leave_to_parent() -> None:
            if (leave := own()) is not None:
                leave()

        os.register_at_fork(after_in_child=leave_to_parent)

    @property
    def name(self) -> str:
        """The URL, without its password."""
        return self._url.render_as_string()

    @property
    def is_sqlite(self) -> bool:
        """Whether it is SQLite."""
        return self._url.get_backend_name() == "sqlite"

    def _create_engine(self) -> Engine:
        if not self.is_sqlite:
            return create_engine(self._url, pool_pre_ping=True)
        engine = create_engine(self._url, connect_args={"timeout": self._lock_timeout})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "handle_error", _keep_if_interrupted)
        return engine

    def _leave_to_parent(self) -> None:
        """Forget the connections of a parent process: two processes can't share one."""
        self._engine.dispose(close=False)

    def require_file(self) -> None:
        """Refuse to go on if SQLite would only now create the file."""
        path = self._url.database
        if not self.is_sqlite or path in {None, "", ":memory:"} or str(path).startswith("file:"):
            return
        if not Path(str(path)).is_file():
            raise StoreError(
                "is not there",
                field="database",
                value=self.name,
                remedy=f"Create it: mainstay init --db {self.name}",
            )

    def write_ahead(self) -> None:
        """Let SQLite's readers go on while somebody writes; the file keeps the setting."""
        if self.is_sqlite:
            with self._translated(), self._engine.connect() as connection:
                raw: Any = connection.connection.driver_connection
                raw.execute("PRAGMA journal_mode=WAL")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Begin a transaction that only reads."""
        with self._translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, *, alone: bool = True) -> Iterator[Connection]:
        """Begin a transaction that writes, and that is undone if the block raises.

        Args:
            alone: Whether no other may write meanwhile. On SQLite none ever may; on PostgreSQL
                those can that are not alone either, and lock the rows that they touch.
        """
        with self._translated(), self._engine.connect() as connection:
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                if not self.is_sqlite:
                    self._lock(connection, alone=alone)
                yield connection

    def _lock(self, connection: Connection, *, alone: bool) -> None:
        milliseconds = max(1, int(self._lock_timeout * 1000))
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")
        shared = "" if alone else "_shared"
        connection.execute(text(f"SELECT pg_advisory_xact_lock{shared}({_LOCK})"))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        driver: Any = self._engine.dialect.loaded_dbapi
        try:
            yield
        except (IntegrityError, DataError, driver.IntegrityError, driver.DataError) as error:
            raise RejectedError(
                f"was refused by the database ({_words(error)})",
                field="a row",
                value=self.name,
                remedy="It contradicts what is there, or can't be stored.",
            ) from error
        except (DBAPIError, driver.Error) as error:
            words = _words(error)
            raise StoreError(
                f"can't be used ({words})",
                field="database",
                value=self.name,
                remedy=_remedy(words),
            ) from error

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(checks.text("url", url))
    except ArgumentError as error:
        raise InvalidValueError(
            "is no database URL",
            field="url",
            value=url,
            remedy="Such as sqlite:///mainstay.db or postgresql://user@host/name.",
        ) from error
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        raise InvalidValueError(
            "must be of SQLite or of PostgreSQL",
            field="url",
            value=parsed.render_as_string(),
            remedy="Such as sqlite:///mainstay.db or postgresql://user@host/name.",
        )
    return parsed.set(drivername=driver)


def _set_up_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_sqlite alone
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")


def _begin_sqlite(connection: Connection) -> None:
    writes = _WRITES in connection.get_execution_options()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _keep_if_interrupted(context: ExceptionContext) -> None:
    """Have an interrupted SQLite connection rolled back, not closed.

    Closing it midway through a statement would leave the file locked for as long as anybody holds
    the exception.
    """
    if not isinstance(context.original_exception, sqlite3.Error):
        context.is_disconnect = False


def _words(error: BaseException) -> str:
    """Return the first line of what the driver says."""
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().partition("\n")[0].strip()


def _remedy(words: str) -> str:
    """Return what to do about it, as far as it can be told."""
    for sign, remedy in _REMEDIES.items():
        if sign in words.lower():
            return remedy
    return "See what the database's own log says."


_REMEDIES = {
    "readonly": "Give this user the right to write to it and to its folder.",
    "read-only": "Connect to the primary server, as a user who may write.",
    "permission denied": "Give this user the right to write to it.",
    "locked": "Another program is writing to it. Try again, or wait longer for it (lock_timeout).",
    "lock timeout": "Another program is writing. Try again, or wait longer for it (lock_timeout).",
    "no such table": "Prepare it with mainstay init.",
    "does not exist": "Check its name, or prepare it with mainstay init.",
    "refused": "Start its server, or check host and port.",
    "unable to open": "Check that the folder is there, and may be written to.",
    "not a database": "The file is something else; choose another.",
    "malformed": "Restore it from a backup.",
    "disk": "Make room on the disk.",
}
