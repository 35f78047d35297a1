"""A chain as the ledger of contests: where verdicts are committed to, and rewards are paid.

The node here speaks JSON-RPC over HTTP, with two methods; yours has others, and they go into
``submit`` and ``look_up`` alike:

- ``submit`` takes a ``key`` and a ``payload``, and gives the ``id`` of the key's transaction. The
  same again gives the same id. For another payload under that key it answers with error -32009.
- ``transactions`` takes up to 100 ``ids``, and gives for each, in their order, null if it does not
  know it, else its ``id``, ``state`` (pending, included, refused), how many ``confirmations`` it
  has once it is included, and its ``payload`` if the node can tell.

That a key has one transaction is what the node must promise. Elsewhere it is the idempotency key of
a payment service, a contract that keeps the first text under each key, or a transaction that is
signed beforehand, so that its hash is its id and the network takes it once. If the node can't be
reached, or answers what makes no sense, an error is raised and contests change nothing.

Run it: python examples/chain_ledger.py http://localhost:8545 KEY PAYLOAD
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Mapping, Sequence
from uuid import uuid4

import attrs

from json_service import JsonService
from mainstay import InvalidValueError
from mainstay.contest import Seen, Sighting
from mainstay.ports import FINAL, asked_for, other_payload, require_submittable

AT_ONCE = 100
OTHER_PAYLOAD = -32009
ID = re.compile(r"0x[0-9a-f]{64}")


class NodeError(RuntimeError):
    """The node says that it can't do what it was asked for; ``code`` says why."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"the node answers with error {code}: {words[:200]}")
        self.code = code


@attrs.frozen
class ChainLedger:
    """A :class:`mainstay.ports.Ledger` over a node, for ``contest_jobs(store, ledger=...)``.

    Attributes:
        node: Where it is.
    """

    node: JsonService

    def submit(self, key: str, payload: str, /) -> str:
        """Hand a text in, and return the id of its transaction.

        Raises:
            RejectedError: The key is there with another payload, or no ledger takes a text.
            InvalidValueError: A text is empty, or the answer makes no sense.
            OSError: The node does not answer. It may have accepted all the same: submit again.
            NodeError: It says that it can't.
        """
        require_submittable(key, payload)
        try:
            found = self._call("submit", {"key": key, "payload": payload})
        except NodeError as error:
            if error.code != OTHER_PAYLOAD:
                raise
            raise other_payload(key) from error
        match found:
            case {"id": str(transaction)} if ID.fullmatch(transaction):
                return transaction
        raise nonsense("an object with the id of a transaction", found)

    def look_up(self, transactions: Sequence[str], /) -> Sequence[Sighting]:
        """Return how some transactions look just now, in their order.

        Raises:
            InvalidValueError: The answer makes no sense.
            OSError: The node does not answer.
            NodeError: It says that it can't.
        """
        asked = asked_for(transactions)
        known = [*dict.fromkeys(filter(ID.fullmatch, asked))]  # the node takes nothing else
        seen: dict[str, Sighting] = {}
        for begin in range(0, len(known), AT_ONCE):
            seen |= self._seen(known[begin : begin + AT_ONCE])
        return [seen.get(transaction, Sighting(Seen.NOT_FOUND)) for transaction in asked]

    def _seen(self, ids: Sequence[str]) -> Mapping[str, Sighting]:
        found = self._call("transactions", {"ids": [*ids]})
        if not isinstance(found, list) or len(found) != len(ids):
            raise nonsense(f"a list of {len(ids)}", found)
        return {each: sighting(each, told) for each, told in zip(ids, found, strict=True)}

    def _call(self, method: str, params: Mapping[str, object]) -> object:
        """Return a method's result; an answer to another call is not one."""
        call = uuid4().hex
        answer = self.node.post({"jsonrpc": "2.0", "id": call, "method": method, "params": params})
        match answer:
            case {"id": str(which), "error": {"code": int(code), "message": str(words)}} if (
                which == call
            ):
                raise NodeError(code, words)
            case {"id": str(which), "result": result} if which == call:
                return result
        raise nonsense("a result or an error of this very call", answer)


def sighting(transaction: str, told: object) -> Sighting:
    """Return what a node tells of a transaction; what makes no sense is never a sighting."""
    if told is None:
        return Sighting(Seen.NOT_FOUND)
    if isinstance(told, dict) and told.get("id") == transaction:
        match told.get("state"), told.get("confirmations"), told.get("payload"):
            case "included", int(times), (None | str()) as payload if 1 <= times <= FINAL:
                return Sighting(Seen.CONFIRMED, times, payload)
            case "pending", _, (None | str()) as payload:
                return Sighting(Seen.PENDING, payload=payload)
            case "refused", _, (None | str()) as payload:
                return Sighting(Seen.FAILED, payload=payload)
    raise nonsense(f"null, or what has become of {transaction}", told)


def nonsense(expected: str, found: object) -> InvalidValueError:
    """Return the error of an answer that is not what it should be."""
    return InvalidValueError(f"must be {expected}", field="what the node answers", value=found)


def main() -> None:
    """Submit a text under a key, and say how its transaction looks just now."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("url", help="where the node is")
    parser.add_argument("key", help="what tells the text from every other")
    parser.add_argument("payload", help="the text")
    given = parser.parse_args()
    ledger = ChainLedger(JsonService(url=given.url, api_key=os.environ.get("NODE_API_KEY")))
    transaction = ledger.submit(given.key, given.payload)
    (seen,) = ledger.look_up([transaction])
    print(f"{transaction}: {seen.seen.value}, {seen.confirmations} confirmations")


if __name__ == "__main__":
    main()
