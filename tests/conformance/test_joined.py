"""In a transaction of a host's, by drivers of its own, stores keep what the ports promise."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from uuid import uuid4

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from sqlalchemy import Connection, create_engine, make_url

from mainstay.adapters.sql import SqlStore
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
    SessionStoreConformance,
    TemplateConformance,
)
from tests.conformance.databases import in_schema

DRIVERS = ["sqlite+pysqlite", "postgresql+psycopg", "postgresql+psycopg2"]


@pytest.fixture(scope="module", params=DRIVERS)
def connection(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connection]:
    """A host's connection to a store that its transactions leave as it is."""
    url = f"sqlite:///{tmp_path_factory.mktemp('joined')}/mainstay.db"
    if "postgresql" in request.param:
        url = in_schema(request.getfixturevalue("postgres_url"), f"joined_{uuid4().hex}")
    SqlStore.create(url).close()
    engine = create_engine(make_url(url).set(drivername=request.param))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what two do at once: a transaction is one thread's."""

    def start(_: Thread) -> None:
        pytest.skip("a transaction is one thread's")

    monkeypatch.setattr(Thread, "start", start)


@pytest.fixture
def store(connection: Connection) -> Iterator[SqlStore]:
    yield SqlStore.open(connection)
    connection.rollback()


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


class TestOutboxs(OutboxConformance):
    pass


class TestOutlooks(OutlookConformance):
    pass


class TestPoints(PointStoreConformance):
    pass


class TestReputations(ReputationStoreConformance):
    pass


class TestSessions(SessionStoreConformance):
    pass


class TestTemplates(TemplateConformance):
    pass
