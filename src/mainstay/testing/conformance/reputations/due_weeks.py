"""Which weeks a :class:`mainstay.ports.ReputationPage` says are due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from mainstay.activity.session import Session
from mainstay.daystarts import since_midnight
from mainstay.localdays import IsoWeek
from mainstay.ports import HasReputations
from mainstay.reputation.multiplier import Reputation
from mainstay.testing.conformance._activity import at, did, may, readable
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._suite import Suite
from mainstay.testing.conformance._weeks import active_weeks, due, ids, record

__all__ = ["DueWeeksConformance"]

_KATHMANDU = timezone(timedelta(hours=5, minutes=45))
#: The weeks of May 1, 6, 13 and 20.
W18, W19, W20, W21 = (IsoWeek(2024, week) for week in (18, 19, 20, 21))


class DueWeeksConformance(Suite[HasReputations]):
    """Tests of what is due."""

    def test_nobody_is_due_without_activity(self, store: HasReputations) -> None:
        """``due`` returns users, who are known from their first activity on."""
        expect(due(store, W18), [], "nobody is there")

    def test_every_week_from_the_first_activity_is_due(self, store: HasReputations) -> None:
        """``weeks``: "What happened in each week ... through the week asked for"."""
        ada = self.user_id(1)
        store.sessions.add(
            [
                *did(ada, may(13), "vote"),
                *did(ada, may(1), "post", times=2),
                *did(ada, may(5), "like", times=3),
                *did(ada, may(20), "post"),
            ]
        )
        (found,) = due(store, W20)
        expect(found.reputation, Reputation(ada), "nothing has been recorded yet")
        expected = {W18: {"post": 2, "like": 3}, W20: {"vote": 1}}
        expect(active_weeks(found), expected, "each kind by week, later weeks left out")

    def test_users_who_begin_later_are_not_due(self, store: HasReputations) -> None:
        """``due``: "Those whose first activity is after ``week`` are not due"."""
        ada, bob = self.users(2)
        store.sessions.add([*did(ada, may(12)), *did(bob, may(13))])
        expect(ids(due(store, W18)), [], "nobody had begun")
        expect(ids(due(store, W19)), [ada], "one had begun on that week's Sunday")
        expect(ids(due(store, W20)), [ada, bob], "both had begun")

    def test_a_week_is_the_same_amid_a_thousand_others(self, store: HasReputations) -> None:
        """``weeks``: of one who is behind, among more users than are asked for one by one."""
        users = self.users(1002)
        behind = users.pop(500)
        store.sessions.add(each for user in users for each in did(user, may(6)))
        store.sessions.add([*did(behind, may(1)), *did(behind, may(7), times=2)])
        found = {each.reputation.user_id: active_weeks(each) for each in due(store, W19)}
        expect(found[behind], {W18: {"post": 1}, W19: {"post": 2}}, "each post counts once")
        expect(found[users[0]], {W19: {"post": 1}}, "and each of the others'")

    def test_years_turn_by_the_iso_calendar(self, store: HasReputations) -> None:
        """``weeks`` are ISO 8601's: 2020 had 53 of them, and 2024's last days belong to 2025."""
        ada = self.user_id(1)
        calendar = {
            date(2020, 12, 27): IsoWeek(2020, 52),
            date(2020, 12, 28): IsoWeek(2020, 53),
            date(2021, 1, 3): IsoWeek(2020, 53),
            date(2021, 1, 4): IsoWeek(2021, 1),
            date(2024, 12, 29): IsoWeek(2024, 52),
            date(2024, 12, 30): IsoWeek(2025, 1),
        }
        for day, week in calendar.items():
            store.sessions.add(did(ada, day, f"{day} in {week}"))
        expected: dict[IsoWeek, dict[str, int]] = {}
        for day, week in calendar.items():
            expected.setdefault(week, {})[f"{day} in {week}"] = 1
        expect(active_weeks(due(store, IsoWeek(2025, 1))[0]), expected, "each day in its week")

    def test_weeks_after_the_fifty_third_are_later(self, store: HasReputations) -> None:
        """``due``: 2021-W01 comes after 2020-W53."""
        ada = self.user_id(1)
        long, new = IsoWeek(2020, 53), IsoWeek(2021, 1)
        store.sessions.add(did(ada, long.monday, times=2))
        record(store, long)
        store.sessions.add(did(ada, new.monday, times=3))
        (found,) = due(store, new)
        expect(active_weeks(found), {new: {"post": 3}}, "only the new year's week is new")
        expect(record(store, new)[ada].streak.weeks, 2, "two weeks in a row")
        expect(due(store, long), [], "the long year's last week is over")

    def test_an_activity_counts_in_the_week_of_its_day(self, store: HasReputations) -> None:
        """``local_days``: "on the date where the user was, and not on UTC's"."""
        ada = self.user_id(1)
        shift = since_midnight(store.reputations.day_start)
        late = datetime(2024, 5, 5, 23, 30, tzinfo=UTC) + shift
        early = datetime(2024, 5, 6, 0, 30, tzinfo=_KATHMANDU) + shift
        store.sessions.add(
            [
                Session(ada, late, timezone="Europe/Berlin", kind="Berlin, Monday", id="1"),
                Session(ada, late, timezone="-03:30", kind="Sunday", id="2"),
                Session(ada, early, kind="Kathmandu, Monday", id="3"),
            ]
        )
        local = store.reputations.local_days
        sunday, monday = {"Sunday"}, {"Berlin, Monday", "Kathmandu, Monday"}
        expected = {W18: sunday, W19: monday} if local else {W18: sunday | monday}
        weeks = {week: set(counts) for week, counts in active_weeks(due(store, W19)[0]).items()}
        expect(weeks, expected, f"the days that count are {'local' if local else 'UTC'} ones")

    def test_a_week_begins_as_its_monday_does(self, store: HasReputations) -> None:
        """``day_start``: "The time at which a day begins"; just before, it is Sunday."""
        begin = at(may(6), 0) + since_midnight(store.reputations.day_start)
        ada = self.user_id(1)
        store.sessions.add(
            [
                Session(ada, begin - timedelta(microseconds=1), kind="before", id="1"),
                Session(ada, begin, kind="after", id="2"),
            ]
        )
        expected = {W18: {"before": 1}, W19: {"after": 1}}
        expect(active_weeks(due(store, W19)[0]), expected, "to the microsecond")
        expect(store.reputations.day_start, store.sessions.day_start, "one store, one day start")

    def test_weeks_after_the_last_recorded_are_due(self, store: HasReputations) -> None:
        """``weeks``: "each week after the last recorded one"."""
        ada = self.user_id(1)
        store.sessions.add([*did(ada, may(1), times=2), *did(ada, may(6), times=2)])
        recorded = record(store, W19)
        store.sessions.add(
            [
                *did(ada, may(2), "late", times=2),
                *did(ada, may(7), "late", times=2),
                *did(ada, may(20), times=4),
            ]
        )
        (found,) = due(store, W21)
        expect(found.reputation, recorded[ada], "the state is the one that was kept")
        expect(active_weeks(found), {W21: {"post": 4}}, "recorded weeks are not due again")

    def test_the_last_recorded_week_is_due_again_if_it_was_not_active(
        self, store: HasReputations
    ) -> None:
        """``weeks``: "and in the last recorded one too if it was not active"."""
        ada = self.user_id(1)
        store.sessions.add([*did(ada, may(1)), *did(ada, may(6))])
        record(store, W18)
        record(store, W19)
        late = [*did(ada, may(2), "late", times=2), *did(ada, may(7), "late", times=2)]
        store.sessions.add([*late, *did(ada, may(13))])
        (found,) = due(store, W20)
        expected = {W19: {"post": 1, "late": 2}, W20: {"post": 1}}
        expect(active_weeks(found), expected, "only the last recorded week is open still")
        expect(record(store, W20)[ada].streak.weeks, 1, "that week has become active")

    def test_an_active_week_is_not_due_again(self, store: HasReputations) -> None:
        """``due``: without those "for whom ``week`` was recorded as active, or a later one"."""
        active, ahead, idle = self.users(3)
        store.sessions.add(
            [*did(active, may(6), times=2), *did(idle, may(6)), *did(ahead, may(6), times=2)]
        )
        record(store, W19)
        expect(active in ids(due(store, W19)), False, "the week was recorded as active")
        expect(ids(due(store, W18)), [], "a later week was recorded")
        expect(ids(due(store, W20)), [active, ahead, idle], "the next week is due")

    def test_an_inactive_week_is_due_when_more_arrives(self, store: HasReputations) -> None:
        """``weeks``: "in the last recorded one too if it was not active"."""
        ada, bob = self.users(2)
        store.sessions.add([*did(ada, may(1), "like"), *did(bob, may(1), times=2)])
        record(store, W18)
        store.sessions.add([*did(ada, may(5), "post"), *did(bob, may(5), "post")])
        (found,) = due(store, W18)
        expect(found.reputation.user_id, ada, "only hers was inactive")
        expect(
            active_weeks(found), {W18: {"like": 1, "post": 1}}, "all that happened, not the rest"
        )
        expect(record(store, W18)[ada].streak.weeks, 1, "the week has become active")
        expect(due(store, W18), [], "and is no longer due")

    def test_the_last_inactive_week_is_due_with_the_next(self, store: HasReputations) -> None:
        """``weeks``: "in the last recorded one too ...: interactions that arrived late"."""
        ada, bob = self.users(2)
        store.sessions.add([*did(ada, may(1)), *did(bob, may(1), times=2)])
        record(store, W19)
        store.sessions.add(
            [
                *did(ada, may(2), "late", times=2),
                *did(ada, may(8), "late", times=2),
                *did(bob, may(2), "late", times=2),
                *did(bob, may(8), "late", times=2),
                *did(bob, may(14), times=2),
            ]
        )
        found = {each.reputation.user_id: active_weeks(each) for each in due(store, W20)}
        expected = {ada: {W19: {"late": 2}}, bob: {W19: {"late": 2}, W20: {"post": 2}}}
        expect(found, expected, "W19 was the last recorded, and inactive; W18 is over")
        streaks = {user: kept.streak.weeks for user, kept in record(store, W20).items()}
        expect(streaks, {ada: 1, bob: 3}, "W19 is recorded as active after all")

    def test_recording_again_finds_nothing_new(self, store: HasReputations) -> None:
        """``due``: "may have something to record", and recording it again changes nothing."""
        ada, bob, cy = self.users(3)
        store.sessions.add(
            [
                *did(ada, may(1), times=2),
                *did(bob, may(1)),
                *did(cy, may(13), times=2),
            ]
        )
        expect(sorted(record(store, W20)), [ada, bob, cy], "everybody has a first record")
        expect(record(store, W20), {}, "nothing changes when it is done again")

    def test_pages_have_no_more_users_than_asked_for(self, store: HasReputations) -> None:
        """``limit``: "How many at most"; a page has somebody as long as anybody is due."""
        everybody = self.odd_users()
        store.sessions.add(each for user in everybody[1:] for each in did(user, may(1)))
        store.sessions.add(did(everybody[0], may(13)))
        for limit in (1, 2, 3, 7, 100):
            after, users = None, list[str]()
            with store.reputations.page() as page:
                while found := ids(readable(page.due(W20, after=after, limit=limit))):
                    fits = len(found) <= limit and not {*found} & {*users}
                    expect(fits, True, f"others after {after!r}, {limit} at most")
                    users += found
                    after = users[-1]
            expect(users, everybody, f"pages of {limit} give every user once")
