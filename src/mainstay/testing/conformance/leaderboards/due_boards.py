"""Of which boards a :class:`mainstay.ports.BoardPage` makes snapshots, and which it drops."""

from __future__ import annotations

from datetime import timedelta

from mainstay.ports import BoardTarget, HasLeaderboards
from mainstay.recognition import LeaderboardPolicy, Period
from mainstay.testing.conformance._boards import due, refresh, snapshots
from mainstay.testing.conformance._credits import DAY, MICROSECOND, MINUTE, NOON
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._suite import Suite

__all__ = ["DueBoardsConformance"]

_ALL = dict.fromkeys(("all", "daily", "weekly"))
_HOUR = timedelta(hours=1)


class DueBoardsConformance(Suite[HasLeaderboards]):
    """Tests of what is due, and what is kept."""

    def test_all_boards_are_due_without_a_snapshot(self, store: HasLeaderboards) -> None:
        """``as_of``: "As of when the snapshot is that is there; ``None`` without one"."""
        expect(due(store, BoardTarget(NOON)), _ALL, "the three of them")
        expect(store.leaderboards.count_due(BoardTarget(NOON)), 3, "they are counted")

    def test_nothing_is_due_twice_at_once(self, store: HasLeaderboards) -> None:
        """``due``: "boards without a snapshot as of the target's ``now``"."""
        refresh(store)
        expect(due(store, BoardTarget(NOON)), {}, "all are there")
        expect(refresh(store), [], "a second run has nothing to do")
        later = BoardTarget(NOON + MICROSECOND)
        expect(due(store, later), dict.fromkeys(_ALL, NOON), "later they are due again")
        refresh(store, NOON + MINUTE, periods=[Period.DAILY])
        found = due(store, BoardTarget(NOON + MINUTE))
        expect(found, {"all": NOON, "weekly": NOON}, "those that were not made")

    def test_a_clock_that_is_ahead_will_do_one_that_is_wrong_will_not(
        self, store: HasLeaderboards
    ) -> None:
        """``due``: "up to 15 minutes ahead will do, since clocks differ"."""
        refresh(store)
        ahead = BoardTarget(NOON - 15 * MINUTE)
        expect(due(store, ahead), {}, "another machine's clock may be ahead")
        wrong = BoardTarget(NOON - 15 * MINUTE - MICROSECOND)
        expect(due(store, wrong), dict.fromkeys(_ALL, NOON), "so far ahead it was wrong")
        refresh(store, wrong.now)
        expect(snapshots(store, wrong.now), dict.fromkeys(_ALL, wrong.now), "it is put right")

    def test_the_policy_is_kept_with_the_snapshots(self, store: HasLeaderboards) -> None:
        """``keep``: "With them, the target's policy is kept"; ``policy`` returns it."""
        expect(store.leaderboards.policy(), None, "``None`` while none is")
        policy = LeaderboardPolicy(excluded=self.odd_users(), top=7, fresh=MINUTE, kept=2 * DAY)
        refresh(store, policy=policy, periods=[Period.DAILY])
        expect(store.leaderboards.policy(), policy, "with all that it says")
        refresh(store, NOON + MINUTE)
        expect(store.leaderboards.policy(), policy, "by default it is what is kept")
        refresh(store, NOON + MINUTE, policy=LeaderboardPolicy())
        expect(store.leaderboards.policy(), LeaderboardPolicy(), "the latest")

    def test_the_standard_policy_is_kept_where_none_is(self, store: HasLeaderboards) -> None:
        """``policy``: "by default what is kept, else the standard one"."""
        refresh(store)
        expect(store.leaderboards.policy(), LeaderboardPolicy(), "the standard one")

    def test_another_policy_makes_all_due(self, store: HasLeaderboards) -> None:
        """``due``: "If the target's policy differs from the one kept, all are due"."""
        refresh(store, policy=LeaderboardPolicy(top=7))
        same, other = LeaderboardPolicy(top=7), LeaderboardPolicy(top=8)
        expect(due(store, BoardTarget(NOON, policy=same)), {}, "it is the same")
        expect(due(store, BoardTarget(NOON)), {}, "nobody asks for another")
        found = due(store, BoardTarget(NOON, policy=other))
        expect(found, dict.fromkeys(_ALL, NOON), "it is another")
        expect(due(store, BoardTarget(NOON)), {}, "asking alone changes nothing")

    def test_another_policy_drops_the_other_boards(self, store: HasLeaderboards) -> None:
        """``keep``: "if it differs ..., the snapshots of all other boards go"."""
        ada, bob = self.users(2)
        first, one = LeaderboardPolicy(excluded=[ada]), [Period.WEEKLY]
        for other in (
            LeaderboardPolicy(excluded=[ada, bob]),
            LeaderboardPolicy(excluded=[ada], top=7),
            LeaderboardPolicy(excluded=[ada], fresh=MINUTE),
        ):
            refresh(store, policy=first)
            refresh(store, NOON + MINUTE, policy=first, periods=one)
            expect(snapshots(store, NOON + MINUTE).keys(), _ALL.keys(), "it is the same")
            refresh(store, policy=other, periods=one)
            expect(snapshots(store), {"weekly": NOON}, f"{other} differs")
            expect(due(store, BoardTarget(NOON)), dict.fromkeys(("all", "daily")), "they are gone")

    def test_old_snapshots_go(self, store: HasLeaderboards) -> None:
        """``keep``: "So do those that are as old as the policy's ``kept``"."""
        refresh(store)
        refresh(store, NOON + _HOUR - MICROSECOND, periods=[Period.ALL])
        found = due(store, BoardTarget(NOON + _HOUR))
        expect((found["daily"], found["weekly"]), (NOON, NOON), "almost an hour old")
        refresh(store, NOON + _HOUR, periods=[Period.ALL])
        found = due(store, BoardTarget(NOON + _HOUR))
        expect(found, dict.fromkeys(("daily", "weekly")), "an hour old")

    def test_boards_that_stay_make_no_other_go(self, store: HasLeaderboards) -> None:
        """``keep``: a page that keeps nothing changes nothing."""
        refresh(store, policy=LeaderboardPolicy(top=7))
        refresh(store, NOON + DAY, policy=LeaderboardPolicy(top=8), periods=[])
        expect(store.leaderboards.policy(), LeaderboardPolicy(top=7), "no other policy is kept")
        found = due(store, BoardTarget(NOON + DAY))
        expect(found, dict.fromkeys(_ALL, NOON), "they are still there")
