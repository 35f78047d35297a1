"""The ledger in SQL is one chain, however many submit, and whatever the clock says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone

import pytest

pytest.importorskip("sqlalchemy", reason="these ledgers need mainstay[sql]")

from sqlalchemy import select

from mainstay import NaiveDatetimeError, RejectedError
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql import ledger as module
from mainstay.adapters.sql.ledger import SqlLedger
from mainstay.adapters.sql.ledger import ledger as table
from mainstay.contest import ChainHead, Sighting
from mainstay.ports import FINAL
from mainstay.testing.memory import MemoryLedger
from tests.integration.ledgers import LENGTH, NOON, filled, seconds, transactions
from tests.programs import run_at_once

PROGRAM = "tests.integration.submitting_at_once"


@pytest.fixture
def ledger(store: SqlStore) -> SqlLedger:
    return filled(store)


def test_the_first_entry_is_that_of_the_specification(store: SqlStore) -> None:
    """Made at midnight of 2024-05-01, of the digest of SPEC's vector."""
    verdict = "ace3002d650807500bae56a6d30bc9255366beee916f794d6b822c145da0e211"
    digest = "14d1b455a3484e451fec9d4d6bd44e11d5d779296316f328c21932d0cb16d9ca"
    at = datetime(2024, 5, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    for ledger in (MemoryLedger(clock=lambda: at), SqlLedger(store._database, clock=lambda: at)):
        assert ledger.submit("verdict:case-0001", verdict) == digest
        assert ledger.head() == ledger.verify() == ChainHead(1, digest)
        assert ledger.look_up([digest]) == [Sighting("confirmed", FINAL, verdict)]


def test_a_chain_that_nobody_touched_is_whole(ledger: SqlLedger) -> None:
    known = transactions(ledger)
    head = ledger.head()
    assert ledger.verify(known=known, expect=head) == head == ledger.verify()
    ledger.submit("one more", "x")
    assert ledger.verify(known=known, expect=head).length == LENGTH + 1


def test_pages_are_of_one_instant_and_an_iterator_may_be_left(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PAGE", 2)
    entries = ledger.entries()
    first = next(entries)
    ledger.submit("one more", "x")
    rest = [*entries]
    assert [entry.sequence for entry in (first, *rest)] == list(range(1, LENGTH + 1))
    assert ledger.verify().length == LENGTH + 1
    with closing(ledger.entries()) as left:
        next(left)
    ledger.submit("another", "x")


def test_a_clock_that_runs_backwards_harms_nothing(store: SqlStore) -> None:
    ledger = SqlLedger(store._database, clock=seconds(step=timedelta(days=-300)))
    ids = [ledger.submit(f"key {number}", "x") for number in range(4)]
    assert ledger.verify().digest == ids[-1]
    entries = [*ledger.entries()]
    assert [entry.digest for entry in entries] == ids
    assert [entry.at for entry in entries] == [
        NOON - timedelta(days=300 * number) for number in range(4)
    ]


INSTANTS = [
    datetime(2, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
    datetime(999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(1582, 10, 10, 12, tzinfo=timezone(timedelta(hours=-11, minutes=-59, seconds=-1))),
    datetime(2024, 2, 29, 12, 0, 0, 100_000, tzinfo=timezone(timedelta(hours=5, minutes=45))),
    datetime(9998, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
]


def test_every_year_and_every_microsecond_is_kept(store: SqlStore) -> None:
    times = iter(INSTANTS)
    ledger = SqlLedger(store._database, clock=lambda: next(times))
    ids = [ledger.submit(f"key {number}", "x") for number in range(len(INSTANTS))]
    assert [entry.at for entry in ledger.entries()] == INSTANTS
    assert [entry.digest for entry in ledger.entries()] == ids
    assert ledger.verify().length == len(INSTANTS)


def test_a_clock_that_says_no_instant_is_an_error_and_adds_nothing(store: SqlStore) -> None:
    naive = datetime(2024, 5, 1)  # noqa: DTZ001  (that is the point)
    ledger = SqlLedger(store._database, clock=lambda: naive)
    with pytest.raises(NaiveDatetimeError, match="what clock returns has no UTC offset"):
        ledger.submit("a", "b")
    assert ledger.head() == ChainHead()


@pytest.mark.parametrize("bad", ["a\0", "\ud800"])
def test_texts_that_no_database_takes_are_refused(ledger: SqlLedger, bad: str) -> None:
    head = ledger.head()
    for key, payload, field in ((bad, "x", "key"), ("x", bad, "payload")):
        with pytest.raises(RejectedError, match=f"{field} can't be stored"):
            ledger.submit(key, payload)
    assert ledger.head() == head


def test_the_clock_of_a_store_is_the_machines(store: SqlStore) -> None:
    before = datetime.now(UTC)
    store.ledger.submit("a", "b")
    (entry,) = store.ledger.entries()
    assert before <= entry.at <= datetime.now(UTC)


THREADS, KEYS = 4, 12


def at_once(url: str, names: Sequence[str]) -> list[dict[str, str]]:
    """What the threads of several programs were told that submitted at once."""
    printed = run_at_once([PROGRAM, url, name, str(THREADS), str(KEYS)] for name in names)
    return [told for text in printed for told in json.loads(text)]


def test_of_two_processes_that_submit_at_once_each_key_is_there_once(
    url: str, store: SqlStore
) -> None:
    """Some keys are the same, some are each thread's own: one chain, without a fork."""
    told = at_once(url, ["ada", "bob"])
    assert len(told) == 2 * THREADS
    everything = {key: each[key] for each in told for key in each}
    assert len(everything) == (2 * THREADS + 1) * KEYS
    assert [each for each in told if each.items() - everything.items()] == []
    assert transactions(store.ledger) == everything
    assert store.ledger.verify(known=everything).length == len(everything)
    with store._database.reading() as connection:
        previous = connection.scalars(select(table.c.previous)).all()
    assert len({*previous}) == len(everything)
