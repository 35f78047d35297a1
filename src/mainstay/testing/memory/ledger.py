"""The ledger: a chain of entries, each final at once."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from datetime import datetime
from threading import Lock

from mainstay import _checks as checks
from mainstay.contest import ChainHead, LedgerEntry, Sighting, verify_chain
from mainstay.ports.ledger import FINAL, asked_for, other_payload, require_submittable
from mainstay.scheduling.context import utc_now

__all__ = ["MemoryLedger"]


class MemoryLedger:
    """A :class:`mainstay.ports.LedgerChain`. A transaction's id is its entry's digest.

    Args:
        clock: Says what time it is: when an entry is added.

    Examples:
        >>> ledger = MemoryLedger()
        >>> transaction = ledger.submit("verdict:case-0001", "ace3")
        >>> ledger.submit("verdict:case-0001", "ace3") == transaction
        True
        >>> [sighting.seen.value for sighting in ledger.look_up([transaction, "another"])]
        ['confirmed', 'not_found']
        >>> ledger.verify(known={"case-0001": transaction}).length
        1
    """

    def __init__(self, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._lock = Lock()
        #: By key, in the order of the chain.
        self._entries: dict[str, LedgerEntry] = {}

    def submit(self, key: str, payload: str) -> str:
        """Add an entry, unless it is there, and return the id of its transaction."""
        require_submittable(key, payload)
        with self._lock:
            there = self._entries.get(key) or self._add(key, payload)
        if there.payload != payload:
            raise other_payload(key)
        return there.digest

    def _add(self, key: str, payload: str) -> LedgerEntry:
        head = self.head()
        self._entries[key] = entry = LedgerEntry(
            sequence=head.length + 1,
            at=checks.instant("what clock returns", self._clock()),
            key=key,
            payload=payload,
            previous=head.digest,
        )
        return entry

    def look_up(self, transactions: Sequence[str]) -> Sequence[Sighting]:
        """Return how some transactions look just now, in their order."""
        asked = asked_for(transactions)
        payloads = {entry.digest: entry.payload for entry in self.entries()}
        return [
            Sighting("confirmed", FINAL, payloads[each])
            if each in payloads
            else Sighting("not_found")
            for each in asked
        ]

    def head(self) -> ChainHead:
        """Return how long the chain is, and the digest of its last entry."""
        return next((entry.head for entry in reversed(self._entries.values())), ChainHead())

    def entries(self) -> Generator[LedgerEntry, None, None]:
        """Yield all entries, in the order of their places."""
        with self._lock:
            there = [*self._entries.values()]
        yield from there

    def find(self, keys: Iterable[str]) -> Mapping[str, LedgerEntry]:
        """Return the entries that are under some keys, by key."""
        wanted = {*asked_for(keys, field="keys")}
        return {entry.key: entry for entry in self.entries() if entry.key in wanted}

    def verify(
        self, *, known: Mapping[str, str] | None = None, expect: ChainHead | None = None
    ) -> ChainHead:
        """Require that the chain is whole, as :func:`mainstay.contest.verify_chain` does.

        Args:
            known: Transactions that must be on it, by what they are of.
            expect: The head that it had once.

        Raises:
            ChainError: It is not; ``field`` says where.
        """
        return verify_chain(self.entries(), known=known or {}, expect=expect)
