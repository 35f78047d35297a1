"""How an :class:`mainstay.ports.EngagementStore` ranks outcomes, and closes days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from mainstay.ports import HasEngagements
from mainstay.scores.engagement.criteria import DailyCriteria
from mainstay.scores.engagement.day import DayOutcome
from mainstay.scores.engagement.historical import historical_score
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.testing.conformance._activity import did, may
from mainstay.testing.conformance._days import due_in, evaluate, plan
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._suite import Suite

__all__ = ["CandidatesConformance"]

#: Only posts and their quality score, so that streaks of any length can tie.
_NO_STREAK = EngagementPolicy(criteria=DailyCriteria({"post": 1}), streak_weight=0)
#: The first post gives half of the points for posts, the third three quarters.
_HALF_AT_ONE = EngagementPolicy(criteria=DailyCriteria({"post": 1}), posts_half=1)
_MANY = 1000


def _best(store: HasEngagements, day: date, limit: int = _MANY) -> Sequence[DayOutcome]:
    with store.engagements.page() as page:
        return page.best_missed([day], limit=limit)[day]


def _open(store: HasEngagements, through: date, limit: int = _MANY) -> list[date]:
    with store.engagements.page() as page:
        return list(page.open_days(through, limit=limit))


def _close(store: HasEngagements, day: date, candidates: Sequence[DayOutcome]) -> None:
    with store.engagements.page() as page:
        page.close({day: candidates})


def _users(outcomes: Sequence[DayOutcome] | None) -> list[str] | None:
    return None if outcomes is None else [outcome.user_id for outcome in outcomes]


class CandidatesConformance(Suite[HasEngagements]):
    """Tests of open days, of the best of those who missed one, and of closing it."""

    def test_without_activity_no_day_is_open(self, store: HasEngagements) -> None:
        """``open_days``: "They begin with the first day on which any user was active"."""
        expect(_open(store, may(31)), [], "nobody has been active")

    def test_open_days_begin_with_the_first_active_one(self, store: HasEngagements) -> None:
        """``open_days``: "oldest first, at most ``limit``", and idle days are days too."""
        ada, bob, cy = self.users(3)
        store.sessions.add([*did(ada, may(5)), *did(bob, may(3))])
        expect(_open(store, may(2)), [], "nobody had been active by then")
        expect(_open(store, may(3)), [may(3)], "the first active day")
        expect(_open(store, may(6)), [may(day) for day in (3, 4, 5, 6)], "all days since")
        expect(_open(store, may(6), limit=2), [may(3), may(4)], "no more than asked for")
        with store.engagements.page() as page:
            for after, days in ((may(4), [may(5), may(6)]), (may(1), [may(3)]), (may(6), [])):
                found = page.open_days(may(6), after=after, limit=2)
                expect(list(found)[: len(days)], days, f"the first after {after}")
        store.sessions.add(did(cy, may(1)))
        expect(_open(store, may(3)), [may(1), may(2), may(3)], "what arrives late is active too")

    def test_a_closed_day_is_not_open(self, store: HasEngagements) -> None:
        """``open_days``: "days that were not closed"."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(1)))
        _close(store, may(2), [])
        expect(_open(store, may(4)), [may(1), may(3), may(4)], "May 2 was closed")
        expect(_open(store, may(4), limit=2), [may(1), may(3)], "the limit counts open days")

    def test_the_best_come_first(self, store: HasEngagements) -> None:
        """``best_missed``: "a day's outcomes with a total above 0: the highest first"."""
        little, met, more, much, nothing = self.users(5)
        store.sessions.add(
            [
                *did(little, may(1)),
                *did(much, may(1), times=3, quality=9),
                *did(more, may(1), times=2),
                *did(nothing, may(1), "like"),
                *did(met, may(1)),
                *did(met, may(2)),
            ]
        )
        expect(list(_best(store, may(2))), [], "nobody has been evaluated")
        outcomes = {each.state.user_id: each.outcomes[-1] for each in evaluate(store, may(2))}
        best = [outcomes[user] for user in (much, more, little)]
        claim = "no days that met the criteria, no totals of 0, no other day's outcomes"
        expect(list(_best(store, may(2))), best, claim)
        expect(list(_best(store, may(2), limit=2)), best[:2], "no more than asked for")

    def test_several_days_are_asked_for_at_once(self, store: HasEngagements) -> None:
        """``best_missed``: "each day's outcomes ..., at most ``limit``"; ``close``: "of days"."""
        ada, bob, cy = self.users(3)
        store.sessions.add([*did(ada, may(1)), *did(bob, may(2), times=2), *did(cy, may(4))])
        evaluate(store, may(4))
        days = [may(4), may(2), may(3), may(9)]
        with store.engagements.page() as page:
            best = {day: _users(each) for day, each in page.best_missed(days, limit=9).items()}
            first = {day: _users(each) for day, each in page.best_missed(days, limit=1).items()}
            none = page.best_missed([], limit=9)
            page.close(page.best_missed([may(2), may(3)], limit=9))
        expected = {
            may(2): [ada],
            may(3): [bob, ada],
            may(4): [bob, ada],
            may(9): [],
        }
        expect(best, expected, "who missed each day")
        expect(first, {day: users[:1] for day, users in expected.items()}, "the best of each")
        expect(dict(none), {}, "no day, no outcomes")
        closed = [_users(store.engagements.candidates(may(day))) for day in (2, 3, 4)]
        expect(closed, [[ada], [bob, ada], None], "the days that were closed")

    def test_who_stands_may_be_between_those_who_have_missed_the_day(
        self, store: HasEngagements
    ) -> None:
        """``best_missed``: "Outcomes that stand on a day are among them", in their places."""
        ada, stands, zoe = self.users(3)
        store.sessions.add([*did(ada, may(2)), *did(zoe, may(2), times=9)])
        store.sessions.add([*did(stands, may(1), "like"), *did(stands, may(1), times=4)])
        for user in (ada, zoe):
            store.sessions.add(did(user, may(4), "like"))
        evaluate(store, may(4))
        for limit, best in ((1, [zoe]), (2, [zoe, stands]), (3, [zoe, stands, ada])):
            expect(_users(_best(store, may(4), limit)), best, f"9, 4 and 1 posts, {limit} of them")

    def test_ties_go_to_the_longer_streak(self, store: HasEngagements) -> None:
        """``best_missed``: "Ties go to the longer streak before the day"."""
        short, long, middle = self.users(3)
        store.sessions.add(
            [
                *did(short, may(3), times=4),
                *did(long, may(1), times=2),
                *did(long, may(2)),
                *did(long, may(3)),
                *did(middle, may(2)),
                *did(middle, may(3), times=3),
            ]
        )
        evaluate(store, may(4), _NO_STREAK)
        order = [long, middle, short]
        expect(_users(_best(store, may(4))), order, "four posts each, streaks of 3, 2 and 1 days")

    def test_equal_streaks_are_ordered_by_user_id(self, store: HasEngagements) -> None:
        """``best_missed``: "then to the lower user id", by code point."""
        odd = self.odd_users()
        store.sessions.add(each for user in odd for each in did(user, may(1)))
        with store.engagements.page() as page:
            page.keep([*reversed(plan(due_in(page, may(2))))])
        expect(_users(_best(store, may(2))), odd, "all else is equal")
        expect(_users(_best(store, may(2), limit=3)), odd[:3], "the lowest of them")

    def test_totals_that_differ_in_the_last_digit_are_no_tie(self, store: HasEngagements) -> None:
        """``best_missed``: "the highest first", by totals as they are, not as they are shown.

        The two come to 42.56666666666666 and 42.56666666666667 on the day, and on an idle one to
        39.9 and 39.900000000000006: what is the same on paper is not when it is added up.
        """
        ada, bob = self.users(2)
        store.sessions.add(did(ada, may(1), times=2))
        store.sessions.add([*did(ada, may(1), quality=5.8), *did(bob, may(1), quality=8.3)])
        evaluate(store, may(3), _HALF_AT_ONE)
        days = (may(2), may(3))
        with store.engagements.page() as page:
            best = page.best_missed(days, limit=9)
            first = page.best_missed(days, limit=1)
        for day in days:
            his, hers = (store.engagements.outcome(user, day) for user in (bob, ada))
            gap = his.total - hers.total if his is not None and hers is not None else 0
            expect(0 < gap < 1e-13, True, "his total is higher, by the last digit")
            expect(list(best[day]), [his, hers], "so that he comes first, whatever their ids are")
            expect(list(first[day]), [his], "he alone")

    def test_a_day_has_no_candidates_until_it_is_closed(self, store: HasEngagements) -> None:
        """``candidates``: "``None`` while the day is not closed"."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(1), "like"))
        evaluate(store, may(2))
        expect(store.engagements.candidates(may(1)), None, "the day is open")
        _close(store, may(1), [])
        found = store.engagements.candidates(may(1))
        expect(
            None if found is None else list(found), [], "the day is closed, and has no candidates"
        )
        expect(store.engagements.candidates(may(2)), None, "the next day is open")

    def test_candidates_keep_their_order(self, store: HasEngagements) -> None:
        """``close``: "Fix a day's candidates, in their order"."""
        ada, bob, cyd, dan = self.users(4)
        store.sessions.add(
            each
            for number, user in enumerate((dan, ada, cyd, bob), 1)
            for each in did(user, may(1), times=number)
        )
        evaluate(store, may(2))
        best = list(_best(store, may(2)))
        expect(_users(best), [bob, cyd, ada, dan], "more posts give more points")
        picked = [best[2], best[0], best[3]]
        _close(store, may(2), picked)
        expect(list(store.engagements.candidates(may(2)) or ()), picked, "as they were given")

    def test_candidates_are_kept_with_their_whole_outcomes(self, store: HasEngagements) -> None:
        """``close``: "with its whole outcome, whatever becomes of the outcomes of the day"."""
        ada, bob = self.users(2)
        given = [
            DayOutcome(ada, may(2), 7, historical_score(streak=7, posts=3, average_quality=1 / 3)),
            DayOutcome(bob, may(2), 0, historical_score(streak=0, posts=1, policy=_NO_STREAK)),
        ]
        _close(store, may(2), given)
        expect(list(store.engagements.candidates(may(2)) or ()), given, "every part comes back")

    def test_a_closed_day_stays_as_it_is(self, store: HasEngagements) -> None:
        """``close``: "a day that is closed stays as it is"."""
        ada, bob = self.users(2)
        store.sessions.add([*did(ada, may(1)), *did(bob, may(1), times=2)])
        evaluate(store, may(2))
        best = _best(store, may(2))
        for candidates in (best[:1], best, []):
            _close(store, may(2), candidates)
        expect(_users(store.engagements.candidates(may(2))), [bob], "as it was closed first")

    def test_later_repairs_leave_the_candidates(self, store: HasEngagements) -> None:
        """``close``: "Fix a day's candidates", even if more users are evaluated afterwards."""
        ada, late = self.users(2)
        store.sessions.add(did(ada, may(1)))
        evaluate(store, may(2))
        best = _best(store, may(2))
        _close(store, may(2), best)
        store.sessions.add(did(late, may(1), times=50, quality=10))
        evaluate(store, may(3))
        expect(_users(_best(store, may(2))), [late, ada], "the late one would have been best")
        expect(list(store.engagements.candidates(may(2)) or ()), [*best], "and is not picked")
