"""A host's own engine, connection and transaction."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine, text

from mainstay import _checks as checks
from mainstay.adapters.sql._postgresql import search_path, settings
from mainstay.adapters.sql._sqlite import begins_at_once, can_commit, is_begun
from mainstay.adapters.sql._translation import no_transaction, translated
from mainstay.adapters.sql.database import Database, schema_of
from mainstay.adapters.sql.locks import Locks
from mainstay.adapters.sql.questions import Question
from mainstay.adapters.sql.undoing import savepoint
from mainstay.errors import InvalidValueError

__all__ = ["HostsDatabase", "JoinedDatabase"]


class _Hosts(Database):
    """What is the same with an engine and with a connection, by any driver."""

    preparing: str = "SqlStore.create, with the same arguments"

    def __init__(self, host: Engine | Connection, schema: str | None) -> None:
        dialect = host.dialect
        self.name: str = host.engine.url.render_as_string()
        self.is_sqlite: bool = dialect.name == "sqlite"
        self.is_lazy: bool = isinstance(host, Engine)
        self._driver = dialect.loaded_dbapi
        if dialect.name not in {"sqlite", "postgresql"}:
            raise InvalidValueError(
                "must be of SQLite or of PostgreSQL",
                field="database",
                value=self.name,
                remedy="Give the store a database of its own, by its URL.",
            )
        self.schema: str | None = schema_of(schema, is_sqlite=self.is_sqlite)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Begin a transaction that only reads."""
        with translated(self._driver, self.name), self._transaction(None) as connection:
            yield connection

    @contextmanager
    def writing(self, *, lock: str | None = None, alone: bool = False) -> Iterator[Connection]:
        """Begin a transaction that writes, and that is undone if the block raises."""
        locks = Locks(alone, lock)
        with translated(self._driver, self.name), self._transaction(locks) as connection:
            yield connection

    @abstractmethod
    def _transaction(self, locks: Locks | None) -> AbstractContextManager[Connection]:
        """Begin a transaction, which writes if it takes locks."""

    def ask(self, question: Question, **parameters: object) -> list[Any]:
        """Return the rows that answer a question."""
        with self.reading() as connection:
            return [*connection.execute(question.statement, parameters).all()]

    @contextmanager
    def _part(self, connection: Connection, locks: Locks | None) -> Iterator[Connection]:
        """Begin a savepoint, to which is gone back if the block raises.

        Tables are found in the schema until it ends, and then where they were. One that is gone
        back to has the search path that was.
        """
        if self.is_sqlite:
            self._begin(connection, _READING if locks is None else _WRITING)
        with _untranslated(connection), savepoint(connection) as ours:
            before = self._enter_schema(connection)
            if locks is not None and not self.is_sqlite:
                self._lock(connection, locks)
            yield connection
            if before is not None and ours.is_active:
                connection.execute(_SEARCH_PATH, {"path": before})

    def _begin(self, connection: Connection, statement: str) -> None:
        """Begin SQLite's transaction where its driver would not for a savepoint.

        Else what is done with the savepoint would be there at once, whatever the host does.
        """
        if not connection.in_transaction():
            connection.begin()  # as the host's own hooks do it
        if not is_begun(connection):
            if not can_commit(connection):
                raise no_transaction(self.name)
            connection.exec_driver_sql(statement)

    def _enter_schema(self, connection: Connection) -> str | None:
        """Have tables found in the schema, and return the search path that was."""
        if self.schema is None:
            return None
        before = connection.exec_driver_sql("SHOW search_path").scalar_one()
        connection.execute(_SEARCH_PATH, {"path": search_path(self.schema)})
        return str(before)

    def _lock(self, connection: Connection, locks: Locks) -> None:
        """Take locks, and wait for them as long as the connection does."""
        for statement in locks.statements():
            connection.exec_driver_sql(statement)


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
        super().__init__(connection, schema)
        self._connection = connection

    def _transaction(self, locks: Locks | None) -> AbstractContextManager[Connection]:
        return self._part(self._connection, locks)

    def apart(self, what: str, *, lock: str | None = None) -> NoReturn:  # noqa: ARG002  (the same)
        """Refuse: what the host undoes would not be known of it."""
        raise InvalidValueError(
            "can't be kept in a transaction of the host's",
            field=what,
            value=self.name,
            remedy="Use a store of an engine or of a URL for it. Here a job runs by "
            "spec.run(context), if it claims nothing.",
        )


class HostsDatabase(_Hosts):
    """A host's connections, on which transactions are ours.

    Args:
        host: The engine that gives them; or a connection on which there is one transaction at a
            time, or within another.
        schema: The schema of PostgreSQL that has the tables.
        lock_timeout: How many seconds PostgreSQL waits for another writer; SQLite waits as long as
            the host says.

    Raises:
        InvalidValueError: It is of another kind of database.
    """

    def __init__(
        self, host: Engine | Connection, *, schema: str | None, lock_timeout: float
    ) -> None:
        super().__init__(host, schema)
        self._host = host
        self._timeout = checks.number("lock_timeout", lock_timeout, 0.001, 1e6)

    def _connect(self) -> AbstractContextManager[Connection]:
        host = self._host
        return nullcontext(host) if isinstance(host, Connection) else host.connect()

    @contextmanager
    def _transaction(self, locks: Locks | None) -> Iterator[Connection]:
        with self._connect() as connection:
            if connection.in_transaction():  # of ours, on the same connection
                outer: AbstractContextManager[object] = nullcontext()
            else:
                outer = self._ours(connection, locks)
            with outer, self._part(connection, locks):
                yield connection

    @contextmanager
    def _ours(self, connection: Connection, locks: Locks | None) -> Iterator[None]:
        """Begin a transaction of ours, as :class:`OwnDatabase` does."""
        if self.is_sqlite:
            _require_free(connection, self.name)
        else:
            level = "REPEATABLE READ" if locks is None else "READ COMMITTED"
            connection.execution_options(isolation_level=level)
        with connection.begin():
            self._set_up(connection, locks)
            yield

    def _set_up(self, connection: Connection, locks: Locks | None) -> None:
        """Have a transaction of ours be as we need it, whatever the host's are."""
        if not self.is_sqlite:
            ours = settings(None if locks is None else self._timeout)
            each = (f"set_config('{name}', '{value}', true)" for name, value in ours.items())
            connection.exec_driver_sql(f"SELECT {', '.join(each)}")  # at once, by any driver
        elif locks is not None and is_begun(connection):
            connection.exec_driver_sql("ROLLBACK")  # a hook's might not wait for other writers
            connection.exec_driver_sql(_WRITING)


#: How SQLite begins; who begins to write waits for other writers.
_READING, _WRITING = "BEGIN", "BEGIN IMMEDIATE"
_SEARCH_PATH = text("SELECT set_config('search_path', :path, true)")
_MAP = "schema_translate_map"


def _require_free(connection: Connection, name: str) -> None:
    """Refuse SQLite's only connection while the host has a transaction on it."""
    if is_begun(connection) and not begins_at_once(connection):
        raise InvalidValueError(
            "has a transaction on its only connection",
            field="engine",
            value=name,
            remedy="Pass the connection: then all is part of that transaction.",
        )


@contextmanager
def _untranslated(connection: Connection) -> Iterator[None]:
    """Have a host's names of schemas stand for themselves in statements of ours."""
    given = connection.get_execution_options().get(_MAP)
    if given is None:
        yield
        return
    connection.execution_options(**{_MAP: {}})
    try:
        yield
    finally:
        connection.execution_options(**{_MAP: given})
