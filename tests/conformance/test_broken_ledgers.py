"""A ledger that breaks a promise fails its suite, and one that takes its time does not."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import count
from threading import Barrier, BrokenBarrierError, current_thread, main_thread
from types import SimpleNamespace

import attrs
import pytest

from mainstay.contest import GENESIS, Sighting
from mainstay.ports import FINAL, HasLedger
from mainstay.ports.ledger import other_payload, require_submittable
from mainstay.testing.conformance import LedgerConformance
from mainstay.testing.memory import MemoryLedger
from tests.conformance.failing import failures

submit, look_up = MemoryLedger.submit, MemoryLedger.look_up
NOT_FOUND = Sighting("not_found")
looks = count()


class Mined:
    """A chain as others have them: what is submitted waits for a block, and ids are its own."""

    def __init__(self) -> None:
        self.payloads: dict[str, str] = {}
        self.mined: dict[str, int] = {}
        self.height = 0

    def submit(self, key: str, payload: str) -> str:
        require_submittable(key, payload)
        if self.payloads.setdefault(key, payload) != payload:
            raise other_payload(key)
        return f"tx:{key}"

    def mine(self) -> None:
        self.height += 1
        self.mined |= {key: self.height for key in self.payloads if key not in self.mined}

    def look_up(self, transactions: Sequence[str]) -> Sequence[Sighting]:
        return [*map(self.sighting, transactions)]

    def sighting(self, transaction: str) -> Sighting:
        key = transaction.removeprefix("tx:")
        if key == transaction or key not in self.payloads:
            return NOT_FOUND
        if key not in self.mined:
            return Sighting("pending")
        return Sighting("confirmed", min(self.height - self.mined[key] + 1, FINAL))


class MinedConformance(LedgerConformance):
    def confirm(self, store: HasLedger) -> None:
        assert isinstance(store.ledger, Mined)
        store.ledger.mine()


def test_a_ledger_that_takes_its_time_passes() -> None:
    assert [*failures(MinedConformance, lambda: SimpleNamespace(ledger=Mined()))] == []


def test_one_that_never_confirms_does_not() -> None:
    assert [*failures(LedgerConformance, lambda: SimpleNamespace(ledger=Mined()))]


def new_each_time(ledger: MemoryLedger, key: str, payload: str) -> str:
    return submit(ledger, f"{key} {len(ledger._entries)}", payload)


def of_the_payload(ledger: MemoryLedger, key: str, payload: str) -> str:
    submit(ledger, key, payload)
    same = [entry for entry in ledger.entries() if entry.payload == payload]
    return same[0].digest


def in_place_of_it(ledger: MemoryLedger, key: str, payload: str) -> str:
    there = ledger._entries.get(key)
    if there is not None:
        ledger._entries[key] = attrs.evolve(there, payload=payload)
    return submit(ledger, key, payload)


def without_a_word(ledger: MemoryLedger, key: str, payload: str) -> str:
    require_submittable(key, payload)
    there = ledger._entries.get(key)
    return there.digest if there is not None else submit(ledger, key, payload)


def whatever_it_is(ledger: MemoryLedger, key: str, payload: str) -> str:
    return submit(ledger, escaped(key), escaped(payload))


def escaped(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0") or "nothing"


def regardless_of_case(ledger: MemoryLedger, key: str, payload: str) -> str:
    return submit(ledger, key.lower(), payload)


def composed(ledger: MemoryLedger, key: str, payload: str) -> str:
    return submit(ledger, unicodedata.normalize("NFC", key), payload)


def stripped(ledger: MemoryLedger, key: str, payload: str) -> str:
    return submit(ledger, key.strip() or key, payload)


def payloads_stripped(ledger: MemoryLedger, key: str, payload: str) -> str:
    return submit(ledger, key, payload.strip() or payload)


def composed_payloads(ledger: MemoryLedger, key: str, payload: str) -> str:
    return submit(ledger, key, unicodedata.normalize("NFC", payload))


def looked_for_first(ledger: MemoryLedger, key: str, payload: str) -> str:
    """Two threads that both find nothing under a key both add an entry."""
    require_submittable(key, payload)
    there = ledger._entries.get(key)
    if there is None:
        if current_thread() is not main_thread():
            with suppress(BrokenBarrierError):
                vars(ledger).setdefault("crowd", Barrier(2)).wait(1)
        there = ledger._add(key, payload)
    if there.payload != payload:
        raise other_payload(key)
    return there.digest


def known_ones_alone(ledger: MemoryLedger, transactions: Sequence[str]) -> Sequence[Sighting]:
    return [each for each in look_up(ledger, transactions) if each.seen != "not_found"]


def each_once(ledger: MemoryLedger, transactions: Sequence[str]) -> Sequence[Sighting]:
    return look_up(ledger, list(dict.fromkeys(transactions)))


def in_its_own_order(ledger: MemoryLedger, transactions: Sequence[str]) -> Sequence[Sighting]:
    return look_up(ledger, sorted(transactions))


def a_page_of_them(ledger: MemoryLedger, transactions: Sequence[str]) -> Sequence[Sighting]:
    return look_up(ledger, transactions[:1000])


def only_known_ones(ledger: MemoryLedger, transactions: Sequence[str]) -> Sequence[Sighting]:
    found = look_up(ledger, transactions)
    if NOT_FOUND in found:
        raise LookupError
    return found


def only_digests(ledger: MemoryLedger, transactions: Sequence[str]) -> Sequence[Sighting]:
    if any(len(each) != len(GENESIS) for each in transactions):
        raise ValueError
    return look_up(ledger, transactions)


def keys_too(ledger: MemoryLedger, transactions: Sequence[str]) -> Sequence[Sighting]:
    return look_up(
        ledger,
        [
            ledger._entries[each].digest if each in ledger._entries else each
            for each in transactions
        ],
    )


def anything(ledger: MemoryLedger, transactions: Sequence[str]) -> Sequence[Sighting]:
    return [
        Sighting("confirmed", 1) if each.seen == "not_found" else each
        for each in look_up(ledger, transactions)
    ]


def with_another_payload(ledger: MemoryLedger, transactions: Sequence[str]) -> Sequence[Sighting]:
    found = look_up(ledger, transactions)
    return [
        attrs.evolve(each, payload="another") if each.payload is not None else each
        for each in found
    ]


def with_the_last_payload(ledger: MemoryLedger, transactions: Sequence[str]) -> Sequence[Sighting]:
    found = look_up(ledger, transactions)
    return [
        attrs.evolve(each, payload=found[-1].payload) if each.payload is not None else each
        for each in found
    ]


def refused(ledger: MemoryLedger, transactions: Sequence[str]) -> Sequence[Sighting]:
    return [
        Sighting("failed") if each.seen == "confirmed" else each
        for each in look_up(ledger, transactions)
    ]


def confirmed_by_nobody(ledger: MemoryLedger, transactions: Sequence[str]) -> Sequence[Sighting]:
    return [
        attrs.evolve(each, confirmations=0) if each.seen == "confirmed" else each
        for each in look_up(ledger, transactions)
    ]


def ever_less(ledger: MemoryLedger, transactions: Sequence[str]) -> Sequence[Sighting]:
    left = FINAL - next(looks)
    return [
        attrs.evolve(each, confirmations=left) if each.seen == "confirmed" else each
        for each in look_up(ledger, transactions)
    ]


def more_than_final(ledger: MemoryLedger, transactions: Sequence[str]) -> Sequence[Sighting]:
    return [
        attrs.evolve(each, confirmations=FINAL + 1) if each.seen == "confirmed" else each
        for each in look_up(ledger, transactions)
    ]


BROKEN: Mapping[str, tuple[str, Callable[..., object]]] = {
    "each submission is another": ("submit", new_each_time),
    "equal payloads are one transaction": ("submit", of_the_payload),
    "the latest payload of a key stands": ("submit", in_place_of_it),
    "another payload is dropped without a word": ("submit", without_a_word),
    "any character is taken": ("submit", whatever_it_is),
    "keys are the same whatever their case": ("submit", regardless_of_case),
    "keys are composed": ("submit", composed),
    "keys lose their spaces": ("submit", stripped),
    "payloads lose their spaces": ("submit", payloads_stripped),
    "payloads are composed": ("submit", composed_payloads),
    "a look comes first": ("submit", looked_for_first),
    "unknown ones are left out": ("look_up", known_ones_alone),
    "each is there once": ("look_up", each_once),
    "they come in an order of their own": ("look_up", in_its_own_order),
    "only so many are looked up": ("look_up", a_page_of_them),
    "unknown ones are an error": ("look_up", only_known_ones),
    "what can't be an id is an error": ("look_up", only_digests),
    "keys are ids": ("look_up", keys_too),
    "anything is there": ("look_up", anything),
    "payloads are others": ("look_up", with_another_payload),
    "payloads are mixed up": ("look_up", with_the_last_payload),
    "what was accepted has failed": ("look_up", refused),
    "nobody confirms": ("look_up", confirmed_by_nobody),
    "confirmations go": ("look_up", ever_less),
    "more confirmations than final": ("look_up", more_than_final),
}


@pytest.mark.parametrize("promise", BROKEN)
def test_a_ledger_that_breaks_a_promise_is_caught(
    monkeypatch: pytest.MonkeyPatch, promise: str
) -> None:
    name, broken = BROKEN[promise]
    monkeypatch.setattr(MemoryLedger, name, broken)
    assert next(failures(LedgerConformance), None)


def test_one_that_breaks_none_is_not() -> None:
    assert [*failures(LedgerConformance)] == []
