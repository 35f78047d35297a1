"""What is planned at once when an outlook comes after its time was planned."""

from __future__ import annotations

from contextlib import suppress
from datetime import time
from threading import Event

import attrs

from mainstay.outlook import NotificationPolicy, Preferences
from mainstay.ports import HasOutlooks, NotificationTarget, OutboxState, OutlookMade
from mainstay.ports.notification_entries import notification_entry
from mainstay.testing.conformance._activity import may, readable
from mainstay.testing.conformance._credits import DAY, MICROSECOND, MINUTE, NOON
from mainstay.testing.conformance._expect import expect, together
from mainstay.testing.conformance._outlooks import (
    HOUR,
    MORNING,
    TOMORROW,
    add,
    claim,
    did_at,
    due_keys,
    finish,
    make,
    notification,
    outlook,
    plan,
    planning,
    target,
)
from mainstay.testing.conformance._suite import Suite
from mainstay.testing.conformance._transactions import Interrupted

__all__ = ["PlannedAtOnceConformance"]

_LONG, _A_MOMENT = 60.0, 0.1


class PlannedAtOnceConformance(Suite[HasOutlooks]):
    """Tests of outlooks whose time was planned before they came."""

    def test_nothing_is_planned_with_an_outlook_before_its_time_is(
        self, store: HasOutlooks
    ) -> None:
        """``keep``: only one "whose time comes before the instant" up to which all is planned."""
        ada, bob, cyd = self.users(3)
        add(store, ada)
        expect(notification(store, ada), None, "no run has planned anything")
        plan(store, planning(MORNING - DAY))
        add(store, bob)
        expect(notification(store, bob), None, "its time is the first that is not planned")
        plan(store, planning(MORNING - DAY + MICROSECOND))
        add(store, cyd)
        entry = notification_entry(cyd, TOMORROW, MORNING)
        expect(notification(store, cyd), entry, "its time has been planned")

    def test_an_outlook_of_a_page_is_planned_with_it(self, store: HasOutlooks) -> None:
        """``keep``: it "is planned with it, as :meth:`NotificationStore.page` would have"."""
        ada, bob = self.users(2)
        plan(store)
        for user in (ada, bob):
            did_at(store, user, NOON - DAY)
        make(store)
        for user in (ada, bob):
            entry = notification_entry(user, TOMORROW, MORNING)
            expect(notification(store, user), entry, "in the same transaction")
        expect(due_keys(store, planning()), [], "nothing is left to plan")

    def test_a_page_that_is_undone_plans_nothing(self, store: HasOutlooks) -> None:
        """``page``: "undone if it raises", with what was planned."""
        ada = self.user_id(1)
        plan(store)
        did_at(store, ada, NOON - DAY)
        with suppress(Interrupted), store.outlooks.page() as page:
            page.due(target(), limit=9)
            page.keep([OutlookMade(ada, outlook(ada))])
            raise Interrupted
        expect(notification(store, ada), None, "there is no outlook")

    def test_preferences_say_when(self, store: HasOutlooks) -> None:
        """``keep``: planned "as :meth:`NotificationStore.page` would have planned it"."""
        early, off, quiet, late, tokyo = self.users(5)
        theirs = {
            early: Preferences(weekday=time(5)),
            off: Preferences(enabled=False),
            quiet: Preferences(quiet_weekdays={3}),
            late: Preferences(weekday=time(12, 0, 1)),
            tokyo: Preferences("Asia/Tokyo"),
        }
        for user, preferences in theirs.items():
            store.notifications.prefer(user, preferences, now=NOON - DAY)
        plan(store)
        add(store, *theirs)
        found = {user: entry.due_at for user in theirs if (entry := notification(store, user))}
        expect(
            found,
            {early: MORNING - HOUR - 45 * MINUTE, tokyo: MORNING - 9 * HOUR},
            "a Thursday at five, at 06:45 in Tokyo, at noon and a second, and never",
        )

    def test_the_policy_of_the_last_run_says_when(self, store: HasOutlooks) -> None:
        """``keep``: planned as a page would have, by the policy of the plan."""
        seven, east, never = users = self.users(3)
        plan(store, planning(policy=NotificationPolicy(weekday=time(7), weekend=time(7))))
        add(store, seven)
        plan(store, planning(policy=NotificationPolicy(zone="+01:00")))
        add(store, east)
        plan(store, planning(policy=NotificationPolicy(enabled=False)))
        add(store, never)
        found = [notification(store, user) for user in users]
        instants = [None if entry is None else entry.due_at for entry in found]
        expect(instants, [MORNING + 15 * MINUTE, MORNING - HOUR, None], "each by the last one")

    def test_a_time_long_past_is_planned_and_expires(self, store: HasOutlooks) -> None:
        """``keep``: it is planned, however late it comes, and expires two hours after its time."""
        ada = self.user_id(1)
        plan(store)
        add(store, ada, day=may(10))
        entry = notification(store, ada, may(10))
        expect(entry, notification_entry(ada, may(10), MORNING - 6 * DAY), "there it is")
        expect(claim(store, NOON), [], "nobody sends it")
        expect(store.outbox.expire("outlook", now=NOON), 1, "it has expired")

    def test_single_days_are_not_how_far_is_planned(self, store: HasOutlooks) -> None:
        """``until``: "``None`` if only single days were planned"."""
        ada = self.user_id(1)
        plan(store, NotificationTarget(NOON, day=TOMORROW))
        add(store, ada)
        expect(notification(store, ada), None, "a run will plan it")

    def test_an_outlook_that_replaces_one_keeps_its_notification(self, store: HasOutlooks) -> None:
        """``put``: "One whose key is there already changes nothing": there is one a day."""
        ada, bob = self.users(2)
        add(store, ada, bob)
        plan(store)
        claimed = {entry.user_id: entry for entry in claim(store, MORNING)}
        cancelled = finish(store, claimed[bob], OutboxState.CANCELLED)
        waits = finish(store, claimed[ada], OutboxState.WAITING)
        for user in (ada, bob):
            kept = store.outlooks.add(
                attrs.evolve(outlook(user), generated_at=NOON + DAY), force=True
            )
            expect(kept, True, "nobody was told of the first one")
        found = [notification(store, user) for user in (ada, bob)]
        expect(found, [waits, cancelled], "as it was")

    def test_pages_of_outlooks_and_of_notifications_happen_in_turn(
        self, store: HasOutlooks
    ) -> None:
        """``page``: "before or after a page of :meth:`NotificationStore.page`, never at once"."""
        ada = self.user_id(1)
        did_at(store, ada, NOON - DAY)
        has_read, second_has_read = Event(), Event()

        def tell() -> list[str]:
            with store.outlooks.page() as page:
                found = readable(page.due(target(), limit=9))
                has_read.set()
                second_has_read.wait(_A_MOMENT)
                page.keep([OutlookMade(each.user_id, outlook(each.user_id)) for each in found])
            return [each.key for each in found]

        def look() -> list[str]:
            has_read.wait(_LONG)
            with store.notifications.page() as page:
                found = readable(page.due(planning(), limit=9))
                second_has_read.set()
            return [each.key for each in found]

        found = together(tell, look)
        expect(found, [[ada], [f"2024-05-16:{ada}"]], "the second page sees what the first kept")
