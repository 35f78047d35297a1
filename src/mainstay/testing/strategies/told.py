"""What stores of outlooks and notifications are asked, and what they hand out."""

from __future__ import annotations

from datetime import timedelta

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay.ports import (
    DueNotification,
    Notification,
    NotificationPlan,
    NotificationTarget,
    Notified,
    NotifiedCounts,
    OutboxEntry,
    OutboxState,
    OutlookMade,
    OutlookStanding,
    OutlookTarget,
    counts_by_zone,
)
from mainstay.ports.notification_entries import notification_entry, notification_key
from mainstay.scheduling import PlainData
from mainstay.testing.strategies.activity import user_ids, windows
from mainstay.testing.strategies.calendar import days, instants
from mainstay.testing.strategies.jobs import plain_data
from mainstay.testing.strategies.making import made
from mainstay.testing.strategies.outbox import outbox_entries
from mainstay.testing.strategies.outlook import notification_policies, outlooks, preferences

__all__ = [
    "due_notifications",
    "notification_plans",
    "notification_targets",
    "notifications",
    "notified",
    "notified_counts",
    "outlook_standings",
    "outlook_targets",
    "outlooks_made",
]

_TEXTS = st.text(min_size=1, max_size=20)
_ERRORS = st.sampled_from([None, "TimeoutError has stopped it: timed out.", "KeyError: 'a'"])
_PERHAPS_PREFERENCES = st.none() | preferences()
_NOTIFICATIONS = st.builds(notification_entry, user_ids(), days(), instants())


def outlook_targets() -> SearchStrategy[OutlookTarget]:
    """For which days users are told something, half of them by force."""
    return made(OutlookTarget, days(), instants(), force=st.booleans())


def outlook_standings() -> SearchStrategy[OutlookStanding]:
    """What is known of users who are to be told something."""
    return made(OutlookStanding, user_ids(), windows())


@st.composite
def outlooks_made(draw: DrawFn) -> OutlookMade:
    """What was made for users: an outlook, something to be done outside, or both."""
    user = draw(user_ids())
    outlook = draw(st.none() | outlooks(user))
    return OutlookMade(user, outlook, draw(st.lists(outbox_entries(), max_size=2)))


def notification_targets() -> SearchStrategy[NotificationTarget]:
    """Which notifications are to be planned: half of them those of a single day."""
    return made(
        NotificationTarget, instants(), policy=notification_policies(), day=st.none() | days()
    )


def notification_plans() -> SearchStrategy[NotificationPlan]:
    """How far notifications have been planned, after one run or two."""
    return made(_plan, st.lists(notification_targets(), min_size=1, max_size=2), st.booleans())


def _plan(targets: list[NotificationTarget], ended: bool) -> NotificationPlan:
    plan = NotificationPlan(policy=targets[0].policy)
    for target in targets:
        plan = plan.after(target, ended=ended)
    return plan


def due_notifications() -> SearchStrategy[DueNotification]:
    """Outlooks of which their users are to be told."""
    return made(DueNotification, user_ids(), days(), _PERHAPS_PREFERENCES)


def notified() -> SearchStrategy[Notified]:
    """Notifications, and what came of them."""
    became = made(
        _became, _NOTIFICATIONS, st.sampled_from(OutboxState), st.integers(0, 7199), _ERRORS
    )
    return made(Notified, became, _PERHAPS_PREFERENCES, st.none() | instants())


def _became(entry: OutboxEntry, state: OutboxState, late_s: int, error: str | None) -> OutboxEntry:
    if state is not OutboxState.DONE:
        return attrs.evolve(entry, state=state, error=error)
    at = (entry.due_at + timedelta(seconds=late_s)).isoformat()
    result = {"delivered_at": at, "late_s": float(late_s), "zone": "UTC", "answer": {}}
    return attrs.evolve(entry, state=state, result=PlainData(result))


def notified_counts() -> SearchStrategy[NotifiedCounts]:
    """What became of some notifications, and often of none."""
    return made(_counted, st.lists(notified(), max_size=4))


def _counted(some: list[Notified]) -> NotifiedCounts:
    return sum(counts_by_zone(some).values(), NotifiedCounts())


@st.composite
def notifications(draw: DrawFn) -> Notification:
    """What people are told: outlooks, and notices."""
    user, day = draw(user_ids()), draw(st.none() | days())
    return Notification(
        key=draw(_TEXTS) if day is None else notification_key(user, day),
        kind="notice" if day is None else "outlook",
        user_id=user,
        day=day,
        channel=draw(st.none() | _TEXTS),
        title=draw(_TEXTS),
        body=draw(_TEXTS),
        data=draw(plain_data()),
    )
