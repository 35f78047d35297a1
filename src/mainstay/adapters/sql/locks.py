"""Locks of ours in PostgreSQL: advisory ones, which no table and no other program knows of."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

import attrs
from sqlalchemy import Connection

__all__ = ["WRITES", "Locks", "lock"]

#: The execution option of a connection that is to write: which :class:`Locks` it takes.
WRITES = "mainstay_writes"


@attrs.frozen
class Locks:
    """What a writer of PostgreSQL takes until its transaction ends: advisory locks, no tables'.

    Attributes:
        alone: Whether to be the only writer of ours; the others share that lock.
        name: Another lock, which one at a time has.
    """

    alone: bool
    name: str | None

    def statements(self) -> Iterator[str]:
        """Yield what takes them."""
        yield _taking("", shared=not self.alone)
        if self.alone:
            yield _taking("", shared=False)  # of the tables, if another has just created them
        if self.name is not None:
            yield _taking(self.name, shared=False)


def lock(connection: Connection, name: str, *, shared: bool) -> None:
    """Take a lock of PostgreSQL's, until the transaction ends; SQLite has one writer anyway.

    Args:
        connection: In a transaction that writes.
        name: Which.
        shared: Whether others may have it, too, who share it.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_taking(name, shared=shared))


#: What tells the tables of one schema from those of another, however a connection finds them.
_TABLES = "coalesce(to_regclass('mainstay_settings')::oid::bigint, 0)"


def _taking(name: str, *, shared: bool) -> str:
    """Return the statement that takes a lock, which each schema has for itself."""
    function = f"pg_advisory_xact_lock{'_shared' if shared else ''}"
    return f"SELECT {function}('{_number(name)}'::bigint # {_TABLES})"


def _number(name: str) -> int:
    """Return the number of a lock, since PostgreSQL numbers them; two names may share one."""
    digest = blake2b(f"mainstay {name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
