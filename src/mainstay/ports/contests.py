"""Contests: cases, what people do about them, and what closing them comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

import attrs

from mainstay import _checks as checks
from mainstay._reprs import in_utc
from mainstay.contest import (
    ArgumentVote,
    Case,
    CaseArgument,
    CaseStatus,
    CaseVote,
    ClosedCase,
    Commitment,
    Reward,
    Secret,
    Verification,
    reveal,
)
from mainstay.contest.commitment import digest_field
from mainstay.contest.payloads import verdict_key
from mainstay.errors import IllegalMoveError, RejectedError
from mainstay.ports._texts import require_storable
from mainstay.ports.notices import notice
from mainstay.ports.outbox import OutboxEntry
from mainstay.ports.pages import Page, Pages, Unreadable
from mainstay.ports.rewards import new_reward
from mainstay.recognition import Argument
from mainstay.scheduling import PlainData

__all__ = [
    "COMMITMENT",
    "ArgumentStanding",
    "CaseClosing",
    "CaseOutcome",
    "ContestPage",
    "ContestStore",
    "DueCase",
    "KeptCase",
]

#: The kind of the outbox entries that publish and watch commitments.
COMMITMENT = "commitment"

_count = checks.each(checks.count)


@attrs.frozen
class CaseOutcome:
    """What is kept of a case once it has closed.

    Attributes:
        secret: What opened its commitment: everybody may know it now.
        closed_at: When it was closed.
        voters: How many have a vote that counts.
        winners: How many of them voted for the verdict.
        participants: How many took part, by a vote or an argument that counts.
        pool: What was split.
        undistributed: What of it has no taker.

    Raises:
        InvalidValueError: A field is of another type, or negative.
    """

    secret: Secret = attrs.field(validator=checks.each(partial(checks.instance, kind=Secret)))
    closed_at: datetime = attrs.field(validator=checks.each(checks.instant))
    voters: int = attrs.field(validator=_count)
    winners: int = attrs.field(validator=_count)
    participants: int = attrs.field(validator=_count)
    pool: int = attrs.field(validator=_count)
    undistributed: int = attrs.field(validator=_count)


@attrs.frozen
class KeptCase:
    """A case, as a store has it.

    Attributes:
        case: The case.
        digest: Its commitment's.
        verification: How the commitment stands on the ledger.
        slot: The slot it was made for, if it was.
        outcome: What it came to, once it has closed.

    Raises:
        InvalidValueError: A field is of another type, or ``digest`` is not a SHA-256.
    """

    case: Case = attrs.field(validator=checks.each(partial(checks.instance, kind=Case)))
    digest: str = attrs.field(validator=checks.each(digest_field))
    verification: Verification = attrs.field(
        default=Verification.UNVERIFIED,
        validator=checks.each(partial(checks.instance, kind=Verification)),
    )
    slot: datetime | None = attrs.field(default=None, validator=checks.optional(checks.instant))
    outcome: CaseOutcome | None = attrs.field(
        default=None, validator=checks.optional(partial(checks.instance, kind=CaseOutcome))
    )

    @property
    def commitment(self) -> Commitment:
        """The commitment, to the case as it is kept."""
        return Commitment.of(self.case, self.digest)


@attrs.frozen
class ArgumentStanding:
    """An argument, and how it stands.

    Attributes:
        argument: The argument.
        votes: How many people have voted for it.
        place: The place that it took, from 1, once the case has closed and if it took one.
    """

    argument: CaseArgument
    votes: int
    place: int | None = None


@attrs.frozen
class DueCase:
    """A case that is over, with all that it takes to close it.

    Attributes:
        kept: The case.
        secret: What opens its commitment.
        votes: What users voted, in no order that matters.
        arguments: What they argued, likewise.
        argument_votes: What they voted for, likewise.
    """

    kept: KeptCase
    secret: Secret
    votes: Sequence[CaseVote]
    arguments: Sequence[Argument]
    argument_votes: Sequence[ArgumentVote]

    @property
    def key(self) -> str:
        """The case's id."""
        return self.kept.case.id


