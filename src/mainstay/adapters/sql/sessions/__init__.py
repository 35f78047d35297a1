"""What users did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    and_,
    or_,
    select,
    true,
)
from sqlalchemy.engine import Row
from sqlalchemy.sql import ColumnElement

from mainstay import _checks as checks
from mainstay.activity.session import Session
from mainstay.adapters.sql.bulk import stage
from mainstay.adapters.sql.columns import (
    instant_text,
)
from mainstay.adapters.sql.corrected import floor_kept, take_corrections
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.reading import converted, limit_of, value_of
from mainstay.adapters.sql.sessions._arriving import CHANGED, EDITED, MISSING, early_ids, keep_new
from mainstay.adapters.sql.sessions.tables import events, kinds, staged, users
from mainstay.adapters.sql.settings import Settings
from mainstay.adapters.sql.traces import Traces
from mainstay.daystarts import DayStart, since_midnight
from mainstay.localdays import MIDNIGHT, counted_day, find_zone
from mainstay.ports import millionths, other_contents, storable
from mainstay.ports.corrections import before_floor

__all__ = [
    "CHANGED",
    "EDITED",
    "MISSING",
    "SqlSessions",
    "early_ids",
    "events",
    "kinds",
    "read_kinds",
    "session_of",
    "staged",
    "users",
]


_ONE_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
#: Who, when and where; and what names a row that can't be read.
_MOMENT = ("user_id", "started_at", "utc_offset_us", "timezone", "id")
#: How many rows are fetched at once.
_ROWS = 10_000


class SqlSessions:
    """A :class:`mainstay.ports.SessionStore`.

    Args:
        database: Where they are kept.
        settings: On which day each counts.
        traces: The ports that are told of new events.
    """

    def __init__(self, database: Database, settings: Settings, traces: Sequence[Traces]) -> None:
        self._database = database
        self._settings = settings
        self._traces = traces

    def moments(self, until: datetime) -> Iterator[tuple[str, datetime, str | None]]:
        """Yield who was active when, at the offset there, and in which zone, if that is known."""
        columns = (events.c[name] for name in _MOMENT)
        known: Select[Any] = select(*columns).where(events.c.started_at <= until)
        with self._database.reading() as connection:
            for row in connection.execute(known).yield_per(_ROWS):
                yield value_of(events, row, _moment_of)

    @property
    def day_start(self) -> DayStart:
        """When a day begins, or ends, on the wall clock."""
        return self._settings.day_start

    def add(self, sessions: Iterable[Session]) -> int:
        """Keep sessions, all or none of them, and return how many are new."""
        rows = self.rows(checks.iterable("sessions", sessions))
        if not rows:
            return 0
        with self._database.writing() as connection:
            stage(connection, staged, rows)
            take_corrections(connection, staged)
            return self.arrive(connection)

    def arrive(self, connection: Connection) -> int:
        """Keep the events in ``staged``, and return how many are new."""
        return keep_new(connection, self._traces)

    def rows(self, sessions: Iterable[Session]) -> Sequence[tuple[object, ...]]:
        """Return the rows of sessions, each once.

        Raises:
            RejectedError: Two of one id differ, or one can't be stored.
        """
        by_id: dict[str, tuple[object, ...]] = {}
        for session in sessions:
            row = self._row(storable(session))
            if by_id.setdefault(str(session.id), row) != row:
                raise other_contents(str(session.id))
        return tuple(by_id.values())

    def _row(self, session: Session) -> tuple[object, ...]:
        at, quality = session.started_at, session.quality
        return (
            session.user_id,
            instant_text(at),
            session.id,
            (at.utcoffset() or timedelta(0)) // _MICROSECOND,
            session.timezone,
            session.kind,
            None if session.duration is None else session.duration // _MICROSECOND,
            None if quality is None else float(quality),
            None if quality is None else millionths(quality),
            self._day(session).isoformat(),
        )

    def _day(self, session: Session) -> date:
        return counted_day(
            session.started_at,
            zone=session.timezone,
            local_days=self._settings.local_days,
            day_start=self._settings.day_start,
        )

    def sessions(
        self,
        user_id: str,
        *,
        since: datetime,
        until: datetime,
        before: Session | None = None,
        limit: int = 200,
    ) -> Sequence[Session]:
        """Return a user's sessions in a span of time, newest first.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        query = (
            select(events)
            .where(
                events.c.user_id == checks.text("user_id", user_id),
                events.c.started_at >= checks.instant("since", since),
                events.c.started_at <= checks.instant("until", until),
                _older_than(before),
            )
            .order_by(events.c.started_at.desc(), events.c.id.desc())
            .limit(limit_of(limit))
        )
        with self._database.reading() as connection:
            lowest = floor_kept(connection)
            if lowest is not None and since < self._begins(lowest):
                raise before_floor("since", since, lowest)
            return [value_of(events, row, session_of) for row in connection.execute(query)]

    def kept_since(self) -> datetime | None:
        """Return the instant from which on all sessions are kept; ``None`` if all are."""
        with self._database.reading() as connection:
            lowest = floor_kept(connection)
        return None if lowest is None else self._begins(lowest)

    def _begins(self, day: date) -> datetime:
        """Return an instant at which a day has begun everywhere."""
        begins = datetime.combine(day, MIDNIGHT, UTC) + since_midnight(self._settings.day_start)
        return begins + _ONE_DAY if self._settings.local_days else begins

    def users(self, *, after: str | None = None, limit: int = 1000) -> Sequence[str]:
        """Return the ids of users with a session, in order."""
        user_id = users.c.user_id
        query = select(user_id).where(true() if after is None else user_id > after)
        query = query.order_by(user_id).limit(limit_of(limit))
        with self._database.reading() as connection:
            return [row.user_id for row in connection.execute(query)]

    def kinds(self) -> Sequence[str]:
        """Return the kinds of activity that there are, in order, each once."""
        with self._database.reading() as connection:
            return read_kinds(connection)


def read_kinds(connection: Connection) -> Sequence[str]:
    """Return the kinds of activity that there are, in order."""
    return connection.scalars(select(kinds.c.kind).order_by(kinds.c.kind)).all()


def _older_than(before: Session | None) -> ColumnElement[bool]:
    if before is None:
        return true()
    at = before.started_at
    return or_(
        events.c.started_at < at,
        and_(events.c.started_at == at, events.c.id < before.id),
    )


def session_of(row: Row[Any]) -> Session:
    """Return the session in a row."""
    offset = converted("utc_offset_us", row.utc_offset_us, _offset)
    return Session(
        row.user_id,
        row.started_at.astimezone(offset),
        duration=None if row.duration_us is None else row.duration_us * _MICROSECOND,
        timezone=row.timezone,
        kind=row.kind,
        quality=row.quality,
        id=row.id,
    )


def _moment_of(row: Row[Any]) -> tuple[str, datetime, str | None]:
    """Return who was active when, and in which zone, by a row."""
    offset = converted("utc_offset_us", row.utc_offset_us, _offset)
    if row.timezone is not None:
        find_zone(row.timezone)
    return row.user_id, row.started_at.astimezone(offset), row.timezone


def _offset(microseconds: int) -> timezone:
    return timezone(microseconds * _MICROSECOND)
