"""Whatever is done to a chain is found, at its place: by the chain alone, or by what was noted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mainstay import ChainError
from mainstay.contest import ChainHead, LedgerEntry, verify_chain
from mainstay.testing import strategies

Chain = tuple[LedgerEntry, ...]
#: What becomes of each field when it is changed.
CHANGES: dict[str, Callable[[Any], object]] = {
    "sequence": lambda place: place + 1,
    "at": lambda at: at + timedelta(microseconds=1),
    "key": lambda key: key + " ",
    "payload": lambda payload: payload[:-1] + ("a" if payload[-1] != "a" else "b"),
    "previous": lambda digest: digest[:-1] + ("0" if digest[-1] != "0" else "1"),
    "digest": lambda digest: ("0" if digest[0] != "0" else "1") + digest[1:],
}
evolve: Any = attrs.evolve


def anew(entry: LedgerEntry, **changed: object) -> LedgerEntry:
    """Return an entry that was changed by somebody who can compute its digest."""
    return LedgerEntry(**{**attrs.asdict(entry), **changed, "digest": None})


def made_anew(entries: Sequence[LedgerEntry], since: int) -> list[LedgerEntry]:
    """Number and link the entries from a place on, as if they had been added so."""
    made = [*entries[:since]]
    for place, entry in enumerate(entries[since:], since + 1):
        before = made[-1].digest if made else ChainHead().digest
        made.append(anew(entry, sequence=place, previous=before))
    return made


def renumbered(entries: Sequence[LedgerEntry]) -> list[LedgerEntry]:
    return [evolve(entry, sequence=place) for place, entry in enumerate(entries, 1)]


def with_new_digests(entries: Sequence[LedgerEntry]) -> list[LedgerEntry]:
    return [anew(entry, sequence=place) for place, entry in enumerate(entries, 1)]


WAYS: list[Callable[[Sequence[LedgerEntry]], list[LedgerEntry]]] = [
    list,
    renumbered,
    with_new_digests,
]


def place_of_fault(entries: Sequence[LedgerEntry], **noted: Any) -> int:
    """The place that verifying a chain that is not whole names."""
    with pytest.raises(ChainError) as caught:
        verify_chain(entries, **noted)
    return int(caught.value.field.removeprefix("ledger entry "))


def drawn_place(data: st.DataObject, chain: Chain, after: int = 0) -> int:
    return data.draw(st.integers(after, len(chain) - 1))


def test_every_field_is_changed() -> None:
    assert CHANGES.keys() == {field.name for field in attrs.fields(LedgerEntry)}


@given(strategies.chains())
def test_a_chain_as_it_was_made_is_whole_and_had_each_of_its_heads(chain: Chain) -> None:
    known = {entry.key: entry.digest for entry in chain}
    for head in (ChainHead(), *(entry.head for entry in chain)):
        assert verify_chain(chain, known=known, expect=head) == chain[-1].head
    assert made_anew(chain, 0) == list(chain)


@pytest.mark.parametrize("field", CHANGES)
@given(strategies.chains())
def test_a_field_that_was_changed_is_found_where_it_is(field: str, chain: Chain) -> None:
    """Each of every entry."""
    for place, entry in enumerate(chain):
        changed = evolve(entry, **{field: CHANGES[field](getattr(entry, field))})
        assert place_of_fault([*chain[:place], changed, *chain[place + 1 :]]) == place + 1


@pytest.mark.parametrize("field", ["sequence", "previous"])
@given(strategies.chains())
def test_a_wrong_link_is_found_where_it_is_also_with_a_new_digest(field: str, chain: Chain) -> None:
    for place, entry in enumerate(chain):
        changed = anew(entry, **{field: CHANGES[field](getattr(entry, field))})
        assert place_of_fault([*chain[:place], changed, *chain[place + 1 :]]) == place + 1


@pytest.mark.parametrize("field", ["at", "key", "payload"])
@given(strategies.chains())
def test_what_was_changed_with_a_new_digest_is_found_by_the_next_entry(
    field: str, chain: Chain
) -> None:
    """In the last one, by what was noted."""
    for place, entry in enumerate(chain):
        changed = anew(entry, **{field: CHANGES[field](getattr(entry, field))})
        entries = [*chain[:place], changed, *chain[place + 1 :]]
        if place + 1 < len(chain):
            assert place_of_fault(entries) == place + 2
        else:
            assert verify_chain(entries) == changed.head
            assert place_of_fault(entries, expect=entry.head) == place + 1


@pytest.mark.parametrize("way", WAYS)
@given(strategies.chains(), st.data())
def test_an_entry_that_was_deleted_is_found(
    way: Callable[[Sequence[LedgerEntry]], list[LedgerEntry]], chain: Chain, data: st.DataObject
) -> None:
    assume(len(chain) > 1)
    place = data.draw(st.integers(0, len(chain) - 2))
    assert place_of_fault(way([*chain[:place], *chain[place + 1 :]])) == place + 1


@pytest.mark.parametrize("way", WAYS)
@given(strategies.chains(), st.data())
def test_entries_that_were_swapped_are_found(
    way: Callable[[Sequence[LedgerEntry]], list[LedgerEntry]], chain: Chain, data: st.DataObject
) -> None:
    assume(len(chain) > 1)
    later = drawn_place(data, chain, after=1)
    place = data.draw(st.integers(0, later - 1))
    swapped = [*chain]
    swapped[place], swapped[later] = swapped[later], swapped[place]
    assert place_of_fault(way(swapped)) == place + 1


@pytest.mark.parametrize("way", WAYS)
@given(strategies.chains(), st.data())
def test_an_entry_that_is_there_twice_is_found(
    way: Callable[[Sequence[LedgerEntry]], list[LedgerEntry]], chain: Chain, data: st.DataObject
) -> None:
    place = drawn_place(data, chain)
    assert place_of_fault(way([*chain[: place + 1], *chain[place:]])) == place + 2


@given(strategies.chains(), st.text(min_size=1), st.data())
def test_an_entry_that_was_put_in_is_found_by_the_next_one(
    chain: Chain, payload: str, data: st.DataObject
) -> None:
    """Itself it may be well made."""
    place = drawn_place(data, chain)
    more = anew(chain[place], key="more", payload=payload)
    entries = [*chain[:place], more, *chain[place:]]
    assert place_of_fault(entries) == place + 2
    assert place_of_fault(renumbered(entries)) == place + 2
    assert place_of_fault(with_new_digests(entries)) == place + 2


@given(strategies.chains(), st.data())
def test_a_tail_that_was_cut_is_found_only_by_what_was_noted(
    chain: Chain, data: st.DataObject
) -> None:
    kept, noted = drawn_place(data, chain), drawn_place(data, chain)
    cut, head = chain[:kept], chain[noted].head
    assert verify_chain(cut).length == kept
    if noted < kept:
        assert verify_chain(cut, expect=head, known={"it": head.digest}).length == kept
    else:
        assert place_of_fault(cut, expect=head) == kept + 1
        with pytest.raises(ChainError, match="the transaction of it is not among the entries"):
            verify_chain(cut, known={"it": head.digest})


@given(strategies.chains(), st.data())
def test_a_chain_that_was_made_anew_is_found_only_by_what_was_noted(
    chain: Chain, data: st.DataObject
) -> None:
    since, noted = drawn_place(data, chain), drawn_place(data, chain)
    other = anew(chain[since], payload=chain[since].payload + "0")
    forged = made_anew([*chain[:since], other, *chain[since + 1 :]], since)
    head = chain[noted].head
    assert verify_chain(forged).length == len(chain)
    if noted < since:
        assert verify_chain(forged, expect=head).length == len(chain)
    else:
        assert place_of_fault(forged, expect=head) == noted + 1
        with pytest.raises(ChainError, match="the transaction of it is not among the entries"):
            verify_chain(forged, known={"it": head.digest})


@given(strategies.chain_heads())
def test_a_head_is_read_as_it_was_written(head: ChainHead) -> None:
    assert ChainHead.parse(str(head)) == head
