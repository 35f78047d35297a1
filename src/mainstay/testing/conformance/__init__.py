"""Tests that every implementation of mainstay's ports must pass, to run on your own.

Derive from a suite and give it your store, empty: any object with the port as an attribute
(``sessions``, ``engagements``, ``reputations``, ``points``, ``metrics``, ``leaderboards``,
``badges``, ``runs``, ``outbox``, ``contests``, ``ledger``, ``outlooks``, ``notifications``,
``templates``, ``corrections``), and with those over which it works, so that something can happen:
``sessions`` for engagements, reputations and metrics, ``points`` for leaderboards and the outbox,
all four for badges, and these with ``badges`` and ``outbox`` for contests; ``sessions``, ``outbox``
and each other for outlooks, notifications and templates; all of them for corrections.
:class:`mainstay.ports.Store` names them all.

A test takes its store as the argument ``store``: a pytest fixture, or what ``make_store`` returns,
which is how a ``unittest.TestCase`` runs a suite, without pytest. Whose ids the users have is for
``user_id(n)`` to say: override it if yours are numbers or UUIDs. A suite of your own derives from
``Suite``, has ``store`` as the argument of each test, and takes all users from ``self.users(3)``
(some, in order), ``self.odd_users()`` (those that are easily put in another order) or
``self.stranger()`` (of whom nobody has heard).

    class TestMyReputations(ReputationStoreConformance, unittest.TestCase):
        def make_store(self) -> MyStore:
            return MyStore(an_empty_database())

        def user_id(self, n: int) -> str:
            return str(n)

A store that counts posts is to count the kind ``post``, and its days begin at noon or before. Some
tests use threads.
"""

from mainstay.testing.conformance._suite import Suite
from mainstay.testing.conformance.badges import BadgeStoreConformance
from mainstay.testing.conformance.contests import ContestStoreConformance
from mainstay.testing.conformance.corrections import CorrectionConformance
from mainstay.testing.conformance.engagements import EngagementStoreConformance
from mainstay.testing.conformance.leaderboards import LeaderboardStoreConformance
from mainstay.testing.conformance.ledger import LedgerConformance
from mainstay.testing.conformance.metrics import MetricStoreConformance
from mainstay.testing.conformance.notifications import NotificationConformance
from mainstay.testing.conformance.outbox import OutboxConformance
from mainstay.testing.conformance.outlooks import OutlookConformance
from mainstay.testing.conformance.pages import PagesConformance
from mainstay.testing.conformance.points import PointStoreConformance
from mainstay.testing.conformance.reputations import ReputationStoreConformance
from mainstay.testing.conformance.runs import RunLogConformance
from mainstay.testing.conformance.sessions import SessionStoreConformance
from mainstay.testing.conformance.templates import TemplateConformance

__all__ = [
    "BadgeStoreConformance",
    "ContestStoreConformance",
    "CorrectionConformance",
    "EngagementStoreConformance",
    "LeaderboardStoreConformance",
    "LedgerConformance",
    "MetricStoreConformance",
    "NotificationConformance",
    "OutboxConformance",
    "OutlookConformance",
    "PagesConformance",
    "PointStoreConformance",
    "ReputationStoreConformance",
    "RunLogConformance",
    "SessionStoreConformance",
    "Suite",
    "TemplateConformance",
]
