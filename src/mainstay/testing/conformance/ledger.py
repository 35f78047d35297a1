"""What every :class:`mainstay.ports.Ledger` must do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from mainstay.contest import Sighting
from mainstay.errors import InvalidValueError, RejectedError
from mainstay.ports import FINAL, HasLedger
from mainstay.testing.conformance._activity import CODE_POINTS
from mainstay.testing.conformance._expect import expect, raised, together
from mainstay.testing.conformance._suite import Suite

__all__ = ["LedgerConformance"]

_DIGEST = "ace3002d650807500bae56a6d30bc9255366beee916f794d6b822c145da0e211"
_UNKNOWN = (_DIGEST, "0", "né 🙂 '\"", "a\0b", "\ud800", "x" * 10_000)
_AT_ONCE = 16


def _seen(store: HasLedger, transactions: Sequence[str]) -> list[str]:
    return [sighting.seen for sighting in store.ledger.look_up(transactions)]


def _submitted_or_rejected(store: HasLedger, key: str, payload: str) -> str | None:
    try:
        return store.ledger.submit(key, payload)
    except RejectedError:
        return None


class LedgerConformance(Suite[HasLedger]):
    """Tests of a ledger: give them an empty one as ``store``.

    Each is one promise of :class:`mainstay.ports.Ledger`, in the words of its docstrings. A
    ledger may take its time to confirm: :meth:`confirm` is where a test makes it do so.

    Examples:
        >>> from types import SimpleNamespace
        >>> from mainstay.testing.memory import MemoryLedger
        >>> ledger, numbers = MemoryLedger(), iter(range(10))
        >>> ledger.submit = lambda key, payload: f"{next(numbers)}"  # each time another transaction
        >>> test = LedgerConformance().test_the_same_again_is_the_same_transaction
        >>> test(SimpleNamespace(ledger=ledger))
        Traceback (most recent call last):
            ...
        AssertionError: at once
        expected: '0'
        found:    '1'
    """

    def confirm(self, store: HasLedger) -> None:
        """Have the ledger confirm all that was submitted, once more; override it if need be.

        A chain that the test runs mines a block here. A ledger that confirms at once does nothing.
        """

    def test_the_same_again_is_the_same_transaction(self, store: HasLedger) -> None:
        """``submit``: "Submitting the same again is harmless"; "it returns the same id"."""
        first = store.ledger.submit("verdict:case-0001", _DIGEST)
        expect(store.ledger.submit("verdict:case-0001", _DIGEST), first, "at once")
        store.ledger.submit("verdict:case-0002", _DIGEST)
        self.confirm(store)
        expect(store.ledger.submit("verdict:case-0001", _DIGEST), first, "and once confirmed")
        expect(_seen(store, [first]), ["confirmed"], "which it stays")

    def test_each_key_has_a_transaction_of_its_own(self, store: HasLedger) -> None:
        """``submit``: "not empty, and another for each key", "compared by code point"."""
        keys = [*CODE_POINTS, "a", " a", "a ", "A", "'\"\\ ;--\n%", "x" * 500]
        ids = [store.ledger.submit(key, _DIGEST) for key in keys]
        expect(len({*ids}), len(keys), "equal payloads under different keys are apart")
        expect([each for each in ids if not each], [], "no id is empty")
        expect([store.ledger.submit(key, _DIGEST) for key in keys], ids, "each key finds its own")

    def test_another_payload_is_rejected_and_the_first_stays(self, store: HasLedger) -> None:
        """``submit``: rejected if "the key is there with another payload, which stays"."""
        first = store.ledger.submit("a", "é")
        others = ("e\u0301", "É", "é ", "b")
        for other in others:
            raised(RejectedError, partial(store.ledger.submit, "a", other), "it is another text")
        self.confirm(store)
        for other in others:
            raised(RejectedError, partial(store.ledger.submit, "a", other), "also once confirmed")
        expect(store.ledger.submit("a", "é"), first, "the first stays")
        (sighting,) = store.ledger.look_up([first])
        expect(sighting.payload in {None, "é"}, True, "with its payload")

    def test_what_no_ledger_takes_is_rejected(self, store: HasLedger) -> None:
        """``submit``: rejected if "a text holds a NUL character or a lone surrogate"."""
        for bad in ("a\0b", "\0", "\ud800", "a\udfff"):
            raised(RejectedError, partial(store.ledger.submit, bad, "b"), "as a key")
            raised(RejectedError, partial(store.ledger.submit, "b", bad), "as a payload")
        for key, payload in (("", "b"), ("b", "")):
            raised(InvalidValueError, partial(store.ledger.submit, key, payload), "it is empty")
        store.ledger.submit("b", "c")  # nothing is there under that key

    def test_what_is_submitted_is_seen_and_confirmed(self, store: HasLedger) -> None:
        """``look_up``: it is ``"confirmed"`` in the end, and has "more ``confirmations``" then."""
        payload = "Zoë 🙂 '\"\\ ;--\n%"
        transaction = store.ledger.submit("a", payload)
        self._expect_honest(store, transaction, payload)
        self.confirm(store)
        first = self._expect_honest(store, transaction, payload)
        expect(first.seen, "confirmed", "it is confirmed")
        expect(first.confirmations > 0, True, "at least once")
        self.confirm(store)
        again = self._expect_honest(store, transaction, payload)
        expect(again.confirmations >= first.confirmations, True, "nothing takes it back here")

    def _expect_honest(self, store: HasLedger, transaction: str, payload: str) -> Sighting:
        """Require that a sighting says nothing wrong of what was submitted, and return it."""
        (sighting,) = store.ledger.look_up([transaction])
        expect(sighting.seen == "failed", False, "the ledger has accepted it")
        expect(sighting.payload in {None, payload}, True, "the payload is that, or left out")
        expect(sighting.confirmations <= FINAL, True, "nothing is more than final")
        return sighting

    def test_each_is_looked_up_in_its_place(self, store: HasLedger) -> None:
        """``look_up``: "one sighting for each, in their order"."""
        ids = {key: store.ledger.submit(key, f"payload of {key}") for key in "abc"}
        self.confirm(store)
        asked = [ids["c"], _UNKNOWN[0], ids["a"], ids["c"], _UNKNOWN[0], ids["b"]]
        found = store.ledger.look_up(asked)
        seen = ["confirmed", "not_found", "confirmed", "confirmed", "not_found", "confirmed"]
        expect([sighting.seen for sighting in found], seen, "in the order asked for")
        for place, key in {0: "c", 2: "a", 3: "c", 5: "b"}.items():
            said = {None, f"payload of {key}"}
            expect(found[place].payload in said, True, f"the payload of {key}, if any")

    def test_many_are_looked_up_at_once(self, store: HasLedger) -> None:
        """``look_up``: "one sighting for each", however many there are."""
        ids = [store.ledger.submit(f"key {number}", _DIGEST) for number in range(150)]
        self.confirm(store)
        expect(_seen(store, ids * 10), ["confirmed"] * 1500, "all of them, each ten times")

    def test_what_is_unknown_is_not_found(self, store: HasLedger) -> None:
        """``look_up``: ``"not_found"``, "also one whose id can't be one of its ids"."""
        expect(list(store.ledger.look_up([])), [], "nothing is asked for")
        expect(_seen(store, _UNKNOWN), ["not_found"] * len(_UNKNOWN), "on an empty ledger")
        store.ledger.submit("a", _DIGEST)
        self.confirm(store)
        expect(_seen(store, _UNKNOWN), ["not_found"] * len(_UNKNOWN), "on one with something")
        expect(_seen(store, ["a"]), ["not_found"], "a key is not an id")

    def test_the_same_submitted_at_once_is_one_transaction(self, store: HasLedger) -> None:
        """``submit``: "harmless, however often, by however many at once"."""
        keys = [f"key {number}" for number in range(10)]

        def submit_all(order: Sequence[str]) -> dict[str, str]:
            return {key: store.ledger.submit(key, _DIGEST) for key in order}

        calls: list[Callable[[], dict[str, str]]] = [
            partial(submit_all, order) for order in (keys, keys[::-1]) * (_AT_ONCE // 2)
        ]
        first, *others = together(*calls)
        expect([each for each in others if each != first], [], "everybody is told the same ids")
        expect(len({*first.values()}), len(keys), "another for each key")
        self.confirm(store)
        ids = [first[key] for key in keys]
        expect(_seen(store, ids), ["confirmed"] * len(keys), "all of them are there")

    def test_of_several_payloads_at_once_one_is_there(self, store: HasLedger) -> None:
        """``submit``: "A key stands for one text, and has one transaction"."""
        payloads = [f"payload {number}" for number in range(_AT_ONCE)]
        told = together(*(partial(_submitted_or_rejected, store, "a", each) for each in payloads))
        accepted = [both for both in zip(payloads, told, strict=True) if both[1] is not None]
        expect(len(accepted), 1, "one is accepted, and the others are rejected")
        payload = accepted[0][0]
        transaction = store.ledger.submit("a", payload)
        expect(transaction, accepted[0][1], "it has that one's id")
        self.confirm(store)
        expect(self._expect_honest(store, transaction, payload).seen, "confirmed", "that one")
