"""The ledger: a chain of entries, which can't fork, each final at once."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
)
from sqlalchemy.engine import Row

from mainstay import _checks as checks
from mainstay.adapters.sql.bulk import any_of
from mainstay.adapters.sql.columns import Instant, key, metadata
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.reading import value_of
from mainstay.contest import ChainHead, LedgerEntry, Sighting, verify_chain
from mainstay.errors import ChainError, CorruptRowError
from mainstay.ports.ledger import FINAL, asked_for, other_payload, require_submittable
from mainstay.scheduling.context import utc_now

__all__ = ["SqlLedger", "ledger"]

_PAGE = 5_000

ledger: Table = Table(
    "mainstay_ledger",
    metadata,
    # SQLite keeps nothing but whole numbers in this column, since it is the row's own number.
    Column(
        "sequence",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("at", Instant, nullable=False),
    Column("key", key, nullable=False),
    Column("payload", Text, nullable=False),
    Column("previous", key, nullable=False),
    Column("digest", key, nullable=False),
    UniqueConstraint("key", name="mainstay_ledger_once"),
    # No two entries follow the same one: the chain can't fork.
    UniqueConstraint("previous", name="mainstay_ledger_unforked"),
    UniqueConstraint("digest", name="mainstay_ledger_digest"),
)


class SqlLedger:
    """A :class:`mainstay.ports.LedgerChain`. A transaction's id is its entry's digest.

    Each entry is added in a transaction of its own, one after the other.

    Args:
        database: Where it is.
        clock: Says what time it is: when an entry is added.
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def submit(self, key: str, payload: str) -> str:
        """Add an entry, unless it is there, and return the id of its transaction.

        Raises:
            ChainError: The entry that is there is not what it was.
            CorruptRowError: It, or the last one, can't be read.
        """
        require_submittable(key, payload)
        with self._database.writing(lock="ledger") as connection:
            query = select(ledger).where(ledger.c.key == key)
            row = connection.execute(query).one_or_none()
            if row is None:
                return self._add(connection, key, payload).digest
        there = value_of(ledger, row, _entry)
        if not there.is_intact:
            raise _broken(there.sequence, "is not what it was", key)
        if there.payload != payload:
            raise other_payload(key)
        return there.digest

    def _add(self, connection: Connection, key: str, payload: str) -> LedgerEntry:
        head = _head(connection)
        entry = LedgerEntry(
            sequence=head.length + 1,
            at=checks.instant("what clock returns", self._clock()),
            key=key,
            payload=payload,
            previous=head.digest,
        )
        values = {column.name: getattr(entry, column.name) for column in ledger.columns}
        connection.execute(insert(ledger), values)
        return entry

    def look_up(self, transactions: Sequence[str]) -> Sequence[Sighting]:
        """Return how some transactions look just now, in their order.

        One whose entry is there, and is not what it was, is not found; its sighting says what is
        there.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        asked = asked_for(transactions)
        # What is not ASCII is not a digest, nor can every database be asked for it.
        digests = {each for each in asked if each.isascii() and each.isalnum()}
        with self._database.reading() as connection:
            query = select(ledger).where(any_of(connection, ledger.c.digest, digests))
            rows = connection.execute(query).all()
        found = {row.digest: _sighting(value_of(ledger, row, _entry)) for row in rows}
        return [found.get(each) or Sighting("not_found") for each in asked]

    def head(self) -> ChainHead:
        """Return how long the chain is, and the digest of its last entry.

        Raises:
            CorruptRowError: Its row can't be read.
        """
        with self._database.reading() as connection:
            return _head(connection)

    def entries(self) -> Generator[LedgerEntry, None, None]:
        """Yield all entries, in the order of their places, as they are when the first is read.

        A transaction is open until the last one is read, or the generator is closed.

        Raises:
            ChainError: The row of one can't be read; ``field`` says which place it should have.
        """
        with self._database.reading() as connection:
            for place, row in enumerate(_rows(connection), 1):
                try:
                    entry = value_of(ledger, row, _entry)
                except CorruptRowError as error:
                    words = f"can't be read ({error.field} {error.problem})"
                    raise _broken(place, words, error.value) from error
                yield entry

    def find(self, keys: Iterable[str]) -> Mapping[str, LedgerEntry]:
        """Return the entries that are under some keys, by key.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        wanted = asked_for(keys, field="keys")
        with self._database.reading() as connection:
            query = select(ledger).where(any_of(connection, ledger.c.key, wanted))
            rows = connection.execute(query).all()
        return {row.key: value_of(ledger, row, _entry) for row in rows}

    def verify(
        self, *, known: Mapping[str, str] | None = None, expect: ChainHead | None = None
    ) -> ChainHead:
        """Require that the chain is whole, as :func:`mainstay.contest.verify_chain` does.

        Args:
            known: Transactions that must be on it, by what they are of.
            expect: The head that it had once.

        Raises:
            ChainError: It is not; ``field`` says where.
        """
        with closing(self.entries()) as entries:  # at once, also while the error lives on
            return verify_chain(entries, known=known or {}, expect=expect)


def _head(connection: Connection) -> ChainHead:
    last = select(ledger).order_by(ledger.c.sequence.desc()).limit(1)
    row = connection.execute(last).one_or_none()
    return ChainHead() if row is None else value_of(ledger, row, _entry).head


def _rows(connection: Connection) -> Iterator[Row[Any]]:
    """Yield all rows in order: also those before the first place, where none should be."""
    query = select(ledger).order_by(ledger.c.sequence).limit(_PAGE)
    rows = connection.execute(query).all()
    while rows:
        yield from rows
        rows = connection.execute(query.where(ledger.c.sequence > rows[-1].sequence)).all()


def _entry(row: Row[Any]) -> LedgerEntry:
    sequence, at, key, payload, previous, digest = tuple(row)  # by name, it takes twice as long
    return LedgerEntry(
        sequence=sequence, at=at, key=key, payload=payload, previous=previous, digest=digest
    )


def _sighting(entry: LedgerEntry) -> Sighting:
    if entry.is_intact:
        return Sighting("confirmed", FINAL, entry.payload)
    return Sighting("not_found", payload=entry.payload)


def _broken(place: int, problem: str, value: object) -> ChainError:
    return ChainError(
        problem,
        field=f"ledger entry {place}",
        value=value,
        remedy="Restore it from a backup.",
    )
