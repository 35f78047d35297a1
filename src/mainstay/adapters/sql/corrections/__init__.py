"""Corrections of what is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from sqlalchemy import Connection, func, select, union

from mainstay import _checks as checks
from mainstay._reprs import in_utc
from mainstay.activity.session import Session
from mainstay.adapters.sql.bulk import any_of, insert_into, stage
from mainstay.adapters.sql.columns import Day
from mainstay.adapters.sql.corrected import (
    floor_kept,
    keep_floor,
    removed,
    stand_for,
    take_corrections,
)
from mainstay.adapters.sql.corrections._forgetting import forget
from mainstay.adapters.sql.corrections._leaving import leave
from mainstay.adapters.sql.corrections._pruning import prunable, prune, prune_others
from mainstay.adapters.sql.corrections._renaming import rename
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.engagements.tables import late_days
from mainstay.adapters.sql.reading import as_day, limit_of
from mainstay.adapters.sql.reputations.tables import is_late, reputations
from mainstay.adapters.sql.sessions import (
    CHANGED,
    EDITED,
    MISSING,
    SqlSessions,
    early_ids,
    events,
    staged,
)
from mainstay.adapters.sql.settings import Settings
from mainstay.ports import Changes, CorrectionPage, Late, Prunable, Pruned, Unreadable
from mainstay.ports.corrections import before_floor, monday, storable_ids, unknown_event
from mainstay.ports.sessions import latest_storable

__all__ = ["SqlCorrections"]


class SqlCorrections:
    """A :class:`mainstay.ports.CorrectionStore`.

    Args:
        database: Where all is kept.
        settings: Which kinds of events are posts.
        sessions: Where events arrive.
    """

    def __init__(self, database: Database, settings: Settings, sessions: SqlSessions) -> None:
        self._database = database
        self._settings = settings
        self._sessions = sessions

    @contextmanager
    def page(self) -> Iterator[CorrectionPage]:
        """Begin a transaction, in which nobody else writes."""
        with self._database.writing(alone=True) as connection:
            yield _Page(connection, self._settings, self._sessions)

    def late(self) -> Late:
        """Return what has changed in days that had been evaluated, and not been so again."""
        weeks = select(reputations.c.user_id).where(is_late)
        users = union(select(late_days.c.user_id), weeks).subquery()
        with self._database.reading() as connection:
            count = connection.scalar(select(func.count()).select_from(users)) or 0
            days, first = connection.execute(_LATE).one()
            return Late(count, days, None if first is None else as_day(first))

    def floor(self) -> date | None:
        """Return the first day of which events are kept; ``None`` if all are."""
        with self._database.reading() as connection:
            return floor_kept(connection)


_LATE = select(func.count(), func.min(late_days.c.day, type_=Day())).select_from(late_days)


class _Page:
    """One transaction of corrections."""

    def __init__(self, connection: Connection, settings: Settings, sessions: SqlSessions) -> None:
        self._connection = connection
        self._settings = settings
        self._sessions = sessions

    def forget(self, user_ids: Sequence[str]) -> Changes:
        """Erase every trace of users."""
        users = storable_ids("user_ids", user_ids)
        return _some(forget(self._connection, users)) if users else {}

    def rename(self, user_id: str, to: str) -> Changes:
        """Give all that is kept of a user to another id, which may be another account."""
        (old,), (new,) = storable_ids("user_id", [user_id]), storable_ids("to", [to])
        return _some(rename(self._connection, old, new, self._settings.posts))

    def remove(self, event_ids: Sequence[str]) -> Changes:
        """Delete events; those whose ids are not there are left out."""
        ids = storable_ids("event_ids", event_ids)
        query = select(events).where(any_of(self._connection, events.c.id, ids))
        rows = self._connection.execute(query.order_by(events.c.user_id)).all()
        if rows:
            leave(self._connection, rows, self._settings.posts)
            new = insert_into(self._connection.dialect.name, removed)
            gone = [{"id": row.id} for row in rows]
            self._connection.execute(new.on_conflict_do_nothing(index_elements=["id"]), gone)
        return _some(Counter(events=len(rows)))

    def replace(self, sessions: Sequence[Session]) -> Changes:
        """Put events in place of those with the same ids; equal ones change nothing."""
        given = [*checks.iterable("sessions", sessions)]
        rows = self._sessions.rows(given)
        if not rows:
            return {}
        stage(self._connection, staged, rows)
        stand_for(self._connection, staged)
        self._require_there(given)
        old = self._connection.execute(CHANGED).all()
        if old:
            leave(self._connection, old, self._settings.posts)
            self._sessions.arrive(self._connection)
        return _some(Counter(events=len(old)))

    def _require_there(self, sessions: Sequence[Session]) -> None:
        """Refuse events that are from before the floor, or not there."""
        lowest = floor_kept(self._connection)
        if lowest is not None and (early := {*early_ids(self._connection, lowest)}):
            at = next(each.started_at for each in sessions if each.id in early)
            raise before_floor("started_at", in_utc(at), lowest)
        for missing in sorted(self._connection.scalars(MISSING)):
            raise unknown_event(missing)

    def edited(self, sessions: Sequence[Session]) -> Sequence[str]:
        """Return the ids of sessions that are there with other contents, in order."""
        rows = self._sessions.rows(latest_storable(sessions).values())
        if not rows:
            return []
        stage(self._connection, staged, rows)
        take_corrections(self._connection, staged)
        return self._connection.scalars(EDITED).all()

    def raise_floor(self, floor: date) -> None:
        """Take no events before a day from now on; a floor is never lowered."""
        day = monday("floor", floor)
        if day > (floor_kept(self._connection) or date.min):
            keep_floor(self._connection, day)

    def prunable(
        self, floor: date, *, after: str | None = None, limit: int
    ) -> Sequence[Prunable | Unreadable]:
        """Return users of whom something before the floor is kept, by user id."""
        day, most = monday("floor", floor), limit_of(limit)
        return prunable(self._connection, day, after=after, limit=most)

    def prune(self, floor: date, pruned: Sequence[Pruned]) -> Changes:
        """Delete the events and outcomes of users before the floor."""
        day, posts = monday("floor", floor), self._settings.posts
        return _some(prune(self._connection, day, pruned, posts))

    def prune_others(self, floor: date, *, limit: int) -> Changes:
        """Delete what else is from before the floor; nothing once none of it is left."""
        day = monday("floor", floor)
        return _some(prune_others(self._connection, day, limit_of(limit)))


def _some(changes: Counter[str]) -> Changes:
    """Return what was changed at all."""
    return {name: count for name, count in sorted(changes.items()) if count}
