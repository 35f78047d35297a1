"""The stores in memory keep what the ports promise."""

from __future__ import annotations

from datetime import time

import pytest

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
from mainstay.testing.memory import MemoryStore


@pytest.fixture(params=[False, True], ids=["utc", "local, from 04:00"])
def store(request: pytest.FixtureRequest) -> MemoryStore:
    return MemoryStore(local_days=request.param, day_start=time(4 if request.param else 0))


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
    pass


class TestOutbox(OutboxConformance):
    pass


class TestLedger(LedgerConformance):
    pass


class TestContests(ContestStoreConformance):
    pass


class TestCorrections(CorrectionConformance):
    pass


class TestOutlooks(OutlookConformance):
    pass


class TestNotifications(NotificationConformance):
    pass


class TestTemplates(TemplateConformance):
    pass
