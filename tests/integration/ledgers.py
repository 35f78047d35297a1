"""Ledgers to look at, and to tamper with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.ledger import SqlLedger

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
#: How many entries a ledger has before anybody touches it.
LENGTH = 5


def seconds(step: timedelta = timedelta(seconds=1, microseconds=1)) -> Callable[[], datetime]:
    """A clock that goes on by a step whenever it is read."""
    times = (NOON + step * number for number in range(1_000_000))
    return lambda: next(times)


def filled(store: SqlStore) -> SqlLedger:
    """A ledger with some entries, about a second apart."""
    ledger = SqlLedger(store._database, clock=seconds())
    for number in range(1, LENGTH + 1):
        ledger.submit(f"key {number}", f"payload {number}")
    return ledger


def transactions(ledger: SqlLedger) -> dict[str, str]:
    """The transactions of a ledger, by key."""
    return {entry.key: entry.digest for entry in ledger.entries()}
