"""What a :class:`mainstay.ports.ReputationStore` keeps of weeks."""

from __future__ import annotations

from functools import partial

from mainstay.jobs import update_multipliers
from mainstay.localdays import IsoWeek
from mainstay.ports import HasReputations
from mainstay.reputation.multiplier import Reputation
from mainstay.streaks.weekly import WeeklyStreak
from mainstay.testing.conformance._activity import at, context, did, may
from mainstay.testing.conformance._expect import expect, together
from mainstay.testing.conformance._suite import Suite
from mainstay.testing.conformance._weeks import due, due_in, plan, record
from mainstay.testing.conformance.reputations.due_weeks import W18, W19, W20, W21

__all__ = ["KeptWeeksConformance"]


class KeptWeeksConformance(Suite[HasReputations]):
    """Tests of what is kept of weeks, and when."""

    def test_each_reputation_comes_back_as_it_was_kept(self, store: HasReputations) -> None:
        """``reputations``: "what is kept of some users, by user id"."""
        streaks = (
            WeeklyStreak(0, None, W18),
            WeeklyStreak(0, IsoWeek(2020, 53), W18),
            WeeklyStreak(123_456_789, IsoWeek(2023, 52), W18),
            WeeklyStreak(1, W18, W18),
        )
        users = self.odd_users()[: len(streaks)]
        kept = {user: Reputation(user, each) for user, each in zip(users, streaks, strict=True)}
        store.sessions.add(each for user in kept for each in did(user, may(1)))
        with store.reputations.page() as page:
            due_in(page, W18)
            page.keep([*kept.values()])
        expect(dict(store.reputations.reputations(kept)), kept, "every part of it comes back")

    def test_reputations_are_those_of_the_users_asked_for(self, store: HasReputations) -> None:
        """``reputations``: "some users, by user id; those who are unknown are left out"."""
        odd = self.odd_users()
        store.sessions.add(each for user in odd for each in did(user, may(1), times=2))
        kept = record(store, W18)
        asked = [odd[2], self.stranger(), odd[3], odd[2]]
        found = dict(store.reputations.reputations(iter(asked)))
        expect(found, {user: kept[user] for user in odd[2:4]}, "each once, no unknown ones")
        expect(dict(store.reputations.reputations([])), {}, "nobody asked for")
        everybody = self.users(3000)
        expect(dict(store.reputations.reputations(everybody)), kept, "however many are asked for")

    def test_a_late_run_gives_what_punctual_ones_give(self, store: HasReputations) -> None:
        """``weeks``: each missed week is recorded "from what happened in it"."""
        users, days = self.users(8), ((1, 6, 13, 20), (1, 20), (6, 20), (1,))
        punctual = dict(zip(users[:4], days, strict=True))
        behind = dict(zip(users[4:], days, strict=True))
        kept: dict[str, Reputation] = {}
        for week in (W18, W19, W20, W21):
            for user, active in punctual.items():
                for day in active:
                    if may(day) == max(may(1), week.monday):
                        store.sessions.add(did(user, may(day), times=2))
            kept |= record(store, week)
        for user, active in behind.items():
            for day in active:
                store.sessions.add(did(user, may(day), times=2))
        late = record(store, W21)
        for user, other in zip(behind, punctual, strict=True):
            expect(late[user].streak, kept[other].streak, f"the streak of {user}")

    def test_two_runs_at_once_leave_what_one_leaves(self, store: HasReputations) -> None:
        """``page``: transactions of several processes are as good as one after the other."""
        users = self.users(9)
        for number, user in enumerate(users):
            store.sessions.add(did(user, may(1 + 6 * (number % 3)), times=1 + number % 2))
        plans = {each.user_id: each for each in plan(due(store, W20), W20)}
        job = update_multipliers(store.reputations)
        reports = together(*[partial(job.run, context(W20.monday, at(may(21)), page_size=2))] * 2)
        done = [sum(getattr(each, name) for each in reports) for name in ("succeeded", "failed")]
        expect(done, [len(users), 0], "every user is recorded once, by one of the runs")
        expect(dict(store.reputations.reputations(users)), plans, "as one run records them")
