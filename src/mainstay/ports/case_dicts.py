"""What a case looks like as plain data, for web frameworks that describe their responses.

Instants are in ISO 8601, in UTC, and end in Z. Of a case that has not closed, nothing says what
its verdict is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from heapq import nsmallest

from mainstay import _checks as checks
from mainstay._reprs import in_utc
from mainstay._typing import TypedDict
from mainstay.contest import Reward, RewardState
from mainstay.ports.contests import ContestStore, required_case
from mainstay.ports.kept_cases import ArgumentStanding, CaseOutcome, KeptCase

__all__ = [
    "CaseArgumentDict",
    "CaseDict",
    "CaseOutcomeDict",
    "CaseRewardDict",
    "WholeCaseDict",
    "case_dict",
    "whole_case",
]

_AT_ONCE = 1000


class CaseOutcomeDict(TypedDict):
    """What a case came to; the nonce is in hex.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.contest import Secret
        >>> counts = dict(voters=3, winners=2, participants=3, pool=1000, undistributed=0)
        >>> closed_at = datetime(2024, 5, 2, 12, tzinfo=UTC)
        >>> outcome = outcome_dict(CaseOutcome(Secret("no", bytes(32)), closed_at, **counts))
        >>> outcome["verdict"], outcome["closed_at"]
        ('no', '2024-05-02T12:00:00Z')
    """

    verdict: str
    nonce: str
    closed_at: str
    voters: int
    winners: int
    participants: int
    pool: int
    undistributed: int


class CaseDict(TypedDict):
    """A case, as :func:`case_dict` gives it; the outcome is ``None`` until it has closed.

    Examples:
        >>> from datetime import UTC, timedelta
        >>> from mainstay.contest import Case
        >>> draft = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> case = draft.opened(datetime(2024, 5, 1, 12, tzinfo=UTC), lasting=timedelta(hours=24))
        >>> found = case_dict(KeptCase(case, "ace3" * 16))
        >>> found["status"], found["closes_at"], found["outcome"]
        ('open', '2024-05-02T12:00:00Z', None)
    """

    case_id: str
    question: str
    sides: list[str]
    creator: str | None
    status: str
    slot: str | None
    opens_at: str | None
    closes_at: str | None
    digest: str
    verification: str
    outcome: CaseOutcomeDict | None


class CaseArgumentDict(TypedDict):
    """An argument in :class:`WholeCaseDict`; the place is ``None`` unless it took one.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.contest import CaseArgument
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> argument = CaseArgument("argument-7", "ada", "Trust outlasts comfort.", noon)
        >>> found = argument_dict(ArgumentStanding(argument, votes=3))
        >>> found["at"], found["votes"], found["place"]
        ('2024-05-01T12:00:00Z', 3, None)
    """

    argument_id: str
    author: str
    text: str
    at: str
    votes: int
    place: int | None


class CaseRewardDict(TypedDict):
    """A reward in :class:`WholeCaseDict`.

    Examples:
        >>> found = reward_dict(Reward("ace3" * 8, "ada", "case-0001", 400))
        >>> found["amount"], found["state"], found["submitted_at"]
        (400, 'queued', None)
    """

    reward_id: str
    user_id: str
    amount: int
    state: str
    submitted_at: str | None
    last_seen: str | None


class WholeCaseDict(CaseDict):
    """A case with what people did about it, as :func:`whole_case` gives it.

    ``reward_states`` says how many of all its rewards have come how far.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.contest import Case, commit
        >>> from mainstay.testing.memory import MemoryStore
        >>> contests, noon = MemoryStore().contests, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> case = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> _ = contests.draft(case, *commit(case, "no"), now=noon)
        >>> whole_case(contests, "case-0001")["reward_states"]
        {'queued': 0, 'processing': 0, 'completed': 0, 'failed': 0}
    """

    votes: int
    arguments: list[CaseArgumentDict]
    rewards: list[CaseRewardDict]
    reward_states: dict[str, int]


def case_dict(kept: KeptCase) -> CaseDict:
    """Return a case as plain data.

    Examples:
        >>> from mainstay.contest import Case
        >>> case = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> case_dict(KeptCase(case, "ace3" * 16))["status"]
        'draft'
    """
    case = kept.case
    return {
        "case_id": case.id,
        "question": case.question,
        "sides": [*case.sides],
        "creator": case.creator,
        "status": case.status.value,
        "slot": _written(kept.slot),
        "opens_at": _written(case.opens_at),
        "closes_at": _written(case.closes_at),
        "digest": kept.digest,
        "verification": kept.verification.value,
        "outcome": None if kept.outcome is None else outcome_dict(kept.outcome),
    }


def whole_case(contests: ContestStore, case_id: str, *, limit: int = 20) -> WholeCaseDict:
    """Return a case with its votes, arguments and rewards, as plain data.

    Args:
        contests: Where it is.
        case_id: Which.
        limit: How many arguments at most, those with most votes first; and how many rewards, the
            largest first, then by user id.

    Raises:
        RejectedError: There is no such case.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.contest import Case, commit
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> case = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> _ = store.contests.draft(case, *commit(case, "no"), now=noon)
        >>> found = whole_case(store.contests, "case-0001")
        >>> found["status"], found["outcome"], found["votes"]
        ('draft', None, 0)
    """
    kept = required_case(contests, case_id)
    checks.integer("limit", limit, 1)
    states = Counter[str]({state.value: 0 for state in RewardState})
    rewards = nsmallest(limit, _rewards(contests, case_id, states), key=_largest_first)
    return {
        **case_dict(kept),
        "votes": contests.count_votes(case_id),
        "arguments": [*map(argument_dict, contests.arguments(case_id, limit=limit))],
        "rewards": [*map(reward_dict, rewards)],
        "reward_states": dict(states),
    }


def _rewards(contests: ContestStore, case_id: str, states: Counter[str]) -> Iterator[Reward]:
    """Yield all rewards of a case, and count how far they have come."""
    page = contests.rewards(case_id, limit=_AT_ONCE)
    while page:
        states.update(reward.state.value for reward in page)
        yield from page
        page = contests.rewards(case_id, after=page[-1].id, limit=_AT_ONCE)


def _largest_first(reward: Reward) -> tuple[int, str]:
    return -reward.amount, reward.user_id


def outcome_dict(outcome: CaseOutcome) -> CaseOutcomeDict:
    """Return what a case came to as plain data."""
    return {
        "verdict": outcome.secret.verdict,
        "nonce": outcome.secret.nonce.hex(),
        "closed_at": in_utc(outcome.closed_at),
        "voters": outcome.voters,
        "winners": outcome.winners,
        "participants": outcome.participants,
        "pool": outcome.pool,
        "undistributed": outcome.undistributed,
    }


def argument_dict(standing: ArgumentStanding) -> CaseArgumentDict:
    """Return an argument as plain data."""
    argument = standing.argument
    return {
        "argument_id": argument.id,
        "author": argument.author,
        "text": argument.text,
        "at": in_utc(argument.at),
        "votes": standing.votes,
        "place": standing.place,
    }


def reward_dict(reward: Reward) -> CaseRewardDict:
    """Return a reward as plain data."""
    return {
        "reward_id": reward.id,
        "user_id": reward.user_id,
        "amount": reward.amount,
        "state": reward.state.value,
        "submitted_at": _written(reward.submitted_at),
        "last_seen": _written(reward.last_seen),
    }


def _written(at: datetime | None) -> str | None:
    return None if at is None else in_utc(at)
