"""What a store keeps of the policies that days, or weeks, are judged by."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Generic, TypeVar

import attrs

from mainstay.localdays import IsoWeek
from mainstay.ports import HasEngagements, HasReputations, PolicyStore
from mainstay.scores.engagement.criteria import DailyCriteria
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.scores.policies import AnyPolicy, PolicyHistory
from mainstay.streaks.weekly import WeeklyStreakPolicy
from mainstay.testing.conformance._activity import CODE_POINTS, did, may
from mainstay.testing.conformance._days import evaluate
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._suite import Suite
from mainstay.testing.conformance._transactions import Interrupted, one_during_the_other
from mainstay.testing.conformance._weeks import record

__all__ = ["DayPoliciesConformance", "WeekPoliciesConformance"]

P = TypeVar("P", bound=AnyPolicy)

_CRITERIA = DailyCriteria({"post": 2, "été 🙂 '\"": 1})
_DAYS = (
    EngagementPolicy(),
    EngagementPolicy(
        criteria=_CRITERIA,
        streak_weight=0.1,
        posts_weight=1 / 3,
        quality_weight=0,
        streak_half=7,
        posts_half=1e6,
        top_inactive_users=0,
    ),
    EngagementPolicy(criteria=_CRITERIA),
)
_WEEKS = (
    WeeklyStreakPolicy(),
    WeeklyStreakPolicy(min_interactions=9, forgiven_weeks=0, kinds={"post", "été 🙂"}),
    WeeklyStreakPolicy(kinds=frozenset()),
)


@attrs.frozen
class _Kept(Generic[P]):
    """The policies of a store: three of them, and how something is judged through May 12."""

    store: PolicyStore[P]
    some: tuple[P, ...]
    judge: Callable[[], object]

    def keep(self, place: int, since: date | None = None) -> P:
        with self.store.page() as page:
            return page.keep_policy(self.some[place], since=since)

    def last_day(self) -> date | None:
        with self.store.page() as page:
            return page.last_day()

    def nothing_at_first(self) -> None:
        expect(self.store.policies(), None, "no policy is kept")
        with self.store.page() as page:
            expect(page.policies(), None, "none is kept in a transaction either")
            expect(page.last_day(), None, "nothing has been evaluated")

    def all_come_back(self) -> None:
        first, second, third = self.some
        expect(self.keep(1, may(27)), second, "the one that is kept is returned")
        expect(self.store.policies(), None, "none is kept from the beginning")
        expect(self.keep(0), first, "the one that is kept is returned")
        self.keep(2, may(13))
        whole = PolicyHistory(first, [(may(13), third), (may(27), second)])
        expect(self.store.policies(), whole, "every field of each, in order of their dates")
        with self.store.page() as page:
            expect(page.policies(), whole, "and in a transaction")

    def what_was_used_stays(self) -> None:
        first, second, third = self.some
        self.keep(0)
        self.keep(1, may(6))
        self.keep(1, may(13))
        self.judge()
        expect(self.last_day(), may(12), "the last day that was evaluated for anybody")
        expect(self.keep(2), first, "somebody was evaluated by the first one: it stays")
        expect(self.keep(2, may(6)), second, "so does the one of the last day")
        expect(self.keep(2, may(13)), third, "the one of later days is replaced")
        changes = [(may(6), second), (may(13), third)]
        expect(self.store.policies(), PolicyHistory(first, changes), "as it was said")

    def unused_ones_are_replaced(self) -> None:
        self.keep(0)
        expect(self.keep(1), self.some[1], "nobody was evaluated by the first one")
        expect(self.store.policies(), PolicyHistory(self.some[1]), "one is kept, the latest")

    def undone_if_it_raises(self) -> None:
        with suppress(Interrupted), self.store.page() as page:
            page.keep_policy(self.some[0])
            raise Interrupted
        expect(self.store.policies(), None, "it is undone")

    def one_after_the_other(self) -> None:
        found = one_during_the_other(
            self.store.page,
            lambda page: () if page.policies() is None else (1,),
            lambda page, _: page.keep_policy(self.some[0]),
        )
        expect(found, [0, 1], "policies that each of two transactions at once finds")

    def kinds_are_those_there_are(self) -> None:
        with self.store.page() as page:
            expect(sorted(page.kinds()), sorted(CODE_POINTS), "each kind that an event has")


def _of_days(store: HasEngagements) -> _Kept[EngagementPolicy]:
    return _Kept(store.engagements, _DAYS, lambda: evaluate(store, may(12)))


def _of_weeks(store: HasReputations) -> _Kept[WeeklyStreakPolicy]:
    return _Kept(store.reputations, _WEEKS, lambda: record(store, IsoWeek.of(may(12))))


class DayPoliciesConformance(Suite[HasEngagements]):
    """Tests of the policies that days are judged by."""

    def test_no_policy_of_days_is_kept_at_first(self, store: HasEngagements) -> None:
        """``policies``: "``None`` while none is kept from the beginning"."""
        _of_days(store).nothing_at_first()

    def test_policies_of_days_come_back_in_order(self, store: HasEngagements) -> None:
        """``policies``: "Return the policies that are kept"."""
        _of_days(store).all_come_back()

    def test_a_policy_that_days_rest_on_stays(self, store: HasEngagements) -> None:
        """``keep_policy``: one "stays if ``since`` or a later day has been evaluated"."""
        ada, bob = self.users(2)
        store.sessions.add(did(ada, may(1)))
        store.sessions.add(did(bob, may(20)))
        _of_days(store).what_was_used_stays()

    def test_a_policy_that_no_day_rests_on_is_replaced(self, store: HasEngagements) -> None:
        """``keep_policy``: "else it is replaced"."""
        _of_days(store).unused_ones_are_replaced()

    def test_a_policy_of_days_is_undone_with_its_transaction(self, store: HasEngagements) -> None:
        """``page``: "kept if the block ends well, undone if it raises"."""
        _of_days(store).undone_if_it_raises()

    def test_two_transactions_with_policies_of_days_happen_in_turn(
        self, store: HasEngagements
    ) -> None:
        """``PolicyPage``: "the second reads what the first has kept"."""
        _of_days(store).one_after_the_other()

    def test_a_transaction_on_days_knows_all_kinds(self, store: HasEngagements) -> None:
        """``kinds``: "the kinds of activity that there are"."""
        ada = self.user_id(1)
        store.sessions.add(each for kind in CODE_POINTS for each in did(ada, may(1), kind))
        _of_days(store).kinds_are_those_there_are()


class WeekPoliciesConformance(Suite[HasReputations]):
    """Tests of the policies that weeks are judged by."""

    def test_no_policy_of_weeks_is_kept_at_first(self, store: HasReputations) -> None:
        """``policies``: "``None`` while none is kept from the beginning"."""
        _of_weeks(store).nothing_at_first()

    def test_policies_of_weeks_come_back_in_order(self, store: HasReputations) -> None:
        """``policies``: "Return the policies that are kept"."""
        _of_weeks(store).all_come_back()

    def test_a_policy_that_weeks_rest_on_stays(self, store: HasReputations) -> None:
        """``keep_policy``: one "stays if ``since`` or a later day has been evaluated"."""
        ada, bob = self.users(2)
        store.sessions.add(did(ada, may(1)))
        store.sessions.add(did(bob, may(20)))
        _of_weeks(store).what_was_used_stays()

    def test_a_policy_that_no_week_rests_on_is_replaced(self, store: HasReputations) -> None:
        """``keep_policy``: "else it is replaced"."""
        _of_weeks(store).unused_ones_are_replaced()

    def test_a_policy_of_weeks_is_undone_with_its_transaction(self, store: HasReputations) -> None:
        """``page``: "kept if the block ends well, undone if it raises"."""
        _of_weeks(store).undone_if_it_raises()

    def test_two_transactions_with_policies_of_weeks_happen_in_turn(
        self, store: HasReputations
    ) -> None:
        """``PolicyPage``: "the second reads what the first has kept"."""
        _of_weeks(store).one_after_the_other()

    def test_a_transaction_on_weeks_knows_all_kinds(self, store: HasReputations) -> None:
        """``kinds``: "the kinds of activity that there are"."""
        ada = self.user_id(1)
        store.sessions.add(each for kind in CODE_POINTS for each in did(ada, may(1), kind))
        _of_weeks(store).kinds_are_those_there_are()

    def test_policies_of_days_and_of_weeks_are_apart(self, store: HasReputations) -> None:
        """``policies``: those of the store's own weeks."""
        _of_weeks(store).all_come_back()
        engagements = getattr(store, "engagements", None)
        if engagements is not None:
            expect(engagements.policies(), None, "days have their own")
