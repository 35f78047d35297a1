"""Stores for asynchronous hosts: on their own engine or connection, with no thread of ours.

Examples:
    >>> import asyncio
    >>> from datetime import UTC, datetime
    >>> from sqlalchemy.ext.asyncio import create_async_engine
    >>> from mainstay import Session
    >>> from mainstay.reading import identified
    >>> ran = identified([Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), kind="run")])
    >>> async def main():
    ...     engine = create_async_engine("sqlite+aiosqlite://")
    ...     async with engine.begin() as connection:
    ...         store = await AsyncSqlStore.create(connection)
    ...         added = await store.run(lambda store: store.sessions.add(ran))
    ...     await engine.dispose()
    ...     return added
    >>> asyncio.run(main())
    1
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Self, TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from mainstay.adapters.sql import LOCK_TIMEOUT, SqlStore
from mainstay.adapters.sql import settings as settings_
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.joined import HostsDatabase, JoinedDatabase
from mainstay.adapters.sql.settings import Settings
from mainstay.daystarts import DayStart
from mainstay.errors import InvalidTypeError

__all__ = ["AsyncSqlStore"]

T = TypeVar("T")


class AsyncSqlStore:
    """A store that an asynchronous host uses by :meth:`run`.

    With an ``AsyncEngine`` each transaction is ours, on a connection from its pool. With an
    ``AsyncConnection`` all of it is part of the host's transaction, as
    :meth:`SqlStore.create <mainstay.adapters.sql.SqlStore.create>` says.

    Make one with :meth:`create` or :meth:`open`.

    Args:
        host: The host's.
        settings: What the store was made with.
        schema: The schema of PostgreSQL that has the tables.
        lock_timeout: How many seconds to wait for another writer; a host's connection waits as
            long as the host says.

    Attributes:
        settings: What it was made with.

    Raises:
        InvalidTypeError: The host's is neither.
    """

    def __init__(
        self,
        host: AsyncEngine | AsyncConnection,
        settings: Settings,
        *,
        schema: str | None = None,
        lock_timeout: float = LOCK_TIMEOUT,
    ) -> None:
        if not isinstance(host, AsyncEngine | AsyncConnection):
            raise InvalidTypeError(
                "must be an AsyncEngine or an AsyncConnection",
                field="host",
                value=host,
                remedy="An AsyncSession's is await session.connection().",
            )
        self._host = host
        self._schema = schema
        self._lock_timeout = lock_timeout
        self.settings: Settings = settings

    @classmethod
    async def create(
        cls,
        host: AsyncEngine | AsyncConnection,
        *,
        posts: Iterable[str] | None = None,
        local_days: bool | None = None,
        day_start: DayStart | None = None,
        schema: str | None = None,
        lock_timeout: float = LOCK_TIMEOUT,
    ) -> Self:
        """Prepare a database, or upgrade one, and open it, as ``SqlStore.create`` does."""
        store = cls(host, Settings(), schema=schema, lock_timeout=lock_timeout)

        def prepare(database: Database) -> Settings:
            return settings_.create(
                database, posts=posts, local_days=local_days, day_start=day_start
            )

        store.settings = await store._with_database(prepare)
        return store

    @classmethod
    async def open(
        cls,
        host: AsyncEngine | AsyncConnection,
        *,
        schema: str | None = None,
        lock_timeout: float = LOCK_TIMEOUT,
    ) -> Self:
        """Open a database that has been prepared, as ``SqlStore.open`` does."""
        store = cls(host, Settings(), schema=schema, lock_timeout=lock_timeout)
        store.settings = await store._with_database(settings_.read)
        return store

    def on(self, connection: AsyncConnection) -> Self:
        """Return the same store, in a transaction of a host's. The database is not asked for it.

        Args:
            connection: The host's, to the same database, such as ``await session.connection()``.
        """
        return type(self)(connection, self.settings, schema=self._schema)

    async def run(self, work: Callable[[SqlStore], T]) -> T:
        """Return what some work with the store returns: while the database works, others go on.

        Args:
            work: Any use of a :class:`SqlStore <mainstay.adapters.sql.SqlStore>`: one call, some,
                or a job's ``run``. It must not keep the store.
        """
        return await self._with_database(lambda database: work(SqlStore(database, self.settings)))

    async def _with_database(self, work: Callable[[Database], T]) -> T:
        if isinstance(self._host, AsyncConnection):
            return await self._host.run_sync(
                lambda connection: work(JoinedDatabase(connection, schema=self._schema))
            )
        async with self._host.connect() as connection:
            return await connection.run_sync(lambda connection: work(self._on(connection)))

    def _on(self, connection: Connection) -> Database:
        """Return a database with one connection: one transaction at a time, or within another."""
        return HostsDatabase(connection, schema=self._schema, lock_timeout=self._lock_timeout)
