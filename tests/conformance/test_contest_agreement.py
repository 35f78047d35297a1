"""The contests in memory, in SQLite and in PostgreSQL give the same answers, whatever is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import TypeVar

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

pytest.importorskip("sqlalchemy", reason="two of the stores need mainstay[sql]")

from mainstay.adapters.sql import SqlStore
from mainstay.contest import (
    ArgumentVote,
    Case,
    CaseArgument,
    CaseStatus,
    CaseVote,
    Commitment,
    Reward,
    RewardState,
    Secret,
    Verification,
    commit,
)
from mainstay.ports import BadgeTarget, ContestPage, DueCase, OutboxEntry, Store
from mainstay.ports.notices import NOTICE
from mainstay.ports.rewards import REWARD, reward_of, reward_result
from mainstay.recognition import BadgePolicy
from mainstay.testing.conformance._activity import readable
from mainstay.testing.conformance._contests import closing
from mainstay.testing.conformance._transactions import Interrupted
from mainstay.testing.memory import MemoryStore
from tests.conformance.agreeing import require_agreement
from tests.conformance.asking import same_answer
from tests.conformance.databases import empty

T = TypeVar("T")

FIRST = datetime(2024, 5, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
CASES = ["a", "a:b", "Zoë", "é", "e\u0301", "\uff5a", "\U0001f600"]
USERS = ["Zoë", "ada", "bob", "é", "e\u0301", "\U0001f600"]
QUESTIONS = ["Really?", "really?"]
SIDES = ["no", "yes"]
OFFSETS = [UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-10))]

names = st.sampled_from([*CASES, *CASES[:3]])
anything = st.sampled_from([*CASES, *CASES, "nobody's"])
users = st.sampled_from(USERS)
#: How far the clock moves on, in hours; sometimes another machine's is behind.
steps = st.sampled_from([0, 0, 0, 1, 1, 2, -1])
#: How long cases are open, in hours.
spans = st.sampled_from([1, 2, 2, 5])
#: When something is done: mostly while its case is open, else about its ends.
moments = st.sampled_from([*["within"] * 12, *["first", "last"] * 2, "early", "late"])
offsets = st.sampled_from(OFFSETS)
limits = st.sampled_from([1, 2, 3, 100])
statuses = st.sampled_from([*[Verification.VERIFIED] * 8, *Verification])
#: Mostly an id goes with what is said under it, so that it is not refused.
ids = st.sampled_from([*[None] * 5, "1"])
sides = st.sampled_from([*SIDES * 8, "maybe"])
votes = st.lists(st.tuples(ids, users, sides, moments, offsets), max_size=4)
arguments = st.lists(st.tuples(ids, users, st.sampled_from("xy"), moments, offsets), max_size=3)
upvotes = st.lists(st.tuples(st.integers(0, 20), users, moments), max_size=4)


def due_of(due: DueCase) -> object:
    """What is due, without the orders that don't matter."""
    return (
        due.kept,
        due.secret,
        sorted(due.votes, key=lambda vote: vote.id),
        sorted(due.arguments, key=lambda argument: argument.id),
        sorted(due.argument_votes, key=lambda vote: (vote.argument_id, vote.user_id)),
    )


def reward_without_chance(reward: Reward) -> Reward:
    """What a reward says, without what is random of it."""
    assert len(reward.id) >= 32
    return attrs.evolve(reward, id="random")


def all_due(page: ContestPage, now: datetime, limit: int) -> list[DueCase]:
    """All that is due, in pages; which is on which page is a store's own affair."""
    found: list[DueCase] = []
    while some := readable(page.due(now, after=found[-1].key if found else None, limit=limit)):
        found += some
    return found


def verified(due: Sequence[DueCase]) -> list[DueCase]:
    """Those that can be closed."""
    return [each for each in due if each.kept.verification is Verification.VERIFIED]


def claimed(store: Store, kind: str, now: datetime) -> list[OutboxEntry]:
    """What waits in the outbox, in an order that does not hang on its random keys."""
    entries = readable(store.outbox.claim(kind, "me", now=now, until=now, limit=10_000))
    return sorted(entries, key=lambda entry: (f"{entry.payload['case_id']}", f"{entry.user_id}"))


