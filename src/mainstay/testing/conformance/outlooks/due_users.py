"""Who is due in a :class:`mainstay.ports.OutlookPage`, and what is known of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from mainstay.activity.session import Session
from mainstay.activity.window import ActivityWindow
from mainstay.daystarts import since_midnight
from mainstay.outlook import Mark
from mainstay.ports import HasOutlooks, OutboxState, OutlookStanding
from mainstay.scores.year.policy import YearPolicy
from mainstay.testing.conformance._activity import at, may, readable
from mainstay.testing.conformance._credits import DAY, MICROSECOND, NOON
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._outlooks import (
    HOUR,
    MORNING,
    TOMORROW,
    add,
    claim,
    did_at,
    due,
    finish,
    make,
    plan,
    target,
)
from mainstay.testing.conformance._suite import Suite

__all__ = ["DueOutlooksConformance"]

_MONTH = timedelta(days=30)
#: More sessions than a page of them has.
_MANY = 250


def _ids(store: HasOutlooks, *, force: bool = False) -> list[str]:
    return [each.user_id for each in due(store, target(force=force))]


class DueOutlooksConformance(Suite[HasOutlooks]):
    """Tests of who is to be told something."""

    def test_nobody_is_told_anything_where_nothing_happened(self, store: HasOutlooks) -> None:
        """``due`` returns "users with an event within the 30 days"."""
        expect(due(store), [], "nobody is there")
        expect(store.outlooks.count_users(target()), 0, "nor counted")
        expect(store.outlooks.count_due(target()), 0, "nor due")

    def test_users_are_due_for_thirty_days(self, store: HasOutlooks) -> None:
        """``now``: "an event within the 30 days before, this instant excluded"."""
        both_sides, first, just_after, just_before, last, within = self.users(6)
        did_at(store, first, NOON - _MONTH)
        did_at(store, just_before, NOON - _MONTH - MICROSECOND)
        did_at(store, last, NOON - MICROSECOND)
        did_at(store, just_after, NOON)
        did_at(store, both_sides, NOON - 2 * _MONTH, NOON + DAY)
        did_at(store, within, NOON - 2 * _MONTH, NOON - DAY, NOON + DAY)
        expect(_ids(store), [first, last, within], "both ends")
        expect(store.outlooks.count_users(target()), 3, "so many are counted")
        later = target(now=NOON + MICROSECOND)
        found = [each.user_id for each in due(store, later)]
        expect(found, [just_after, last, within], "a moment later")

    def test_an_instant_is_the_same_in_every_zone(self, store: HasOutlooks) -> None:
        """``now``: an instant, however it is written."""
        inside, outside = self.users(2)
        east = timezone(timedelta(hours=14))
        did_at(store, inside, (NOON - _MONTH).astimezone(east), NOON - MICROSECOND)
        did_at(store, outside, (NOON - _MONTH - MICROSECOND).astimezone(east))
        found = [each.user_id for each in due(store, target(now=NOON.astimezone(east)))]
        expect(found, [inside], "by instant, not by date")

    def test_who_was_told_is_not_due(self, store: HasOutlooks) -> None:
        """``due``: "without an outlook" for the day; those who have one are still counted."""
        odd = self.odd_users()
        for user in odd:
            did_at(store, user, NOON - DAY)
        make(store, only=odd[:2])
        add(store, odd[3], day=TOMORROW + DAY)
        expect(_ids(store), odd[2:], "the others are, for this day")
        expect(store.outlooks.count_users(target()), len(odd), "all were active")

    def test_windows_end_where_the_user_is(self, store: HasOutlooks) -> None:
        """``window``: "On which of the last 28 days they were active, as of the target's now"."""
        east, utc, west = self.users(3)
        now = NOON + since_midnight(store.sessions.day_start)
        store.sessions.add(
            [
                Session(east, now - HOUR, timezone="+14:00", id="1"),
                Session(west, now - HOUR, timezone="-12:00", id="2"),
                Session(utc, now - HOUR, id="3"),
                Session(utc, now - 27 * DAY, id="4"),
                Session(utc, now - 28 * DAY, id="5"),
                Session(utc, now + MICROSECOND, timezone="+14:00", id="6"),
            ]
        )
        windows = {each.user_id: each.window for each in due(store, target(now=now))}
        expect(
            windows,
            {
                east: ActivityWindow(may(16), 1),
                utc: ActivityWindow(may(15), 1 | 1 << 27),
                west: ActivityWindow(may(15), 1 << 1),
            },
            "an hour ago it was the 16th, the 15th and the 14th",
        )

    def test_all_sessions_of_a_window_count(self, store: HasOutlooks) -> None:
        """``window``: all of the last 28 days, however many sessions there are."""
        ada = self.user_id(1)
        first = NOON - 27 * DAY
        many = (first + number * MICROSECOND for number in range(_MANY))
        did_at(store, ada, *many, first + 9 * DAY, NOON - HOUR)
        (found,) = due(store)
        expect(found.window, ActivityWindow(may(15), 1 | 1 << 18 | 1 << 27), "three days")

    def test_outlooks_can_be_replaced_by_force(self, store: HasOutlooks) -> None:
        """``due``: with ``force``, those "neither viewed nor delivered are due, too"."""
        ada, bob, cyd = self.users(3)
        for user in (ada, bob, cyd):
            did_at(store, user, NOON - DAY)
        make(store, only=[ada, bob])
        store.outlooks.mark(ada, TOMORROW, Mark.VIEWED, at=NOON)
        expect(_ids(store), [cyd], "without force, who has none")
        expect(_ids(store, force=True), [bob, cyd], "what was viewed stays")

    def test_delivered_outlooks_stay(self, store: HasOutlooks) -> None:
        """``OutlookStore``: "its entry in the outbox is done, or has attempts"."""
        users = self.users(5)
        _, done, expired, given_back, not_due = users
        for user in users:
            did_at(store, user, NOON - DAY)
        make(store)
        plan(store)
        expect(len(_ids(store, force=True)), 5, "planned, but nobody has them")
        claimed = {entry.user_id: entry for entry in claim(store, MORNING)}
        expect(_ids(store, force=True), [], "somebody perhaps has just sent them")
        finish(store, claimed[done], OutboxState.DONE)
        finish(store, claimed[expired], OutboxState.EXPIRED)
        finish(store, claimed[given_back], OutboxState.WAITING)
        finish(store, claimed[not_due], OutboxState.CANCELLED)
        free = [expired, given_back, not_due]
        expect(_ids(store, force=True), free, "those that nobody was told of")

    def test_standings_of_some_can_be_read(self, store: HasOutlooks) -> None:
        """``standings``: "who have an event until ``now``, by user id"."""
        just, before, not_asked, later = self.users(4)
        long_ago = datetime(2020, 2, 29, 12, tzinfo=UTC)
        did_at(store, before, long_ago)
        did_at(store, just, NOON)
        did_at(store, later, NOON + MICROSECOND)
        did_at(store, not_asked, NOON)
        asked = [later, before, just, just, self.stranger()]
        found = readable(store.outlooks.standings(asked, now=NOON))
        expect(
            found,
            [
                OutlookStanding(just, ActivityWindow(may(15), 1)),
                OutlookStanding(before, ActivityWindow(may(15), 0)),
            ],
            "each once, in order",
        )
        expect(list(store.outlooks.standings([], now=NOON)), [], "nobody is asked for")

    def test_windows_are_as_long_as_the_score_needs(self, store: HasOutlooks) -> None:
        """``window``: "of as many as its policy's score needs: 28, or 364 for the year score"."""
        by_year, ages = YearPolicy(), [1, 30, 200, 363, 364]
        (ada,) = self.users(1)
        did_at(store, ada, *(NOON - age * DAY for age in ages))
        year = ActivityWindow(may(15), sum(1 << age for age in ages[:-1]), 364)
        expected = [OutlookStanding(ada, year)]
        expect(due(store, target(policy=by_year)), expected, "on pages")
        found = readable(store.outlooks.standings([ada], now=NOON, policy=by_year))
        expect(found, expected, "read by itself")
        expect(due(store), [OutlookStanding(ada, ActivityWindow(may(15), 2))], "of 28 days")

    def test_standings_are_those_of_pages(self, store: HasOutlooks) -> None:
        """``standings``: "what is known of users", as a page has it."""
        odd = self.odd_users()
        for place, user in enumerate(odd):
            did_at(store, user, at(may(14 - place)), at(may(15), 1))
        found = readable(store.outlooks.standings(reversed(odd), now=NOON))
        expect(found, due(store), "the same")
