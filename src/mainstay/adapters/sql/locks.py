"""Locks of ours in PostgreSQL: advisory ones, which no table and no other program knows of."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

import attrs
from sqlalchemy import Connection

__all__ = ["SCHEMA", "WRITES", "Locks", "lock"]

#: The execution option of a connection that is to write: which :class:`Locks` it takes.
WRITES = "mainstay_writes"
#: That of one whose tables are in a schema: which.
SCHEMA = "mainstay_schema"


@attrs.frozen
class Locks:
    """What a writer of PostgreSQL takes until its transaction ends: advisory locks, no tables'.

    Attributes:
        alone: Whether to be the only writer of ours; the others share that lock.
        name: Another lock, which one at a time has.
        schema: The schema that has the tables; each has locks of its own.
    """

    alone: bool
    name: str | None
    schema: str | None

    def statements(self) -> Iterator[str]:
        """Yield what takes them."""
        yield _taking("", self.schema, shared=not self.alone)
        if self.name is not None:
            yield _taking(self.name, self.schema, shared=False)


def lock(connection: Connection, name: str, *, shared: bool) -> None:
    """Take a lock of PostgreSQL's, until the transaction ends; SQLite has one writer anyway.

    Args:
        connection: In a transaction that writes.
        name: Which.
        shared: Whether others may have it, too, who share it.
    """
    if connection.dialect.name == "postgresql":
        schema = connection.get_execution_options().get(SCHEMA)
        connection.exec_driver_sql(_taking(name, schema, shared=shared))


def _taking(name: str, schema: str | None, *, shared: bool) -> str:
    """Return the statement that takes a lock."""
    named = name if schema is None else f"{name} in {schema}"
    return f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}({_number(named)})"


def _number(name: str) -> int:
    """Return the number of a lock, since PostgreSQL numbers them; two names may share one."""
    digest = blake2b(f"mainstay {name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
