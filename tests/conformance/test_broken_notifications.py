"""A store that breaks a promise about notifications fails its suite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from mainstay.outlook import (
    NotificationPolicy,
    Preferences,
)
from mainstay.ports import (
    DueNotification,
    NotificationPlan,
    NotificationTarget,
    Notified,
    OutboxEntry,
    OutboxState,
)
from mainstay.ports.notification_entries import notification_key, replanned
from mainstay.testing.conformance import NotificationConformance
from mainstay.testing.memory import notifications
from mainstay.testing.memory._outlook import Place
from mainstay.testing.memory.notifications import MemoryNotifications
from mainstay.testing.memory.notifications import _Page as NotificationsPage
from mainstay.testing.memory.outbox import MemoryOutbox
from tests.conformance.failing import failures

all_due, after, days, notified = (
    NotificationsPage.all_due,
    NotificationPlan.after,
    NotificationTarget.days,
    MemoryNotifications._notified,
)
replace = MemoryOutbox.replace
DAY = timedelta(days=1)
Held = OutboxEntry | None


def by_user(page: NotificationsPage, target: NotificationTarget) -> list[DueNotification]:
    return sorted(all_due(page, target), key=lambda due: due.user_id)


def the_target_alone(page: NotificationsPage, target: NotificationTarget) -> list[DueNotification]:
    first, last = days(target, None)
    return [each for each in all_due(page, target) if first <= each.day <= last]


def that_wait(page: NotificationsPage, place: Place) -> bool:
    entry = page.told.notification(place)
    waits = entry is not None and entry.state is OutboxState.WAITING
    return waits or notification_key(*place) in page.entries


def without_preferences(
    page: NotificationsPage, target: NotificationTarget
) -> list[DueNotification]:
    return [attrs.evolve(each, preferences=None) for each in all_due(page, target)]


def who_is_on(page: NotificationsPage, target: NotificationTarget) -> list[DueNotification]:
    return [
        each
        for each in all_due(page, target)
        if each.preferences is None or each.preferences.enabled
    ]


def never(plan: NotificationPlan, *_: object, **__: object) -> NotificationPlan:
    return plan


def as_the_last_says(
    _: NotificationPlan, target: NotificationTarget, *, ended: bool
) -> NotificationPlan:
    return after(NotificationPlan(policy=target.policy), target, ended=ended)


def ended_at_once(
    plan: NotificationPlan, target: NotificationTarget, **_: bool
) -> NotificationPlan:
    return after(plan, target, ended=True)


def never_ended(plan: NotificationPlan, target: NotificationTarget, **_: bool) -> NotificationPlan:
    return after(plan, target, ended=False)


def also_by_days(
    plan: NotificationPlan, target: NotificationTarget, *, ended: bool
) -> NotificationPlan:
    return after(plan, attrs.evolve(target, day=None), ended=ended)


def the_first_policy(
    plan: NotificationPlan, target: NotificationTarget, *, ended: bool
) -> NotificationPlan:
    return attrs.evolve(after(plan, target, ended=ended), policy=plan.policy)


def kept_unread(page: NotificationsPage, done: Sequence[OutboxEntry]) -> None:
    page.entries.update({entry.key: entry for entry in done})


def as_it_is(entry: OutboxEntry, _: DueNotification) -> OutboxEntry:
    return entry


def nothing_waits(*_: object, **__: object) -> None:
    return None


def stays_off(there: OutboxEntry | None, *args: object, **more: object) -> object:
    if there is not None and there.state is OutboxState.CANCELLED:
        return None
    return replanned(there, *args, **more)  # type: ignore[arg-type]  # as it was called


def never_too_late(
    there: OutboxEntry | None,
    place: Place,
    wanted: datetime | None,
    *,
    now: datetime,
    plan: NotificationPlan | None,
) -> OutboxEntry | None:
    return replanned(there, place, wanted, now=now - DAY, plan=plan)


def past_is_past(
    there: OutboxEntry | None,
    place: Place,
    wanted: datetime | None,
    *,
    now: datetime,
    plan: NotificationPlan | None,
) -> OutboxEntry | None:
    return replanned(there, place, None if wanted and wanted < now else wanted, now=now, plan=plan)


def what_is_there(there: OutboxEntry | None, *args: object, **more: object) -> object:
    return there and replanned(there, *args, **more)  # type: ignore[arg-type]  # as it was called


def without_end(
    there: OutboxEntry | None,
    place: Place,
    wanted: datetime | None,
    *,
    now: datetime,
    plan: NotificationPlan | None,
) -> OutboxEntry | None:
    end = datetime(2100, 1, 1, tzinfo=UTC)
    far = attrs.evolve(plan or NotificationPlan(policy=NotificationPolicy()), until=end)
    return replanned(there, place, wanted, now=now, plan=far)


def whatever_became_of_it(there: OutboxEntry | None, *args: object, **more: object) -> object:
    waits = there and attrs.evolve(there, state=OutboxState.WAITING)
    return replanned(waits, *args, **more)  # type: ignore[arg-type]  # as it was called


def whoever_has_it(outbox: MemoryOutbox, entry: OutboxEntry, *, now: datetime) -> None:
    replace(outbox, entry, now=now + DAY)


def if_ever_claimed(outbox: MemoryOutbox, entry: OutboxEntry, *, now: datetime) -> None:
    if entry.attempts == 0:
        replace(outbox, entry, now=now)


def and_forgets_who(outbox: MemoryOutbox, entry: OutboxEntry, *, now: datetime) -> None:
    there = outbox._kept.pop(entry.key, None)
    if there is not None and not there.is_free(now):
        outbox._kept[entry.key] = there
        return
    replace(outbox, entry, now=now)


def from_today(now: datetime) -> date:
    return now.astimezone(UTC).date()


def by_the_usual(store: MemoryNotifications, user_ids: Iterable[str]) -> Mapping[str, Preferences]:
    return {user: store._told.preferences.get(user, Preferences()) for user in user_ids}


def unseen(store: MemoryNotifications, places: Iterable[Place], limit: int) -> list[Notified]:
    return [attrs.evolve(each, viewed_at=None) for each in notified(store, places, limit)]


def with_gaps(store: MemoryNotifications, places: Iterable[Place], limit: int) -> list[Notified]:
    return [*notified(store, [*places][:limit], limit)]


def by_outlook(store: MemoryNotifications, target: NotificationTarget) -> int:
    return store.count_due(target)


BROKEN: Mapping[str, tuple[object, str, Callable[..., object]]] = {
    "users come before days": (NotificationsPage, "all_due", by_user),
    "late runs lose some": (NotificationsPage, "all_due", the_target_alone),
    "what was cancelled is due": (NotificationsPage, "_has_notification", that_wait),
    "users count twice": (MemoryNotifications, "count_users", by_outlook),
    "preferences don't come along": (NotificationsPage, "all_due", without_preferences),
    "who is off is not due": (NotificationsPage, "all_due", who_is_on),
    "no plan is kept": (NotificationPlan, "after", never),
    "the end moves back": (NotificationPlan, "after", as_the_last_says),
    "runs end at once": (NotificationPlan, "after", ended_at_once),
    "runs never end": (NotificationPlan, "after", never_ended),
    "single days move the end": (NotificationPlan, "after", also_by_days),
    "the first policy stays": (NotificationPlan, "after", the_first_policy),
    "anything is put": (NotificationsPage, "keep", kept_unread),
    "anything is a notification": (notifications, "storable_notification", as_it_is),
    "nothing is replanned": (notifications, "replanned", nothing_waits),
    "who was off stays off": (notifications, "replanned", stays_off),
    "nothing is too late": (notifications, "replanned", never_too_late),
    "what is past is cancelled": (notifications, "replanned", past_is_past),
    "what is not there is not added": (notifications, "replanned", what_is_there),
    "what is yet to be planned is added": (notifications, "replanned", without_end),
    "what is done is done again": (notifications, "replanned", whatever_became_of_it),
    "what somebody has is replaced": (MemoryOutbox, "replace", whoever_has_it),
    "what somebody had stays": (MemoryOutbox, "replace", if_ever_claimed),
    "who had it is forgotten": (MemoryOutbox, "replace", and_forgets_who),
    "yesterday is not replanned": (notifications, "first_replanned", from_today),
    "everybody prefers the usual": (MemoryNotifications, "preferences", by_the_usual),
    "nobody sees anything": (MemoryNotifications, "_notified", unseen),
    "pages have gaps": (MemoryNotifications, "_notified", with_gaps),
}


@pytest.mark.parametrize("promise", BROKEN)
def test_a_store_that_breaks_a_promise_is_caught(
    monkeypatch: pytest.MonkeyPatch, promise: str
) -> None:
    place, name, broken = BROKEN[promise]
    monkeypatch.setattr(place, name, broken)
    assert next(failures(NotificationConformance), None)


def test_a_store_that_breaks_none_is_not() -> None:
    assert [*failures(NotificationConformance)] == []
