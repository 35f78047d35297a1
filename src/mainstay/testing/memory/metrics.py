"""Metrics: what a host measures of its users, for badges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import RLock

from mainstay import _checks as checks
from mainstay.ports.metrics import KIND, merged_metric, storable_metrics
from mainstay.testing.memory._marks import Marks
from mainstay.testing.memory._undoing import Replaced
from mainstay.testing.memory.sessions import MemorySessions

__all__ = ["MemoryMetrics"]


class MemoryMetrics(Replaced):
    """A :class:`mainstay.ports.MetricStore`.

    Args:
        lock: Held while metrics are put.
        sessions: What is counted by kind.
        marks: Who is to be looked at again.

    Examples:
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> store.metrics.put({"ada": {"followers": 40}, "bob": {"followers": 7}})
        >>> {user: dict(theirs) for user, theirs in store.metrics.metrics(["bob", "cyd"]).items()}
        {'bob': {'followers': 7}}
    """

    def __init__(self, lock: RLock, sessions: MemorySessions, marks: Marks) -> None:
        self._lock = lock
        self._sessions = sessions
        self._marks = marks
        self._put: Mapping[tuple[str, str], int] = {}

    def put(self, metrics: Mapping[str, Mapping[str, int]]) -> None:
        """Keep metrics of users, each in place of what was kept of it; others stay."""
        with self._lock:
            given = storable_metrics(metrics).items()
            new = {key: value for key, value in given if self._put.get(key) != value}
            self._put = {**self._put, **new}
            self._marks.at_once(user for user, _ in new)

    def grow(self, increments: Iterable[tuple[str, str, int]]) -> None:
        """Add to metrics of users: user id, name, increment."""
        with self._lock:
            grown = dict(self._put)
            for user, name, increment in increments:
                grown[user, name] = grown.get((user, name), 0) + increment
                self._marks.at_once([user])
            self._put = grown

    def metrics(self, user_ids: Iterable[str]) -> Mapping[str, Mapping[str, int]]:
        """Return what is kept of some users, by user id; those without anything are left out."""
        asked = {checks.text("user_ids", user) for user in checks.iterable("user_ids", user_ids)}
        return {user: theirs for user, theirs in self.all().items() if user in asked}

    def all(self) -> Mapping[str, Mapping[str, int]]:
        """Return everybody's metrics."""
        found: dict[str, dict[str, int]] = {}
        for (user, name), value in self._put.items():
            found.setdefault(user, {})[name] = value
        for session in self._sessions.all():
            theirs, name = found.setdefault(session.user_id, {}), f"{KIND}{session.kind}"
            theirs[name] = theirs.get(name, 0) + 1
        for user, gone in self._sessions.gone.items():
            for kind, times in gone.kinds.items():
                theirs, name = found.setdefault(user, {}), f"{KIND}{kind}"
                theirs[name] = theirs.get(name, 0) + times
        return found

    def forget(self, user_id: str) -> Mapping[str, int]:
        """Erase a user's metrics, before their sessions are."""
        theirs = self.all().get(user_id, {})
        self._put = {key: value for key, value in self._put.items() if key[0] != user_id}
        return {"metrics": len(theirs)}

    def rename(self, user_id: str, to: str) -> Mapping[str, int]:
        """Give a user's metrics to another one, before their sessions are."""
        theirs = self.all().get(user_id, {})
        kept = {key: value for key, value in self._put.items() if key[0] != user_id}
        for (user, name), value in self._put.items():
            if user == user_id:
                there = kept.get((to, name))
                kept[to, name] = value if there is None else merged_metric(name, there, value)
        self._put = kept
        return {"metrics": len(theirs)}
