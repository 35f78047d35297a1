"""A store that breaks a promise about cases that close fails its suite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import attrs
import pytest

from mainstay import RejectedError
from mainstay.contest import (
    CaseStatus,
    Reward,
    Secret,
    Verification,
)
from mainstay.ports import (
    CaseClosing,
    CaseOutcome,
    ContestPage,
    DueCase,
    OutboxEntry,
)
from mainstay.ports.rewards import reward_of, reward_range
from mainstay.testing.conformance import ContestStoreConformance
from mainstay.testing.memory import contests
from mainstay.testing.memory._contest import Contest, ContestsPage
from mainstay.testing.memory.contests import MemoryContests
from mainstay.testing.memory.metrics import MemoryMetrics
from tests.conformance.failing import failures

rewards = MemoryContests.rewards
keep, due = (
    ContestsPage.keep,
    ContestsPage.due,
)
is_due, closed = (
    Contest.is_due,
    Contest.closed,
)
entries, growth, outcome = (
    CaseClosing.entries,
    CaseClosing.metrics,
    CaseClosing.outcome,
)
grow = MemoryMetrics.grow


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


BROKEN: Mapping[str, tuple[object, str, object]] = {
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
}


@pytest.mark.parametrize("promise", BROKEN)
def test_a_store_that_breaks_a_promise_is_caught(
    monkeypatch: pytest.MonkeyPatch, promise: str
) -> None:
    monkeypatch.setattr(*BROKEN[promise])
    assert next(failures(ContestStoreConformance), None)