@attrs.frozen
class CaseClosing:
    """What is to be kept of a case that closes.

    Attributes:
        closed: What closing it came to.
        at: When it closes.
        notices: Whether everybody who took part is to be told.
    """

    closed: ClosedCase
    at: datetime
    notices: bool = False

    def outcome(self, secret: Secret) -> CaseOutcome:
        """Return what is kept with the case, once it is known what opened its commitment."""
        split = self.closed.split
        return CaseOutcome(
            secret,
            self.at,
            voters=len(self.closed.voters),
            winners=len(self.closed.winners),
            participants=len(split.participants),
            pool=split.pool,
            undistributed=split.undistributed,
        )

    def rewards(self) -> Iterator[tuple[str, int]]:
        """Yield who is to be paid how much: all awards above 0."""
        return ((user, amount) for user, amount in self.closed.split.awards.items() if amount)

    def told(self) -> Iterator[OutboxEntry]:
        """Yield a notice for everybody who took part, if they are to be told."""
        case_id, split = self.closed.case.id, self.closed.split
        winners = frozenset(self.closed.winners)
        for user in sorted(split.participants if self.notices else ()):
            about = {
                "case_id": case_id,
                "verdict": self.closed.verdict,
                "won": user in winners,
                "points": split.awards[user],
            }
            yield notice("case", user, about, at=self.at)

    def entries(self) -> Iterator[OutboxEntry]:
        """Yield what is to be done outside: paying each reward above 0, and telling people."""
        case_id = self.closed.case.id
        for user, amount in self.rewards():
            yield new_reward(case_id, user, amount, at=self.at)
        yield from self.told()

    def metrics(self) -> Iterator[tuple[str, str, int]]:
        """Yield by how much metrics of users grow: user id, name, increment.

        Raises:
            RejectedError: An id can't be stored.
        """
        for user in self.closed.split.participants:
            require_storable("user_id", user)
        for name, users in (
            ("participations", self.closed.split.participants),
            ("votes", self.closed.voters),
            ("wins", self.closed.winners),
        ):
            for user in users:
                yield user, name, 1
        for user, arguments in Counter(one.author for one in self.closed.top).items():
            yield user, "top_arguments", arguments


class ContestPage(Page[datetime, DueCase, CaseClosing], Protocol):
    """One transaction on cases that are over."""

    def due(
        self, now: datetime, /, *, after: str | None = None, limit: int, only: str | None = None
    ) -> Sequence[DueCase | Unreadable]:
        """Return open cases whose time is over, by case id.

        Those whose commitment is not verified are among them: a plan refuses them, so that every
        run reports them.

        Args:
            now: What time it is: what ends then, or before, is over.
            after: Only cases after this one.
            only: Only the case of this id.
            limit: How many votes, arguments and votes for arguments at most, but one case at
                least.
        """
        ...

    def keep(self, done: Sequence[CaseClosing], /) -> None:
        """Close cases: keep what they came to, queue rewards and notices, and count metrics.

        From then on the verdict can be read with the case, and nothing is taken for it any more.
        Metrics grow by what the case adds, and their users are due for badges.

        Raises:
            RejectedError: A case was not due in this transaction, or something of it can't be
                kept.
        """
        ...


