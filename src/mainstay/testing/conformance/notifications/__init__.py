"""What every :class:`mainstay.ports.NotificationStore` must do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mainstay.ports import (
    DueNotification,
    HasOutlooks,
    NotificationStore,
    NotificationTarget,
    OutboxEntry,
)
from mainstay.ports.notification_entries import notification_entry
from mainstay.testing.conformance._outlooks import MORNING, TOMORROW, add, planning
from mainstay.testing.conformance.notifications.due_outlooks import DueNotificationsConformance
from mainstay.testing.conformance.notifications.history import HistoryConformance
from mainstay.testing.conformance.notifications.how_far import HowFarConformance
from mainstay.testing.conformance.notifications.kept import KeptNotificationsConformance
from mainstay.testing.conformance.notifications.preferences import PreferencesConformance
from mainstay.testing.conformance.notifications.replanned import ReplannedConformance
from mainstay.testing.conformance.pages import PagesConformance

__all__ = ["NotificationConformance"]


class NotificationConformance(
    PagesConformance[HasOutlooks, NotificationTarget, DueNotification, OutboxEntry],
    DueNotificationsConformance,
    HowFarConformance,
    KeptNotificationsConformance,
    PreferencesConformance,
    ReplannedConformance,
    HistoryConformance,
):
    """Tests of a store of notifications: give them an empty one as ``store``.

    Each is one promise of :class:`mainstay.ports.NotificationStore` or its pages, in the words of
    their docstrings.

    Examples:
        >>> from unittest import TestCase
        >>> from mainstay.testing.memory import MemoryStore
        >>> class TestMyNotifications(NotificationConformance, TestCase):
        ...     def make_store(self):
        ...         return MemoryStore()  # here: yours
        >>> TestMyNotifications("test_another_time_is_planned").run().wasSuccessful()
        True
    """

    def keys(self) -> Sequence[str]:
        """Return the keys of outlooks."""
        return [f"{TOMORROW}:{user}" for user in self.odd_users()]

    def pages(self, store: HasOutlooks) -> NotificationStore:
        """Return the port."""
        return store.notifications

    def make_due(self, store: HasOutlooks, keys: Iterable[str]) -> NotificationTarget:
        """Keep outlooks."""
        add(store, *(key.partition(":")[2] for key in keys))
        return planning()

    def done(self, due: DueNotification, target: NotificationTarget) -> OutboxEntry:
        """Return its notification."""
        return notification_entry(due.user_id, due.day, target.until)

    def done_by_a_stranger(self) -> OutboxEntry:
        """Return the notification of somebody who was told nothing."""
        return notification_entry(self.stranger(), TOMORROW, MORNING)
