"""What a :class:`mainstay.ports.ReputationStore` keeps of weeks."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from mainstay.errors import RejectedError
from mainstay.jobs import update_multipliers
from mainstay.localdays import IsoWeek
from mainstay.ports import HasReputations
from mainstay.reputation.multiplier import Reputation
from mainstay.streaks.weekly import WeeklyStreak
from mainstay.testing.conformance._activity import CODE_POINTS, at, context, did, may
from mainstay.testing.conformance._expect import expect, raised, together
from mainstay.testing.conformance._transactions import Interrupted, one_during_the_other
from mainstay.testing.conformance._weeks import due, due_in, ids, plan, record
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

    def test_keeping_reputations_of_users_who_were_not_due_is_rejected(
        self, store: HasReputations
    ) -> None:
        """``keep``: "of users that :meth:`due` returned in this transaction", or RejectedError."""
        store.sessions.add([*did("ada", may(1)), *did("bob", may(1))])
        stale = plan(due(store, W18), W18)

        def keep_without_reading() -> None:
            with store.reputations.page() as page:
                page.keep(stale)

        claim = "what another transaction has read can't be kept"
        raised(RejectedError, keep_without_reading, claim)
        expect(ids(due(store, W18)), ["ada", "bob"], "nothing of it is kept")

    def test_a_rejected_page_keeps_nothing(self, store: HasReputations) -> None:
        """``keep``: "Nothing of this transaction is, then"."""
        store.sessions.add(did("ada", may(1), times=2))

        def keep_a_stranger() -> None:
            with store.reputations.page() as page:
                page.keep(plan(due_in(page, W18), W18))
                page.keep([Reputation("stranger")])

        raised(RejectedError, keep_a_stranger, "the stranger was not due")
        expect(ids(due(store, W18)), ["ada"], "nothing of it is kept")

    def test_a_block_that_goes_on_after_a_rejection_keeps_nothing(
        self, store: HasReputations
    ) -> None:
        """``keep``: "Nothing of this transaction is, then", even if the block ends well."""
        store.sessions.add(did("ada", may(1), times=2))
        with store.reputations.page() as page:
            page.keep(plan(due_in(page, W18), W18))
            stranger = [Reputation("stranger")]
            raised(RejectedError, partial(page.keep, stranger), "the stranger was not due")
        expect(ids(due(store, W18)), ["ada"], "nothing of it is kept")

    def test_a_block_that_raises_leaves_nothing(self, store: HasReputations) -> None:
        """``page``: "kept if the block ends well, undone if it raises"."""
        store.sessions.add(did("ada", may(1), times=2))
        with suppress(Interrupted), store.reputations.page() as page:
            page.keep(plan(due_in(page, W18), W18))
            raise Interrupted
        expect(ids(due(store, W18)), ["ada"], "the user is due as before")
        expect(sorted(record(store, W18)), ["ada"], "the next transaction does it")
        expect(due(store, W18), [], "and nothing is left")

    def test_what_a_transaction_has_kept_it_reads(self, store: HasReputations) -> None:
        """``due``: users that "may have something to record", also within one transaction."""
        store.sessions.add([*did("ada", may(1), times=2), *did("bob", may(1), times=2)])
        with store.reputations.page() as page:
            page.keep(plan(due_in(page, W18), W18)[:1])
            expect(ids(due_in(page, W18)), ["bob"], "the first has been recorded in it")

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

    def test_a_second_transaction_reads_what_the_first_has_kept(
        self, store: HasReputations
    ) -> None:
        """``page``: "happen one after the other ...: the second reads what the first has kept"."""
        store.sessions.add(each for user in CODE_POINTS for each in did(user, may(1), times=2))
        found = one_during_the_other(
            store.reputations.page,
            lambda page: due_in(page, W18),
            lambda page, items: page.keep(plan(items, W18)),
        )
        expect(
            found, [len(CODE_POINTS), 0], "users that each of two transactions at once finds due"
        )

    def test_two_runs_at_once_leave_what_one_leaves(self, store: HasReputations) -> None:
        """``page``: transactions of several processes are as good as one after the other."""
        users = [f"user {number}" for number in range(9)]
        for number, user in enumerate(users):
            store.sessions.add(did(user, may(1 + 6 * (number % 3)), times=1 + number % 2))
        plans = {each.user_id: each for each in plan(due(store, W20), W20)}
        job = update_multipliers(store.reputations, users_a_page=2)
        reports = together(*[partial(job.run, context(W20.monday, at(may(20))))] * 2)
        done = [sum(getattr(each, name) for each in reports) for name in ("succeeded", "failed")]
        expect(done, [len(users), 0], "every user is recorded once, by one of the runs")
        expect(dict(store.reputations.reputations(users)), plans, "as one run records them")
