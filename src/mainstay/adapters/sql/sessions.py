"""What users did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row
from sqlalchemy.sql import ColumnElement

from mainstay import _checks as checks
from mainstay.activity.session import Session
from mainstay.adapters.sql.bulk import stage
from mainstay.adapters.sql.columns import instant_text
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.reading import converted, value_of
from mainstay.adapters.sql.settings import Settings
from mainstay.adapters.sql.tables import engagements, events, kinds, reputations, staged
from mainstay.localdays import local_day
from mainstay.ports import millionths, other_contents, storable

__all__ = ["SqlSessions", "read_kinds"]

_MICROSECOND = timedelta(microseconds=1)


class SqlSessions:
    """A :class:`mainstay.ports.SessionStore`."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    def add(self, sessions: Iterable[Session]) -> int:
        """Keep sessions, all or none of them, and return how many are new."""
        rows = self._rows(checks.iterable("sessions", sessions))
        if not rows:
            return 0
        with self._database.writing(alone=False) as connection:
            stage(connection, staged, rows)
            _know_users(connection)
            _refuse_other_contents(connection)
            _drop_known(connection)
            _know_kinds(connection)
            self._count_late_posts(connection)
            columns = [column.name for column in staged.columns]
            connection.execute(insert(events).from_select(columns, select(staged)))
            return connection.scalar(select(func.count()).select_from(staged)) or 0

    def _rows(self, sessions: Iterable[Session]) -> Sequence[tuple[object, ...]]:
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
        if self._settings.local_days:
            return local_day(session.started_at, zone=session.timezone)
        return session.started_at.astimezone(UTC).date()

    def _count_late_posts(self, connection: Connection) -> None:
        """Add to the totals of those whose day had been evaluated before a post of it came."""
        late = (
            select(
                staged.c.user_id,
                func.count().label("posts"),
                func.count(staged.c.rating).label("rated"),
                func.coalesce(func.sum(staged.c.rating), 0).label("ratings"),
            )
            .join(engagements, engagements.c.user_id == staged.c.user_id)
            .where(
                staged.c.kind.in_(sorted(self._settings.posts)),
                staged.c.day <= engagements.c.last_day,
            )
            .group_by(staged.c.user_id)
            .subquery("late")
        )
        connection.execute(
            update(engagements)
            .where(engagements.c.user_id == late.c.user_id)
            .values(
                {name: engagements.c[name] + late.c[name] for name in ("posts", "rated", "ratings")}
            )
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
            .limit(checks.integer("limit", limit, 1))
        )
        with self._database.reading() as connection:
            return [value_of(events, row, _session) for row in connection.execute(query)]

    def users(self, *, after: str | None = None, limit: int = 1000) -> Sequence[str]:
        """Return the ids of users with a session, in order."""
        user_id = engagements.c.user_id
        query = select(user_id).where(true() if after is None else user_id > after)
        query = query.order_by(user_id).limit(checks.integer("limit", limit, 1))
        with self._database.reading() as connection:
            return [row.user_id for row in connection.execute(query)]

    def kinds(self) -> Sequence[str]:
        """Return the kinds of activity that there are, in order, each once."""
        with self._database.reading() as connection:
            return read_kinds(connection)


def _know_users(connection: Connection) -> None:
    """Give each user a row, and lock it, in order, so that two adders never block each other."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    first = func.min(staged.c.day).label("first_day")
    users = select(staged.c.user_id, first).where(staged.c.user_id.is_not(None))
    users = users.group_by(staged.c.user_id).order_by(staged.c.user_id)
    for table in (engagements, reputations):
        known = dialect.insert(table).from_select(["user_id", "first_day"], users)
        earlier = known.excluded.first_day
        connection.execute(
            known.on_conflict_do_update(
                index_elements=["user_id"],
                set_={"first_day": earlier},
                where=earlier < table.c.first_day,
            )
        )


def _know_kinds(connection: Connection) -> None:
    """Give each kind a row; in order, as with users."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    found = select(staged.c.kind).where(staged.c.kind.is_not(None))
    found = found.group_by(staged.c.kind).order_by(staged.c.kind)
    new = dialect.insert(kinds).from_select(["kind"], found)
    connection.execute(new.on_conflict_do_nothing(index_elements=["kind"]))


def read_kinds(connection: Connection) -> Sequence[str]:
    """Return the kinds of activity that there are, in order."""
    return connection.scalars(select(kinds.c.kind).order_by(kinds.c.kind)).all()


def _refuse_other_contents(connection: Connection) -> None:
    differs = or_(
        *(
            staged.c[column.name].is_distinct_from(column)
            for column in events.columns
            if column.name != "id"
        )
    )
    found = connection.scalar(
        select(staged.c.id).join(events, events.c.id == staged.c.id).where(differs).limit(1)
    )
    if found is not None:
        raise other_contents(found)


def _drop_known(connection: Connection) -> None:
    known = select(events.c.id).where(events.c.id == staged.c.id).exists()
    connection.execute(delete(staged).where(known))


def _older_than(before: Session | None) -> ColumnElement[bool]:
    if before is None:
        return true()
    at = before.started_at
    return or_(
        events.c.started_at < at,
        and_(events.c.started_at == at, events.c.id < before.id),
    )


def _session(row: Row[Any]) -> Session:
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


def _offset(microseconds: int) -> timezone:
    return timezone(microseconds * _MICROSECOND)
