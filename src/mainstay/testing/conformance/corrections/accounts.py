"""What a :class:`mainstay.ports.CorrectionPage` makes of two accounts that become one."""

from __future__ import annotations

from datetime import timedelta

import attrs

from mainstay.localdays import IsoWeek
from mainstay.outlook import Preferences
from mainstay.ports import OutboxState, Store
from mainstay.streaks.weekly import WeeklyStreak
from mainstay.testing.conformance._activity import did, may
from mainstay.testing.conformance._badges import look, target
from mainstay.testing.conformance._contests import argument, opened, upvotes, vote
from mainstay.testing.conformance._contests import close as close_cases
from mainstay.testing.conformance._contests import due as due_cases
from mainstay.testing.conformance._corrections import (
    again,
    candidates,
    close,
    days_of,
    forget,
    late,
    outcomes,
    remove,
    rename,
    reopen_weeks,
    reputation,
    streaks,
)
from mainstay.testing.conformance._credits import MINUTE, NOON, credit, give
from mainstay.testing.conformance._days import due, due_in, evaluate, idle, plan
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._outlooks import (
    MORNING,
    TOMORROW,
    add,
    claim,
    finish,
    notification,
    outlook,
)
from mainstay.testing.conformance._outlooks import plan as plan_notifications
from mainstay.testing.conformance._suite import Suite
from mainstay.testing.conformance._weeks import due_in as due_weeks_in
from mainstay.testing.conformance._weeks import plan as plan_weeks
from mainstay.testing.conformance._weeks import record

__all__ = ["AccountsConformance"]

_WEEK = IsoWeek.of(may(2))


