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

    def without(self, user_id: str) -> Contest:
        """Return it without a user's votes and arguments, and the votes for those."""
        arguments = {key: one for key, one in self.arguments.items() if one.author != user_id}
        return attrs.evolve(
            self,
            kept=self.kept if self.case.creator != user_id else _of_creator(self.kept, None),
            votes={key: one for key, one in self.votes.items() if one.user_id != user_id},
            arguments=arguments,
            upvotes={
                (key, user): one
                for (key, user), one in self.upvotes.items()
                if key in arguments and user != user_id
            },
            places={key: place for key, place in self.places.items() if key in arguments},
        )

    def renamed(self, user_id: str, to: str) -> Contest:
        """Return it with a user's votes and arguments as another one's."""
        arguments = {
            key: attrs.evolve(one, author=to) if one.author == user_id else one
            for key, one in self.arguments.items()
        }
        upvotes: dict[tuple[str, str], ArgumentVote] = {}
        for (key, user), one in self.upvotes.items():
            new = attrs.evolve(one, user_id=to) if user == user_id else one
            if arguments[key].author != new.user_id:
                there = upvotes.get((key, new.user_id), new)
                upvotes[key, new.user_id] = min(there, new, key=lambda each: each.at)
        return attrs.evolve(
            self,
            kept=self.kept if self.case.creator != user_id else _of_creator(self.kept, to),
            votes={
                key: attrs.evolve(one, user_id=to) if one.user_id == user_id else one
                for key, one in self.votes.items()
            },
            arguments=arguments,
            upvotes=upvotes,
        )

    def pruned(self, votes: int, arguments: int) -> Contest:
        """Return it without so many votes at most, and arguments without any."""
        upvotes = dict(sorted(self.upvotes.items())[max(0, votes - len(self.votes)) :])
        old = sorted(self.arguments.keys() - {key for key, _ in upvotes})[:arguments]
        return attrs.evolve(
            self,
            votes=dict(sorted(self.votes.items())[votes:]),
            upvotes=upvotes,
            arguments={key: one for key, one in self.arguments.items() if key not in old},
        )

    def count_of(self, user_id: str) -> Mapping[str, int]:
        """Return how much of it is a user's."""
        authors = {key: one.author for key, one in self.arguments.items()}
        upvotes = sum(user_id in {user, authors[key]} for key, user in self.upvotes)
        return {
            "votes": sum(one.user_id == user_id for one in self.votes.values()) + upvotes,
            "arguments": sum(author == user_id for author in authors.values()),
            "others": int(self.case.creator == user_id),
        }

    def standings(self) -> Sequence[ArgumentStanding]:
        """Return how its arguments stand, best first."""
        votes = Counter(argument for argument, _ in self.upvotes)
        found = [
            ArgumentStanding(one, votes[one.id], self.places.get(one.id))
            for one in self.arguments.values()
        ]
        return sorted(found, key=lambda each: (-each.votes, each.argument.at, each.argument.id))


def _of_creator(kept: KeptCase, creator: str | None) -> KeptCase:
    return attrs.evolve(kept, case=attrs.evolve(kept.case, creator=creator))


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