class Agreement(RuleBasedStateMachine):
    """Asks all stores the same."""

    def __init__(self, stores: Sequence[Store]) -> None:
        super().__init__()
        self.model = MemoryStore()
        self.stores: list[Store] = [self.model, *stores]
        self.now = FIRST
        self.drafted: dict[str, tuple[Case, Commitment, Secret]] = {}

    def later(self, step: int) -> datetime:
        self.now += step * HOUR
        return self.now

    def ask(self, question: Callable[[Store], T]) -> T | str:
        """Require the same answer of all stores, or the same refusal."""
        return same_answer(self.stores, question)

    def moment(self, case_id: str, name: str) -> datetime:
        """Return when something is done about a case; now if it is not open."""
        kept = self.model.contests.case(case_id)
        if kept is None or kept.case.status is CaseStatus.DRAFT:
            return self.now
        begin, end = kept.case.span()
        return {
            "early": begin - MICROSECOND,
            "first": begin,
            "within": begin + (end - begin) / 2,
            "last": end - MICROSECOND,
            "late": end,
        }[name]

    @initialize(
        opened=st.lists(names, min_size=4, unique=True),
        verdict=st.sampled_from(SIDES),
        seed=st.integers(1, 5),
    )
    def begin(self, opened: list[str], verdict: str, seed: int) -> None:
        """So that there is something to vote for, and to close."""
        for place, name in enumerate(opened, seed):
            self.put_draft(Case(name, "Well?", SIDES), verdict, nonce=b"0" * 32, slot=None)
            self.verify(name, Verification.VERIFIED, step=0, lasts=2)
            self.vote(
                name,
                [
                    (None, user, SIDES[number % place % 2], "within", UTC)
                    for number, user in enumerate(USERS)
                ],
            )
            self.argue(name, [(None, user, "x", "within", UTC) for user in USERS[: place % 5]])

    def put_draft(self, case: Case, verdict: str, nonce: bytes, slot: datetime | None) -> None:
        commitment, secret = commit(case, verdict, nonce)
        self.drafted[case.id] = case, commitment, secret
        now = self.now
        self.ask(lambda store: store.contests.draft(case, commitment, secret, now=now, slot=slot))

    @rule(
        name=names,
        question=st.sampled_from(QUESTIONS),
        creator=st.none() | users,
        verdict=st.sampled_from(SIDES),
        nonce=st.sampled_from([b"1" * 32, b"2" * 32]),
        slot=st.none() | st.integers(0, 2),
        zone=offsets,
    )
    def draft(
        self,
        name: str,
        question: str,
        creator: str | None,
        verdict: str,
        nonce: bytes,
        slot: int | None,
        zone: timezone,
    ) -> None:
        at = None if slot is None else (FIRST + slot * HOUR).astimezone(zone)
        self.put_draft(Case(name, question, SIDES, creator), verdict, nonce, at)

    @rule(name=names, other=names, slot=st.none() | st.integers(0, 2))
    def draft_what_cannot_be(self, name: str, other: str, slot: int | None) -> None:
        """One that was drafted before, or its commitment with another case."""
        if name in self.drafted and other in self.drafted:
            case, _, secret = self.drafted[name]
            commitment = self.drafted[other][1]
            at, now = None if slot is None else FIRST + slot * HOUR, self.now
            self.ask(lambda store: store.contests.draft(case, commitment, secret, now=now, slot=at))

    @rule(name=anything, status=statuses, step=steps, lasts=spans)
    def verify(self, name: str, status: Verification, step: int, lasts: int) -> None:
        now = self.later(step)
        self.ask(lambda store: store.contests.verified(name, status, now=now, lasting=lasts * HOUR))

    @rule(name=anything, drawn=votes)
    def vote(self, name: str, drawn: list[tuple[str | None, str, str, str, timezone]]) -> None:
        added = [
            CaseVote(
                vote_id or f"{user} {side} {moment}",
                user,
                side,
                self.moment(name, moment).astimezone(zone),
            )
            for vote_id, user, side, moment, zone in drawn
        ]
        self.ask(lambda store: store.contests.vote(name, added))

    @rule(name=anything, drawn=arguments)
    def argue(self, name: str, drawn: list[tuple[str | None, str, str, str, timezone]]) -> None:
        added = [
            CaseArgument(
                argument_id or f"{author} {text} {moment} about {name}",
                author,
                text,
                self.moment(name, moment).astimezone(zone),
            )
            for argument_id, author, text, moment, zone in drawn
        ]
        self.ask(lambda store: store.contests.argue(name, added))

    @rule(name=names, drawn=upvotes, strange=st.sampled_from([*[False] * 8, True]))
    def upvote(self, name: str, drawn: list[tuple[int, str, str]], strange: bool) -> None:
        there = [each.argument.id for each in self.model.contests.arguments(name)]
        known = sorted(there)[:3] or ["nobody's"]
        added = [
            ArgumentVote(known[place % len(known)], user, self.moment(name, moment))
            for place, user, moment in drawn
        ]
        added += [ArgumentVote("nobody's", "ada", self.now)] * strange
        self.ask(lambda store: store.contests.upvote(added))

    @rule(
        step=st.sampled_from([0, 1, 2, 3]),
        limit=limits,
        kept=st.just({*range(7)}) | st.sets(st.integers(0, 6)),
        pool=st.sampled_from([0, 1, 100, 1001]),
        notices=st.booleans(),
        ends_well=st.sampled_from([True, True, False]),
    )
    def close(
        self, step: int, limit: int, kept: set[int], pool: int, notices: bool, ends_well: bool
    ) -> None:
        now = self.later(step)

        def close(store: Store) -> object:
            seen: list[object] = []
            with suppress(Interrupted), store.contests.page() as page:
                due = all_due(page, now, limit)
                some = [each for place, each in enumerate(verified(due)) if place in kept]
                page.keep([closing(each, now, pool=pool, notices=notices) for each in some])
                seen += [*map(due_of, due), *map(due_of, all_due(page, now, limit))]
                if not ends_well:
                    raise Interrupted
            return seen

        self.ask(close)

    @rule(place=st.integers(0, 2), after=st.none() | names, step=st.sampled_from([0, 2, 3]))
    def close_what_was_not_due(self, place: int, after: str | None, step: int) -> None:
        """One that was read in another transaction, and in this one only if it comes after."""
        now = self.later(step)

        def close(store: Store) -> None:
            with store.contests.page() as page:
                found = verified(all_due(page, now, 100))
            with store.contests.page() as page:
                page.due(now, after=after, limit=100)
                page.keep([closing(each, now) for each in found[place : place + 1]])

        self.ask(close)

    @rule(
        state=st.sampled_from([*RewardState][1:]),
        place=st.integers(0, 9),
        step=st.sampled_from([0, 2, 3]),
    )
    def pay(self, state: RewardState, place: int, step: int) -> None:
        """Everything closes that is over, and some reward comes further."""
        now = self.later(step)

        def pay(store: Store) -> object:
            with store.contests.page() as page:
                page.keep([closing(each, now) for each in verified(all_due(page, now, 100))])
            waiting = claimed(store, REWARD, now)
            for entry in waiting[place : place + 1]:
                reward = attrs.evolve(reward_of(entry), state=state, submitted_at=now)
                result = reward_result(reward, "transaction")
                store.outbox.finish(attrs.evolve(entry, result=result), "me")
            return [(entry.user_id, entry.payload["case_id"], entry.due_at) for entry in waiting]

        self.ask(pay)

    @rule()
    def read_notices(self) -> None:
        def notices(store: Store) -> object:
            return [
                (entry.user_id, entry.payload, entry.due_at, entry.attempts)
                for entry in claimed(store, NOTICE, self.now)
            ]

        self.ask(notices)

    @rule(
        status=st.none() | st.sampled_from(CaseStatus),
        after=st.none() | anything,
        limit=limits,
        name=anything,
        slot=st.integers(0, 3),
    )
    def read(
        self, status: CaseStatus | None, after: str | None, limit: int, name: str, slot: int
    ) -> None:
        self.ask(lambda store: list(store.contests.cases(status=status, after=after, limit=limit)))
        self.ask(lambda store: list(store.contests.arguments(name, limit=limit)))
        self.ask(lambda store: len(store.contests.rewards(name, limit=limit)))
        self.ask(lambda store: store.contests.of_slot(FIRST + slot * HOUR))
        self.ask(partial(all_of, name))

    @invariant()
    def nothing_differs_at_a_glance(self) -> None:
        self.ask(lambda store: list(store.contests.cases()))
        self.ask(lambda store: {u: dict(m) for u, m in store.metrics.metrics(USERS).items()})

    def teardown(self) -> None:
        """Compare everything, and who is due for badges."""
        for name in [*CASES, "nobody's"]:
            self.ask(partial(all_of, name))
        for question in QUESTIONS:
            self.ask(partial(has_question, question))
        target = BadgeTarget(self.now, policy=BadgePolicy())
        self.ask(partial(users_due, target=target))


def has_question(question: str, store: Store) -> bool:
    return store.contests.has_question(question)


def all_of(case_id: str, store: Store) -> object:
    rewards = sorted(store.contests.rewards(case_id), key=lambda reward: reward.user_id)
    return (
        store.contests.case(case_id),
        store.contests.count_votes(case_id),
        list(store.contests.arguments(case_id)),
        list(map(reward_without_chance, rewards)),
        store.outbox.entry(f"verdict:{case_id}"),
    )


def users_due(store: Store, target: BadgeTarget) -> list[str]:
    with store.badges.page() as page:
        return [each.key for each in page.due(target, limit=100)]


def test_all_stores_hold_the_same_contests(databases: list[SqlStore]) -> None:
    def on_empty_stores() -> Agreement:
        for database in databases:
            empty(database)
        return Agreement(databases)

    require_agreement(on_empty_stores, examples=6, steps=25)
