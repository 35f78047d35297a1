"""The stores in SQLite and PostgreSQL keep what the ports promise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from uuid import uuid4

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from mainstay.adapters.sql import SqlStore
from mainstay.daystarts import DayEnd, DayStart
from mainstay.localdays import MIDNIGHT
from mainstay.testing.conformance import (
    BadgeStoreConformance,
    ContestStoreConformance,
    CorrectionConformance,
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
from tests.conformance.databases import empty, in_schema, odd_database

#: The agreement of all stores is tested for both kinds of days on both databases.
STORES = ["sqlite", "pgbouncer, local days, from 04:00"]
if effort.thorough():
    STORES += [
        "sqlite, local days",
        "postgresql, from 04:00",
        "postgresql, until 13:00",
        "pgbouncer",
    ]
#: When days begin or end, by the words for it; else at midnight.
DAYS: dict[str, DayStart] = {"from 04:00": time(4), "until 13:00": DayEnd(time(13))}


@pytest.fixture(scope="module", params=STORES)
def prepared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SqlStore]:
    if "postgresql" in request.param:
        url = in_schema(request.getfixturevalue("postgres_url"), f"conformance_{uuid4().hex}")
    elif "pgbouncer" in request.param:
        postgres, bouncer = map(request.getfixturevalue, ("postgres_url", "pgbouncer_url"))
        url = odd_database(postgres, via=bouncer)
    else:
        url = f"sqlite:///{tmp_path_factory.mktemp('conformance')}/mainstay.db"
    start = next((each for words, each in DAYS.items() if words in request.param), MIDNIGHT)
    with SqlStore.create(url, local_days="local" in request.param, day_start=start) as store:
        yield store


@pytest.fixture
def store(prepared: SqlStore) -> SqlStore:
    empty(prepared)
    return prepared


class TestSessions(SessionStoreConformance):
    pass


class TestEngagements(EngagementStoreConformance):
    pass


class TestReputations(ReputationStoreConformance):
    pass


class TestPoints(PointStoreConformance):
    pass


class TestMetrics(MetricStoreConformance):
    pass


class TestLeaderboards(LeaderboardStoreConformance):
    pass


class TestBadges(BadgeStoreConformance):
    pass


class TestRuns(RunLogConformance):
    runs_kept = 20

    @pytest.fixture(autouse=True)
    def fewer_runs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("mainstay.adapters.sql.runs.RUNS_KEPT", self.runs_kept)


class TestOutbox(OutboxConformance):
    pass


class TestLedger(LedgerConformance):
    pass


class TestContests(ContestStoreConformance):
    pass


class TestCorrections(CorrectionConformance):
    pass


class TestCorrectionsOfNumbers(CorrectionConformance):
    """A user's id may be a part of what we write ourselves, such as 1 of ``job-report/1``."""

    def user_id(self, n: int) -> str:
        return str(n)


class TestOutlooks(OutlookConformance):
    pass


class TestNotifications(NotificationConformance):
    pass


class TestTemplates(TemplateConformance):
    pass
