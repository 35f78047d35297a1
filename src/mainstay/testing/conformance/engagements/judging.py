"""How an :class:`mainstay.ports.EngagementStore` serves policies that ask for more than counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import attrs

from mainstay.activity.session import Session
from mainstay.jobs import evaluate_consistency
from mainstay.ports import HasEngagements
from mainstay.scores.engagement.criteria import DailyMinutes
from mainstay.scores.engagement.day import DayOutcome
from mainstay.scores.engagement.historical import historical_score
from mainstay.scores.engagement.policy import EngagementPolicy, PickPolicy
from mainstay.scores.engagement.recent import RecentPosts
from mainstay.testing.conformance._activity import at, context, did, may
from mainstay.testing.conformance._days import ONE_POST, due, due_in, evaluate, plan
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._suite import Suite

__all__ = ["JudgingConformance"]

_RESTING = attrs.evolve(ONE_POST, rest_weekdays={5, 6}, excused_kinds={"vacation"})
_FADING = attrs.evolve(ONE_POST, half_life=1, posts_half=1)


def _keep(store: HasEngagements, policy: EngagementPolicy) -> None:
    with store.engagements.page() as page:
        page.keep_policy(policy)


def _run(store: HasEngagements, day: date) -> None:
    """Evaluate the days through one, by the policy that is kept, and close them."""
    evaluate_consistency(store.engagements).run(context(day, at(may(31))))


def _streaks(store: HasEngagements, user: str, days: Sequence[int]) -> list[int | None]:
    found = [store.engagements.outcome(user, may(day)) for day in days]
    return [None if each is None else each.streak_after for each in found]


def _picked(store: HasEngagements, day: int) -> list[str]:
    return [each.user_id for each in store.engagements.candidates(may(day)) or ()]


class JudgingConformance(Suite[HasEngagements]):
    """Tests of durations, rest days, posts that count less, and of what a pick asks for."""

    def test_durations_are_added_up_by_kind(self, store: HasEngagements) -> None:
        """``due``: what a day's events took, to the microsecond; nothing where it isn't known."""
        ada = self.user_id(1)
        some = [*did(ada, may(1), "run", times=3), *did(ada, may(1), "swim")]
        long = [timedelta(minutes=20), timedelta(microseconds=1), None, None]
        longer = [*did(ada, may(2), "run")]
        store.sessions.add(_lasting(some, long) + _lasting(longer, [timedelta(days=10**6)]))
        (found,) = due(store, may(2))
        expected = [(("run", timedelta(minutes=20, microseconds=1)),), (("run", _MOST),)]
        expect([each.durations for each in found.activities], expected, "a million minutes at most")

    def test_minutes_make_a_day(self, store: HasEngagements) -> None:
        """``evaluate``: criteria of minutes are met by durations, of however many users."""
        ada, bob = self.users(2)
        policy = EngagementPolicy(criteria=DailyMinutes(30, kinds={"run"}))
        half = [timedelta(minutes=15)] * 2
        store.sessions.add(_lasting(did(ada, may(1), "run", times=2), half))
        store.sessions.add(_lasting(did(bob, may(1), "run"), half[:1]))
        _keep(store, policy)
        evaluate(store, may(1), policy)
        expect([*_streaks(store, ada, [1]), *_streaks(store, bob, [1])], [1, 0], "30 minutes, 15")

    def test_a_streak_rests(self, store: HasEngagements) -> None:
        """``EngagementPage``: a rest day leaves the streak as it is, with events and without."""
        ada, bob, cyd = self.users(3)
        _keep(store, _RESTING)
        store.sessions.add(each for day in (2, 3, 6) for each in did(ada, may(day)))
        store.sessions.add([*did(ada, may(5)), *did(bob, may(3)), *did(cyd, may(2))])
        vacation = [each for day in (6, 7) for each in did(bob, may(day), "vacation")]
        store.sessions.add([*vacation, *did(bob, may(8))])
        for day in (3, 4, 5, 8):
            _run(store, may(day))
        days = range(3, 9)
        expect(
            _streaks(store, ada, days), [2, 2, 2, 3, 0, 0], "no more on Sunday, whatever she did"
        )
        expect(_streaks(store, bob, days), [1, 1, 1, 1, 1, 2], "on vacation through Tuesday")
        expect(_streaks(store, cyd, days), [0] * 6, "Friday was missed")

    def test_a_rest_day_has_no_candidates(self, store: HasEngagements) -> None:
        """``best_missed``: "with the points they have on it": none, and again on the next day."""
        ada, bob = self.users(2)
        _keep(store, _RESTING)
        store.sessions.add(
            [*did(ada, may(1)), *did(bob, may(4), "post"), *did(bob, may(4), "like")]
        )
        for day in (5, 6):
            _run(store, may(day))
        picked = [_picked(store, day) for day in range(2, 7)]
        expect(picked, [[ada], [ada], [], [], [ada, bob]], "none at the weekend")
        stood = [store.engagements.outcome(ada, may(day)) for day in (4, 6)]
        score = historical_score(streak=0, posts=1, policy=_RESTING)
        expected = [DayOutcome(ada, may(4), 0, None, rest=True), DayOutcome(ada, may(6), 0, score)]
        expect(stood, expected, "an idle rest day has no score")

    def test_posts_count_less_the_older_they_are(self, store: HasEngagements) -> None:
        """``best_missed``: those that stand are ranked by the points of the day."""
        ada, bob = self.users(2)
        _keep(store, _FADING)
        store.sessions.add([*did(ada, may(1), times=4), *did(bob, may(7), times=2)])
        for day in (2, 8, 9):
            _run(store, may(day))
        with store.engagements.page() as page:
            best = page.best_missed([may(2), may(8), may(9)], limit=1)
        expected = {may(2): [ada], may(8): [bob], may(9): [bob]}
        found = {day: [each.user_id for each in some] for day, some in best.items()}
        expect(found, expected, "four posts of eight days ago are fewer than two of two days ago")
        recent = RecentPosts(1, 1, may(1), 4.0, may(9))
        score = historical_score(streak=0, posts=4, recent=recent, policy=_FADING)
        outcome = store.engagements.outcome(ada, may(9))
        expect(outcome, DayOutcome(ada, may(9), 0, score), "4 / 2 ** 8 posts, as of the day")

    def test_late_posts_have_their_age(self, store: HasEngagements) -> None:
        """``DueDays.posts_by_day``: the posts that are there, each on its day."""
        ada = self.user_id(1)
        _keep(store, _FADING)
        store.sessions.add(did(ada, may(3)))
        _run(store, may(5))
        store.sessions.add([*did(ada, may(2), times=2), *did(ada, may(9), "like")])
        _run(store, may(6))
        recent = RecentPosts(1, 1, may(3), 2.0, may(6))
        score = historical_score(streak=0, posts=3, recent=recent, policy=_FADING)
        outcome = store.engagements.outcome(ada, may(6))
        expect(outcome, DayOutcome(ada, may(6), 0, score), "1 + 2 / 2 as of May 3")

    def test_few_ratings_say_little(self, store: HasEngagements) -> None:
        """``outcome``: the score is by the ratings there are, and those that a policy adds."""
        ada = self.user_id(1)
        policy = attrs.evolve(ONE_POST, prior_ratings=4, prior_quality=5)
        _keep(store, policy)
        store.sessions.add([*did(ada, may(1), quality=10), *did(ada, may(1))])
        _run(store, may(3))
        score = historical_score(streak=1, posts=2, average_quality=10, rated=1, policy=policy)
        expected = DayOutcome(ada, may(2), 1, score)
        expect(store.engagements.outcome(ada, may(2)), expected, "(10 + 4 * 5) / 5")
        kept = store.engagements.candidates(may(2))
        expect(list(kept or ()), [expected], "kept with all of it")

    def test_who_was_picked(self, store: HasEngagements) -> None:
        """``picked_between``: "on each closed day from one to another, both included"."""
        ada, bob = self.users(2)
        store.sessions.add([*did(ada, may(1)), *did(bob, may(1), times=2)])
        with store.engagements.page() as page:
            page.keep(plan(due_in(page, may(2))))
        with store.engagements.page() as page:
            best = page.best_missed([may(2)], limit=2)[may(2)]
            last_one = attrs.evolve(best[0], day=may(4))
            page.close({may(2): best, may(3): [], may(4): [last_one]})
            for first, last in ((2, 4), (3, 3), (1, 1)):
                found = {
                    day: {*some} for day, some in page.picked_between(may(first), may(last)).items()
                }
                every = {may(2): {ada, bob}, may(3): set[str](), may(4): {bob}}
                expected = {day: some for day, some in every.items() if first <= day.day <= last}
                expect(found, expected, f"May {first} to {last}")

    def test_who_was_active(self, store: HasEngagements) -> None:
        """``last_active``: "The last day from one to another on which each user has an event"."""
        ada, bob, cyd = self.users(3)
        store.sessions.add([*did(ada, may(1)), *did(ada, may(3), "like"), *did(bob, may(2))])
        store.sessions.add([*did(ada, may(5)), *did(cyd, may(3))])
        with store.engagements.page() as page:
            found = page.last_active([ada, bob], may(2), may(4))
            expect(dict(found), {ada: may(3), bob: may(2)}, "nobody else's, and no other day")
            expect(dict(page.last_active([ada, bob], may(6), may(9))), {}, "nobody")

    def test_the_pick_goes_round(self, store: HasEngagements) -> None:
        """A cooldown, users who are gone, and those who are excluded, day by day or all at once."""
        users = self.users(5)
        pick = PickPolicy(cooldown=3, active_within=20, exclude={users[4]})
        _keep(store, attrs.evolve(ONE_POST, top_inactive_users=1, pick=pick))
        for number, user in enumerate(reversed(users), 1):
            store.sessions.add(did(user, may(1), times=number))
        for day in (3, 9):
            _run(store, may(day))
        ada, bob, cyd, dan, _ = users
        expected = [ada, bob, cyd, dan, ada, bob, cyd, dan]
        found = [user for day in range(2, 10) for user in _picked(store, day)]
        expect(found, expected, "nobody again within three days")
        store.sessions.add(did(dan, may(19), "like"))
        _run(store, may(24))
        expect(_picked(store, 21), [dan], "nobody else had been there for twenty days")


_MOST = timedelta(minutes=10**6)


def _lasting(sessions: Sequence[Session], durations: Sequence[timedelta | None]) -> list[Session]:
    """Return sessions that took so long."""
    return [
        attrs.evolve(session, duration=duration)
        for session, duration in zip(sessions, durations, strict=True)
    ]
