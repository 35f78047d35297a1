"""What users did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from threading import RLock

from mainstay import _checks as checks
from mainstay.activity.session import Session
from mainstay.ports import other_contents, storable
from mainstay.testing.memory._marks import Marks

__all__ = ["MemorySessions"]


class MemorySessions:
    """A :class:`mainstay.ports.SessionStore`.

    Args:
        lock: Held while sessions are added, and by anything that must keep them as they are.
        marks: Who is to be looked at again.
        day_start: The wall-clock time at which a day begins.
    """

    def __init__(self, lock: RLock, marks: Marks, day_start: time) -> None:
        self._lock = lock
        self._marks = marks
        self._day_start = day_start
        self._by_id: Mapping[str, Session] = {}

    @property
    def day_start(self) -> time:
        """The wall-clock time at which a day begins."""
        return self._day_start

    def add(self, sessions: Iterable[Session]) -> int:
        """Keep sessions, all or none of them, and return how many are new."""
        with self._lock:
            by_id = dict(self._by_id)
            for session in checks.iterable("sessions", sessions):
                session_id = str(storable(session).id)
                if _contents(by_id.setdefault(session_id, session)) != _contents(session):
                    raise other_contents(session_id)
            new = by_id.keys() - self._by_id.keys()
            self._by_id = by_id
            self._marks.at_once(by_id[session_id].user_id for session_id in new)
            return len(new)

    def sessions(
        self,
        user_id: str,
        *,
        since: datetime,
        until: datetime,
        before: Session | None = None,
        limit: int = 200,
    ) -> Sequence[Session]:
        """Return a user's sessions with ``since <= started_at <= until``, newest first."""
        checks.text("user_id", user_id)
        first, last = checks.instant("since", since), checks.instant("until", until)
        found = [
            session
            for session in self.all()
            if session.user_id == user_id
            and first <= session.started_at <= last
            and (before is None or _place(session) < _place(before))
        ]
        found.sort(key=_place, reverse=True)
        return found[: checks.integer("limit", limit, 1)]

    def users(self, *, after: str | None = None, limit: int = 1000) -> Sequence[str]:
        """Return the ids of users with a session, in order."""
        users = {session.user_id for session in self.all()}
        found = sorted(user for user in users if after is None or user > after)
        return found[: checks.integer("limit", limit, 1)]

    def kinds(self) -> Sequence[str]:
        """Return the kinds of activity that there are, in order, each once."""
        return sorted({session.kind for session in self.all()})

    def all(self) -> Iterable[Session]:
        """Return everybody's sessions, in no order that matters."""
        return self._by_id.values()


def _place(session: Session) -> tuple[datetime, str]:
    return session.started_at, session.id or ""


def _contents(session: Session) -> tuple[Session, timedelta | None]:
    """Return all that a session says: equal instants may be written with different offsets."""
    return session, session.started_at.utcoffset()
