"""What waits for an open page, and what doesn't."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from sqlalchemy import text

from mainstay import DailyCriteria, EngagementPolicy, IsoWeek, PolicyHistory, Session
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.engagements import SqlEngagements
from mainstay.adapters.sql.engagements._progress import lock_progress
from mainstay.adapters.sql.reputations import SqlReputations
from mainstay.errors import StoreError
from mainstay.jobs import (
    check_badges,
    evaluate_consistency,
    plan_days,
    refresh_leaderboards,
    run_job,
    update_multipliers,
)
from mainstay.ports import BadgeCheck, BadgeTarget, Unreadable
from mainstay.recognition import Credit
from mainstay.scheduling import JobContext, JobReport, JobRun
from tests.conformance.databases import new_database, odd_database

DAY = date(2024, 5, 1)
WEEK = IsoWeek.of(DAY)
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
AFTERWARDS = datetime(2024, 6, 1, tzinfo=UTC)
ONE_POST = EngagementPolicy(criteria=DailyCriteria({"post": 1}))
#: Soon enough to fail a test, where there is to be no waiting at all.
AT_ONCE = 0.2

numbers = count()


def posted(user: str) -> Session:
    return Session(user, NOON, kind="post", id=f"session {next(numbers)}")


@pytest.fixture
def url(server: str, request: pytest.FixtureRequest) -> str:
    return new_database(server, request)


@pytest.fixture
def stores(url: str) -> Iterator[tuple[SqlStore, SqlStore]]:
    """A store, and one that does not wait; ada, bob and cy have posted."""
    with SqlStore.create(url) as store, SqlStore.open(url, lock_timeout=AT_ONCE) as impatient:
        store.sessions.add(map(posted, ("ada", "bob", "cy")))
        yield store, impatient


def page_of_days(store: SqlStore, users: int) -> AbstractContextManager[object]:
    with ExitStack() as stack:
        page = stack.enter_context(store.engagements.page())
        assert len(page.due(DAY, limit=users)) == users
        return stack.pop_all()


def page_of_weeks(store: SqlStore, users: int) -> AbstractContextManager[object]:
    with ExitStack() as stack:
        page = stack.enter_context(store.reputations.page())
        assert len(page.due(WEEK, limit=users)) == users
        return stack.pop_all()


Opens = Callable[[SqlStore, int], AbstractContextManager[object]]
PAGES: list[Opens] = [page_of_days, page_of_weeks]


def same_port(store: SqlStore, opens: Opens) -> SqlEngagements | SqlReputations:
    return store.engagements if opens is page_of_days else store.reputations


@pytest.mark.parametrize("opens", PAGES)
def test_an_open_page_holds_up_nobody_but_those_of_its_users(
    stores: tuple[SqlStore, SqlStore], opens: Opens
) -> None:
    store, impatient = stores
    other = PAGES[1 - PAGES.index(opens)]
    with opens(store, 1):  # ada's
        impatient.runs.put(JobRun(job="tidy", task_id="1", started_at=NOON))
        until = NOON + timedelta(minutes=5)
        assert impatient.runs.acquire("tidy", "me", now=NOON, until=until)
        impatient.runs.release("tidy", "me")
        assert impatient.sessions.add(map(posted, ("bob", "cy", "dan"))) == 3
        with other(impatient, 3):
            pass
        with pytest.raises(StoreError, match="lock timeout"):
            impatient.sessions.add([posted("ada")])
        with pytest.raises(StoreError, match="lock timeout"), same_port(impatient, opens).page():
            pytest.fail("another page of this port has begun")
    assert impatient.sessions.add([posted("ada")]) == 1
    with opens(impatient, 4):
        pass


def test_two_leases_of_one_job_are_taken_one_after_the_other(
    stores: tuple[SqlStore, SqlStore],
) -> None:
    """Else each of two would count no other."""
    store, impatient = stores
    until = NOON + timedelta(minutes=5)
    with store._database.writing(lock="leases of tidy"):
        with pytest.raises(StoreError, match="lock timeout"):
            impatient.runs.acquire("tidy", "me", now=NOON, until=until)
        assert impatient.runs.acquire("sweep", "me", now=NOON, until=until)


def test_adding_for_a_pages_own_user_waits_for_that_page_only(
    stores: tuple[SqlStore, SqlStore],
) -> None:
    """What waited is late, then: it counts in the totals, and in no day that was evaluated."""
    store, watching = stores
    with ThreadPoolExecutor(1) as threads:
        with store.engagements.page() as page:
            ada, *_ = page.due(DAY, limit=1)
            assert not isinstance(ada, Unreadable)
            adding = threads.submit(store.sessions.add, [posted("ada"), posted("zoe")])
            while not somebody_waits(watching):
                assert not adding.done()
            page.keep([plan_days(ada, policies=PolicyHistory(ONE_POST))])
        assert adding.result() == 2
    with store.engagements.page() as page:
        found = {due.key: due for due in page.due(DAY + timedelta(days=1), limit=100)}
    again = found["ada"]
    assert not isinstance(again, Unreadable)
    assert [(each.day.day, each.posts, len(each.counts)) for each in again.activities] == [
        (2, 2, 0)
    ]


def test_events_are_there_before_all_are_said_to_be_idle_or_come_after(
    stores: tuple[SqlStore, SqlStore],
) -> None:
    """Else a day might be closed, and then be evaluated: what is added later is late."""
    store, impatient = stores
    with store._database.writing() as connection:
        lock_progress(connection, shared=True)  # as those do who are adding
        assert impatient.sessions.add([posted("dan")]) == 1
        with pytest.raises(StoreError, match="lock timeout"), impatient.engagements.page() as page:
            page.idle(DAY)
    with store.engagements.page() as page:
        page.idle(DAY)
        with pytest.raises(StoreError, match="lock timeout"):
            impatient.sessions.add([posted("dan")])
    assert impatient.sessions.add([posted("dan")]) == 1


@pytest.mark.parametrize("what", ["events", "credits", "metrics"])
def test_an_open_page_of_badges_holds_up_only_what_is_added_for_its_users(
    stores: tuple[SqlStore, SqlStore], what: str
) -> None:
    store, impatient = stores
    target = BadgeTarget(AFTERWARDS)
    with store.badges.page() as page:  # the first, for which everybody is due
        (ada,) = page.due(target, limit=1)
        add(impatient, what, "bob", "dan")
        with pytest.raises(StoreError, match="lock timeout"):
            add(impatient, what, "ada")
        with pytest.raises(StoreError, match="lock timeout"), impatient.badges.page():
            pytest.fail("another page of this port has begun")
        with page_of_days(impatient, 3), impatient.leaderboards.page():
            pass
        page.keep([BadgeCheck(ada.key)])
    add(impatient, what, "ada")


@pytest.mark.parametrize("what", ["events", "credits", "metrics"])
def test_what_waited_for_a_page_of_badges_has_its_user_looked_at_again(
    stores: tuple[SqlStore, SqlStore], what: str
) -> None:
    store, watching = stores
    target = BadgeTarget(AFTERWARDS)
    with ThreadPoolExecutor(1) as threads:
        with store.badges.page() as page:
            found = page.due(target, limit=3)
            assert [each.key for each in found] == ["ada", "bob", "cy"]
            adding = threads.submit(add, store, what, "ada", "zoe")
            while not somebody_waits(watching):
                assert not adding.done()
            page.keep([BadgeCheck(each.key) for each in found])
        adding.result()
    with store.badges.page() as page:
        assert [each.key for each in page.due(target, limit=9)] == ["ada", "zoe"]


def add(store: SqlStore, what: str, *users: str) -> None:
    """Add an event, a credit or a metric for some users."""
    if what == "events":
        store.sessions.add(map(posted, users))
    elif what == "credits":
        reason = f"thanks {next(numbers)}"
        store.points.add([Credit(user, reason, 1, NOON) for user in users], now=NOON)
    else:
        store.metrics.put({user: {"wins": 1} for user in users})


def somebody_waits(store: SqlStore) -> bool:
    with store._database.reading() as connection:
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(connection.scalar(waiting))


class Writing(logging.Handler):
    """A handler of the host's, which writes to the same database."""

    def __init__(self, write: Callable[[], object]) -> None:
        super().__init__()
        self.write = write
        self.records = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.records += record.name.startswith("mainstay")
        self.write()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('locks')}/mainstay.db"
    return odd_database(request.getfixturevalue("postgres_url"))


