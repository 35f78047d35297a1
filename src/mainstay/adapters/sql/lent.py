"""A driver's connection that a host lends: Django's, or one of psycopg or sqlite3 alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from mainstay.errors import InvalidTypeError

__all__ = ["DriverConnection", "is_lent", "lent"]

_LENT = "mainstay_lent"

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
    """A connection whose transaction is its owner's: only they commit it, undo it, or close it."""

    def __init__(self, connection: object) -> None:
        object.__setattr__(self, "_connection", connection)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def __setattr__(self, name: str, value: object) -> None:
        """Leave the settings as they are."""

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
    """
    kinds = (kind.__module__.partition(".")[0] for kind in type(connection).__mro__)
    url = next((_URLS[kind] for kind in kinds if kind in _URLS), None)
    if url is None:
        raise InvalidTypeError(
            "must be a URL, an engine or a connection of SQLAlchemy, or of sqlite3 or psycopg",
            field="database",
            value=connection,
        )
    options: dict[str, Any] = {"poolclass": StaticPool, "creator": lambda: _Lent(connection)}
    if not isinstance(connection, sqlite3.Connection):
        options["use_native_hstore"] = False
    made = create_engine(url, **options).connect()
    made.info[_LENT] = True
    return made


def is_lent(connection: Connection) -> bool:
    """Return whether a connection is one of a driver's: SQLAlchemy can't begin a transaction."""
    return _LENT in connection.info
