"""A store that breaks a promise about cases, and about taking part in them, fails its suite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import attrs
import pytest

from mainstay.contest import (
    ArgumentVote,
    Case,
    CaseArgument,
    CaseStatus,
    CaseVote,
    Commitment,
    Secret,
    Verification,
)
from mainstay.ports import (
    ArgumentStanding,
    KeptCase,
    OutboxEntry,
    drafting,
    taking,
)
from mainstay.testing.conformance import ContestStoreConformance
from mainstay.testing.memory import contests
from mainstay.testing.memory._contest import Contest
from mainstay.testing.memory.contests import MemoryContests
from tests.conformance.failing import failures

T = TypeVar("T", CaseVote, CaseArgument)

known, cases, vote, argue, upvote = (
    MemoryContests._known,
    MemoryContests.cases,
    MemoryContests.vote,
    MemoryContests.argue,
    MemoryContests.upvote,
)
verified, standings = (
    Contest.verified,
    Contest.standings,
)
commitment_entry = drafting.commitment_entry
require_votes, require_upvotes = (
    taking.require_votes,
    taking.require_upvotes,
)


def never(*_: object) -> None:
    pass


def by_id_alone(store: MemoryContests, new: KeptCase) -> KeptCase | None:
    return known(store, attrs.evolve(new, slot=None))


def the_one_that_is_there(kept: KeptCase, _: KeptCase) -> KeptCase:
    return kept


def a_draft_of_a_slot(store: MemoryContests, slot: datetime) -> KeptCase | None:
    found = cases(store, status=CaseStatus.DRAFT)
    return next((kept for kept in found if kept.slot == slot), None)


def unchecked(case: Case, commitment: Commitment, _: Secret, *, slot: datetime | None) -> KeptCase:
    return KeptCase(case, commitment.digest, slot=slot)


def without_its_slot(
    case: Case, commitment: Commitment, secret: Secret, **_: datetime | None
) -> KeptCase:
    return drafting.new_case(case, commitment, secret, slot=None)


def some_day(kept: KeptCase, *, at: datetime) -> OutboxEntry:
    return commitment_entry(kept, at=at + timedelta(days=1))


def of_its_creator(kept: KeptCase, *, at: datetime) -> OutboxEntry:
    return attrs.evolve(commitment_entry(kept, at=at), user_id=kept.case.creator or "somebody")


def apart_from_its_entry(
    store: MemoryContests,
    case: Case,
    commitment: Commitment,
    secret: Secret,
    *,
    now: datetime,
    slot: datetime | None = None,
) -> KeptCase:
    if store._known(new := drafting.new_case(case, commitment, secret, slot=slot)) is None:
        store._put(Contest(new, secret))
        store._outbox.put([commitment_entry(new, at=now)])
    kept = store.case(case.id)
    assert kept is not None
    return kept


def whatever_is_seen(
    contest: Contest, status: Verification, now: datetime, lasting: timedelta
) -> Contest:
    opened = verified(contest, Verification.VERIFIED, now, lasting)
    return verified(opened, status, now, lasting)


def each_time_it_is_seen(
    contest: Contest, status: Verification, now: datetime, lasting: timedelta
) -> Contest:
    seen = verified(contest, status, now, lasting)
    if seen.case.status is not CaseStatus.OPEN or status is not Verification.VERIFIED:
        return seen
    case = attrs.evolve(seen.case, opens_at=now, closes_at=now + lasting)
    return attrs.evolve(seen, kept=attrs.evolve(seen.kept, case=case))


def while_it_is_a_draft(
    contest: Contest, status: Verification, now: datetime, lasting: timedelta
) -> Contest:
    is_draft = contest.case.status is CaseStatus.DRAFT
    return verified(contest, status, now, lasting) if is_draft else contest


def for_a_day(contest: Contest, status: Verification, now: datetime, _: timedelta) -> Contest:
    return verified(contest, status, now, timedelta(days=1))


def all_are_new(store: MemoryContests, case_id: str, votes: Iterable[CaseVote]) -> int:
    several = [*votes]
    vote(store, case_id, several)
    return len(several)


def until_one_is_bad(store: MemoryContests, case_id: str, votes: Iterable[CaseVote]) -> int:
    vote(store, case_id, [])
    return sum(vote(store, case_id, [each]) for each in votes)


def arguments_until_one_is_bad(
    store: MemoryContests, case_id: str, arguments: Iterable[CaseArgument]
) -> int:
    return sum(argue(store, case_id, [each]) for each in arguments)


def upvotes_until_one_is_bad(store: MemoryContests, votes: Iterable[ArgumentVote]) -> int:
    return sum(upvote(store, [each]) for each in votes)


def none_of_a_strange_case(store: MemoryContests, case_id: str, votes: Iterable[CaseVote]) -> int:
    several = [*votes]
    return vote(store, case_id, several) if several else 0


def at_any_time(store: MemoryContests, case_id: str, votes: Iterable[CaseVote]) -> int:
    """Take votes while a page is open: nobody waits."""
    several = taking.by_id("votes", votes, CaseVote)
    there = store._contest(case_id)
    new = taking.require_new(several, there.votes)
    require_votes(there.case, new.values())
    store._put(attrs.evolve(there, votes={**there.votes, **new}))
    return len(new)


def the_first_stands(given: Mapping[str, T], there: Mapping[str, T]) -> dict[str, T]:
    return {key: value for key, value in given.items() if key not in there}


def the_latest_stands(given: Mapping[str, T], there: Mapping[str, T]) -> dict[str, T]:
    return {key: value for key, value in given.items() if there.get(key) != value}


def also_of_closed_ones(case: Case, votes: Iterable[CaseVote]) -> None:
    """Check neither status nor time of what comes after closing."""
    if case.status is not CaseStatus.CLOSED:
        require_votes(case, votes)


def for_any_side(case: Case, votes: Iterable[CaseVote]) -> None:
    require_votes(case, [attrs.evolve(each, side=case.sides[0]) for each in votes])


def until_the_end(case: Case, at: datetime) -> bool:
    begin, end = case.span()
    return begin <= at <= end


def after_the_beginning(case: Case, at: datetime) -> bool:
    begin, end = case.span()
    return begin < at < end


def own_ones_too(votes: Iterable[ArgumentVote], arguments: Mapping[str, tuple[Case, str]]) -> None:
    require_upvotes(votes, {one: (case, "nobody") for one, (case, _) in arguments.items()})


def the_last_of_each(votes: Iterable[ArgumentVote]) -> dict[tuple[str, str], ArgumentVote]:
    return {(each.argument_id, each.user_id): each for each in votes}


def ids_of_a_case(store: MemoryContests, case_id: str, arguments: Iterable[CaseArgument]) -> int:
    given = taking.by_id("arguments", arguments, CaseArgument)
    there = store._contest(case_id)
    new = taking.require_new(given, there.arguments)
    taking.require_arguments(there.case, new.values())
    store._put(attrs.evolve(there, arguments={**there.arguments, **new}))
    return len(new)


def as_they_came(
    store: MemoryContests,
    *,
    status: CaseStatus | None = None,
    after: str | None = None,
    limit: int = 100,
) -> Sequence[KeptCase]:
    found = {kept.case.id: kept for kept in cases(store, status=status, after=after, limit=10_000)}
    return [found[case_id] for case_id in store._contests if case_id in found][:limit]


def of_every_status(
    store: MemoryContests, *, after: str | None = None, limit: int = 100, **_: object
) -> Sequence[KeptCase]:
    return cases(store, after=after, limit=limit)


def limited_first(
    store: MemoryContests,
    *,
    status: CaseStatus | None = None,
    after: str | None = None,
    limit: int = 100,
) -> Sequence[KeptCase]:
    found = cases(store, after=after, limit=limit)
    return [kept for kept in found if status in {None, kept.case.status}]


def of_open_ones(store: MemoryContests, question: str) -> bool:
    found = cases(store, status=CaseStatus.OPEN)
    return any(kept.case.question == question for kept in found)


def regardless_of_case(store: MemoryContests, question: str) -> bool:
    found = cases(store)
    return any(kept.case.question.lower() == question.lower() for kept in found)


def those_that_count(store: MemoryContests, case_id: str) -> int:
    there = store._contests.get(case_id)
    return len({each.user_id for each in there.votes.values()}) if there else 0


def by_their_ids(contest: Contest) -> Sequence[ArgumentStanding]:
    return sorted(standings(contest), key=lambda each: (-each.votes, each.argument.id))


def whatever_time_it_is(contest: Contest) -> Sequence[ArgumentStanding]:
    """Give places while the case is open, too."""
    found = standings(contest)
    return [
        attrs.evolve(each, place=place if place < 4 and each.votes else None)
        for place, each in enumerate(found, 1)
    ]


def shown(secret: Secret) -> str:
    return f"Secret({secret.verdict!r})"


def nonce_shown(secret: Secret) -> str:
    return f"Secret(nonce={secret.nonce.hex()})"


BROKEN: Mapping[str, tuple[object, str, object]] = {
    "a slot has many cases": (MemoryContests, "_known", by_id_alone),
    "a case of an id is any case": (contests, "known_case", the_one_that_is_there),
    "drafts are not checked": (contests, "new_case", unchecked),
    "slots are forgotten": (contests, "new_case", without_its_slot),
    "slots forget their cases": (MemoryContests, "of_slot", a_draft_of_a_slot),
    "commitments are published some day": (contests, "commitment_entry", some_day),
    "commitments are somebody's": (contests, "commitment_entry", of_its_creator),
    "cases are kept apart from their entries": (MemoryContests, "draft", apart_from_its_entry),
    "drafts open whatever is seen": (Contest, "verified", whatever_is_seen),
    "cases open again": (Contest, "verified", each_time_it_is_seen),
    "only drafts are watched": (Contest, "verified", while_it_is_a_draft),
    "cases are open for a day": (Contest, "verified", for_a_day),
    "votes that are there are new": (MemoryContests, "vote", all_are_new),
    "some votes are kept": (MemoryContests, "vote", until_one_is_bad),
    "some arguments are kept": (MemoryContests, "argue", arguments_until_one_is_bad),
    "some votes for arguments are kept": (MemoryContests, "upvote", upvotes_until_one_is_bad),
    "no votes of no case are fine": (MemoryContests, "vote", none_of_a_strange_case),
    "nobody waits for a page": (MemoryContests, "vote", at_any_time),
    "known ids may say anything": (contests, "require_new", the_first_stands),
    "known ids are changed": (contests, "require_new", the_latest_stands),
    "closed cases take votes": (contests, "require_votes", also_of_closed_ones),
    "votes are for anything": (contests, "require_votes", for_any_side),
    "votes at the end count": (Case, "takes_at", until_the_end),
    "votes at the beginning don't": (Case, "takes_at", after_the_beginning),
    "authors vote for themselves": (contests, "require_upvotes", own_ones_too),
    "the last vote for an argument stays": (contests, "by_voter", the_last_of_each),
    "ids of arguments are a case's own": (MemoryContests, "argue", ids_of_a_case),
    "texts of drafts are not checked": (drafting, "require_storable", never),
    "texts of votes are not checked": (taking, "require_storable", never),
    "cases are in any order": (MemoryContests, "cases", as_they_came),
    "cases are of any status": (MemoryContests, "cases", of_every_status),
    "cases are limited before they are chosen": (MemoryContests, "cases", limited_first),
    "questions of open cases are known": (MemoryContests, "has_question", of_open_ones),
    "questions are alike": (MemoryContests, "has_question", regardless_of_case),
    "votes that count are counted": (MemoryContests, "count_votes", those_that_count),
    "arguments are not by time": (Contest, "standings", by_their_ids),
    "arguments have places at once": (Contest, "standings", whatever_time_it_is),
    "secrets show their verdicts": (Secret, "__repr__", shown),
    "secrets show their nonces": (Secret, "__repr__", nonce_shown),
}


@pytest.mark.parametrize("promise", BROKEN)
def test_a_store_that_breaks_a_promise_is_caught(
    monkeypatch: pytest.MonkeyPatch, promise: str
) -> None:
    monkeypatch.setattr(*BROKEN[promise])
    assert next(failures(ContestStoreConformance), None)


def test_a_store_that_breaks_none_is_not() -> None:
    assert [*failures(ContestStoreConformance)] == []
