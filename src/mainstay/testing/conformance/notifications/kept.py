"""What a :class:`mainstay.ports.NotificationPage` keeps."""

from __future__ import annotations

from functools import partial

import attrs

from mainstay.errors import RejectedError
from mainstay.ports import HasOutlooks, NotificationTarget, OutboxEntry
from mainstay.ports.notification_entries import notification_entry
from mainstay.scheduling import PlainData
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
from mainstay.testing.conformance._suite import Suite

__all__ = ["KeptNotificationsConformance"]


class KeptNotificationsConformance(Suite[HasOutlooks]):
    """Tests of what pages keep."""

    def test_notifications_are_put(self, store: HasOutlooks) -> None:
        """``keep``: "Put notifications", into the outbox."""
        odd = self.odd_users()
        add(store, *odd)
        plan(store)
        for user in odd:
            entry = notification_entry(user, TOMORROW, MORNING)
            expect(notification(store, user), entry, "due at its time")
        expect(store.outbox.count_waiting("outlook"), len(odd), "one each")

    def test_another_instant_can_be_kept(self, store: HasOutlooks) -> None:
        """``keep``: whenever it is due."""
        ada = self.user_id(1)
        add(store, ada)
        entry = notification_entry(ada, TOMORROW, NOON + 99 * DAY)
        with store.notifications.page() as page:
            page.due(planning(), limit=9)
            page.keep([entry])
        expect(notification(store, ada), entry, "as it was given")

    def test_a_notification_of_what_is_planned_is_rejected(self, store: HasOutlooks) -> None:
        """``keep``: rejected if "One was not due in this transaction"."""
        _, bob = self.users(2)
        add(store, bob)
        plan(store, NotificationTarget(NOON, day=TOMORROW))
        planned = notification_entry(bob, TOMORROW, MORNING)
        self._require_rejected(store, attrs.evolve(planned, due_at=NOON))
        expect(notification(store, bob), planned, "it stays")

    def test_a_notification_of_another_day_is_rejected(self, store: HasOutlooks) -> None:
        """``keep``: rejected if "One was not due in this transaction"."""
        _, bob = self.users(2)
        self._require_rejected(store, notification_entry(bob, TOMORROW + DAY, MORNING))

    def test_what_is_not_the_notification_is_rejected(self, store: HasOutlooks) -> None:
        """``keep``: rejected if it "can't be kept": as what it is not."""
        ada, bob = self.users(2)
        his = notification_entry(bob, TOMORROW, MORNING)
        for other in (
            attrs.evolve(his, kind="notice"),
            attrs.evolve(his, user_id=ada),
            attrs.evolve(his, user_id=None),
            attrs.evolve(his, payload=PlainData({"day": "2024-05-17"})),
            attrs.evolve(his, attempts=1),
            attrs.evolve(his, expires_at=MORNING),
        ):
            self._require_rejected(store, other)

    def _require_rejected(self, store: HasOutlooks, bad: OutboxEntry) -> None:
        ada, bob = self.users(2)
        add(store, ada, bob)
        good = notification_entry(ada, TOMORROW, MORNING)
        before = due_keys(store, planning())

        def keep(*, at_once: bool) -> None:
            with store.notifications.page() as page:
                page.due(planning(), limit=9)
                for done in [[good, bad]] if at_once else [[good], [bad]]:
                    page.keep(done)

        for at_once in (True, False):
            raised(RejectedError, partial(keep, at_once=at_once), "it can't be kept")
        expect(notification(store, ada), None, "nothing of the rest is kept")
        expect(due_keys(store, planning()), before, "all are due as before")
