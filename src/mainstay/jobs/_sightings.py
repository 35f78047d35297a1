"""Asking a ledger about what waits in the outbox: many transactions at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from mainstay import _checks as checks
from mainstay.contest import ContestPolicy, Sighting
from mainstay.errors import InvalidValueError
from mainstay.jobs.calls import Answer, Call, ClaimPolicy, LookAgain, Prepare
from mainstay.ports import Ledger, OutboxEntry
from mainstay.scheduling import RetryPolicy

__all__ = [
    "claim_policy",
    "look_up",
    "look_up_known",
    "own_faults",
    "submitted",
    "transaction_of",
]


#: What has failed is tried again by the next run, after all else.
_AT_ONCE = RetryPolicy(10, timedelta(microseconds=1), factor=1)


def claim_policy(policy: ContestPolicy) -> ClaimPolicy:
    """Return how a run works through transactions: nothing is given up for the ledger's sake."""
    return ClaimPolicy(most=policy.most, at_once=policy.most, retry=_AT_ONCE, give_up=False)


def own_faults(prepare: Prepare) -> Prepare:
    """Let a bad value be its entry's trouble alone, however many have one.

    It does not mean that the ledger can't be reached: so it must not end the run, which each
    further run would begin with the same entries.
    """

    def prepared(entries: Sequence[OutboxEntry]) -> Call:
        try:
            call = prepare(entries)
        except InvalidValueError as error:
            if len(entries) > 1:  # each is asked about alone, then
                raise
            problem = error
            return lambda entry: _at_fault(entry, problem)

        def called(entry: OutboxEntry) -> Answer:
            try:
                return call(entry)
            except InvalidValueError as error:
                return _at_fault(entry, error)

        return called

    return prepared


def _at_fault(entry: OutboxEntry, problem: InvalidValueError) -> Answer:
    return LookAgain(result=entry.result, problem=problem)


def transaction_of(entry: OutboxEntry) -> str | None:
    """Return what the ledger calls an entry's transaction; ``None`` before it is submitted."""
    found = None if entry.result is None else entry.result.get("transaction")
    return None if found is None else checks.text("transaction", found)


def submitted(ledger: Ledger, key: str, payload: str) -> str:
    """Submit a payload, and return its transaction."""
    return checks.text("what submit returns", ledger.submit(key, payload))


def look_up(ledger: Ledger, transactions: Iterable[str]) -> Mapping[str, Sighting]:
    """Return how transactions look on a ledger just now, by their ids.

    Raises:
        InvalidValueError: The ledger returns something else than a sighting for each.
    """
    asked = [*dict.fromkeys(transactions)]
    if not asked:
        return {}
    answered = [*checks.iterable("what look_up returns", ledger.look_up(asked))]
    if len(answered) != len(asked):
        raise InvalidValueError(
            f"must be {len(asked)} sightings, one for each transaction",
            field="what look_up returns",
            value=answered,
        )
    seen = (checks.instance("what look_up returns", each, Sighting) for each in answered)
    return dict(zip(asked, seen, strict=True))


def look_up_known(ledger: Ledger, entries: Iterable[OutboxEntry]) -> Mapping[str, Sighting]:
    """Return how the transactions of those entries look that were submitted before."""
    return look_up(ledger, filter(None, map(transaction_of, entries)))
