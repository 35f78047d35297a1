"""A chain of entries: the vector of the contract, the bytes by hand, and faults by place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import attrs
import pytest

from mainstay import ChainError, InvalidTypeError, InvalidValueError, NaiveDatetimeError
from mainstay.contest import GENESIS, ChainHead, LedgerEntry, verify_chain

COMMITTED = "ace3002d650807500bae56a6d30bc9255366beee916f794d6b822c145da0e211"
DIGEST = "14d1b455a3484e451fec9d4d6bd44e11d5d779296316f328c21932d0cb16d9ca"
MIDNIGHT = datetime(2024, 5, 1, tzinfo=UTC)
FIRST = LedgerEntry(
    sequence=1, at=MIDNIGHT, key="verdict:case-0001", payload=COMMITTED, previous=GENESIS
)
#: The vector of the contract, written out.
WRITTEN = (
    '{"at":"2024-05-01T00:00:00.000000Z","domain":"mainstay.ledger.v1",'
    f'"key":"verdict:case-0001","payload":"{COMMITTED}",'
    f'"previous":"{"0" * 64}","sequence":"1"}}'
)
evolve: Any = attrs.evolve
any_verify: Any = verify_chain


def test_the_vector_of_the_contract() -> None:
    assert FIRST.canonical() == WRITTEN.encode()
    assert FIRST.digest == DIGEST == sha256(WRITTEN.encode()).hexdigest()
    assert FIRST.is_intact
    assert FIRST.head == ChainHead(1, DIGEST)


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (
            datetime(2024, 5, 1, 2, tzinfo=timezone(timedelta(hours=2))),
            "2024-05-01T00:00:00.000000Z",
        ),
        (datetime(2024, 5, 1, microsecond=250, tzinfo=UTC), "2024-05-01T00:00:00.000250Z"),
        (datetime(987, 5, 1, 23, 59, 59, tzinfo=UTC), "0987-05-01T23:59:59.000000Z"),
    ],
)
def test_an_instant_is_written_in_one_way(at: datetime, written: str) -> None:
    expected = WRITTEN.replace("2024-05-01T00:00:00.000000Z", written).encode()
    assert attrs.evolve(FIRST, at=at).canonical() == expected


def test_a_digest_that_is_given_is_kept() -> None:
    """So that what was changed can be read, and found."""
    changed = attrs.evolve(FIRST, payload="other")
    assert changed.digest == DIGEST
    assert not changed.is_intact


def chain(length: int, payload: str = "") -> list[LedgerEntry]:
    """A chain of so many entries; with a payload, all but the first two are of another chain."""
    entries: list[LedgerEntry] = []
    head = ChainHead()
    for place in range(1, length + 1):
        entries.append(
            LedgerEntry(
                sequence=place,
                at=MIDNIGHT + timedelta(minutes=place),
                key=f"key-{place}",
                payload=payload if payload and place > 2 else f"payload-{place}",
                previous=head.digest,
            )
        )
        head = entries[-1].head
    return entries


WHOLE = chain(5)
ONE, TWO, THREE, FOUR, FIVE = WHOLE
HEAD = FIVE.head


def anew(entry: LedgerEntry, **changed: object) -> LedgerEntry:
    """Return an entry that was changed by somebody who can compute its digest."""
    fields: dict[str, Any] = attrs.asdict(entry) | changed
    del fields["digest"]
    return LedgerEntry(**fields)


def test_a_whole_chain_has_a_head() -> None:
    assert verify_chain(WHOLE) == HEAD == ChainHead(5, FIVE.digest)
    assert verify_chain(iter(WHOLE[:2])) == TWO.head
    assert verify_chain([]) == ChainHead()


MISSING = "is missing"
CHANGED = "is not what it was"
UNLINKED = "does not follow the one before"


@pytest.mark.parametrize(
    ("entries", "place", "problem"),
    [
        # Deleted: as it was, with the rest renumbered, and with new digests.
        (WHOLE[1:], 1, MISSING),
        ([ONE, TWO, FOUR, FIVE], 3, MISSING),
        ([ONE, TWO, evolve(FOUR, sequence=3), evolve(FIVE, sequence=4)], 3, CHANGED),
        ([ONE, TWO, anew(FOUR, sequence=3), anew(FIVE, sequence=4)], 3, UNLINKED),
        ([anew(TWO, sequence=1)], 1, UNLINKED),
        # Swapped.
        ([ONE, THREE, TWO, FOUR, FIVE], 2, MISSING),
        ([ONE, evolve(THREE, sequence=2), evolve(TWO, sequence=3), FOUR, FIVE], 2, CHANGED),
        ([ONE, anew(THREE, sequence=2), anew(TWO, sequence=3), FOUR, FIVE], 2, UNLINKED),
        # Doubled, and inserted.
        ([ONE, ONE, TWO], 2, MISSING),
        ([ONE, TWO, anew(THREE, key="more"), THREE, FOUR, FIVE], 4, MISSING),
        ([ONE, TWO, anew(THREE, key="more"), anew(THREE, sequence=4)], 4, UNLINKED),
        # Put in the place of another.
        ([ONE, TWO, anew(THREE, payload="other"), FOUR, FIVE], 4, UNLINKED),
        ([ONE, TWO, anew(THREE, previous=ONE.digest), FOUR, FIVE], 3, UNLINKED),
        ([anew(ONE, previous=TWO.digest)], 1, UNLINKED),
        ([ONE, TWO, evolve(THREE, digest=FOUR.digest), FOUR, FIVE], 3, CHANGED),
    ],
)
def test_the_first_entry_that_is_wrong_is_named(
    entries: list[LedgerEntry], place: int, problem: str
) -> None:
    with pytest.raises(ChainError) as caught:
        verify_chain(entries)
    assert (caught.value.field, caught.value.problem) == (f"ledger entry {place}", problem)
    assert caught.value.value == entries[place - 1].key


def test_the_error_says_what_was_found() -> None:
    with pytest.raises(ChainError) as caught:
        verify_chain([ONE, evolve(TWO, payload="other")])
    assert str(caught.value) == (
        "ledger entry 2 is not what it was, got 'key-2'. Its digest is not that of what it holds."
    )


def test_a_tail_that_was_cut_is_found_by_a_head_noted_earlier() -> None:
    assert verify_chain(WHOLE[:3]) == THREE.head
    with pytest.raises(ChainError) as caught:
        verify_chain(WHOLE[:3], expect=HEAD)
    assert str(caught.value) == (
        "ledger entry 4 is missing: the chain ends with 3. It had 5 once: its tail was cut off."
    )
    with pytest.raises(ChainError, match="ledger entry 1 is missing: the chain ends with 0"):
        verify_chain([], expect=ONE.head)


def test_a_tail_that_was_cut_is_found_by_a_transaction_that_is_known() -> None:
    known = {"reward:a": TWO.digest, "reward:b": FIVE.digest}
    assert verify_chain(WHOLE, known=known) == HEAD
    with pytest.raises(ChainError) as caught:
        verify_chain(WHOLE[:4], known=known)
    assert str(caught.value) == (
        f"the transaction of reward:b is not among the entries, got '{FIVE.digest}'. "
        "The chain was replaced, or its tail was cut off."
    )


def test_a_chain_that_was_made_anew_is_found_by_a_head_noted_earlier() -> None:
    forged = chain(7, "forged")
    assert verify_chain(forged).length == 7
    assert verify_chain(forged, expect=TWO.head).length == 7
    with pytest.raises(ChainError) as caught:
        verify_chain(forged, expect=FOUR.head)
    assert str(caught.value) == (
        f"ledger entry 4 is not the one that was noted, got '{forged[3].digest}'. "
        "The chain was replaced from it on, or from an earlier one."
    )
    with pytest.raises(ChainError, match="the transaction of c is not among the entries"):
        verify_chain(forged, known={"c": THREE.digest})


@pytest.mark.parametrize("noted", [ChainHead(), *(entry.head for entry in WHOLE)])
def test_a_chain_that_has_grown_has_the_heads_that_it_had(noted: ChainHead) -> None:
    assert verify_chain(WHOLE, expect=noted) == HEAD


def test_a_head_is_written_as_a_length_and_a_digest() -> None:
    assert str(ChainHead(1, DIGEST)) == f"1:{DIGEST}"
    assert str(ChainHead()) == "0:" + "0" * 64
    for head in (ChainHead(), ChainHead(1, DIGEST), ChainHead(10**17, DIGEST)):
        assert ChainHead.parse(str(head)) == head


@pytest.mark.parametrize(
    "text",
    [
        DIGEST,
        f":{DIGEST}",
        f"-1:{DIGEST}",
        f"1.0:{DIGEST}",
        f"²:{DIGEST}",
        f"١:{DIGEST}",
        f"1:{DIGEST[1:]}",
        f"1:{DIGEST.upper()}",
        f"1:{DIGEST}\n",
        f" 1:{DIGEST}",
        f"1:2:{DIGEST}",
        f"{'9' * 5000}:{DIGEST}",
    ],
)
def test_what_is_not_a_head_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        ChainHead.parse(text)
    assert (caught.value.field, caught.value.value) == ("head", text)
    assert caught.value.problem == "must be N:HASH, a length and 64 hex digits in lower case"


def test_a_chain_without_entries_has_no_digest() -> None:
    with pytest.raises(InvalidValueError) as caught:
        ChainHead.parse(f"0:{DIGEST}")
    assert str(caught.value) == (
        f"digest must be 64 zeros of a chain without entries, got '{DIGEST}'. "
        "ChainHead() is the head of such a chain."
    )


HEX = "must be 64 hex digits in lower case"


@pytest.mark.parametrize(
    ("call", "field", "problem"),
    [
        (lambda: anew(ONE, sequence=0), "sequence", "must be at least 1"),
        (lambda: anew(ONE, sequence="1"), "sequence", "must be an integer"),
        (lambda: anew(ONE, at="noon"), "at", "must be an aware datetime"),
        (lambda: anew(ONE, key=""), "key", "must not be empty"),
        (lambda: anew(ONE, key=7), "key", "must be a string"),
        (lambda: anew(ONE, payload=b"x"), "payload", "must be a string"),
        (lambda: anew(ONE, payload="\ud800"), "payload", "must not hold a lone surrogate"),
        (lambda: anew(ONE, previous="0"), "previous", HEX),
        (lambda: anew(ONE, previous=None), "previous", "must be a string"),
        (lambda: evolve(ONE, digest=""), "digest", "must not be empty"),
        (lambda: evolve(ONE, digest=DIGEST.upper()), "digest", HEX),
        (lambda: ChainHead(-1, DIGEST), "length", "must be at least 0"),
        (lambda: ChainHead(1, "x"), "digest", HEX),
        (lambda: verify_chain([], known={"a": "x"}), "known['a']", HEX),
    ],
)
def test_what_cannot_be_is_refused(call: Callable[[], object], field: str, problem: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        call()
    assert (caught.value.field, caught.value.problem) == (field, problem)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(NaiveDatetimeError):
        anew(ONE, at=MIDNIGHT.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"entries": ONE}, "entries"),
        ({"entries": ["x"]}, "entries"),
        ({"known": [DIGEST]}, "known"),
        ({"expect": f"1:{DIGEST}"}, "expect"),
    ],
)
def test_what_is_of_another_type_is_refused(given: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidTypeError) as caught:
        any_verify(**({"entries": WHOLE} | given))
    assert caught.value.field == field
