"""Corrections of what is kept: users who leave, accounts that are merged, events that are wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, time
from threading import RLock
from typing import Protocol

import attrs

from mainstay import _checks as checks
from mainstay.activity.session import Session
from mainstay.ports import CorrectionPage, Late, Prunable, Pruned, Unreadable
from mainstay.ports.corrections import Changes, monday, not_evaluated, storable_ids
from mainstay.testing.memory._activity import Activity, Unreadables, UserDays
from mainstay.testing.memory._kept_weeks import weeks_of
from mainstay.testing.memory._marks import Marks
from mainstay.testing.memory._outlook import Told
from mainstay.testing.memory._undoing import Undoable, undone_if_it_raises
from mainstay.testing.memory.contests import MemoryContests
from mainstay.testing.memory.engagements import MemoryEngagements
from mainstay.testing.memory.leaderboards import MemoryLeaderboards
from mainstay.testing.memory.metrics import MemoryMetrics
from mainstay.testing.memory.outbox import MemoryOutbox
from mainstay.testing.memory.points import MemoryPoints
from mainstay.testing.memory.reputations import MemoryReputations
from mainstay.testing.memory.runs import MemoryRuns
from mainstay.testing.memory.sessions import MemorySessions

__all__ = ["MemoryCorrections", "Ports"]


class _OfUsers(Undoable, Protocol):
    """A port that keeps something of users."""

    def forget(self, user_id: str) -> Mapping[str, int]: ...

    def rename(self, user_id: str, to: str) -> Mapping[str, int]: ...


@attrs.frozen(kw_only=True)
class Ports:
    """The ports that keep something of users, besides their sessions, in the order they are told.

    All are told before the sessions change. Leaderboards ask for points as they were.
    """

    engagements: MemoryEngagements
    reputations: MemoryReputations
    leaderboards: MemoryLeaderboards
    points: MemoryPoints
    metrics: MemoryMetrics
    outbox: MemoryOutbox
    contests: MemoryContests
    told: Told
    runs: MemoryRuns

    def all(self, sessions: MemorySessions) -> Sequence[_OfUsers]:
        """Return all of them, and the sessions."""
        return [*attrs.astuple(self, recurse=False), sessions]


class MemoryCorrections:
    """A :class:`mainstay.ports.CorrectionStore`.

    Args:
        lock: Held while anything changes.
        activity: What happened.
        ports: What keeps something of users.
        marks: Who is to be looked at again for badges.
        unreadable: The users of whom nothing can be read.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import Session
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, at = MemoryStore(), datetime(2024, 5, 1, 8, tzinfo=UTC)
        >>> with store.corrections.page() as page:
        ...     _ = page.rename("ada", "lovelace")
        >>> store.sessions.add([Session("ada", at, id="1")])  # an alias from now on
        1
        >>> store.sessions.users()
        ['lovelace']
    """

    def __init__(
        self,
        lock: RLock,
        activity: Activity,
        ports: Ports,
        marks: Marks,
        unreadable: Unreadables,
    ) -> None:
        self._lock = lock
        self._activity = activity
        self._ports = ports
        self._marks = marks
        self._unreadable = unreadable

    @contextmanager
    def page(self) -> Iterator[CorrectionPage]:
        """Begin a transaction: kept if the block ends well, undone if it raises."""
        ports = self._ports.all(self._activity.sessions)
        parts: list[Undoable] = [*ports, self._marks, self._unreadable]
        with ExitStack() as stack:
            stack.enter_context(self._lock)
            stack.enter_context(self._ports.runs.lock)
            stack.enter_context(undone_if_it_raises(parts))
            yield _Page(self._activity, self._ports, self._marks, self._unreadable)

    def late(self) -> Late:
        """Return what has changed in days that had been evaluated, and not been so again."""
        with self._lock:
            days = self._ports.engagements.late()
            users = {*days, *self._ports.reputations.late()}
            all_days = [day for theirs in days.values() for day in theirs]
            return Late(len(users), len(all_days), min(all_days, default=None))

    def floor(self) -> date | None:
        """Return the first day of which events are kept; ``None`` if all are."""
        return self._activity.sessions.floor


@attrs.frozen
class _Page:
    """A :class:`mainstay.ports.CorrectionPage`."""

    activity: Activity
    ports: Ports
    marks: Marks
    unreadable: Unreadables

    @property
    def sessions(self) -> MemorySessions:
        return self.activity.sessions

    def forget(self, user_ids: Sequence[str]) -> Changes:
        """Erase every trace of users."""
        changes = Counter[str]()
        for user_id in storable_ids("user_ids", user_ids):
            for port in self.ports.all(self.sessions):
                changes.update(port.forget(user_id))
            self.marks.pop(user_id, None)
            self.unreadable.discard(user_id)
        return _some(changes)

    def rename(self, user_id: str, to: str) -> Changes:
        """Give all that is kept of a user to another id, which may be another account."""
        (old,) = storable_ids("user_id", [user_id])
        (given,) = storable_ids("to", [to])
        new = self.sessions.whom(old, given)
        changes = Counter[str]()
        if old != new:
            for port in self.ports.all(self.sessions):
                changes.update(port.rename(old, new))
            self.unreadable.rename(old, new)
            self.marks.pop(old, None)
            if _some(changes).keys() - {"others"}:
                self.marks.at_once([new])
        return _some(changes)

    def remove(self, event_ids: Sequence[str]) -> Changes:
        """Delete events, whose ids stay known."""
        return _some({"events": self.sessions.remove(storable_ids("event_ids", event_ids))})

    def replace(self, sessions: Sequence[Session]) -> Changes:
        """Put events in place of those with the same ids."""
        return _some({"events": self.sessions.replace(sessions)})

    def edited(self, sessions: Sequence[Session]) -> Sequence[str]:
        """Return the ids of sessions that are there with other contents."""
        return self.sessions.edited(sessions)

    def raise_floor(self, floor: date) -> None:
        """Take no events before a day from now on."""
        self.sessions.floor = max(monday("floor", floor), self.activity.floor)

    def prunable(
        self, floor: date, *, after: str | None = None, limit: int
    ) -> Sequence[Prunable | Unreadable]:
        """Return users of whom something before the floor is kept, by user id."""
        monday("floor", floor)
        active = self.activity.by_user()
        users = sorted(active.keys() | self.ports.engagements.users())
        found = [
            self._prunable(user, active.get(user, {}), floor)
            for user in users
            if (after is None or user > after)
            and self._has_before(user, active.get(user, {}), floor)
        ]
        return found[: checks.integer("limit", limit, 1)]

    def _has_before(self, user_id: str, days: UserDays, floor: date) -> bool:
        engagements = self.ports.engagements
        return any(day < floor for day in days) or engagements.has_before(user_id, floor)

    def _prunable(self, user_id: str, days: UserDays, floor: date) -> Prunable | Unreadable:
        if user_id in self.unreadable:
            return Unreadable(user_id, self.unreadable.error(user_id))
        if self.ports.engagements.through(user_id) < floor:
            return Unreadable(user_id, not_evaluated(user_id, floor))
        weeks = weeks_of({day: some for day, some in days.items() if day < floor})
        return Prunable(user_id, self.ports.reputations.first(user_id), weeks)

    def prune(self, floor: date, pruned: Sequence[Pruned]) -> Changes:
        """Delete the events and outcomes of users before the floor."""
        monday("floor", floor)
        changes = Counter[str]()
        for each in pruned:
            user_id = checks.instance("pruned", each, Pruned).user_id
            days = self.activity.by_user().get(user_id, {})
            if not self._has_before(user_id, days, floor):
                continue
            if self.ports.engagements.through(user_id) < floor:
                raise not_evaluated(user_id, floor)
            gone = self.activity.before(user_id, days, floor)
            changes["events"] += self.sessions.prune(user_id, gone)
            changes["outcomes"] += self.ports.engagements.prune(user_id, floor)
            self.ports.reputations.prune(user_id, each.streak)
        return _some(changes)

    def prune_others(self, floor: date, *, limit: int) -> Changes:
        """Delete what else is from before the floor; nothing once none of it is left."""
        begins, most = datetime.combine(floor, time(0), UTC), checks.integer("limit", limit, 1)
        changes = Counter[str]()
        changes.update(self.ports.engagements.prune_days(floor, most))
        changes.update(self.ports.outbox.prune(begins, most))
        changes.update(self.ports.told.prune(floor, most))
        changes.update(self.ports.contests.prune(begins, most))
        return _some(changes)


def _some(changes: Mapping[str, int]) -> Changes:
    """Return what was changed, without what was not."""
    return {what: many for what, many in sorted(changes.items()) if many}