class AccountsConformance(Suite[Store]):
    """Tests of accounts that are merged: both have something of what there can be one."""

    def test_the_events_of_both_stay(self, store: Store) -> None:
        """``rename``: "the events of both stay, and metrics add up: those of kinds ..."."""
        ada, bob = self.users(2)
        hers = did(ada, may(1), times=2)
        store.sessions.add([*hers, *did(bob, may(1)), *did(bob, may(2), "like")])
        rename(store, ada, bob)
        expect([*store.sessions.users()], [bob], "one account")
        expect(dict(store.metrics.metrics([bob])), {bob: {"kind:like": 1, "kind:post": 3}}, "all")
        (found,) = due(store, may(2))
        posts = [(each.day.day, each.posts) for each in found.activities]
        expect(posts, [(1, 3), (2, 3)], "the days of both")

    def test_metrics_add_up_or_the_larger_stays(self, store: Store) -> None:
        """``rename``: "those that contests have made grow ...; of the host's own, the larger"."""
        ada, bob = self.users(2)
        opened(store)
        store.contests.vote("case", [vote(ada), vote(bob, "yes")])
        store.contests.argue("case", [argument("a", ada), argument("b", bob)])
        store.contests.upvote([*upvotes("a", bob), *upvotes("b", ada)])
        close_cases(store)
        store.metrics.put({ada: {"age": 36, "level": 2}, bob: {"age": 7, "badges": 1}})
        rename(store, bob, ada)
        grown = {"participations": 2, "top_arguments": 2, "votes": 2, "wins": 1}
        own = {"age": 36, "badges": 1, "level": 2}
        expect(dict(store.metrics.metrics([ada, bob])), {ada: {**grown, **own}}, "each by its kind")

    def test_the_earlier_of_two_credits_stays(self, store: Store) -> None:
        """``rename``: "Of two credits with one reason the earlier stays"."""
        ada, bob = self.users(2)
        early, later = NOON, NOON + MINUTE
        hers = [credit(ada, 3, later, "x"), credit(ada, 5, early, "y"), credit(ada, 7, early, "z")]
        his = [credit(bob, 11, early, "x"), credit(bob, 13, later, "y"), credit(bob, 9, later, "w")]
        give(store, *hers, *his)
        rename(store, ada, bob)
        expected = {"x": 11, "y": 5, "z": 7, "w": 9}
        expect({each.reason: each.amount for each in store.points.credits(bob)}, expected, "each")
        expect(dict(store.points.totals([ada, bob])), {bob: 32}, "and their sum")
        give(store, credit(bob, 1, early, "x"), credit(ada, 1, early, "y"))
        expect(dict(store.points.totals([ada, bob])), {ada: 1, bob: 32}, "reasons are known")

    def test_the_better_of_two_places_stays(self, store: Store) -> None:
        """``rename``: "of two candidate rows on one day, the better place"."""
        ada, bob, cyd = self.users(3)
        for user, posts in ((ada, 2), (bob, 5), (cyd, 3)):
            store.sessions.add(did(user, may(1), times=posts))
        evaluate(store, may(2))
        store.sessions.add(did(ada, may(3), times=9))
        evaluate(store, may(4))
        close(store, may(2), may(4))
        before = {day: candidates(store, may(day)) or [] for day in (2, 4)}
        order = {day: [each.user_id for each in picked] for day, picked in before.items()}
        expect(order, {2: [bob, cyd, ada], 4: [ada, bob, cyd]}, "once he is better, once she is")
        rename(store, ada, bob)
        found = {day: candidates(store, may(day)) for day in (2, 4)}
        best = attrs.evolve(before[4][0], user_id=bob)
        expected = {2: [before[2][0], before[2][1]], 4: [best, before[4][2]]}
        expect(found, expected, "others keep their places")

    def test_the_earlier_of_two_votes_stays(self, store: Store) -> None:
        """``rename``: "of two votes for one argument, the earlier, and none for an own ..."."""
        ada, bob, cyd = self.users(3)
        early, later = NOON + MINUTE, NOON + 2 * MINUTE
        opened(store)
        store.contests.argue("case", [argument(key, cyd) for key in "xyz"])
        store.contests.argue("case", [argument("a", ada), argument("b", bob)])
        store.contests.upvote([*upvotes("x", ada, at=later), *upvotes("x", bob, at=early)])
        store.contests.upvote([*upvotes("y", ada, at=early), *upvotes("y", bob, at=later)])
        store.contests.upvote([*upvotes("z", ada), *upvotes("a", bob, cyd), *upvotes("b", ada)])
        rename(store, ada, bob)
        (found,) = due_cases(store)
        votes = {(each.argument_id, each.user_id): each.at for each in found.argument_votes}
        hers = {("x", bob): early, ("y", bob): early, ("z", bob): NOON}
        expect(votes, {**hers, ("a", cyd): NOON}, "one each, and none for an own one")
        expect(store.contests.count_votes("case"), 0, "nobody has taken a side")

    def test_of_two_outlooks_and_preferences_those_of_the_new_id_stay(self, store: Store) -> None:
        """``rename``: "of two outlooks, or preferences, those of ``to``"."""
        ada, bob = self.users(2)
        tokyo, apia = Preferences(zone="Asia/Tokyo"), Preferences(zone="Pacific/Apia")
        store.notifications.prefer(ada, tokyo, now=NOON)
        store.notifications.prefer(bob, apia, now=NOON)
        day_after = TOMORROW + timedelta(days=1)
        add(store, ada, bob)
        add(store, ada, day=day_after)
        rename(store, ada, bob)
        expect(dict(store.notifications.preferences([ada, bob])), {bob: apia}, "his preferences")
        kept = [attrs.evolve(outlook(ada, day_after), user_id=bob), outlook(bob)]
        expect([*store.outlooks.outlooks(bob)], kept, "his outlook, and hers of the other day")

    def test_of_two_notifications_one_stays(self, store: Store) -> None:
        """``rename``: a user has one notification a day: the finished one, else that of ``to``."""
        ada, bob, cyd, dan = self.users(4)
        add(store, ada, bob, cyd, dan)
        for user, zone in ((ada, "UTC"), (bob, "Etc/GMT-2"), (cyd, "UTC"), (dan, "Etc/GMT-2")):
            store.notifications.prefer(user, Preferences(zone=zone), now=NOON)
        plan_notifications(store)
        his = notification(store, bob)
        (hers,) = [each for each in claim(store, MORNING) if each.user_id == cyd]
        finish(store, hers, OutboxState.DONE)
        rename(store, ada, bob)
        rename(store, cyd, dan)
        expect(notification(store, bob), his, "both wait: his")
        found = notification(store, dan)
        expect(found and found.state, OutboxState.DONE, "hers was sent")
        expect([notification(store, user) for user in (ada, cyd)], [None, None], "and no other")

    def test_everybody_who_is_touched_is_due_for_badges(self, store: Store) -> None:
        """``rename``: two accounts may come to what neither has."""
        ada, bob = self.users(2)
        store.metrics.put({ada: {"wins": 1}, bob: {"wins": 1}})
        look(store, target())
        rename(store, ada, bob)
        expect(look(store, target()), [bob], "bob has more now")

    def test_outcomes_stay_until_both_have_been_active(self, store: Store) -> None:
        """``rename``: "Outcomes stay up to the first day by which both have been active"."""
        ada, bob = self.users(2)
        for old, new in ((ada, bob), (bob, ada)):
            store.sessions.add([*did(ada, may(1)), *did(ada, may(2)), *did(bob, may(4))])
            evaluate(store, may(6))
            kept = outcomes(store, ada, 3)
            rename(store, old, new)
            expect(
                outcomes(store, new, 6),
                [*(each and attrs.evolve(each, user_id=new) for each in kept), None, None, None],
                "those of the one who was active first, before the other was",
            )
            expect(outcomes(store, old, 6), [None] * 6, "none of the other id")
            expect(days_of(due(store, may(6))), {new: [4]}, "from this day on they are due")
            (found,) = due(store, may(6))
            state = found.state.user_id, found.state.streak, found.state.last_day
            expect(state, (new, 0, may(3)), "as of the day before")
            expect(found.activities[0].posts, 3, "with the posts of both")
            forget(store, new)

    def test_these_days_are_late(self, store: Store) -> None:
        """``rename``: "which is late until ``EngagementPage.reopen`` does so"."""
        ada, bob = self.users(2)
        store.sessions.add([*did(ada, may(1)), *did(bob, may(1)), *did(bob, may(3))])
        evaluate(store, may(5))
        rename(store, ada, bob)
        expect(streaks(store, bob, 5), [None] * 5, "both were active on May 1")
        expect(late(store), (1, 1), "from which on they are late")
        expect(days_of(again(store)), {bob: [1, 3]}, "the days of both")
        expect(streaks(store, bob, 5), [1, 0, 1, 0, 0], "through the last one")
        expect(late(store), (0, 0), "and nothing is late")
        expect(days_of(due(store, may(9))), {}, "nor due")

    def test_a_daily_run_evaluates_them_too(self, store: Store) -> None:
        """``rename``: "they are to be evaluated again": they are due like all others."""
        ada, bob = self.users(2)
        store.sessions.add([*did(ada, may(1)), *did(ada, may(3)), *did(bob, may(3), "like")])
        evaluate(store, may(5))
        rename(store, bob, ada)
        evaluate(store, may(6))
        expect(streaks(store, ada, 6), [1, 0, 1, 0, 0, 0], "each day")
        expect(days_of(due(store, may(9))), {}, "and no other")

    def test_days_that_nobody_was_evaluated_on_are_not_late(self, store: Store) -> None:
        """``late``: "What has changed in days that had been evaluated"."""
        ada, bob = self.users(2)
        store.sessions.add(did(ada, may(1)))
        evaluate(store, may(3))
        store.sessions.add(did(bob, may(5)))
        rename(store, bob, ada)
        expect(late(store), (0, 0), "May 5 is still to come")
        expect(streaks(store, ada, 5), [1, 0, 0, None, None], "and nothing is taken back")
        expect(days_of(due(store, may(9))), {ada: [5]}, "May 5 is due")

    def test_days_of_a_run_that_did_not_end_are_not_late(self, store: Store) -> None:
        """``rename``: days are due again, and late if everybody was evaluated on the first."""
        ada, bob = self.users(2)
        store.sessions.add([*did(ada, may(1)), *did(bob, may(1))])
        with store.engagements.page() as page:
            page.keep(plan([each for each in due_in(page, may(1)) if each.key == bob]))
        rename(store, ada, bob)
        expect(late(store), (0, 0), "May 1 is due, as it was for ada")
        expect(days_of(due(store, may(3))), {bob: [1]}, "and will be evaluated")
        evaluate(store, may(3))
        expect(streaks(store, bob, 3), [1, 0, 0], "by the run that ends")

    def test_days_on_which_both_were_late_are_late_once(self, store: Store) -> None:
        """``rename``: days are late from the first of both on, whatever else was."""
        ada, bob = self.users(2)
        for old, new in ((ada, bob), (bob, ada)):
            store.sessions.add([*did(ada, may(1)), *did(bob, may(4))])
            evaluate(store, may(7))
            store.sessions.add([*did(ada, may(6)), *did(bob, may(6))])
            expect(late(store), (2, 2), "May 6 of each")
            rename(store, old, new)
            expect(late(store), (1, 1), "May 4")
            again(store)
            expect(streaks(store, new, 7), [1, 0, 0, 1, 0, 1, 0], "all days")
            expect(late(store), (0, 0), "and nothing is late")
            forget(store, new)

    def test_days_of_one_who_was_left_out_of_a_run_come_first(self, store: Store) -> None:
        """``rename``: "from this day on they are due again", and all before that were due."""
        ada, bob = self.users(2)
        for old, new in ((ada, bob), (bob, ada)):
            store.sessions.add(did(ada, may(1)))
            evaluate(store, may(2))
            store.sessions.add([*did(ada, may(3)), *did(bob, may(4)), *did(bob, may(5))])
            with store.engagements.page() as page:
                page.keep(plan([each for each in due_in(page, may(5)) if each.key == bob]))
            idle(store, may(5))
            rename(store, old, new)
            expect(streaks(store, new, 5), [1, 0, None, None, None], "as ada was")
            expect(days_of(due(store, may(5))), {new: [3, 4, 5]}, "and all since then")
            again(store)
            expect(streaks(store, new, 5), [1, 0, 1, 2, 3], "none is left out")
            expect(late(store), (0, 0), "and nothing is late")
            forget(store, new)

    def test_nothing_is_late_of_whom_nothing_is_left(self, store: Store) -> None:
        """``late``: "what has changed in days that had been evaluated", of users who are known."""
        ada, bob = self.users(2)
        posts = [*did(ada, may(4)), *did(bob, may(4))]
        store.sessions.add(posts)
        evaluate(store, may(7))
        rename(store, ada, bob)
        expect(late(store), (1, 1), "May 4")
        remove(store, *posts)
        expect(late(store), (0, 0), "nobody has done anything")
        expect(days_of(again(store)), {}, "and nothing is to be done")

    def test_who_was_active_first_is_told_by_the_events_that_are_left(self, store: Store) -> None:
        """``rename``: "Outcomes are those of the account that was active first"."""
        ada, bob = self.users(2)
        for old, new in ((ada, bob), (bob, ada)):
            post = did(bob, may(1))
            store.sessions.add([*post, *did(ada, may(3)), *did(bob, may(7))])
            evaluate(store, may(8))
            remove(store, *post)
            rename(store, old, new)
            found = [None, None, 1, 0, 0, 0, None, None]
            expect(streaks(store, new, 8), found, "ada's, up to the first day that bob has left")
            expect(days_of(due(store, may(8))), {new: [7]}, "from which on they are both's")
            again(store)
            expect(streaks(store, new, 8), [None, None, 1, 0, 0, 0, 1, 0], "and nothing else is")
            expect(late(store), (0, 0), "nor late")
            forget(store, new)

    def test_a_new_account_of_somebody_known(self, store: Store) -> None:
        """``rename``: one who was not evaluated yet, on a day on which the other was."""
        ada, bob = self.users(2)
        store.sessions.add(did(ada, may(1)))
        evaluate(store, may(6))
        store.sessions.add(did(bob, may(4)))
        rename(store, bob, ada)
        expect(late(store), (1, 1), "May 4")
        expect(days_of(again(store)), {ada: [4]}, "it is evaluated")
        expect(streaks(store, ada, 6), [1, 0, 0, 1, 0, 0], "as if he had always been she")

    def test_who_is_behind_does_not_hold_up_the_other(self, store: Store) -> None:
        """``rename``: outcomes stay "up to the first day by which both have been active"."""
        ada, bob = self.users(2)
        store.sessions.add([*did(ada, may(1)), *did(bob, may(5))])
        evaluate(store, may(2))
        with store.engagements.page() as page:
            page.keep(plan([each for each in due_in(page, may(7)) if each.key == bob]))
        rename(store, ada, bob)
        expect(streaks(store, bob, 7), [1, 0, None, None, None, None, None], "through May 2")
        evaluate(store, may(7))
        expect(streaks(store, bob, 7), [1, 0, 0, 0, 1, 0, 0], "and the rest as it comes")

    def test_outcomes_stay_if_only_one_was_active(self, store: Store) -> None:
        """``rename``: "If only one of the two has been active, their outcomes and weeks stay"."""
        ada, bob, cyd = self.users(3)
        store.sessions.add([*did(ada, may(2), times=2), *did(cyd, may(2), times=2)])
        evaluate(store, may(4))
        record(store, _WEEK)
        give(store, credit(bob, 5))
        kept = streaks(store, ada, 4)
        rename(store, bob, ada)
        expect(streaks(store, ada, 4), kept, "to the one")
        rename(store, ada, bob)
        expect(streaks(store, bob, 4), kept, "and to the other")
        found = reputation(store, bob)
        expect(found and found.streak, WeeklyStreak(1, _WEEK, _WEEK), "weeks, too")
        expect(late(store), (0, 0), "nothing is late")
        expect(dict(store.points.totals([bob])), {bob: 5}, "points are there as well")

    def test_weeks_of_both_are_late(self, store: Store) -> None:
        """``rename``: days are late from the first day of both on, "and all weeks are"."""
        ada, bob, cyd, dan = self.users(4)
        store.sessions.add(did(ada, may(2), times=2))
        record(store, _WEEK)
        store.sessions.add(each for user in (bob, cyd, dan) for each in did(user, may(8)))
        rename(store, bob, ada)
        expect(late(store), (1, 0), "ada's weeks are late")
        found = reputation(store, ada)
        expect(found and found.streak, WeeklyStreak(1, _WEEK, _WEEK), "and stay as they are")
        (weeks,) = reopen_weeks(store, late=True)
        expect(max(weeks.weeks), _WEEK, "through the one that was recorded")
        expect(late(store), (0, 0), "until they are recorded again")
        rename(store, cyd, dan)
        expect(late(store), (0, 0), "of others, no week is recorded")
        record(store, _WEEK + 1)
        found = reputation(store, dan)
        expect(found and found.streak.weeks, 1, "two events in one week, of two accounts")

    def test_weeks_that_lead_farther_stay(self, store: Store) -> None:
        """``rename``: the account stays that was recorded through the later week."""
        ada, bob = self.users(2)
        for old, new in ((ada, bob), (bob, ada)):
            store.sessions.add([*did(ada, may(2), times=2), *did(bob, may(2), times=3)])
            record(store, _WEEK)
            store.sessions.add(did(bob, may(8), times=2))
            with store.reputations.page() as page:
                due = [each for each in due_weeks_in(page, _WEEK + 1) if each.key == bob]
                page.keep(plan_weeks(due, _WEEK + 1))
            rename(store, old, new)
            found = reputation(store, new)
            farther = WeeklyStreak(2, _WEEK + 1, _WEEK + 1)
            expect(found and found.streak, farther, "bob's two weeks")
            forget(store, new)
