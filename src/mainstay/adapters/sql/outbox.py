"""What is to be done outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import (
    Select,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.engine import Row

from mainstay import _checks as checks
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.entries import (
    is_free,
    outbox,
    put_entries,
    read_entry,
    values_of,
    waits,
)
from mainstay.adapters.sql.points import put_storable
from mainstay.adapters.sql.reading import limit_of, value_of
from mainstay.errors import CorruptRowError
from mainstay.ports import OutboxEntry, OutboxState, Unreadable
from mainstay.ports.points import new_credits
from mainstay.recognition import Credit

__all__ = ["SqlOutbox"]

_AT_ONCE = 1000


class SqlOutbox:
    """A :class:`mainstay.ports.Outbox`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, entries: Iterable[OutboxEntry]) -> int:
        """Keep new entries, all or none of them, and return how many are new."""
        with self._database.writing() as connection:
            return put_entries(connection, entries)

    def claim(
        self,
        kind: str,
        holder: str,
        *,
        now: datetime,
        until: datetime,
        limit: int,
        due_by: datetime | None = None,
    ) -> Sequence[OutboxEntry | Unreadable]:
        """Take entries of a kind that are due, under a lease, the oldest due first."""
        at = checks.instant("now", now)
        by = at if due_by is None else checks.instant("due_by", due_by)
        due = (
            _waiting(kind, at)
            .where(outbox.c.due_at <= by)
            .where(or_(outbox.c.expires_at.is_(None), outbox.c.expires_at > at))
            .order_by(outbox.c.due_at, outbox.c.key)
            .limit(limit_of(limit))
        )
        lease = {"holder": checks.text("holder", holder), "until": checks.instant("until", until)}
        with self._database.apart("a claim") as connection:
            # Those that others are taking just now are theirs.
            rows = connection.execute(due.with_for_update(skip_locked=True)).all()
            mine = outbox.c.key.in_([row.key for row in rows])
            taken = update(outbox).where(mine).values(attempts=outbox.c.attempts + 1, **lease)
            connection.execute(taken)
        return [_claimed(row) for row in rows]

    def finish(
        self,
        entry: OutboxEntry,
        holder: str,
        *,
        credits: Iterable[Credit] = (),
        entries: Iterable[OutboxEntry] = (),
    ) -> bool:
        """Keep what has become of a claimed entry, and return whether it was ours."""
        checks.instance("entry", entry, OutboxEntry)
        changes = {name: values_of(entry)[name] for name in _CHANGING}
        mine = (outbox.c.key == entry.key) & (outbox.c.holder == checks.text("holder", holder))
        finished = update(outbox).where(mine).values(**changes, holder=None, until=None)
        with self._database.writing() as connection:
            if connection.execute(finished).rowcount == 0:
                return False
            # As all do who credit and put: users are locked first, then keys.
            if given := new_credits(credits, now=None):
                put_storable(connection, given)
            put_entries(connection, entries)
            return True

    def expire(self, kind: str, *, now: datetime) -> int:
        """Let those expire that wait and whose time has come, and return how many they are."""
        at = checks.instant("now", now)
        late = _waiting(kind, at).where(outbox.c.expires_at <= at)
        with self._database.writing() as connection:
            keys = connection.scalars(
                late.with_only_columns(outbox.c.key).with_for_update(skip_locked=True)
            ).all()
            for start in range(0, len(keys), _AT_ONCE):
                some = outbox.c.key.in_(keys[start : start + _AT_ONCE])
                connection.execute(
                    update(outbox)
                    .where(some)
                    .values(state=OutboxState.EXPIRED.value, holder=None, until=None)
                )
        return len(keys)

    def entry(self, key: str) -> OutboxEntry | None:
        """Return an entry; ``None`` if there is none of that key.

        Raises:
            CorruptRowError: Its row can't be read.
        """
        query = select(outbox).where(outbox.c.key == checks.text("key", key))
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else value_of(outbox, row, read_entry)

    def entries(
        self, kind: str, *, after: str | None = None, limit: int = 100
    ) -> Sequence[OutboxEntry]:
        """Return entries of a kind by their keys, whatever has become of them.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        query = select(outbox).where(outbox.c.kind == checks.text("kind", kind))
        if after is not None:
            query = query.where(outbox.c.key > checks.text("after", after))
        page = query.order_by(outbox.c.key).limit(limit_of(limit))
        with self._database.reading() as connection:
            rows = connection.execute(page).all()
        return [value_of(outbox, row, read_entry) for row in rows]

    def count_waiting(self, kind: str | None = None, *, due_by: datetime | None = None) -> int:
        """Return how many wait."""
        query = select(func.count()).select_from(outbox).where(waits)
        if kind is not None:
            query = query.where(outbox.c.kind == checks.text("kind", kind))
        if due_by is not None:
            query = query.where(outbox.c.due_at <= checks.instant("due_by", due_by))
        with self._database.reading() as connection:
            return connection.scalar(query) or 0

    def next_due(self) -> datetime | None:
        """Return when the first of those that wait is due; ``None`` if none waits."""
        first = select(func.min(outbox.c.due_at)).where(waits)
        with self._database.reading() as connection:
            found: datetime | None = connection.scalar(first)
        return found


#: What may change once an entry is there.
_CHANGING = ("due_at", "expires_at", "attempts", "state", "result", "error")


def _waiting(kind: str, now: datetime) -> Select[Any]:
    """Select what waits, and nobody has."""
    return select(outbox).where(waits, outbox.c.kind == checks.text("kind", kind), is_free(now))


def _claimed(row: Row[Any]) -> OutboxEntry | Unreadable:
    try:
        entry = value_of(outbox, row, read_entry)
    except CorruptRowError as error:
        return Unreadable(row.key, error)
    return attrs.evolve(entry, attempts=entry.attempts + 1)
