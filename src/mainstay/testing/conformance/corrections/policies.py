"""What corrections leave of what policies ask for: posts by day, rest days, a pick's list."""

from __future__ import annotations

import attrs

from mainstay.ports import Store
from mainstay.scores.engagement.day import DayOutcome
from mainstay.scores.engagement.historical import historical_score
from mainstay.scores.engagement.policy import EngagementPolicy, PickPolicy
from mainstay.scores.engagement.recent import RecentPosts
from mainstay.testing.conformance._activity import did, may
from mainstay.testing.conformance._corrections import (
    FLOOR,
    days_of,
    forget,
    outcomes,
    prunable,
    prune,
    remove,
    rename,
)
from mainstay.testing.conformance._days import ONE_POST, due, evaluate
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._suite import Suite

__all__ = ["CorrectedPoliciesConformance"]

_FADING = attrs.evolve(ONE_POST, half_life=2, posts_half=1)
_SLOWER = attrs.evolve(_FADING, half_life=4)


def _keep(store: Store, policy: EngagementPolicy, since: int | None = None) -> None:
    with store.engagements.page() as page:
        page.keep_policy(policy, since=None if since is None else may(since))


def _listed(store: Store) -> frozenset[str]:
    policies = store.engagements.policies()
    return frozenset() if policies is None else policies.latest.pick.exclude


class CorrectedPoliciesConformance(Suite[Store]):
    """Tests of what policies of days ask for, once something was corrected."""

    def test_posts_keep_their_age_when_they_are_pruned(self, store: Store) -> None:
        """``prune``: "the totals", of which each half-life makes the same as before."""
        ada = self.user_id(1)
        _keep(store, _FADING)
        store.sessions.add([*did(ada, may(7), times=2), *did(ada, may(11))])
        evaluate(store, may(16), _FADING)
        before = outcomes(store, ada, 16, first=13)
        prune(store)
        expect(outcomes(store, ada, 16, first=13), before, "from the floor on, as it was")
        with store.engagements.page() as page:
            best = page.best_missed([FLOOR, may(16)], limit=9)
        expect([[*best[FLOOR]], [*best[may(16)]]], [before[:1], before[-1:]], "and so it is picked")
        _keep(store, _SLOWER, since=18)
        store.sessions.add(did(ada, may(19), "like"))
        evaluate(store, may(19), _SLOWER)
        recent = RecentPosts(4, 1, may(11), 2.0, may(19))
        score = historical_score(streak=0, posts=3, recent=recent, policy=_SLOWER)
        found = store.engagements.outcome(ada, may(19))
        expect(found, DayOutcome(ada, may(19), 0, score), "2 / 2 + 1 as of May 11")

    def test_pruned_posts_of_two_accounts_are_one_s(self, store: Store) -> None:
        """``rename``: what is kept of the time before the floor adds up, day by day."""
        ada, bob = self.users(2)
        _keep(store, _FADING)
        store.sessions.add([*did(ada, may(7), times=2), *did(bob, may(7)), *did(bob, may(9))])
        evaluate(store, may(16), _FADING)
        prune(store)
        rename(store, bob, ada)
        store.sessions.add(did(ada, may(17), "like"))
        evaluate(store, may(17), _FADING)
        recent = RecentPosts(2, 1, may(9), 2.5, may(17))
        score = historical_score(streak=0, posts=4, recent=recent, policy=_FADING)
        found = store.engagements.outcome(ada, may(17))
        expect(found, DayOutcome(ada, may(17), 0, score), "3 / 2 + 1 as of May 9")

    def test_what_stands_over_a_floor_that_is_a_rest_day(self, store: Store) -> None:
        """``prune``: "The outcome that stands over the floor moves to it", and stands after it."""
        ada = self.user_id(1)
        resting = attrs.evolve(ONE_POST, excused={FLOOR})
        _keep(store, resting)
        store.sessions.add(did(ada, may(7), times=3))
        evaluate(store, may(16), resting)
        before = outcomes(store, ada, 16, first=13)
        expect([each and each.rest for each in before], [True, False, False, False], "the 13th")
        prune(store)
        expect(outcomes(store, ada, 16, first=13), before, "none of its own, but those after")
        with store.engagements.page() as page:
            best = page.best_missed([FLOOR, may(14)], limit=9)
        expect([len(best[day]) for day in (FLOOR, may(14))], [0, 1], "nobody on a rest day")
        expect(prunable(store), [], "it is done")

    def test_the_day_after_a_rest_day_is_due_whatever_is_removed(self, store: Store) -> None:
        """``EngagementPage``: a day must be evaluated if it "follows a day without a score"."""
        ada = self.user_id(1)
        resting = attrs.evolve(ONE_POST, excused={may(3)})
        _keep(store, resting)
        like = did(ada, may(1), "like")
        store.sessions.add([*like, *did(ada, may(3))])
        evaluate(store, may(3), resting)
        remove(store, *like)
        expect(days_of(due(store, may(9))), {ada: [4]}, "her streak was 0 before, and is so after")

    def test_a_pick_does_not_exclude_who_is_forgotten(self, store: Store) -> None:
        """``forget``: "every trace": nor as somebody who is never picked."""
        ada, bob = self.users(2)
        pick = PickPolicy(exclude={ada, bob})
        _keep(store, attrs.evolve(ONE_POST, pick=pick))
        store.sessions.add(did(ada, may(1)))
        forget(store, ada)
        expect(_listed(store), frozenset({bob}), "bob is still")

    def test_a_pick_excludes_who_is_renamed(self, store: Store) -> None:
        """``rename``: "all that is kept of a user", in each policy by date."""
        ada, bob = self.users(2)
        _keep(store, ONE_POST)
        _keep(store, attrs.evolve(ONE_POST, pick=PickPolicy(exclude={ada})), since=9)
        store.sessions.add(did(ada, may(1)))
        rename(store, ada, bob)
        expect(_listed(store), frozenset({bob}), "by the new name")