def test_no_lock_is_held_while_the_hosts_code_is_called(any_url: str) -> None:
    """Its clock, its progress and its log may write to the same database, for the same users."""
    users = ["ada", "bob", "cy"]
    with SqlStore.create(any_url) as store, SqlStore.open(any_url, lock_timeout=AT_ONCE) as hosts:
        store.sessions.add(map(posted, users))

        def write() -> None:
            assert hosts.sessions.add(map(posted, users)) == len(users)
            hosts.metrics.put({user: {"wins": 1} for user in users})
            credits = [Credit(user, f"thanks {next(numbers)}", 1, NOON) for user in users]
            assert len(hosts.points.add(credits, now=NOON)) == len(users)
            hosts.runs.put(JobRun(job="another", task_id="1", started_at=NOON))

        def clock() -> datetime:
            write()
            return AFTERWARDS

        handler = Writing(write)
        logger = logging.getLogger("mainstay.jobs")
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        try:
            for job, target, options in (
                (evaluate_consistency(store.engagements), DAY, {"page_size": 1}),
                (update_multipliers(store.reputations), DAY, {"page_size": 1}),
                (check_badges(store.badges), None, {"page_size": 1}),
                (refresh_leaderboards(store.leaderboards), None, {}),
            ):
                context = JobContext(
                    target=target,
                    options=options,
                    clock=clock,
                    progress=lambda _done, _total: write(),
                )
                report = run_job(job, store.runs, context)
                assert isinstance(report, JobReport)
                assert (report.succeeded, report.failed) == (3, 0)
        finally:
            logger.removeHandler(handler)
            logger.setLevel(logging.NOTSET)
    assert handler.records
