"""What an :class:`mainstay.ports.EngagementStore` picks from on days on which nothing happens."""

from __future__ import annotations

from datetime import date

from mainstay.jobs import evaluate_consistency
from mainstay.ports import HasEngagements
from mainstay.testing.conformance._activity import at, context, did, may
from mainstay.testing.conformance._days import ONE_POST, evaluate, idle
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._suite import Suite

__all__ = ["StandingConformance"]


class StandingConformance(Suite[HasEngagements]):
    """Tests of ``best_missed`` where outcomes stand, or stood, on the days."""

    def test_those_that_stand_are_among_the_best(self, store: HasEngagements) -> None:
        """``best_missed``: "Outcomes that stand on a day are among them"."""
        ahead, busy, idle, new, zero = self.users(5)
        store.sessions.add([*did(idle, may(1), times=3), *did(busy, may(4), times=2)])
        store.sessions.add([*did(new, may(5)), *did(ahead, may(9)), *did(zero, may(1), "like")])
        evaluate(store, may(5))
        with store.engagements.page() as page:
            best = page.best_missed([may(day) for day in range(1, 8)], limit=9)
        users = [[outcome.user_id for outcome in best[may(day)]] for day in range(1, 8)]
        expected = [[], [idle], [idle], [idle], [busy, idle], [], []]
        expect(users, expected, "on each day through which they were evaluated")
        outcomes = [store.engagements.outcome(idle, may(day)) for day in (2, 3, 5)]
        expect([best[may(day)][-1] for day in (2, 3, 5)], outcomes, "with what the day came to")

    def test_those_that_stood_are_among_the_best(self, store: HasEngagements) -> None:
        """``best_missed``: whatever has come since, and whether later days are closed or not."""
        ada, bob = self.users(2)
        store.sessions.add([*did(ada, may(1), times=3), *did(bob, may(1), times=2)])
        evaluate(store, may(4))
        store.sessions.add(did(ada, may(6), "like"))
        evaluate(store, may(5))
        evaluate(store, may(6))
        days = [may(day) for day in (3, 5, 6)]
        with store.engagements.page() as page:
            best = page.best_missed(days, limit=9)
        for day in days:
            outcomes = [store.engagements.outcome(user, day) for user in (ada, bob)]
            expect(list(best[day]), outcomes, f"both, on {day}")
        with store.engagements.page() as page:
            page.close({may(9): []})
        with store.engagements.page() as page:
            expect(page.best_missed(days, limit=9), best, "as if no later day were closed")

    def test_who_was_not_done_does_not_stand(self, store: HasEngagements) -> None:
        """``best_missed``: outcomes stand as far as the user has been evaluated."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(1), times=3))
        evaluate(store, may(4))
        store.sessions.add(did(ada, may(7), "like"))
        idle(store, may(8))
        days = [may(day) for day in (5, 6, 7, 8)]
        with store.engagements.page() as page:
            best = page.best_missed(days, limit=9)
        users = [[outcome.user_id for outcome in best[day]] for day in days]
        expect(users, [[ada], [ada], [], []], "through the day before the one that is due")

    def test_many_that_stand_are_all_considered(self, store: HasEngagements) -> None:
        """``best_missed``: "the highest first, at most ``limit``", however many there are."""
        users = self.users(150)
        store.sessions.add(
            each
            for number, user in enumerate(users)
            for each in did(user, may(1 + number % 2), times=1 + number % 3)
        )
        evaluate(store, may(4))
        store.sessions.add(each for user in users[::7] for each in did(user, may(5), "like"))
        evaluate(store, may(6))
        days = [may(day) for day in (2, 4, 5)]
        with store.engagements.page() as page:
            best = page.best_missed(days, limit=100)
        for day in days:
            found = (store.engagements.outcome(user, day) for user in users)
            missed = [outcome for outcome in found if outcome is not None and outcome.total > 0]
            missed.sort(key=lambda each: (-each.total, -each.streak_before, each.user_id))
            expect(list(best[day]), missed[:100], f"the best of {day}")

    def test_a_long_idle_time_is_closed_day_by_day(self, store: HasEngagements) -> None:
        """``close``: each day has its candidates, whether anything happened on it or not."""
        ada, bob = self.users(2)
        store.sessions.add(did(ada, date(2019, 12, 30)))
        job = evaluate_consistency(store.engagements, policy=ONE_POST)
        report = job.run(context(may(2), at(may(6))))
        expect(report.succeeded, 1, "one user has days that must be evaluated")
        expect(report.result["candidates_count"], (may(2) - date(2019, 12, 30)).days, "ada's days")
        for day in (date(2019, 12, 31), date(2022, 8, 1), may(2)):
            found = store.engagements.candidates(day)
            expect(list(found or ()), [store.engagements.outcome(ada, day)], f"she missed {day}")
        store.sessions.add(did(bob, date(2015, 3, 1), "like"))
        job.run(context(may(2), at(may(6))))
        early = [store.engagements.candidates(date(2015, 3, day)) for day in (1, 2)]
        expect([None if each is None else [*each] for each in early], [[], []], "bob has no points")
