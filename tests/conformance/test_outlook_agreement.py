"""All stores give the same answers about outlooks, notifications and templates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

pytest.importorskip("sqlalchemy", reason="two of the stores need mainstay[sql]")

from mainstay import IsoWeek, YearPolicy
from mainstay.adapters.sql import SqlStore
from mainstay.outlook import Metric, NotificationPolicy, Preferences, Template
from mainstay.ports import (
    NotificationTarget,
    OutboxEntry,
    OutboxState,
    Store,
)
from mainstay.ports.notification_entries import OUTLOOK, notification_entry
from tests.conformance import outlook_cases as cases
from tests.conformance.agreeing import require_agreement
from tests.conformance.databases import empty
from tests.conformance.outlook_cases import FIRST, days_ahead, steps, users
from tests.conformance.outlook_telling import Telling, endings, prefer, run

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
holders = st.sampled_from(["me", "you"])


class Agreement(Telling):
    """Asks all stores the same."""

    def __init__(self, databases: Sequence[SqlStore]) -> None:
        super().__init__(databases)
        self.claimed: list[OutboxEntry] = []

    @rule(user=users, preferences=cases.preferences, step=steps)
    def prefer(self, user: str, preferences: Preferences, step: int) -> None:
        now = self.later(step)
        self.ask(partial(prefer, user=user, preferences=preferences, now=now))

    @rule(user=users, minutes=st.sampled_from([-121, -120, -119, -1, 0, 1, 24 * 60 - 1]))
    def prefer_what_is_just_late(self, user: str, minutes: int) -> None:
        """At the ends of what is late, and of what a run has planned."""
        at = (self.now + minutes * MINUTE).time().replace(second=0, microsecond=0)
        wanted = Preferences("UTC", at, at)
        self.ask(partial(prefer, user=user, preferences=wanted, now=self.now))

    @rule(
        step=steps,
        policy=cases.policies,
        ahead=st.none() | st.none() | days_ahead,
        limit=st.sampled_from([1, 2, 9]),
        pages=st.sampled_from([1, 2, 99, 99]),
        ends_well=endings,
    )
    def plan(
        self,
        step: int,
        policy: NotificationPolicy,
        ahead: int | None,
        limit: int,
        pages: int,
        ends_well: bool,
    ) -> None:
        """Page by page, each in a transaction of its own; some runs are killed."""
        day = None if ahead is None else self.day(ahead)
        target = NotificationTarget(self.later(step), policy=policy, day=day)
        self.ask(partial(run, target=target, limit=limit, pages=pages, ends_well=ends_well))

    @rule(user=users, ahead=days_ahead, minutes=st.integers(-200, 200), ago=st.integers(0, 2))
    def plan_what_can_not_be(self, user: str, ahead: int, minutes: int, ago: int) -> None:
        """Perhaps not due, or expired before it is; or all is well."""
        entry = notification_entry(user, self.day(ahead), self.now + minutes * MINUTE)
        bad = attrs.evolve(entry, expires_at=entry.due_at + (ago - 1) * MINUTE)

        def keep(store: Store) -> object:
            with store.notifications.page() as page:
                due = [each.key for each in page.due(NotificationTarget(self.now), limit=9)]
                page.keep([bad])
            return due

        self.ask(keep)

    @rule(holder=holders, step=steps, lasts=st.sampled_from([1, 5, 60]), limit=st.integers(1, 4))
    def claim(self, holder: str, step: int, lasts: int, limit: int) -> None:
        self.take(holder, self.later(step), lasts, limit)

    @rule(holder=holders, minutes=st.integers(0, 119), back=st.booleans())
    def claim_the_next(self, holder: str, minutes: int, back: bool) -> None:
        """Whatever is due next, late by some minutes; some of it is given back at once."""
        waiting = self.stores[0].outbox.next_due()
        if waiting is not None:
            self.now = max(self.now, waiting + minutes * MINUTE)
            for entry in self.take(holder, self.now, 30, 9)[:1] if back else []:
                free = attrs.evolve(entry, attempts=0)
                self.ask(partial(finished, entry=free, holder=holder))

    def take(self, holder: str, now: datetime, lasts: int, limit: int) -> list[OutboxEntry]:
        until = now + lasts * MINUTE
        claimed = self.ask(
            lambda store: [*store.outbox.claim(OUTLOOK, holder, now=now, until=until, limit=limit)]
        )
        found = [each for each in claimed if isinstance(each, OutboxEntry)]
        self.claimed += found
        return found

    @rule(
        data=st.data(),
        holder=holders,
        state=st.sampled_from([*OutboxState, OutboxState.DONE, OutboxState.WAITING]),
        attempts=st.integers(0, 1),
        later=st.integers(0, 90),
    )
    def finish(
        self, data: st.DataObject, holder: str, state: OutboxState, attempts: int, later: int
    ) -> None:
        if self.claimed:
            entry = data.draw(st.sampled_from([*self.claimed, *self.claimed[-1:] * 3]))
            due = self.now + later * MINUTE
            done = attrs.evolve(entry, state=state, attempts=attempts, due_at=due)
            self.ask(partial(finished, entry=done, holder=holder))

    @rule(step=steps)
    def expire(self, step: int) -> None:
        now = self.later(step)
        self.ask(lambda store: store.outbox.expire(OUTLOOK, now=now))

    @rule(offered=cases.templates())
    def offer(self, offered: list[Template]) -> None:
        self.ask(lambda store: [*store.templates.offer(offered).items()])

    @rule(weeks=st.integers(0, 2), changed=cases.templates())
    def decide(self, weeks: int, changed: list[Template]) -> None:
        week = IsoWeek.of(self.now.date()) - weeks
        self.ask(lambda store: store.templates.decide(week, changed))

    @rule(
        user=users,
        limit=st.sampled_from([1, 2, 9]),
        ahead=days_ahead,
        asked=st.lists(users),
        ago=st.integers(0, 40),
    )
    def read(self, user: str, limit: int, ahead: int, asked: list[str], ago: int) -> None:
        now, day = self.now - ago * DAY, self.day(ahead)
        self.ask(partial(cases.history, user=user, limit=limit))
        self.ask(lambda store: [*store.outlooks.standings(asked, now=now)])
        year = YearPolicy()
        self.ask(lambda store: [*store.outlooks.standings(asked, now=now, policy=year)])
        self.ask(lambda store: [*store.notifications.of_day(day, after=user, limit=limit)])

    @rule(
        template=st.sampled_from(["a", "\uff5a"]),
        since=st.integers(-9, 3),
        lasting=st.integers(0, 9),
        metric=cases.metrics,
    )
    def count(self, template: str, since: int, lasting: int, metric: Metric) -> None:
        days = (self.day(since), self.day(since + lasting))
        self.ask(lambda store: dict(store.outlooks.variants(template, *days, metric)))
        self.ask(lambda store: [*store.outlooks.figures(*days, metric)])
        self.ask(lambda store: [*store.outlooks.content_types(*days).items()])

    @invariant()
    def nothing_differs_at_a_glance(self) -> None:
        self.ask(cases.glance)

    def teardown(self) -> None:
        """Compare all days."""
        for today in {FIRST.date(), self.now.date()}:
            self.ask(partial(cases.everything, today=today))


def finished(store: Store, *, entry: OutboxEntry, holder: str) -> bool:
    return store.outbox.finish(entry, holder)


def test_all_stores_tell_the_same(databases: list[SqlStore]) -> None:
    def on_empty_stores() -> Agreement:
        for database in databases:
            empty(database)
        return Agreement(databases)

    require_agreement(on_empty_stores, examples=6, steps=25)
