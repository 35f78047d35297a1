"""How the suites make cases, and close them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from mainstay.contest import (
    ArgumentVote,
    Case,
    CaseArgument,
    CaseVote,
    ContestPolicy,
    Secret,
    Verification,
    close_case,
    commit,
)
from mainstay.ports import (
    CaseClosing,
    DueCase,
    HasBadges,
    HasContests,
    KeptCase,
    OutboxEntry,
)
from mainstay.testing.conformance._activity import readable
from mainstay.testing.conformance._credits import DAY, NOON

__all__ = [
    "END",
    "HasContestsAndBadges",
    "argument",
    "case",
    "close",
    "closing",
    "draft",
    "due",
    "opened",
    "publish",
    "queued",
    "upvotes",
    "vote",
]

#: When cases are over that were opened at noon.
END = NOON + DAY
#: More than any test has.
_MANY = 10_000


class HasContestsAndBadges(HasContests, HasBadges, Protocol):
    """Has contests, and the badges that are awarded for them."""


def case(case_id: str = "case", *, creator: str | None = None) -> Case:
    """Return a draft."""
    return Case(case_id, f"What about {case_id}?", ["yes", "no"], creator)


def draft(
    store: HasContests,
    case: Case,
    *,
    verdict: str = "no",
    slot: datetime | None = None,
    now: datetime = NOON,
) -> tuple[KeptCase, Secret]:
    """Commit to a verdict, and keep the case."""
    commitment, secret = commit(case, verdict)
    return store.contests.draft(case, commitment, secret, now=now, slot=slot), secret


def publish(store: HasContests, case_id: str, now: datetime = NOON) -> KeptCase:
    """Have the ledger take a commitment, so that its case opens."""
    return store.contests.verified(case_id, Verification.VERIFIED, now=now, lasting=DAY)


def opened(store: HasContests, *case_ids: str, verdict: str = "no", now: datetime = NOON) -> None:
    """Draft cases, and open them."""
    for case_id in case_ids or ("case",):
        draft(store, case(case_id), verdict=verdict, now=now)
        publish(store, case_id, now)


def vote(user_id: str, side: str = "no", at: datetime = NOON, vote_id: str = "") -> CaseVote:
    """Return a vote, by default with an id made of its user's."""
    return CaseVote(vote_id or f"vote of {user_id}", user_id, side, at)


def argument(argument_id: str, author: str, at: datetime = NOON) -> CaseArgument:
    """Return an argument."""
    return CaseArgument(argument_id, author, f"I, {author}, think so.", at)


def upvotes(argument_id: str, *users: str, at: datetime = NOON) -> list[ArgumentVote]:
    """Return votes for an argument."""
    return [ArgumentVote(argument_id, user, at) for user in users]


def due(store: HasContests, now: datetime = END) -> list[DueCase]:
    """Return the cases that are over, in a transaction that keeps nothing."""
    with store.contests.page() as page:
        return readable(page.due(now, limit=_MANY))


def closing(due: DueCase, now: datetime, *, pool: int = 1000, notices: bool = False) -> CaseClosing:
    """Return what closing a case comes to."""
    closed = close_case(
        due.kept.case,
        due.votes,
        due.arguments,
        due.argument_votes,
        commitment=due.kept.commitment,
        secret=due.secret,
        status=due.kept.verification,
        now=now,
        policy=ContestPolicy(pool=pool),
    )
    return CaseClosing(closed, now, notices)


def close(
    store: HasContests,
    now: datetime = END,
    *,
    pool: int = 1000,
    notices: bool = False,
    only: Collection[str] | None = None,
) -> list[CaseClosing]:
    """Close the cases that are over, or some of them, in one transaction."""
    with store.contests.page() as page:
        found = [
            closing(each, now, pool=pool, notices=notices)
            for each in readable(page.due(now, limit=_MANY))
            if only is None or each.key in only
        ]
        page.keep(found)
    return found


def queued(store: HasContests, kind: str, now: datetime = END) -> Sequence[OutboxEntry]:
    """Return what is to be done outside, of a kind; it is claimed for a moment that is over."""
    return readable(store.outbox.claim(kind, "the suite", now=now, until=now, limit=_MANY))
