"""What can be read of notifications in a :class:`mainstay.ports.NotificationStore`."""

from __future__ import annotations

from datetime import date, time

from mainstay.outlook import Mark, Preferences
from mainstay.ports import HasOutlooks, NotificationTarget, Notified, OutboxState
from mainstay.ports.notification_entries import notification_entry
from mainstay.testing.conformance._activity import may
from mainstay.testing.conformance._credits import DAY, NOON
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._outlooks import (
    MORNING,
    TOMORROW,
    add,
    claim,
    finish,
    outlook,
    plan,
)
from mainstay.testing.conformance._suite import Suite

__all__ = ["HistoryConformance"]


def _plan(store: HasOutlooks, day: date) -> None:
    plan(store, NotificationTarget(NOON, day=day))


def _days(
    store: HasOutlooks, user: str, *, before: date | None = None, limit: int = 100
) -> list[object]:
    found = store.notifications.of_user(user, before=before, limit=limit)
    return [each.entry.payload["day"] for each in found]


def _users(store: HasOutlooks, *, after: str | None = None, limit: int = 1000) -> list[str | None]:
    found = store.notifications.of_day(TOMORROW, after=after, limit=limit)
    return [each.entry.user_id for each in found]


class HistoryConformance(Suite[HasOutlooks]):
    """Tests of what came of notifications."""

    def test_there_is_no_history_at_first(self, store: HasOutlooks) -> None:
        """``of_user``, ``of_day``: an outlook that nobody has planned has no notification."""
        ada = self.user_id(1)
        add(store, ada)
        expect(list(store.notifications.of_user(ada)), [], "hers")
        expect(list(store.notifications.of_day(TOMORROW)), [], "that day's")

    def test_a_notification_says_what_came_of_it(self, store: HasOutlooks) -> None:
        """``Notified``: "as the outbox has it", with preferences, and when it was seen."""
        ada, bob = self.users(2)
        add(store, ada, bob)
        theirs = Preferences("UTC", time(6, 45), time(9), {2}, channel="mail")
        store.notifications.prefer(ada, theirs, now=NOON)
        plan(store)
        bobs = Notified(notification_entry(bob, TOMORROW, MORNING))
        expected = [Notified(notification_entry(ada, TOMORROW, MORNING), theirs), bobs]
        expect(list(store.notifications.of_day(TOMORROW)), expected, "planned")
        (entry,) = [each for each in claim(store, MORNING) if each.user_id == ada]
        done = finish(store, entry, OutboxState.DONE)
        store.outlooks.mark(ada, TOMORROW, Mark.VIEWED, at=NOON + DAY)
        seen = Notified(done, theirs, NOON + DAY)
        expect(store.notifications.of_day(TOMORROW)[0], seen, "done and seen")
        expect(list(store.notifications.of_user(ada)), [seen], "in hers, too")

    def test_the_latest_day_comes_first(self, store: HasOutlooks) -> None:
        """``of_user``: "the latest day first"; ``before``, ``limit``."""
        ada, bob = self.users(2)
        for day in (14, 18, 16, 12):
            add(store, ada, bob, day=may(day))
            _plan(store, may(day))
        store.outlooks.add(outlook(ada, may(17)))
        every = ["2024-05-18", "2024-05-16", "2024-05-14", "2024-05-12"]
        expect(_days(store, ada), every, "all of hers")
        expect(_days(store, ada, before=may(17)), every[1:], "those for days before it")
        expect(_days(store, ada, before=may(16)), every[2:], "also if there is one for it")
        expect(_days(store, ada, limit=1), every[:1], "one at most")
        expect(_days(store, ada, before=may(18), limit=2), every[1:3], "the next two")
        expect(_days(store, ada, before=may(12)), [], "nothing at the end")

    def test_users_of_a_day_are_in_order(self, store: HasOutlooks) -> None:
        """``of_day``: "by user id", by code point; ``after``, ``limit``."""
        everybody = self.odd_users()
        for day in (TOMORROW, TOMORROW + DAY):
            add(store, *reversed(everybody), day=day)
        for day in (TOMORROW + DAY, TOMORROW):
            _plan(store, day)
        expect(_users(store), everybody, "by code point")
        expect(_users(store, limit=2), everybody[:2], "two at most")
        for place, user in enumerate(everybody, 1):
            expect(_users(store, after=user), everybody[place:], f"what comes after {user!r}")
            expect(_users(store, after=user, limit=1), everybody[place:][:1], "and its first")
        found = store.notifications.of_day(TOMORROW)
        days = {each.entry.payload["day"] for each in found}
        expect(days, {"2024-05-16"}, "of this day alone")
