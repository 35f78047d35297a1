"""What is to be done outside: a queue, kept with all else, from which each entry is done once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Protocol

import attrs

from mainstay import _checks as checks
from mainstay._plain import PlainData, kept_result
from mainstay.errors import RejectedError
from mainstay.ports._texts import require_storable
from mainstay.ports.pages import Unreadable
from mainstay.recognition import Credit

__all__ = [
    "Outbox",
    "OutboxEntry",
    "OutboxState",
    "known_contents",
    "new_entry",
    "other_entry",
]

_text = checks.each(checks.text)


class OutboxState(StrEnum):
    """What has become of an entry. Only one that waits is ever claimed.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.ports import OutboxEntry
        >>> from mainstay.testing.memory import MemoryStore
        >>> outbox, noon = MemoryStore().outbox, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> _ = outbox.put([OutboxEntry(key="welcome:ada", kind="mail", due_at=noon)])
        >>> outbox.entry("welcome:ada").state.value
        'waiting'
        >>> [state.value for state in OutboxState if state is not OutboxState.WAITING]
        ['done', 'failed', 'expired', 'cancelled']
    """

    #: It is to be done, or to be looked at again, once it is due.
    WAITING = "waiting"
    #: It was done.
    DONE = "done"
    #: It was given up.
    FAILED = "failed"
    #: It was not done in time.
    EXPIRED = "expired"
    #: It was not to be done any more.
    CANCELLED = "cancelled"


def _payload(value: Mapping[str, object]) -> PlainData:
    return PlainData.at("payload", value)


@attrs.frozen(kw_only=True)
class OutboxEntry:
    """Something to be done outside, and what has become of it.

    Attributes:
        key: What tells it from every other, for good; the outside is given it, too, so that doing
            it again is harmless.
        kind: What is to be done, such as ``notification``: each kind has a job of its own.
        user_id: Whom it is about, if anybody.
        payload: What the outside needs to know, as plain data.
        due_at: When it is to be done, or looked at next.
        expires_at: From when on it is not to be done any more; ``None`` for never.
        attempts: How many times it was claimed since somebody last said how it stands.
        state: What has become of it.
        result: What the outside last answered, as plain data.
        error: Why the last attempt failed, or what was wrong with what the outside last said.

    Raises:
        InvalidValueError: A field is empty, negative or not plain data.

    Examples:
        >>> from datetime import UTC, datetime
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> OutboxEntry(key="welcome:ada", kind="mail", user_id="ada", due_at=noon).state.value
        'waiting'
    """

    key: str = attrs.field(validator=_text)
    kind: str = attrs.field(validator=_text)
    user_id: str | None = attrs.field(default=None, validator=checks.optional(checks.text))
    payload: PlainData = attrs.field(default=PlainData(), converter=_payload)
    due_at: datetime = attrs.field(validator=checks.each(checks.instant))
    expires_at: datetime | None = attrs.field(
        default=None, validator=checks.optional(checks.instant)
    )
    attempts: int = attrs.field(default=0, validator=checks.each(checks.count))
    state: OutboxState = attrs.field(
        default=OutboxState.WAITING,
        validator=checks.each(partial(checks.instance, kind=OutboxState)),
    )
    result: PlainData | None = attrs.field(default=None, converter=kept_result)
    error: str | None = attrs.field(default=None, validator=checks.optional(checks.text))


class Outbox(Protocol):
    """What is to be done outside.

    A run that claims entries has them under a lease, and calls the outside while no transaction is
    open. If it is killed, they are free again when the lease ends. A wrong clock must not be
    believed for ever: leases that end more than 30 minutes after ``now`` are passed over.

    Examples:
        >>> from datetime import UTC, timedelta
        >>> from mainstay.ports import OutboxEntry
        >>> from mainstay.testing.memory import MemoryStore
        >>> outbox, noon = MemoryStore().outbox, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> mail = OutboxEntry(key="welcome:ada", kind="mail", user_id="ada", due_at=noon)
        >>> outbox.put([mail]), outbox.put([mail])
        (1, 0)
        >>> lease = {"now": noon, "until": noon + timedelta(minutes=5), "limit": 10}
        >>> [len(outbox.claim("mail", holder, **lease)) for holder in ("worker 1", "worker 2")]
        [1, 0]
    """

    def put(self, entries: Iterable[OutboxEntry]) -> int:
        """Keep new entries, all or none of them, and return how many are new.

        One whose key is there already changes nothing, also within ``entries``, whatever has
        become of it meanwhile.

        Raises:
            RejectedError: An entry is not a new one, holds what can't be stored, or its key is
                there with another kind, user or payload.
        """
        ...

    def claim(
        self,
        kind: str,
        holder: str,
        *,
        now: datetime,
        until: datetime,
        limit: int,
        due_by: datetime | None = None,
    ) -> Sequence[OutboxEntry | Unreadable]:
        """Take entries of a kind that are due, under a lease, the oldest due first.

        Equally old ones are in the order of their keys, by code point. Those that somebody else
        has, or that have expired, are left out. No two holders ever have the same entry at once,
        and none waits for another. Each comes back with one attempt more.

        Args:
            kind: Which.
            holder: Who takes them.
            now: What time it is.
            until: When the lease ends.
            limit: How many at most.
            due_by: Only those that are due at this instant or before; by default now.
        """
        ...

    def finish(
        self,
        entry: OutboxEntry,
        holder: str,
        *,
        credits: Iterable[Credit] = (),
        entries: Iterable[OutboxEntry] = (),
    ) -> bool:
        """Keep what has become of a claimed entry, end its lease, and return whether it was ours.

        It is not if somebody else has claimed it since the lease has ended, or if it is not there
        any more: then nothing changes. What follows from it is kept in the same transaction.

        Args:
            entry: The entry as it is from now on. Its key, kind, user and payload stay.
            holder: Who has claimed it.
            credits: Points to credit, as :meth:`PointStore.add` does, whenever they are dated.
            entries: What is to be done next, as :meth:`put` takes it.

        Raises:
            RejectedError: A credit or an entry is one that those refuse: then nothing is kept.
        """
        ...

    def expire(self, kind: str, *, now: datetime) -> int:
        """Let those expire that wait and whose time has come, and return how many they are.

        Those that somebody has stay until they are finished.
        """
        ...

    def entry(self, key: str) -> OutboxEntry | None:
        """Return an entry; ``None`` if there is none of that key.

        Raises:
            MainstayError: Its row can't be read.
        """
        ...

    def entries(
        self, kind: str, *, after: str | None = None, limit: int = 100
    ) -> Sequence[OutboxEntry]:
        """Return entries of a kind by their keys, whatever has become of them.

        Args:
            kind: Which.
            after: Only those after this key.
            limit: How many at most.

        Raises:
            MainstayError: The row of one can't be read.
        """
        ...

    def count_waiting(self, kind: str | None = None, *, due_by: datetime | None = None) -> int:
        """Return how many wait.

        Args:
            kind: Of which kind; by default of all.
            due_by: Only those that are due at this instant or before.
        """
        ...

    def next_due(self) -> datetime | None:
        """Return when the first of those that wait is due; ``None`` if none waits."""
        ...


def new_entry(entry: OutboxEntry) -> OutboxEntry:
    """Return an entry that any outbox can put.

    Raises:
        RejectedError: It has been claimed before; a text holds a NUL character or a lone
            surrogate, which no database takes; or it expires before it is due.

    Examples:
        >>> from datetime import UTC, datetime
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> new_entry(OutboxEntry(key="1", kind="mail", due_at=noon, attempts=1))
        Traceback (most recent call last):
            ...
        mainstay.errors.RejectedError: entries must be a new one, ...
    """
    checks.instance("entries", entry, OutboxEntry)
    if (entry.state, entry.attempts) != (OutboxState.WAITING, 0):
        raise RejectedError(
            "must be a new one", field="entries", value=entry, remedy="Put each entry once."
        )
    for field, text in (("key", entry.key), ("kind", entry.kind), ("user_id", entry.user_id or "")):
        require_storable(field, text)
    if entry.expires_at is not None and entry.expires_at <= entry.due_at:
        raise RejectedError(
            f"must be after due_at, {entry.due_at.isoformat()}",
            field="expires_at",
            value=entry.expires_at.isoformat(),
        )
    return entry


def known_contents(entry: OutboxEntry) -> tuple[object, ...]:
    """Return what an entry says for good, whatever becomes of it."""
    return entry.kind, entry.user_id, entry.payload


def other_entry(key: str) -> RejectedError:
    """Return the error of an entry whose key another has already."""
    return RejectedError(
        "is there already, with other contents",
        field="key",
        value=key,
        remedy="Give each entry a key of its own; what was put does not change.",
    )
