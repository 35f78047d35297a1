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
    """Has what users did.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import Session
        >>> from mainstay.testing.memory import MemoryStore
        >>> def record_run(app: HasSessions, user_id: str, at: datetime) -> int:
        ...     return app.sessions.add([Session(user_id, at, kind="run", id=f"{user_id}:{at}")])
        >>> record_run(MemoryStore(), "ada", datetime(2024, 5, 1, 8, tzinfo=UTC))
        1
    """

    @property
    def sessions(self) -> SessionStore:
        """What users did."""
        ...


class HasEngagements(HasSessions, Protocol):
    """Has everybody's days, over the sessions that are added.

    Examples:
        >>> from datetime import UTC, date, datetime
        >>> from mainstay import Session
        >>> from mainstay.testing.memory import MemoryStore
        >>> store: HasEngagements = MemoryStore()
        >>> store.sessions.add([Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), id="1")])
        1
        >>> store.engagements.count_due(date(2024, 5, 1))
        1
    """

    @property
    def engagements(self) -> EngagementStore:
        """Everybody's days."""
        ...


class HasReputations(HasSessions, Protocol):
    """Has everybody's weeks, over the sessions that are added.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import IsoWeek, Session
        >>> from mainstay.testing.memory import MemoryStore
        >>> store: HasReputations = MemoryStore()
        >>> store.sessions.add([Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), id="1")])
        1
        >>> store.reputations.count_due(IsoWeek(2024, 18))
        1
    """

    @property
    def reputations(self) -> ReputationStore:
        """Everybody's weeks."""
        ...


class HasCorrections(HasEngagements, HasReputations, Protocol):
    """Has corrections of what is kept: of all that the ports of one store keep.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import Session
        >>> from mainstay.jobs import forget
        >>> from mainstay.testing.memory import MemoryStore
        >>> store: HasCorrections = MemoryStore()
        >>> _ = store.sessions.add([Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), id="1")])
        >>> _ = forget(store.corrections, ["ada"])
        >>> store.sessions.users()
        []
    """

    @property
    def corrections(self) -> CorrectionStore:
        """Corrections of what is kept."""
        ...


class HasPoints(Protocol):
    """Has everybody's points.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.recognition import Credit
        >>> from mainstay.testing.memory import MemoryStore
        >>> def thank(app: HasPoints, user_id: str, now: datetime) -> int:
        ...     app.points.add([Credit(user_id, "thanks", 5, now)], now=now)
        ...     return app.points.totals([user_id])[user_id]
        >>> thank(MemoryStore(), "ada", datetime(2024, 5, 1, 8, tzinfo=UTC))
        5
    """

    @property
    def points(self) -> PointStore:
        """Everybody's points."""
        ...


class HasLeaderboards(HasPoints, Protocol):
    """Has leaderboards, over the points that are added.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.recognition import Credit
        >>> from mainstay.testing.memory import MemoryStore
        >>> store: HasLeaderboards = MemoryStore()
        >>> at, now = (datetime(2024, 5, 1, hour, tzinfo=UTC) for hour in (8, 9))
        >>> credits = [Credit("ada", "quiz", 5, at), Credit("bob", "quiz", 7, at)]
        >>> _ = store.points.add(credits, now=now)
        >>> store.leaderboards.rank_of("ada", now=now).rank
        2
    """

    @property
    def leaderboards(self) -> LeaderboardStore:
        """Who has how many points."""
        ...


class HasMetrics(HasSessions, Protocol):
    """Has what is measured of users, their sessions included.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import Session
        >>> from mainstay.testing.memory import MemoryStore
        >>> store: HasMetrics = MemoryStore()
        >>> at = datetime(2024, 5, 1, 8, tzinfo=UTC)
        >>> _ = store.sessions.add([Session("ada", at, kind="run", id="1")])
        >>> dict(store.metrics.metrics(["ada"])["ada"])
        {'kind:run': 1}
    """

    @property
    def metrics(self) -> MetricStore:
        """What is measured of users."""
        ...


class HasBadges(HasMetrics, HasReputations, HasPoints, Protocol):
    """Has everybody's badges, over all that they are awarded for.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.jobs import check_badges
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> store: HasBadges = MemoryStore()
        >>> store.metrics.put({"ada": {"wins": 1}})
        >>> at = datetime(2024, 5, 1, 8, tzinfo=UTC)
        >>> _ = check_badges(store.badges).run(JobContext(clock=lambda: at))
        >>> [credit.reason for credit in store.points.credits("ada")]
        ['badge:first_win']
    """

    @property
    def badges(self) -> BadgeStore:
        """Who has which badge."""
        ...


