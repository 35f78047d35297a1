"""Transactions of ours that are undone before their block ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, NestedTransaction

__all__ = ["savepoint", "undo"]

#: Where a connection of a host's has our savepoint.
_SAVEPOINT = "mainstay_savepoint"


@contextmanager
def savepoint(connection: Connection) -> Iterator[NestedTransaction]:
    """Begin a transaction of ours within a host's; they may be within each other."""
    with connection.begin_nested() as ours:
        outer = connection.info.get(_SAVEPOINT)
        connection.info[_SAVEPOINT] = ours
        try:
            yield ours
        finally:
            connection.info[_SAVEPOINT] = outer


def undo(connection: Connection) -> None:
    """Undo a transaction of ours: nothing is kept, even if its block goes on.

    Of a host's transaction only our part is undone, however often.
    """
    ours = connection.info.get(_SAVEPOINT)
    if ours is None:
        connection.rollback()
    elif ours.is_active:
        ours.rollback()
