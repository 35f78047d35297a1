"""What becomes of notifications once users want to be told at another time."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from threading import Event

import attrs

from mainstay.outlook import NotificationPolicy, Preferences
from mainstay.ports import HasOutlooks, OutboxEntry, OutboxState
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
    finish,
    notification,
    plan,
    planning,
)
from mainstay.testing.conformance._suite import Suite

__all__ = ["ReplannedConformance"]

_OFF = Preferences(enabled=False)
_LONG, _A_MOMENT = 60.0, 0.1


def _prefer(store: HasOutlooks, user: str, preferences: Preferences, now: datetime = NOON) -> None:
    store.notifications.prefer(user, preferences, now=now)


def _at(hour: int, minute: int = 0, *, zone: str | None = None) -> Preferences:
    return Preferences(zone, weekday=time(hour, minute))


def _stands(store: HasOutlooks, user: str) -> tuple[str, timedelta] | None:
    """Return what has become of a user's notification, and when it is due on that day."""
    entry = notification(store, user)
    if entry is None:
        return None
    expect(entry.expires_at, entry.due_at + 2 * HOUR, "it expires two hours later")
    return entry.state.value, entry.due_at - (MORNING - 6 * HOUR - 45 * MINUTE)


def _waits(hours: float) -> tuple[str, timedelta]:
    return "waiting", timedelta(hours=hours)


