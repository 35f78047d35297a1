"""All stores give the same answers about points, metrics, leaderboards and badges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta, timezone
from functools import partial
from itertools import product
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

from mainstay import Session, YearPolicy
from mainstay.adapters.sql import SqlStore
from mainstay.daystarts import DayStart
from mainstay.jobs import update_multipliers
from mainstay.ports import (
    BadgeCheck,
    BadgeStanding,
    BadgeTarget,
    BoardQuery,
    BoardTarget,
    DueBoard,
    Store,
    Unreadable,
    badge_progress,
    earned_badges,
)
from mainstay.recognition import (
    MOST_POINTS,
    Badge,
    BadgePolicy,
    Credit,
    LeaderboardPolicy,
    Period,
    Ranked,
    Span,
    Ties,
    awards,
)
from mainstay.scheduling import JobContext
from mainstay.testing.conformance._transactions import Interrupted
from tests.conformance.agreeing import require_agreement
from tests.conformance.asking import same_answer
from tests.conformance.databases import all_with_days_from, empty

T = TypeVar("T")

FIRST = datetime(2024, 5, 15, 12, tzinfo=UTC)
USERS = ["Zoë", "ada", "é", "e\u0301", "\uff5a", "\U0001f600"]
REASONS = ["badge:a", "badge:b", "badge:gone", "case 1", "case 2", "welcome"]
METRICS = ["wins", "votes", "🙂"]
OFFSETS = [UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-10))]
MINUTE = timedelta(minutes=1)
#: How far before now things happen, in minutes: about the ends of all spans, and of snapshots.
AGO = [0, 0, 1, 5, 14, 15, 59, 60, 24 * 60 - 1, 24 * 60, 24 * 60 + 1, 7 * 24 * 60, 9 * 24 * 60]
BOARD_POLICIES = [
    LeaderboardPolicy(),
    LeaderboardPolicy(top=2),
    LeaderboardPolicy(excluded=[USERS[1]], top=3, fresh=5 * MINUTE),
    LeaderboardPolicy(excluded=USERS[3:5], fresh=9 * MINUTE, kept=14 * MINUTE),
]
A = Badge(1, "a", "A", "Win.", "🦉", "wins", "wins", 1, 50)
B = Badge(2, "b", "B", "Be there.", "🦉", "kind:post", "posts", 2, 0, ["a"])
BADGE_POLICIES = [
    BadgePolicy(badges=[A]),
    BadgePolicy(badges=[A, B, Badge(9, "points", "P", "Lead.", "🦉", "points", "points", 40, 5)]),
    BadgePolicy(
        badges=[
            attrs.evolve(A, name="Another A", threshold=2, bonus=7),
            Badge(3, "days", "D", "Stay.", "🦉", "streak_days", "days", 2, 9),
            Badge(4, "weeks", "W", "Stay.", "🦉", "streak_weeks", "weeks", 1, 11),
            Badge(5, "score", "S", "Score.", "🦉", "score", "points", 5, 13),
        ]
    ),
    BadgePolicy(
        badges=[Badge(5, "score", "S", "Score.", "🦉", "score", "points", 12, 13)],
        score=YearPolicy(),
    ),
]

users = st.sampled_from(USERS)
anybody = st.sampled_from([*USERS, "nobody"])
#: Mostly nobody is chosen, so that snapshots can answer.
user_sets = st.booleans().flatmap(lambda chosen: st.frozensets(anybody) if chosen else st.none())
ago = st.sampled_from(AGO).map(lambda minutes: minutes * MINUTE)
#: How far the clock moves on, in minutes; sometimes another machine's is behind.
steps = st.sampled_from([0, 0, 0, 0, 1, 1, 4, 5, 10, 15, 60, 24 * 60, -1, -16])
amounts = st.integers(-3, 3) | st.sampled_from([50, 50, 50, -50, MOST_POINTS, -MOST_POINTS])
ties = st.sampled_from(["competition", "competition", "dense", "ordinal", "earliest"])
by_total: tuple[Ties, ...] = ("competition", "dense")
limits = st.sampled_from([1, 2, 3, 100])
credits_ = st.lists(
    st.tuples(users, st.sampled_from(REASONS), amounts, ago, st.sampled_from(OFFSETS)), max_size=6
)
values = st.sampled_from([1, 2, 5, 0, -1])
metrics = st.dictionaries(users, st.dictionaries(st.sampled_from(METRICS), values), min_size=1)
board_targets = st.none() | st.sampled_from(BOARD_POLICIES)
badge_policies = st.sampled_from([*BADGE_POLICIES, *BADGE_POLICIES[1:]])
periods = st.sampled_from([*Period])


def of(standing: BadgeStanding | Unreadable) -> object:
    """What a standing says, without the orders that don't matter."""
    assert not isinstance(standing, Unreadable)
    return (
        standing.user_id,
        dict(standing.metrics),
        sorted(standing.awards, key=lambda credit: credit.reason),
        sorted(standing.sessions, key=lambda session: session.id or ""),
        standing.day_start,
    )


