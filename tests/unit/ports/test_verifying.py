"""Verifying contests: what was changed of cases, rewards or the chain is found, with its place."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest

from mainstay.contest import Case, ChainHead, LedgerEntry, Secret, commit
from mainstay.errors import ChainError, CommitmentError, MainstayError
from mainstay.jobs import close_now
from mainstay.ports import (
    KeptCase,
    OutboxEntry,
    VerifiedContests,
    verify_contests,
)
from mainstay.scheduling import PlainData
from mainstay.testing.memory import MemoryStore
from mainstay.testing.memory.outbox import _Kept
from tests.contested import DAY, NONCE, NOON, QUESTION, contested


def fault(store: MemoryStore, expect: ChainHead | None = None) -> MainstayError:
    with pytest.raises(MainstayError) as caught:
        verify_contests(store, expect=expect)
    return caught.value


def test_all_is_as_it_was() -> None:
    """A reward for each of two users; a draft whose commitment is not published yet is fine."""
    store = contested()
    head = store.ledger.head()
    assert verify_contests(store) == VerifiedContests(3, 2, 2, head)
    assert head.length == 4


def test_nothing_is_as_it_was_too() -> None:
    assert verify_contests(MemoryStore()) == VerifiedContests(0, 0, 0, ChainHead())


def test_a_reward_that_is_not_submitted_yet_is_fine() -> None:
    store = contested()
    close_now(store.contests, "case-0002", now=NOON + DAY)
    assert verify_contests(store).rewards == 2


def test_a_head_that_was_noted_must_still_be_there() -> None:
    store = contested()
    noted = store.ledger.head()
    store.ledger.submit("more", "of it")
    assert verify_contests(store, expect=noted).head.length == noted.length + 1
    other = attrs.evolve(noted, digest="ab" * 32)
    assert fault(store, other).field == "ledger entry 4"
    assert fault(store, attrs.evolve(noted, length=9)).field == "ledger entry 6"


def change_case(store: MemoryStore, case_id: str, change: Callable[[KeptCase], KeptCase]) -> None:
    there = store.contests._contests[case_id]
    store.contests._put(attrs.evolve(there, kept=change(there.kept)))


def with_secret(kept: KeptCase, secret: Secret) -> KeptCase:
    assert kept.outcome is not None
    return attrs.evolve(kept, outcome=attrs.evolve(kept.outcome, secret=secret))


@pytest.mark.parametrize(
    "change",
    [
        lambda kept: with_secret(kept, Secret("yes", NONCE)),
        lambda kept: with_secret(kept, Secret("no", bytes(32))),
        lambda kept: attrs.evolve(kept, case=attrs.evolve(kept.case, question="May she?")),
        lambda kept: attrs.evolve(kept, case=attrs.evolve(kept.case, sides=["no", "yes"])),
        lambda kept: attrs.evolve(kept, digest="ab" * 32),
    ],
)
def test_a_changed_closed_case_is_found(change: Callable[[KeptCase], KeptCase]) -> None:
    store = contested()
    change_case(store, "case-0001", change)
    error = fault(store)
    assert isinstance(error, CommitmentError)
    assert (error.problem, error.value) == ("is not opened by its secret", "case-0001")


def test_another_commitment_together_with_its_own_secret_is_found() -> None:
    """The case and its secret fit, but the ledger has what was committed to."""
    store = contested()
    case = Case("case-0001", QUESTION, ["yes", "no"])
    forged, secret = commit(case, "yes", NONCE)
    change_case(
        store,
        "case-0001",
        lambda kept: with_secret(attrs.evolve(kept, digest=forged.digest), secret),
    )
    error = fault(store)
    assert isinstance(error, ChainError)
    assert error.field == "the commitment of case 'case-0001'"
    assert error.problem.startswith("is not what ledger entry ")


def test_a_changed_digest_of_an_open_case_is_found() -> None:
    store = contested()
    change_case(store, "case-0002", lambda kept: attrs.evolve(kept, digest="ab" * 32))
    assert fault(store).field == "the commitment of case 'case-0002'"


def test_a_deleted_case_is_found() -> None:
    store = contested()
    store.contests._contests = {
        key: each for key, each in store.contests._contests.items() if key != "case-0002"
    }
    error = fault(store)
    assert (error.field, error.problem) == (
        "the commitment of case 'case-0002'",
        "is not to a case that is there",
    )


def change_entry(
    store: MemoryStore, kind: str, change: Callable[[OutboxEntry], OutboxEntry]
) -> str:
    """Change the first entry of a kind in the outbox, and return its key."""
    (entry,) = store.outbox.entries(kind, limit=1)
    store.outbox._kept[entry.key] = _Kept(change(entry))
    return entry.key


def with_payload(entry: OutboxEntry, **payload: object) -> OutboxEntry:
    return attrs.evolve(entry, payload=PlainData({**entry.payload, **payload}))


def with_transaction(entry: OutboxEntry, transaction: str) -> OutboxEntry:
    return attrs.evolve(
        entry, result=PlainData({**(entry.result or {}), "transaction": transaction})
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: with_payload(entry, amount=999),
        lambda entry: with_payload(entry, nonce="00"),
        lambda entry: with_transaction(entry, "ab" * 32),
    ],
)
def test_a_changed_reward_is_found(change: Callable[[OutboxEntry], OutboxEntry]) -> None:
    store = contested()
    key = change_entry(store, "reward", change)
    error = fault(store)
    assert isinstance(error, ChainError)
    assert error.field == f"reward {key!r}"


def test_a_commitment_whose_noted_transaction_is_another_is_found() -> None:
    store = contested()
    (reward,) = store.outbox.entries("reward", limit=1)
    transaction = str((reward.result or PlainData())["transaction"])
    change_entry(store, "commitment", lambda one: with_transaction(one, transaction))
    assert "and not the one that was noted" in fault(store).problem


def cut(store: MemoryStore, length: int) -> None:
    """Cut the chain's tail, so that the rest is whole."""
    kept = [*store.ledger._entries.items()][:length]
    store.ledger._entries = dict(kept)


def test_a_tail_that_was_cut_is_found_by_what_was_paid_on_it() -> None:
    store = contested()
    lost = [*store.ledger.entries()][3].key
    cut(store, 3)
    error = fault(store)
    assert (error.problem, error.value) == ("is not on the ledger", lost)


def test_a_case_that_is_open_is_on_the_ledger_even_if_the_outbox_forgets() -> None:
    """Entries of the outbox may be pruned; the case itself says that it was published."""
    store = contested()
    del store.outbox._kept["verdict:case-0002"]
    assert verify_contests(store).commitments == 1
    cut(store, 1)
    error = fault(store)
    assert (error.field, error.problem) == (
        "the commitment of case 'case-0002'",
        "is not on the ledger",
    )


def test_a_changed_entry_of_the_chain_is_found_first() -> None:
    store = contested()
    keys = [*store.ledger._entries]
    entry: LedgerEntry = store.ledger._entries[keys[2]]
    store.ledger._entries[keys[2]] = attrs.evolve(entry, payload="other")
    assert fault(store).field == "ledger entry 3"


def test_progress_is_told() -> None:
    store, told = MemoryStore(), list[int]()
    for number in range(1500):
        store.ledger.submit(f"{number}", "x")
    verify_contests(store, progress=told.append)
    assert told == [1000]
