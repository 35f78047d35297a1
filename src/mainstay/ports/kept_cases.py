"""Cases as a store has them: open, over, and closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay.contest import (
    ArgumentVote,
    Case,
    CaseArgument,
    CaseVote,
    ClosedCase,
    Commitment,
    Secret,
    Verification,
)
from mainstay.contest.commitment import digest_field
from mainstay.ports._texts import require_storable
from mainstay.ports.notices import notice
from mainstay.ports.outbox import OutboxEntry
from mainstay.ports.rewards import new_reward
from mainstay.recognition import Argument

__all__ = ["ArgumentStanding", "CaseClosing", "CaseOutcome", "DueCase", "KeptCase"]

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

    Examples:
        >>> from datetime import UTC, timedelta
        >>> from mainstay.ports import CaseClosing
        >>> from mainstay.recognition import split_pool
        >>> draft = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> noon, day = datetime(2024, 5, 1, 12, tzinfo=UTC), timedelta(days=1)
        >>> case = draft.opened(noon, lasting=day).closed(noon + day)
        >>> split = split_pool(1000, votes={"ada": "no", "bob": "yes"}, verdict="no", arguments=[])
        >>> closed = ClosedCase(case, "no", ("ada",), (), split, ("ada", "bob"))
        >>> outcome = CaseClosing(closed, noon + day).outcome(Secret("no", bytes(32)))
        >>> outcome.voters, outcome.winners, outcome.undistributed  # nobody has argued
        (2, 1, 400)
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

    Examples:
        >>> from mainstay.contest import commit
        >>> case = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> commitment, _ = commit(case, "no")
        >>> kept = KeptCase(case, commitment.digest)
        >>> kept.commitment == commitment, kept.verification.value
        (True, 'unverified')
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

    Examples:
        >>> from datetime import UTC, timedelta
        >>> from mainstay.contest import commit
        >>> from mainstay.testing.memory import MemoryStore
        >>> contests, noon = MemoryStore().contests, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> case = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> _ = contests.draft(case, *commit(case, "no"), now=noon)
        >>> _ = contests.verified(case.id, Verification.VERIFIED, now=noon, lasting=timedelta(1))
        >>> written = [CaseArgument(name, name, "I think so.", noon) for name in ("ada", "bob")]
        >>> contests.argue(case.id, written), contests.upvote([ArgumentVote("bob", "cyd", noon)])
        (2, 1)
        >>> [(each.argument.author, each.votes) for each in contests.arguments(case.id)]
        [('bob', 1), ('ada', 0)]
    """

    argument: CaseArgument
    votes: int
    place: int | None = None


@attrs.frozen
class DueCase:
    """A case that is over, with all that it takes to close it; only the case if it can't close.

    Attributes:
        kept: The case.
        secret: What opens its commitment.
        votes: What users voted, in no order that matters.
        arguments: What they argued, likewise.
        argument_votes: What they voted for, likewise.

    Examples:
        >>> from datetime import UTC, timedelta
        >>> from mainstay.contest import commit
        >>> from mainstay.testing.memory import MemoryStore
        >>> contests, noon = MemoryStore().contests, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> case = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> _ = contests.draft(case, *commit(case, "no"), now=noon)
        >>> _ = contests.verified(case.id, Verification.VERIFIED, now=noon, lasting=timedelta(1))
        >>> _ = contests.vote(case.id, [CaseVote("vote-1", "ada", "no", noon)])
        >>> with contests.page() as page:
        ...     [(due.key, len(due.votes)) for due in page.due(noon + timedelta(1), limit=100)]
        [('case-0001', 1)]
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

    Examples:
        >>> from datetime import UTC, timedelta
        >>> from mainstay.recognition import split_pool
        >>> draft = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> noon, day = datetime(2024, 5, 1, 12, tzinfo=UTC), timedelta(days=1)
        >>> case = draft.opened(noon, lasting=day).closed(noon + day)
        >>> split = split_pool(1000, votes={"ada": "no", "bob": "yes"}, verdict="no", arguments=[])
        >>> closed = ClosedCase(case, "no", ("ada",), (), split, ("ada", "bob"))
        >>> [*CaseClosing(closed, noon + day).rewards()]
        [('ada', 500), ('bob', 100)]
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
