"""The bundle of all ports: what jobs, the command and the conformance suites are given."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from mainstay.ports.badges import BadgeStore
from mainstay.ports.contests import ContestStore
from mainstay.ports.corrections import CorrectionStore
from mainstay.ports.engagements import EngagementStore
from mainstay.ports.leaderboards import LeaderboardStore
from mainstay.ports.ledger import Ledger
from mainstay.ports.metrics import MetricStore
from mainstay.ports.notifications import (
    NotificationStore,
)
from mainstay.ports.outbox import Outbox
from mainstay.ports.outlooks import OutlookStore
from mainstay.ports.points import PointStore
from mainstay.ports.reputations import ReputationStore
from mainstay.ports.runs import RunLog
from mainstay.ports.sessions import SessionStore
from mainstay.ports.templates import Templates

__all__ = [
    "HasBadges",
    "HasContests",
    "HasCorrections",
    "HasEngagements",
    "HasLeaderboards",
    "HasLedger",
    "HasMetrics",
    "HasOutbox",
    "HasOutlooks",
    "HasPoints",
    "HasReputations",
    "HasRuns",
    "HasSessions",
    "HasSize",
    "Store",
]


class HasSessions(Protocol):
    """Has what users did."""

    @property
    def sessions(self) -> SessionStore:
        """What users did."""
        ...


class HasEngagements(HasSessions, Protocol):
    """Has everybody's days, over the sessions that are added."""

    @property
    def engagements(self) -> EngagementStore:
        """Everybody's days."""
        ...


class HasReputations(HasSessions, Protocol):
    """Has everybody's weeks, over the sessions that are added."""

    @property
    def reputations(self) -> ReputationStore:
        """Everybody's weeks."""
        ...


class HasCorrections(HasEngagements, HasReputations, Protocol):
    """Has corrections of what is kept: of all that the ports of one store keep."""

    @property
    def corrections(self) -> CorrectionStore:
        """Corrections of what is kept."""
        ...


class HasPoints(Protocol):
    """Has everybody's points."""

    @property
    def points(self) -> PointStore:
        """Everybody's points."""
        ...


class HasLeaderboards(HasPoints, Protocol):
    """Has leaderboards, over the points that are added."""

    @property
    def leaderboards(self) -> LeaderboardStore:
        """Who has how many points."""
        ...


class HasMetrics(HasSessions, Protocol):
    """Has what is measured of users, their sessions included."""

    @property
    def metrics(self) -> MetricStore:
        """What is measured of users."""
        ...


class HasBadges(HasMetrics, HasReputations, HasPoints, Protocol):
    """Has everybody's badges, over all that they are awarded for."""

    @property
    def badges(self) -> BadgeStore:
        """Who has which badge."""
        ...


class HasOutbox(HasPoints, Protocol):
    """Has what is to be done outside, and the points that users are given once it is."""

    @property
    def outbox(self) -> Outbox:
        """What is to be done outside."""
        ...


class HasContests(HasMetrics, HasOutbox, Protocol):
    """Has contests, over the outbox that pays their rewards and the metrics that they change."""

    @property
    def contests(self) -> ContestStore:
        """Cases, and what people do about them."""
        ...


class HasOutlooks(HasSessions, HasOutbox, Protocol):
    """Has outlooks, over the sessions that they are made from and the outbox that tells of them."""

    @property
    def outlooks(self) -> OutlookStore:
        """Who is told what for which day."""
        ...

    @property
    def notifications(self) -> NotificationStore:
        """When they are told."""
        ...

    @property
    def templates(self) -> Templates:
        """What their texts are made from."""
        ...


@runtime_checkable
class HasSize(Protocol):
    """Can say how large it is. Not every store can."""

    def size(self) -> int:
        """Return how many bytes the database takes."""
        ...


class HasRuns(Protocol):
    """Has the log of runs."""

    @property
    def runs(self) -> RunLog:
        """Which jobs ran when."""
        ...


class HasLedger(Protocol):
    """Has the ledger on which contests publish and pay."""

    @property
    def ledger(self) -> Ledger:
        """Where commitments are published and rewards are paid."""
        ...


class Store(
    HasCorrections,
    HasBadges,
    HasLeaderboards,
    HasContests,
    HasOutlooks,
    HasLedger,
    HasRuns,
    Protocol,
):
    """All ports, over one place where things are kept."""
