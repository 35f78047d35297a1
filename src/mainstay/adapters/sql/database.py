"""A database: its connections, its transactions, and its errors as ours."""

from __future__ import annotations

import os
import shlex
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from time import monotonic
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection

from mainstay import _checks as checks
from mainstay.adapters.sql._translation import translated
from mainstay.adapters.sql.connections import connect
from mainstay.adapters.sql.locks import WRITES, Locks
from mainstay.adapters.sql.questions import Question
from mainstay.adapters.sql.urls import ours
from mainstay.errors import InvalidValueError, StoreError

__all__ = ["Database", "OwnDatabase", "schema_of"]


class Database(ABC):
    """What ports ask of SQLite or PostgreSQL.

    Attributes:
        name: Its URL, without its password.
        is_sqlite: Whether it is SQLite.
        schema: The schema of PostgreSQL that has the tables, if it is not the connection's own.
        preparing: What prepares it.
        is_lazy: Whether a transaction may stay open while others begin on other connections.
    """

    name: str
    is_sqlite: bool
    schema: str | None
    preparing: str
    is_lazy: bool = True

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:
        """Begin a transaction that only reads."""

    @abstractmethod
    def writing(
        self, *, lock: str | None = None, alone: bool = False
    ) -> AbstractContextManager[Connection]:
        """Begin a transaction that writes, and that is undone if the block raises.

        On SQLite there is one writer at a time. On PostgreSQL there are many, which lock the rows
        that they touch.

        Args:
            lock: The name of what only one at a time may do.
            alone: Whether nobody else may write meanwhile, to change the tables themselves.
        """

    def apart(
        self,
        what: str,  # noqa: ARG002  (what is refused says so)
        *,
        lock: str | None = None,
    ) -> AbstractContextManager[Connection]:
        """Begin a transaction that writes, and that nobody else may undo once it has ended.

        Args:
            what: What needs one.
            lock: The name of what only one at a time may do.

        Raises:
            InvalidValueError: Each is part of a host's.
        """
        return self.writing(lock=lock)

    @abstractmethod
    def ask(self, question: Question, **parameters: object) -> list[Any]:
        """Return the rows that answer a question."""

    def size(self) -> int:
        """Return how many bytes it takes."""
        ask = (
            "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
            if self.is_sqlite
            else "SELECT pg_database_size(current_database())"
        )
        with self.reading() as connection:
            return int(connection.exec_driver_sql(ask).scalar_one())

    def prepare(self) -> None:  # noqa: B027  (most have nothing to do)
        """Do what must be done before there are tables, outside of a transaction."""

    def require(self) -> None:  # noqa: B027  (the same)
        """Refuse to go on if it is not there."""

    def close(self) -> None:  # noqa: B027  (what is the host's stays open)
        """Close what is ours."""


