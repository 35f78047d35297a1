"""Contests: cases, and what people do about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import RLock

import attrs

from mainstay import _checks as checks
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
from mainstay.ports import (
    ArgumentStanding,
    ContestPage,
    KeptCase,
)
from mainstay.ports.drafting import commitment_entry, known_case, new_case
from mainstay.ports.rewards import REWARD, reward_of, reward_range
from mainstay.ports.taking import (
    by_id,
    by_voter,
    other_contents,
    require_arguments,
    require_new,
    require_upvotes,
    require_votes,
    unknown,
)
from mainstay.testing.memory._activity import Unreadables
from mainstay.testing.memory._contest import Contest, ContestsPage
from mainstay.testing.memory._undoing import Replaced
from mainstay.testing.memory.metrics import MemoryMetrics
from mainstay.testing.memory.outbox import MemoryOutbox

__all__ = ["MemoryContests"]


class MemoryContests(Replaced):
    """A :class:`mainstay.ports.ContestStore`.

    Args:
        lock: Held while anything changes.
        outbox: What is to be done outside: publishing commitments, paying rewards.
        metrics: What grows when cases close.
        unreadable: The cases of which nothing can be read.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.contest import Case, commit
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> case = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> kept = store.contests.draft(case, *commit(case, "no"), now=noon, slot=noon)
        >>> store.contests.of_slot(noon) == kept, store.contests.has_question("May a doctor lie?")
        (True, False)
    """

    def __init__(
        self, lock: RLock, outbox: MemoryOutbox, metrics: MemoryMetrics, unreadable: Unreadables
    ) -> None:
        self._lock = lock
        self._outbox = outbox
        self._metrics = metrics
        self._unreadable = unreadable
        self._contests: Mapping[str, Contest] = {}

    @contextmanager
    def page(self) -> Iterator[ContestPage]:
        """Begin a transaction: kept if the block ends well, undone if it raises."""
        with self._lock:
            page = ContestsPage(self._contests, self._unreadable)
            yield page
            if not page.transaction.rejected:
                self._outbox.put(page.entries)
                self._metrics.grow(page.growth)
                self._contests = page.contests

    def count_due(self, target: datetime) -> int:
        """Return how many cases are due."""
        now = checks.instant("now", target)
        return sum(each.is_due(now) for each in self._contests.values())

    def draft(
        self,
        case: Case,
        commitment: Commitment,
        secret: Secret,
        *,
        now: datetime,
        slot: datetime | None = None,
    ) -> KeptCase:
        """Keep a new case, and queue its commitment to be published, in one transaction."""
        new, at = new_case(case, commitment, secret, slot=slot), checks.instant("now", now)
        with self._lock:
            there = self._known(new)
            if there is not None:
                return there
            self._outbox.put([commitment_entry(new, at=at)])
            self._put(Contest(new, secret))
            return new

    def _known(self, new: KeptCase) -> KeptCase | None:
        for each in self._contests.values():
            if new.slot is not None and each.kept.slot == new.slot:
                return each.kept
        there = self.case(new.case.id)
        return None if there is None else known_case(there, new)

    def verified(
        self, case_id: str, status: Verification, *, now: datetime, lasting: timedelta
    ) -> KeptCase:
        """Keep how a commitment stands on the ledger; a draft opens once it is verified."""
        at = checks.instant("now", now)
        with self._lock:
            contest = self._contest(case_id).verified(status, at, lasting)
            self._put(contest)
            return contest.kept

    def case(self, case_id: str) -> KeptCase | None:
        """Return a case; ``None`` if there is none of that id."""
        there = self._contests.get(checks.text("case_id", case_id))
        return None if there is None else self._readable(there).kept

    def of_slot(self, slot: datetime) -> KeptCase | None:
        """Return the case that was made for a slot; ``None`` if there is none."""
        at = checks.instant("slot", slot)
        there = [each for each in self._contests.values() if each.kept.slot == at]
        return self._readable(there[0]).kept if there else None

    def cases(
        self, *, status: CaseStatus | None = None, after: str | None = None, limit: int = 100
    ) -> Sequence[KeptCase]:
        """Return cases by id."""
        wanted = None if status is None else checks.member("status", status, CaseStatus)
        found = [
            each
            for case_id, each in sorted(self._contests.items())
            if (wanted is None or each.case.status is wanted) and (after is None or case_id > after)
        ]
        some = found[: checks.integer("limit", limit, 1)]
        return [self._readable(each).kept for each in some]

    def has_question(self, question: str) -> bool:
        """Return whether there is a case with this question, however far it is."""
        checks.text("question", question)
        return any(each.case.question == question for each in self._contests.values())

    def vote(self, case_id: str, votes: Iterable[CaseVote]) -> int:
        """Keep votes for sides of a case, all or none of them, and return how many are new."""
        given = by_id("votes", votes, CaseVote)
        with self._lock:
            there = self._contest(case_id)
            new = require_new(given, there.votes)
            require_votes(there.case, new.values())
            self._put(attrs.evolve(there, votes={**there.votes, **new}))
            return len(new)

    def argue(self, case_id: str, arguments: Iterable[CaseArgument]) -> int:
        """Keep arguments about a case, all or none of them, and return how many are new."""
        given = by_id("arguments", arguments, CaseArgument)
        with self._lock:
            there = self._contest(case_id)
            new = require_new(given, there.arguments)
            for other in self._contests.values():
                for known in new.keys() & other.arguments.keys():
                    raise other_contents("id", known)
            require_arguments(there.case, new.values())
            self._put(attrs.evolve(there, arguments={**there.arguments, **new}))
            return len(new)

    def upvote(self, votes: Iterable[ArgumentVote]) -> int:
        """Keep votes for arguments, all or none of them, and return how many are new."""
        given = by_voter(votes)
        with self._lock:
            asked = {argument for argument, _ in given}
            contests = self._contests.values()
            about = {one: each for each in contests for one in each.arguments.keys() & asked}
            new = {
                key: vote
                for key, vote in given.items()
                if key[0] not in about or key not in about[key[0]].upvotes
            }
            authors = {one: (each.case, each.arguments[one].author) for one, each in about.items()}
            require_upvotes(new.values(), authors)
            for (argument, user), vote in new.items():
                there = self._contests[about[argument].case.id]
                more = {**there.upvotes, (argument, user): vote}
                self._put(attrs.evolve(there, upvotes=more))
            return len(new)

    def count_votes(self, case_id: str) -> int:
        """Return how many votes for sides of a case are kept, also those that won't count."""
        there = self._contests.get(checks.text("case_id", case_id))
        return 0 if there is None else len(there.votes)

    def arguments(self, case_id: str, *, limit: int = 100) -> Sequence[ArgumentStanding]:
        """Return arguments about a case, those with most votes first, then as places are given."""
        there = self._contests.get(checks.text("case_id", case_id))
        standings = [] if there is None else there.standings()
        return standings[: checks.integer("limit", limit, 1)]

    def rewards(
        self, case_id: str, *, after: str | None = None, limit: int = 100
    ) -> Sequence[Reward]:
        """Return the rewards of a case, as far as they have come, by their ids."""
        first, last = reward_range(checks.text("case_id", case_id), after=after)
        found = [
            entry
            for entry in self._outbox.all()
            if entry.kind == REWARD and first < entry.key < last and len(entry.key) == len(last)
        ]
        found.sort(key=lambda entry: entry.key)
        return [reward_of(entry) for entry in found[: checks.integer("limit", limit, 1)]]

    def forget(self, user_id: str) -> Mapping[str, int]:
        """Erase a user's votes and arguments, with the votes for these."""
        return self._rewrite(user_id, lambda each: each.without(user_id))

    def rename(self, user_id: str, to: str) -> Mapping[str, int]:
        """Give a user's votes and arguments to another one."""
        return self._rewrite(user_id, lambda each: each.renamed(user_id, to))

    def _rewrite(self, user_id: str, change: Callable[[Contest], Contest]) -> Mapping[str, int]:
        changes = Counter[str]()
        for each in self._contests.values():
            changes.update(each.count_of(user_id))
        self._contests = {case_id: change(each) for case_id, each in self._contests.items()}
        return changes

    def prune(self, before: datetime, limit: int) -> Mapping[str, int]:
        """Delete votes and arguments of cases that closed before an instant."""
        changes = Counter[str]()
        for case_id, each in sorted(self._contests.items()):
            if each.kept.outcome is not None and each.kept.outcome.closed_at < before:
                left = each.pruned(limit - changes["votes"], limit - changes["arguments"])
                changes["votes"] += len(each.votes) - len(left.votes)
                changes["votes"] += len(each.upvotes) - len(left.upvotes)
                changes["arguments"] += len(each.arguments) - len(left.arguments)
                self._contests = {**self._contests, case_id: left}
        return changes

    def _contest(self, case_id: str) -> Contest:
        there = self._contests.get(checks.text("case_id", case_id))
        if there is None:
            raise unknown("case_id", case_id, "a case")
        return self._readable(there)

    def _readable(self, there: Contest) -> Contest:
        if there.case.id in self._unreadable:
            raise self._unreadable.error(there.case.id)
        return there

    def _put(self, contest: Contest) -> None:
        self._contests = {**self._contests, contest.case.id: contest}
