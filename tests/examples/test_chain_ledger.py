"""A chain as a ledger, over a node that is slow, away, or says what makes no sense."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import attrs
import pytest

from chain_ledger import ChainLedger, NodeError
from json_service import JsonService
from mainstay import InvalidValueError, RejectedError
from mainstay.contest import Seen, Sighting
from mainstay.ports import FINAL
from mainstay.testing.conformance import LedgerConformance
from tests.chains import Chain
from tests.stand_ins import Asked, Reply, StandIn, fails, hang_up, hold, nobody, stand_in

SCRIPT = Path(__file__).parents[2] / "examples" / "chain_ledger.py"
DIGEST = "ace3002d650807500bae56a6d30bc9255366beee916f794d6b822c145da0e211"
ID, OTHER, UNKNOWN = (f"0x{digit * 64}" for digit in "123")


@attrs.frozen
class OnChain:
    """What has a ledger: a chain behind a node."""

    chain: Chain
    node: StandIn
    ledger: ChainLedger
    waits: list[float]

    def seen(self, *transactions: str) -> list[Sighting]:
        return [*self.ledger.look_up(transactions)]

    def with_node(self, **changed: Any) -> ChainLedger:
        """Return a ledger whose calls differ in something."""
        return ChainLedger(attrs.evolve(self.ledger.node, **changed))


@pytest.fixture(name="store")
def _store() -> Iterator[OnChain]:
    with stand_in() as node:
        chain, waits = Chain(), list[float]()
        node.answer = chain.answer
        service = JsonService(url=node.url, waits=(1, 2), sleep=waits.append)
        yield OnChain(chain, node, ChainLedger(service), waits)


class TestLedger(LedgerConformance):
    """What every ledger must do, this one does, too."""

    def confirm(self, store: Any) -> None:
        store.chain.mine()


def test_what_becomes_of_a_transaction_is_seen(store: OnChain) -> None:
    kept, refused = (store.ledger.submit(key, DIGEST) for key in "ab")
    assert store.seen(kept, refused) == [Sighting("pending", payload=DIGEST)] * 2
    store.chain.refused = {refused}
    store.chain.mine(3)
    assert store.seen(refused, UNKNOWN, kept) == [
        Sighting("failed", payload=DIGEST),
        Sighting("not_found"),
        Sighting("confirmed", 3, DIGEST),
    ]
    store.chain.reorganise(3)
    assert store.seen(kept) == [Sighting("pending", payload=DIGEST)]
    store.chain.forget()
    assert store.seen(kept) == [Sighting("not_found")]


def test_a_node_is_asked_about_100_at_once_and_about_each_once(store: OnChain) -> None:
    ids = [f"0x{number:064x}" for number in range(250)]
    assert store.seen(*ids, *ids) == [Sighting("not_found")] * 500
    assert [asked.body["params"]["ids"] for asked in store.node.asked] == [
        ids[:100],
        ids[100:200],
        ids[200:],
    ]


def test_a_node_is_not_asked_about_what_can_not_be_an_id(store: OnChain) -> None:
    assert store.seen("a", ID.upper(), f"{ID}\n", f" {ID}") == [Sighting("not_found")] * 4
    assert store.seen() == []
    assert store.node.asked == []


def test_what_the_node_does_not_tell_is_left_out(store: OnChain) -> None:
    store.node.answer = result([{"id": ID, "state": "included", "confirmations": FINAL}])
    assert store.seen(ID) == [Sighting("confirmed", FINAL)]
    store.node.answer = result([{"id": ID, "state": "pending", "payload": None}])
    assert store.seen(ID) == [Sighting("pending")]


def test_a_submission_whose_answer_was_lost_is_one_transaction(store: OnChain) -> None:
    """The node has accepted it, and the line is cut; the same is sent again."""

    def accept(asked: Asked) -> None:
        store.chain.answer(asked)
        hang_up(asked)

    store.node.script = [accept]
    transaction = store.ledger.submit("a", DIGEST)
    assert store.waits == [1]
    assert [asked.body["params"]["key"] for asked in store.node.asked] == ["a", "a"]
    assert [*store.chain.keys] == [transaction]


def test_a_submission_that_took_too_long_is_one_transaction(store: OnChain) -> None:
    """The node accepts it each time, and is too slow to say so; later it is asked again."""

    def accept(asked: Asked) -> Reply:
        store.chain.answer(asked)
        return hold(asked)

    store.node.answer = accept
    with pytest.raises(TimeoutError):
        store.with_node(timeout=0.05).submit("a", DIGEST)
    assert store.waits == [1, 2]
    store.node.answer = store.chain.answer
    assert [store.ledger.submit("a", DIGEST)] == [*store.chain.keys]


def test_a_node_that_is_busy_is_asked_again(store: OnChain) -> None:
    store.node.script = [fails(503), fails(429, Retry_After="4")]
    transaction = store.ledger.submit("a", DIGEST)
    store.node.script = [fails(502)]
    assert store.seen(transaction) == [Sighting("pending", payload=DIGEST)]
    assert store.waits == [1, 4, 1]


def test_a_node_that_is_too_slow_says_nothing(store: OnChain) -> None:
    transaction = store.ledger.submit("a", DIGEST)
    store.node.answer = hold
    with pytest.raises(TimeoutError):
        store.with_node(timeout=0.05).look_up([transaction])


def test_a_node_that_is_down_says_nothing(store: OnChain) -> None:
    with nobody() as url:
        down = store.with_node(url=url)
        for call in (partial(down.submit, "a", DIGEST), partial(down.look_up, [ID])):
            with pytest.raises(ConnectionRefusedError):
                call()


def test_what_the_node_can_not_do_is_an_error(store: OnChain) -> None:
    """Only for another payload it is rejected: a commitment would be contradicted by that."""
    error = {"code": -32603, "message": "out of funds" + "!" * 1000}
    store.node.answer = lambda asked: Reply.json({"id": asked.body["id"], "error": error})
    for call in (partial(store.ledger.submit, "a", DIGEST), partial(store.ledger.look_up, [ID])):
        with pytest.raises(NodeError, match=r"error -32603: out of funds!{188}$"):
            call()
    assert len(store.node.asked) == 2


def test_another_payload_is_rejected(store: OnChain) -> None:
    store.ledger.submit("a", DIGEST)
    with pytest.raises(RejectedError, match="is there already, with another payload, got 'a'"):
        store.ledger.submit("a", "b")


def result(value: object) -> Callable[[Asked], Reply]:
    """Return what answers the very call with this result."""
    return lambda asked: Reply.json({"jsonrpc": "2.0", "id": asked.body["id"], "result": value})


def envelope(**values: object) -> Callable[[Asked], Reply]:
    """Return what answers with these values, and the call's id if it is not among them."""
    return lambda asked: Reply.json({"id": asked.body["id"], **values})


