"""The part of a machine that tells users something, in several stores alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from mainstay import ConsistencyPolicy, YearPolicy
from mainstay.adapters.sql import SqlStore
from mainstay.daystarts import DayStart
from mainstay.outlook import Content, Mark, Outlook, Preferences
from mainstay.ports import (
    DueNotification,
    NotificationTarget,
    OutlookMade,
    OutlookTarget,
    Store,
    Unreadable,
)
from mainstay.testing.conformance._transactions import Interrupted
from tests.conformance import outlook_cases as cases
from tests.conformance.asking import same_answer
from tests.conformance.databases import all_with_days_from
from tests.conformance.outlook_cases import FIRST, USERS, days_ahead, steps, texts, users

T = TypeVar("T")

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
places = st.just({*range(9)}) | st.sets(st.integers(0, 5))
endings = st.sampled_from([True, True, True, False])


class Telling(RuleBasedStateMachine):
    """Asks all stores the same about outlooks, and tells the same in all of them."""

    def __init__(self, databases: Sequence[SqlStore]) -> None:
        super().__init__()
        self.databases = databases
        self.stores: list[Store] = []
        self.now = FIRST
        self.sessions = 0

    def later(self, step: int) -> datetime:
        self.now += step * MINUTE
        return self.now

    def day(self, ahead: int) -> date:
        return self.now.date() + ahead * DAY

    def ask(self, question: Callable[[Store], T]) -> T | str:
        """Require the same answer of all stores, or the same refusal."""
        return same_answer(self.stores, question)

    @initialize(
        text=texts,
        wanted=st.lists(cases.preferences, max_size=3),
        planned=st.booleans(),
        day_start=st.sampled_from([time(0), time(4), time(22, 30)]),
    )
    def begin(
        self, text: Content, wanted: list[Preferences], planned: bool, day_start: DayStart
    ) -> None:
        """So that there is something to plan, to see and to count; often it is planned, too."""
        self.stores = all_with_days_from(day_start, self.databases)
        self.add_sessions([(user, DAY, None) for user in USERS])
        for user, preferences in zip(USERS, wanted, strict=False):
            self.ask(partial(prefer, user=user, preferences=preferences, now=self.now))
        for user in USERS[1:]:
            self.add_outlook(user, 1, text, force=False)
        if planned:
            target = NotificationTarget(self.now)
            self.ask(partial(run, target=target, limit=2, pages=9, ends_well=True))

    @rule(drawn=cases.sessions)
    def add_sessions(self, drawn: list[tuple[str, timedelta, str | None]]) -> None:
        first = self.sessions
        self.sessions += len(drawn)
        new = [
            cases.session(user, self.now - ago, zone, first + place)
            for place, (user, ago, zone) in enumerate(drawn)
        ]
        self.ask(lambda store: store.sessions.add(new))

    @rule(
        ahead=days_ahead,
        step=steps,
        force=st.booleans(),
        after=st.none() | users,
        limit=st.sampled_from([1, 3, 9]),
        text=texts,
        kept=places,
        asked=st.sets(st.integers(0, 5), max_size=1),
        ends_well=endings,
        by_year=st.booleans(),
    )
    def make_outlooks(
        self,
        ahead: int,
        step: int,
        force: bool,
        after: str | None,
        limit: int,
        text: Content,
        kept: set[int],
        asked: set[int],
        ends_well: bool,
        by_year: bool,
    ) -> None:
        policy = YearPolicy() if by_year else ConsistencyPolicy()
        target = OutlookTarget(self.day(ahead), self.later(step), force=force, policy=policy)

        def make(store: Store) -> object:
            seen: list[object] = []
            with suppress(Interrupted), store.outlooks.page() as page:
                seen += (due := page.due(target, after=after, limit=limit))
                done = [
                    cases.made(each.key, target, text, asked=place in asked)
                    for place, each in enumerate(due)
                    if place in kept
                ]
                page.keep(done)
                seen += page.due(target, limit=9)
                if not ends_well:
                    raise Interrupted
            return seen, store.outlooks.count_users(target)

        self.ask(make)

    @rule(
        user=users, other=users, ahead=days_ahead, told=days_ahead, text=texts, seen=st.booleans()
    )
    def make_what_can_not_be(
        self, user: str, other: str, ahead: int, told: int, text: Content, seen: bool
    ) -> None:
        """Somebody else's, or of another day, or not new, or of who wasn't due; or all is well."""
        target = OutlookTarget(self.day(ahead), self.now)
        outlook = cases.new_outlook(other, self.day(told), text, self.now)
        if seen:
            outlook = outlook.marked(Mark.VIEWED, at=self.now)

        def keep(store: Store) -> object:
            with store.outlooks.page() as page:
                due = [each.key for each in page.due(target, limit=4)]
                page.keep([OutlookMade(user, outlook)])
            return due

        self.ask(keep)

    @rule(user=users, ahead=days_ahead, text=texts, force=st.booleans())
    def add_outlook(self, user: str, ahead: int, text: Content, force: bool) -> None:
        outlook = cases.new_outlook(user, self.day(ahead), text, self.now)
        self.ask(lambda store: store.outlooks.add(outlook, force=force))

    @rule(
        user=users,
        ahead=days_ahead,
        several=st.lists(cases.marks, min_size=1, max_size=4),
        ago=st.sampled_from(cases.AGO),
    )
    def mark_outlook(
        self, user: str, ahead: int, several: list[tuple[Mark, int | None]], ago: timedelta
    ) -> None:
        """Also what was marked before, at another instant."""
        day = self.day(ahead)
        for place, (mark, rating) in enumerate(several):
            at = self.now - ago + place * MINUTE
            self.ask(partial(mark_one, user=user, day=day, mark=mark, at=at, rating=rating))


def prefer(store: Store, *, user: str, preferences: Preferences, now: datetime) -> None:
    store.notifications.prefer(user, preferences, now=now)


def mark_one(
    store: Store, *, user: str, day: date, mark: Mark, at: datetime, rating: int | None
) -> Outlook:
    return store.outlooks.mark(user, day, mark, at=at, rating=rating)


def run(
    store: Store, *, target: NotificationTarget, limit: int, pages: int, ends_well: bool
) -> object:
    """What a run finds due, until it ends or is killed."""
    seen: list[object] = [store.notifications.count_users(target)]
    after: str | None = None
    for _ in range(pages):
        due: Sequence[DueNotification | Unreadable] = ()
        with suppress(Interrupted), store.notifications.page() as page:
            due = page.due(target, after=after, limit=limit)
            seen += due
            readable = [each for each in due if not isinstance(each, Unreadable)]
            entries = [cases.planned(each, target) for each in readable]
            page.keep([entry for entry in entries if entry is not None])
            if not ends_well:
                raise Interrupted
        if not due:
            break
        after = due[-1].key
    return seen
