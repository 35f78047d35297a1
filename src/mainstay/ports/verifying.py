"""Verifying contests: what was committed to, what was paid, and the chain that both are on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import islice
from typing import Protocol, TypeVar

import attrs

from mainstay import _checks as checks
from mainstay.contest import (
    CaseStatus,
    ChainHead,
    LedgerEntry,
    reveal,
    verdict_key,
    verify_chain,
)
from mainstay.errors import ChainError
from mainstay.ports.contests import ContestStore
from mainstay.ports.drafting import COMMITMENT
from mainstay.ports.kept_cases import KeptCase
from mainstay.ports.ledger import LedgerChain
from mainstay.ports.outbox import Outbox, OutboxEntry
from mainstay.ports.rewards import REWARD, published_of
from mainstay.ports.store import HasContests

__all__ = ["HasChain", "VerifiedContests", "verify_contests"]

_AT_ONCE = 1000

T = TypeVar("T")


class HasChain(HasContests, Protocol):
    """Has contests, and a chain of its own on which they publish and pay.

    Examples:
        >>> from mainstay.testing.memory import MemoryStore
        >>> def length(store: HasChain) -> int:
        ...     return verify_contests(store).head.length
        >>> length(MemoryStore())
        0
    """

    @property
    def ledger(self) -> LedgerChain:
        """Where commitments are published and rewards are paid."""
        ...


@attrs.frozen
class VerifiedContests:
    """What was verified.

    Attributes:
        cases: How many cases there are.
        commitments: How many of their commitments are on the chain.
        rewards: How many rewards are.
        head: The chain's head: what to note, and to expect next time.

    Examples:
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> noted = verify_contests(store).head
        >>> _ = store.ledger.submit("note", "The chain has grown since.")
        >>> verify_contests(store, expect=noted).head.length
        1
    """

    cases: int
    commitments: int
    rewards: int
    head: ChainHead


@attrs.frozen
class _Published:
    """What is on the chain, or should be.

    Attributes:
        what: What it is, in words.
        key: Under which key.
        payload: What is there.
        transaction: Which its transaction is, if that was noted.
        must: Whether it must be there even if none was noted.
    """

    what: str
    key: str
    payload: str
    transaction: str | None = None
    must: bool = False


def verify_contests(
    store: HasChain,
    *,
    expect: ChainHead | None = None,
    progress: Callable[[int], None] | None = None,
) -> VerifiedContests:
    """Require that all commitments, all rewards and the chain that they are on are as they were.

    First the chain, as :func:`mainstay.contest.verify_chain` has it. Then each case: its
    commitment is rebuilt from the case as it is kept, and opened by the secret if it has closed;
    and unless it is a draft, it is on the chain. Last, each commitment and each reward that the
    outbox has submitted: its entry holds what follows from what is kept here, and is the very one
    that was noted then.

    It reads all of that, in pages, and writes nothing. Jobs may run meanwhile.

    Args:
        store: Where the contests are, and their chain.
        expect: A head that the chain had once.
        progress: Is told now and then how many entries of chain and outbox were read.

    Raises:
        ChainError: The chain is not whole, or something on it is missing or not what it was;
            ``field`` says where.
        CommitmentError: A commitment is not opened by its secret.
        MainstayError: A row can't be read.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.contest import Case, commit
        >>> from mainstay.jobs import verify_commitments
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> case = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> _ = store.contests.draft(case, *commit(case, "no"), now=noon)
        >>> _ = verify_commitments(store, ledger=store.ledger).run(JobContext(clock=lambda: noon))
        >>> found = verify_contests(store)
        >>> found.cases, found.commitments, found.rewards, found.head.length
        (1, 1, 0, 1)
    """
    chain, count = store.ledger, _Count(progress)
    with closing(chain.entries()) as entries:  # at once, also while an error lives on
        head = verify_chain(count.each(entries), expect=expect)
    cases = sum(1 for _ in _on_chain(chain, map(_of_case, _cases(store.contests))))
    commitments, rewards = (
        sum(entry is not None for entry in count.each(_on_chain(chain, published)))
        for published in (_commitments(store), map(_of_reward, _entries(store.outbox, REWARD)))
    )
    return VerifiedContests(cases, commitments, rewards, head)


@attrs.define
class _Count:
    """Counts what is done, and tells it now and then."""

    progress: Callable[[int], None] | None
    done: int = 0

    def each(self, values: Iterable[T]) -> Iterator[T]:
        for value in values:
            yield value
            self.done += 1
            if self.progress is not None and self.done % _AT_ONCE == 0:
                self.progress(self.done)


def _cases(contests: ContestStore) -> Iterator[KeptCase]:
    page = contests.cases(limit=_AT_ONCE)
    while page:
        yield from page
        page = contests.cases(after=page[-1].case.id, limit=_AT_ONCE)


def _entries(outbox: Outbox, kind: str) -> Iterator[OutboxEntry]:
    page = outbox.entries(kind, limit=_AT_ONCE)
    while page:
        yield from page
        page = outbox.entries(kind, after=page[-1].key, limit=_AT_ONCE)


def _of_case(kept: KeptCase) -> _Published:
    """Return what is on the chain of a case; if it has closed, its secret opens that."""
    if kept.outcome is not None:
        reveal(kept.commitment, kept.outcome.secret)
    return _Published(
        what=_commitment_of(kept.case.id),
        key=verdict_key(kept.case.id),
        payload=kept.digest,
        must=kept.case.status is not CaseStatus.DRAFT,
    )


def _commitments(store: HasChain) -> Iterator[_Published]:
    """Yield what is on the chain of the commitments in the outbox, whose cases must be there."""
    for entry in _entries(store.outbox, COMMITMENT):
        case_id = checks.text("case_id", entry.payload.get("case_id"))
        if store.contests.case(case_id) is None:
            raise ChainError(
                "is not to a case that is there",
                field=_commitment_of(case_id),
                value=entry.key,
                remedy="The case was deleted: restore it from a backup.",
            )
        digest, transaction = checks.text("digest", entry.payload.get("digest")), _noted(entry)
        yield _Published(_commitment_of(case_id), entry.key, digest, transaction)


def _of_reward(entry: OutboxEntry) -> _Published:
    """Return what is on the chain of a reward in the outbox."""
    key, payload = published_of(entry)
    return _Published(f"reward {entry.key!r}", key, payload, _noted(entry))


def _commitment_of(case_id: str) -> str:
    return f"the commitment of case {case_id!r}"


def _noted(entry: OutboxEntry) -> str | None:
    """Return what an entry's transaction is, if it was submitted."""
    transaction = None if entry.result is None else entry.result.get("transaction")
    return None if transaction is None else checks.text("transaction", transaction)


def _on_chain(chain: LedgerChain, published: Iterable[_Published]) -> Iterator[LedgerEntry | None]:
    """Yield the entry of each that was published, or ``None`` if it need not have one."""
    left = iter(published)
    while some := [*islice(left, _AT_ONCE)]:
        found = chain.find([each.key for each in some])
        for each in some:
            yield _required(each, found.get(each.key))


def _required(published: _Published, entry: LedgerEntry | None) -> LedgerEntry | None:
    if entry is None:
        if published.must or published.transaction is not None:
            raise ChainError(
                "is not on the ledger",
                field=published.what,
                value=published.key,
                remedy="The chain was rewritten without it, or its tail was cut off.",
            )
        return None
    if entry.payload != published.payload:
        raise ChainError(
            f"is not what ledger entry {entry.sequence:,} holds",
            field=published.what,
            value=published.payload,
            remedy=f"That is {entry.payload!r}: one of the two was changed.",
        )
    if published.transaction not in {None, entry.digest}:
        raise ChainError(
            f"is ledger entry {entry.sequence:,}, and not the one that was noted",
            field=published.what,
            value=published.transaction,
            remedy="The chain was rewritten from that entry on, or from an earlier one.",
        )
    return entry
