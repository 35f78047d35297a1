"""All ports in memory, for the tests of host apps: nothing to install, nothing to clean up.

It keeps what it is given in dictionaries and works everything out again whenever it is asked, clear
rather than fast. So it also serves as the model that the stores in databases are compared with.

Examples:
    >>> from datetime import UTC, date, datetime
    >>> from mainstay import Session
    >>> from mainstay.jobs import evaluate_consistency
    >>> from mainstay.scheduling import JobContext
    >>> store = MemoryStore()
    >>> at = datetime(2024, 5, 1, 8, tzinfo=UTC)
    >>> store.sessions.add([Session("ada", at, kind="post", id="1")])
    1
    >>> clock = lambda: datetime(2024, 5, 2, tzinfo=UTC)
    >>> evaluate_consistency(store.engagements).run(JobContext(clock=clock)).succeeded
    1
    >>> [outcome.user_id for outcome in store.engagements.candidates(date(2024, 5, 1))]
    ['ada']
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import RLock
from typing import Self

from mainstay import _checks as checks
from mainstay.daystarts import DayStart, whole_day_start
from mainstay.localdays import MIDNIGHT
from mainstay.testing.memory._activity import Activity, Unreadables
from mainstay.testing.memory._marks import Marks
from mainstay.testing.memory._outlook import Told
from mainstay.testing.memory.badges import MemoryBadges, Sources
from mainstay.testing.memory.contests import MemoryContests
from mainstay.testing.memory.corrections import MemoryCorrections, Ports
from mainstay.testing.memory.engagements import MemoryEngagements
from mainstay.testing.memory.leaderboards import MemoryLeaderboards
from mainstay.testing.memory.ledger import MemoryLedger
from mainstay.testing.memory.metrics import MemoryMetrics
from mainstay.testing.memory.notifications import MemoryNotifications
from mainstay.testing.memory.outbox import MemoryOutbox
from mainstay.testing.memory.outlooks import MemoryOutlooks
from mainstay.testing.memory.points import MemoryPoints
from mainstay.testing.memory.reputations import MemoryReputations
from mainstay.testing.memory.runs import MemoryRuns
from mainstay.testing.memory.sessions import MemorySessions
from mainstay.testing.memory.templates import MemoryTemplates

__all__ = [
    "MemoryBadges",
    "MemoryContests",
    "MemoryCorrections",
    "MemoryEngagements",
    "MemoryLeaderboards",
    "MemoryLedger",
    "MemoryMetrics",
    "MemoryNotifications",
    "MemoryOutbox",
    "MemoryOutlooks",
    "MemoryPoints",
    "MemoryReputations",
    "MemoryRuns",
    "MemorySessions",
    "MemoryStore",
    "MemoryTemplates",
]


class MemoryStore:
    """Sessions, and what the jobs make of them.

    A user is known to all ports from their first session on.

    Attributes:
        sessions: A :class:`mainstay.ports.SessionStore`.
        corrections: A :class:`mainstay.ports.CorrectionStore`.
        engagements: A :class:`mainstay.ports.EngagementStore`.
        reputations: A :class:`mainstay.ports.ReputationStore`.
        points: A :class:`mainstay.ports.PointStore`.
        metrics: A :class:`mainstay.ports.MetricStore`.
        leaderboards: A :class:`mainstay.ports.LeaderboardStore`.
        badges: A :class:`mainstay.ports.BadgeStore`.
        runs: A :class:`mainstay.ports.RunLog`.
        outbox: A :class:`mainstay.ports.Outbox`.
        contests: A :class:`mainstay.ports.ContestStore`.
        ledger: A :class:`mainstay.ports.Ledger`, a chain of entries.
        outlooks: A :class:`mainstay.ports.OutlookStore`.
        notifications: A :class:`mainstay.ports.NotificationStore`.
        templates: A :class:`mainstay.ports.Templates`.

    Args:
        posts: The kinds of activity that count as posts.
        local_days: Whether an activity counts on the date where the user was, and not on UTC's.
        day_start: When a day begins, or a :class:`mainstay.DayEnd`, in whole seconds: on the user's
            wall clock with local days, else in UTC.

    Raises:
        InvalidValueError: ``posts`` holds something that is not a kind.

    Examples:
        >>> from datetime import UTC, date, datetime, time
        >>> from mainstay import Session
        >>> store = MemoryStore(local_days=True, day_start=time(4))
        >>> late = datetime(2024, 5, 2, 3, 30, tzinfo=UTC)
        >>> store.sessions.add([Session("ada", late, kind="post", id="1")])
        1
        >>> with store.engagements.page() as page:  # at 03:30, it is still the day before
        ...     page.open_days(date(2024, 5, 3), limit=1)
        [datetime.date(2024, 5, 1)]
    """

    def __init__(
        self,
        *,
        posts: Iterable[str] = ("post",),
        local_days: bool = False,
        day_start: DayStart = MIDNIGHT,
    ) -> None:
        lock, self._unreadable, marks = RLock(), Unreadables(), Marks()
        self.sessions: MemorySessions = MemorySessions(
            lock,
            marks,
            local_days=checks.instance("local_days", local_days, bool),
            day_start=whole_day_start("day_start", day_start),
        )
        activity = Activity(self.sessions, checks.texts("posts", posts))
        self.engagements: MemoryEngagements = MemoryEngagements(lock, activity, self._unreadable)
        self.reputations: MemoryReputations = MemoryReputations(
            lock, activity, self._unreadable, marks
        )
        self.points: MemoryPoints = MemoryPoints(lock, marks)
        self.metrics: MemoryMetrics = MemoryMetrics(lock, self.sessions, marks)
        self.leaderboards: MemoryLeaderboards = MemoryLeaderboards(lock, self.points)
        self.outbox: MemoryOutbox = MemoryOutbox(lock, self.points)
        sources = Sources(activity, self.points, self.metrics, self.reputations, self._unreadable)
        self.badges: MemoryBadges = MemoryBadges(lock, sources, marks, self.outbox)
        self.runs: MemoryRuns = MemoryRuns()
        self.ledger: MemoryLedger = MemoryLedger()
        self.contests: MemoryContests = MemoryContests(
            lock, self.outbox, self.metrics, self._unreadable
        )
        told = Told(self.outbox, self._unreadable)
        self.outlooks: MemoryOutlooks = MemoryOutlooks(lock, self.sessions, told)
        self.notifications: MemoryNotifications = MemoryNotifications(lock, told)
        self.templates: MemoryTemplates = MemoryTemplates(lock)
        self.sessions.watchers = (self.engagements.changed, self.reputations.changed)
        self.corrections: MemoryCorrections = MemoryCorrections(
            lock,
            activity,
            Ports(
                engagements=self.engagements,
                reputations=self.reputations,
                leaderboards=self.leaderboards,
                points=self.points,
                metrics=self.metrics,
                outbox=self.outbox,
                contests=self.contests,
                told=told,
                runs=self.runs,
            ),
            marks,
            self._unreadable,
        )

    def corrupt(self, key: str) -> None:
        """Make what is kept of a user or a case unreadable, as a bad row in a database is.

        Args:
            key: Their id.

        Examples:
            >>> store = MemoryStore()
            >>> store.corrupt("ada")
            >>> store.reputations.reputations(["ada"])
            Traceback (most recent call last):
                ...
            mainstay.errors.InvalidValueError: the state of 'ada' can't be read, got 'corrupt'. ...
            >>> store.mend("ada")
            >>> dict(store.reputations.reputations(["ada"]))
            {}
        """
        self._unreadable.add(checks.text("key", key))

    def mend(self, key: str) -> None:
        """Make what is kept of a user or a case readable again."""
        self._unreadable.discard(key)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass
