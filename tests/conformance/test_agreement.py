"""The stores in memory, in SQLite and in PostgreSQL give the same answers, whatever is asked.

After Hypothesis's own ``test_database_agreement``: one machine drives them side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import partial
from typing import TypeVar

import attrs
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

pytest.importorskip("sqlalchemy", reason="two of the stores need mainstay[sql]")

from mainstay import (
    DailyCriteria,
    EngagementPolicy,
    IsoWeek,
    PolicyHistory,
    Session,
    WeeklyStreakPolicy,
)
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.engagements import _column_days
from mainstay.daystarts import DayEnd, DayStart, wall_time_of
from mainstay.jobs import (
    change_policy,
    evaluate_consistency,
    plan_days,
    plan_weeks,
    update_multipliers,
)
from mainstay.ports import DueDays, DueWeeks, Store, Unreadable
from mainstay.scheduling import JobContext, JobReport, JobRun
from mainstay.testing import strategies
from mainstay.testing.conformance._transactions import Interrupted
from tests import effort
from tests.conformance.asking import same_answer
from tests.conformance.databases import all_with_days_from, empty, odd_database
from tests.conformance.odd_policies import ODD_POLICIES

T = TypeVar("T")

USERS = ["Zoë", "ada", "字", "\U0001f600"]
#: Three weeks about the turn of a year with 53.
FIRST, LAST = datetime(2020, 12, 21), datetime(2021, 1, 10, 23, 59, 59)  # noqa: DTZ001
AFTERWARDS = datetime(2021, 2, 1, tzinfo=UTC)
OFFSETS = [UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-10))]
POLICY = EngagementPolicy(criteria=DailyCriteria({"post": 1}), top_inactive_users=2)
POLICIES = PolicyHistory(POLICY)
DAY_POLICIES = [
    POLICY,
    EngagementPolicy(criteria=DailyCriteria({"post": 2}), top_inactive_users=1),
    EngagementPolicy(criteria=DailyCriteria({"like": 1}), streak_weight=1, posts_weight=2),
    EngagementPolicy(
        criteria=DailyCriteria({"post": 1, "like": 1}), quality_weight=7, posts_half=3
    ),
    *ODD_POLICIES,
]
WEEK_POLICIES = [WeeklyStreakPolicy(), WeeklyStreakPolicy(min_interactions=1, kinds={"post"})]
INSTANCES = {"tidy": 1, "sweep": 2}

users = st.sampled_from(USERS)
days = st.dates(FIRST.date(), LAST.date())
weeks = days.map(IsoWeek.of)
#: How far a run's day is from the one before: mostly it is the next.
steps = st.sampled_from([1, 1, 1, 2, 4, 0, -3])
limits = st.sampled_from([1, 2, 3, 8, 30])
#: When days begin: also so late that local ones are over two dates later in UTC; or end.
day_starts: st.SearchStrategy[DayStart] = st.sampled_from(
    [time(0), time(4), time(13, 30), time(23, 30), DayEnd(time(12))]
)
#: Just before days begin, and as they do.
turns = st.builds(
    lambda day, start, before: (
        datetime.combine(day, wall_time_of(start), UTC) - timedelta(microseconds=before)
    ),
    st.dates(FIRST.date(), LAST.date()),
    day_starts,
    st.integers(0, 1),
)
instants = st.datetimes(FIRST, LAST, timezones=st.sampled_from(OFFSETS)) | turns
minutes = st.integers(0, 60).map(
    lambda minute: FIRST.replace(tzinfo=UTC) + timedelta(0, 60 * minute)
)
sessions = st.builds(
    Session,
    users,
    instants,
    duration=st.none() | st.timedeltas(timedelta(0), timedelta(days=2)),
    timezone=st.none() | st.sampled_from(["Pacific/Apia", "America/New_York", "+05:45"]),
    kind=st.sampled_from(["post", "post", "like"]),
    quality=st.none() | strategies.qualities(),
    id=st.integers(0, 10**9).map(str),
)
#: Sessions, and how many days before the day that is evaluated next: mostly they are punctual.
batches = st.lists(st.tuples(sessions, st.sampled_from([0, 0, 0, 1, 1, 2, 5, -1])), max_size=8)
jobs = st.sampled_from([*INSTANCES])
tasks = st.sampled_from(["1", "2", "é", "\U0001f600"])


def of_days(due: DueDays | Unreadable) -> object:
    """What is due, without what a store may leave out."""
    assert not isinstance(due, Unreadable)
    state = due.state
    return state.user_id, state.streak, state.last_day, list(due.activities), due.through


def of_weeks(due: DueWeeks | Unreadable) -> object:
    assert not isinstance(due, Unreadable)
    return due.reputation, {week: counts for week, counts in due.weeks.items() if counts}


def all_weeks(page_due: Callable[[str | None], Sequence[DueWeeks | Unreadable]]) -> list[DueWeeks]:
    """All pages together: how much is in one is the store's own affair."""
    found: list[DueWeeks] = []
    while some := page_due(found[-1].reputation.user_id if found else None):
        found += [due for due in some if not isinstance(due, Unreadable)]
    return found


