"""What is to be done outside."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import attrs
from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    Select,
    Table,
    Text,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.engine import Row
from sqlalchemy.sql import ColumnElement

from mainstay import _checks as checks
from mainstay.adapters.sql.bulk import insert_into, insert_rows
from mainstay.adapters.sql.columns import Instant, instant_text, key, metadata
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.points import put_storable
from mainstay.adapters.sql.reading import converted, limit_of, storable, value_of
from mainstay.errors import CorruptRowError
from mainstay.ports import OutboxEntry, OutboxState, Unreadable
from mainstay.ports.outbox import known_contents, new_entry, other_entry
from mainstay.ports.points import new_credits
from mainstay.ports.runs import LATEST_END
from mainstay.recognition import Credit
from mainstay.scheduling import PlainData

__all__ = ["SqlOutbox", "outbox", "put_alike", "put_entries", "read_entry"]

_AT_ONCE = 1000
#: So many with random keys are put in their order: one after the other, a table larger than the
#: database's cache would be read from the disk again for each.
_IN_ORDER = 100_000

outbox: Table = Table(
    "mainstay_outbox",
    metadata,
    Column("key", key, primary_key=True),
    Column("kind", key, nullable=False),
    Column("user_id", key),
    # JSON, like the result.
    Column("payload", Text, nullable=False),
    # When it is to be done, or looked at next.
    Column("due_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("attempts", Integer, nullable=False),
    Column("state", key, nullable=False),
    Column("result", Text),
    Column("error", Text),
    # Who has claimed it, and until when.
    Column("holder", key),
    Column("until", Instant),
    sqlite_with_rowid=False,
)
#: Written out: SQLite uses an index of some rows only for a query in the same words.
_waits: ColumnElement[bool] = outbox.c.state == literal_column("'waiting'")
Index(
    "mainstay_outbox_due",
    *(outbox.c.kind, outbox.c.due_at, outbox.c.key),
    sqlite_where=_waits,
    postgresql_where=_waits,
)


def put_entries(connection: Connection, entries: Iterable[OutboxEntry]) -> int:
    """Put new entries in the transaction that causes them, and return how many are new.

    If the transaction is undone, they are not there. They are put in the order of their keys, so
    that two who put the same ones never block each other for good.

    Args:
        connection: A connection to a database that has mainstay's tables, in a transaction.
        entries: As in :meth:`mainstay.ports.Outbox.put`.

    Raises:
        RejectedError: As in :meth:`mainstay.ports.Outbox.put`.
    """
    by_key: dict[str, OutboxEntry] = {}
    for entry in checks.iterable("entries", entries):
        _require_same(by_key.setdefault(new_entry(entry).key, entry), entry)
    keys = sorted(by_key)
    return sum(
        _put(connection, [by_key[key] for key in keys[at : at + _AT_ONCE]])
        for at in range(0, len(keys), _AT_ONCE)
    )


def put_alike(
    connection: Connection, entry: OutboxEntry, contents: Iterable[tuple[str, str, object]]
) -> None:
    """Put entries that are like one, as fast as the database takes them.

    Args:
        connection: As for :func:`put_entries`.
        entry: What they are like; it is not put itself.
        contents: Their keys, which are random and so not there; their users; and their payloads,
            as plain data. Their texts can be stored.
    """
    row = [_row(entry)[column.name] for column in outbox.columns]
    key, user, payload = (outbox.columns.keys().index(name) for name in _DIFFERENT)

    def filled(content: tuple[str, str, object]) -> list[object]:
        row[key], row[user], row[payload] = content[0], content[1], json.dumps(content[2])
        return row

    left = iter(contents)
    while some := sorted(islice(left, _IN_ORDER)):
        insert_rows(connection, outbox, map(filled, some))


_DIFFERENT = ("key", "user_id", "payload")


def _row(entry: OutboxEntry) -> dict[str, object]:
    """Return all columns of a new entry, instants as text."""
    values = dict.fromkeys(outbox.columns.keys()) | _values(entry) | {"key": entry.key}
    return {
        name: instant_text(value) if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _put(connection: Connection, entries: Sequence[OutboxEntry]) -> int:
    """Put entries, and return how many are new.

    Those that are there are left out first. In PostgreSQL, an insert of a known key waits for
    anyone who is just finishing its entry, and they may wait for what we have put.
    """
    rest = _without_known(connection, entries)
    new = (
        insert_into(connection, outbox)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(outbox.c.key)
    )
    rows = [_values(entry) | {"key": entry.key} for entry in rest]
    added = {*connection.scalars(new, rows)} if rows else set()
    _without_known(connection, [entry for entry in rest if entry.key not in added])
    return len(added)


def _without_known(connection: Connection, entries: Sequence[OutboxEntry]) -> Sequence[OutboxEntry]:
    """Return entries whose keys are not there; those that are must have the same contents."""
    there = select(outbox).where(outbox.c.key.in_([entry.key for entry in entries]))
    found = {row.key: value_of(outbox, row, read_entry) for row in connection.execute(there)}
    for entry in entries:
        if entry.key in found:
            _require_same(found[entry.key], entry)
    return [entry for entry in entries if entry.key not in found]


def _require_same(there: OutboxEntry, entry: OutboxEntry) -> None:
    if known_contents(there) != known_contents(entry):
        raise other_entry(entry.key)


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
        with self._database.writing() as connection:
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
        changes = {name: _values(entry)[name] for name in _CHANGING}
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
        query = select(func.count()).select_from(outbox).where(_waits)
        if kind is not None:
            query = query.where(outbox.c.kind == checks.text("kind", kind))
        if due_by is not None:
            query = query.where(outbox.c.due_at <= checks.instant("due_by", due_by))
        with self._database.reading() as connection:
            return connection.scalar(query) or 0


#: What may change once an entry is there.
_CHANGING = ("due_at", "attempts", "state", "result", "error")


def _waiting(kind: str, now: datetime) -> Select[Any]:
    """Select what waits, and nobody has."""
    until = outbox.c.until
    free = or_(until.is_(None), until <= now, until > now + LATEST_END)
    return select(outbox).where(_waits, outbox.c.kind == checks.text("kind", kind), free)


def _values(entry: OutboxEntry) -> dict[str, object]:
    """Return an entry's columns without its key."""
    return {
        "kind": entry.kind,
        "user_id": entry.user_id,
        "payload": _json(entry.payload),
        "due_at": entry.due_at,
        "expires_at": entry.expires_at,
        "attempts": entry.attempts,
        "state": entry.state.value,
        "result": None if entry.result is None else _json(entry.result),
        "error": None if entry.error is None else storable(entry.error),
    }


def _json(data: PlainData) -> str:
    return json.dumps(data.to_dict())


def _claimed(row: Row[Any]) -> OutboxEntry | Unreadable:
    try:
        entry = value_of(outbox, row, read_entry)
    except CorruptRowError as error:
        return Unreadable(row.key, error)
    return attrs.evolve(entry, attempts=entry.attempts + 1)


def read_entry(row: Row[Any]) -> OutboxEntry:
    """Return the entry in a row."""
    return OutboxEntry(
        key=row.key,
        kind=row.kind,
        user_id=row.user_id,
        payload=converted("payload", row.payload, _plain),
        due_at=row.due_at,
        expires_at=row.expires_at,
        attempts=row.attempts,
        state=converted("state", row.state, OutboxState),
        result=None if row.result is None else converted("result", row.result, _plain),
        error=row.error,
    )


def _plain(text: str) -> PlainData:
    return PlainData(json.loads(text))
