"""All ports on one database: SQLite, embedded, or PostgreSQL.

Examples:
    >>> from datetime import UTC, date, datetime
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from mainstay import DailyCriteria, EngagementPolicy, Session
    >>> from mainstay.reading import identified
    >>> from mainstay.jobs import evaluate_consistency
    >>> from mainstay.scheduling import JobContext
    >>> folder = TemporaryDirectory()
    >>> store = SqlStore.create(f"sqlite:///{folder.name}/mainstay.db")
    >>> ran = Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), kind="run")
    >>> store.sessions.add(identified([ran]))
    1
    >>> policy = EngagementPolicy(criteria=DailyCriteria({"run": 1}))
    >>> job = evaluate_consistency(store.engagements, policy=policy)
    >>> job.run(JobContext(target=date(2024, 5, 1))).succeeded
    1
    >>> store.engagements.outcome("ada", date(2024, 5, 1)).streak_after
    1
    >>> store.close()
    >>> folder.cleanup()
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Self

from mainstay import _checks as checks
from mainstay._extras import Extra
from mainstay.daystarts import DayStart
from mainstay.scores.by_policy import Policy
from mainstay.scores.consistency.policy import DEFAULT_POLICY

if TYPE_CHECKING:
    from mainstay.adapters.sql.windows import UserWindow

with Extra("sql", "sqlalchemy"):
    from sqlalchemy import Connection, Engine

    from mainstay.adapters.sql import settings as settings_
    from mainstay.adapters.sql.badges import SqlBadges
    from mainstay.adapters.sql.columns import metadata
    from mainstay.adapters.sql.contests import SqlContests
    from mainstay.adapters.sql.corrections import SqlCorrections
    from mainstay.adapters.sql.database import Database, OwnDatabase
    from mainstay.adapters.sql.engagements import SqlEngagements
    from mainstay.adapters.sql.entries import put_entries
    from mainstay.adapters.sql.joined import HostsDatabase, JoinedDatabase
    from mainstay.adapters.sql.leaderboards import SqlLeaderboards
    from mainstay.adapters.sql.ledger import SqlLedger
    from mainstay.adapters.sql.lent import DriverConnection, lent
    from mainstay.adapters.sql.metrics import SqlMetrics
    from mainstay.adapters.sql.notifications import SqlNotifications
    from mainstay.adapters.sql.outbox import SqlOutbox
    from mainstay.adapters.sql.outlooks import SqlOutlooks
    from mainstay.adapters.sql.points import SqlPoints, put_credits
    from mainstay.adapters.sql.reputations import SqlReputations
    from mainstay.adapters.sql.runs import SqlRunLog
    from mainstay.adapters.sql.sessions import SqlSessions
    from mainstay.adapters.sql.settings import Settings
    from mainstay.adapters.sql.templates import SqlTemplates

__all__ = ["LOCK_TIMEOUT", "Settings", "SqlStore", "metadata", "put_credits", "put_entries"]

#: How many seconds a store waits for another writer, by default.
LOCK_TIMEOUT: float = 30.0


class SqlStore:
    """A database that has been prepared; safe to share among threads and across forks.

    Attributes:
        settings: What it was made with.
        sessions: The :class:`mainstay.ports.SessionStore`.
        engagements: The :class:`mainstay.ports.EngagementStore`.
        reputations: The :class:`mainstay.ports.ReputationStore`.
        points: The :class:`mainstay.ports.PointStore`.
        metrics: The :class:`mainstay.ports.MetricStore`.
        leaderboards: The :class:`mainstay.ports.LeaderboardStore`.
        badges: The :class:`mainstay.ports.BadgeStore`.
        contests: The :class:`mainstay.ports.ContestStore`.
        corrections: The :class:`mainstay.ports.CorrectionStore`.
        runs: The :class:`mainstay.ports.RunLog`.
        outbox: The :class:`mainstay.ports.Outbox`.
        ledger: The :class:`mainstay.ports.Ledger`, a chain of entries.
        outlooks: The :class:`mainstay.ports.OutlookStore`.
        notifications: The :class:`mainstay.ports.NotificationStore`.
        templates: The :class:`mainstay.ports.Templates`.

    Examples:
        >>> from datetime import UTC
        >>> from tempfile import TemporaryDirectory
        >>> from mainstay import Session
        >>> ran = Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), kind="run", id="1")
        >>> with TemporaryDirectory() as folder:
        ...     url = f"sqlite:///{folder}/mainstay.db"
        ...     with SqlStore.create(url, local_days=True) as store:
        ...         store.sessions.add([ran])
        ...     with SqlStore.open(url) as store:
        ...         print(store.sessions.users(), store.settings.local_days)
        1
        ['ada'] True
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self.settings: Settings = settings
        self.engagements: SqlEngagements = SqlEngagements(database, settings)
        self.reputations: SqlReputations = SqlReputations(database, settings)
        self.runs: SqlRunLog = SqlRunLog(database)
        self.outbox: SqlOutbox = SqlOutbox(database)
        self.ledger: SqlLedger = SqlLedger(database)
        self.points: SqlPoints = SqlPoints(database)
        self.metrics: SqlMetrics = SqlMetrics(database)
        self.leaderboards: SqlLeaderboards = SqlLeaderboards(database)
        self.badges: SqlBadges = SqlBadges(database, settings)
        self.contests: SqlContests = SqlContests(database)
        self.outlooks: SqlOutlooks = SqlOutlooks(database, settings)
        self.notifications: SqlNotifications = SqlNotifications(database)
        self.templates: SqlTemplates = SqlTemplates(database)
        traces = (self.engagements, self.reputations, self.metrics)
        self.sessions: SqlSessions = SqlSessions(database, settings, traces)
        self.corrections: SqlCorrections = SqlCorrections(database, settings, self.sessions)

    @classmethod
    def create(
        cls,
        database: str | Engine | Connection | DriverConnection,
        *,
        posts: Iterable[str] | None = None,
        local_days: bool | None = None,
        day_start: DayStart | None = None,
        schema: str | None = None,
        lock_timeout: float = LOCK_TIMEOUT,
    ) -> Self:
        """Prepare a database, or upgrade one, and open it. Doing so again changes nothing.

        With a host's connection, all that is done is part of the host's transaction: with its
        commit it is there, and with its rollback it never was. Nothing waits for anything of the
        same transaction. A run is not logged there: call ``spec.run(context)``.

        Args:
            database: A URL, such as ``sqlite:///mainstay.db`` or ``postgresql://user@host/name``,
                which may be PgBouncer's; or a host's engine, which connects to the same database;
                or a host's connection, by any driver, SQLAlchemy's or the driver's own, as
                Django's is. SQLite must have a file, unless it is a connection, since threads don't
                share memory's.
            posts: The kinds of activity that count as posts in the historical score; by default
                ``post``, or those that the database was prepared with.
            local_days: Whether an activity counts on the date where the user was, and not on
                UTC's; by default not, or as it was prepared.
            day_start: When a day begins, or a :class:`mainstay.DayEnd`, in whole seconds: on the
                user's wall clock with local days, else in UTC; by default midnight, or as it was
                prepared.
            schema: The schema of PostgreSQL for the tables, which is created if need be; by default
                the first of the connection's search path.
            lock_timeout: How many seconds to wait for another writer; a host's connection waits as
                long as the host says.

        Raises:
            StoreError: The database can't be used.
            InvalidValueError: It was prepared with other settings, or an argument can't be.
            CorruptRowError: What it was prepared with can't be read.
        """
        prepare = partial(settings_.create, posts=posts, local_days=local_days, day_start=day_start)
        return cls._with(database, schema, lock_timeout, prepare)

    @classmethod
    def open(
        cls,
        database: str | Engine | Connection | DriverConnection,
        *,
        schema: str | None = None,
        lock_timeout: float = LOCK_TIMEOUT,
    ) -> Self:
        """Open a database that has been prepared.

        Args:
            database: As for :meth:`create`.
            schema: The same.
            lock_timeout: The same.

        Raises:
            StoreError: It can't be used, or has not been prepared by this version.
            InvalidValueError: An argument can't be.
        """
        return cls._with(database, schema, lock_timeout, settings_.read)

    @classmethod
    def _with(
        cls,
        given: str | Engine | Connection | DriverConnection,
        schema: str | None,
        lock_timeout: float,
        prepare: Callable[[Database], Settings],
    ) -> Self:
        database = _database(given, schema, lock_timeout)
        try:
            return cls(database, prepare(database))
        except BaseException:
            database.close()
            raise

    def on(self, connection: Connection | DriverConnection) -> Self:
        """Return the same store, in a transaction of a host's. The database is not asked for it.

        Args:
            connection: The host's, to the same database.

        Raises:
            InvalidTypeError: It is something else.
        """
        joined = _database(connection, self._database.schema, LOCK_TIMEOUT)
        return type(self)(joined, self.settings)

    def windows(
        self,
        *,
        as_of: datetime,
        zone: str | None = None,
        day_start: DayStart | None = None,
        policy: Policy = DEFAULT_POLICY,
    ) -> Iterator[UserWindow]:
        """Yield the windows of all users with an event up to an instant, by one query.

        In a host's transaction they are all fetched first.

        They are those that :func:`mainstay.score_sessions` has for each user. It needs
        ``mainstay[columnar]`` or ``mainstay[cli]``, for sqlglot.

        Args:
            as_of: The instant to look back from.
            zone: The users' zone, if it is known.
            day_start: When a day begins, or a :class:`mainstay.DayEnd`; by default the store's.
            policy: What users are to be scored by; for the year score there are weeks, too.

        Raises:
            StoreError: The store can't be read.
            CorruptRowError: An event's instant or zone can't be read.
            UnknownZoneError: ``zone`` is not known.
        """
        from mainstay.adapters.sql.windows import windows  # noqa: PLC0415  (sqlglot is slow to load)

        start = self.settings.day_start if day_start is None else day_start
        return windows(self._database, as_of=as_of, zone=zone, day_start=start, policy=policy)

    def moments(self, *, until: datetime) -> Iterator[tuple[str, datetime, str | None]]:
        """Yield all events up to an instant, in no order: who, when, and in which zone.

        The instants are at the offsets that they were recorded with. In a host's transaction they
        are all fetched first.

        Raises:
            NaiveDatetimeError: ``until`` has no offset.
            StoreError: The store can't be read.
            CorruptRowError: An event's instant or zone can't be read.
        """
        found = self.sessions.moments(checks.instant("until", until))
        return found if self._database.is_lazy else iter([*found])

    def size(self) -> int:
        """Return how many bytes the database takes, all that is in it included."""
        return self._database.size()

    def close(self) -> None:
        """Close all connections; the next use opens new ones. A host's stay open."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _database(
    given: str | Engine | Connection | DriverConnection, schema: str | None, lock_timeout: float
) -> Database:
    """Return a database that is ours, or a host's."""
    if isinstance(given, Connection):
        return JoinedDatabase(given, schema=schema)
    if isinstance(given, Engine):
        return HostsDatabase(given, schema=schema, lock_timeout=lock_timeout)
    if not isinstance(given, str):
        return JoinedDatabase(lent(given), schema=schema)
    with Extra("sql", "psycopg"):
        return OwnDatabase(given, lock_timeout=lock_timeout, schema=schema)
