"""A driver's connection that a host lends: Django's, or one of psycopg or sqlite3 alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from inspect import iscoroutinefunction
from types import MappingProxyType
from typing import Any, Protocol

from sqlalchemy import Connection, Dialect, Engine, make_url
from sqlalchemy.pool import StaticPool

from mainstay.adapters.sql._translation import translated
from mainstay.errors import InvalidTypeError

__all__ = ["DriverConnection", "lent"]

#: By the package of a driver's connection: the URL that has SQLAlchemy speak with it.
_URLS: Mapping[str, str] = MappingProxyType(
    {
        "sqlite3": "sqlite://",
        "psycopg": "postgresql+psycopg://",
        "psycopg2": "postgresql+psycopg2://",
    }
)


class DriverConnection(Protocol):
    """A connection as PEP 249 has them."""

    def cursor(self) -> Any:
        """Return a cursor."""
        ...

    def commit(self) -> Any:
        """End the transaction."""
        ...

    def rollback(self) -> Any:
        """Undo it."""
        ...


class _Lent:
    """A connection whose transaction is its owner's: only they commit it, undo it, or close it.

    Its rows are tuples, whatever its owner has them as.
    """

    def __init__(self, connection: Any, package: str) -> None:
        object.__setattr__(self, "_connection", connection)
        object.__setattr__(self, "_package", package)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def __setattr__(self, name: str, value: object) -> None:
        """Leave the settings as they are."""

    def cursor(self, *named: Any, **options: Any) -> Any:
        """Return a cursor whose rows are tuples."""
        if self._package == "psycopg":
            from psycopg.rows import tuple_row  # noqa: PLC0415  (it is there, but optional)

            return self._connection.cursor(*named, row_factory=tuple_row, **options)
        if self._package == "psycopg2":
            from psycopg2.extensions import cursor  # noqa: PLC0415  (the same)

            return self._connection.cursor(*named, cursor_factory=cursor, **options)
        made = self._connection.cursor(*named, **options)
        made.row_factory = None
        return made

    def commit(self) -> None:
        """Leave it to the owner."""

    def rollback(self) -> None:
        """Leave it to the owner."""

    def close(self) -> None:
        """Leave it to the owner."""


def lent(connection: DriverConnection) -> Connection:
    """Return a driver's connection as SQLAlchemy has connections; it ends no transaction.

    Args:
        connection: Of sqlite3, psycopg or psycopg2.

    Raises:
        InvalidTypeError: It is something else.
        StoreError: It can't be used.
    """
    kinds = (kind.__module__.partition(".")[0] for kind in type(connection).__mro__)
    package = next((kind for kind in kinds if kind in _URLS), None)
    commit = getattr(connection, "commit", None)
    if package is None or not hasattr(connection, "cursor") or iscoroutinefunction(commit):
        raise InvalidTypeError(
            "must be a URL, an engine or a connection of SQLAlchemy, or of sqlite3 or psycopg",
            field="database",
            value=connection,
            remedy="Django's is connection.connection, within transaction.atomic(); an "
            "asynchronous one is for mainstay.adapters.sql.aio.",
        )
    url = make_url(_URLS[package])
    ours: Any = _Lent(connection, package)
    dialect = _dialect(package)
    engine = Engine(StaticPool(lambda: ours, dialect=dialect), dialect, url)
    made = engine.connect()
    if dialect.server_version_info is None:  # it has not asked a server yet what it can do
        with translated(dialect.loaded_dbapi, url.render_as_string()):
            dialect.initialize(made)
    return made


@cache
def _dialect(package: str) -> Dialect:
    """Return what speaks with a driver, without hooks of its own, which would change settings."""
    kind: Any = make_url(_URLS[package]).get_dialect()
    options: dict[str, Any] = {} if package == "sqlite3" else {"use_native_hstore": False}
    made: Dialect = kind(dbapi=kind.import_dbapi(), **options)
    return made
