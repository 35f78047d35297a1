"""A database: its connections, its transactions, and its errors as ours."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic
from typing import Any
from weakref import WeakSet

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError

from mainstay import _checks as checks
from mainstay.adapters.sql.connections import WRITES, Locks, connect
from mainstay.adapters.sql.questions import Question
from mainstay.errors import InvalidValueError, RejectedError, StoreError

__all__ = ["Database"]

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
        InvalidValueError: ``url`` is not a URL, or is of another kind of database.
    """

    def __init__(self, url: str, *, lock_timeout: float) -> None:
        timeout = checks.number("lock_timeout", lock_timeout, 0.001, 1e6)
        self._url = _parsed(url)
        self._lock_timeout = timeout
        self._engine = connect(self._url, lock_timeout=timeout)
        _databases.add(self)

    @property
    def name(self) -> str:
        """The URL, without its password."""
        return self._url.render_as_string()

    @property
    def is_sqlite(self) -> bool:
        """Whether it is SQLite."""
        return self._url.get_backend_name() == "sqlite"

    def leave_to_parent(self) -> None:
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
        """Let SQLite's readers go on while somebody writes; the file keeps the setting.

        While others open the file, SQLite may refuse to change it without waiting for them.
        """
        if not self.is_sqlite:
            return
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
                return question.ask(connection, dialect, parameters)
            except dialect.loaded_dbapi.Error as error:
                if dialect.is_disconnect(error, connection, None):
                    connection.invalidate(error)
                raise

    @contextmanager
    def writing(self, *, lock: str | None = None, alone: bool = False) -> Iterator[Connection]:
        """Begin a transaction that writes, and that is undone if the block raises.

        On SQLite there is one writer at a time. On PostgreSQL there are many, which lock the rows
        that they touch.

        Args:
            lock: The name of what only one at a time may do.
            alone: Whether nobody else may write meanwhile, to change the tables themselves.
        """
        with self._translated(), self._engine.connect() as connection:
            connection.execution_options(**{WRITES: Locks(alone=alone, name=lock)})
            with connection.begin():
                yield connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        driver: Any = self._engine.dialect.loaded_dbapi
        try:
            yield
        except (IntegrityError, DataError, driver.IntegrityError, driver.DataError) as error:
            _leave_rows_out(error)
            raise RejectedError(
                f"was refused by the database ({_words(error)})",
                field="a row",
                value=self.name,
                remedy="It contradicts what is there, or can't be stored.",
            ) from error
        except UnicodeEncodeError as error:
            raise RejectedError(
                "holds what no database takes",
                field="a text",
                value=error.object,
                remedy="Leave out lone surrogates.",
            ) from error
        except (DBAPIError, driver.Error) as error:
            _leave_rows_out(error)
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> RejectedError | StoreError:
        """Return what is wrong with the database; or with a key, if it is too long for it."""
        if _state(error) == _TOO_LONG:
            return RejectedError(
                "is too long",
                field="a key",
                value=self.name,
                remedy="PostgreSQL's indexes take texts of up to some 2,700 bytes.",
            )
        return StoreError(
            f"can't be used ({_words(error)})",
            field="database",
            value=self.name,
            remedy=_remedy(error),
        )

    def size(self) -> int:
        """Return how many bytes it takes."""
        ask = (
            "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
            if self.is_sqlite
            else "SELECT pg_database_size(current_database())"
        )
        with self.reading() as connection:
            return int(connection.exec_driver_sql(ask).scalar_one())

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


#: Those that there are in this process, for the hook below: one for all, since hooks stay.
_databases: WeakSet[Database] = WeakSet()


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


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(checks.text("url", url))
    except ArgumentError as error:
        raise InvalidValueError(
            "is not a database URL",
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


def _words(error: BaseException) -> str:
    """Return the first line of what the driver says."""
    return str(_cause(error)).strip().partition("\n")[0].strip()


def _leave_rows_out(error: BaseException) -> None:
    """Leave only the first line of what PostgreSQL says: the next ones quote rows, in full.

    They would be in every traceback, and may be secret.
    """
    driver = _cause(error)
    said, first = str(driver), _words(error)
    driver.args = (first,)
    if error is not driver:
        error.args = tuple(str(part).replace(said, first) for part in error.args)


def _cause(error: BaseException) -> BaseException:
    """Return the driver's own error."""
    return getattr(error, "orig", None) or error


def _state(error: BaseException) -> str:
    """Return PostgreSQL's code of an error; nothing if it has none."""
    return getattr(_cause(error), "sqlstate", None) or ""


#: The code of a row that an index can't take.
_TOO_LONG = "54000"


def _remedy(error: BaseException) -> str:
    """Return what to do about it, as far as it can be told."""
    words = _STATES.get(_state(error), _words(error)).lower()
    for sign, remedy in _REMEDIES.items():
        if sign in words:
            return remedy
    return "See what the database's own log says."


#: What PostgreSQL says, in the language that the server is set to.
_STATES = {
    "25006": "read-only",
    "3D000": "does not exist",
    "42501": "permission denied",
    "42P01": "does not exist",
    "53100": "disk",
    "53200": "out of memory",
    "55P03": "lock timeout",
}
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
    "out of memory": "Give its server more memory, or raise its max_locks_per_transaction.",
}
