"""Whatever is done to the table of a ledger is found, with its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import combinations

import pytest

pytest.importorskip("sqlalchemy", reason="these ledgers need mainstay[sql]")

from sqlalchemy import delete, insert, select, update
from sqlalchemy.pool import QueuePool

from mainstay import ChainError, CorruptRowError, RejectedError
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.ledger import SqlLedger
from mainstay.adapters.sql.ledger import ledger as table
from mainstay.contest import GENESIS, LedgerEntry, Sighting, Verification, verified
from mainstay.ports import FINAL, verify_contests
from tests.conformance.databases import own
from tests.integration.ledgers import LENGTH, NOON, filled, transactions

PLACES = range(1, LENGTH + 1)
COLUMNS = [column.name for column in table.columns]


@pytest.fixture
def ledger(store: SqlStore) -> SqlLedger:
    return filled(store)


@contextmanager
def restored(ledger: SqlLedger) -> Iterator[None]:
    """Have the table as it was when the block ends."""
    with ledger._database.reading() as connection:
        rows = [row._asdict() for row in connection.execute(select(table))]
    yield
    with ledger._database.writing() as connection:
        connection.execute(delete(table))
        connection.execute(insert(table), rows)


def change(ledger: SqlLedger, place: int, **values: object) -> None:
    """Write straight into an entry's row."""
    with ledger._database.writing() as connection:
        changed = update(table).where(table.c.sequence == place).values(**values)
        assert connection.execute(changed).rowcount == 1


def remove(ledger: SqlLedger, *places: int) -> None:
    with ledger._database.writing() as connection:
        gone = delete(table).where(table.c.sequence.in_(places))
        assert connection.execute(gone).rowcount == len(places)


def add(ledger: SqlLedger, entry: LedgerEntry, *, place: int | None = None) -> None:
    """Write an entry straight into the table."""
    row = {name: getattr(entry, name) for name in COLUMNS}
    if place is not None:
        row["sequence"] = place
    with ledger._database.writing() as connection:
        connection.execute(insert(table), row)


def found_at(ledger: SqlLedger, **options: object) -> str:
    """Where verifying finds the first thing that is wrong."""
    with pytest.raises(ChainError) as caught:
        ledger.verify(**options)  # type: ignore[arg-type]  # known, or expect
    assert caught.value.remedy
    return caught.value.field


#: What each column may be changed to by somebody who takes care that it can still be read.
OTHERS: list[tuple[str, object]] = [
    ("at", NOON + timedelta(microseconds=1)),
    ("at", datetime(9998, 12, 31, tzinfo=UTC)),
    ("key", "another"),
    ("key", "key 1 "),
    ("payload", "another"),
    ("payload", "payload 1\n"),
    ("previous", "f" * 64),
    ("digest", "f" * 64),
    ("sequence", LENGTH + 100),
]


@pytest.mark.parametrize(("column", "value"), OTHERS)
def test_a_changed_column_is_found_with_its_place(
    ledger: SqlLedger, column: str, value: object
) -> None:
    for place in PLACES:
        with restored(ledger):
            change(ledger, place, **{column: value})
            assert found_at(ledger) == f"ledger entry {place}"
    assert ledger.verify().length == LENGTH


@pytest.mark.parametrize(
    ("column", "value"),
    [("previous", "F" * 64), ("digest", "x"), ("payload", ""), ("key", ""), ("previous", "")],
)
def test_a_column_that_can_not_be_read_is_found_with_its_place(
    ledger: SqlLedger, column: str, value: object
) -> None:
    words = rf"can't be read \(mainstay_ledger\.{column} "
    for place in PLACES:
        with restored(ledger):
            change(ledger, place, **{column: value})
            with pytest.raises(ChainError, match=words) as caught:
                ledger.verify()
            assert caught.value.field == f"ledger entry {place}"
            assert isinstance(caught.value.__cause__, CorruptRowError)
            assert f"Repair the row with sequence = {place}" in caught.value.__cause__.remedy


def test_an_instant_that_can_not_be_read_is_found_with_its_place(ledger: SqlLedger) -> None:
    """Neither is what PostgreSQL has beyond all years, nor what SQLite keeps in any column."""
    bad = "'x'" if ledger._database.is_sqlite else "'infinity'"
    with ledger._database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE mainstay_ledger SET at = {bad} WHERE sequence = 2")
    with pytest.raises(ChainError, match=r"can't be read \(mainstay_ledger\.at ") as caught:
        ledger.verify()
    assert caught.value.field == "ledger entry 2"


def test_no_transaction_stays_open_while_somebody_holds_the_error(
    store: SqlStore, ledger: SqlLedger
) -> None:
    change(ledger, 2, payload="another")
    pool = own(ledger)._engine.pool
    assert isinstance(pool, QueuePool)
    for verify in (ledger.verify, partial(verify_contests, store)):
        with pytest.raises(ChainError) as caught:
            verify()
        assert pool.checkedout() == 0
        assert caught.value.field == "ledger entry 2"


def test_what_follows_a_missing_entry_is_not_to_blame(ledger: SqlLedger) -> None:
    """It can't be read either, but the first that is wrong is the one that is gone."""
    change(ledger, 4, payload="")
    remove(ledger, 2, 3)
    assert found_at(ledger) == "ledger entry 2"


def test_a_deleted_entry_is_found_with_its_place(ledger: SqlLedger) -> None:
    for place in range(1, LENGTH):
        with restored(ledger):
            remove(ledger, place)
            assert found_at(ledger) == f"ledger entry {place}"


def test_a_deleted_entry_whose_gap_is_closed_is_found_with_its_place(ledger: SqlLedger) -> None:
    for place in range(1, LENGTH):
        with restored(ledger):
            remove(ledger, place)
            for later in range(place + 1, LENGTH + 1):
                change(ledger, later, sequence=later - 1)
            assert found_at(ledger) == f"ledger entry {place}"


