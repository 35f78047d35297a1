"""A transaction of a host's, of which all that we do is a part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from mainstay.adapters.sql._postgresql import search_path
from mainstay.adapters.sql._translation import translated
from mainstay.adapters.sql.database import Database, schema_of
from mainstay.adapters.sql.locks import SCHEMA, Locks
from mainstay.adapters.sql.questions import Question
from mainstay.errors import InvalidValueError

__all__ = ["JoinedDatabase"]


class JoinedDatabase(Database):
    """A connection of a host's: each transaction of ours is a savepoint in the host's.

    None of the connection's settings is changed. One of ours begins the host's transaction, if it
    has not begun; the host ends it.

    Args:
        connection: It, of SQLite or PostgreSQL, by any driver.
        schema: The schema of PostgreSQL that has the tables.

    Raises:
        InvalidValueError: It is of another kind of database.
    """

    def __init__(self, connection: Connection, *, schema: str | None = None) -> None:
        self._connection = connection
        self.name = connection.engine.url.render_as_string()
        self.is_sqlite = connection.dialect.name == "sqlite"
        self.is_joined = True
        if not self.is_sqlite and connection.dialect.name != "postgresql":
            raise InvalidValueError(
                "must be of SQLite or of PostgreSQL", field="connection", value=self.name
            )
        self.schema = schema_of(schema, is_sqlite=self.is_sqlite)
        connection.execution_options(**{SCHEMA: self.schema})

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Begin a savepoint, so that what fails ends nothing of the host's."""
        with translated(self._connection.dialect.loaded_dbapi, self.name):
            self._begin()
            with self._connection.begin_nested(), self._in_schema():
                yield self._connection

    @contextmanager
    def writing(self, *, lock: str | None = None, alone: bool = False) -> Iterator[Connection]:
        """Begin a savepoint, to which is gone back if the block raises."""
        with self.reading() as connection:
            if not self.is_sqlite:
                for statement in Locks(alone, lock, self.schema).statements():
                    connection.exec_driver_sql(statement)
            yield connection

    def ask(self, question: Question, **parameters: object) -> list[Any]:
        """Return the rows that answer a question."""
        with self.reading() as connection:
            return [*connection.execute(question.statement, parameters).all()]

    def _begin(self) -> None:
        """Begin SQLite's transaction where its driver would not for a savepoint.

        Else what is done with the savepoint would be there at once, whatever the host does.
        """
        driver: Any = self._connection.connection.driver_connection
        if self.is_sqlite and not driver.in_transaction:
            self._connection.exec_driver_sql("BEGIN IMMEDIATE")

    @contextmanager
    def _in_schema(self) -> Iterator[None]:
        """Have tables found in the schema, and then where the host's are.

        A savepoint that is gone back to has the search path that was.
        """
        if self.schema is None:
            yield
            return
        before = self._connection.exec_driver_sql("SHOW search_path").scalar_one()
        self._connection.exec_driver_sql(search_path(self.schema))
        yield
        path = str(before).replace("'", "''")
        self._connection.exec_driver_sql(f"SELECT set_config('search_path', '{path}', true)")
