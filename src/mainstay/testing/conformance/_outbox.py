"""What the suite of an outbox puts into it, and asks of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from mainstay.ports import HasOutbox, OutboxEntry
from mainstay.recognition import Credit
from mainstay.testing.conformance._activity import readable

__all__ = ["AT_ONCE", "MAIL", "at", "claim", "keys_of", "mail", "paid", "totals"]

_NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
MAIL = "mail 🙂 '\""
AT_ONCE = 32


def at(minute: int) -> datetime:
    """Return an instant so many minutes after noon."""
    return _NOON + minute * _MINUTE


def mail(key: str, due: int = 0, *, expires: int | None = None) -> OutboxEntry:
    """Return an entry that is due, and expires, so many minutes after noon."""
    expires_at = None if expires is None else at(expires)
    return OutboxEntry(key=key, kind=MAIL, due_at=at(due), expires_at=expires_at)


def claim(
    store: HasOutbox, minute: int, holder: str = "me", *, limit: int = 1000, lasts: int = 5
) -> list[OutboxEntry]:
    """Take entries that are due at a minute, for some minutes."""
    now, until = at(minute), at(minute + lasts)
    return readable(store.outbox.claim(MAIL, holder, now=now, until=until, limit=limit))


def paid(user_id: str, amount: int, reason: str = "reward", *, minute: int = 0) -> Credit:
    """Return a credit, dated so many minutes after noon."""
    return Credit(user_id, reason, amount, at(minute))


def totals(store: HasOutbox, *users: str) -> dict[str, int]:
    """Return the points of some users."""
    return dict(store.points.totals(users))


def keys_of(entries: Sequence[OutboxEntry]) -> list[str]:
    """Return the keys of some entries, in their order."""
    return [entry.key for entry in entries]
