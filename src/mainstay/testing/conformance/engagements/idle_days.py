"""Which days an :class:`mainstay.ports.EngagementStore` has evaluated, and which it need not."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from mainstay.errors import RejectedError
from mainstay.jobs import change_policy, evaluate_consistency
from mainstay.ports import DueDays, EvaluatedDays, HasEngagements
from mainstay.scores.engagement.criteria import DailyCriteria
from mainstay.scores.engagement.day import DayOutcome
from mainstay.scores.engagement.evaluate import Engagement
from mainstay.scores.engagement.historical import historical_score
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.testing.conformance._activity import at, context, did, may
from mainstay.testing.conformance._days import ONE_POST, due, due_in, evaluate, idle, plan
from mainstay.testing.conformance._expect import expect, raised
from mainstay.testing.conformance._suite import Suite
from mainstay.testing.conformance._transactions import Interrupted

__all__ = ["IdleDaysConformance"]


def _due_days(store: HasEngagements, day: date) -> dict[str, list[int]]:
    """Return who is due, and which days of May."""
    return {each.key: [day.day.day for day in each.activities] for each in due(store, day)}


def _streaks(store: HasEngagements, user_id: str, last: int) -> list[int | None]:
    """Return the streak after each day of May, through one."""
    found = [store.engagements.outcome(user_id, may(day)) for day in range(1, last + 1)]
    return [None if outcome is None else outcome.streak_after for outcome in found]


class IdleDaysConformance(Suite[HasEngagements]):
    """Tests of idle days, and of the days that must be evaluated nevertheless."""

    def test_idle_days_without_a_streak_are_not_due(self, store: HasEngagements) -> None:
        """``EngagementPage``: a day must be evaluated "if, and only if, it is ..."."""
        ada = self.user_id(1)
        store.sessions.add([*did(ada, may(1), "like"), *did(ada, may(9), "like")])
        expect(_due_days(store, may(8)), {ada: [1]}, "the first day, and no idle one")
        evaluate(store, may(8))
        expect(_due_days(store, may(8)), {}, "nothing is left")
        expect(_due_days(store, may(12)), {ada: [9]}, "the next day with an event")

    def test_who_is_not_due_has_been_idle(self, store: HasEngagements) -> None:
        """``idle``: "So they are evaluated through ``day``"."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(2), "like"))
        with store.engagements.page() as page:
            page.keep(plan(due_in(page, may(5))))
        expect(_streaks(store, ada, 4), [None, 0, None, None], "as far as anything is known")
        idle(store, may(3))
        expect(_streaks(store, ada, 4), [None, 0, 0, None], "now May 3 is known, too")

    def test_the_last_outcome_stands(self, store: HasEngagements) -> None:
        """``EngagementPage``: "it is that of every later day ..., without a streak"."""
        ada = self.user_id(1)
        store.sessions.add([*did(ada, may(1), quality=7), *did(ada, may(2), quality=2)])
        evaluate(store, may(9))
        ended = historical_score(streak=2, posts=2, average_quality=4.5, policy=ONE_POST)
        stands = historical_score(streak=0, posts=2, average_quality=4.5, policy=ONE_POST)
        expected = [DayOutcome(ada, may(3), 2, ended), DayOutcome(ada, may(4), 0, stands)]
        found = [store.engagements.outcome(ada, may(day)) for day in (3, 4, 9)]
        last = DayOutcome(ada, may(9), 0, stands)
        expect(found, [*expected, last], "the streak has its points once, the posts each day")

    def test_it_stands_until_the_next_one(self, store: HasEngagements) -> None:
        """``EngagementPage``: "until the next one is kept"; earlier days stay as they were."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(1), "like"))
        evaluate(store, may(4))
        store.sessions.add(did(ada, may(6), times=3))
        expect(_due_days(store, may(9)), {ada: [6]}, "the day of the new events")
        evaluate(store, may(9))
        expect(_streaks(store, ada, 9), [0, 0, 0, 0, 0, 1, 0, 0, 0], "a streak of a day")
        posts = [store.engagements.outcome(ada, may(day)) for day in (5, 7, 9)]
        totals = [
            None if each is None or each.score is None else each.score.posts for each in posts
        ]
        expect(totals, [0, 3, 3], "posts count from their day on")

    def test_who_is_due_is_evaluated_through_the_day_before(self, store: HasEngagements) -> None:
        """``idle``: "those who are due are so through the day before the first that is"."""
        ada, bob = self.users(2)
        store.sessions.add(did(ada, may(1), "like"))
        evaluate(store, may(1))
        store.sessions.add(did(ada, may(4), "like"))
        idle(store, may(6))
        expect(_streaks(store, ada, 6), [0, 0, 0, None, None, None], "through May 3")
        expect(_due_days(store, may(6)), {ada: [4]}, "and due since May 4")
        store.sessions.add(did(bob, may(5), "like"))
        idle(store, may(7))
        expect(_streaks(store, bob, 7), [None] * 7, "who is new has not been evaluated at all")
        expect(_due_days(store, may(7)), {ada: [4], bob: [5]}, "both are due")

    def test_what_arrives_for_an_idle_day_is_late(self, store: HasEngagements) -> None:
        """``idle``: "then they are late": the day stays, the totals grow."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(1), "like"))
        evaluate(store, may(5))
        kept = store.engagements.outcome(ada, may(4))
        store.sessions.add([*did(ada, may(4), times=2), *did(ada, may(3), "like")])
        expect(_due_days(store, may(5)), {}, "May 4 has been evaluated")
        expect(store.engagements.outcome(ada, may(4)), kept, "and stays as it was")
        (found,) = due(store, may(9))
        late = [(each.day, dict(each.counts), each.posts) for each in found.activities]
        expect(late, [(may(6), {}, 2)], "the first day to come knows of the posts")
        evaluate(store, may(9))
        expect(_due_days(store, may(20)), {}, "and stands from then on")

    def test_what_arrives_late_while_others_are_evaluated_counts_from_the_next_day(
        self, store: HasEngagements
    ) -> None:
        """``due``: totals include it "after a day had been evaluated", by any run."""
        ada = self.user_id(1)
        store.sessions.add([*did(ada, may(1), "like"), *did(ada, may(3), "like")])
        evaluate(store, may(1))
        with store.engagements.page() as page:
            page.keep(plan(due_in(page, may(5))))
        store.sessions.add(did(ada, may(2)))
        expect(_due_days(store, may(5)), {ada: [4]}, "May 3 was kept, and no later day")
        (found,) = due(store, may(5))
        expect(found.activities[0].posts, 1, "the post counts from then on")
        evaluate(store, may(5))
        expect(_streaks(store, ada, 5), [0] * 5, "each day has been evaluated")

    def test_what_does_not_count_changes_no_day(self, store: HasEngagements) -> None:
        """``EngagementPage``: the first day "after *posts* have arrived late", and nothing else."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(3), "like"))
        evaluate(store, may(5))
        store.sessions.add([*did(ada, may(4), "like"), *did(ada, may(1), "like")])
        expect(_due_days(store, may(9)), {}, "likes are not posts")
        expect(_streaks(store, ada, 4), [None, None, 0, 0], "nor is an earlier first day")

    def test_the_day_on_which_a_streak_ends_must_be_kept(self, store: HasEngagements) -> None:
        """``DueDays.through``: "Those on which a streak ends ... must be evaluated as well"."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(1)))

        def keep_the_first_alone() -> None:
            with store.engagements.page() as page:
                (due,) = due_in(page, may(3))
                (first, _) = plan([due])[0].outcomes
                page.keep([EvaluatedDays(Engagement(ada, 1, may(1)), [first])])

        raised(RejectedError, keep_the_first_alone, "May 2 has no outcome")
        expect(_due_days(store, may(3)), {ada: [1]}, "nothing is kept")

    def test_no_other_day_can_be_kept(self, store: HasEngagements) -> None:
        """``keep``: of what ``due`` "has returned in this transaction", or RejectedError."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(1), "like"))

        def keep_idle_days() -> None:
            with store.engagements.page() as page:
                (due,) = due_in(page, may(3))
                state, outcomes = Engagement(ada), list[DayOutcome]()
                for planned in plan([DueDays(state, due.activities, may(1))]):
                    state, outcomes = planned.state, [*planned.outcomes]
                outcomes.append(outcomes[-1].idle_on(may(2)))
                page.keep([EvaluatedDays(state.idle_through(may(2)), outcomes)])

        raised(RejectedError, keep_idle_days, "May 2 need not be evaluated")
        expect(_due_days(store, may(3)), {ada: [1]}, "nothing is kept")

    def test_events_of_later_days_are_not_forgotten(self, store: HasEngagements) -> None:
        """``due``: what has happened after ``day`` is due when its day is asked for."""
        ada = self.user_id(1)
        store.sessions.add(each for day in (1, 7, 9) for each in did(ada, may(day), "like"))
        evaluate(store, may(3))
        store.sessions.add(did(ada, may(8), "like"))
        expect(_due_days(store, may(6)), {}, "nothing has happened yet")
        expect(_due_days(store, may(10)), {ada: [7, 8, 9]}, "each day with an event")

    def test_what_was_evaluated_is_not_counted_again(self, store: HasEngagements) -> None:
        """``due``: "totals through each day", next to somebody who is due since longer ago."""
        ada, bob = self.users(2)
        store.sessions.add(did(bob, may(3)))
        evaluate(store, may(4))
        store.sessions.add([*did(ada, may(2), "like"), *did(bob, may(8), "like")])
        found = {
            each.key: [(activity.day, activity.posts) for activity in each.activities]
            for each in due(store, may(30))
        }
        expect(found, {ada: [(may(2), 0)], bob: [(may(8), 1)]}, "bob has one post")

    def test_a_run_behind_others_leaves_the_rest(self, store: HasEngagements) -> None:
        """``EngagementPage``: the first "after the target of a run that was behind others"."""
        ada, bob = self.users(2)
        store.sessions.add(did(ada, may(1), "like"))
        evaluate(store, may(6))
        store.sessions.add(did(bob, may(2), "like"))
        evaluate(store, may(4))
        expect(_streaks(store, bob, 6), [None, 0, 0, 0, None, None], "through May 4")
        expect(_streaks(store, ada, 6), [0] * 6, "what was evaluated stays so")
        expect(_due_days(store, may(6)), {bob: [5]}, "the rest is due")

    def test_policies_that_score_otherwise_make_a_day_due(self, store: HasEngagements) -> None:
        """``EngagementPage``: the first "after idle days have come to score otherwise"."""
        ada, bob = self.users(2)
        other = EngagementPolicy(criteria=ONE_POST.criteria, posts_half=7)
        strict = EngagementPolicy(criteria=DailyCriteria({"post": 9}), posts_half=7, streak_half=1)
        job = evaluate_consistency(store.engagements)
        store.sessions.add([*did(ada, may(1), times=3), *did(bob, may(4), "like")])
        with store.engagements.page() as page:
            page.keep_policy(ONE_POST)
        evaluate(store, may(2))
        change_policy(store.engagements, policy=strict, since=may(7))
        change_policy(store.engagements, policy=other, since=may(5))
        expect(_due_days(store, may(4)), {bob: [4]}, "the same policy as before")
        expect(_due_days(store, may(9)), {ada: [5], bob: [4, 5]}, "the first day of another")
        expect(store.engagements.count_due(may(9)), 2, "both are counted")
        job.run(context(may(9), at(may(12))))
        expect(_due_days(store, may(12)), {}, "criteria alone change no idle day")
        scores = [historical_score(streak=0, posts=3, policy=each) for each in (ONE_POST, other)]
        found = [store.engagements.outcome(ada, may(day)) for day in (4, 5, 9)]
        expected = [DayOutcome(ada, may(4), 0, scores[0])]
        expected += [DayOutcome(ada, may(day), 0, scores[1]) for day in (5, 9)]
        expect(found, expected, "by the policy of each day")

    def test_a_change_before_the_next_event_is_due_first(self, store: HasEngagements) -> None:
        """``DueDays.activities``: "The first is the first on which anything is new"."""
        ada = self.user_id(1)
        other = EngagementPolicy(criteria=ONE_POST.criteria, posts_half=7)
        store.sessions.add(did(ada, may(1), times=3))
        with store.engagements.page() as page:
            page.keep_policy(ONE_POST)
        evaluate(store, may(2))
        change_policy(store.engagements, policy=other, since=may(5))
        store.sessions.add(did(ada, may(7), "like"))
        for last in (7, 9):
            expect(_due_days(store, may(last)), {ada: [5, 7]}, f"through May {last}")
        evaluate_consistency(store.engagements).run(context(may(7), at(may(12))))
        stands = historical_score(streak=0, posts=3, policy=other)
        expected = DayOutcome(ada, may(6), 0, stands)
        expect(store.engagements.outcome(ada, may(6)), expected, "by the policy of the day")

    def test_a_replaced_policy_leaves_no_trace(self, store: HasEngagements) -> None:
        """``EngagementPage``: "idle days have come to score otherwise", by what is kept now."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(1), "like"))
        with store.engagements.page() as page:
            page.keep_policy(ONE_POST)
        evaluate(store, may(2))
        other = EngagementPolicy(criteria=ONE_POST.criteria, posts_half=7)
        change_policy(store.engagements, policy=other, since=may(5))
        expect(_due_days(store, may(9)), {ada: [5]}, "it scores otherwise")
        change_policy(store.engagements, policy=ONE_POST, since=may(5))
        expect(_due_days(store, may(9)), {}, "it does not any more")

    def test_a_day_that_was_not_done_stays_due(self, store: HasEngagements) -> None:
        """``idle``: those who are due stay so, also since idle days score otherwise."""
        ada, bob = self.users(2)
        other = EngagementPolicy(criteria=ONE_POST.criteria, posts_half=7)
        store.sessions.add([*did(ada, may(1), "like"), *did(bob, may(1), "like")])
        with store.engagements.page() as page:
            page.keep_policy(ONE_POST)
        evaluate(store, may(2))
        change_policy(store.engagements, policy=other, since=may(5))
        with store.engagements.page() as page:
            page.keep(plan(due_in(page, may(6))[1:], other))
        idle(store, may(6))
        expect(_due_days(store, may(6)), {ada: [5]}, "one of them is done")
        expect(_streaks(store, ada, 6), [0, 0, 0, 0, None, None], "the other through May 4")
        expect(_streaks(store, bob, 6), [0] * 6, "and the one through May 6")

    def test_the_past_is_not_idle_again(self, store: HasEngagements) -> None:
        """``idle``: "Days before the latest that was said so change nothing"."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(1), "like"))
        evaluate(store, may(6))
        idle(store, may(3))
        expect(_streaks(store, ada, 7), [*[0] * 6, None], "May 6 is")

    def test_idle_days_are_undone_with_their_transaction(self, store: HasEngagements) -> None:
        """``page``: "undone if it raises", also what ``idle`` has said."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(1), "like"))
        evaluate(store, may(1))
        with suppress(Interrupted), store.engagements.page() as page:
            page.idle(may(5))
            raise Interrupted
        expect(_streaks(store, ada, 2), [0, None], "nobody has been idle")
