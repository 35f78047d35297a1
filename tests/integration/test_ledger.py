"""The ledger in SQL: one chain whoever submits, and whatever is done to its table is found."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import attrs
import pytest

pytest.importorskip("sqlalchemy", reason="these ledgers need mainstay[sql]")

from sqlalchemy import delete, insert, select, update

from mainstay import ChainError, CorruptRowError, NaiveDatetimeError, RejectedError
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql import ledger as module
from mainstay.adapters.sql.ledger import SqlLedger
from mainstay.adapters.sql.ledger import ledger as table
from mainstay.contest import GENESIS, ChainHead, LedgerEntry, Sighting, Verification, verified
from mainstay.ports import FINAL
from mainstay.testing.memory import MemoryLedger
from tests.conformance.databases import empty, in_schema

PROGRAM = Path(__file__).with_name("submitting_at_once.py")
ROOT = Path(__file__).parents[2]
PATIENCE = 120
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
#: How many entries the ledger has before anybody touches it.
LENGTH = 5
COLUMNS = [column.name for column in table.columns]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def prepared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, SqlStore]]:
    url = f"sqlite:///{tmp_path_factory.mktemp('ledger')}/mainstay.db"
    if request.param == "postgresql":
        url = in_schema(request.getfixturevalue("postgres_url"), "ledger")
    with SqlStore.create(url) as store:
        yield url, store


@pytest.fixture
def url(prepared: tuple[str, SqlStore]) -> str:
    """The URL of an empty store."""
    empty(prepared[1])
    return prepared[0]


@pytest.fixture
def store(prepared: tuple[str, SqlStore]) -> SqlStore:
    empty(prepared[1])
    return prepared[1]


@pytest.fixture
def ledger(store: SqlStore) -> SqlLedger:
    """A ledger with some entries, a second apart."""
    ledger = SqlLedger(store._database, clock=seconds())
    for number in range(1, LENGTH + 1):
        ledger.submit(f"key {number}", f"payload {number}")
    return ledger


def seconds(step: timedelta = timedelta(seconds=1, microseconds=1)) -> Callable[[], datetime]:
    """A clock that goes on by a step whenever it is read."""
    times = (NOON + step * number for number in range(1_000_000))
    return lambda: next(times)


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


def transactions(ledger: SqlLedger) -> dict[str, str]:
    return {entry.key: entry.digest for entry in ledger.entries()}


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


@pytest.mark.parametrize("place", range(1, LENGTH + 1))
@pytest.mark.parametrize(("column", "value"), OTHERS)
def test_a_changed_column_is_found_with_its_place(
    ledger: SqlLedger, place: int, column: str, value: object
) -> None:
    change(ledger, place, **{column: value})
    assert found_at(ledger) == f"ledger entry {place}"


@pytest.mark.parametrize(
    ("column", "value"),
    [("previous", "F" * 64), ("digest", "x"), ("payload", ""), ("key", ""), ("previous", "")],
)
@pytest.mark.parametrize("place", [1, 3, LENGTH])
def test_a_column_that_can_not_be_read_is_found_with_its_place(
    ledger: SqlLedger, place: int, column: str, value: object
) -> None:
    change(ledger, place, **{column: value})
    with pytest.raises(ChainError, match=rf"can't be read \(mainstay_ledger\.{column} ") as caught:
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


def test_what_follows_a_missing_entry_is_not_to_blame(ledger: SqlLedger) -> None:
    """It can't be read either, but the first that is wrong is the one that is gone."""
    change(ledger, 4, payload="")
    remove(ledger, 2, 3)
    assert found_at(ledger) == "ledger entry 2"


@pytest.mark.parametrize("place", range(1, LENGTH))
def test_a_deleted_entry_is_found_with_its_place(ledger: SqlLedger, place: int) -> None:
    remove(ledger, place)
    assert found_at(ledger) == f"ledger entry {place}"


@pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 4), (1, LENGTH), (4, LENGTH)])
def test_swapped_entries_are_found_with_the_place_of_the_first(
    ledger: SqlLedger, first: int, second: int
) -> None:
    change(ledger, first, sequence=99)
    change(ledger, second, sequence=first)
    change(ledger, 99, sequence=second)
    assert found_at(ledger) == f"ledger entry {first}"