def done(report: JobReport) -> object:
    return report.target, report.succeeded, report.skipped, report.failed, report.errors


def context(target: date, size: int) -> JobContext:
    options = {"page_size": size}
    return JobContext(target=target, options=options, task_id="1", clock=lambda: AFTERWARDS)


class Agreement(RuleBasedStateMachine):
    """Asks all stores the same."""

    known = Bundle[Session]("known")

    def __init__(self, databases: Sequence[SqlStore]) -> None:
        super().__init__()
        for database in databases:
            empty(database)
        self.databases = databases
        self.stores: list[Store] = []
        self.day = FIRST.date()

    @initialize(day_start=day_starts)
    def days_begin(self, day_start: DayStart) -> None:
        self.stores = all_with_days_from(day_start, self.databases)

    def next_day(self, step: int) -> date:
        self.day = min(max(self.day + timedelta(days=step), FIRST.date()), LAST.date())
        return self.day

    def ask(self, question: Callable[[Store], T]) -> None:
        """Require the same answer of all stores, or the same refusal."""
        same_answer(self.stores, question)

    def add(self, batch: list[tuple[Session, int]]) -> list[Session]:
        tomorrow = self.day + timedelta(days=1)
        added = [
            attrs.evolve(
                session,
                started_at=datetime.combine(
                    tomorrow - timedelta(days=ago), session.started_at.timetz()
                ),
            )
            for session, ago in batch
        ]
        self.ask(lambda store: store.sessions.add(added))
        return added

    @rule(target=known, batch=batches)
    def add_sessions(self, batch: list[tuple[Session, int]]) -> MultipleResults[Session]:
        return multiple(*self.add(batch))

    @rule(batch=st.lists(known, min_size=1, max_size=4), new=sessions)
    def add_again(self, batch: list[Session], new: Session) -> None:
        self.ask(lambda store: store.sessions.add([new, *batch]))

    @rule(batch=st.lists(sessions, max_size=3), session=known, other=sessions)
    def add_with_the_id_of_another(
        self, batch: list[Session], session: Session, other: Session
    ) -> None:
        impostor = attrs.evolve(other, id=session.id)
        self.ask(lambda store: store.sessions.add([*batch, impostor]))

    @rule(user=users, ends=st.tuples(instants, instants), limit=st.integers(1, 4))
    def read_sessions(self, user: str, ends: tuple[datetime, datetime], limit: int) -> None:
        def pages(store: Store) -> object:
            found: list[object] = []
            before = None
            while page := store.sessions.sessions(
                user, since=min(ends), until=max(ends), before=before, limit=limit
            ):
                found.append([(each, each.started_at.utcoffset()) for each in page])
                before = page[-1]
            return found

        self.ask(pages)

    @rule(after=st.none() | users, limit=limits)
    def read_users(self, after: str | None, limit: int) -> None:
        self.ask(lambda store: list(store.sessions.users(after=after, limit=limit)))

    @rule(
        target=known,
        batch=batches,
        step=steps,
        size=limits,
        policy=st.sampled_from([None, None, None, *DAY_POLICIES]),
    )
    def run_day(
        self,
        batch: list[tuple[Session, int]],
        step: int,
        size: int,
        policy: EngagementPolicy | None,
    ) -> MultipleResults[Session]:
        added = self.add(batch)
        day = self.next_day(step)

        def run(store: Store) -> object:
            job = evaluate_consistency(store.engagements, policy=policy)
            return done(job.run(context(day, size)))

        self.ask(run)
        return multiple(*added)

    @rule(week=weeks, size=limits, policy=st.sampled_from([None, None, *WEEK_POLICIES]))
    def run_week(self, week: IsoWeek, size: int, policy: WeeklyStreakPolicy | None) -> None:
        def run(store: Store) -> object:
            job = update_multipliers(store.reputations, policy=policy)
            return done(job.run(context(week.monday, size)))

        self.ask(run)

    @rule(policy=st.sampled_from(DAY_POLICIES), ahead=st.sampled_from([1, 1, 2, 4, 0, -3]))
    def change_policy_of_days(self, policy: EngagementPolicy, ahead: int) -> None:
        since = self.day + timedelta(days=ahead)
        self.ask(lambda store: change_policy(store.engagements, policy=policy, since=since))

    @rule(policy=st.sampled_from(WEEK_POLICIES), since=days)
    def change_policy_of_weeks(self, policy: WeeklyStreakPolicy, since: date) -> None:
        self.ask(lambda store: change_policy(store.reputations, policy=policy, since=since))

    @rule(
        kept=st.lists(st.tuples(st.sampled_from(DAY_POLICIES), st.none() | days), max_size=3),
        ends_well=st.booleans(),
    )
    def keep_policies(
        self, kept: list[tuple[EngagementPolicy, date | None]], ends_well: bool
    ) -> None:
        def keep(store: Store) -> object:
            read: list[object] = []
            with suppress(Interrupted), store.engagements.page() as page:
                read += [page.keep_policy(policy, since=since) for policy, since in kept]
                read += [page.policies(), page.last_day(), sorted(page.kinds())]
                if not ends_well:
                    raise Interrupted
            return read

        self.ask(keep)

    @rule(
        step=steps,
        after=st.none() | users,
        limit=limits,
        kept=st.sets(st.integers(0, 3)),
        close=st.booleans(),
        ends_well=st.booleans(),
    )
    def one_page_of_days(
        self,
        step: int,
        after: str | None,
        limit: int,
        kept: set[int],
        close: bool,
        ends_well: bool,
    ) -> None:
        day = self.next_day(step)

        def one_page(store: Store) -> object:
            read: list[object] = []
            with suppress(Interrupted), store.engagements.page() as page:
                found = page.due(day, after=after, limit=limit)
                policies = page.policies() or POLICIES
                plans = [
                    plan_days(due, policies=policies)
                    for due in found
                    if not isinstance(due, Unreadable)
                ]
                page.keep([plan for place, plan in enumerate(plans) if place in kept])
                best = {
                    each: list(missed)
                    for each, missed in page.best_missed(
                        [day - timedelta(days=ago) for ago in range(3)], limit=limit
                    ).items()
                }
                if close:
                    page.close(best)
                read += [*map(of_days, found), best, list(page.open_days(day, limit=limit))]
                if not ends_well:
                    raise Interrupted
            return read

        self.ask(one_page)

    @rule(step=steps, ends_well=st.booleans())
    def say_who_was_idle(self, step: int, ends_well: bool) -> None:
        day = self.next_day(step)

        def idle(store: Store) -> None:
            with suppress(Interrupted), store.engagements.page() as page:
                page.idle(day)
                if not ends_well:
                    raise Interrupted

        self.ask(idle)

    @rule(week=weeks, limit=limits, kept=st.sets(st.integers(0, 3)), ends_well=st.booleans())
    def one_page_of_weeks(self, week: IsoWeek, limit: int, kept: set[int], ends_well: bool) -> None:
        def one_page(store: Store) -> object:
            read: list[object] = []
            with suppress(Interrupted), store.reputations.page() as page:
                found = all_weeks(lambda after: page.due(week, after=after, limit=limit))
                plans = [plan_weeks(due, week) for place, due in enumerate(found) if place in kept]
                page.keep([plan for plan in plans if plan is not None])
                read += map(of_weeks, found)
                if not ends_well:
                    raise Interrupted
            return read

        self.ask(one_page)

    @rule(day=days, other=users)
    def keep_what_was_not_due(self, day: date, other: str) -> None:
        def keep(store: Store) -> None:
            with store.engagements.page() as page:
                found = page.due(day, limit=100)
                plans = [
                    plan_days(due, policies=POLICIES)
                    for due in found
                    if not isinstance(due, Unreadable)
                ]
            with store.engagements.page() as page:
                page.keep([plan for plan in plans if plan.state.user_id == other])

        self.ask(keep)

    @rule(
        job=jobs,
        attempt=tasks,
        began=minutes,
        due=minutes,
        now=minutes,
        offset=st.sampled_from(OFFSETS),
        asked=st.none() | days.map(str) | weeks.map(str),
        options=strategies.plain_objects(),
        end=st.none() | users | st.just(JobReport),
    )
    def put_run(
        self,
        job: str,
        attempt: str,
        began: datetime,
        due: datetime,
        now: datetime,
        offset: timezone,
        asked: str | None,
        options: dict[str, object],
        end: str | type[JobReport] | None,
    ) -> None:
        report = JobReport(
            job=job, task_id="task", started_at=began, finished_at=began, result=options
        )
        run = JobRun(
            job=job,
            task_id="task",
            attempt=attempt,
            due=due,
            target=asked,
            options=options,
            started_at=began.astimezone(offset),
            finished_at=None if end is None else began,
            report=report if end is JobReport else None,
            error=end if isinstance(end, str) else None,
        )

        def put(store: Store) -> object:
            store.runs.put(run)
            log = store.runs
            return [
                (log.last(job, now=now), log.last_done(job, now=now), list(log.unended(job)))
                for job in INSTANCES
            ]

        self.ask(put)

    @rule(job=jobs, holder=tasks, now=minutes, lasts=st.integers(0, 40))
    def take_lease(self, job: str, holder: str, now: datetime, lasts: int) -> None:
        until, instances = now + timedelta(minutes=lasts), INSTANCES[job]
        self.ask(
            lambda store: (
                store.runs.acquire(job, holder, now=now, until=until, instances=instances),
                dict(store.runs.leases(job, now=now)),
            )
        )

    @rule(job=jobs, holder=tasks)
    def release_lease(self, job: str, holder: str) -> None:
        self.ask(lambda store: store.runs.release(job, holder))

    @invariant()
    def nothing_differs_at_a_glance(self) -> None:
        last, week = LAST.date(), IsoWeek.of(LAST.date())
        self.ask(lambda store: (store.engagements.policies(), store.reputations.policies()))
        self.ask(lambda store: list(store.sessions.kinds()))
        self.ask(lambda store: store.engagements.count_due(last))
        self.ask(lambda store: store.reputations.count_due(week))
        self.ask(lambda store: dict(store.reputations.reputations([*USERS, "nobody"])))

    def teardown(self) -> None:
        """Compare every day of everybody."""
        for ordinal in range(FIRST.toordinal() - 7, LAST.toordinal() + 3):
            self.ask(partial(all_of_day, date.fromordinal(ordinal)))