NO_ANSWER = {
    "not JSON": lambda _: Reply(b"<html>"),
    "nothing": lambda _: Reply(),
    "null": lambda _: Reply.json(None),
    "a list": lambda asked: Reply.json([{"id": asked.body["id"], "result": {"id": ID}}]),
    "no result": envelope(),
    "the answer to another call": envelope(id="1", result={"id": ID}),
    "the answer to no call": envelope(id=None, result={"id": ID}),
    "the error of another call": envelope(id="1", error={"code": -32009, "message": "no"}),
    "an error without a code": envelope(error={"message": "no"}),
    "an error of another type": envelope(error="no"),
    "forbidden": fails(403),
    "another place": fails(308, Location="http://127.0.0.1:9/"),
}
NO_ID = {
    "null": None,
    "a text": ID,
    "a list": [ID],
    "nothing": {},
    "a number": {"id": 7},
    "an empty id": {"id": ""},
    "the key": {"id": "a"},
    "a short id": {"id": ID[:-1]},
    "a long id": {"id": f"{ID}1"},
    "a line": {"id": f"{ID}\n"},
    "upper case": {"id": f"0x{'A' * 64}"},
}
PENDING = {"id": ID, "state": "pending"}
SECOND = {"id": OTHER, "state": "pending"}
INCLUDED = {"id": ID, "state": "included", "confirmations": 1}
NO_SIGHTINGS = {
    "null": None,
    "an object": {"0": PENDING, "1": SECOND},
    "a text": "ab",
    "none": [],
    "one": [PENDING],
    "three": [PENDING, SECOND, None],
    "in another order": [SECOND, PENDING],
    "one twice": [PENDING, PENDING],
    "ids": [ID, OTHER],
    "no id": [{"state": "pending"}, SECOND],
    "no state": [{"id": ID}, SECOND],
    "an unknown state": [PENDING | {"state": "dropped"}, SECOND],
    "a state of another type": [PENDING | {"state": ["pending"]}, SECOND],
    "no confirmations": [PENDING | {"state": "included"}, SECOND],
    "0 confirmations": [INCLUDED | {"confirmations": 0}, SECOND],
    "negative confirmations": [INCLUDED | {"confirmations": -1}, SECOND],
    "true confirmations": [INCLUDED | {"confirmations": True}, SECOND],
    "written confirmations": [INCLUDED | {"confirmations": "12"}, SECOND],
    "part of a confirmation": [INCLUDED | {"confirmations": 1.5}, SECOND],
    "infinite confirmations": [INCLUDED | {"confirmations": float("inf")}, SECOND],
    "more than final": [INCLUDED | {"confirmations": FINAL + 1}, SECOND],
    "an empty payload": [PENDING | {"payload": ""}, SECOND],
    "a payload of another type": [INCLUDED | {"payload": 7}, SECOND],
    "a payload of several": [{"id": ID, "state": "refused", "payload": ["a"]}, SECOND],
}