@pytest.mark.parametrize("place", range(1, LENGTH + 1))
def test_a_deleted_entry_whose_gap_is_closed_is_found_with_its_place(
    ledger: SqlLedger, place: int
) -> None:
    remove(ledger, place)
    for later in range(place + 1, LENGTH + 1):
        change(ledger, later, sequence=later - 1)
    if place < LENGTH:
        assert found_at(ledger) == f"ledger entry {place}"
    else:
        assert ledger.verify().length == LENGTH - 1  # a tail that was cut: see below


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


@pytest.mark.parametrize("place", range(1, LENGTH + 2))
def test_an_inserted_entry_is_found_with_its_place(ledger: SqlLedger, place: int) -> None:
    entry = forged(ledger, place, previous="f" * 64)
    shift(ledger, place)
    add(ledger, entry)
    assert found_at(ledger) == f"ledger entry {place}"


@pytest.mark.parametrize("place", range(1, LENGTH + 1))
def test_no_entry_follows_one_that_has_a_follower(ledger: SqlLedger, place: int) -> None:
    """``previous`` is unique, so that the chain can't fork."""
    entry = forged(ledger, place)
    shift(ledger, place)
    with pytest.raises(RejectedError, match=r"ledger\.previous|mainstay_ledger_unforked"):
        add(ledger, entry)


@pytest.mark.parametrize("place", [0, -1, -(2**40)])
def test_what_is_hidden_before_the_first_entry_is_found(ledger: SqlLedger, place: int) -> None:
    """It would be looked up as if it were on the chain."""
    entry = forged(ledger, 1, previous="f" * 64)
    add(ledger, entry, place=place)
    assert found_at(ledger) == "ledger entry 1"


@pytest.mark.parametrize("kept", range(LENGTH))
def test_a_tail_that_was_cut_is_found_by_who_knows_of_it(ledger: SqlLedger, kept: int) -> None:
    head, known = ledger.head(), transactions(ledger)
    remove(ledger, *range(kept + 1, LENGTH + 1))
    assert ledger.verify().length == kept
    assert found_at(ledger, expect=head) == f"ledger entry {kept + 1}"
    assert found_at(ledger, known=known) == f"the transaction of key {kept + 1}"
    there = {key: known[key] for key in [*known][:kept]}
    assert ledger.verify(known=there) == ledger.head()


@pytest.mark.parametrize("place", range(1, LENGTH + 1))
def test_a_chain_that_was_made_anew_is_found_by_who_knows_of_it(
    ledger: SqlLedger, place: int
) -> None:
    """From some place on: every digest is right, and every link."""
    head, known, entries = ledger.head(), transactions(ledger), [*ledger.entries()]
    remove(ledger, *range(place, LENGTH + 1))
    last = entries[place - 2].digest if place > 1 else GENESIS
    for old in entries[place - 1 :]:
        new = attrs.evolve(old, payload=f"not {old.payload}", previous=last)
        new = attrs.evolve(new, digest=forged_digest(new))
        add(ledger, new)
        last = new.digest
    assert ledger.verify().length == LENGTH
    assert found_at(ledger, expect=head) == f"ledger entry {LENGTH}"
    assert found_at(ledger, known=known) == f"the transaction of key {place}"


def forged_digest(entry: LedgerEntry) -> str:
    fields = {name: getattr(entry, name) for name in COLUMNS if name != "digest"}
    return LedgerEntry(**fields).digest


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
    left = ledger.entries()
    next(left)
    assert isinstance(left, Iterator)
    del left
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
    with ExitStack() as stack:
        begun = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-W", "error", PROGRAM, url, name, str(THREADS), str(KEYS)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    cwd=ROOT,
                )
            )
            for name in names
        ]
        for process in begun:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in begun:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        printed = [process.communicate(timeout=PATIENCE)[0] for process in begun]
    assert [process.returncode for process in begun] == [0, 0]
    return [told for text in printed for told in json.loads(text)]


def test_of_two_processes_that_submit_at_once_each_key_is_there_once(url: str) -> None:
    """Some keys are the same, some are each thread's own: one chain, without a fork."""
    told = at_once(url, ["ada", "bob"])
    assert len(told) == 2 * THREADS
    everything = {key: each[key] for each in told for key in each}
    assert len(everything) == (2 * THREADS + 1) * KEYS
    assert [each for each in told if each.items() - everything.items()] == []
    with SqlStore.open(url) as store:
        assert transactions(store.ledger) == everything
        assert store.ledger.verify(known=everything).length == len(everything)
        with store._database.reading() as connection:
            previous = connection.scalars(select(table.c.previous)).all()
        assert len({*previous}) == len(everything)