def all_of_day(day: date, store: Store) -> object:
    candidates = store.engagements.candidates(day)
    outcomes = [store.engagements.outcome(user, day) for user in USERS]
    return outcomes, None if candidates is None else list(candidates)


#: Whether days are local, and whether databases judge them together.
KINDS = {"UTC days": (False, False), "local days, on columns": (True, True)}
if effort.thorough():
    KINDS |= {"local days": (True, False), "UTC days, on columns": (False, True)}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> tuple[bool, bool]:
    return KINDS[request.param]


@pytest.fixture
def local_days(kind: tuple[bool, bool]) -> bool:
    return kind[0]


@pytest.fixture
def on_columns(kind: tuple[bool, bool], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have databases judge one day of however few users on columns; as otherwise of many."""
    if kind[1]:
        pytest.importorskip("numpy", reason="columns need mainstay[columnar]")
        monkeypatch.setattr(_column_days, "MANY", 1)


@pytest.fixture
def databases(
    postgres_url: str, tmp_path_factory: pytest.TempPathFactory, local_days: bool
) -> Iterator[list[SqlStore]]:
    urls = [
        f"sqlite:///{tmp_path_factory.mktemp('agreement')}/mainstay.db",
        odd_database(postgres_url),
    ]
    with ExitStack() as stack:
        yield [stack.enter_context(SqlStore.create(url, local_days=local_days)) for url in urls]


@pytest.mark.usefixtures("on_columns")
def test_all_stores_give_the_same_answers(databases: list[SqlStore]) -> None:
    class OfTheseStores(Agreement):
        def __init__(self) -> None:
            super().__init__(databases)

    run_state_machine_as_test(
        OfTheseStores,
        settings=settings(
            max_examples=effort.scaled(4),
            stateful_step_count=20,
            phases=set(Phase) - {Phase.explain},  # it takes as long as all the rest
        ),
    )
