"""What users did."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from threading import RLock

import attrs

from mainstay import _checks as checks
from mainstay._reprs import in_utc
from mainstay.activity.session import Session
from mainstay.daystarts import DayStart, since_midnight
from mainstay.localdays import MIDNIGHT, counted_day
from mainstay.ports import other_contents, storable
from mainstay.ports.corrections import before_floor, unknown_event
from mainstay.ports.sessions import latest_storable
from mainstay.testing.memory._gone import NOTHING_GONE, Gone
from mainstay.testing.memory._marks import Marks
from mainstay.testing.memory._undoing import Replaced

__all__ = ["MemorySessions"]

_ONE_DAY = timedelta(days=1)


class MemorySessions(Replaced):
    """A :class:`mainstay.ports.SessionStore`.

    Attributes:
        local_days: Whether an activity counts on the date where the user was, and not on UTC's.
        floor: The first day of which sessions are kept; ``None`` if all are.
        gone: What is kept of those before it, by user id.
        watchers: What is told of sessions that are new, or were changed or removed.

    Args:
        lock: Held while sessions are added, and by anything that must keep them as they are.
        marks: Who is to be looked at again.
        local_days: See above.
        day_start: When a day begins on the wall clock, or a :class:`mainstay.DayEnd`.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.testing.memory import MemoryStore
        >>> sessions, noon = MemoryStore().sessions, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> hours = [noon + timedelta(hours=n) for n in range(3)]
        >>> sessions.add(Session("ada", at, id=f"{at:%H}") for at in hours)
        3
        >>> [each.id for each in sessions.sessions("ada", since=noon, until=hours[-1], limit=2)]
        ['14', '13']
    """

    def __init__(
        self, lock: RLock, marks: Marks, *, local_days: bool = False, day_start: DayStart = MIDNIGHT
    ) -> None:
        self.local_days = local_days
        self.floor: date | None = None
        self.gone: Mapping[str, Gone] = {}
        self.watchers: Sequence[Callable[[Collection[Session]], None]] = ()
        self._lock = lock
        self._marks = marks
        self._day_start = day_start
        self._by_id: Mapping[str, Session] = {}
        self._removed: frozenset[str] = frozenset()
        self._aliases: Mapping[str, str] = {}

    @property
    def day_start(self) -> DayStart:
        """When a day begins, or ends, on the wall clock."""
        return self._day_start

    def add(self, sessions: Iterable[Session]) -> int:
        """Keep sessions, all or none of them, and return how many are new."""
        with self._lock:
            new: dict[str, Session] = {}
            for session_id, session in self._given(sessions).items():
                if session_id in self._removed or self._is_before_floor(session):
                    continue
                if _contents(self._by_id.get(session_id, session)) != _contents(session):
                    raise other_contents(session_id)
                if session_id not in self._by_id:
                    new[session_id] = session
            self._put(new)
            return len(new)

    def _given(self, sessions: Iterable[Session]) -> dict[str, Session]:
        """Return sessions by id, each as it is of those whom aliases stand for."""
        given: dict[str, Session] = {}
        for session in checks.iterable("sessions", sessions):
            session_id, user = str(storable(session).id), session.user_id
            one = attrs.evolve(session, user_id=self._aliases.get(user, user))
            if _contents(given.setdefault(session_id, one)) != _contents(one):
                raise other_contents(session_id)
        return given

    def _put(self, new: Mapping[str, Session], old: Collection[Session] = ()) -> None:
        """Keep sessions, and tell of them, and of those that they replace."""
        self._by_id = {**self._by_id, **new}
        self._marks.at_once(session.user_id for session in new.values())
        self._tell([*old, *new.values()])

    def _tell(self, sessions: Collection[Session]) -> None:
        for watcher in self.watchers:
            watcher(sessions)

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
        kept_since = self.kept_since()
        if self.floor is not None and kept_since is not None and first < kept_since:
            raise before_floor("since", since, self.floor)
        found = [
            session
            for session in self.all()
            if session.user_id == user_id
            and first <= session.started_at <= last
            and (before is None or _place(session) < _place(before))
        ]
        found.sort(key=_place, reverse=True)
        return found[: checks.integer("limit", limit, 1)]

    def kept_since(self) -> datetime | None:
        """Return the instant from which on all sessions are kept; ``None`` if all are."""
        if self.floor is None:
            return None
        begins = datetime.combine(self.floor, MIDNIGHT, UTC) + since_midnight(self.day_start)
        return begins + _ONE_DAY if self.local_days else begins

    def users(self, *, after: str | None = None, limit: int = 1000) -> Sequence[str]:
        """Return the ids of users with a session, in order."""
        users = {session.user_id for session in self.all()} | self.gone.keys()
        found = sorted(user for user in users if after is None or user > after)
        return found[: checks.integer("limit", limit, 1)]

    def kinds(self) -> Sequence[str]:
        """Return the kinds of activity that there are, in order, each once."""
        gone = {kind for each in self.gone.values() for kind in each.kinds}
        return sorted({session.kind for session in self.all()} | gone)

    def all(self) -> Iterable[Session]:
        """Return everybody's sessions, in no order that matters."""
        return self._by_id.values()

    def day(self, session: Session) -> date:
        """Return the day on which a session counts."""
        return counted_day(
            session.started_at,
            zone=session.timezone,
            local_days=self.local_days,
            day_start=self.day_start,
        )

    def _is_before_floor(self, session: Session) -> bool:
        return self.floor is not None and self.day(session) < self.floor

    def whom(self, user_id: str, to: str) -> str:
        """Return who is meant if a user is renamed to an id, which may be an alias."""
        stands_for = self._aliases.get(to, to)
        return to if stands_for == user_id else stands_for

    def forget(self, user_id: str) -> dict[str, int]:
        """Erase a user's sessions, and the aliases of which they are part."""
        theirs = [key for key, each in self._by_id.items() if each.user_id == user_id]
        aliases = {old: new for old, new in self._aliases.items() if user_id not in {old, new}}
        changes = {"events": len(theirs), "others": len(self._aliases) - len(aliases)}
        self._by_id = {key: each for key, each in self._by_id.items() if key not in {*theirs}}
        self._aliases = aliases
        self.gone = {user: each for user, each in self.gone.items() if user != user_id}
        return changes

    def rename(self, user_id: str, to: str) -> dict[str, int]:
        """Give a user's sessions to another one, of whom they are an alias from now on."""
        moved = {
            key: attrs.evolve(each, user_id=to)
            for key, each in self._by_id.items()
            if each.user_id == user_id
        }
        self._by_id = {**self._by_id, **moved}
        aliases = {old: to if new == user_id else new for old, new in self._aliases.items()}
        if aliases.pop(to, None) is None:  # else it was an alias of the user: this is the way back
            aliases[user_id] = to
        changed = aliases.items() ^ self._aliases.items()
        self._aliases = aliases
        if user_id in self.gone:
            gone = self.gone[user_id].plus(self.gone.get(to, NOTHING_GONE))
            self.gone = {**{who: self.gone[who] for who in self.gone.keys() - {user_id}}, to: gone}
        return {"events": len(moved), "others": len(dict(changed))}

    def remove(self, session_ids: Iterable[str]) -> int:
        """Delete sessions, whose ids stay known, and return how many."""
        ids = self._by_id.keys() & session_ids
        old = [self._by_id[each] for each in ids]
        self._by_id = {key: each for key, each in self._by_id.items() if key not in ids}
        self._removed |= ids
        self._tell(old)
        return len(ids)

    def edited(self, sessions: Iterable[Session]) -> list[str]:
        """Return the ids of sessions that are there with other contents, in order."""
        given = self._given(latest_storable(sessions).values())
        return sorted(
            key
            for key, each in given.items()
            if key in self._by_id
            and not self._is_before_floor(each)
            and _contents(each) != _contents(self._by_id[key])
        )

    def replace(self, sessions: Iterable[Session]) -> int:
        """Put sessions in place of those with the same ids, and return how many differ."""
        given = self._given(sessions)
        old = {key: self._by_id[key] for key in given if key in self._by_id}
        for each in (*given.values(), *old.values()):
            if self.floor is not None and self._is_before_floor(each):
                raise before_floor("started_at", in_utc(each.started_at), self.floor)
        for key in sorted(given.keys() - old.keys()):
            raise unknown_event(key)
        new = {key: each for key, each in given.items() if _contents(each) != _contents(old[key])}
        self._put(new, [old[key] for key in new])
        return len(new)

    def prune(self, user_id: str, gone: Gone) -> int:
        """Delete a user's sessions before the day from which on some are kept."""
        old = {
            key
            for key, each in self._by_id.items()
            if each.user_id == user_id and self.day(each) < gone.since
        }
        self._by_id = {key: each for key, each in self._by_id.items() if key not in old}
        self.gone = {**self.gone, user_id: gone}
        return len(old)


def _place(session: Session) -> tuple[datetime, str]:
    return session.started_at, session.id or ""


def _contents(session: Session) -> tuple[Session, timedelta | None]:
    """Return all that a session says: equal instants may be written with different offsets."""
    return session, session.started_at.utcoffset()
