"""All stores make the same of corrections, and what is left is what a host would have had."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import count
from typing import TypeVar

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
)

from mainstay import (
    DailyCriteria,
    EngagementPolicy,
    IsoWeek,
    NoLongerKeptError,
    Session,
    WeeklyStreakPolicy,
)
from mainstay.jobs import (
    change_policy,
    evaluate_consistency,
    forget,
    judge_again,
    plan_days,
    plan_weeks,
    reevaluate,
    remove,
    rename,
    replace,
    update_multipliers,
)
from mainstay.ports import DueDays, DueWeeks, Late, Store, Unreadable
from mainstay.recognition import Credit
from mainstay.scheduling import JobContext, JobReport, PlainData
from mainstay.testing import strategies
from mainstay.testing.conformance._transactions import Interrupted
from mainstay.testing.memory import MemoryStore
from tests.conformance.agreeing import require_agreement
from tests.conformance.asking import same_answer
from tests.conformance.correction_cases import (
    AFTERWARDS,
    FIRST,
    LAST,
    USERS,
    Remaining,
    all_of,
    caught_up,
    context,
    known_of,
    of_days,
    of_weeks,
    pruned,
)
from tests.conformance.odd_policies import ODD_POLICIES

T = TypeVar("T")

OFFSETS = [UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-10))]
POLICY = EngagementPolicy(criteria=DailyCriteria({"post": 1}), top_inactive_users=2)
DAY_POLICIES = [
    POLICY,
    EngagementPolicy(criteria=DailyCriteria({"post": 2}), top_inactive_users=1),
    EngagementPolicy(criteria=DailyCriteria({"like": 1}), streak_weight=1, posts_weight=2),
    *ODD_POLICIES,
]
WEEK_POLICIES = [WeeklyStreakPolicy(), WeeklyStreakPolicy(min_interactions=1, kinds={"post"})]
CONTEXT = JobContext(clock=lambda: AFTERWARDS)
_ONE_DAY = timedelta(days=1)
_BEGIN, _END = (datetime.combine(day, datetime.min.time()) for day in (FIRST, LAST))

users = st.sampled_from(USERS)
days = st.dates(FIRST, LAST)
steps = st.sampled_from([1, 1, 1, 2, 4, 0, -3])
limits = st.sampled_from([1, 2, 3, 8, 30])
sessions = st.builds(
    Session,
    users,
    st.datetimes(_BEGIN, _END, timezones=st.sampled_from(OFFSETS)),
    timezone=st.none() | st.sampled_from(["Pacific/Apia", "America/New_York", "+05:45"]),
    kind=st.sampled_from(["post", "post", "like"]),
    quality=st.none() | strategies.qualities(),
)
#: Sessions, and how many days before the day that is evaluated next: mostly they are punctual.
batches = st.lists(st.tuples(sessions, st.sampled_from([0, 0, 0, 1, 1, 2, 5, -1])), max_size=8)


def said(report: JobReport) -> object:
    """What a report says, without what stores may count otherwise."""
    names = ("late_days", "days", "users_with_weeks", "candidates_differ")
    found = {name: report.result.get(name) for name in names}
    return report.failed, report.errors, changed(report).get("events"), found


def contents(session: Session) -> tuple[Session, timedelta | None]:
    """All that an event says, also with which offset."""
    return session, session.started_at.utcoffset()


def edited(store: Store, sessions: list[Session]) -> list[str]:
    with store.corrections.page() as page:
        return [*page.edited(sessions)]


def changed(report: JobReport) -> PlainData:
    """What a report of a correction says was changed."""
    found = report.result.get("changed", PlainData())
    assert isinstance(found, PlainData)
    return found


class Corrections(RuleBasedStateMachine):
    """Has all stores do the same."""

    known = Bundle[Session]("known")

    def __init__(self, stores: Sequence[Store], *, local_days: bool) -> None:
        super().__init__()
        self.stores: list[Store] = [MemoryStore(local_days=local_days), *stores]
        self.left = Remaining(local_days)
        self.day = FIRST
        self.numbers = count(1)
        #: Those of whom nobody can know how they did before the floor.
        self.blurred: set[str] = set()
        #: Whether everything is evaluated again in the end; else what is late is enough.
        self.from_the_beginning: bool = False
        for store in self.stores:
            with store.engagements.page() as page:
                page.keep_policy(POLICY)
            with store.reputations.page() as weeks:
                weeks.keep_policy(WEEK_POLICIES[0])

    def next_day(self, step: int) -> date:
        self.day = min(max(self.day + step * _ONE_DAY, FIRST), LAST)
        return self.day

    def ask(self, question: Callable[[Store], T]) -> T | str:
        return same_answer(self.stores, question)

    def dated(self, batch: list[tuple[Session, int]]) -> list[Session]:
        """Return sessions about the day that is next, with ids of their own."""
        return [
            attrs.evolve(
                session,
                id=f"event {next(self.numbers)}",
                started_at=datetime.combine(
                    self.day + (1 - ago) * _ONE_DAY, session.started_at.timetz()
                ),
            )
            for session, ago in batch
        ]

    @rule(target=known, batch=batches)
    def add(self, batch: list[tuple[Session, int]]) -> MultipleResults[Session]:
        added = self.dated(batch)
        if self.ask(lambda store: store.sessions.add(added)) != "rejected":
            self.left.add(added)
        return multiple(*added)

    @rule(batch=st.lists(known, min_size=1, max_size=4))
    def add_again(self, batch: list[Session]) -> None:
        if self.ask(lambda store: store.sessions.add(batch)) != "rejected":
            self.left.add(batch)

    @rule(step=steps, size=limits)
    def run_days(self, step: int, size: int) -> None:
        day = self.next_day(step)
        job = evaluate_consistency
        self.ask(lambda store: said(job(store.engagements).run(context(day, size))))

    @rule(size=limits)
    def run_weeks(self, size: int) -> None:
        day, job = self.day, update_multipliers
        self.ask(lambda store: said(job(store.reputations).run(context(day, size))))

    @rule(step=steps, limit=limits, kept=st.sets(st.integers(0, 3)))
    def one_page_of_days(self, step: int, limit: int, kept: set[int]) -> None:
        """A run that is killed, or of which something fails."""
        day = self.next_day(step)

        def one_page(store: Store) -> object:
            with store.engagements.page() as page:
                found = [each for each in page.due(day, limit=limit) if isinstance(each, DueDays)]
                policies = page.policies()
                assert policies is not None
                plans = [plan_days(each, policies=policies) for each in found]
                page.keep([plan for place, plan in enumerate(plans) if place in kept])
                return [*map(of_days, found)]

        self.ask(one_page)

    @rule(policy=st.sampled_from(DAY_POLICIES), ahead=st.sampled_from([1, 1, 2, 4]))
    def change_policy_of_days(self, policy: EngagementPolicy, ahead: int) -> None:
        since = self.day + ahead * _ONE_DAY
        self.ask(lambda store: change_policy(store.engagements, policy=policy, since=since))

    @rule(policy=st.sampled_from(WEEK_POLICIES), since=days)
    def change_policy_of_weeks(self, policy: WeeklyStreakPolicy, since: date) -> None:
        self.ask(lambda store: change_policy(store.reputations, policy=policy, since=since))

    @rule(policy=st.sampled_from([*DAY_POLICIES, *WEEK_POLICIES]), since=days)
    def judge_again(self, policy: EngagementPolicy | WeeklyStreakPolicy, since: date) -> None:
        self.ask(
            lambda store: said(judge_again(store, policy=policy, since=since, context=CONTEXT))
        )

    @rule(
        user=users, reason=st.sampled_from("xyz"), amount=st.integers(-9, 9), ago=st.integers(0, 9)
    )
    def give(self, user: str, reason: str, amount: int, ago: int) -> None:
        credit = Credit(user, reason, amount, AFTERWARDS - ago * _ONE_DAY)
        self.ask(lambda store: list(store.points.add([credit], now=AFTERWARDS)))

    @rule(user=users, value=st.integers(0, 9), name=st.sampled_from(["age", "wins"]))
    def measure(self, user: str, value: int, name: str) -> None:
        self.ask(lambda store: store.metrics.put({user: {name: value}}))

    @rule(user=users)
    def forget(self, user: str) -> None:
        self.ask(lambda store: said(forget(store.corrections, [user])))
        self.left.forget(user)
        self.blurred.discard(user)
        assert self.ask(lambda store: changed(forget(store.corrections, [user]))) == {}

    @rule(user=users, to=users)
    def rename(self, user: str, to: str) -> None:
        self.ask(lambda store: said(rename(store.corrections, user, to)))
        before = {each for each in USERS if self.is_from_before(each)}  # either may be an alias
        renamed = self.left.rename(user, to)
        if renamed is not None:
            old, new = renamed
            if old in self.blurred or {old, new} <= before:
                self.blurred.add(new)
            self.blurred.discard(old)

    def is_from_before(self, user: str) -> bool:
        """Whether a user was active before the floor."""
        theirs = [each for each in self.left.events.values() if each.user_id == user]
        return any(self.left.day(each) < self.left.floor for each in theirs)

    @rule(user=users, to=users)
    def rename_and_back(self, user: str, to: str) -> None:
        """Of two accounts of which only one was active, nothing changes."""
        if user == to or to in {*self.left.aliases, *self.left.aliases.values()}:
            return
        if user in self.left.aliases or not self.is_unknown(to):
            return

        def there_and_back(store: Store) -> object:
            before = all_of(store, self.since)
            rename(store.corrections, user, to)
            rename(store.corrections, to, user)
            assert all_of(store, self.since) == before
            return before

        self.ask(there_and_back)

    @property
    def since(self) -> date:
        """The first day that can be asked for."""
        return max(FIRST, self.left.floor)

    def is_unknown(self, user: str) -> bool:
        """Whether nothing is kept of a user."""
        model = self.stores[0]
        days, weeks, _ = known_of(model, [user], self.since)[user]
        measured = model.points.totals([user]) or model.metrics.metrics([user])
        return not (any(days) or weeks or measured or self.left.active(user))

    @rule(batch=st.lists(known, min_size=1, max_size=4))
    def remove(self, batch: list[Session]) -> None:
        ids = sorted({str(each.id) for each in batch})
        self.ask(lambda store: said(remove(store.corrections, ids)))
        self.left.remove(ids)
        assert self.ask(lambda store: changed(remove(store.corrections, ids))) == {}

    @rule(
        batch=st.lists(
            st.tuples(known, sessions, st.sampled_from([0, 1, 3, 6])), min_size=1, max_size=3
        )
    )
    def replace(self, batch: list[tuple[Session, Session, int]]) -> None:
        others = self.dated([(new, ago) for _, new, ago in batch])
        new = {
            str(old.id): attrs.evolve(other, id=old.id)
            for (old, _, _), other in zip(batch, others, strict=True)
        }

        theirs = {key: self.left.events[key] for key in new if key in self.left.events}
        differ = [
            key
            for key, each in theirs.items()
            if contents(self.left.whose(new[key])) != contents(each)
            and self.left.floor <= min(self.left.day(new[key]), self.left.day(each))
        ]
        assert self.ask(lambda store: edited(store, [*new.values()])) == sorted(differ)

        def replaced(store: Store) -> object:
            with suppress(NoLongerKeptError):  # which of several it names does not matter
                return said(replace(store.corrections, [*new.values()]))
            return "no longer kept"

        if not isinstance(self.ask(replaced), str):
            self.left.replace(new.values())

    @rule(
        some=st.none() | st.lists(users, max_size=3, unique=True),
        since=st.none() | st.none() | days,
        size=limits,
    )
    def reevaluate(self, some: list[str] | None, since: date | None, size: int) -> None:
        self.ask(
            lambda store: said(
                reevaluate(store, some, since=since, page_size=size, context=CONTEXT)
            )
        )

    @rule(since=st.none() | days, kept=st.sets(st.integers(0, 3)), ends_well=st.booleans())
    def reopen_days(self, since: date | None, kept: set[int], ends_well: bool) -> None:
        """A re-evaluation of which something fails, or that is killed."""

        def reopen(store: Store) -> object:
            found: list[DueDays] = []
            with suppress(Interrupted):
                while True:
                    with store.engagements.page() as page:
                        after = found[-1].key if found else None
                        some = all_readable(page.reopen(None, since=since, after=after, limit=30))
                        policies = page.policies()
                        assert policies is not None
                        for due in some:
                            if len(found) in kept:
                                page.keep([plan_days(due, policies=policies)])
                            found.append(due)
                        if not ends_well:
                            raise Interrupted
                        if not some:
                            break
            return [*map(of_days, found)] if ends_well else None

        self.ask(reopen)

    @rule(late=st.booleans(), kept=st.sets(st.integers(0, 3)))
    def reopen_weeks(self, late: bool, kept: set[int]) -> None:
        def reopen(store: Store) -> object:
            found: list[DueWeeks] = []
            while True:
                with store.reputations.page() as page:
                    after = found[-1].key if found else None
                    some = all_readable(page.reopen(None, late=late, after=after, limit=30))
                    policies = page.policies()
                    assert policies is not None
                    for due in some:
                        plan = plan_weeks(due, max(due.weeks), policies=policies)
                        if len(found) in kept and plan is not None:
                            page.keep([plan])
                        found.append(due)
                    if not some:
                        return [*map(of_weeks, found)]

        self.ask(reopen)

    @rule(weeks=st.integers(0, 2), late=st.booleans())
    def prune(self, weeks: int, late: bool) -> None:
        """Everybody is evaluated, and again if they are late, so that nothing is lost for good."""
        floor = FIRST + weeks * timedelta(weeks=1)
        day = max(floor, self.day)
        self.day = day

        def prune(store: Store) -> object:
            caught_up(store, day)
            reevaluate(store, since=None if late else self.left.floor, context=CONTEXT)
            return pruned(store, floor), store.corrections.floor()

        self.ask(prune)
        self.left.raise_floor(floor)

    @rule()
    def evaluate_all_in_the_end(self) -> None:
        self.from_the_beginning = True

    @rule(user=users, to=users, batch=st.lists(known, max_size=3))
    def dry_run(self, user: str, to: str, batch: list[Session]) -> None:
        ids = [str(each.id) for each in batch]

        def undone(store: Store) -> object:
            before = all_of(store, self.since)
            acts: list[Callable[[], JobReport]] = [
                lambda: forget(store.corrections, [user], dry_run=True),
                lambda: rename(store.corrections, user, to, dry_run=True),
                lambda: remove(store.corrections, ids, dry_run=True),
                lambda: reevaluate(store, since=self.left.floor, dry_run=True, context=CONTEXT),
            ]
            reports = [act() for act in acts]
            assert all_of(store, self.since) == before
            return [*map(said, reports)]

        self.ask(undone)

    @invariant()
    def nothing_differs_at_a_glance(self) -> None:
        self.ask(lambda store: store.corrections.late())
        self.ask(lambda store: (list(store.sessions.users()), list(store.sessions.kinds())))
        self.ask(lambda store: store.engagements.count_due(LAST))
        self.ask(lambda store: store.reputations.count_due(IsoWeek.of(LAST)))

    def teardown(self) -> None:
        """Compare all of everybody, and what it comes to with what a fresh store makes of it."""
        self.ask(lambda store: all_of(store, self.since))
        self.ask(
            lambda store: said(
                reevaluate(
                    store,
                    since=self.left.floor if self.from_the_beginning else None,
                    context=CONTEXT,
                )
            )
        )
        self.ask(caught_up)
        self.ask(lambda store: all_of(store, self.since))
        fresh = self.left.fresh(self.stores[0])
        caught_up(fresh)
        clear = [user for user in USERS if user not in self.blurred]
        expected = known_of(fresh, clear, self.since)
        assert known_of(self.stores[0], clear, self.since) == expected
        assert self.stores[0].corrections.late() == Late(0, 0)


def all_readable(items: Sequence[T | Unreadable]) -> list[T]:
    assert not any(isinstance(each, Unreadable) for each in items)
    return [each for each in items if not isinstance(each, Unreadable)]


@pytest.fixture(params=[False, True], ids=["UTC days", "local days"])
def local_days(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_corrections_leave_what_a_host_would_have_had(local_days: bool) -> None:
    class OfTheModel(Corrections):
        def __init__(self) -> None:
            super().__init__([], local_days=local_days)

    require_agreement(OfTheModel, examples=15, steps=20)


def test_all_stores_make_the_same_of_corrections(
    postgres_url: str, tmp_path_factory: pytest.TempPathFactory, local_days: bool
) -> None:
    pytest.importorskip("sqlalchemy", reason="two of the stores need mainstay[sql]")
    from mainstay.adapters.sql import SqlStore  # noqa: PLC0415  (it is optional)
    from tests.conformance.databases import empty, odd_database  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("corrections")
    urls = [f"sqlite:///{folder}/mainstay.db", odd_database(postgres_url)]
    with ExitStack() as stack:
        databases = [
            stack.enter_context(SqlStore.create(url, local_days=local_days)) for url in urls
        ]

        class OfTheseStores(Corrections):
            def __init__(self) -> None:
                for database in databases:
                    empty(database)
                super().__init__(databases, local_days=local_days)

        require_agreement(OfTheseStores, examples=4, steps=20)
