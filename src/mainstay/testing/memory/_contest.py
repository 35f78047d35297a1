"""A case, with all that people did about it, and the pages on which cases close."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import attrs

from mainstay import _checks as checks
from mainstay.contest import (
    ArgumentVote,
    Case,
    CaseArgument,
    CaseStatus,
    CaseVote,
    Secret,
    Verification,
)
from mainstay.errors import RejectedError
from mainstay.ports import ArgumentStanding, CaseClosing, DueCase, KeptCase, OutboxEntry, Unreadable
from mainstay.ports.drafting import with_status
from mainstay.ports.outbox import new_entry
from mainstay.testing.memory._activity import Unreadables
from mainstay.testing.memory._transaction import Transaction

__all__ = ["Contest", "ContestsPage"]


@attrs.frozen
class Contest:
    """A case, and what people did about it."""

    kept: KeptCase
    secret: Secret
    votes: Mapping[str, CaseVote] = attrs.field(factory=dict)
    arguments: Mapping[str, CaseArgument] = attrs.field(factory=dict)
    upvotes: Mapping[tuple[str, str], ArgumentVote] = attrs.field(factory=dict)
    places: Mapping[str, int] = attrs.field(factory=dict)

    @property
    def case(self) -> Case:
        """The case."""
        return self.kept.case

    def is_due(self, now: datetime) -> bool:
        """Return whether it is open, and over."""
        return self.case.status is CaseStatus.OPEN and self.case.span()[1] <= now

    @property
    def due(self) -> DueCase:
        """What a page gives to close it: only the case, unless it is verified."""
        if self.kept.verification is not Verification.VERIFIED:
            return DueCase(self.kept, self.secret, [], [], [])
        return DueCase(
            self.kept,
            self.secret,
            [*self.votes.values()],
            [one.argument for one in self.arguments.values()],
            [*self.upvotes.values()],
        )

    def verified(self, status: Verification, now: datetime, lasting: timedelta) -> Contest:
        """Return it as it is once it is known how its commitment stands."""
        return attrs.evolve(self, kept=with_status(self.kept, status, now=now, lasting=lasting))

    def closed(self, closing: CaseClosing) -> Contest:
        """Return it as it is once it has closed."""
        kept = attrs.evolve(
            self.kept,
            case=attrs.evolve(self.case, status=CaseStatus.CLOSED),
            outcome=closing.outcome(self.secret),
        )
        places = {one.id: place for place, one in enumerate(closing.closed.top, 1)}
        return attrs.evolve(self, kept=kept, places=places)

    def standings(self) -> Sequence[ArgumentStanding]:
        """Return how its arguments stand, best first."""
        votes = Counter(argument for argument, _ in self.upvotes)
        found = [
            ArgumentStanding(one, votes[one.id], self.places.get(one.id))
            for one in self.arguments.values()
        ]
        return sorted(found, key=lambda each: (-each.votes, each.argument.at, each.argument.id))


@attrs.define
class ContestsPage:
    """One transaction on cases that are over."""

    contests: Mapping[str, Contest]
    unreadable: Unreadables
    entries: list[OutboxEntry] = attrs.field(factory=list)
    growth: list[tuple[str, str, int]] = attrs.field(factory=list)
    transaction: Transaction[Contest] = attrs.field(factory=Transaction[Contest])

    def due(
        self, now: datetime, *, after: str | None = None, limit: int, only: str | None = None
    ) -> Sequence[DueCase | Unreadable]:
        """Return open cases whose time is over, by case id."""
        at, left = checks.instant("now", now), checks.integer("limit", limit, 1)
        found: list[DueCase | Unreadable] = []
        for case_id, each in sorted(self.contests.items()):
            if each.is_due(at) and (after is None or case_id > after) and only in {None, case_id}:
                due = each.due
                left -= len(due.votes) + len(due.arguments) + len(due.argument_votes)
                if found and left < 0:
                    break
                found.append(self._read(each))
        return found

    def _read(self, contest: Contest) -> DueCase | Unreadable:
        case_id = contest.case.id
        if case_id in self.unreadable:
            return Unreadable(case_id, self.unreadable.error(case_id))
        self.transaction.read[case_id] = contest
        return contest.due

    def keep(self, done: Sequence[CaseClosing]) -> None:
        """Close cases: keep what they came to, queue rewards and notices, and count metrics."""
        for closing in done:
            case_id = checks.instance("done", closing, CaseClosing).closed.case.id
            contest = self.transaction.due(case_id, field="case_id")
            try:
                self.growth += closing.metrics()
                self.entries += map(new_entry, closing.entries())
            except RejectedError:
                self.transaction.rejected = True
                raise
            self.contests = {**self.contests, case_id: contest.closed(closing)}
            del self.transaction.read[case_id]
