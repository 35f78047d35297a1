"""What stores of outlooks and notifications are asked, and what they hand out."""

from __future__ import annotations

from datetime import timedelta

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay.activity.year import YEAR_DAYS
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
from mainstay.scores.consistency.policy import ConsistencyPolicy
from mainstay.testing.strategies.activity import user_ids, windows
from mainstay.testing.strategies.calendar import days, instants, later
from mainstay.testing.strategies.jobs import plain_data
from mainstay.testing.strategies.making import made
from mainstay.testing.strategies.outbox import outbox_entries
from mainstay.testing.strategies.outlook import notification_policies, outlooks, preferences
from mainstay.testing.strategies.policies import year_policies

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
    """For which days users are told something, half of them by force.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay.testing.memory import MemoryStore
        >>> @settings(max_examples=1)
        ... @given(outlook_targets())
        ... def test_nobody_is_due_at_first(target):
        ...     assert MemoryStore().outlooks.count_due(target) == 0
        >>> test_nobody_is_due_at_first()
    """
    return made(
        OutlookTarget,
        days(),
        instants(),
        force=st.booleans(),
        policy=st.just(ConsistencyPolicy()) | year_policies(),
    )


def outlook_standings() -> SearchStrategy[OutlookStanding]:
    """What is known of users who are to be told something.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay.outlook import STANDARD_TEMPLATES, template_for
        >>> @settings(max_examples=1)
        ... @given(outlook_standings())
        ... def test_somebody_is_always_told_something(standing):
        ...     told = template_for(standing.window)
        ...     assert told in {template.name for template in STANDARD_TEMPLATES}
        >>> test_somebody_is_always_told_something()
    """
    return made(OutlookStanding, user_ids(), windows() | windows(length=YEAR_DAYS))


@st.composite
def outlooks_made(draw: DrawFn) -> OutlookMade:
    """What was made for users: an outlook, something to be done outside, or both.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(outlooks_made())
        ... def test_an_outlook_is_its_users_own(made):
        ...     assert made.outlook is None or made.outlook.user_id == made.user_id
        >>> test_an_outlook_is_its_users_own()
    """
    user = draw(user_ids())
    outlook = draw(st.none() | outlooks(user))
    return OutlookMade(user, outlook, draw(st.lists(outbox_entries(), max_size=2)))


def notification_targets() -> SearchStrategy[NotificationTarget]:
    """Which notifications are to be planned: half of them those of a single day.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(notification_targets())
        ... def test_a_day_alone_is_planned_alone(target):
        ...     first, last = target.days(None)
        ...     assert first <= last and (target.day is None or first == last == target.day)
        >>> test_a_day_alone_is_planned_alone()
    """
    return made(
        NotificationTarget, instants(), policy=notification_policies(), day=st.none() | days()
    )


def notification_plans() -> SearchStrategy[NotificationPlan]:
    """How far notifications have been planned, after one run or two.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(notification_plans())
        ... def test_a_plan_that_goes_on_has_an_end(plan):
        ...     assert plan.since is None or plan.since < plan.until
        >>> test_a_plan_that_goes_on_has_an_end()
    """
    return made(_plan, st.lists(notification_targets(), min_size=1, max_size=2), st.booleans())


def _plan(targets: list[NotificationTarget], ended: bool) -> NotificationPlan:
    plan = NotificationPlan(policy=targets[0].policy)
    for target in targets:
        plan = plan.after(target, ended=ended)
    return plan


def due_notifications() -> SearchStrategy[DueNotification]:
    """Outlooks of which their users are to be told.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(due_notifications())
        ... def test_the_key_begins_with_the_day(due):
        ...     assert due.key == f"{due.day}:{due.user_id}"
        >>> test_the_key_begins_with_the_day()
    """
    return made(DueNotification, user_ids(), days(), _PERHAPS_PREFERENCES)


def notified() -> SearchStrategy[Notified]:
    """Notifications, and what came of them.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(notified())
        ... def test_what_was_delivered_says_where(notified):
        ...     entry = notified.entry
        ...     assert entry.state is not OutboxState.DONE or entry.result["zone"] == "UTC"
        >>> test_what_was_delivered_says_where()
    """
    became = made(
        _became, _NOTIFICATIONS, st.sampled_from(OutboxState), st.integers(0, 7199), _ERRORS
    )
    return made(Notified, became, _PERHAPS_PREFERENCES, st.none() | instants())


def _became(entry: OutboxEntry, state: OutboxState, late_s: int, error: str | None) -> OutboxEntry:
    if state is not OutboxState.DONE:
        return attrs.evolve(entry, state=state, error=error)
    at = later(entry.due_at, timedelta(seconds=late_s)).isoformat()
    result = {"delivered_at": at, "late_s": float(late_s), "zone": "UTC", "answer": {}}
    return attrs.evolve(entry, state=state, result=PlainData(result))


def notified_counts() -> SearchStrategy[NotifiedCounts]:
    """What became of some notifications, and often of none.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(notified_counts())
        ... def test_two_add_up_to_both(counts):
        ...     assert (counts + counts).planned == 2 * counts.planned
        >>> test_two_add_up_to_both()
    """
    return made(_counted, st.lists(notified(), max_size=4))


def _counted(some: list[Notified]) -> NotifiedCounts:
    return sum(counts_by_zone(some).values(), NotifiedCounts())


@st.composite
def notifications(draw: DrawFn) -> Notification:
    """What people are told: outlooks, and notices.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(notifications())
        ... def test_an_outlook_is_for_a_day(told):
        ...     assert (told.kind == "outlook") == (told.day is not None)
        >>> test_an_outlook_is_for_a_day()
    """
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
