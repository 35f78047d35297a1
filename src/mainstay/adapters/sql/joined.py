"""A host's own engine, connection and transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Dialect

from mainstay import _checks as checks
from mainstay.adapters.sql._postgresql import search_path
from mainstay.adapters.sql._translation import translated
from mainstay.adapters.sql.database import Database, schema_of
from mainstay.adapters.sql.lent import is_lent
from mainstay.adapters.sql.locks import SCHEMA, Locks
from mainstay.adapters.sql.questions import Question
from mainstay.adapters.sql.undoing import savepoint
from mainstay.errors import InvalidValueError

__all__ = ["HostsDatabase", "JoinedDatabase"]


class _Hosts(Database):
    """What is the same with an engine and with a connection, by any driver."""

    def __init__(self, dialect: Dialect, name: str, schema: str | None) -> None:
        self.name = name
        self.is_sqlite = dialect.name == "sqlite"
        self._driver = dialect.loaded_dbapi
        if dialect.name not in {"sqlite", "postgresql"}:
            raise InvalidValueError(
                "must be of SQLite or of PostgreSQL", field="database", value=name
            )
        self.schema = schema_of(schema, is_sqlite=self.is_sqlite)

    def ask(self, question: Question, **parameters: object) -> list[Any]:
        """Return the rows that answer a question."""
        with self.reading() as connection:
            return [*connection.execute(question.statement, parameters).all()]

    @contextmanager
    def _part(self, connection: Connection, locks: Locks | None) -> Iterator[Connection]:
        """Begin a savepoint, to which is gone back if the block raises."""
        connection.execution_options(**{SCHEMA: self.schema})
        self._begin(connection, writes=locks is not None)
        with savepoint(connection), self._in_schema(connection):
            if locks is not None and not self.is_sqlite:
                self._lock(connection, locks)
            yield connection

    def _lock(self, connection: Connection, locks: Locks) -> None:
        """Take locks, and wait for them as long as the connection does."""
        for statement in locks.statements():
            connection.exec_driver_sql(statement)

    def _begin(self, connection: Connection, *, writes: bool) -> None:
        """Begin SQLite's transaction where its driver would not for a savepoint.

        Else what is done with the savepoint would be there at once, whatever the host does.
        """
        driver: Any = connection.connection.driver_connection
        if self.is_sqlite and not driver.in_transaction:
            if is_lent(connection):
                raise InvalidValueError(
                    "has no transaction",
                    field="connection",
                    value=self.name,
                    remedy="Begin one first, such as with Django's transaction.atomic().",
                )
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @contextmanager
    def _in_schema(self, connection: Connection) -> Iterator[None]:
        """Have tables found in the schema, and then where the host's are.

        A savepoint that is gone back to has the search path that was.
        """
        if self.schema is None:
            yield
            return
        before = connection.exec_driver_sql("SHOW search_path").scalar_one()
        connection.exec_driver_sql(search_path(self.schema))
        yield
        path = str(before).replace("'", "''")
        connection.exec_driver_sql(f"SELECT set_config('search_path', '{path}', true)")


class JoinedDatabase(_Hosts):
    """A connection of a host's: each transaction of ours is a savepoint in the host's.

    None of the connection's settings is changed. One of ours begins the host's transaction, if it
    has not begun; the host ends it.

    Args:
        connection: It, of SQLite or PostgreSQL.
        schema: The schema of PostgreSQL that has the tables.

    Raises:
        InvalidValueError: It is of another kind of database.
    """

    def __init__(self, connection: Connection, *, schema: str | None = None) -> None:
        super().__init__(connection.dialect, connection.engine.url.render_as_string(), schema)
        self._connection = connection
        self.is_joined = True

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Begin a savepoint, so that what fails ends nothing of the host's."""
        with translated(self._driver, self.name), self._part(self._connection, None) as ours:
            yield ours

    @contextmanager
    def writing(self, *, lock: str | None = None, alone: bool = False) -> Iterator[Connection]:
        """Begin a savepoint, to which is gone back if the block raises."""
        locks = Locks(alone, lock, self.schema)
        with translated(self._driver, self.name), self._part(self._connection, locks) as ours:
            yield ours


class HostsDatabase(_Hosts):
    """A host's connections, on which transactions are ours.

    Args:
        connect: Gives one of them.
        dialect: What they speak.
        name: What the database is called in messages.
        schema: The schema of PostgreSQL that has the tables.
        lock_timeout: How many seconds PostgreSQL waits for another writer; SQLite waits as long as
            the host says.

    Raises:
        InvalidValueError: It is of another kind of database.
    """

    def __init__(
        self,
        connect: Callable[[], AbstractContextManager[Connection]],
        dialect: Dialect,
        name: str,
        *,
        schema: str | None,
        lock_timeout: float,
    ) -> None:
        super().__init__(dialect, name, schema)
        self._connect = connect
        self._timeout = checks.number("lock_timeout", lock_timeout, 0.001, 1e6)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Begin a transaction that only reads."""
        with self._transaction("REPEATABLE READ", None) as connection:
            yield connection

    @contextmanager
    def writing(self, *, lock: str | None = None, alone: bool = False) -> Iterator[Connection]:
        """Begin a transaction that writes, and that is undone if the block raises."""
        locks = Locks(alone, lock, self.schema)
        with self._transaction("READ COMMITTED", locks) as connection:
            yield connection

    @contextmanager
    def _transaction(self, isolation: str, locks: Locks | None) -> Iterator[Connection]:
        with translated(self._driver, self.name), self._connect() as connection:
            if connection.in_transaction():  # of ours, on the same connection
                outer: AbstractContextManager[object] = nullcontext()
            else:
                if not self.is_sqlite:
                    connection.execution_options(isolation_level=isolation)
                outer = connection.begin()
            with outer, self._part(connection, locks):
                yield connection

    def _lock(self, connection: Connection, locks: Locks) -> None:
        milliseconds = max(1, int(self._timeout * 1000))
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")
        super()._lock(connection, locks)