class ReplannedConformance(Suite[HasOutlooks]):
    """Tests of ``prefer``, which plans "what waits by it"."""

    def test_another_time_is_planned(self, store: HasOutlooks) -> None:
        """``replanned``: "One that waits ... is due at the new instant", later or earlier."""
        ada, bob = self.users(2)
        add(store, ada, bob)
        plan(store)
        for preferences, hours in (
            (_at(8), 8),
            (_at(5, 30), 5.5),
            (_at(23), 23),
            (_at(8, zone="Asia/Tokyo"), -1),
            (_at(8, zone="-12:00"), 20),
            (Preferences(weekend=time(1)), 6.75),
        ):
            _prefer(store, ada, preferences)
            expect(_stands(store, ada), _waits(hours), f"{preferences}")
        bobs = notification_entry(bob, TOMORROW, MORNING)
        expect(notification(store, bob), bobs, "those of others stay")

    def test_who_is_off_is_not_told_until_they_are_on(self, store: HasOutlooks) -> None:
        """``replanned``: cancelled "if the user wants not to be told"; then due once more."""
        ada = self.user_id(1)
        add(store, ada)
        plan(store)
        for off in (_OFF, Preferences(quiet_weekdays={3})):
            _prefer(store, ada, off)
            expect(_stands(store, ada), ("cancelled", timedelta(hours=6.75)), "not to be told")
            expect(claim(store, MORNING), [], "nobody sends it")
            _prefer(store, ada, _at(7))
            expect(_stands(store, ada), _waits(7), "told after all")
            _prefer(store, ada, Preferences())
        expect(len(claim(store, MORNING)), 1, "once")

    def test_what_is_past_is_due_at_once_or_cancelled(self, store: HasOutlooks) -> None:
        """``replanned``: "at once if that is at most two hours ago", else "it is cancelled"."""
        ada = self.user_id(1)
        add(store, ada)
        plan(store)
        _prefer(store, ada, _at(12))
        nine = MORNING + 2 * HOUR + 15 * MINUTE
        for preferences, found in (
            (_at(7), ("cancelled", timedelta(hours=12))),
            (_at(9), _waits(9)),
            (_at(8), _waits(8)),
            (_at(7, 1), _waits(7 + 1 / 60)),
            (_at(7), ("cancelled", timedelta(hours=7, minutes=1))),
            (_at(14), _waits(14)),
        ):
            _prefer(store, ada, preferences, now=nine)
            expect(_stands(store, ada), found, f"{preferences.weekday}, at nine")

    def test_what_is_late_can_be_claimed_at_once(self, store: HasOutlooks) -> None:
        """``replanned``: "at once if that is at most two hours ago"."""
        ada = self.user_id(1)
        add(store, ada)
        plan(store)
        _prefer(store, ada, _at(9), now=MORNING - HOUR)
        _prefer(store, ada, _at(5), now=MORNING)
        (entry,) = claim(store, MORNING)
        expect(entry.due_at, MORNING - HOUR - 45 * MINUTE, "due an hour and three quarters ago")

    def test_who_has_no_notification_yet_gets_one(self, store: HasOutlooks) -> None:
        """``plan``: "Before that, one that is not there is added"."""
        ada = self.user_id(1)
        add(store, ada)
        _prefer(store, ada, _OFF)
        plan(store)
        expect(_stands(store, ada), None, "she is off")
        _prefer(store, ada, _at(12, zone="-00:01"))
        expect(_stands(store, ada), None, "a run will plan it: all before noon is planned")
        _prefer(store, ada, _at(12))
        expect(_stands(store, ada), None, "and this is the first instant that is not")
        _prefer(store, ada, _at(7), now=MORNING + 2 * HOUR + 15 * MINUTE)
        expect(_stands(store, ada), None, "it would be too late")
        _prefer(store, ada, _at(11, 59))
        expect(_stands(store, ada), _waits(11 + 59 / 60), "planned just before")

    def test_nothing_is_added_that_no_run_has_planned(self, store: HasOutlooks) -> None:
        """``plan``: "How far notifications have been planned": not at all."""
        ada, bob = self.users(2)
        add(store, ada)
        _prefer(store, ada, _at(7))
        expect(_stands(store, ada), None, "a run will plan it")
        plan(store)
        expect(_stands(store, ada), _waits(7), "so it did")
        _prefer(store, bob, _at(7))
        expect(notification(store, bob), None, "nobody told him anything")

    def test_the_policy_of_the_last_run_says_where(self, store: HasOutlooks) -> None:
        """``prefer``: planned by the policy of the plan, if users don't say where they are."""
        ada = self.user_id(1)
        add(store, ada)
        plan(store, planning(policy=NotificationPolicy(zone="+01:00")))
        _prefer(store, ada, _at(8))
        expect(_stands(store, ada), _waits(7), "eight o'clock there")
        plan(store, planning(policy=NotificationPolicy(enabled=False)))
        _prefer(store, ada, _at(9))
        expect(
            _stands(store, ada), ("cancelled", timedelta(hours=7)), "nobody is told anything now"
        )

    def test_what_somebody_is_delivering_stays(self, store: HasOutlooks) -> None:
        """``prefer``: "What somebody is just delivering stays as it is"."""
        ada = self.user_id(1)
        add(store, ada)
        plan(store)
        (entry,) = claim(store, MORNING)
        for preferences in (_OFF, _at(9)):
            _prefer(store, ada, preferences, now=MORNING + 5 * MINUTE - MICROSECOND)
            expect(notification(store, ada), entry, "the lease lives")
        _prefer(store, ada, _at(9), now=MORNING + 5 * MINUTE)
        moved = attrs.evolve(
            entry, due_at=MORNING + 135 * MINUTE, expires_at=MORNING + 255 * MINUTE
        )
        expect(notification(store, ada), moved, "it has ended")
        done = attrs.evolve(entry, state=OutboxState.DONE)
        expect(store.outbox.finish(done, "me"), True, "though it still was who had it")

    def test_leases_of_a_wrong_clock_are_passed_over(self, store: HasOutlooks) -> None:
        """``Outbox``: "leases that end more than 30 minutes after ``now`` are passed over"."""
        ada = self.user_id(1)
        add(store, ada)
        plan(store)
        claim(store, MORNING)
        _prefer(store, ada, _at(9), now=MORNING - 26 * MINUTE)
        expect(_stands(store, ada), _waits(9), "it ends 31 minutes later")

    def test_what_was_given_back_is_planned_again(self, store: HasOutlooks) -> None:
        """``replanned``: "One that waits", also after an attempt that has failed."""
        ada = self.user_id(1)
        add(store, ada)
        plan(store)
        (entry,) = claim(store, MORNING)
        tried = attrs.evolve(entry, due_at=MORNING + MINUTE, error="away")
        store.outbox.finish(tried, "me")
        _prefer(store, ada, _at(8), now=MORNING)
        eight = MORNING + 75 * MINUTE
        moved = attrs.evolve(tried, due_at=eight, expires_at=eight + 2 * HOUR)
        expect(notification(store, ada), moved, "with its attempts, and its error")

    def test_what_has_come_to_its_end_stays(self, store: HasOutlooks) -> None:
        """``replanned``: "What is done, failed or expired stays"."""
        states = (OutboxState.DONE, OutboxState.FAILED, OutboxState.EXPIRED)
        for user, state in zip(self.users(3), states, strict=True):
            add(store, user)
            plan(store)
            (entry,) = claim(store, MORNING)
            end = finish(store, entry, state)
            for preferences in (_at(9), _OFF):
                _prefer(store, user, preferences, now=MORNING)
                expect(notification(store, user), end, f"it is {state}")

    def test_all_days_that_may_still_be_sent_are_planned(self, store: HasOutlooks) -> None:
        """``prefer``: "plan what waits by it": of every day, today and later, wherever they are."""
        ada = self.user_id(1)
        before = Preferences("-23:59", weekday=time(23, 59), weekend=time(23, 59))
        _prefer(store, ada, before)
        for day in (12, 14, 16, 31):
            add(store, ada, day=may(day))
            with store.notifications.page() as page:
                page.due(attrs.evolve(planning(), day=may(day)), limit=9)
                page.keep([notification_entry(ada, may(day), self._end(day))])
        _prefer(store, ada, _OFF, now=NOON + DAY + 11 * HOUR)
        found = {day: self._state(notification(store, ada, may(day))) for day in (14, 16, 31)}
        expect(found, dict.fromkeys((14, 16, 31), "cancelled"), "all of them")

    @staticmethod
    def _end(day: int) -> datetime:
        return MORNING + (day - 16) * DAY + timedelta(hours=41, minutes=13)

    @staticmethod
    def _state(entry: OutboxEntry | None) -> str | None:
        return None if entry is None else entry.state.value

    def test_preferences_and_pages_happen_in_turn(self, store: HasOutlooks) -> None:
        """``page``: "before or after ... :meth:`prefer`"."""
        ada = self.user_id(1)
        add(store, ada)
        has_read, has_preferred = Event(), Event()

        def run() -> None:
            with store.notifications.page() as page:
                readable(page.due(planning(), limit=9))
                has_read.set()
                has_preferred.wait(_A_MOMENT)
                page.keep([notification_entry(ada, TOMORROW, MORNING)])

        def prefer() -> None:
            has_read.wait(_LONG)
            _prefer(store, ada, _at(8))
            has_preferred.set()

        together(run, prefer)
        expect(_stands(store, ada), _waits(8), "what the page has put is planned by it")
