"""On a host's engine, and in a transaction of a host's, stores keep what the ports promise."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import NoReturn
from uuid import uuid4

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from sqlalchemy import Connection, Engine, create_engine, make_url

from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.joined import JoinedDatabase
from mainstay.testing.conformance import (
    BadgeStoreConformance,
    ContestStoreConformance,
    EngagementStoreConformance,
    LeaderboardStoreConformance,
    LedgerConformance,
    MetricStoreConformance,
    NotificationConformance,
    OutboxConformance,
    OutlookConformance,
    PointStoreConformance,
    ReputationStoreConformance,
    RunLogConformance,
    SessionStoreConformance,
    TemplateConformance,
)
from tests import effort
from tests.conformance.databases import empty, odd_database

#: By which driver, and whose the transactions are: the host's, or the store's on a host's engine.
HOSTS = [
    ("sqlite+pysqlite", "host"),
    ("postgresql+psycopg", "host"),
    ("postgresql+psycopg2", "store"),
]
if effort.thorough():
    HOSTS += [(driver, {"host": "store", "store": "host"}[whose]) for driver, whose in HOSTS]
#: Every second test: what is tried is the way to the database; the stores behind it are the same.
pytestmark = pytest.mark.dealt("host", 2 * len(HOSTS))


@pytest.fixture(scope="module", params=HOSTS, ids=" ".join)
def host(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Engine | Connection, str | None]]:
    """An engine, or a connection, and the schema of a store that is there."""
    driver, whose = request.param
    pytest.importorskip(driver.partition("+")[2].replace("pysqlite", "sqlite3"))
    url, schema = make_url(f"sqlite:///{tmp_path_factory.mktemp('hosted')}/mainstay.db"), None
    if "postgresql" in driver:
        url = make_url(request.getfixturevalue("postgres_url"))
        if whose == "store":  # which sets in its own transactions what it relies on
            url = make_url(odd_database(url.render_as_string()))
            url = url.update_query_dict({"client_encoding": "utf8"})
        schema = f'Hosted "{uuid4().hex}"'
    engine = create_engine(url.set(drivername=driver))
    SqlStore.create(engine, schema=schema)
    with engine.connect() as connection:
        yield connection if whose == "host" else engine, schema
    engine.dispose()


@pytest.fixture
def store(
    host: tuple[Engine | Connection, str | None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[SqlStore]:
    """An empty store. What the host's transaction can't have is left out there."""
    given, schema = host
    store = SqlStore.open(given, schema=schema)
    if isinstance(given, Engine):
        empty(store)
        yield store
    else:
        monkeypatch.setattr(Thread, "start", one_thread)
        monkeypatch.setattr(JoinedDatabase, "apart", no_other)
        yield store
        given.rollback()


def one_thread(_: Thread) -> NoReturn:
    pytest.skip("a transaction is one thread's")


def no_other(*_: object, **__: object) -> NoReturn:
    pytest.skip("it needs a transaction of its own")


class TestBadges(BadgeStoreConformance):
    pass


class TestContests(ContestStoreConformance):
    pass


class TestEngagements(EngagementStoreConformance):
    pass


class TestLeaderboards(LeaderboardStoreConformance):
    pass


class TestLedgers(LedgerConformance):
    pass


class TestMetrics(MetricStoreConformance):
    pass


class TestNotifications(NotificationConformance):
    pass


class TestOutbox(OutboxConformance):
    pass


class TestOutlooks(OutlookConformance):
    pass


class TestPoints(PointStoreConformance):
    pass


class TestReputations(ReputationStoreConformance):
    pass


class TestRuns(RunLogConformance):
    runs_kept = 20

    @pytest.fixture(autouse=True)
    def fewer_runs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("mainstay.adapters.sql.runs.RUNS_KEPT", self.runs_kept)


class TestSessions(SessionStoreConformance):
    pass


class TestTemplates(TemplateConformance):
    pass
