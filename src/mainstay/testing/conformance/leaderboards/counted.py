"""How a :class:`mainstay.ports.LeaderboardStore` counts and ranks, without any snapshot."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import get_args

from mainstay.errors import InvalidValueError
from mainstay.ports import ALL_TIME, BoardQuery, HasLeaderboards
from mainstay.recognition import MOST_POINTS, Period, Span, Ties, UserRank
from mainstay.testing.conformance._boards import (
    give_twice_as_many,
    pages,
    places,
    ranking,
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
from mainstay.testing.conformance._expect import expect, raised
from mainstay.testing.conformance._suite import Suite

__all__ = ["CountedBoardsConformance"]

_AGO = NOON - MINUTE
#: The standing example, of seven users in order: three have the same.
_VECTOR = (250, 300, 250, 250, 100, 0, -20)
_HOUR = timedelta(hours=1)


def _ranks(store: HasLeaderboards, query: BoardQuery) -> list[int]:
    return [entry.rank for entry in store.leaderboards.top(query, now=NOON).entries]


class CountedBoardsConformance(Suite[HasLeaderboards]):
    """Tests of boards that are counted when they are asked for."""

    def _vector(self) -> dict[str, int]:
        return dict(zip(self.users(len(_VECTOR)), _VECTOR, strict=True))

    def test_nobody_is_listed_without_credits(self, store: HasLeaderboards) -> None:
        """``top``: "the first places", of which there are none yet."""
        board = store.leaderboards.top(now=NOON)
        expect((places(board), board.listed), ([], 0), "nobody is there")
        expect((board.period, board.as_of, board.live), (Period.ALL, NOON, True), "as of now")
        expect(store.leaderboards.rank_for(0, now=NOON).rank, 1, "anybody would be the first")

    def test_a_limit_may_be_any_number(self, store: HasLeaderboards) -> None:
        """``limit``: "How many places at most", however many there are."""
        given(store, self._vector(), _AGO)
        board = store.leaderboards.top(now=NOON, limit=10**20)
        expect(len(board.entries), len(_VECTOR), "all there are")

    def test_the_first_have_the_most_points(self, store: HasLeaderboards) -> None:
        """``ties``: "as in :func:`mainstay.recognition.rank`", of the sums of credits."""
        ada, bob, cyd, dan, eve, fay, gil = self.users(7)
        given(store, self._vector(), _AGO)
        give(store, credit(eve, 50, _AGO), credit(eve, -50, _AGO - DAY))
        board = store.leaderboards.top(now=NOON)
        expected = [
            (1, bob, 300),
            (2, ada, 250),
            (2, cyd, 250),
            (2, dan, 250),
            (5, eve, 100),
            (6, fay, 0),
            (7, gil, -20),
        ]
        expect(places(board), expected, "by points, then by user id")
        expect((board.listed, board.live), (7, True), "all of them, counted now")
        first = store.leaderboards.top(now=NOON, limit=3)
        expect((places(first), first.listed), (expected[:3], 7), "``limit``: how many at most")

    def test_ties_are_ranked_in_four_ways(self, store: HasLeaderboards) -> None:
        """``ties``: how those with the same points are ranked."""
        given(store, self._vector(), _AGO)
        ranks = {ties: _ranks(store, BoardQuery(ties=ties)) for ties in get_args(Ties)}
        expected = {
            "competition": [1, 2, 2, 2, 5, 6, 7],
            "dense": [1, 2, 2, 2, 3, 4, 5],
            "ordinal": [1, 2, 3, 4, 5, 6, 7],
            "earliest": [1, 2, 3, 4, 5, 6, 7],
        }
        expect(ranks, expected, "the ranks of each")

    def test_users_in_a_tie_are_in_the_order_of_code_points(self, store: HasLeaderboards) -> None:
        """Inside a tie, "the order is that of the user ids by code point"."""
        users = self.odd_users()
        give(store, *(credit(user, 5, _AGO) for user in reversed(users)))
        for ties in get_args(Ties):
            board = store.leaderboards.top(BoardQuery(ties=ties), now=NOON)
            expect([user for _, user, _ in board.entries], users, ties)

    def test_earliest_is_who_reached_their_points_first(self, store: HasLeaderboards) -> None:
        """They did "with the latest credit ... whose amount is not 0, or with the first"."""
        ada, bob, cyd, dan, eve, fay, gil, hal = self.users(8)
        at = [NOON - DAY + hour * _HOUR for hour in range(10)]
        give(
            store,
            *(credit(ada, 5, at[1]), credit(ada, 5, at[4]), credit(ada, 0, at[9])),
            *(credit(bob, 10, at[5]), credit(cyd, 10, at[4]), credit(dan, 10, at[3])),
            *(credit(eve, 20, at[0]), credit(eve, -10, at[6])),
            *(credit(fay, 0, at[8]), credit(fay, 0, at[2]), credit(gil, 0, at[3])),
            *(credit(hal, 3, at[1]), credit(hal, -3, at[7])),
        )
        board = store.leaderboards.top(BoardQuery(ties="earliest"), now=NOON)
        ten = [dan, ada, cyd, bob, eve]
        expect([entry.user_id for entry in board.entries], [*ten, fay, gil, hal], "in order")
        expect([entry.rank for entry in board.entries], [*range(1, 9)], "all ranks are different")
        early = BoardQuery(Span(None, at[4]), ties="earliest")
        found = store.leaderboards.top(early, now=NOON)
        expected = [(1, eve, 20), (2, dan, 10), (3, ada, 5), (4, hal, 3)]
        expect(places(found)[:4], expected, "what comes after the span doesn't matter")

    def test_spans_are_half_open(self, store: HasLeaderboards) -> None:
        """A period is a span that ends at ``now``, "half-open"."""
        now, just, day_ago, over_a_day_ago, week_ago, over_a_week_ago = self.users(6)
        at = {
            now: NOON,
            just: NOON - MICROSECOND,
            day_ago: NOON - DAY,
            over_a_day_ago: NOON - DAY - MICROSECOND,
            week_ago: NOON - 7 * DAY,
            over_a_week_ago: NOON - 7 * DAY - MICROSECOND,
        }
        give(store, *(credit(user, 1, when) for user, when in at.items()))
        listed = {
            period.value: {
                user for _, user, _ in store.leaderboards.top(BoardQuery(period), now=NOON).entries
            }
            for period in Period
        }
        daily = {just, day_ago}
        weekly = {*daily, over_a_day_ago, week_ago}
        expected = {"daily": daily, "weekly": weekly, "all": {*weekly, over_a_week_ago}}
        expect(listed, expected, "from ``since`` on, and before ``now``")

    def test_any_span_can_be_asked_for(self, store: HasLeaderboards) -> None:
        """``period``: "or any :class:`~mainstay.recognition.Span`"."""
        ada, bob, cyd = self.users(3)
        since, until = NOON - 3 * DAY, NOON - DAY
        give(store, credit(ada, 1, since), credit(ada, 2, until - MICROSECOND))
        give(store, credit(ada, 4, since - MICROSECOND), credit(ada, 8, until))
        give(store, credit(bob, 16, NOON), credit(cyd, 2, since))
        for span, expected in {
            Span(since, until): [(1, ada, 3), (2, cyd, 2)],
            Span(None, until): [(1, ada, 7), (2, cyd, 2)],
            Span(since, NOON + DAY): [(1, bob, 16), (2, ada, 11), (3, cyd, 2)],
        }.items():
            board = store.leaderboards.top(BoardQuery(span), now=NOON)
            expect(places(board), expected, f"the credits in {span}")
            expect((board.period, board.live), (span, True), "counted for the answer")

    def test_the_past_can_be_asked_about(self, store: HasLeaderboards) -> None:
        """``now``: "where its period ends", that of all time too."""
        ada, bob = self.users(2)
        give(store, credit(ada, 1, NOON - DAY), credit(ada, 2, NOON), credit(bob, 4, NOON))
        found = {
            now: places(store.leaderboards.top(now=now))
            for now in (NOON - DAY, NOON, NOON + MICROSECOND)
        }
        expected = {NOON - DAY: [], NOON: [(1, ada, 1)]}
        expected[NOON + MICROSECOND] = [(1, bob, 4), (2, ada, 3)]
        expect(found, expected, "credits that come later don't count")

    def test_who_is_listed_has_a_rank(self, store: HasLeaderboards) -> None:
        """``rank_of``: "its rank is ``None`` if they are not listed"."""
        _, bob, _, dan, eve, fay, gil = self.users(7)
        old, new = self.user_id(8), self.user_id(9)
        given(store, self._vector(), _AGO)
        give(store, credit(old, 9, NOON - 8 * DAY), credit(new, 9, NOON))
        expected = {bob: (1, 300), dan: (2, 250), eve: (5, 100), fay: (6, 0)}
        for query in (BoardQuery("weekly"), BoardQuery(Span(NOON - 7 * DAY, NOON))):
            for user, (place, points) in {**expected, gil: (7, -20)}.items():
                found = store.leaderboards.rank_of(user, query, now=NOON)
                expect(
                    found, UserRank(user, query.period, place, points, 7, NOON, True), "their place"
                )
            for user in (old, new, self.stranger()):
                found = store.leaderboards.rank_of(user, query, now=NOON)
                expect(found, UserRank(user, query.period, None, 0, 7, NOON, True), "not listed")

    def test_excluded_users_are_nowhere(self, store: HasLeaderboards) -> None:
        """``exclude``: "Users to leave out": the ranks close, and nobody is around them."""
        ada, _, cyd, dan, eve, _, gil = self.users(7)
        given(store, self._vector(), _AGO)
        query = BoardQuery(exclude=[cyd, gil, self.stranger()])
        board = store.leaderboards.top(query, now=NOON)
        expect([entry.rank for entry in board.entries], [1, 2, 2, 4, 5], "without one of a tie")
        expect(board.listed, 5, "they are not listed")
        found = store.leaderboards.rank_of(cyd, query, now=NOON)
        expect((found.rank, found.points, found.listed), (None, 0, 5), "they have no rank")
        expect(store.leaderboards.around(cyd, query, now=NOON).entries, (), "nor neighbours")
        around = store.leaderboards.around(dan, query, now=NOON, count=1)
        expect(places(around), [(2, ada, 250), (2, dan, 250), (4, eve, 100)], "nor are they")
        expect(store.leaderboards.rank_for(200, query, now=NOON).rank, 4, "and they don't count")

    def test_friends_are_ranked_among_themselves(self, store: HasLeaderboards) -> None:
        """``among``: "Users to rank among themselves"; those without points stay unlisted."""
        ada, bob, cyd, _, eve, *_ = self.users(7)
        given(store, self._vector(), _AGO)
        query = BoardQuery(among=[eve, cyd, ada, self.stranger()])
        board = store.leaderboards.top(query, now=NOON)
        expected = [(1, ada, 250), (1, cyd, 250), (3, eve, 100)]
        expect((places(board), board.listed), (expected, 3), "the three of them")
        expect(store.leaderboards.rank_of(eve, query, now=NOON).rank, 3, "a place among them")
        expect(store.leaderboards.rank_of(bob, query, now=NOON).rank, None, "none of others")
        expect(store.leaderboards.rank_for(100, query, now=NOON).rank, 3, "only they count")
        but_one = BoardQuery(among=[eve, cyd, ada], exclude=[ada])
        expect(_ranks(store, but_one), [1, 2], "without who is left out")
        expect(_ranks(store, BoardQuery(among=[])), [], "nobody was asked for")

    def test_neighbours_are_around_a_user(self, store: HasLeaderboards) -> None:
        """``around``: "``count`` before, their own, and ``count`` after"; fewer at an end."""
        _, _, _, dan, *_ = self.users(7)
        given(store, self._vector(), _AGO)
        order = [user for _, user, _ in store.leaderboards.top(now=NOON).entries]
        for place, user in enumerate(order):
            for count in (0, 1, 2, 9):
                board = store.leaderboards.around(user, now=NOON, count=count)
                expected = order[max(0, place - count) : place + count + 1]
                expect([entry.user_id for entry in board.entries], expected, f"around {user}")
                expect((board.listed, board.live), (7, True), "of the whole board, counted live")
        default = store.leaderboards.around(dan, now=NOON)
        expect([entry.rank for entry in default.entries], [2, 2, 2, 5, 6], "two each way")
        nobody = store.leaderboards.around(self.stranger(), now=NOON)
        expect((nobody.entries, nobody.listed), ((), 7), "around who is not listed")

    def test_pages_have_everybody_once(self, store: HasLeaderboards) -> None:
        """``top``: "so page after page has everybody", with their ranks."""
        ada, _, _, _, eve, fay, _ = self.users(7)
        given(store, self._vector(), _AGO)
        odd = self.odd_users()
        more = [credit(user, 250, _AGO - n * MINUTE) for n, user in enumerate(odd)]
        more += [credit(fay, 0, _AGO), credit(eve, 1, NOON - 2 * DAY)]
        give(store, *more)
        credits_ = [*more, *(credit(user, points, _AGO) for user, points in self._vector().items())]
        for ties in get_args(Ties):
            for period in Period:
                query = BoardQuery(period, ties=ties)
                whole = [*ranking(credits_, query)]
                for limit in (1, 3, 50):
                    expect(pages(store, query, limit), whole, f"{query} by {limit}")
        query = BoardQuery(exclude=[ada], among=[*odd, *self._vector()])
        expect(pages(store, query, 2), [*ranking(credits_, query)], "also of some users")

    def test_a_page_goes_on_though_its_last_user_has_moved(self, store: HasLeaderboards) -> None:
        """``after``: "If its user has moved meanwhile, nobody else is left out"."""
        given(store, self._vector(), _AGO)
        for ties, amount in zip(get_args(Ties), (1, -1, 1000, -1000), strict=True):
            query = BoardQuery(ties=ties)
            first = store.leaderboards.top(query, now=NOON, limit=2).entries
            after = first[-1]
            give(store, credit(after.user_id, amount, _AGO))
            rest = store.leaderboards.top(query, now=NOON, after=after).entries
            users = {entry.user_id for entry in (*first, *rest)}
            expect(users, self._vector().keys(), f"everybody, with {ties}")
            whole = store.leaderboards.top(query, now=NOON).entries
            expect([each for each in whole if each in rest], [*rest], f"as ranked, with {ties}")

    def test_points_have_the_rank_that_they_would_have(self, store: HasLeaderboards) -> None:
        """``rank_for``: "the rank that somebody with so many points has, or would have"."""
        given(store, self._vector(), _AGO)
        points = [MOST_POINTS, 301, 300, 299, 250, 249, 0, -20, -21, -MOST_POINTS]
        expected = {"competition": [1, 1, 1, 2, 2, 5, 6, 7, 8, 8]}
        expected["dense"] = [1, 1, 1, 2, 2, 3, 4, 5, 6, 6]
        for query in (BoardQuery(ties="competition"), BoardQuery(ties="dense")):
            found = [store.leaderboards.rank_for(each, query, now=NOON) for each in points]
            expect([each.rank for each in found], expected[query.ties], "one more than are above")
            expect([each.points for each in found], points, "of those points")
            facts = {(each.period, each.listed, each.as_of, each.live) for each in found}
            expect(facts, {(Period.ALL, 7, NOON, True)}, "on the whole board")

    def test_other_ranks_do_not_follow_from_points(self, store: HasLeaderboards) -> None:
        """``rank_for`` raises if "``ties`` is neither"."""
        for query in (BoardQuery(ties="ordinal"), BoardQuery(ties="earliest")):
            ask = partial(store.leaderboards.rank_for, 5, query, now=NOON)
            raised(InvalidValueError, ask, "the rank depends on more than the points")

    def test_large_points_are_counted_exactly(self, store: HasLeaderboards) -> None:
        """Points are whole numbers within ±(2⁵³ - 1), and so are the sums on boards."""
        ada, bob, cyd, dan = self.users(4)
        give(store, credit(ada, MOST_POINTS - 1, _AGO), credit(bob, MOST_POINTS, _AGO))
        give(store, credit(cyd, -MOST_POINTS, _AGO), credit(dan, 1 - MOST_POINTS, _AGO))
        board = store.leaderboards.top(ALL_TIME, now=NOON)
        expected = [
            (1, bob, MOST_POINTS),
            (2, ada, MOST_POINTS - 1),
            (3, dan, 1 - MOST_POINTS),
            (4, cyd, -MOST_POINTS),
        ]
        expect(places(board), expected, "by ones")

    def test_sums_beyond_large_points_are_counted_exactly(self, store: HasLeaderboards) -> None:
        """``ties``: of the sums of credits in a span, which may be beyond what totals can be."""
        ada, bob = self.users(2)
        give_twice_as_many(store, ada, bob)
        for query in (BoardQuery("weekly"), BoardQuery(Span(NOON - 7 * DAY, NOON))):
            board = store.leaderboards.top(query, now=NOON)
            expect((places(board), board.live), (twice_as_many(ada, bob), True), "by ones")
