"""What the snapshots of a :class:`mainstay.ports.LeaderboardStore` answer, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import product
from typing import cast, get_args

from mainstay.ports import ALL_TIME, BoardQuery, HasLeaderboards
from mainstay.recognition import (
    MOST_POINTS,
    Credit,
    LeaderboardPolicy,
    Period,
    Ranked,
    Span,
    Ties,
    UserRank,
)
from mainstay.testing.conformance._boards import (
    give_twice_as_many,
    pages,
    places,
    ranking,
    refresh,
    snapshots,
    twice_as_many,
)
from mainstay.testing.conformance._credits import (
    DAY,
    MICROSECOND,
    MINUTE,
    NOON,
    credit,
    give,
    given,
)
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._suite import Suite

__all__ = ["SnapshotsConformance"]

_AGO = NOON - MINUTE
_LATER = NOON + 5 * MINUTE
_FRESH = LeaderboardPolicy().fresh
_ALL = dict.fromkeys(("all", "daily", "weekly"), NOON)


class SnapshotsConformance(Suite[HasLeaderboards]):
    """Tests of what snapshots answer."""

    def test_a_snapshot_answers_until_it_is_old(self, store: HasLeaderboards) -> None:
        """A snapshot answers "from its instant on until the policy's ``fresh`` has passed"."""
        ada, bob, cyd = self.users(3)
        given(store, {ada: 5, bob: 7}, _AGO)
        refresh(store)
        given(store, {ada: 100}, NOON)
        given(store, {cyd: 9}, NOON + MINUTE)
        for now in (NOON, NOON + MINUTE, NOON + _FRESH - MICROSECOND):
            board = store.leaderboards.top(now=now)
            expect((board.as_of, board.live), (NOON, False), "it says as of when")
            expect((places(board), board.listed), ([(1, bob, 7), (2, ada, 5)], 2), "of then")
        board = store.leaderboards.top(now=NOON + _FRESH)
        expect((board.as_of, board.live, board.listed), (NOON + _FRESH, True, 3), "it is old")
        expect(places(board), [(1, ada, 105), (2, cyd, 9), (3, bob, 7)], "counted live")

    def test_a_snapshot_does_not_answer_about_its_past(self, store: HasLeaderboards) -> None:
        """A snapshot answers "from its instant on": before it, ``now`` is when the period ends."""
        ada = self.user_id(1)
        given(store, {ada: 5}, NOON - MICROSECOND)
        refresh(store)
        board = store.leaderboards.top(now=NOON - MICROSECOND)
        expect((board.live, board.listed), (True, 0), "nobody had anything then")

    def test_each_period_has_its_snapshot(self, store: HasLeaderboards) -> None:
        """``keep``: "Each counts the credits in the span that ends at the target's ``now``"."""
        ada, bob, cyd, dan = self.users(4)
        give(
            store,
            *(credit(ada, 1, NOON), credit(ada, 2, NOON - MICROSECOND)),
            *(credit(bob, 4, NOON - DAY), credit(cyd, 8, NOON - DAY - MICROSECOND)),
            *(credit(cyd, 16, NOON - 7 * DAY), credit(dan, 32, NOON - 8 * DAY)),
        )
        refresh(store)
        found = {
            period: store.leaderboards.top(BoardQuery(period), now=_LATER) for period in Period
        }
        daily = [(1, bob, 4), (2, ada, 2)]
        weekly = [(1, cyd, 24), (2, bob, 4), (3, ada, 2)]
        listed = {period.value: places(board) for period, board in found.items()}
        every = [(1, dan, 32), *((place + 1, *rest) for place, *rest in weekly)]
        expect(listed, {"daily": daily, "weekly": weekly, "all": every}, "half-open")
        expect(snapshots(store, _LATER), _ALL, "all are as of then")

    def test_a_snapshot_ranks_everybody(self, store: HasLeaderboards) -> None:
        """``top`` is how many places it keeps "with their users; it ranks everybody"."""
        ada, bob, cyd, dan, eve, fay = self.users(6)
        given(store, {ada: 9, bob: 7, cyd: 7, dan: 5, eve: 0, fay: -3}, _AGO)
        refresh(store, policy=LeaderboardPolicy(top=2))
        ranks = {ada: (1, 1), cyd: (2, 2), dan: (4, 3), eve: (5, 4), fay: (6, 5)}
        for user, (competition, dense) in ranks.items():
            for ties, place in (("competition", competition), ("dense", dense)):
                query = BoardQuery(ties="dense" if ties == "dense" else "competition")
                found = store.leaderboards.rank_of(user, query, now=_LATER)
                expect((found.rank, found.live, found.as_of), (place, False, NOON), f"of {user}")
                expect(found.listed, 6, "of the whole board")
                points = store.leaderboards.rank_for(found.points, query, now=_LATER)
                expect((points.rank, points.live, points.as_of), (place, False, NOON), f"of {user}")
        between = store.leaderboards.rank_for(6, BoardQuery(ties="dense"), now=_LATER)
        expect((between.rank, between.listed, between.live), (3, 6, False), "that nobody has")
        last = store.leaderboards.rank_for(-4, now=_LATER)
        expect((last.rank, last.live), (7, False), "and after all others")

    def test_points_are_those_of_the_snapshot(self, store: HasLeaderboards) -> None:
        """``rank_of``: "From a snapshot, their points are those of its instant"."""
        ada, bob, cyd = self.users(3)
        given(store, {ada: 5, bob: 5}, _AGO)
        given(store, {ada: 50}, NOON - 2 * DAY)
        refresh(store)
        given(store, {ada: 100, cyd: 100}, NOON)
        given(store, {bob: -100}, NOON + MINUTE)
        expected = {
            ("all", ada): (1, 55),
            ("all", bob): (2, 5),
            ("daily", ada): (1, 5),
            ("daily", bob): (1, 5),
            ("all", cyd): (None, 0),
            ("weekly", self.stranger()): (None, 0),
        }
        for (period, user), (place, points) in expected.items():
            found = store.leaderboards.rank_of(user, BoardQuery(period), now=_LATER)
            of_then = UserRank(user, Period(period), place, points, 2, NOON, False)
            expect(found, of_then, "as it was at that instant")

    def test_what_a_snapshot_cannot_answer_is_counted_live(self, store: HasLeaderboards) -> None:
        """All else "is counted live"; "Answers say which"."""
        ada, bob, cyd, dan = self.users(4)
        given(store, {ada: 5, bob: 5, cyd: 3}, _AGO)
        refresh(store, policy=LeaderboardPolicy(top=2))
        given(store, {cyd: 1}, NOON + MINUTE)
        live = [
            BoardQuery(ties="ordinal"),
            BoardQuery(ties="earliest"),
            BoardQuery(among=[ada, bob, cyd]),
            BoardQuery(exclude=[dan]),
            BoardQuery(Span(None, _LATER)),
        ]
        for query in live:
            board = store.leaderboards.top(query, now=_LATER)
            expect((board.live, board.as_of), (True, _LATER), f"{query}")
            expect(board.entries[-1][1:], (cyd, 4), "with what is new")
            place = store.leaderboards.rank_of(cyd, query, now=_LATER)
            expect((place.live, place.as_of, place.points), (True, _LATER, 4), f"{query}")
        top = store.leaderboards.top
        expect(top(now=_LATER, limit=2).live, False, "as many places as it keeps")
        expect(top(now=_LATER, limit=3).live, True, "more than it keeps")
        expect(top(now=_LATER, limit=2, after=Ranked(1, ada, 5)).live, True, "a later page")
        around = store.leaderboards.around(bob, now=_LATER)
        expect((around.live, around.as_of), (True, _LATER), "neighbours")
        explicit = BoardQuery(exclude=[])
        expect(top(explicit, now=_LATER, limit=2).live, False, "those whom the policy excludes")

    def test_a_short_board_is_whole_in_its_snapshot(self, store: HasLeaderboards) -> None:
        """A snapshot answers "in every question that it can": all places, if it has them."""
        ada, bob = self.users(2)
        given(store, {ada: 5, bob: 7}, _AGO)
        refresh(store, policy=LeaderboardPolicy(top=2))
        board = store.leaderboards.top(now=_LATER, limit=100)
        expect((board.live, len(board.entries)), (False, 2), "there are no more places than those")

    def test_points_of_then_may_be_beyond_what_totals_can_be(self, store: HasLeaderboards) -> None:
        """What was given later is not in them, and may have kept the total in its range."""
        ada = self.user_id(1)
        give(store, credit(ada, 50, _LATER), credit(ada, -50, _AGO))
        give(store, credit(ada, -MOST_POINTS, _AGO))
        refresh(store)
        found = store.leaderboards.rank_of(ada, now=NOON)
        expect((found.rank, found.points, found.live), (1, -MOST_POINTS - 50, False), "all before")
        board = store.leaderboards.top(now=NOON)
        expect(places(board), [(1, ada, -MOST_POINTS - 50)], "so say the first places")
        expect(store.leaderboards.top(now=_LATER + DAY).entries[0].total, -MOST_POINTS, "later")

    def test_large_points_are_ranked_exactly(self, store: HasLeaderboards) -> None:
        """``keep``: snapshots rank by sums as they are, also beyond what totals can be."""
        ada, bob = self.users(2)
        give_twice_as_many(store, ada, bob)
        refresh(store)
        query = BoardQuery("weekly")
        board = store.leaderboards.top(query, now=NOON)
        expect((places(board), board.live), (twice_as_many(ada, bob), False), "by ones")
        for place, user, points in twice_as_many(ada, bob):
            found = store.leaderboards.rank_of(user, query, now=NOON)
            expect((found.rank, found.points, found.live), (place, points, False), "likewise")

    def test_what_is_exactly_a_whole_number_is_one(self, store: HasLeaderboards) -> None:
        """``limit`` and ``points`` may be those of another library, such as numpy."""
        ada, bob, cyd = self.users(3)
        given(store, {ada: 9, bob: 7, cyd: 5}, _AGO)
        refresh(store)
        board = store.leaderboards.top(now=_LATER, limit=cast("int", _Whole(2)))
        expect((places(board), board.live), ([(1, ada, 9), (2, bob, 7)], False), "two places")
        found = store.leaderboards.rank_for(cast("int", _Whole(7)), now=_LATER)
        expect((found.rank, found.live), (2, False), "as that of 7")
        expect((type(found.points), found.points), (int, 7), "it comes back as Python's own")

    def test_the_policy_excludes_users_everywhere(self, store: HasLeaderboards) -> None:
        """``exclude``: "by default those whom the policy kept excludes", live or not."""
        ada, bob, cyd, dan = self.users(4)
        given(store, {ada: 9, bob: 7, cyd: 7, dan: 5}, _AGO)
        policy = LeaderboardPolicy(excluded=[bob, self.stranger()])
        refresh(store, policy=policy)
        for now, live in ((_LATER, False), (NOON + DAY, True)):
            for query in (ALL_TIME, BoardQuery(exclude=policy.excluded)):
                board = store.leaderboards.top(query, now=now)
                expected = [(1, ada, 9), (2, cyd, 7), (3, dan, 5)]
                expect((places(board), board.live), (expected, live), "the ranks close")
                his = store.leaderboards.rank_of(bob, query, now=now)
                expect((his.rank, his.points, his.listed), (None, 0, 3), "not listed")
                found = store.leaderboards.rank_for(5, query, now=now)
                expect((found.rank, found.live), (3, live), "they don't count")
        everybody = store.leaderboards.top(BoardQuery(exclude=[]), now=_LATER)
        expect((everybody.listed, everybody.live), (4, True), "unless one asks for others")
        ordinal = BoardQuery(ties="ordinal")
        expect(store.leaderboards.top(ordinal, now=_LATER).listed, 3, "whatever is asked")
        around = store.leaderboards.around(cyd, now=_LATER)
        expect([user for _, user, _ in around.entries], [ada, cyd, dan], "nor around")

    def test_every_answer_is_that_of_the_pure_functions(self, store: HasLeaderboards) -> None:
        """All boards are ranked "as in :func:`mainstay.recognition.rank`", live or not."""
        odd, many = self.odd_users(), self.users(40)
        added = _many_credits([*odd, *many])
        give(store, *added)
        policy = LeaderboardPolicy(excluded=[many[3], odd[2]], top=20)
        refresh(store, policy=policy)
        among = many[::3]
        some = ((None, None), (among, None), (among, [many[6]]))
        for period, ties, (friends, exclude) in product(Period, get_args(Ties), some):
            query = BoardQuery(period, ties=ties, among=friends, exclude=exclude)
            whole = ranking(added, query, excluded=policy.excluded)
            board = store.leaderboards.top(query, now=NOON, limit=20)
            expect((board.entries, board.listed), (whole[:20], len(whole)), f"{query}")
            by_snapshot = ties in {"competition", "dense"} and friends is None
            expect(board.live, not by_snapshot, f"{query}")
            expect(pages(store, query, 25), [*whole], f"{query}, page by page")
            for place in whole[::13]:
                found = store.leaderboards.rank_of(place.user_id, query, now=NOON)
                expect((found.rank, found.points), (place.rank, place.total), f"{place}")


class _Whole:
    """A whole number of another library's."""

    def __init__(self, value: int) -> None:
        self._value = value

    def __index__(self) -> int:
        return self._value


def _many_credits(users: Sequence[str]) -> list[Credit]:
    """Return credits of some weeks, whose sums often tie, of users in no order."""
    return [
        credit(user, (n * k) % 7 - 2, NOON - timedelta(hours=(n * 5 + k * k * 17) % 400 + 1))
        for n, user in enumerate(users)
        for k in range(1, 6)
        if (n + k) % 4
    ]
