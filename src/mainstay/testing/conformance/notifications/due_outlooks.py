"""Which outlooks are due in a :class:`mainstay.ports.NotificationPage`."""

from __future__ import annotations

from datetime import time, timedelta, timezone

from mainstay.outlook import Preferences
from mainstay.ports import DueNotification, HasOutlooks, NotificationTarget, OutboxState
from mainstay.ports.notification_entries import notification_entry
from mainstay.testing.conformance._activity import may, readable
from mainstay.testing.conformance._credits import DAY, MICROSECOND, NOON
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._outlooks import (
    HOUR,
    MORNING,
    TOMORROW,
    add,
    claim,
    due_keys,
    finish,
    plan,
    planning,
)
from mainstay.testing.conformance._suite import Suite

__all__ = ["DueNotificationsConformance"]


class DueNotificationsConformance(Suite[HasOutlooks]):
    """Tests of outlooks of which users are to be told."""

    def test_nothing_is_planned_where_nobody_is_told_anything(self, store: HasOutlooks) -> None:
        """``due`` returns "outlooks without a notification"."""
        expect(due_keys(store, planning()), [], "there is none")
        expect(store.notifications.count_due(planning()), 0, "nor counted")
        expect(store.notifications.count_users(planning()), 0, "nor anybody")

    def test_days_that_may_be_due_are_read(self, store: HasOutlooks) -> None:
        """``due``: "of all days that may be due": anywhere, from two hours ago on, for a day."""
        ada = self.user_id(1)
        for day in range(12, 21):
            add(store, ada, day=may(day))
        # 10:00 on the 15th to 12:00 on the 16th: the 14th where it is west, the 17th in the east.
        days = ["2024-05-14", "2024-05-15", "2024-05-16", "2024-05-17"]
        expect(due_keys(store, planning()), [f"{day}:{ada}" for day in days], "of so many")
        west = NOON.astimezone(timezone(timedelta(hours=-11)))
        expect(
            due_keys(store, planning(west)), [f"{day}:{ada}" for day in days], "written otherwise"
        )
        early = may(14), NOON - 10 * HOUR - MICROSECOND
        (first, *_) = due_keys(store, planning(early[1]))
        expect(first, f"2024-05-13:{ada}", "two hours ago it was yesterday")

    def test_a_single_day_is_read_however_far_away_it_is(self, store: HasOutlooks) -> None:
        """``day``: "Only this day, however far away its instants are"."""
        ada, bob = self.users(2)
        for day in (1, 16, 31):
            add(store, ada, bob, day=may(day))
        plan(store, NotificationTarget(NOON, day=may(16)))
        for day in (1, 31):
            found = due_keys(store, NotificationTarget(NOON, day=may(day)))
            expect(found, [f"{may(day)}:{ada}", f"{may(day)}:{bob}"], "both")
        expect(due_keys(store, NotificationTarget(NOON, day=may(2))), [], "nobody is told then")

    def test_outlooks_are_in_the_order_of_days_and_users(self, store: HasOutlooks) -> None:
        """``due``: "by day and user"; ``after``: "Only those with a later key"."""
        odd = self.odd_users()
        days = (may(15), may(16))
        for day in reversed(days):
            add(store, *reversed(odd), day=day)
        keys = [f"{day}:{user}" for day in days for user in odd]
        expect(due_keys(store, planning()), keys, "days first")
        expect(store.notifications.count_users(planning()), len(odd), "each counts once")
        with store.notifications.page() as page:
            for place in (0, 5, 6, 11):
                found = readable(page.due(planning(), after=keys[place], limit=3))
                expect([each.key for each in found], keys[place + 1 : place + 4], "the next three")
            between = readable(page.due(planning(), after="2024-05-15", limit=1))
            expect([each.key for each in between], keys[:1], "a key that there is not")

    def test_preferences_come_with_outlooks(self, store: HasOutlooks) -> None:
        """``preferences``: "When they want to be told, if they have said so"."""
        ada, bob, cyd = self.users(3)
        theirs = {
            ada: Preferences("Asia/Tokyo", time(5), time(23, 59, 59), {0, 6}, False, "sms 🙂"),
            bob: Preferences(),
        }
        for user, preferences in theirs.items():
            store.notifications.prefer(user, preferences, now=NOON)
        add(store, ada, bob, cyd)
        with store.notifications.page() as page:
            found = readable(page.due(planning(), limit=9))
        expected = [DueNotification(user, TOMORROW, theirs.get(user)) for user in (ada, bob, cyd)]
        expect(found, expected, "all, also of who is off")

    def test_who_has_a_notification_is_not_due(self, store: HasOutlooks) -> None:
        """``due``: "without a notification", whatever has become of it."""
        unplanned, *users = self.users(1 + len(OutboxState))
        states = dict(zip(users, OutboxState, strict=True))
        add(store, *states, unplanned)
        with store.notifications.page() as page:
            page.due(planning(), limit=9)
            page.keep([notification_entry(user, TOMORROW, MORNING) for user in states])
        expect(due_keys(store, planning()), [f"{TOMORROW}:{unplanned}"], "planned")
        for entry in claim(store, MORNING):
            finish(store, entry, states[f"{entry.user_id}"])
        expect(due_keys(store, planning()), [f"{TOMORROW}:{unplanned}"], "and later")

    def test_another_entry_of_the_user_is_not_a_notification(self, store: HasOutlooks) -> None:
        """``due``: "without a notification": for the same day."""
        ada = self.user_id(1)
        add(store, ada, day=may(15))
        plan(store, NotificationTarget(NOON - DAY, day=may(15)))
        add(store, ada, day=may(16))
        expect(due_keys(store, planning()), [f"2024-05-16:{ada}"], "that of another day")
