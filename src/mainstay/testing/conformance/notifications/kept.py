"""What a :class:`mainstay.ports.NotificationPage` keeps."""

from __future__ import annotations

from functools import partial

import attrs

from mainstay.errors import RejectedError
from mainstay.ports import HasOutlooks, NotificationTarget, OutboxEntry
from mainstay.ports.notification_entries import notification_entry
from mainstay.scheduling import PlainData
from mainstay.testing.conformance._activity import CODE_POINTS
from mainstay.testing.conformance._credits import DAY, NOON
from mainstay.testing.conformance._expect import expect, raised
from mainstay.testing.conformance._outlooks import (
    MORNING,
    TOMORROW,
    add,
    due_keys,
    notification,
    plan,
    planning,
)

__all__ = ["KeptNotificationsConformance"]

_ADA, _BOB = (notification_entry(user, TOMORROW, MORNING) for user in ("ada", "bob"))


class KeptNotificationsConformance:
    """Tests of what pages keep."""

    def test_notifications_are_put(self, store: HasOutlooks) -> None:
        """``keep``: "Put notifications", into the outbox."""
        add(store, *CODE_POINTS)
        plan(store)
        for user in CODE_POINTS:
            entry = notification_entry(user, TOMORROW, MORNING)
            expect(notification(store, user), entry, "due at its time")
        expect(store.outbox.count_waiting("outlook"), len(CODE_POINTS), "one each")

    def test_another_instant_can_be_kept(self, store: HasOutlooks) -> None:
        """``keep``: whenever it is due."""
        add(store, "ada")
        entry = notification_entry("ada", TOMORROW, NOON + 99 * DAY)
        with store.notifications.page() as page:
            page.due(planning(), limit=9)
            page.keep([entry])
        expect(notification(store, "ada"), entry, "as it was given")

    def test_a_notification_of_what_is_planned_is_rejected(self, store: HasOutlooks) -> None:
        """``keep``: rejected if "One was not due in this transaction"."""
        add(store, "bob")
        plan(store, NotificationTarget(NOON, day=TOMORROW))
        self._require_rejected(store, attrs.evolve(_BOB, due_at=NOON))
        expect(notification(store, "bob"), _BOB, "it stays")

    def test_a_notification_of_another_day_is_rejected(self, store: HasOutlooks) -> None:
        """``keep``: rejected if "One was not due in this transaction"."""
        self._require_rejected(store, notification_entry("bob", TOMORROW + DAY, MORNING))

    def test_what_is_not_the_notification_is_rejected(self, store: HasOutlooks) -> None:
        """``keep``: rejected if it "can't be kept": as what it is not."""
        for other in (
            attrs.evolve(_BOB, kind="notice"),
            attrs.evolve(_BOB, user_id="ada"),
            attrs.evolve(_BOB, user_id=None),
            attrs.evolve(_BOB, payload=PlainData({"day": "2024-05-17"})),
            attrs.evolve(_BOB, attempts=1),
            attrs.evolve(_BOB, expires_at=MORNING),
        ):
            self._require_rejected(store, other)

    def _require_rejected(self, store: HasOutlooks, bad: OutboxEntry) -> None:
        add(store, "ada", "bob")
        before = due_keys(store, planning())

        def keep(*, at_once: bool) -> None:
            with store.notifications.page() as page:
                page.due(planning(), limit=9)
                for done in [[_ADA, bad]] if at_once else [[_ADA], [bad]]:
                    page.keep(done)

        for at_once in (True, False):
            raised(RejectedError, partial(keep, at_once=at_once), "it can't be kept")
        expect(notification(store, "ada"), None, "nothing of the rest is kept")
        expect(due_keys(store, planning()), before, "all are due as before")
