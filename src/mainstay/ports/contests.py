"""Contests: cases, what people do about them, and what closing them comes to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

from mainstay.contest import (
    ArgumentVote,
    Case,
    CaseArgument,
    CaseStatus,
    CaseVote,
    Commitment,
    Reward,
    Secret,
    Verification,
)
from mainstay.ports.kept_cases import ArgumentStanding, CaseClosing, DueCase, KeptCase
from mainstay.ports.pages import Page, Pages, Unreadable
from mainstay.ports.taking import unknown

__all__ = ["ContestPage", "ContestStore", "required_case"]


class ContestPage(Page[datetime, DueCase, CaseClosing], Protocol):
    """One transaction on cases that are over.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.contest import commit
        >>> from mainstay.jobs import plan_closing
        >>> from mainstay.testing.memory import MemoryStore
        >>> contests, noon = MemoryStore().contests, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> end = noon + timedelta(days=1)
        >>> case = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> _ = contests.draft(case, *commit(case, "no"), now=noon)
        >>> _ = contests.verified(case.id, Verification.VERIFIED, now=noon, lasting=end - noon)
        >>> with contests.page() as page:
        ...     page.keep([plan_closing(due, now=end) for due in page.due(end, limit=100)])
        >>> contests.case(case.id).outcome.secret.verdict
        'no'
    """

    def due(
        self, now: datetime, /, *, after: str | None = None, limit: int, only: str | None = None
    ) -> Sequence[DueCase | Unreadable]:
        """Return open cases whose time is over, by case id.

        Those whose commitment is not verified are among them, without votes and arguments: a plan
        refuses them, so that every run reports them.

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

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.contest import commit
        >>> from mainstay.testing.memory import MemoryStore
        >>> contests, noon = MemoryStore().contests, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> case = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> _ = contests.draft(case, *commit(case, "no"), now=noon)
        >>> _ = contests.verified(case.id, Verification.VERIFIED, now=noon, lasting=timedelta(1))
        >>> vote = CaseVote("vote-1", "ada", "no", noon)
        >>> contests.vote(case.id, [vote]), contests.vote(case.id, [vote])  # new, and known
        (1, 0)
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


def required_case(contests: ContestStore, case_id: str) -> KeptCase:
    """Return a case.

    Raises:
        RejectedError: There is no such case.
    """
    kept = contests.case(case_id)
    if kept is None:
        raise unknown("case_id", case_id, "a case")
    return kept
