"""Entries of the outbox: their table, and putting them in the transaction that causes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    Table,
    Text,
    literal_column,
    or_,
    select,
)
from sqlalchemy.engine import Row
from sqlalchemy.sql import ColumnElement

from mainstay import _checks as checks
from mainstay.adapters.sql.bulk import insert_into, insert_rows
from mainstay.adapters.sql.columns import Instant, instant_text, key, metadata, of_user
from mainstay.adapters.sql.reading import converted, storable, value_of
from mainstay.ports import OutboxEntry, OutboxState
from mainstay.ports.outbox import known_contents, new_entry, other_entry
from mainstay.ports.runs import LATEST_END
from mainstay.scheduling import PlainData

__all__ = [
    "is_free",
    "outbox",
    "put_alike",
    "put_entries",
    "put_unless_there",
    "read_entry",
    "values_of",
    "waits",
]

_AT_ONCE = 1000
#: So many with random keys are put in their order: one after the other, a table larger than the
#: database's cache would be read from the disk again for each.
_IN_ORDER = 100_000

outbox: Table = Table(
    "mainstay_outbox",
    metadata,
    Column("key", key, primary_key=True),
    Column("kind", key, nullable=False),
    of_user(),
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
Index("mainstay_outbox_of_user", outbox.c.user_id)
#: Written out: SQLite uses an index of some rows only for a query in the same words.
waits: ColumnElement[bool] = outbox.c.state == literal_column("'waiting'")
Index(
    "mainstay_outbox_due",
    *(outbox.c.kind, outbox.c.due_at, outbox.c.key),
    sqlite_where=waits,
    postgresql_where=waits,
)


def is_free(now: datetime) -> ColumnElement[bool]:
    """Say that nobody has an entry."""
    until = outbox.c.until
    return or_(until.is_(None), until <= now, until > now + LATEST_END)


def put_entries(connection: Connection, entries: Iterable[OutboxEntry]) -> int:
    """Put new entries in the transaction that causes them, and return how many are new.

    If the transaction is undone, they are not there. They are put in the order of their keys, so
    that two who put the same ones never block each other for good.

    Args:
        connection: A connection to a database that has mainstay's tables, in a transaction.
        entries: As in :meth:`mainstay.ports.Outbox.put`.

    Raises:
        RejectedError: As in :meth:`mainstay.ports.Outbox.put`.

    Examples:
        >>> from datetime import UTC
        >>> from sqlalchemy import create_engine
        >>> from mainstay.adapters.sql import SqlStore
        >>> engine, noon = create_engine("sqlite://"), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> welcome = OutboxEntry(key="welcome:ada", kind="mail", due_at=noon)
        >>> with engine.begin() as connection:
        ...     store = SqlStore.create(connection)
        ...     for _ in range(2):
        ...         put_entries(connection, [welcome])
        ...     store.outbox.count_waiting("mail")
        1
        0
        1
        >>> engine.dispose()
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
    row = list(_new_row(entry, "{}"))
    key, user, payload = (outbox.columns.keys().index(name) for name in _DIFFERENT)

    def filled(content: tuple[str, str, object]) -> list[object]:
        row[key], row[user], row[payload] = content[0], content[1], json.dumps(content[2])
        return row

    left = iter(contents)
    while some := sorted(islice(left, _IN_ORDER)):
        insert_rows(connection, outbox, map(filled, some))


_DIFFERENT = ("key", "user_id", "payload")


def put_unless_there(connection: Connection, entries: Iterable[OutboxEntry]) -> None:
    """Put new entries whose keys were not there just now, as fast as the database takes them.

    Args:
        connection: As for :func:`put_entries`.
        entries: Each with a key of its own, and fit to be put.

    Raises:
        RejectedError: As :func:`put_entries` does, if somebody has put such a key meanwhile.
    """
    driver: Any = connection.dialect.loaded_dbapi
    ordered = sorted(entries, key=attrgetter("key"))
    # Many share one; by what it is, since 1 and True are equal, and written differently.
    payloads = {id(entry.payload): entry.payload for entry in ordered}
    texts = {which: _json(payload) for which, payload in payloads.items()}
    rows = (_new_row(entry, texts[id(entry.payload)]) for entry in ordered)
    try:
        with connection.begin_nested():
            insert_rows(connection, outbox, rows)
    except driver.IntegrityError:
        put_entries(connection, ordered)


def _new_row(entry: OutboxEntry, payload: str) -> tuple[object, ...]:
    """Return the row of a new entry: a value for each column, instants as text."""
    return (
        entry.key,
        entry.kind,
        entry.user_id,
        payload,
        instant_text(entry.due_at),
        None if entry.expires_at is None else instant_text(entry.expires_at),
        entry.attempts,
        entry.state.value,
        None,
        None,
        None,
        None,
    )


def _put(connection: Connection, entries: Sequence[OutboxEntry]) -> int:
    """Put entries, and return how many are new.

    Those that are there are left out first. In PostgreSQL, an insert of a known key waits for
    anyone who is just finishing its entry, and they may wait for what we have put.
    """
    rest = _without_known(connection, entries)
    new = (
        insert_into(connection.dialect.name, outbox)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(outbox.c.key)
    )
    rows = [values_of(entry) | {"key": entry.key} for entry in rest]
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


def values_of(entry: OutboxEntry) -> dict[str, object]:
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
