"""How the suites tell users something, and plan when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

import attrs

from mainstay.activity.session import Session
from mainstay.outlook import Content, NotificationPolicy, Outlook, wanted_instant
from mainstay.ports import (
    DueNotification,
    HasOutlooks,
    NotificationTarget,
    OutboxEntry,
    OutboxState,
    OutlookMade,
    OutlookStanding,
    OutlookTarget,
)
from mainstay.ports.notification_entries import OUTLOOK, notification_entry, notification_key
from mainstay.scores.by_policy import Policy
from mainstay.scores.consistency.policy import DEFAULT_POLICY
from mainstay.testing.conformance._activity import may, readable
from mainstay.testing.conformance._credits import DAY, MINUTE, NOON

__all__ = [
    "HOUR",
    "MORNING",
    "TOMORROW",
    "add",
    "claim",
    "did_at",
    "due",
    "due_keys",
    "finish",
    "make",
    "notification",
    "outlook",
    "plan",
    "planning",
    "target",
]

HOUR = timedelta(hours=1)
#: The day after :data:`NOON`, a Thursday, and when users are told then who have not said when.
TOMORROW = may(16)
MORNING = NOON + timedelta(hours=18, minutes=45)


def target(
    day: date = TOMORROW,
    now: datetime = NOON,
    *,
    force: bool = False,
    policy: Policy = DEFAULT_POLICY,
) -> OutlookTarget:
    """Return for which day users are told something, by default at noon of the day before."""
    return OutlookTarget(day, now, force=force, policy=policy)


def planning(now: datetime = NOON, policy: NotificationPolicy | None = None) -> NotificationTarget:
    """Return what a daily run plans."""
    return NotificationTarget(now, policy=policy or NotificationPolicy())


def outlook(user_id: str, day: date = TOMORROW, content: Content | None = None) -> Outlook:
    """Return an outlook as it is new."""
    text = content or Content("plain", "a", f"For {user_id}", f"What {user_id} is told.")
    return Outlook(
        user_id=user_id, day=day, content=text, known_through=day - DAY, generated_at=NOON
    )


def did_at(store: HasOutlooks, user_id: str, *instants: datetime) -> None:
    """Have a user do something at some instants."""
    store.sessions.add(Session(user_id, at, id=f"{user_id} at {at.isoformat()}") for at in instants)


def due(store: HasOutlooks, asked: OutlookTarget | None = None) -> list[OutlookStanding]:
    """Return who is to be told something, in a transaction that keeps nothing."""
    with store.outlooks.page() as page:
        return readable(page.due(asked or target(), limit=10_000))


def make(
    store: HasOutlooks, asked: OutlookTarget | None = None, *, only: Collection[str] | None = None
) -> list[str]:
    """Make outlooks for those that are due, or for some of them, and return for whom."""
    wanted = asked or target()
    with store.outlooks.page() as page:
        found = readable(page.due(wanted, limit=10_000))
        users = [each.user_id for each in found if only is None or each.user_id in only]
        page.keep([OutlookMade(user, outlook(user, wanted.day)) for user in users])
    return users


def add(store: HasOutlooks, *users: str, day: date = TOMORROW) -> None:
    """Keep an outlook of each of some users."""
    for user in users:
        store.outlooks.add(outlook(user, day))


def due_keys(store: HasOutlooks, asked: NotificationTarget) -> list[str]:
    """Return the outlooks without a notification, in a transaction that is undone."""
    with store.notifications.page() as page:
        return [each.key for each in readable(page.due(asked, limit=10_000))]


def plan(store: HasOutlooks, asked: NotificationTarget | None = None) -> list[str]:
    """Plan what is due, as a daily run does, and return the keys of what was planned."""
    wanted = asked or planning()
    planned = list[str]()
    with store.notifications.page() as page:
        after = None
        while found := readable(page.due(wanted, after=after, limit=10_000)):
            entries = [entry for each in found if (entry := _planned(each, wanted))]
            page.keep(entries)
            planned += [entry.key for entry in entries]
            after = found[-1].key
    return planned


def _planned(due: DueNotification, target: NotificationTarget) -> OutboxEntry | None:
    at = wanted_instant(due.preferences, due.day, policy=target.policy)
    if at is None or (target.day is None and at >= target.until):
        return None
    return notification_entry(due.user_id, due.day, at)


def notification(store: HasOutlooks, user_id: str, day: date = TOMORROW) -> OutboxEntry | None:
    """Return a user's notification for a day, if there is one."""
    return store.outbox.entry(notification_key(user_id, day))


def claim(store: HasOutlooks, now: datetime, holder: str = "me") -> list[OutboxEntry]:
    """Take the notifications that are due, for five minutes."""
    until = now + 5 * MINUTE
    return readable(store.outbox.claim(OUTLOOK, holder, now=now, until=until, limit=1000))


def finish(
    store: HasOutlooks, entry: OutboxEntry, state: OutboxState, holder: str = "me"
) -> OutboxEntry:
    """Say what has become of a notification, and return it."""
    finished = attrs.evolve(entry, state=state, attempts=0)
    store.outbox.finish(finished, holder)
    return finished
