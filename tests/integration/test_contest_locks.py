"""Who waits for a case that is being opened or closed, and who does not."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Barrier

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from sqlalchemy import insert

from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.contests._adding import case_lock
from mainstay.adapters.sql.contests._rows import argument_row, case_row
from mainstay.adapters.sql.contests.tables import arguments, cases
from mainstay.contest import CaseDraft, CaseStatus, Sighting
from mainstay.errors import RejectedError, StoreError
from mainstay.jobs import contest_jobs
from mainstay.jobs.close_cases import plan_closing
from mainstay.ports import ContestPage, DueCase, KeptCase, Ledger
from mainstay.recognition import Credit
from mainstay.scheduling import JobContext
from mainstay.testing.conformance._contests import (
    END,
    argument,
    case,
    draft,
    opened,
    publish,
    upvotes,
    vote,
)
from mainstay.testing.conformance._credits import DAY, NOON
from tests.command import mainstay
from tests.conformance.databases import empty, new_database, odd_database, own
from tests.integration.test_locks import Writing, somebody_waits

#: Soon enough to fail a test, where there is to be no waiting at all.
AT_ONCE = 0.2
AT = NOON + timedelta(hours=1)
#: More than are inserted by one statement.
MANY = 1200
#: More than the server of PostgreSQL has locks for that tests start.
VERY_MANY = 3_000

Adds = Callable[[SqlStore, str], int]


def add_vote(store: SqlStore, case_id: str) -> int:
    return store.contests.vote(case_id, [vote("bob", at=AT)])


def add_argument(store: SqlStore, case_id: str) -> int:
    return store.contests.argue(case_id, [argument(f"bob's on {case_id}", "bob", AT)])


def add_upvote(store: SqlStore, case_id: str) -> int:
    return store.contests.upvote(upvotes(f"ada's on {case_id}", "bob", at=AT))


ADDING: list[Adds] = [add_vote, add_argument, add_upvote]


@pytest.fixture(scope="module")
def url(server: str, request: pytest.FixtureRequest) -> str:
    return new_database(server, request)


@pytest.fixture
def stores(url: str) -> Iterator[tuple[SqlStore, SqlStore]]:
    """A store, and one that does not wait: with a draft, and two open cases.

    Of these one is over a day after noon, and the other a microsecond later.
    """
    with SqlStore.create(url) as store, SqlStore.open(url, lock_timeout=AT_ONCE) as impatient:
        empty(store)
        opened(store, "over")
        opened(store, "young", now=NOON + timedelta(microseconds=1))
        for case_id in ("over", "young"):
            store.contests.argue(case_id, [argument(f"ada's on {case_id}", "ada", AT)])
        draft(store, case("draft"))
        yield store, impatient


def only_due(page: ContestPage) -> DueCase:
    (due,) = page.due(END, limit=100)
    assert isinstance(due, DueCase)
    return due


@pytest.mark.parametrize("add", ADDING)
def test_who_adds_to_a_case_that_is_being_closed_waits_and_is_refused(
    stores: tuple[SqlStore, SqlStore], add: Adds
) -> None:
    store, watching = stores
    with ThreadPoolExecutor(1) as threads:
        with store.contests.page() as page:
            due = only_due(page)
            adding = threads.submit(add, store, "over")
            while not somebody_waits(watching):
                assert not adding.done()
            page.keep([plan_closing(due, now=END)])
        with pytest.raises(RejectedError, match="case is closed, and takes neither votes"):
            adding.result()
    found = store.contests.case("over")
    assert found is not None
    assert found.outcome is not None
    assert (found.outcome.voters, found.outcome.participants) == (0, 1)


@pytest.mark.parametrize("add", ADDING)
def test_who_waited_for_a_page_that_keeps_nothing_is_not_refused(
    stores: tuple[SqlStore, SqlStore], add: Adds
) -> None:
    store, watching = stores
    with ThreadPoolExecutor(1) as threads:
        with store.contests.page() as page:
            only_due(page)
            adding = threads.submit(add, store, "over")
            while not somebody_waits(watching):
                assert not adding.done()
        assert adding.result() == 1


def test_an_open_page_holds_up_only_those_who_add_to_its_cases(
    stores: tuple[SqlStore, SqlStore],
) -> None:
    store, impatient = stores
    with store.contests.page() as page:
        due = only_due(page)
        assert [add(impatient, "young") for add in ADDING] == [1, 1, 1]
        publish(impatient, "draft", AT)
        assert add_vote(impatient, "draft") == 1
        draft(impatient, case("another"))
        for add in ADDING:
            with pytest.raises(StoreError, match="lock timeout"):
                add(impatient, "over")
        with pytest.raises(StoreError, match="lock timeout"), impatient.contests.page():
            pytest.fail("another page of this port has begun")
        page.keep([plan_closing(due, now=END)])
    kept = impatient.contests.case("over")
    assert kept is not None
    assert kept.case.status is CaseStatus.CLOSED


def test_those_who_add_to_a_case_wait_for_each_other_no_more_than_for_other_cases(
    stores: tuple[SqlStore, SqlStore],
) -> None:
    """But nobody opens or closes it meanwhile."""
    store, impatient = stores
    with store._database.writing() as connection:
        case_lock(connection, "over", shared=True)  # as all have who add to it
        assert [add(impatient, "over") for add in ADDING] == [1, 1, 1]
        with pytest.raises(StoreError, match="lock timeout"), impatient.contests.page() as page:
            page.due(END, limit=1)
        with pytest.raises(StoreError, match="lock timeout"):
            publish(impatient, "over")
    with impatient.contests.page() as page:
        assert only_due(page).key == "over"


def test_two_who_add_the_same_in_other_orders_never_wait_for_each_other_for_good(
    stores: tuple[SqlStore, SqlStore],
) -> None:
    store, _ = stores
    users = [f"u{number:04}" for number in range(MANY)]
    votes = [vote(user, at=AT) for user in users]
    argued = [argument(f"{user}'s", user, AT) for user in users]
    upvoted = [
        each for of in ("young", "over") for each in upvotes(f"ada's on {of}", *users, at=AT)
    ]
    adds: list[Callable[[int], int]] = [
        lambda step: store.contests.vote("over", votes[::step]),
        lambda step: store.contests.argue("over", argued[::step]),
        lambda step: store.contests.upvote(upvoted[::step]),
    ]
    with ThreadPoolExecutor(4) as threads:
        for add, new in zip(adds, (MANY, MANY, 2 * MANY), strict=True):
            start = Barrier(4)

            def at_once(step: int, add: Callable[[int], int] = add, start: Barrier = start) -> int:
                start.wait()
                return add(step)

            assert sum(threads.map(at_once, (1, -1, 1, -1))) == new


def test_a_page_locks_no_more_than_some_cases_however_little_belongs_to_them(
    stores: tuple[SqlStore, SqlStore],
) -> None:
    """A server has locks for some thousands: a page that asks for more would never be read."""
    store, _ = stores
    row = case_row(KeptCase(case("case").opened(NOON, lasting=DAY), "0" * 64))
    with store._database.writing() as connection:
        connection.execute(insert(cases), [row | {"id": f"{number}"} for number in range(MANY)])
    with store.contests.page() as page:
        first = page.due(END, limit=10 * MANY)
        second = page.due(END, after=first[-1].key, limit=10 * MANY)
    assert len(first) == len(second) == 500
    assert first[-1].key < second[0].key


def test_a_file_of_votes_for_arguments_about_very_many_cases_is_imported(
    stores: tuple[SqlStore, SqlStore],
) -> None:
    """Were all in one transaction, the server would run out of locks."""
    pytest.importorskip("rich", reason="the command needs mainstay[cli]")
    store, _ = stores
    now = datetime.now(UTC)
    row = case_row(KeptCase(case("case").opened(now, lasting=DAY), "0" * 64))
    argued = argument_row("case", argument("ada's", "ada", now))
    names = [f"{number}" for number in range(VERY_MANY)]
    with store._database.writing() as connection:
        connection.execute(insert(cases), [row | {"id": name} for name in names])
        about = [argued | {"id": f"about {name}", "case_id": name} for name in names]
        connection.execute(insert(arguments), about)
    lines = [f"about {name},bob,{now.isoformat()}" for name in names]
    file = "\n".join(["argument_id,user_id,at", *lines]).encode()
    url = own(store)._url.render_as_string(hide_password=False)
    done = mainstay("case", "import", "-", "--db", url, "--json", stdin=file)
    assert (done.status, done.json["new"]) == (0, VERY_MANY)


class Chain:
    """A :class:`mainstay.ports.Ledger` of the host's, which does something when it is called."""

    def __init__(self, ledger: Ledger, does: Callable[[], object]) -> None:
        self._ledger, self._does = ledger, does

    def submit(self, key: str, payload: str, /) -> str:
        self._does()
        return self._ledger.submit(key, payload)

    def look_up(self, transactions: Sequence[str], /) -> Sequence[Sighting]:
        self._does()
        return self._ledger.look_up(transactions)


