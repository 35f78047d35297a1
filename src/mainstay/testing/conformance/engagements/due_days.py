"""Which days an :class:`mainstay.ports.EngagementPage` says are due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from mainstay.activity.session import Session
from mainstay.daystarts import since_midnight
from mainstay.ports import HasEngagements
from mainstay.scores.engagement.criteria import DailyCriteria
from mainstay.scores.engagement.day import DayActivity
from mainstay.scores.engagement.evaluate import catch_up
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.scores.policies import PolicyHistory
from mainstay.testing.conformance._activity import at, did, may, readable
from mainstay.testing.conformance._days import ONE_POST, due, evaluate, ids
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._suite import Suite

__all__ = ["DueDaysConformance"]

_KATHMANDU = timezone(timedelta(hours=5, minutes=45))


class DueDaysConformance(Suite[HasEngagements]):
    """Tests of what is due."""

    def test_nobody_is_due_without_activity(self, store: HasEngagements) -> None:
        """``due`` returns users, who are known from their first activity on."""
        expect(due(store, may(1)), [], "nobody is there")

    def test_every_day_with_events_is_due(self, store: HasEngagements) -> None:
        """``activities``: "The days that must be evaluated, oldest first"; not the idle ones."""
        ada = self.user_id(1)
        store.sessions.add(
            [
                *did(ada, may(3), "like"),
                *did(ada, may(1), "post", times=2),
                *did(ada, may(1), "like", times=3),
            ]
        )
        (found,) = due(store, may(4))
        days = [(activity.day, activity.counts) for activity in found.activities]
        expected = [(may(1), {"post": 2, "like": 3}), (may(3), {"like": 1})]
        expect(days, expected, "each day has its own counts")
        expect(found.through, may(4), "the last day to evaluate")

    def test_the_state_of_a_new_user_is_the_first(self, store: HasEngagements) -> None:
        """``due`` returns a user before their first day as ``Engagement(user_id)``."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(1)))
        (new,) = due(store, may(1))
        found = (new.key, new.state.user_id, new.state.streak, new.state.last_day)
        expect(found, (ada, ada, 0, None), "nothing has been evaluated yet")

    def test_users_who_begin_later_are_not_due(self, store: HasEngagements) -> None:
        """``due``: "Those whose first activity is after ``day`` are not due"."""
        ada, bob = self.users(2)
        store.sessions.add([*did(ada, may(2)), *did(bob, may(3))])
        expect(ids(due(store, may(1))), [], "nobody had begun")
        expect(ids(due(store, may(2))), [ada], "one had begun that day")
        expect(ids(due(store, may(3))), [ada, bob], "both had begun")

    def test_the_first_activity_is_the_earliest(self, store: HasEngagements) -> None:
        """``activities``: "The first is the first on which anything is new"."""
        ada = self.user_id(1)
        for day in (3, 1, 2):
            store.sessions.add(did(ada, may(day)))
        (found,) = due(store, may(2))
        expect([each.day for each in found.activities], [may(1), may(2)], "the earliest first")

    def test_totals_are_those_through_each_day(self, store: HasEngagements) -> None:
        """``due``: "Posts and qualities are lifetime totals through each day"."""
        ada = self.user_id(1)
        store.sessions.add(
            [
                *did(ada, may(1), "like", quality=1),
                *did(ada, may(2), "post", quality=7.25),
                *did(ada, may(2), "post", quality=8),
                *did(ada, may(3), "post"),
                *did(ada, may(4), "post", quality=0.5),
                *did(ada, may(6), "post", quality=10),
            ]
        )
        (found,) = due(store, may(5))
        totals = [(each.posts, each.average_quality) for each in found.activities]
        expected = [(0, None), (2, 7.625), (3, 7.625), (4, 5.25)]
        expect(totals, expected, "posts alone count, rated ones for the average, by each day's end")

    def test_an_activity_counts_on_its_day(self, store: HasEngagements) -> None:
        """``local_days``: "on the date where the user was, and not on UTC's"."""
        ada = self.user_id(1)
        shift = since_midnight(store.engagements.day_start)
        late = datetime(2024, 5, 1, 23, 30, tzinfo=UTC) + shift
        early = datetime(2024, 5, 2, 0, 30, tzinfo=_KATHMANDU) + shift
        store.sessions.add(
            [
                Session(ada, late, timezone="Europe/Berlin", kind="Berlin, the 2nd", id="1"),
                Session(ada, late, timezone="-03:30", kind="the 1st", id="2"),
                Session(ada, early, kind="Kathmandu, the 2nd", id="3"),
                Session(ada, late, kind="no zone, the 1st", id="4"),
            ]
        )
        first = {"the 1st", "no zone, the 1st"}
        second = {"Berlin, the 2nd", "Kathmandu, the 2nd"}
        local = store.engagements.local_days
        expected = [first, second] if local else [first | second]
        (found,) = due(store, may(2))
        kinds = [set(activity.counts) for activity in found.activities]
        expect(kinds, expected, f"the days that count are {'local' if local else 'UTC'} ones")

    def test_a_day_lasts_from_its_start_to_the_next(self, store: HasEngagements) -> None:
        """``day_start``: "The time at which a day begins"; just before, it is the day before."""
        ada = self.user_id(1)
        begin = at(may(2), 0) + since_midnight(store.engagements.day_start)
        store.sessions.add(
            [
                Session(ada, begin - timedelta(microseconds=1), kind="before", id="1"),
                Session(ada, begin, kind="after", id="2"),
            ]
        )
        (found,) = due(store, may(2))
        counts = {activity.day: activity.counts for activity in found.activities}
        expect(counts, {may(1): {"before": 1}, may(2): {"after": 1}}, "to the microsecond")

    def test_days_begin_when_the_sessions_say(self, store: HasEngagements) -> None:
        """``day_start``: "for all that counts days"."""
        expect(store.engagements.day_start, store.sessions.day_start, "one store, one day start")

    def test_the_day_after_a_streak_is_due(self, store: HasEngagements) -> None:
        """``EngagementPage``: a day that "follows a day with a streak" must be evaluated."""
        ada = self.user_id(1)
        store.sessions.add([*did(ada, may(1)), *did(ada, may(2))])
        evaluate(store, may(2))
        (found,) = due(store, may(4))
        state = found.state
        stands = (state.user_id, state.streak, state.last_day)
        expect(stands, (ada, 2, may(2)), "the state is the one that was kept")
        expect(
            list(found.activities), [DayActivity(may(3), {}, posts=2, rated=0)], "the day after it"
        )
        expect(due(store, may(2)), [], "and not before")

    def test_days_come_to_what_they_do_one_by_one(self, store: HasEngagements) -> None:
        """``evaluate``: "what the days come to, as :func:`mainstay.evaluate_day` has it"."""
        ada, bob, cy = self.users(3)
        strict = EngagementPolicy(criteria=DailyCriteria({"post": 2}), streak_half=3)
        store.sessions.add(each for day in (1, 2, 3) for each in did(ada, may(day), quality=day))
        evaluate(store, may(2))
        store.sessions.add([*did(bob, may(3), times=2), *did(cy, may(2), times=2)])
        users = due(store, may(4))
        expect(ids(users), [ada, bob, cy], "an active day, a first day, and several days")
        quality: dict[str, list[float | None]]
        quality = {ada: [None, 1, 1.5, 2, 2], bob: [None] * 5, cy: [None] * 5}
        counts = {ada: [0, 1, 1, 1, 0], bob: [0, 0, 0, 2, 0], cy: [0, 0, 2, 0, 0]}
        for policy in (ONE_POST, strict):
            for each in users:
                begin = each.activities[0].day.day
                days = [
                    DayActivity(
                        may(day),
                        {"post": times} if (times := counts[each.key][day]) else {},
                        posts=sum(counts[each.key][: day + 1]),
                        average_quality=quality[each.key][day],
                    )
                    for day in range(begin, 5)
                ]
                found = each.evaluate(policies=PolicyHistory(policy))
                state, outcomes = catch_up(each.state, days, policy=policy)
                last = found.outcomes[-1]
                written = [outcome.day for outcome in found.outcomes]
                kept = [outcome for outcome in outcomes if outcome.day in written]
                expect(list(found.outcomes), kept, f"what the days of {each.key} come to")
                stands = (found.state.streak, last.idle_on(may(4)))
                expect(stands, (state.streak, outcomes[-1]), "and what stands in the end")

    def test_a_day_is_the_same_for_any_other_users(self, store: HasEngagements) -> None:
        """``activities``: each day has what happened on it, also among users who are behind."""
        ada, bob, cy, dan = self.users(4)
        store.sessions.add([*did(ada, may(2), times=2), *did(cy, may(2))])
        evaluate(store, may(2))
        store.sessions.add(
            [
                *did(ada, may(2), "late"),
                *did(ada, may(3), "like"),
                *did(bob, may(1)),
                *did(dan, may(2), "vote"),
            ]
        )
        found = {each.key: list(each.activities) for each in due(store, may(3))}
        expected = {
            ada: [DayActivity(may(3), {"like": 1}, posts=2, rated=0)],
            bob: [DayActivity(may(1), {"post": 1}, posts=1, rated=0)],
            cy: [DayActivity(may(3), {}, posts=1, rated=0)],
            dan: [DayActivity(may(2), {"vote": 1}, rated=0)],
        }
        expect(found, expected, "nothing of other days, or of other users")

    def test_a_day_is_the_same_amid_a_thousand_others(self, store: HasEngagements) -> None:
        """``activities``: of one who is behind, among more users than are asked for one by one."""
        users = self.users(1002)
        behind = users.pop(500)
        store.sessions.add(each for user in users for each in did(user, may(1)))
        evaluate(store, may(1))
        store.sessions.add(
            [
                *did(behind, may(1)),
                *did(behind, may(2), quality=6, times=2),
                *did(users[0], may(2), quality=8),
            ]
        )
        found = {each.key: list(each.activities) for each in due(store, may(2))}
        expect(len(found), 1002, "everybody is due")
        expected = [
            DayActivity(may(1), {"post": 1}, posts=1, rated=0),
            DayActivity(may(2), {"post": 2}, posts=3, average_quality=6.0, rated=2),
        ]
        expect(found[behind], expected, "each post of theirs counts once")
        expected = [DayActivity(may(2), {"post": 1}, posts=2, average_quality=8.0, rated=1)]
        expect(found[users[0]], expected, "and each of the others'")

    def test_nobody_is_due_again(self, store: HasEngagements) -> None:
        """``due``: "users whose days through ``day`` have not all been evaluated"."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(1)))
        evaluate(store, may(3))
        for day in (1, 2, 3):
            expect(due(store, may(day)), [], f"May {day} has been evaluated")

    def test_what_arrives_late_counts_in_totals_alone(self, store: HasEngagements) -> None:
        """``due``: "those included that arrived after a day had been evaluated"."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(2), quality=4))
        evaluate(store, may(3))
        store.sessions.add([*did(ada, may(1), quality=8), *did(ada, may(3), times=2)])
        expect(due(store, may(3)), [], "a day that was evaluated is not due again")
        expected = [DayActivity(may(4), {}, posts=4, average_quality=6.0, rated=2)]
        expect(list(due(store, may(4))[0].activities), expected, "later days know of it")

    def test_pages_have_no_more_days_than_asked_for(self, store: HasEngagements) -> None:
        """``limit``: "How many activities at most, ...; the first user's in any case"."""
        begins = dict(zip(self.users(5), (3, 5, 1, 5, 4), strict=True))
        for user, begin in begins.items():
            store.sessions.add(each for day in range(begin, 6) for each in did(user, may(day)))
        for limit in (1, 2, 3, 7, 100):
            after, users = None, list[str]()
            with store.engagements.page() as page:
                while found := readable(page.due(may(5), after=after, limit=limit)):
                    days = sum(len(each.activities) for each in found)
                    fits = (days <= limit or len(found) == 1) and not {*ids(found)} & {*users}
                    expect(fits, True, f"{days} days of others after {after!r}, {limit} at most")
                    users += ids(found)
                    after = users[-1]
            expect(users, [*begins], f"pages of {limit} days give every user once")