def planned(
    standing: BadgeStanding, target: BadgeTarget, look_again: timedelta | None
) -> BadgeCheck:
    """What is due to a user; the score doesn't matter here."""
    badges = target.policy.badges
    due = awards(standing.user_id, standing.metrics, standing.awards, at=target.now, badges=badges)
    again = None if look_again is None else target.now + look_again
    return BadgeCheck(standing.user_id, due, again)


class Agreement(RuleBasedStateMachine):
    """Asks all stores the same."""

    def __init__(self, databases: Sequence[SqlStore]) -> None:
        super().__init__()
        self.databases = databases
        self.stores: list[Store] = []
        self.now = FIRST
        self.sessions: list[Session] = []

    def later(self, step: int) -> datetime:
        self.now += step * MINUTE
        return self.now

    def ask(self, question: Callable[[Store], T]) -> T | str:
        """Require the same answer of all stores, or the same refusal."""
        return same_answer(self.stores, question)

    @initialize(
        everybody=st.lists(ago, min_size=len(USERS), max_size=len(USERS)),
        more=st.lists(st.tuples(users, amounts, ago)),
        day_start=st.sampled_from([time(0), time(4), time(12)]),
    )
    def begin(
        self,
        everybody: list[timedelta],
        more: list[tuple[str, int, timedelta]],
        day_start: DayStart,
    ) -> None:
        """So that there are boards, often with ties, and badges to award."""
        self.stores = all_with_days_from(day_start, self.databases)
        wins = {user: {"wins": place % 3} for place, user in enumerate(USERS)}
        self.ask(lambda store: store.metrics.put(wins))
        first = [
            Credit(user, "first", place % 3, self.now - before)
            for place, (user, before) in enumerate(zip(USERS, everybody, strict=True))
        ]
        others = [
            Credit(user, f"{place}", amount, self.now - before)
            for place, (user, amount, before) in enumerate(more)
        ]
        self.ask(lambda store: list(store.points.add(first, now=self.now)))
        self.ask(lambda store: list(store.points.add(others, now=self.now)))

    @rule(drawn=credits_, step=steps, ahead=st.sampled_from([0, 0, 0, 0, 0, 1]))
    def add_credits(
        self,
        drawn: list[tuple[str, str, int, timedelta, timezone]],
        step: int,
        ahead: int,
    ) -> None:
        now = self.later(step)
        added = [
            Credit(user, reason, amount, (now + ahead * MINUTE - before).astimezone(zone))
            for user, reason, amount, before, zone in drawn
        ]
        self.ask(lambda store: list(store.points.add(added, now=now)))

    @rule(user=users, limit=limits)
    def read_credits(self, user: str, limit: int) -> None:
        def pages(store: Store) -> object:
            found: list[Credit] = []
            while page := store.points.credits(
                user, before=found[-1] if found else None, limit=limit
            ):
                found += page
            return found

        self.ask(pages)

    @rule(put=metrics)
    def put_metrics(self, put: dict[str, dict[str, int]]) -> None:
        self.ask(lambda store: store.metrics.put(put))

    @rule(
        drawn=st.lists(st.tuples(users, st.integers(-1, 12), st.sampled_from(["post", "like"]))),
        again=st.booleans(),
    )
    def add_sessions(self, drawn: list[tuple[str, int, str]], again: bool) -> None:
        known = len(self.sessions)
        new = [
            Session(user, self.now - timedelta(days=days), kind=kind, id=f"{known + place}")
            for place, (user, days, kind) in enumerate(drawn)
        ]
        batch = [*new, *self.sessions[-3:]] if again else new
        self.sessions += new
        self.ask(lambda store: store.sessions.add(batch))

    @rule(weeks=st.sampled_from([0, 1]))
    def record_weeks(self, weeks: int) -> None:
        day = self.now.date() - timedelta(weeks=weeks)
        clock = self.now + timedelta(days=30)

        def run(store: Store) -> object:
            job = update_multipliers(store.reputations)
            report = job.run(JobContext(target=day, task_id="1", clock=lambda: clock))
            return report.succeeded, report.failed

        self.ask(run)

    @rule(
        period=periods | periods | st.tuples(st.none() | ago, ago),
        tie=ties,
        exclude=user_sets,
        among=user_sets,
        user=anybody,
        points=amounts,
        limit=limits,
        count=st.integers(0, 3),
        step=steps,
    )
    def ask_for_boards(
        self,
        period: Period | tuple[timedelta | None, timedelta],
        tie: Ties,
        exclude: frozenset[str] | None,
        among: frozenset[str] | None,
        user: str,
        points: int,
        limit: int,
        count: int,
        step: int,
    ) -> None:
        now = self.later(step)
        if not isinstance(period, Period):
            since, until = period
            first = None if since is None else now - since - until - MINUTE
            asked: Period | Span = Span(first, now - until)
        else:
            asked = period
        query = BoardQuery(asked, ties=tie, exclude=exclude, among=among)
        boards = [
            lambda store: store.leaderboards.top(query, now=now, limit=limit),
            lambda store: store.leaderboards.around(user, query, now=now, count=count),
            lambda store: store.leaderboards.rank_of(user, query, now=now),
            lambda store: store.leaderboards.rank_for(points, query, now=now),
            lambda store: all_places(store, query, now, limit),
        ]
        for question in boards:
            self.ask(question)

    @rule(
        policy=board_targets,
        step=steps,
        after=st.none() | periods.map(str),
        limit=st.sampled_from([1, 2, 3, 3]),
        kept=st.just({*Period}) | st.sets(periods),
        ends_well=st.sampled_from([True, True, False]),
    )
    def refresh_boards(
        self,
        policy: LeaderboardPolicy | None,
        step: int,
        after: str | None,
        limit: int,
        kept: set[Period],
        ends_well: bool,
    ) -> None:
        target = BoardTarget(self.later(step), policy=policy)

        def refresh(store: Store) -> object:
            due: list[DueBoard | Unreadable] = []
            with suppress(Interrupted), store.leaderboards.page() as page:
                due += page.due(target, after=after, limit=limit)
                boards = [each for each in due if isinstance(each, DueBoard)]
                page.keep([board for board in boards if board.period in kept])
                due += page.due(target, limit=3)
                if not ends_well:
                    raise Interrupted
            return due

        self.ask(refresh)

    @rule(
        policy=board_targets,
        drawn=st.lists(st.tuples(users, amounts, ago), max_size=3),
        reason=st.integers(0, 10**6).map("news {}".format),
        step=st.sampled_from([0, 1, 4, 5, 14, 15]),
        points=amounts,
        limit=limits,
    )
    def ask_snapshots(
        self,
        policy: LeaderboardPolicy | None,
        drawn: list[tuple[str, int, timedelta]],
        reason: str,
        step: int,
        points: int,
        limit: int,
    ) -> None:
        """All boards are as of now; then something happens, and everything is asked."""
        target = BoardTarget(self.now, policy=policy)
        self.ask(partial(refresh_all, target=target))
        now = self.later(step)
        news = [Credit(user, reason, amount, now - before) for user, amount, before in drawn]
        self.ask(lambda store: list(store.points.add(news, now=now)))
        for period, tie in product(Period, by_total):
            query = BoardQuery(period, ties=tie)
            self.ask(partial(answers_of, query=query, now=now, points=points, limit=limit))

    @rule(period=periods, policy=board_targets)
    def keep_a_board_that_was_not_due(
        self, period: Period, policy: LeaderboardPolicy | None
    ) -> None:
        target = BoardTarget(self.now, policy=policy)

        def keep(store: Store) -> None:
            with store.leaderboards.page() as page:
                page.due(target, limit=2)
                page.keep([DueBoard(period)])

        self.ask(keep)

    @rule(
        policy=badge_policies,
        step=steps,
        after=st.none() | users,
        limit=st.sampled_from([1, 3, 6, 6]),
        kept=st.just({*range(6)}) | st.sets(st.integers(0, 5)),
        look_again=st.none() | st.sampled_from([timedelta(0), 5 * MINUTE, timedelta(days=1)]),
        ends_well=st.sampled_from([True, True, False]),
    )
    def look_at_users(
        self,
        policy: BadgePolicy,
        step: int,
        after: str | None,
        limit: int,
        kept: set[int],
        look_again: timedelta | None,
        ends_well: bool,
    ) -> None:
        target = BadgeTarget(self.later(step), policy=policy)

        def look(store: Store) -> object:
            seen: list[object] = []
            with suppress(Interrupted), store.badges.page() as page:
                due = page.due(target, after=after, limit=limit)
                found = [each for each in due if isinstance(each, BadgeStanding)]
                plans = [planned(each, target, look_again) for each in found]
                page.keep([plan for place, plan in enumerate(plans) if place in kept])
                seen += [*map(of, due), *map(of, page.due(target, limit=9))]
                if not ends_well:
                    raise Interrupted
            return seen

        self.ask(look)

    @rule(user=users, other=users, reason=st.sampled_from(REASONS[:3]), before=ago)
    def award_what_cannot_be(self, user: str, other: str, reason: str, before: timedelta) -> None:
        """One of another user, or of one who wasn't due, or of the future, or all is well."""
        target = BadgeTarget(self.now, policy=BADGE_POLICIES[0])
        given = Credit(other, reason, 1, self.now + MINUTE - before)

        def keep(store: Store) -> object:
            with store.badges.page() as page:
                due = [each.key for each in page.due(target, limit=4)]
                page.keep([BadgeCheck(user, [given])])
            return due

        self.ask(keep)

    @rule(user=anybody, policy=badge_policies)
    def ask_for_badges(self, user: str, policy: BadgePolicy) -> None:
        target = BadgeTarget(self.now, policy=policy)
        self.ask(lambda store: of(store.badges.standing(user, target)))
        self.ask(lambda store: earned_badges(store, user, now=self.now, policy=policy))
        self.ask(lambda store: badge_progress(store, user, now=self.now, policy=policy))

    @invariant()
    def nothing_differs_at_a_glance(self) -> None:
        everybody = [*USERS, "nobody"]
        self.ask(lambda store: dict(store.points.totals(everybody)))
        self.ask(lambda store: {u: dict(m) for u, m in store.metrics.metrics(everybody).items()})
        self.ask(lambda store: list(store.badges.known()))
        self.ask(lambda store: store.leaderboards.policy())

    def teardown(self) -> None:
        """Compare all boards, and who is due."""
        for period in Period:
            self.ask(partial(all_places, query=BoardQuery(period), now=self.now, limit=100))
        for policy in BADGE_POLICIES:
            self.ask(partial(all_due, target=BadgeTarget(self.now, policy=policy)))


def all_places(store: Store, query: BoardQuery, now: datetime, limit: int) -> list[Ranked[int]]:
    found: list[Ranked[int]] = []
    while some := store.leaderboards.top(
        query, now=now, limit=limit, after=found[-1] if found else None
    ).entries:
        found += some
    return found


def refresh_all(store: Store, target: BoardTarget) -> None:
    with store.leaderboards.page() as page:
        due = page.due(target, limit=3)
        page.keep([each for each in due if isinstance(each, DueBoard)])


def answers_of(store: Store, query: BoardQuery, now: datetime, points: int, limit: int) -> object:
    return (
        store.leaderboards.top(query, now=now, limit=limit),
        store.leaderboards.rank_for(points, query, now=now),
        [store.leaderboards.rank_of(user, query, now=now) for user in [*USERS, "nobody"]],
    )


def all_due(store: Store, target: BadgeTarget) -> object:
    with store.badges.page() as page:
        return [of(each) for each in page.due(target, limit=100)]


def test_all_stores_recognise_the_same(databases: list[SqlStore]) -> None:
    def on_empty_stores() -> Agreement:
        for database in databases:
            empty(database)
        return Agreement(databases)

    require_agreement(on_empty_stores, examples=6, steps=25)
