"""What a :class:`mainstay.ports.ReputationStore` keeps of weeks."""

from __future__ import annotations

from functools import partial

from mainstay.jobs import update_multipliers
from mainstay.localdays import IsoWeek
from mainstay.ports import HasReputations
from mainstay.reputation.multiplier import Reputation
from mainstay.streaks.weekly import WeeklyStreak
from mainstay.testing.conformance._activity import CODE_POINTS, at, context, did, may
from mainstay.testing.conformance._expect import expect, together
from mainstay.testing.conformance._weeks import due, due_in, plan, record
from mainstay.testing.conformance.reputations.due_weeks import W18, W19, W20, W21

__all__ = ["KeptWeeksConformance"]


class KeptWeeksConformance:
    """Tests of what is kept of weeks, and when."""

    def test_each_reputation_comes_back_as_it_was_kept(self, store: HasReputations) -> None:
        """``reputations``: "what is kept of some users, by user id"."""
        streaks = {
            "inactive": WeeklyStreak(0, None, W18),
            "ended": WeeklyStreak(0, IsoWeek(2020, 53), W18),
            "forgiven": WeeklyStreak(123_456_789, IsoWeek(2023, 52), W18),
            "zoë 🙂": WeeklyStreak(1, W18, W18),
        }
        kept = {user: Reputation(user, streak) for user, streak in streaks.items()}
        store.sessions.add(each for user in kept for each in did(user, may(1)))
        with store.reputations.page() as page:
            due_in(page, W18)
            page.keep([*kept.values()])
        expect(dict(store.reputations.reputations(kept)), kept, "every part of it comes back")

    def test_reputations_are_those_of_the_users_asked_for(self, store: HasReputations) -> None:
        """``reputations``: "some users, by user id; those who are unknown are left out"."""
        store.sessions.add(each for user in CODE_POINTS for each in did(user, may(1), times=2))
        kept = record(store, W18)
        asked = ["a", "A", "é", "b", "a"]
        found = dict(store.reputations.reputations(iter(asked)))
        expect(found, {user: kept[user] for user in ("a", "é")}, "each once, no unknown ones")
        expect(dict(store.reputations.reputations([])), {}, "nobody asked for")
        everybody = [*CODE_POINTS, *(f"stranger {number}" for number in range(3000))]
        expect(dict(store.reputations.reputations(everybody)), kept, "however many are asked for")

    def test_a_late_run_gives_what_punctual_ones_give(self, store: HasReputations) -> None:
        """``weeks``: each missed week is recorded "from what happened in it"."""
        days = {"a": (1, 6, 13, 20), "b": (1, 20), "c": (6, 20), "d": (1,)}
        kept: dict[str, Reputation] = {}
        for week in (W18, W19, W20, W21):
            for user, active in days.items():
                for day in active:
                    if may(day) == max(may(1), week.monday):
                        store.sessions.add(did(user, may(day), times=2))
            kept |= record(store, week)
        for user, active in days.items():
            for day in active:
                store.sessions.add(did(f"late {user}", may(day), times=2))
        late = record(store, W21)
        for user in days:
            expect(late[f"late {user}"].streak, kept[user].streak, f"the streak of {user}")

    def test_two_runs_at_once_leave_what_one_leaves(self, store: HasReputations) -> None:
        """``page``: transactions of several processes are as good as one after the other."""
        users = [f"user {number}" for number in range(9)]
        for number, user in enumerate(users):
            store.sessions.add(did(user, may(1 + 6 * (number % 3)), times=1 + number % 2))
        plans = {each.user_id: each for each in plan(due(store, W20), W20)}
        job = update_multipliers(store.reputations)
        reports = together(*[partial(job.run, context(W20.monday, at(may(21)), page_size=2))] * 2)
        done = [sum(getattr(each, name) for each in reports) for name in ("succeeded", "failed")]
        expect(done, [len(users), 0], "every user is recorded once, by one of the runs")
        expect(dict(store.reputations.reputations(users)), plans, "as one run records them")
