"""Notifications: when each user is told of an outlook, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from threading import RLock

import attrs

from mainstay import _checks as checks
from mainstay.errors import RejectedError
from mainstay.outlook import NotificationPolicy, Preferences, wanted_instant
from mainstay.ports import (
    DueNotification,
    NotificationPage,
    NotificationPlan,
    NotificationTarget,
    Notified,
    OutboxEntry,
    Unreadable,
)
from mainstay.ports.notification_entries import (
    first_replanned,
    notification_key,
    replanned,
    storable_notification,
    storable_preferences,
)
from mainstay.testing.memory._outlook import Place, Told
from mainstay.testing.memory._transaction import Transaction

__all__ = ["MemoryNotifications"]


class MemoryNotifications:
    """A :class:`mainstay.ports.NotificationStore`.

    Args:
        lock: Held while anything changes.
        told: What users are told, and when they want to be.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.testing.memory import MemoryStore
        >>> notifications, noon = MemoryStore().notifications, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> notifications.prefer("ada", Preferences("Asia/Tokyo", quiet_weekdays={5, 6}), now=noon)
        >>> {user: said.zone for user, said in notifications.preferences(["ada", "bob"]).items()}
        {'ada': 'Asia/Tokyo'}
    """

    def __init__(self, lock: RLock, told: Told) -> None:
        self._lock = lock
        self._told = told

    @contextmanager
    def page(self) -> Iterator[NotificationPage]:
        """Begin a transaction: kept if the block ends well, undone if it raises."""
        with self._lock:
            page = _Page(self._told, self._told.plan)
            yield page
            if not page.transaction.rejected:
                self._told.outbox.put(page.entries.values())
                self._told.plan = page.plan

    def count_due(self, target: NotificationTarget) -> int:
        """Return how many outlooks are without a notification, of all days that may be due."""
        with self._lock:
            return len(_Page(self._told, self._told.plan).all_due(target))

    def count_users(self, target: NotificationTarget) -> int:
        """Return how many users the outlooks that are due have: one user may have several."""
        with self._lock:
            due = _Page(self._told, self._told.plan).all_due(target)
            return len({each.user_id for each in due})

    def plan(self) -> NotificationPlan | None:
        """Return how far notifications have been planned; ``None`` if none ever were."""
        return self._told.plan

    def prefer(self, user_id: str, preferences: Preferences, *, now: datetime) -> None:
        """Keep when a user wants to be told, and plan what waits by it."""
        wanted, at = storable_preferences(user_id, preferences), checks.instant("now", now)
        with self._lock:
            self._told.preferences = {**self._told.preferences, user_id: wanted}
            for place in self._told.outlooks:
                if place[0] == user_id and place[1] >= first_replanned(at):
                    self._replan(place, wanted, at)

    def _replan(self, place: Place, preferences: Preferences, now: datetime) -> None:
        told, plan = self._told, self._told.plan
        policy = NotificationPolicy() if plan is None else plan.policy
        wanted = wanted_instant(preferences, place[1], policy=policy)
        entry = replanned(told.notification(place), place, wanted, now=now, plan=plan)
        if entry is not None:
            told.outbox.replace(entry, now=now)

    def preferences(self, user_ids: Iterable[str]) -> Mapping[str, Preferences]:
        """Return when some users want to be told, by user id."""
        asked = {checks.text("user_ids", user) for user in checks.iterable("user_ids", user_ids)}
        with self._lock:
            return {user: kept for user in sorted(asked) if (kept := self._preferences(user))}

    def _preferences(self, user_id: str) -> Preferences | None:
        if user_id in self._told.unreadable:
            raise self._told.unreadable.error(user_id)
        return self._told.preferences.get(user_id)

    def of_user(
        self, user_id: str, *, before: date | None = None, limit: int = 100
    ) -> Sequence[Notified]:
        """Return a user's notifications, the latest day first."""
        checks.text("user_id", user_id)
        end = None if before is None else checks.day("before", before)
        days = [day for user, day in self._told.outlooks if user == user_id]
        places = [(user_id, day) for day in sorted(days, reverse=True) if end is None or day < end]
        return self._notified(places, limit)

    def of_day(
        self, day: date, *, after: str | None = None, limit: int = 1000
    ) -> Sequence[Notified]:
        """Return the notifications of a day, by user id."""
        checks.day("day", day)
        users = [user for user, their_day in self._told.outlooks if their_day == day]
        places = [(user, day) for user in sorted(users) if after is None or user > after]
        return self._notified(places, limit)

    def _notified(self, places: Iterable[Place], limit: int) -> list[Notified]:
        with self._lock:
            found = [
                (place, entry)
                for place in places
                if (entry := self._told.notification(place)) is not None
            ]
            return [
                Notified(entry, self._preferences(place[0]), self._told.outlooks[place].viewed_at)
                for place, entry in found[: checks.integer("limit", limit, 1)]
            ]


@attrs.define
class _Page:
    """One transaction on outlooks of which users are to be told."""

    told: Told
    plan: NotificationPlan | None
    entries: dict[str, OutboxEntry] = attrs.field(factory=dict)
    transaction: Transaction[DueNotification] = attrs.field(factory=Transaction[DueNotification])

    def due(
        self, target: NotificationTarget, *, after: str | None = None, limit: int
    ) -> Sequence[DueNotification | Unreadable]:
        """Return outlooks without a notification, of all days that may be due."""
        due = [each for each in self.all_due(target) if after is None or each.key > after]
        before = self.plan or NotificationPlan(policy=target.policy)
        self.plan = before.after(target, ended=not due)
        some = due[: checks.integer("limit", limit, 1)]
        readable = [each for each in some if each.user_id not in self.told.unreadable]
        self.transaction.read.update(
            (notification_key(each.user_id, each.day), each) for each in readable
        )
        return [each if each in readable else self._unreadable(each) for each in some]

    def all_due(self, target: NotificationTarget) -> list[DueNotification]:
        """Return all outlooks without a notification, by day and user."""
        first, last = checks.instance("target", target, NotificationTarget).days(self.plan)
        due = [
            DueNotification(user, day, self.told.preferences.get(user))
            for user, day in self.told.outlooks
            if first <= day <= last and not self._has_notification((user, day))
        ]
        return sorted(due, key=lambda each: (each.day, each.user_id))

    def _has_notification(self, place: Place) -> bool:
        there = self.told.notification(place) is not None
        return there or notification_key(*place) in self.entries

    def _unreadable(self, due: DueNotification) -> Unreadable:
        return Unreadable(due.key, self.told.unreadable.error(due.user_id))

    def keep(self, done: Sequence[OutboxEntry]) -> None:
        """Put notifications."""
        for entry in done:
            due = self.transaction.due(entry.key, field="key")
            try:
                self.entries[entry.key] = storable_notification(entry, due)
            except RejectedError:
                self.transaction.rejected = True
                raise
