"""Metrics: what a host measures of its users, for badges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import RLock

from mainstay import _checks as checks
from mainstay.ports.metrics import KIND, storable_metrics
from mainstay.testing.memory._marks import Marks
from mainstay.testing.memory.sessions import MemorySessions

__all__ = ["MemoryMetrics"]


class MemoryMetrics:
    """A :class:`mainstay.ports.MetricStore`.

    Args:
        lock: Held while metrics are put.
        sessions: What is counted by kind.
        marks: Who is to be looked at again.
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
        return found