class OwnDatabase(Database):
    """A database to which we connect ourselves, when it is first used.

    Args:
        url: Such as ``sqlite:///mainstay.db`` or ``postgresql://user@host/name``.
        lock_timeout: How many seconds to wait for another writer.
        schema: The schema of PostgreSQL that has the tables.

    Raises:
        InvalidValueError: ``url`` is not a URL, or is of another kind of database.
    """

    def __init__(self, url: str, *, lock_timeout: float, schema: str | None = None) -> None:
        timeout = checks.number("lock_timeout", lock_timeout, 0.001, 1e6)
        self._url = ours(url)
        self.name: str = self._url.render_as_string()
        self.is_sqlite: bool = self._url.get_backend_name() == "sqlite"
        self.schema: str | None = schema_of(schema, is_sqlite=self.is_sqlite)
        in_schema = "" if self.schema is None else f" --schema {shlex.quote(self.schema)}"
        self.preparing: str = f"mainstay init --db {self.name}{in_schema}"
        self._lock_timeout = timeout
        self._engine = connect(self._url, lock_timeout=timeout, schema=self.schema)
        _databases.add(self)

    def leave_to_parent(self) -> None:
        """Forget the connections of a parent process: two processes can't share one."""
        self._engine.dispose(close=False)

    def require(self) -> None:
        """Refuse to go on if SQLite would only now create the file."""
        path = self._url.database
        if not self.is_sqlite or path in {None, "", ":memory:"} or str(path).startswith("file:"):
            return
        if not Path(str(path)).is_file():
            raise StoreError(
                "is not there",
                field="database",
                value=self.name,
                remedy=f"Create it: {self.preparing}",
            )

    def prepare(self) -> None:
        """Let SQLite write ahead, unless others have tables in the file: then it is theirs."""
        if self.is_sqlite and not self._is_shared():
            self.write_ahead()

    def _is_shared(self) -> bool:
        with self.reading() as connection:
            return connection.exec_driver_sql(_OTHERS).first() is not None

    def write_ahead(self) -> None:
        """Let SQLite's readers go on while somebody writes; the file keeps the setting.

        While others open the file, SQLite may refuse to change it without waiting for them.
        """
        end = monotonic() + self._lock_timeout
        with self._translated(), self._engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            while not _writes_ahead(raw, perhaps=monotonic() < end):
                raw.execute("BEGIN EXCLUSIVE")  # it waits for its turn
                raw.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Begin a transaction that only reads."""
        with self._translated(), self._engine.begin() as connection:
            yield connection

    def ask(self, question: Question, **parameters: object) -> list[Any]:
        """Return the rows that answer a question."""
        dialect = self._engine.dialect
        with self._translated(), closing(self._engine.raw_connection()) as connection:
            try:
                return question.ask(connection, dialect, parameters, self.schema)
            except dialect.loaded_dbapi.Error as error:
                if dialect.is_disconnect(error, connection, None):
                    connection.invalidate(error)
                raise

    @contextmanager
    def writing(self, *, lock: str | None = None, alone: bool = False) -> Iterator[Connection]:
        """Begin a transaction that writes, and that is undone if the block raises."""
        with self._translated(), self._engine.connect() as connection:
            connection.execution_options(**{WRITES: Locks(alone, lock)})
            with connection.begin():
                yield connection

    def _translated(self) -> AbstractContextManager[None]:
        return translated(self._engine.dialect.loaded_dbapi, self.name)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


#: The tables of others in a SQLite file.
_OTHERS = """
    SELECT 1 FROM sqlite_master
    WHERE type = 'table' AND name NOT LIKE 'mainstay!_%' ESCAPE '!'
        AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
"""


def schema_of(schema: str | None, *, is_sqlite: bool) -> str | None:
    """Return the name of a schema, which only PostgreSQL has.

    Raises:
        InvalidValueError: It is given for SQLite, or longer than PostgreSQL's names are.
    """
    if schema is None:
        return None
    if is_sqlite:
        raise InvalidValueError(
            "is for PostgreSQL only", field="schema", value=schema, remedy="Leave it out."
        )
    if len(checks.text("schema", schema).encode()) > _LONGEST_NAME:
        raise InvalidValueError(
            f"must have at most {_LONGEST_NAME} bytes", field="schema", value=schema
        )
    return schema


#: PostgreSQL cuts off the rest of a name.
_LONGEST_NAME = 63


#: Those that there are in this process, for the hook below: one for all, since hooks stay.
_databases: WeakSet[OwnDatabase] = WeakSet()


def _leave_to_parent() -> None:
    for database in tuple(_databases):
        database.leave_to_parent()


if hasattr(os, "register_at_fork"):  # where processes fork: not on Windows
    os.register_at_fork(after_in_child=_leave_to_parent)


#: An error's code says in its lowest byte what it is, and above why.
_PRIMARY = 0xFF


def _writes_ahead(connection: sqlite3.Connection, *, perhaps: bool) -> bool:
    """Have a file's writers write ahead; return false if others are in the way, and may be."""
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        if perhaps and error.sqlite_errorcode & _PRIMARY == sqlite3.SQLITE_BUSY:
            return False
        raise
    return True
