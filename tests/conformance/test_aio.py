"""Through asyncio, on a host's own engine or connection, stores keep what the ports promise."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import wraps
from threading import Thread
from typing import Any, NoReturn, TypeVar
from uuid import uuid4

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")
pytest.importorskip("greenlet", reason="SQLAlchemy's asyncio needs it")

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.aio import AsyncSqlStore
from mainstay.adapters.sql.joined import JoinedDatabase
from mainstay.testing import conformance
from tests import effort
from tests.conformance.databases import empty

#: By which driver, and whose the transactions are: the host's, or the store's on a host's engine.
HOSTS = [
    ("sqlite+aiosqlite", "store"),
    ("postgresql+asyncpg", "host"),
]
if effort.thorough():
    HOSTS = [
        (driver, whose)
        for driver in ("sqlite+aiosqlite", "postgresql+asyncpg", "postgresql+psycopg_async")
        for whose in ("store", "host")
    ]
#: Every second test: what is tried is the way to the database; the stores behind it are the same.
pytestmark = pytest.mark.dealt("opened", 2 * len(HOSTS))

T = TypeVar("T", bound=type)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """The loop of a host."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module", params=HOSTS, ids=" ".join)
def opened(
    request: pytest.FixtureRequest,
    runner: asyncio.Runner,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[AsyncSqlStore, AsyncConnection | None]]:
    """A store, and the connection if it is on one."""
    driver, whose = request.param
    pytest.importorskip(driver.partition("+")[2].replace("_async", ""))
    url, schema = make_url(f"sqlite:///{tmp_path_factory.mktemp('aio')}/mainstay.db"), None
    if "postgresql" in driver:
        url = make_url(request.getfixturevalue("postgres_url"))
        schema = f"aio_{uuid4().hex}"
    engine = create_async_engine(url.set(drivername=driver))
    store = runner.run(AsyncSqlStore.create(engine, schema=schema))
    if whose == "store":
        yield store, None
    else:
        connection = runner.run(engine.connect().start())
        yield runner.run(AsyncSqlStore.open(connection, schema=schema)), connection
        runner.run(connection.close())
    runner.run(engine.dispose())


@pytest.fixture
def store(
    opened: tuple[AsyncSqlStore, AsyncConnection | None],
    runner: asyncio.Runner,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[Callable[[SqlStore], None]], None]]:
    """What runs some work with an empty store."""
    store, connection = opened
    monkeypatch.setattr(Thread, "start", one_thread)
    monkeypatch.setattr(JoinedDatabase, "apart", no_other)
    if connection is None:
        runner.run(store.run(empty))
    yield lambda work: runner.run(store.run(work))
    if connection is not None:
        runner.run(connection.rollback())


def one_thread(_: Thread) -> NoReturn:
    pytest.skip("a connection is one thread's")


def no_other(*_: object, **__: object) -> NoReturn:
    pytest.skip("it needs a transaction of its own")


def run_by_it(suite: T) -> T:
    """Have each test of a suite be work that an asynchronous store runs."""
    for name in filter(lambda name: name.startswith("test_"), dir(suite)):
        setattr(suite, name, _run_by_it(getattr(suite, name)))
    return suite


def _run_by_it(test: Callable[..., None]) -> Callable[..., None]:
    @wraps(test)
    def run(self: object, *, store: Callable[..., None], **others: Any) -> None:
        store(lambda opened: test(self, store=opened, **others))

    return run


@run_by_it
class TestBadges(conformance.BadgeStoreConformance):
    pass


@run_by_it
class TestContests(conformance.ContestStoreConformance):
    pass


@run_by_it
class TestEngagements(conformance.EngagementStoreConformance):
    pass


@run_by_it
class TestLeaderboards(conformance.LeaderboardStoreConformance):
    pass


@run_by_it
class TestLedgers(conformance.LedgerConformance):
    pass


@run_by_it
class TestMetrics(conformance.MetricStoreConformance):
    pass


@run_by_it
class TestNotifications(conformance.NotificationConformance):
    pass


@run_by_it
class TestOutbox(conformance.OutboxConformance):
    pass


@run_by_it
class TestOutlooks(conformance.OutlookConformance):
    pass


@run_by_it
class TestPoints(conformance.PointStoreConformance):
    pass


@run_by_it
class TestReputations(conformance.ReputationStoreConformance):
    pass


@run_by_it
class TestRuns(conformance.RunLogConformance):
    runs_kept = 20

    @pytest.fixture(autouse=True)
    def fewer_runs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("mainstay.adapters.sql.runs.RUNS_KEPT", self.runs_kept)


@run_by_it
class TestSessions(conformance.SessionStoreConformance):
    pass


@run_by_it
class TestTemplates(conformance.TemplateConformance):
    pass
