"""What is to be done outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from threading import RLock

import attrs

from mainstay import _checks as checks
from mainstay.ports import OutboxEntry, OutboxState
from mainstay.ports.notification_entries import renamed_entry
from mainstay.ports.outbox import known_contents, new_entry, other_entry
from mainstay.ports.points import new_credits
from mainstay.ports.runs import LATEST_END
from mainstay.recognition import Credit
from mainstay.testing.memory._undoing import Replaced
from mainstay.testing.memory.points import MemoryPoints

__all__ = ["MemoryOutbox"]


@attrs.frozen
class _Kept:
    """An entry, and who has it until when."""

    entry: OutboxEntry
    holder: str | None = None
    until: datetime | None = None

    def is_free(self, now: datetime) -> bool:
        return self.until is None or not now < self.until <= now + LATEST_END

    def is_due(self, kind: str, by: datetime) -> bool:
        return _waits(self.entry) and self.entry.kind == kind and self.entry.due_at <= by

    def has_expired(self, now: datetime) -> bool:
        return self.entry.expires_at is not None and self.entry.expires_at <= now


def _waits(entry: OutboxEntry) -> bool:
    return entry.state is OutboxState.WAITING


class MemoryOutbox(Replaced):
    """A :class:`mainstay.ports.Outbox`.

    Args:
        lock: Held while anything changes, and by transactions that put entries of their own.
        points: What users are credited with once an entry is finished.

    Examples:
        >>> from datetime import UTC, timedelta
        >>> from mainstay.ports import OutboxEntry
        >>> from mainstay.testing.memory import MemoryStore
        >>> outbox, noon = MemoryStore().outbox, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> hour = timedelta(hours=1)
        >>> outbox.put([OutboxEntry(key="1", kind="mail", due_at=noon, expires_at=noon + hour)])
        1
        >>> outbox.expire("mail", now=noon + hour)
        1
        >>> outbox.entry("1").state.value, outbox.count_waiting()
        ('expired', 0)
    """

    def __init__(self, lock: RLock, points: MemoryPoints) -> None:
        self._lock = lock
        self._points = points
        self._kept: dict[str, _Kept] = {}

    def put(self, entries: Iterable[OutboxEntry]) -> int:
        """Keep new entries, all or none of them, and return how many are new."""
        with self._lock:
            kept = _with_entries(self._kept, entries)
            new = len(kept) - len(self._kept)
            self._kept = kept
            return new

    def claim(
        self,
        kind: str,
        holder: str,
        *,
        now: datetime,
        until: datetime,
        limit: int,
        due_by: datetime | None = None,
    ) -> Sequence[OutboxEntry]:
        """Take entries of a kind that are due, under a lease, the oldest due first."""
        checks.text("kind", kind)
        checks.text("holder", holder)
        at, end = checks.instant("now", now), checks.instant("until", until)
        by = at if due_by is None else checks.instant("due_by", due_by)
        most = checks.integer("limit", limit, 1)
        with self._lock:
            due = [
                each.entry
                for each in self._kept.values()
                if each.is_free(at) and each.is_due(kind, by) and not each.has_expired(at)
            ]
            due.sort(key=lambda entry: (entry.due_at, entry.key))
            taken = [attrs.evolve(entry, attempts=entry.attempts + 1) for entry in due[:most]]
            self._kept = self._kept | {entry.key: _Kept(entry, holder, end) for entry in taken}
            return taken

    def finish(
        self,
        entry: OutboxEntry,
        holder: str,
        *,
        credits: Iterable[Credit] = (),
        entries: Iterable[OutboxEntry] = (),
    ) -> bool:
        """Keep what has become of a claimed entry, and return whether it was ours."""
        checks.instance("entry", entry, OutboxEntry)
        with self._lock:
            there = self._kept.get(entry.key)
            if there is None or there.holder != checks.text("holder", holder):
                return False
            finished = attrs.evolve(
                there.entry,
                due_at=entry.due_at,
                expires_at=entry.expires_at,
                attempts=entry.attempts,
                state=entry.state,
                result=entry.result,
                error=entry.error,
            )
            kept = _with_entries(self._kept | {entry.key: _Kept(finished)}, entries)
            self._points.put(new_credits(credits, now=None))
            self._kept = kept
            return True

    def expire(self, kind: str, *, now: datetime) -> int:
        """Let those expire that wait and whose time has come, and return how many they are."""
        checks.text("kind", kind)
        at = checks.instant("now", now)
        with self._lock:
            late = {
                key: _Kept(attrs.evolve(each.entry, state=OutboxState.EXPIRED))
                for key, each in self._kept.items()
                if _waits(each.entry)
                and each.entry.kind == kind
                and each.has_expired(at)
                and each.is_free(at)
            }
            self._kept = self._kept | late
            return len(late)

    def replace(self, entry: OutboxEntry, *, now: datetime) -> None:
        """Keep an entry in place of one that nobody has just now; also a new one."""
        with self._lock:
            there = self._kept.get(entry.key, _Kept(entry))
            if there.is_free(now):
                self._kept = {**self._kept, entry.key: attrs.evolve(there, entry=entry)}

    def forget(self, user_id: str) -> Mapping[str, int]:
        """Erase what is about a user."""
        left = {key: each for key, each in self._kept.items() if each.entry.user_id != user_id}
        changes = {"entries": len(self._kept) - len(left)}
        self._kept = left
        return changes

    def rename(self, user_id: str, to: str) -> Mapping[str, int]:
        """Have what is about a user be about another one; each has one notification a day."""
        kept = {key: each for key, each in self._kept.items() if each.entry.user_id != user_id}
        renamed = 0
        for each in self._kept.values():
            if each.entry.user_id == user_id:
                renamed += 1
                entry = renamed_entry(each.entry, to)
                there = kept.get(entry.key)
                if there is None or (_waits(there.entry) and not _waits(entry)):
                    kept[entry.key] = attrs.evolve(each, entry=entry)
        self._kept = kept
        return {"entries": renamed}

    def prune(self, before: datetime, limit: int) -> Mapping[str, int]:
        """Delete entries that wait no more and were due before an instant."""
        old = [each.entry for each in self._kept.values() if not _waits(each.entry)]
        keys = sorted(entry.key for entry in old if entry.due_at < before)[:limit]
        self._kept = {key: each for key, each in self._kept.items() if key not in {*keys}}
        return {"entries": len(keys)}

    def entry(self, key: str) -> OutboxEntry | None:
        """Return an entry; ``None`` if there is none of that key."""
        there = self._kept.get(checks.text("key", key))
        return None if there is None else there.entry

    def entries(
        self, kind: str, *, after: str | None = None, limit: int = 100
    ) -> Sequence[OutboxEntry]:
        """Return entries of a kind by their keys, whatever has become of them."""
        checks.text("kind", kind)
        first = "" if after is None else checks.text("after", after)
        with self._lock:
            found = sorted(
                (each.entry for each in self._kept.values() if each.entry.kind == kind),
                key=lambda entry: entry.key,
            )
        some = [entry for entry in found if entry.key > first]
        return some[: checks.integer("limit", limit, 1)]

    def all(self) -> Iterable[OutboxEntry]:
        """Return all entries, in no order that matters."""
        return [each.entry for each in self._kept.values()]

    def count_waiting(self, kind: str | None = None, *, due_by: datetime | None = None) -> int:
        """Return how many wait."""
        by = None if due_by is None else checks.instant("due_by", due_by)
        with self._lock:
            return sum(
                _waits(each.entry)
                and (kind is None or each.entry.kind == kind)
                and (by is None or each.entry.due_at <= by)
                for each in self._kept.values()
            )

    def next_due(self) -> datetime | None:
        """Return when the first of those that wait is due; ``None`` if none waits."""
        with self._lock:
            due = [each.entry.due_at for each in self._kept.values() if _waits(each.entry)]
        return min(due, default=None)


def _with_entries(kept: dict[str, _Kept], entries: Iterable[OutboxEntry]) -> dict[str, _Kept]:
    """Return what is kept with new entries, of which those that are known change nothing."""
    both = dict(kept)
    for entry in checks.iterable("entries", entries):
        there = both.setdefault(new_entry(entry).key, _Kept(entry)).entry
        if known_contents(there) != known_contents(entry):
            raise other_entry(entry.key)
    return both
