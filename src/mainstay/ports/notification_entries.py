"""Notifications as entries of the outbox: how each is planned, and planned again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import attrs

from mainstay import _checks as checks
from mainstay.errors import RejectedError
from mainstay.outlook import LATE, Outlook, Preferences, wanted_instant
from mainstay.ports._texts import require_storable
from mainstay.ports.notifications import DueNotification, NotificationPlan
from mainstay.ports.outbox import OutboxEntry, OutboxState, new_entry
from mainstay.scheduling import PlainData

__all__ = [
    "OUTLOOK",
    "first_replanned",
    "notification_entry",
    "notification_key",
    "planned_at_once",
    "renamed_entry",
    "replanned",
    "storable_notification",
    "storable_preferences",
]

#: The kind of the entries.
OUTLOOK = "outlook"
_DAY = timedelta(days=1)


def notification_key(user_id: str, day: date) -> str:
    """Return what tells a notification from every other: there is one a user and day.

    Examples:
        >>> notification_key("ada", date(2024, 5, 1))
        'outlook:2024-05-01:ada'
    """
    return f"{OUTLOOK}:{day.isoformat()}:{user_id}"


def notification_entry(user_id: str, day: date, at: datetime) -> OutboxEntry:
    """Return the notification of a user's outlook for a day; it expires two hours after ``at``."""
    return OutboxEntry(
        key=notification_key(user_id, day),
        kind=OUTLOOK,
        user_id=user_id,
        payload=_payload(day),
        due_at=at,
        expires_at=at + LATE,
    )


def renamed_entry(entry: OutboxEntry, to: str) -> OutboxEntry:
    """Return an entry of the outbox that is about another user: the key of a notification says so.

    Examples:
        >>> from datetime import UTC
        >>> entry = notification_entry("ada", date(2024, 5, 1), datetime(2024, 5, 1, 7, tzinfo=UTC))
        >>> renamed_entry(entry, "lovelace").key
        'outlook:2024-05-01:lovelace'
    """
    day = entry.payload.get("day")
    if entry.kind == OUTLOOK and entry.key == f"{OUTLOOK}:{day}:{entry.user_id}":
        return attrs.evolve(entry, key=f"{OUTLOOK}:{day}:{to}", user_id=to)
    return attrs.evolve(entry, user_id=to)


@lru_cache(maxsize=64)
def _payload(day: date) -> PlainData:
    """Return what the notifications of a day share: it is made once, since there are many."""
    return PlainData({"day": day.isoformat()})


def planned_at_once(
    outlook: Outlook, preferences: Preferences | None, plan: NotificationPlan | None
) -> OutboxEntry | None:
    """Return the notification that is put with an outlook which comes after its time was planned.

    ``None`` if its time is yet to be planned, or if its user is not to be told.
    """
    if plan is None or plan.until is None:
        return None
    wanted = wanted_instant(preferences, outlook.day, policy=plan.policy)
    if wanted is None or wanted >= plan.until:
        return None
    return notification_entry(outlook.user_id, outlook.day, wanted)


def first_replanned(now: datetime) -> date:
    """Return the first day whose notification may still be sent once preferences have changed.

    No earlier one can be due within the two hours before ``now``: see
    :func:`mainstay.outlook.dates_due`.
    """
    return now.astimezone(UTC).date() - 2 * _DAY


def replanned(
    there: OutboxEntry | None,
    outlook: tuple[str, date],
    wanted: datetime | None,
    *,
    now: datetime,
    plan: NotificationPlan | None,
) -> OutboxEntry | None:
    """Return what a notification becomes when its user wants to be told at another time.

    One that waits, or was cancelled, is due at the new instant; at once if that is at most two
    hours ago. If it is longer ago, or if the user wants not to be told, it is cancelled. What is
    done, failed or expired stays.

    Args:
        there: The notification, if there is one.
        outlook: The user and the day.
        wanted: When they want to be told; ``None`` for not at all.
        now: What time it is.
        plan: How far notifications have been planned. Before that, one that is not there is added.

    Returns:
        What is to be kept; ``None`` if nothing changes.

    Examples:
        >>> from datetime import UTC
        >>> at = [datetime(2024, 5, 1, hour, tzinfo=UTC) for hour in range(24)]
        >>> waits = notification_entry("ada", at[0].date(), at[7])
        >>> for wanted in (at[8], at[5], at[4], None):
        ...     found = replanned(waits, ("ada", at[0].date()), wanted, now=at[6], plan=None)
        ...     print(found.state.value, found.due_at.hour)
        waiting 8
        waiting 5
        cancelled 7
        cancelled 7
    """
    late = wanted is None or wanted + LATE <= now
    if there is None:
        until = None if plan is None else plan.until
        if wanted is None or late or until is None or wanted >= until:
            return None
        return notification_entry(*outlook, wanted)
    if there.state not in {OutboxState.WAITING, OutboxState.CANCELLED}:
        return None
    if wanted is None or late:
        return attrs.evolve(there, state=OutboxState.CANCELLED)
    return attrs.evolve(there, state=OutboxState.WAITING, due_at=wanted, expires_at=wanted + LATE)


def storable_notification(entry: OutboxEntry, due: DueNotification) -> OutboxEntry:
    """Return the notification of an outlook, if any outbox can put it.

    Raises:
        RejectedError: It is another's, or was claimed before, or expires before it is due.
    """
    checks.instance("done", entry, OutboxEntry)
    key, payload = notification_key(due.user_id, due.day), _payload(due.day)
    same = entry.payload is payload or entry.payload == payload
    if not same or (entry.key, entry.kind, entry.user_id) != (key, OUTLOOK, due.user_id):
        raise RejectedError(
            f"must be the notification of {due.key!r}",
            field="done",
            value=entry,
            remedy="Make it with notification_entry.",
        )
    return new_entry(entry)


def storable_preferences(user_id: str, preferences: Preferences) -> Preferences:
    """Return preferences that any store can keep.

    Raises:
        RejectedError: A text holds a NUL character or a lone surrogate, which no database takes.
    """
    checks.instance("preferences", preferences, Preferences)
    require_storable("user_id", checks.text("user_id", user_id))
    require_storable("channel", preferences.channel or "")
    return preferences