def test_swapped_entries_are_found_with_the_place_of_the_first(ledger: SqlLedger) -> None:
    for first, second in combinations(PLACES, 2):
        with restored(ledger):
            change(ledger, first, sequence=99)
            change(ledger, second, sequence=first)
            change(ledger, 99, sequence=second)
            assert found_at(ledger) == f"ledger entry {first}"


def shift(ledger: SqlLedger, place: int) -> None:
    """Make room for an entry at a place."""
    for later in range(LENGTH, place - 1, -1):
        change(ledger, later, sequence=later + 1)


def forged(ledger: SqlLedger, place: int, previous: str | None = None) -> LedgerEntry:
    """An entry with the right digest for what it holds."""
    before = [GENESIS, *transactions(ledger).values()][place - 1]
    return LedgerEntry(
        sequence=place,
        at=NOON,
        key="forged",
        payload="x",
        previous=before if previous is None else previous,
    )


def test_an_inserted_entry_is_found_with_its_place(ledger: SqlLedger) -> None:
    for place in (*PLACES, LENGTH + 1):
        with restored(ledger):
            entry = forged(ledger, place, previous="f" * 64)
            shift(ledger, place)
            add(ledger, entry)
            assert found_at(ledger) == f"ledger entry {place}"


def test_no_entry_follows_one_that_has_a_follower(ledger: SqlLedger) -> None:
    """``previous`` is unique, so that the chain can't fork."""
    for place in PLACES:
        with restored(ledger):
            entry = forged(ledger, place)
            shift(ledger, place)
            with pytest.raises(RejectedError, match=r"ledger\.previous|mainstay_ledger_unforked"):
                add(ledger, entry)


@pytest.mark.parametrize("place", [0, -1, -(2**40)])
def test_what_is_hidden_before_the_first_entry_is_found(ledger: SqlLedger, place: int) -> None:
    """It would be looked up as if it were on the chain."""
    add(ledger, forged(ledger, 1, previous="f" * 64), place=place)
    assert found_at(ledger) == "ledger entry 1"


def test_a_tail_that_was_cut_is_found_by_who_knows_of_it(ledger: SqlLedger) -> None:
    head, known = ledger.head(), transactions(ledger)
    for place in PLACES:
        with restored(ledger):
            remove(ledger, *range(place, LENGTH + 1))
            assert ledger.verify().length == place - 1
            assert found_at(ledger, expect=head) == f"ledger entry {place}"
            assert found_at(ledger, known=known) == f"the transaction of key {place}"
            there = {key: known[key] for key in [*known][: place - 1]}
            assert ledger.verify(known=there) == ledger.head()


def test_a_chain_that_was_replaced_is_found_by_who_knows_of_it(ledger: SqlLedger) -> None:
    """From some place on: every digest is right, and every link."""
    head, known, entries = ledger.head(), transactions(ledger), [*ledger.entries()]
    for place in PLACES:
        with restored(ledger):
            remove(ledger, *range(place, LENGTH + 1))
            for old in entries[place - 1 :]:
                ledger.submit(old.key, f"not {old.payload}")
            assert ledger.verify().length == LENGTH
            assert found_at(ledger, expect=head) == f"ledger entry {LENGTH}"
            assert found_at(ledger, known=known) == f"the transaction of key {place}"


def test_a_changed_payload_contradicts_a_commitment(ledger: SqlLedger) -> None:
    """The transaction is not there any more; what is there under its id is said."""
    known = transactions(ledger)
    change(ledger, 2, payload="another")
    first, second = ledger.look_up([known["key 1"], known["key 2"]])
    assert first == Sighting("confirmed", FINAL, "payload 1")
    assert second == Sighting("not_found", 0, "another")
    assert verified("payload 2", second) is Verification.CONTRADICTED


@pytest.mark.parametrize(("column", "value"), [("at", NOON), ("key", "x"), ("previous", "f" * 64)])
def test_any_other_change_makes_it_unfindable(
    ledger: SqlLedger, column: str, value: object
) -> None:
    known = transactions(ledger)
    change(ledger, 2, **{column: value})
    (sighting,) = ledger.look_up([known["key 2"]])
    assert sighting == Sighting("not_found", 0, "payload 2")
    assert verified("payload 2", sighting) is Verification.MISSING
    remove(ledger, 2)
    assert ledger.look_up([known["key 2"]]) == [Sighting("not_found")]


def test_a_row_that_can_not_be_read_is_an_error_when_it_is_asked_for(ledger: SqlLedger) -> None:
    known = transactions(ledger)
    change(ledger, LENGTH, payload="")
    for ask in (
        lambda: ledger.look_up([known[f"key {LENGTH}"]]),
        lambda: ledger.submit(f"key {LENGTH}", f"payload {LENGTH}"),
        lambda: ledger.submit("one more", "x"),
        ledger.head,
    ):
        with pytest.raises(CorruptRowError, match=r"mainstay_ledger\.payload must not be empty"):
            ask()
    assert ledger.look_up([known["key 1"]])[0].seen == "confirmed"


@pytest.mark.parametrize(
    ("column", "value"), [("at", NOON), ("payload", "x"), ("digest", "e" * 64)]
)
def test_what_is_not_what_it_was_is_not_submitted_again(
    ledger: SqlLedger, column: str, value: object
) -> None:
    """It would have another id than before, or the id of something else."""
    change(ledger, 2, **{column: value})
    with pytest.raises(ChainError, match="ledger entry 2 is not what it was"):
        ledger.submit("key 2", "payload 2")
    ledger.submit("one more", "x")
