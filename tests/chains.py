"""A chain that tests mine and reorganise, behind a node that speaks JSON-RPC."""

from __future__ import annotations

from hashlib import sha256
from threading import Lock

import attrs

from tests.stand_ins import Asked, Reply


@attrs.define
class Chain:
    """A chain and its node: each key has one transaction, which waits for the next block."""

    texts: dict[str, str] = attrs.field(factory=dict)
    keys: dict[str, str] = attrs.field(factory=dict)
    blocks: dict[str, int] = attrs.field(factory=dict)
    refused: set[str] = attrs.field(factory=set)
    height: int = 0
    _lock: Lock = attrs.field(factory=Lock)

    def mine(self, times: int = 1) -> None:
        """Take all that waits into a block, and put others on it."""
        self.blocks = dict.fromkeys(self.keys.keys() - self.refused, self.height + 1) | self.blocks
        self.height += times

    def reorganise(self, depth: int) -> None:
        """Replace the last blocks: what was in them waits again."""
        self.height -= depth
        self.blocks = {each: at for each, at in self.blocks.items() if at <= self.height}

    def forget(self) -> None:
        """Lose all that waits."""
        for each in self.keys.keys() - self.blocks.keys():
            del self.texts[self.keys.pop(each)]

    def answer(self, asked: Asked) -> Reply:
        """Answer a request of JSON-RPC."""
        with self._lock:
            said = getattr(self, f"_{asked.body['method']}")(**asked.body["params"])
        return Reply.json({"jsonrpc": "2.0", "id": asked.body["id"], **said})

    def _submit(self, key: str, payload: str) -> dict[str, object]:
        if self.texts.setdefault(key, payload) != payload:
            return {"error": {"code": -32009, "message": "another payload"}}
        transaction = f"0x{sha256(key.encode()).hexdigest()}"
        self.keys[transaction] = key
        return {"result": {"id": transaction}}

    def _transactions(self, ids: list[str]) -> dict[str, object]:
        assert len(ids) <= 100
        return {"result": [self._told(each) if each in self.keys else None for each in ids]}

    def _told(self, transaction: str) -> dict[str, object]:
        told: dict[str, object] = {
            "id": transaction,
            "state": "refused" if transaction in self.refused else "pending",
            "payload": self.texts[self.keys[transaction]],
        }
        if transaction in self.blocks:
            depth = self.height - self.blocks[transaction] + 1
            told |= {"state": "included", "confirmations": depth}
        return told
