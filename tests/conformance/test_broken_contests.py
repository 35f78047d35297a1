"""A store that breaks a promise about contests fails its suite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

import attrs
import pytest

from mainstay import RejectedError
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
    CaseClosing,
    CaseOutcome,
    ContestPage,
    DueCase,
    KeptCase,
    OutboxEntry,
    drafting,
    taking,
)
from mainstay.ports.rewards import reward_of, reward_range
from mainstay.testing.conformance import ContestStoreConformance
from mainstay.testing.memory import contests
from mainstay.testing.memory._contest import Contest, ContestsPage
from mainstay.testing.memory.contests import MemoryContests
from mainstay.testing.memory.metrics import MemoryMetrics
from tests.conformance.failing import failures

T = TypeVar("T", CaseVote, CaseArgument)

draft, known, verified, cases, vote, argue, upvote, rewards = (
    MemoryContests.draft,
    MemoryContests._known,
    Contest.verified,
    MemoryContests.cases,
    MemoryContests.vote,
    MemoryContests.argue,
    MemoryContests.upvote,
    MemoryContests.rewards,
)
keep, due, is_due, closed, standings = (
    ContestsPage.keep,
    ContestsPage.due,
    Contest.is_due,
    Contest.closed,
    Contest.standings,
)
entries, growth, outcome, grow = (
    CaseClosing.entries,
    CaseClosing.metrics,
    CaseClosing.outcome,
    MemoryMetrics.grow,
)
commitment_entry, require_votes, require_upvotes = (
    drafting.commitment_entry,
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


def without_places(contest: Contest, closing: CaseClosing) -> Contest:
    return attrs.evolve(closed(contest, closing), places={})


def without_its_outcome(contest: Contest, closing: CaseClosing) -> Contest:
    done = closed(contest, closing)
    return attrs.evolve(done, kept=attrs.evolve(done.kept, outcome=None))


def without_its_votes(contest: Contest, closing: CaseClosing) -> Contest:
    return attrs.evolve(closed(contest, closing), votes={})


def of_that_beginning(
    store: MemoryContests, case_id: str, *, after: str | None = None, limit: int = 100
) -> Sequence[Reward]:
    prefix, _ = reward_range(case_id)
    found = [reward_of(each) for each in store._outbox.all() if each.key.startswith(prefix)]
    found.sort(key=lambda reward: reward.id)
    return [each for each in found if after is None or each.id > after][:limit]


def by_user(
    store: MemoryContests, case_id: str, *, after: str | None = None, limit: int = 100
) -> Sequence[Reward]:
    found = rewards(store, case_id, after=after, limit=limit)
    return sorted(found, key=lambda reward: reward.user_id)


def as_they_were_queued(entry: OutboxEntry) -> Reward:
    return reward_of(attrs.evolve(entry, result=None))


def once_the_end_is_past(contest: Contest, now: datetime) -> bool:
    return contest.case.status is CaseStatus.OPEN and contest.case.span()[1] < now


def closed_ones_again(contest: Contest, now: datetime) -> bool:
    return contest.case.status is not CaseStatus.DRAFT and contest.case.span()[1] <= now


def verified_ones(contest: Contest, now: datetime) -> bool:
    return is_due(contest, now) and contest.kept.verification is Verification.VERIFIED


def all_of_them(
    page: ContestsPage, now: datetime, *, after: str | None = None, **_: int
) -> Sequence[object]:
    return due(page, now, after=after, limit=10_000)


def what_comes_after(
    page: ContestsPage, now: datetime, *, after: str | None = None, limit: int
) -> Sequence[object]:
    found = due(page, now, limit=limit)
    return [each for each in found if after is None or each.key > after]


def without_votes_for_arguments(contest: Contest) -> DueCase:
    arguments = [each.argument for each in contest.arguments.values()]
    return DueCase(contest.kept, contest.secret, [*contest.votes.values()], arguments, [])


def notices_always(closing: CaseClosing) -> Iterator[OutboxEntry]:
    return entries(attrs.evolve(closing, notices=True))


def notices_never(closing: CaseClosing) -> Iterator[OutboxEntry]:
    return entries(attrs.evolve(closing, notices=False))


def one_reward_less(closing: CaseClosing) -> Iterator[OutboxEntry]:
    several = [*entries(closing)]
    yield from several[1:] if len(several) > 1 else several


def a_day_later(closing: CaseClosing) -> Iterator[OutboxEntry]:
    return entries(attrs.evolve(closing, at=closing.at + timedelta(days=1)))


def keyed_by_user(closing: CaseClosing) -> Iterator[OutboxEntry]:
    for entry in entries(closing):
        key = f"{entry.key.rpartition(':')[0]}:{entry.user_id}"
        yield attrs.evolve(entry, key=key) if entry.kind == "reward" else entry


def of_all_voters(closing: CaseClosing, secret: Secret) -> CaseOutcome:
    counted = outcome(closing, secret)
    return attrs.evolve(counted, participants=counted.voters)


def when_its_time_ended(closing: CaseClosing, secret: Secret) -> CaseOutcome:
    return attrs.evolve(outcome(closing, secret), closed_at=closing.closed.case.span()[1])


def a_user_a_place(closing: CaseClosing) -> Iterator[tuple[str, str, int]]:
    return ((user, name, min(by, 1)) for user, name, by in growth(closing))


def no_metrics(_: CaseClosing) -> Iterator[tuple[str, str, int]]:
    return iter(())


def in_place_of(store: MemoryMetrics, increments: Iterable[tuple[str, str, int]]) -> None:
    several = [*increments]
    store._put = {**store._put, **{(user, name): by for user, name, by in several}}
    store._marks.at_once(user for user, _, _ in several)


def of_one_case(store: MemoryMetrics, increments: Iterable[tuple[str, str, int]]) -> None:
    grown = dict(store._put)
    several = {(user, name): by for user, name, by in increments}
    for key, by in several.items():
        grown[key] = grown.get(key, 0) + by
    store._put = grown
    store._marks.at_once(user for user, _ in several)


def unnoticed(store: MemoryMetrics, increments: Iterable[tuple[str, str, int]]) -> None:
    marks = dict(store._marks)
    grow(store, increments)
    store._marks.clear()
    store._marks.update(marks)


@contextmanager
def whatever_happens(store: MemoryContests) -> Iterator[ContestPage]:
    with store._lock:
        page = ContestsPage(store._contests, store._unreadable)
        try:
            yield page
        finally:
            if not page.transaction.rejected:
                store._contests = page.contests


@contextmanager
def paid_whatever_happens(store: MemoryContests) -> Iterator[ContestPage]:
    with store._lock:
        page = ContestsPage(store._contests, store._unreadable)
        try:
            yield page
            store._contests = page.contests
        finally:
            store._outbox.put(page.entries)
            store._metrics.grow(page.growth)


def as_often_as_given(page: ContestsPage, done: Sequence[CaseClosing]) -> None:
    read = dict(page.transaction.read)
    for closing in done:
        keep(page, [closing])
        page.transaction.read.update(read)


def whatever_is_there(page: ContestsPage, done: Sequence[CaseClosing]) -> None:
    for closing in done:
        name = closing.closed.case.id
        if name in page.contests:
            page.transaction.read[name] = page.contests[name]
    keep(page, done)


def those_before_it(page: ContestsPage, done: Sequence[CaseClosing]) -> None:
    """Keep what came before the one that is rejected."""
    for closing in done:
        try:
            keep(page, [closing])
        except RejectedError:
            page.transaction.rejected = False
            raise


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
    "places are forgotten": (Contest, "closed", without_places),
    "verdicts are not shown": (Contest, "closed", without_its_outcome),
    "votes of closed cases go": (Contest, "closed", without_its_votes),
    "rewards are those of a beginning": (MemoryContests, "rewards", of_that_beginning),
    "rewards are by user": (MemoryContests, "rewards", by_user),
    "rewards stay queued": (contests, "reward_of", as_they_were_queued),
    "cases are over a little later": (Contest, "is_due", once_the_end_is_past),
    "cases close again": (Contest, "is_due", closed_ones_again),
    "what is not verified waits in silence": (Contest, "is_due", verified_ones),
    "pages are without limit": (ContestsPage, "due", all_of_them),
    "pages end early": (ContestsPage, "due", what_comes_after),
    "votes for arguments are left out": (Contest, "due", property(without_votes_for_arguments)),
    "everybody is told": (CaseClosing, "entries", notices_always),
    "nobody is told": (CaseClosing, "entries", notices_never),
    "somebody is not paid": (CaseClosing, "entries", one_reward_less),
    "everybody is paid a day later": (CaseClosing, "entries", a_day_later),
    "keys of rewards name users": (CaseClosing, "entries", keyed_by_user),
    "authors are not participants": (CaseClosing, "outcome", of_all_voters),
    "cases closed when their time ended": (CaseClosing, "outcome", when_its_time_ended),
    "a user's places count once": (CaseClosing, "metrics", a_user_a_place),
    "metrics stay": (CaseClosing, "metrics", no_metrics),
    "metrics are put": (MemoryMetrics, "grow", in_place_of),
    "metrics grow by one case": (MemoryMetrics, "grow", of_one_case),
    "nobody is due for badges": (MemoryMetrics, "grow", unnoticed),
    "interrupted pages are kept": (MemoryContests, "page", whatever_happens),
    "interrupted pages are paid": (MemoryContests, "page", paid_whatever_happens),
    "a case is closed twice": (ContestsPage, "keep", as_often_as_given),
    "any case is closed": (ContestsPage, "keep", whatever_is_there),
    "some of a page is kept": (ContestsPage, "keep", those_before_it),
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
