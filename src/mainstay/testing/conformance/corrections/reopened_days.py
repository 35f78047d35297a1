"""What a :class:`mainstay.ports.EngagementPage` does with days that are taken back."""

from __future__ import annotations

from contextlib import suppress

from mainstay.jobs import change_policy
from mainstay.ports import DueDays, HasCorrections, Store
from mainstay.scores.engagement.evaluate import Engagement
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.testing.conformance._activity import did, may, readable
from mainstay.testing.conformance._corrections import (
    again,
    candidates,
    close,
    days_of,
    late,
    outcomes,
    remove,
    streaks,
)
from mainstay.testing.conformance._days import ONE_POST, due, due_in, evaluate, plan
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._suite import Suite
from mainstay.testing.conformance._transactions import Interrupted

__all__ = ["ReopenedDaysConformance"]

_MANY = 10_000


def _through(store: HasCorrections) -> list[int]:
    """Return through which days of May users are due again, in a transaction that is undone."""
    found = list[DueDays]()
    with suppress(Interrupted), store.engagements.page() as page:
        after = None
        while some := readable(page.reopen(None, since=may(1), after=after, limit=_MANY)):
            found += some
            after = some[-1].key
        raise Interrupted
    return [each.through.day for each in found]


class ReopenedDaysConformance(Suite[Store]):
    """Tests of days that are evaluated again."""

    def test_outcomes_are_taken_back_from_a_day_on(self, store: Store) -> None:
        """``reopen``: "outcomes are taken back from ``since`` on", and are "due as if ..."."""
        ada = self.user_id(1)
        posts = [*did(ada, may(1)), *did(ada, may(2)), *did(ada, may(4))]
        store.sessions.add(posts)
        evaluate(store, may(6))
        kept = outcomes(store, ada, 2)
        remove(store, posts[1])
        expect(days_of(again(store, since=may(2))), {ada: [2, 4]}, "May 2, and the next event")
        expect(outcomes(store, ada, 1), kept[:1], "May 1 stays")
        expect(streaks(store, ada, 6), [1, 0, 0, 1, 0, 0], "as if there had been one post")
        expect(days_of(due(store, may(9))), {}, "nothing else is due")

    def test_states_are_those_of_the_day_before(self, store: Store) -> None:
        """``reopen``: "The days are due as if they had never been evaluated"."""
        ada = self.user_id(1)
        store.sessions.add(each for day in (1, 2, 3) for each in did(ada, may(day)))
        evaluate(store, may(5))
        (found,) = again(store, since=may(3))
        state = found.state.user_id, found.state.streak, found.state.last_day
        expect(state, (ada, 2, may(2)), "two days in a row")
        expect(found.activities[0].posts, 3, "the posts through that day")
        (found,) = again(store, since=may(1))
        expect(found.state, Engagement(ada), "nothing is known before the first")

    def test_an_idle_first_day_is_due(self, store: Store) -> None:
        """``reopen``: where an outcome stands before it, the first day is evaluated again."""
        ada = self.user_id(1)
        store.sessions.add([*did(ada, may(1)), *did(ada, may(6))])
        evaluate(store, may(9))
        expect(days_of(again(store, since=may(4))), {ada: [4, 6]}, "though nothing happened on it")
        expect(streaks(store, ada, 9), [1, 0, 0, 0, 0, 1, 0, 0, 0], "as it was")

    def test_days_are_due_through_the_last_one_alone(self, store: Store) -> None:
        """``reopen``: "through the day through which the user was"."""
        ada, bob = self.users(2)
        store.sessions.add([*did(ada, may(1), "like"), *did(ada, may(9), "like")])
        evaluate(store, may(5))
        expect(_through(store), [5], "May 9 is still to come")
        expect(days_of(again(store, since=may(1))), {ada: [1]}, "and is not due again")
        store.sessions.add(did(bob, may(1), "like"))
        with store.engagements.page() as page:
            page.keep(plan([each for each in due_in(page, may(3)) if each.key == bob]))
        expect(_through(store), [5, 3], "bob is behind")
        expect(days_of(due(store, may(9))), {ada: [9], bob: [4]}, "what was due is due")

    def test_who_was_never_evaluated_is_left_out(self, store: Store) -> None:
        """``reopen``: "Of each user who has been evaluated"; and through a day before ``since``."""
        ada, bob = self.users(2)
        store.sessions.add(did(ada, may(1)))
        evaluate(store, may(3))
        store.sessions.add(did(bob, may(1)))
        kept = outcomes(store, ada, 3)
        expect(days_of(again(store, since=may(4))), {}, "nobody was evaluated on May 4")
        expect(outcomes(store, ada, 3), kept, "everything stays")
        expect(days_of(again(store, since=may(3))), {ada: [3]}, "and on May 3, ada was")
        expect(days_of(due(store, may(3))), {bob: [1]}, "bob is due as he was")

    def test_an_event_before_the_first_outcome_is_where_days_begin(self, store: Store) -> None:
        """``reopen``: "from the first day with an event, if that is before their first outcome"."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(4)))
        evaluate(store, may(6))
        store.sessions.add([*did(ada, may(2)), *did(ada, may(3))])
        expect(days_of(again(store, since=may(5))), {ada: [2, 3, 4]}, "from May 2 on")
        expect(streaks(store, ada, 6), [None, 1, 2, 3, 0, 0], "the streak of three days")
        expect(late(store), (0, 0), "nothing is late any more")

    def test_who_has_lost_their_first_events_begins_later(self, store: Store) -> None:
        """``reopen``: "as if they had never been evaluated": the first day with an event."""
        ada, bob = self.users(2)
        first = [*did(ada, may(1), "like"), *did(bob, may(1), "like")]
        store.sessions.add([*first, *did(ada, may(3)), *did(bob, may(8))])
        evaluate(store, may(5))
        remove(store, *first)
        expect(days_of(again(store)), {ada: [3]}, "there is nothing before May 3")
        expect(streaks(store, ada, 5), [None, None, 1, 0, 0], "nor an outcome")
        expect(streaks(store, bob, 5), [None] * 5, "nor one of bob, who was active later")
        expect(days_of(due(store, may(8))), {bob: [8]}, "bob is due when he was")

    def test_without_a_day_it_is_the_first_late_one(self, store: Store) -> None:
        """``reopen``: "each user's first late day: those without one are left out"."""
        ada, bob, cyd = self.users(3)
        store.sessions.add(each for user in (ada, bob, cyd) for each in did(user, may(1)))
        evaluate(store, may(9))
        store.sessions.add([*did(ada, may(6)), *did(ada, may(4)), *did(bob, may(7))])
        expect(days_of(again(store)), {ada: [4, 6], bob: [7]}, "cyd has none")
        expect(streaks(store, ada, 9, first=4), [1, 0, 1, 0, 0, 0], "and now ada's days count")
        expect(late(store), (0, 0), "nothing is late any more")
        expect(days_of(again(store)), {}, "so that it can be done again")

    def test_late_days_before_the_first_one_stay_late(self, store: Store) -> None:
        """``late``: what has "not been so again"."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(1)))
        evaluate(store, may(9))
        store.sessions.add([*did(ada, may(4), "like"), *did(ada, may(6), "like")])
        again(store, since=may(5))
        expect(late(store), (1, 1), "May 4 has not been evaluated again")

    def test_totals_are_those_of_the_events(self, store: Store) -> None:
        """``reopen``: "Totals are those of the events that are there"."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(3), quality=4))
        evaluate(store, may(5))
        early = did(ada, may(1), times=2, quality=7)
        store.sessions.add([*early, *did(ada, may(5), quality=10)])
        remove(store, early[1])
        (found,) = again(store)
        known = [(each.day.day, each.posts, each.average_quality) for each in found.activities]
        expect(known, [(1, 1, 7.0), (3, 2, 5.5), (5, 3, 7.0)], "each day's own")
        expect(days_of(due(store, may(9))), {ada: [6]}, "the streak of May 5 ends")

    def test_days_that_score_otherwise_are_due_too(self, store: Store) -> None:
        """``reopen``: "as if they had never been evaluated": each day by its own policy."""
        ada = self.user_id(1)
        other = EngagementPolicy(criteria=ONE_POST.criteria, posts_half=7)
        store.sessions.add(did(ada, may(1), times=3))
        with store.engagements.page() as page:
            page.keep_policy(ONE_POST)
        evaluate(store, may(3))
        change_policy(store.engagements, policy=other, since=may(6))
        with store.engagements.page() as page:
            page.keep(plan(due_in(page, may(9)), other))
            page.idle(may(9))
        kept = outcomes(store, ada, 9)
        with store.engagements.page() as page:
            found = readable(page.reopen(None, since=may(4), limit=_MANY))
            expect(days_of(found), {ada: [4, 6]}, "the first one, and that of another policy")
            policies = page.policies()
            assert policies is not None  # noqa: S101  (they were kept above)
            page.keep([each.evaluate(policies=policies) for each in found])
        expect(outcomes(store, ada, 9), kept, "they come to the same")

    def test_closed_days_keep_their_candidates(self, store: Store) -> None:
        """``reopen``: "Days that are closed keep their candidates"."""
        ada = self.user_id(1)
        post = did(ada, may(1))
        store.sessions.add(post)
        evaluate(store, may(3))
        picked = close(store, may(2), may(3))
        remove(store, *post)
        again(store)
        expect(outcomes(store, ada, 3), [None] * 3, "nothing is left")
        found = {day: candidates(store, day) for day in picked}
        expect(found, picked, "but what was picked")

    def test_only_some_users(self, store: Store) -> None:
        """``reopen``: "Whose; ``None`` for everybody"."""
        users = self.users(4)
        store.sessions.add([each for user in users for each in did(user, may(2))])
        evaluate(store, may(3))
        some = users[1:3]
        found = again(store, *some, self.stranger(), since=may(1))
        expect([each.key for each in found], some, "these two, and no stranger")

    def test_a_page_has_as_many_activities_as_asked_for(self, store: Store) -> None:
        """``reopen``: "How many activities at most"; others "stay as they are"."""
        users = self.users(4)
        for user in users:
            store.sessions.add([*did(user, may(1)), *did(user, may(4))])
        evaluate(store, may(6))
        with store.engagements.page() as page:
            found = readable(page.reopen(None, since=may(1), limit=1))
            expect([each.key for each in found], users[:1], "the first user's in any case")
            page.keep(plan(found))
        for user in users:
            expect(streaks(store, user, 6), [1, 0, 0, 1, 0, 0], "nobody else's are taken back")
        everybody = [each.key for each in again(store, since=may(1), limit=3)]
        expect(everybody, users, "page after page")

    def test_what_is_not_kept_is_due(self, store: Store) -> None:
        """``reopen``: "``keep`` takes what they come to, in the same transaction"."""
        ada = self.user_id(1)
        store.sessions.add([*did(ada, may(1)), *did(ada, may(4))])
        evaluate(store, may(6))
        expect(_through(store), [6], "a transaction that is undone")
        expect(streaks(store, ada, 6), [1, 0, 0, 1, 0, 0], "takes nothing back")
        with store.engagements.page() as page:
            readable(page.reopen(None, since=may(3), limit=_MANY))
        expect(streaks(store, ada, 6), [1, 0, None, None, None, None], "now it does")
        expect(days_of(due(store, may(6))), {ada: [3, 4]}, "and the days are due")
        evaluate(store, may(6))
        expect(streaks(store, ada, 6), [1, 0, 0, 1, 0, 0], "as they were")

    def test_what_happens_before_what_was_taken_back_is_due_first(self, store: Store) -> None:
        """``reopen``: days are "as if they had never been evaluated", if nobody was idle since."""
        ada = self.user_id(1)
        store.sessions.add([*did(ada, may(1), "like"), *did(ada, may(6), "like")])
        with store.engagements.page() as page:
            page.keep(plan(due_in(page, may(6))))
        with store.engagements.page() as page:
            readable(page.reopen(None, since=may(6), limit=_MANY))
        expect(days_of(due(store, may(9))), {ada: [6]}, "the day that was taken back")
        store.sessions.add(did(ada, may(3), "like"))
        expect(days_of(due(store, may(9))), {ada: [3, 6]}, "May 3 was never evaluated")
        expect(late(store), (0, 0), "and so is not late")

    def test_it_can_be_done_again(self, store: Store) -> None:
        """``reopen``: days that come to the same are evaluated to the same, however often."""
        users = self.users(3)
        store.sessions.add(
            each
            for place, user in enumerate(users)
            for day in (1, 2, 3 + place, 9)
            for each in did(user, may(day), quality=place + 2)
        )
        evaluate(store, may(12))
        kept = [outcomes(store, user, 14) for user in users]
        for since in (may(1), may(3), may(12)):
            again(store, since=since)
            found = [outcomes(store, user, 14) for user in users]
            expect(found, kept, f"everything is as it was, since {since}")
            expect(days_of(due(store, may(20))), {}, "and nothing is due")