class ContestStore(Pages[datetime, DueCase, CaseClosing], Protocol):
    """Cases, what people do about them, and what closing them comes to.

    Those who add to a case wait while it is being opened or closed. What is added again changes
    nothing, whatever has become of the case meanwhile.
    """

    def page(self) -> AbstractContextManager[ContestPage]:
        """Begin a transaction, as :meth:`Pages.page` does."""
        ...

    def draft(
        self,
        case: Case,
        commitment: Commitment,
        secret: Secret,
        /,
        *,
        now: datetime,
        slot: datetime | None = None,
    ) -> KeptCase:
        """Keep a new case, and queue its commitment to be published, in one transaction.

        The queue is the outbox: an entry of the kind ``commitment``, with the key
        ``verdict:CASE``. The secret is kept apart, and given to nobody before the case closes. If
        there is a case of that slot already, or this very case with this commitment, nothing
        changes.

        Args:
            case: The case, a draft.
            commitment: To its verdict.
            secret: What opens the commitment.
            now: What time it is.
            slot: The slot that it is for; there is one case a slot.

        Returns:
            The case that is kept: of that slot, if one is given.

        Raises:
            RejectedError: There is another case of that id, or a text can't be stored.
            IllegalMoveError: The case is not a draft.
            CommitmentError: The commitment is not to this case, or not opened by the secret.
        """
        ...

    def verified(
        self, case_id: str, status: Verification, /, *, now: datetime, lasting: timedelta
    ) -> KeptCase:
        """Keep how a commitment stands on the ledger; a draft opens once it is verified.

        Args:
            case_id: Of which case.
            status: How it stands.
            now: What time it is: when a draft opens.
            lasting: For how long a case that opens now goes on.

        Raises:
            RejectedError: There is no such case.
        """
        ...

    def case(self, case_id: str, /) -> KeptCase | None:
        """Return a case; ``None`` if there is none of that id.

        Raises:
            MainstayError: Its row can't be read.
        """
        ...

    def of_slot(self, slot: datetime, /) -> KeptCase | None:
        """Return the case that was made for a slot; ``None`` if there is none.

        Raises:
            MainstayError: Its row can't be read.
        """
        ...

    def cases(
        self, *, status: CaseStatus | None = None, after: str | None = None, limit: int = 100
    ) -> Sequence[KeptCase]:
        """Return cases by id.

        Args:
            status: Only those that are so far.
            after: Only those after this id.
            limit: How many at most.

        Raises:
            MainstayError: The row of one can't be read.
        """
        ...

    def has_question(self, question: str, /) -> bool:
        """Return whether there is a case with this question, however far it is."""
        ...

    def vote(self, case_id: str, votes: Iterable[CaseVote], /) -> int:
        """Keep votes for sides of a case, all or none of them, and return how many are new.

        One that is there already changes nothing. Which of a user's votes counts is found out when
        the case closes.

        Raises:
            RejectedError: There is no such case, or it is not open; a vote is not in its time, or
                for no side of it; its id is there with other contents; or a text can't be stored.
        """
        ...

    def argue(self, case_id: str, arguments: Iterable[CaseArgument], /) -> int:
        """Keep arguments about a case, all or none of them, and return how many are new.

        Raises:
            RejectedError: As for :meth:`vote`. Ids of arguments differ over all cases.
        """
        ...

    def upvote(self, votes: Iterable[ArgumentVote], /) -> int:
        """Keep votes for arguments, all or none of them, and return how many are new.

        A user has one vote for each argument: the first stays.

        Raises:
            RejectedError: There is no such argument, its case is not open, a vote is not in its
                time, or is its author's own; or a text can't be stored.
        """
        ...

    def count_votes(self, case_id: str, /) -> int:
        """Return how many votes for sides of a case are kept, also those that won't count."""
        ...

    def arguments(self, case_id: str, /, *, limit: int = 100) -> Sequence[ArgumentStanding]:
        """Return arguments about a case, those with most votes first, then as places are given."""
        ...

    def rewards(
        self, case_id: str, /, *, after: str | None = None, limit: int = 100
    ) -> Sequence[Reward]:
        """Return the rewards of a case, as far as they have come, by their ids.

        Args:
            case_id: Of which case.
            after: Only those after this id.
            limit: How many at most.

        Raises:
            MainstayError: The row of one can't be read.
        """
        ...


def new_case(
    case: Case, commitment: Commitment, secret: Secret, *, slot: datetime | None
) -> KeptCase:
    """Return a case that any store can keep.

    Raises:
        IllegalMoveError: It is not a draft.
        CommitmentError: The commitment is not to this case, or not opened by the secret.
        RejectedError: A text can't be stored.
    """
    checks.instance("case", case, Case)
    if case.status is not CaseStatus.DRAFT:
        raise IllegalMoveError(
            f"is {case.status.value}, and can't become draft", field="case", value=case.id
        )
    checks.instance("commitment", commitment, Commitment)
    reveal(Commitment.of(case, commitment.digest), secret)
    for field, text in (
        ("id", case.id),
        ("question", case.question),
        ("creator", case.creator or ""),
        *(("sides", side) for side in case.sides),
    ):
        require_storable(field, text)
    at = None if slot is None else checks.instant("slot", slot)
    return KeptCase(case, commitment.digest, slot=at)


def with_status(
    kept: KeptCase, status: Verification, *, now: datetime, lasting: timedelta
) -> KeptCase:
    """Return a case of which it is known how its commitment stands: a verified draft opens."""
    found = checks.member("status", status, Verification)
    changed = attrs.evolve(kept, verification=found)
    if kept.case.status is CaseStatus.DRAFT and found is Verification.VERIFIED:
        return attrs.evolve(changed, case=kept.case.opened(now, lasting=lasting))
    return changed


def commitment_entry(kept: KeptCase, *, at: datetime) -> OutboxEntry:
    """Return the entry that publishes a commitment, and watches it."""
    return OutboxEntry(
        key=verdict_key(kept.case.id),
        kind=COMMITMENT,
        payload=PlainData({"case_id": kept.case.id, "digest": kept.digest}),
        due_at=at,
    )


def known_case(kept: KeptCase, new: KeptCase) -> KeptCase:
    """Return a case that is kept already, if it is the new one.

    Raises:
        RejectedError: It is another one of the same id.
    """
    if kept.commitment != new.commitment or kept.case.creator != new.case.creator:
        raise other_contents("id", new.case.id)
    return kept


