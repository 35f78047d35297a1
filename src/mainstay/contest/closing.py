"""Closing a case: what counts, who was right, and what each of them gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import attrs

from mainstay import _checks as checks
from mainstay._reprs import Explained
from mainstay._schemas import schema
from mainstay.contest.cases import ArgumentVote, Case, CaseStatus, CaseVote
from mainstay.contest.commitment import Commitment, Secret, reveal
from mainstay.contest.dicts import ClosedCaseDict
from mainstay.contest.policy import DEFAULT_POLICY, ContestPolicy
from mainstay.contest.verification import Verification
from mainstay.errors import CommitmentError, InvalidValueError
from mainstay.explanation import Explanation
from mainstay.recognition import Argument, RewardPhrasebook, RewardSplit, split_pool
from mainstay.recognition.phrases import ENGLISH_REWARDS
from mainstay.recognition.rewards import placed

__all__ = ["ClosedCase", "close_case", "counted_arguments", "counted_votes"]


def _of(kind: type[object]) -> Callable[[object, attrs.Attribute[Any], Any], None]:
    return checks.each(partial(checks.instance, kind=kind))


def _users(field: str, value: object) -> tuple[str, ...]:
    users: tuple[object, ...] = checks.instance(field, value, tuple)
    return tuple(checks.text(f"{field}[{n}]", user) for n, user in enumerate(users))


@schema("closed-case/1")
@attrs.frozen
class ClosedCase(Explained):
    """What closing a case came to.

    Attributes:
        case: The case, closed.
        verdict: The side that was right.
        winners: Who voted for it, by user id.
        top: The arguments that took a place, best first, with the votes that count.
        split: What each gets, and why.
        voters: Everybody whose vote counts, by user id.

    Raises:
        InvalidValueError: The fields contradict each other.

    Examples:
        >>> from datetime import UTC, timedelta
        >>> from mainstay.contest import commit
        >>> noon, day = datetime(2024, 5, 1, 12, tzinfo=UTC), timedelta(hours=24)
        >>> draft = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> commitment, secret = commit(draft, "no")
        >>> votes = [CaseVote("1", "ada", "no", noon), CaseVote("2", "bob", "yes", noon)]
        >>> closed = close_case(
        ...     draft.opened(noon, lasting=day), votes, [], [],
        ...     commitment=commitment, secret=secret, status="verified", now=noon + day,
        ... )
        >>> closed.verdict, closed.winners, closed.voters
        ('no', ('ada',), ('ada', 'bob'))
        >>> for part in closed.split.explain_award("ada"):
        ...     print(f"{part.points:.0f}: {part.text}")
        400: You voted on the verdict's side: all of 40 %.
        100: You took part: one of 2 equal parts of 20 %.
    """

    case: Case = attrs.field(validator=_of(Case))
    verdict: str = attrs.field(validator=checks.each(checks.text))
    winners: tuple[str, ...] = attrs.field(validator=_of(tuple))
    top: tuple[Argument, ...] = attrs.field(validator=_of(tuple))
    split: RewardSplit = attrs.field(validator=_of(RewardSplit))
    voters: tuple[str, ...] = attrs.field(validator=checks.each(_users))

    def __attrs_post_init__(self) -> None:
        split, voters = self.split, frozenset(self.voters)
        for field, holds, problem in (
            ("case", self.case.status is CaseStatus.CLOSED, "must be closed"),
            ("verdict", self.verdict in self.case.sides, "must be a side of the case"),
            ("winners", list(self.winners) == sorted(split.winners), "must be those of the split"),
            ("top", _authors(self.top) == split.top, "must be by the authors in the split"),
            ("voters", split.winners <= voters <= split.participants, "must have taken part"),
            ("voters", list(self.voters) == sorted(voters), "must be sorted, and each there once"),
        ):
            if not holds:
                raise InvalidValueError(problem, field=field, value=getattr(self, field))

    def explain(self, phrases: RewardPhrasebook = ENGLISH_REWARDS) -> tuple[Explanation, ...]:
        """Return why the pool was split so; ``split.explain_award`` says it of a user."""
        return self.split.explain(phrases)

    @property
    def _heading(self) -> str:
        return f"{self.case.question} {self.verdict}"

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        """What :meth:`explain` gives, in the standard words."""
        return self.explain()

    def to_dict(self) -> ClosedCaseDict:
        """Return plain data for a JSON response."""
        return {
            "case_id": self.case.id,
            "verdict": self.verdict,
            "winners": list(self.winners),
            "voters": list(self.voters),
            "top": [{"id": one.id, "author": one.author, "votes": one.votes} for one in self.top],
            **self.split.to_dict(),
        }


def _authors(arguments: tuple[Argument, ...]) -> tuple[str, ...]:
    return tuple(checks.instance("top", one, Argument).author for one in arguments)


def close_case(
    case: Case,
    votes: Iterable[CaseVote],
    arguments: Iterable[Argument],
    argument_votes: Iterable[ArgumentVote],
    *,
    commitment: Commitment,
    secret: Secret,
    status: Verification | str,
    now: datetime,
    policy: ContestPolicy = DEFAULT_POLICY,
) -> ClosedCase:
    """Close a case: count what counts, reveal the verdict, and split the rewards.

    What was done from ``opens_at`` to just before ``closes_at`` counts. Of several votes of a
    user, the earliest for a side of the case does; at one instant, that with the smaller id. An
    argument is voted for by others than its author, by each once. How the pool is shared, and
    which arguments take a place, is as :func:`mainstay.recognition.split_pool` says.

    Args:
        case: The case, open, and over.
        votes: What users voted; those that don't count are passed over.
        arguments: What they argued; how many votes each has is counted here.
        argument_votes: What they voted for.
        commitment: What was published before anybody voted.
        secret: What opens it.
        status: How the commitment stands on the ledger: it must be verified.
        now: What time it is.
        policy: What is at stake.

    Raises:
        IllegalMoveError: The case is not open, or not over.
        CommitmentError: The commitment is not verified, or not that of the case and its verdict.
        InvalidValueError: Two votes or two arguments that differ have one id.

    Examples:
        >>> from datetime import UTC, timedelta
        >>> from mainstay.contest import commit
        >>> noon, day = datetime(2024, 5, 1, 12, tzinfo=UTC), timedelta(hours=24)
        >>> draft = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> commitment, secret = commit(draft, "no")
        >>> case = draft.opened(noon, lasting=day)
        >>> votes = [CaseVote("1", "ada", "no", noon), CaseVote("2", "bob", "yes", noon)]
        >>> closed = close_case(case, votes, [], [], commitment=commitment, secret=secret,
        ...                     status="verified", now=noon + day)
        >>> closed.verdict, closed.winners, dict(closed.split.awards)
        ('no', ('ada',), {'ada': 500, 'bob': 100})
    """
    over = checks.instance("case", case, Case).closed(checks.instant("now", now))
    checks.instance("policy", policy, ContestPolicy)
    _require_verified(case, commitment, checks.member("status", status, Verification))
    verdict = reveal(commitment, secret)
    sides = counted_votes(case, votes)
    counted = counted_arguments(case, arguments, argument_votes)
    split = split_pool(
        policy.pool,
        votes=sides,
        verdict=verdict,
        arguments=counted,
        creator=case.creator,
        policy=policy.rewards,
    )
    return ClosedCase(
        over,
        verdict,
        tuple(sorted(split.winners)),
        placed(counted, policy.rewards),
        split,
        tuple(sorted(sides)),
    )


def _require_verified(case: Case, commitment: Commitment, status: Verification) -> None:
    checks.instance("commitment", commitment, Commitment)
    if status is not Verification.VERIFIED:
        raise CommitmentError(
            f"is {status.value}",
            field="the commitment of a case",
            value=case.id,
            remedy="Nothing is shown and nobody is paid unless the ledger has it.",
        )
    if commitment != Commitment.of(case, commitment.digest):
        raise CommitmentError(
            "is to another case, question or sides",
            field="the commitment of a case",
            value=case.id,
            remedy="Rebuild it from the case as it is kept: Commitment.of(case, digest).",
        )


def counted_votes(case: Case, votes: Iterable[CaseVote]) -> Mapping[str, str]:
    """Return the side of each voter whose vote counts: that of their earliest one that does.

    Raises:
        InvalidValueError: Two votes that differ have one id.
    """
    first: dict[str, CaseVote] = {}
    for vote in _each_once("votes", votes, CaseVote):
        if vote.side in case.sides and case.takes_at(vote.at):
            other = first.setdefault(vote.user_id, vote)
            if (vote.at, vote.id) < (other.at, other.id):
                first[vote.user_id] = vote
    return {user: vote.side for user, vote in first.items()}


def counted_arguments(
    case: Case, arguments: Iterable[Argument], argument_votes: Iterable[ArgumentVote]
) -> Sequence[Argument]:
    """Return the arguments that count, each with as many votes as count.

    Raises:
        InvalidValueError: Two arguments that differ have one id.
    """
    there = {
        one.id: one for one in _each_once("arguments", arguments, Argument) if case.takes_at(one.at)
    }
    voted = {
        (vote.argument_id, vote.user_id)
        for vote in checks.iterable("argument_votes", argument_votes)
        if checks.instance("argument_votes", vote, ArgumentVote).argument_id in there
        and case.takes_at(vote.at)
        and vote.user_id != there[vote.argument_id].author
    }
    votes = Counter(argument for argument, _ in voted)
    return [attrs.evolve(one, votes=votes[one.id]) for one in there.values()]


T = TypeVar("T", CaseVote, Argument)


def _each_once(field: str, values: Iterable[T], kind: type[T]) -> Iterable[T]:
    """Return values without those given again, and refuse two that differ and have one id."""
    by_id: dict[str, T] = {}
    for value in checks.iterable(field, values):
        one = checks.instance(field, value, kind)
        if by_id.setdefault(one.id, one) != one:
            raise InvalidValueError(
                "is of two that differ",
                field=f"id in {field}",
                value=one.id,
                remedy="Give each an id of its own.",
            )
    return by_id.values()
