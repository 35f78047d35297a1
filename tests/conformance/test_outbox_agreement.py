"""The outboxes in memory, in SQLite and in PostgreSQL give the same answers, whatever is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import TypeVar

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

pytest.importorskip("sqlalchemy", reason="two of the stores need mainstay[sql]")

from mainstay.adapters.sql import SqlStore
from mainstay.jobs import check_badges
from mainstay.ports import OutboxEntry, OutboxState, Store
from mainstay.recognition import MOST_POINTS, Credit
from mainstay.scheduling import JobContext, PlainData
from mainstay.testing import strategies
from mainstay.testing.memory import MemoryStore
from tests.conformance.agreeing import require_agreement
from tests.conformance.asking import same_answer
from tests.conformance.databases import empty

T = TypeVar("T")

FIRST = datetime(2024, 5, 1, 12, tzinfo=UTC)
KEYS = ["Zoë", "a", "b", "\u00e9", "e\u0301", "\uff5a", "\U0001f600", "\0"]
KINDS = ["send", "settle"]
HOLDERS = ["me", "you"]
USERS = ["ada", "bob"]
AMOUNTS = [0, 1, 40, -40, MOST_POINTS]

keys = st.sampled_from(KEYS)
kinds = st.sampled_from(KINDS)
holders = st.sampled_from(HOLDERS)
minutes = st.integers(0, 12)
offsets = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))])
#: How far the clock moves on; sometimes another machine's is behind.
steps = st.sampled_from([0, 0, 1, 1, 2, 5, -1])
#: How long leases last; a wrong clock's end far in the future.
spans = st.sampled_from([1, 3, 3, 0, 40])


def later(than: datetime, minutes: int) -> datetime:
    return than + timedelta(minutes=minutes)


@st.composite
def entries(draw: st.DrawFn) -> OutboxEntry:
    """Entries of few contents, so that the same comes up again, due soon and often expiring."""
    due = later(FIRST, draw(minutes))
    return OutboxEntry(
        key=draw(keys),
        kind=draw(kinds),
        payload=draw(st.sampled_from([PlainData(), PlainData(), PlainData({"n": 1})])),
        user_id=draw(st.sampled_from([None, "ada", "ada", "bob"])),
        due_at=due.astimezone(draw(offsets)),
        expires_at=draw(st.none() | minutes.map(partial(later, due))),
    )


#: Of few users and reasons, so that the same comes up again; now and then more than can be.
credits_ = st.lists(
    st.builds(
        Credit,
        st.sampled_from([*USERS, *USERS, "\0"]),
        st.sampled_from(["reward:1", "reward:2"]),
        st.sampled_from(AMOUNTS),
        minutes.map(partial(later, FIRST)),
    ),
    max_size=3,
)


class Agreement(RuleBasedStateMachine):
    """Asks all outboxes the same."""

    def __init__(self, databases: Sequence[SqlStore]) -> None:
        super().__init__()
        for database in databases:
            empty(database)
        self.stores: list[Store] = [MemoryStore(), *databases]
        self.claimed: list[OutboxEntry] = []
        self.now = FIRST

    def ask(self, question: Callable[[Store], T]) -> T | str:
        """Require the same answer of all stores, or the same refusal."""
        return same_answer(self.stores, question)

    @rule(batch=st.lists(entries(), max_size=5))
    def put(self, batch: list[OutboxEntry]) -> None:
        self.ask(lambda store: store.outbox.put(batch))

    @rule(entry=entries())
    def put_one(self, entry: OutboxEntry) -> None:
        self.ask(lambda store: store.outbox.put([entry]))

    @rule(
        kind=kinds,
        holder=holders,
        step=steps,
        lasts=spans,
        limit=st.integers(1, 3),
        back=st.none() | minutes,
    )
    def claim(
        self, kind: str, holder: str, step: int, lasts: int, limit: int, back: int | None
    ) -> None:
        self.now = later(self.now, step)
        until = later(self.now, lasts)
        due_by = None if back is None else later(self.now, -back)
        claimed = self.ask(
            lambda store: list(
                store.outbox.claim(
                    kind, holder, now=self.now, until=until, limit=limit, due_by=due_by
                )
            )
        )
        self.claimed += [each for each in claimed if isinstance(each, OutboxEntry)]

    def some_claimed(self, data: st.DataObject) -> OutboxEntry:
        """Whatever was claimed, also long ago; mostly the last."""
        return data.draw(st.sampled_from([*self.claimed, *self.claimed[-1:] * 3]))

    @rule(
        data=st.data(),
        holder=holders,
        state=st.sampled_from(OutboxState),
        due=minutes,
        lasts=st.booleans(),
        attempts=st.integers(0, 3),
        result=st.none() | strategies.plain_data(),
        error=st.none() | st.sampled_from(["away", "no\0 \ud800é"]),
        credits=credits_,
        batch=st.lists(entries(), max_size=2),
    )
    def finish(
        self,
        data: st.DataObject,
        holder: str,
        state: OutboxState,
        due: int,
        lasts: bool,
        attempts: int,
        result: PlainData | None,
        error: str | None,
        credits: list[Credit],
        batch: list[OutboxEntry],
    ) -> None:
        if self.claimed:
            finished = attrs.evolve(
                self.some_claimed(data),
                state=state,
                due_at=later(self.now, due),
                expires_at=later(self.now, due + 1) if lasts else None,
                attempts=attempts,
                result=result,
                error=error,
            )
            self.ask(
                lambda store: store.outbox.finish(finished, holder, credits=credits, entries=batch)
            )

    @rule(data=st.data(), holder=holders)
    def give_back(self, data: st.DataObject, holder: str) -> None:
        if self.claimed:
            entry = self.some_claimed(data)
            self.ask(lambda store: store.outbox.finish(entry, holder))

    @rule(entry=entries(), holder=holders)
    def finish_what_was_not_claimed(self, entry: OutboxEntry, holder: str) -> None:
        if entry.key != KEYS[-1]:
            done = attrs.evolve(entry, state=OutboxState.DONE)
            self.ask(lambda store: store.outbox.finish(done, holder))

    @rule(kind=kinds, step=steps)
    def expire(self, kind: str, step: int) -> None:
        self.now = later(self.now, step)
        self.ask(lambda store: store.outbox.expire(kind, now=self.now))

    @rule(kind=kinds, after=st.none() | st.sampled_from(KEYS[:-1]), limit=st.integers(1, 4))
    def list_entries(self, kind: str, after: str | None, limit: int) -> None:
        self.ask(lambda store: [*store.outbox.entries(kind, after=after, limit=limit)])

    @rule()
    def look_at_who_was_credited(self) -> None:
        """All agree on how many have points since they were last looked at."""
        context = JobContext(clock=lambda: self.now)
        self.ask(lambda store: check_badges(store.badges).run(context).processed)

    @invariant()
    def nothing_differs_at_a_glance(self) -> None:
        self.ask(lambda store: dict(store.points.totals(USERS)))
        self.ask(lambda store: [[*store.outbox.entries(kind)] for kind in KINDS])
        self.ask(lambda store: store.outbox.count_waiting("send", due_by=self.now))

    def teardown(self) -> None:
        """Compare every entry and all credits."""
        self.ask(lambda store: store.outbox.count_waiting())
        for user in USERS:
            self.ask(partial(credits_of, user))
        for key in KEYS[:-1]:  # the last can't be stored
            self.ask(partial(entry_of, key))


def entry_of(key: str, store: Store) -> OutboxEntry | None:
    return store.outbox.entry(key)


def credits_of(user: str, store: Store) -> list[Credit]:
    return [*store.points.credits(user)]


def test_all_outboxes_give_the_same_answers(databases: list[SqlStore]) -> None:
    require_agreement(partial(Agreement, databases), examples=10, steps=20)