class HasOutbox(HasPoints, Protocol):
    """Has what is to be done outside, and the points that users are given once it is.

    Examples:
        >>> from datetime import UTC, datetime, timedelta
        >>> from mainstay.ports import OutboxEntry
        >>> from mainstay.recognition import Credit
        >>> from mainstay.testing.memory import MemoryStore
        >>> store: HasOutbox = MemoryStore()
        >>> now = datetime(2024, 5, 1, 8, tzinfo=UTC)
        >>> _ = store.outbox.put([OutboxEntry(key="1", kind="mail", user_id="ada", due_at=now)])
        >>> [mail] = store.outbox.claim("mail", "me", now=now, until=now + timedelta(1), limit=1)
        >>> store.outbox.finish(mail, "me", credits=[Credit("ada", "mail:1", 5, now)])
        True
        >>> dict(store.points.totals(["ada"]))
        {'ada': 5}
    """

    @property
    def outbox(self) -> Outbox:
        """What is to be done outside."""
        ...


class HasContests(HasMetrics, HasOutbox, Protocol):
    """Has contests, over the outbox that pays their rewards and the metrics that they change.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.contest import Case, commit
        >>> from mainstay.testing.memory import MemoryStore
        >>> store: HasContests = MemoryStore()
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> case = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> _ = store.contests.draft(case, *commit(case, "no"), now=noon)
        >>> [entry.key for entry in store.outbox.entries("commitment")]  # to be published
        ['verdict:case-0001']
    """

    @property
    def contests(self) -> ContestStore:
        """Cases, and what people do about them."""
        ...


class HasOutlooks(HasSessions, HasOutbox, Protocol):
    """Has outlooks, over the sessions that they are made from and the outbox that tells of them.

    Examples:
        >>> from datetime import UTC, date, datetime
        >>> from mainstay import Session
        >>> from mainstay.jobs import generate_outlooks
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> store: HasOutlooks = MemoryStore()
        >>> _ = store.sessions.add([Session("ada", datetime(2024, 4, 30, 8, tzinfo=UTC), id="1")])
        >>> now = datetime(2024, 5, 1, 5, tzinfo=UTC)
        >>> generate_outlooks(store).run(JobContext(clock=lambda: now)).target
        '2024-05-02'
        >>> store.outlooks.outlook("ada", date(2024, 5, 2)).content.template
        'rhythm'
    """

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
    """Can say how large it is. Not every store can.

    Examples:
        >>> from mainstay.testing.memory import MemoryStore
        >>> class Files:
        ...     def size(self):
        ...         return 4096
        >>> [store.size() for store in (Files(), MemoryStore()) if isinstance(store, HasSize)]
        [4096]
    """

    def size(self) -> int:
        """Return how many bytes the database takes."""
        ...


class HasRuns(Protocol):
    """Has the log of runs.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.testing.memory import MemoryStore
        >>> def is_running(app: HasRuns, job: str, now: datetime) -> bool:
        ...     return bool(app.runs.leases(job, now=now))
        >>> is_running(MemoryStore(), "evaluate-consistency", datetime(2024, 5, 1, 8, tzinfo=UTC))
        False
    """

    @property
    def runs(self) -> RunLog:
        """Which jobs ran when."""
        ...


class HasLedger(Protocol):
    """Has the ledger on which contests publish and pay.

    Examples:
        >>> from mainstay.testing.memory import MemoryStore
        >>> def is_published(app: HasLedger, transaction: str) -> bool:
        ...     return app.ledger.look_up([transaction])[0].seen == "confirmed"
        >>> store = MemoryStore()
        >>> is_published(store, store.ledger.submit("verdict:case-0001", "ace3"))
        True
    """

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
    """All ports, over one place where things are kept.

    Examples:
        >>> from mainstay.jobs import all_jobs
        >>> from mainstay.testing.memory import MemoryStore
        >>> def names(store: Store) -> list[str]:
        ...     return [job.name for job in all_jobs(store)]
        >>> names(MemoryStore())[:2]
        ['evaluate-consistency', 'update-multipliers']
    """
