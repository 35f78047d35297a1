"""A ledger outside of all processes, in a file of its own: it stands for a chain."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from mainstay.adapters.sql import SqlStore
from mainstay.contest import Sighting
from mainstay.contest.payloads import reward_payload, verdict_key
from mainstay.ports.ledger import other_payload

_CREATE = "CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, payload TEXT NOT NULL)"


def _confirmed(_key: str) -> Sighting:
    return Sighting("confirmed", 1)


class OutsideLedger:
    """A :class:`mainstay.ports.Ledger`. A transaction's id is the digest of its key.

    Args:
        path: The file.
        accepted: Is called when a new entry is there for good, and nobody knows of it yet.
        seen: Says how the entry of a key looks.
    """

    def __init__(
        self,
        path: Path,
        *,
        accepted: Callable[[], object] = lambda: None,
        seen: Callable[[str], Sighting] = _confirmed,
    ) -> None:
        self._path, self._accepted, self._seen = path, accepted, seen
        self._ask(_CREATE)

    def submit(self, key: str, payload: str, /) -> str:
        known = len(self.entries())
        self._ask("INSERT INTO entries VALUES (?, ?) ON CONFLICT DO NOTHING", key, payload)
        there = self.entries()
        if there[key] != payload:
            raise other_payload(key)
        if len(there) > known:
            self._accepted()
        return _transaction(key)

    def look_up(self, transactions: Sequence[str], /) -> Sequence[Sighting]:
        keys = {_transaction(key): key for key in self.entries()}
        return [self._seen(keys[each]) for each in transactions]

    def entries(self) -> Mapping[str, str]:
        """All that was accepted: payloads by keys."""
        return dict(self._ask("SELECT key, payload FROM entries"))

    def _ask(self, statement: str, *parameters: str) -> list[tuple[str, str]]:
        with closing(sqlite3.connect(self._path, timeout=60)) as connection, connection:
            return connection.execute(statement, parameters).fetchall()


def _transaction(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def due_on_ledger(store: SqlStore) -> Mapping[str, str]:
    """Return what is on a ledger if each commitment was published, and each reward paid, once."""
    found = {}
    for kept in store.contests.cases():
        case = kept.case.id
        found[verdict_key(case)] = kept.digest
        for reward in store.contests.rewards(case):
            entry = store.outbox.entry(f"reward:{case}:{reward.id}")
            assert entry is not None
            found[reward.id] = reward_payload(reward.id, reward.amount, str(entry.payload["nonce"]))
    return found
