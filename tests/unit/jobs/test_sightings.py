"""A bad value is its transaction's trouble alone: the ledger can be reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from mainstay.contest import Sighting
from mainstay.errors import CallsFailedError, CorruptRowError
from mainstay.jobs import monitor_transactions
from mainstay.ports import Ledger, OutboxEntry
from mainstay.ports.rewards import new_reward
from mainstay.scheduling import JobContext, JobReport, PlainData
from mainstay.testing.memory import MemoryLedger, MemoryStore

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
#: More than may fail in a row while the ledger can't be reached.
MANY = 12


def pay(store: MemoryStore, ledger: Ledger) -> JobReport:
    return monitor_transactions(store, ledger=ledger).run(JobContext(clock=lambda: NOON))


def bad_reward(number: int) -> OutboxEntry:
    return OutboxEntry(
        key=f"reward:a:{number}",
        kind="reward",
        user_id="ada",
        payload=PlainData({"case_id": "a", "amount": 0}),
        due_at=NOON,
    )


class Says(MemoryLedger):
    """A ledger that says something else of transactions than it knows of them."""

    def __init__(self, says: Callable[[Sequence[str]], Sequence[Sighting]]) -> None:
        super().__init__()
        self._says = says

    def look_up(self, transactions: Sequence[str]) -> Sequence[Sighting]:
        return self._says(transactions)


def pending(transactions: Sequence[str]) -> Sequence[Sighting]:
    return [Sighting("pending")] * len(transactions)


def corrupt(_: Sequence[str]) -> Sequence[Sighting]:
    raise CorruptRowError("can't be read", field="mainstay_ledger.at")


def out_of_reach(_: Sequence[str]) -> Sequence[Sighting]:
    raise OSError("no route to host")


def test_however_many_rewards_can_not_be_read_those_behind_them_are_paid() -> None:
    store = MemoryStore()
    store.outbox.put(map(bad_reward, range(MANY)))
    store.outbox.put([new_reward("z", "bob", 7, at=NOON)])
    report = pay(store, store.ledger)
    assert (report.failed, report.succeeded) == (MANY, 1)
    assert store.points.totals(["ada", "bob"]) == {"bob": 7}


def test_a_ledger_with_corrupt_rows_is_asked_about_each_transaction_alone() -> None:
    """Also once they are submitted, when all are asked about at once."""
    store = MemoryStore()
    store.outbox.put(new_reward("a", f"u{number}", 7, at=NOON) for number in range(MANY))
    assert pay(store, Says(pending)).result["processing"] == MANY
    later = JobContext(clock=lambda: NOON.replace(hour=13))
    report = monitor_transactions(store, ledger=Says(corrupt)).run(later)
    assert (report.failed, report.processed) == (MANY, MANY)
    assert {error.error for error in report.errors} == {"mainstay_ledger.at can't be read."}


def test_a_ledger_that_can_not_be_reached_ends_the_run() -> None:
    store = MemoryStore()
    store.outbox.put(new_reward("a", f"u{number}", 7, at=NOON) for number in range(MANY))
    with pytest.raises(CallsFailedError, match="5 calls for reward have failed in a row"):
        pay(store, Says(out_of_reach))
