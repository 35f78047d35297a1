"""What an :class:`mainstay.ports.EngagementStore` keeps of days."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from mainstay.jobs import evaluate_consistency
from mainstay.ports import HasEngagements
from mainstay.scores.engagement.pick import pick_candidates
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.testing.conformance._activity import at, context, did, may
from mainstay.testing.conformance._days import ONE_POST, due, due_in, evaluate, plan
from mainstay.testing.conformance._expect import expect, together
from mainstay.testing.conformance._suite import Suite
from mainstay.testing.conformance._transactions import Interrupted

__all__ = ["KeptDaysConformance"]


class KeptDaysConformance(Suite[HasEngagements]):
    """Tests of what is kept of days, and when."""

    def test_each_outcome_comes_back_as_it_was_kept(self, store: HasEngagements) -> None:
        """``outcome``: "what a day came to for a user"."""
        ada, bob, cy = self.users(3)
        other = EngagementPolicy(streak_weight=1, posts_weight=2, quality_weight=4, posts_half=3)
        store.sessions.add(
            [
                *did(ada, may(1), quality=7.25),
                *did(ada, may(1), quality=8),
                *did(bob, may(1), "like"),
                *did(cy, may(2), quality=0),
                *did(ada, may(3), "like"),
            ]
        )
        plans = [*evaluate(store, may(2)), *evaluate(store, may(3), other)]
        outcomes = [outcome for each in plans for outcome in each.outcomes]
        days = [(outcome.user_id, outcome.day.day) for outcome in outcomes]
        expected = [(ada, 1), (ada, 2), (bob, 1), (cy, 2), (ada, 3), (cy, 3)]
        expect(days, expected, "days with events, and those on which a streak ended")
        for outcome in outcomes:
            found = store.engagements.outcome(outcome.user_id, outcome.day)
            expect(found, outcome, "every part of it comes back")

    def test_a_day_that_was_not_evaluated_has_no_outcome(self, store: HasEngagements) -> None:
        """``outcome``: "``None`` if it has not been evaluated"."""
        ada, bob = self.users(2)
        store.sessions.add(did(ada, may(2)))
        expect(store.engagements.outcome(ada, may(2)), None, "not evaluated yet")
        evaluate(store, may(2))
        for user, day in ((ada, 1), (ada, 3), (bob, 2)):
            expect(store.engagements.outcome(user, may(day)), None, f"nothing of {user}, May {day}")

    def test_an_outcome_stays_whatever_arrives_late(self, store: HasEngagements) -> None:
        """``outcome``: what was kept stays, and is not evaluated again."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(1), "like"))
        (kept,) = evaluate(store, may(1))
        store.sessions.add(did(ada, may(1), "post", quality=10))
        evaluate(store, may(2))
        found = store.engagements.outcome(ada, may(1))
        expect(found, kept.outcomes[0], "a late post does not change a day that was evaluated")

    def test_a_late_post_counts_whoever_else_is_late(self, store: HasEngagements) -> None:
        """``due``: totals include what arrived late, also once others' days were evaluated late."""
        ada, bob, cy = self.users(3)
        store.sessions.add(did(bob, may(2), quality=2))
        evaluate(store, may(2))
        store.sessions.add(
            [
                *did(ada, may(2)),
                *did(bob, may(1), quality=8, times=2),
                *did(cy, may(2)),
            ]
        )
        late = [each.state.user_id for each in evaluate(store, may(2))]
        expect(late, [ada, cy], "those two are new")
        totals = {
            each.key: (each.activities[0].posts, each.activities[0].average_quality)
            for each in due(store, may(3))
        }
        expected = {ada: (1, None), bob: (3, 6.0), cy: (1, None)}
        expect(totals, expected, "everybody's posts, bob's late ones too")

    def test_a_block_that_raises_closes_no_day(self, store: HasEngagements) -> None:
        """``page``: "undone if it raises", also what ``close`` has fixed."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(1), "like"))
        with suppress(Interrupted), store.engagements.page() as page:
            page.keep(plan(due_in(page, may(1))))
            page.close({may(1): []})
            raise Interrupted
        expect(store.engagements.outcome(ada, may(1)), None, "the outcome is undone")
        expect(store.engagements.candidates(may(1)), None, "the day is not closed")

    def test_a_late_run_gives_what_punctual_ones_give(self, store: HasEngagements) -> None:
        """``due``: the totals "through each day" are those that a punctual run had."""
        users, active = self.users(6), ((1, 2, 3, 5), (1, 4), (5,))
        punctual = dict(zip(users[:3], active, strict=True))
        behind = dict(zip(users[3:], punctual.items(), strict=True))
        totals = dict[tuple[str, int], float]()
        for day in range(1, 7):
            for user, days in punctual.items():
                if day in days:
                    store.sessions.add(did(user, may(day), quality=day))
            for each in evaluate(store, may(day)):
                totals[each.state.user_id, day] = each.outcomes[0].total
        for user, (_, days) in behind.items():
            store.sessions.add(each for day in days for each in did(user, may(day), quality=day))
        evaluate(store, may(6))
        late = {other: user for user, (other, _) in behind.items()}
        for (user, day), total in totals.items():
            outcome = store.engagements.outcome(late[user], may(day))
            found = None if outcome is None else outcome.total
            expect(found, total, f"May {day} comes to the same for {late[user]}")

    def test_two_runs_at_once_leave_what_one_leaves(self, store: HasEngagements) -> None:
        """``page``: transactions of several processes are as good as one after the other."""
        users = self.users(9)
        for number, user in enumerate(users):
            store.sessions.add(
                [
                    *did(user, may(1 + number % 3), times=number),
                    *did(user, may(4), "like"),
                ]
            )
        plans = plan(due(store, may(5)))
        job = evaluate_consistency(store.engagements, policy=ONE_POST)
        reports = together(*[partial(job.run, context(may(5), at(may(7)), page_size=6))] * 2)
        done = [sum(getattr(each, name) for each in reports) for name in ("succeeded", "failed")]
        expect(done, [len(users), 0], "every user is evaluated once, by one of the runs")
        outcomes = [outcome for each in plans for outcome in each.outcomes]
        for outcome in outcomes:
            found = store.engagements.outcome(outcome.user_id, outcome.day)
            expect(found, outcome, "each day comes to what it does in one run")
        for day in map(may, range(1, 6)):
            latest = {each.user_id: each for each in outcomes if each.day <= day}
            stand = [outcome.idle_on(day) for outcome in latest.values()]
            best = pick_candidates(stand, policy=ONE_POST)
            expect(list(store.engagements.candidates(day) or ()), [*best], f"candidates of {day}")