@pytest.mark.parametrize("answer", NO_ANSWER.values(), ids=NO_ANSWER)
def test_what_is_not_an_answer_is_an_error(
    store: OnChain, answer: Callable[[Asked], Reply]
) -> None:
    store.node.answer = answer
    for call in (partial(store.ledger.submit, "a", DIGEST), partial(store.ledger.look_up, [ID])):
        with pytest.raises(InvalidValueError) as raised:
            call()
        assert not isinstance(raised.value, RejectedError)
    assert store.waits == []


@pytest.mark.parametrize("value", NO_ID.values(), ids=NO_ID)
def test_what_is_not_an_id_is_not_a_transaction(store: OnChain, value: object) -> None:
    store.node.answer = result(value)
    with pytest.raises(InvalidValueError, match="must be an object with the id of a transaction"):
        store.ledger.submit("a", DIGEST)


@pytest.mark.parametrize("value", NO_SIGHTINGS.values(), ids=NO_SIGHTINGS)
def test_what_makes_no_sense_is_not_a_sighting(store: OnChain, value: object) -> None:
    store.node.answer = result([PENDING, SECOND])
    assert store.seen(ID, OTHER) == [Sighting(Seen.PENDING)] * 2
    store.node.answer = result(value)
    with pytest.raises(InvalidValueError):
        store.seen(ID, OTHER)


def test_the_script_submits_and_looks(store: OnChain) -> None:
    for expected in ("pending, 0 confirmations", "confirmed, 1 confirmations"):
        done = subprocess.run(
            [sys.executable, "-W", "error", str(SCRIPT), store.node.url, "a", DIGEST],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONPATH": ":".join(sys.path)},
        )
        assert done.stdout == f"0x{sha256(b'a').hexdigest()}: {expected}\n"
        assert done.stderr == ""
        store.chain.mine()