def other_contents(field: str, key: str) -> RejectedError:
    """Return the error of what is there already, and says something else."""
    return RejectedError(
        "is there already, with other contents",
        field=field,
        value=key,
        remedy="Give each an id of its own; what was kept does not change.",
    )


def unknown(field: str, key: str, what: str) -> RejectedError:
    """Return the error of what is not there."""
    return RejectedError(f"is not {what} that is there", field=field, value=key)


def required_case(contests: ContestStore, case_id: str) -> KeptCase:
    """Return a case.

    Raises:
        RejectedError: There is no such case.
    """
    kept = contests.case(case_id)
    if kept is None:
        raise unknown("case_id", case_id, "a case")
    return kept


T = TypeVar("T", CaseVote, CaseArgument)


def by_id(field: str, values: Iterable[T], kind: type[T]) -> dict[str, T]:
    """Return votes or arguments that any store can keep, by id.

    Raises:
        RejectedError: Two of one id differ, or a text can't be stored.
    """
    found: dict[str, T] = {}
    for value in checks.iterable(field, values):
        one = checks.instance(field, value, kind)
        for name in attrs.fields_dict(kind):
            if name != "at":
                require_storable(name, getattr(one, name))
        if found.setdefault(one.id, one) != one:
            raise other_contents("id", one.id)
    return found


def require_new(given: Mapping[str, T], there: Mapping[str, T]) -> dict[str, T]:
    """Return those votes or arguments that are not there yet, by id.

    Raises:
        RejectedError: One that is there says something else.
    """
    for key, value in given.items():
        if there.get(key, value) != value:
            raise other_contents("id", key)
    return {key: value for key, value in given.items() if key not in there}


def require_votes(case: Case, votes: Iterable[CaseVote]) -> None:
    """Refuse new votes that a case does not take.

    Raises:
        RejectedError: The case is not open, or a vote is not in its time, or for no side of it.
    """
    for vote in votes:
        _require_in_time(case, vote.at)
        if vote.side not in case.sides:
            raise RejectedError(
                f"must be one of {', '.join(map(repr, case.sides))}",
                field="side",
                value=vote.side,
                remedy=f"These are the sides of {case.id}.",
            )


def require_arguments(case: Case, arguments: Iterable[CaseArgument]) -> None:
    """Refuse new arguments that a case does not take.

    Raises:
        RejectedError: The case is not open, or an argument is not in its time.
    """
    for argument in arguments:
        _require_in_time(case, argument.at)


def by_voter(votes: Iterable[ArgumentVote]) -> dict[tuple[str, str], ArgumentVote]:
    """Return votes for arguments that any store can keep, the first of each argument and user.

    Raises:
        RejectedError: A text can't be stored.
    """
    found: dict[tuple[str, str], ArgumentVote] = {}
    for vote in checks.iterable("votes", votes):
        checks.instance("votes", vote, ArgumentVote)
        require_storable("argument_id", vote.argument_id)
        require_storable("user_id", vote.user_id)
        found.setdefault((vote.argument_id, vote.user_id), vote)
    return found


def require_upvotes(
    votes: Iterable[ArgumentVote], arguments: Mapping[str, tuple[Case, str]]
) -> None:
    """Refuse new votes for arguments that can't be.

    Args:
        votes: The votes.
        arguments: The case and the author of each argument that is there.

    Raises:
        RejectedError: An argument is not there, its case is not open, a vote is not in its time,
            or is its author's own.
    """
    for vote in votes:
        if vote.argument_id not in arguments:
            raise unknown("argument_id", vote.argument_id, "an argument")
        case, author = arguments[vote.argument_id]
        _require_in_time(case, vote.at)
        if vote.user_id == author:
            raise RejectedError(
                "must not be the author of the argument",
                field="user_id",
                value=vote.user_id,
                remedy="Others vote for an argument.",
            )


def _require_in_time(case: Case, at: datetime) -> None:
    if case.status is not CaseStatus.OPEN:
        raise RejectedError(
            f"is {case.status.value}, and takes neither votes nor arguments",
            field="case",
            value=case.id,
            remedy="Only one that is open does.",
        )
    if not case.takes_at(at):
        begin, end = case.span()
        raise RejectedError(
            f"must be from {in_utc(begin)} to before {in_utc(end)}",
            field="at",
            value=in_utc(at),
            remedy=f"That is when {case.id} is open.",
        )