class Dilemmas:
    """A :class:`mainstay.ports.CaseGenerator` of the host's, which does something, too."""

    def __init__(self, does: Callable[[], object]) -> None:
        self._does = does

    def generate(self, slot: datetime, /) -> CaseDraft:
        self._does()
        return CaseDraft(f"May a doctor lie at {slot:%H}?", ["yes", "no"], "no")


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('locks')}/mainstay.db"
    return odd_database(request.getfixturevalue("postgres_url"))


def test_no_lock_is_held_while_the_hosts_code_is_called(any_url: str) -> None:
    """Its ledger, generator, clock, progress and log may write to the same cases and users."""
    with SqlStore.create(any_url) as store, SqlStore.open(any_url, lock_timeout=AT_ONCE) as hosts:
        opened(store, "over", "other")
        store.contests.argue("other", [argument("ada's", "ada")])
        for case_id in ("over", "other"):
            store.contests.vote(case_id, map(vote, ("ada", "bob")))
        numbers = count()

        def write() -> None:
            number = next(numbers)
            for kept in hosts.contests.cases(status=CaseStatus.OPEN):
                begin, _ = kept.case.span()
                again = vote("ada", at=begin, vote_id=f"another {number}")
                assert hosts.contests.vote(kept.case.id, [again]) == 1
            thanks = [Credit(user, f"thanks {number}", 1, NOON) for user in ("ada", "bob")]
            assert len(hosts.points.add(thanks, now=NOON)) == 2

        def clock() -> datetime:
            write()
            return END

        handler, logger = Writing(write), logging.getLogger("mainstay.jobs")
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        try:
            jobs = contest_jobs(
                store, generator=Dilemmas(write), ledger=Chain(store.ledger, write), notices=True
            )
            for job in jobs:
                context = JobContext(clock=clock, progress=lambda _done, _total: write())
                report = job.run(context)
                assert report.failed == 0, report.errors
        finally:
            logger.removeHandler(handler)
            logger.setLevel(logging.NOTSET)
        assert store.contests.cases(status=CaseStatus.CLOSED)
    assert handler.records
