"""Points, levels, leaderboards, badges and rewards."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import cast

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay.recognition.badges import STANDARD_BADGES, Badge, BadgePolicy
from mainstay.recognition.boards import Board, LeaderboardPolicy, Period, PointsRank, Span, UserRank
from mainstay.recognition.leaderboards import Ranked, Rung, Ties, ladder, rank, rank_for
from mainstay.recognition.levels import Level, Levels
from mainstay.recognition.points import MOST_POINTS, Credit
from mainstay.recognition.reward_policy import RewardPolicy
from mainstay.recognition.reward_split import RewardSplit
from mainstay.recognition.rewards import Argument, split_pool
from mainstay.testing.strategies.activity import user_ids
from mainstay.testing.strategies.calendar import instants, later
from mainstay.testing.strategies.making import made
from mainstay.testing.strategies.policies import consistency_policies, year_policies

__all__ = [
    "arguments",
    "badge_policies",
    "badges",
    "boards",
    "credits",
    "leaderboard_policies",
    "levels",
    "levels_reached",
    "points_ranks",
    "ranked",
    "reward_policies",
    "reward_splits",
    "rungs",
    "spans",
    "user_ranks",
]


# What is drawn again and again is made once: Hypothesis checks and labels each new strategy.
_AMOUNTS = st.sampled_from([0, 50, 100, 250]) | st.integers(-MOST_POINTS, MOST_POINTS)
_TOTALS = st.dictionaries(user_ids(), _AMOUNTS, min_size=1, max_size=8)
_REASONS = st.sampled_from([*(badge.reason for badge in STANDARD_BADGES), "reward:case-7"])
_THRESHOLDS = st.lists(_AMOUNTS, min_size=1, max_size=5, unique=True).map(sorted)
_WORDS = st.text("abzßé字 ", min_size=1, max_size=8)
_FIVE_WORDS = st.lists(_WORDS, min_size=5, max_size=5)
_DURATIONS = st.timedeltas(timedelta(microseconds=1), timedelta(days=400))
_PERIODS = st.sampled_from(Period)
_LETTERS = "abcdef"
_METRICS = st.sampled_from(["wins", "votes", "points", "kind:post", "streak_days"])
_GOALS = st.lists(
    st.tuples(
        _METRICS,
        st.integers(1, 10) | st.integers(1, MOST_POINTS),
        st.sampled_from([0, 50, 100]),
        st.sets(st.sampled_from(_LETTERS), max_size=2),
    ),
    max_size=len(_LETTERS),
)
_NUMBERS = st.permutations(range(1, len(_LETTERS) + 1))
_CUTS = st.lists(st.sampled_from([0, 40, 70, 90, 100]) | st.integers(0, 100), max_size=4)
_THREE_CUTS = st.lists(st.integers(0, 100), min_size=3, max_size=3)
_VOTES = st.dictionaries(user_ids(), st.sampled_from(["yes", "no"]), max_size=12)
_POOLS = st.integers(0, 1000) | st.integers(0, MOST_POINTS)


def credits(
    user_id: SearchStrategy[str] | None = None, at: SearchStrategy[datetime] | None = None
) -> SearchStrategy[Credit]:
    """Credits of any amount, many of them for badges.

    Args:
        user_id: Whose; anybody's by default.
        at: When; at any instant by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay.testing.memory import MemoryStore
        >>> @settings(max_examples=1)
        ... @given(credits(user_id=st.just("ada")))
        ... def test_a_reason_is_credited_once(credit):
        ...     points = MemoryStore().points
        ...     assert len(points.add([credit, credit], now=credit.at)) == 1
        >>> test_a_reason_is_credited_once()
    """
    return st.builds(
        Credit,
        user_ids() if user_id is None else user_id,
        _REASONS | user_ids(),
        _AMOUNTS,
        instants() if at is None else at,
    )


def levels() -> SearchStrategy[Levels]:
    """One to five levels, some with names of their own.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(levels())
        ... def test_the_lowest_threshold_is_the_first_level(levels):
        ...     assert levels.of(levels.thresholds[0]).number == 1
        >>> test_the_lowest_threshold_is_the_first_level()
    """
    return made(_levels, _THRESHOLDS, st.none() | _FIVE_WORDS)


def _levels(thresholds: list[int], names: list[str] | None) -> Levels:
    return Levels(thresholds) if names is None else Levels(thresholds, names[: len(thresholds)])


@st.composite
def levels_reached(draw: DrawFn) -> Level:
    """The level of a total, which is often right at a threshold.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(levels_reached())
        ... def test_a_level_is_reached_at_its_threshold(level):
        ...     assert level.threshold <= level.total
        >>> test_a_level_is_reached_at_its_threshold()
    """
    among = draw(levels())
    above = st.integers(among.thresholds[0], MOST_POINTS)
    total = draw(st.sampled_from(among.thresholds) | above)
    return cast(Level, among.of(total))


def spans() -> SearchStrategy[Span]:
    """Spans of up to 400 days, and those of all time.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(spans())
        ... def test_it_ends_after_it_begins(span):
        ...     assert span.since is None or span.since < span.until
        >>> test_it_ends_after_it_begins()
    """
    return made(_span, instants(), st.none() | _DURATIONS)


def _span(until: datetime, lasting: timedelta | None) -> Span:
    return Span(None if lasting is None else later(until, -lasting), until)


def badges() -> SearchStrategy[Badge]:
    """Badges: the standard ones, and others, of any metric, that may require one another.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(badges())
        ... def test_it_is_credited_by_its_key(badge):
        ...     assert badge.reason == f"badge:{badge.key}"
        >>> test_it_is_credited_by_its_key()
    """
    others = badge_policies().map(lambda policy: policy.badges).filter(bool)
    return st.sampled_from(STANDARD_BADGES) | others.flatmap(st.sampled_from)


def badge_policies() -> SearchStrategy[BadgePolicy]:
    """What there is to achieve: the standard badges, or up to six others, with either score.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(badge_policies())
        ... def test_what_is_required_is_there(policy):
        ...     keys = {badge.key for badge in policy.badges}
        ...     assert all(keys.issuperset(badge.requires) for badge in policy.badges)
        >>> test_what_is_required_is_there()
    """
    own = st.builds(
        BadgePolicy,
        badges=made(_catalogue, _GOALS, _NUMBERS),
        score=consistency_policies() | year_policies(),
    )
    return st.just(BadgePolicy()) | own


def _catalogue(goals: list[tuple[str, int, int, set[str]]], numbers: list[int]) -> list[Badge]:
    """Return badges that require only some of those before them in the alphabet."""
    return [
        Badge(
            number,
            key,
            f"Badge {key}",
            f"Reach {threshold}.",
            "⭐",
            metric,
            metric,
            threshold,
            bonus,
            sorted(required for required in requires if required < key),
        )
        for number, key, (metric, threshold, bonus, requires) in zip(
            numbers, _LETTERS, goals, strict=False
        )
    ]


def leaderboard_policies() -> SearchStrategy[LeaderboardPolicy]:
    """Policies of leaderboards: any that are excluded, any durations.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(leaderboard_policies())
        ... def test_what_is_fresh_is_kept(policy):
        ...     assert policy.fresh <= policy.kept
        >>> test_what_is_fresh_is_kept()
    """
    return st.just(LeaderboardPolicy()) | made(
        _leaderboard_policy,
        st.frozensets(user_ids(), max_size=3),
        st.integers(1, 1000),
        st.lists(_DURATIONS, min_size=2, max_size=2),
    )


def _leaderboard_policy(
    excluded: frozenset[str], top: int, durations: list[timedelta]
) -> LeaderboardPolicy:
    fresh, kept = sorted(durations)
    return LeaderboardPolicy(excluded=excluded, top=top, fresh=fresh, kept=kept)


def _rankings() -> SearchStrategy[tuple[Ranked[int], ...]]:
    return made(_ranking, _TOTALS, st.sampled_from(["competition", "dense", "ordinal"]))


def _ranking(totals: dict[str, int], ties: Ties) -> tuple[Ranked[int], ...]:
    return rank(totals, ties=ties)


def ranked() -> SearchStrategy[Ranked[int]]:
    """Places on a board.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(ranked())
        ... def test_ranks_are_counted_from_one(place):
        ...     assert place.rank >= 1
        >>> test_ranks_are_counted_from_one()
    """
    return _rankings().flatmap(st.sampled_from)


def rungs() -> SearchStrategy[Rung]:
    """Rungs of the ladder of some totals.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(rungs())
        ... def test_who_is_above_has_a_total_above(rung):
        ...     assert rung.users >= 1 and rung.totals_above <= rung.above
        >>> test_who_is_above_has_a_total_above()
    """
    return made(ladder, st.lists(_AMOUNTS, min_size=1, max_size=8)).flatmap(st.sampled_from)


def boards() -> SearchStrategy[Board]:
    """The upper places of a board of all who are listed.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(boards())
        ... def test_places_are_in_order(board):
        ...     totals = [place.total for place in board.entries]
        ...     assert totals == sorted(totals, reverse=True) and len(totals) <= board.listed
        >>> test_places_are_in_order()
    """
    return made(
        _board,
        _PERIODS | spans(),
        instants(),
        st.booleans(),
        _rankings(),
        st.integers(0, 8),
    )


def _board(
    period: Period | Span, as_of: datetime, live: bool, ranking: tuple[Ranked[int], ...], most: int
) -> Board:
    return Board(period, as_of, live, len(ranking), ranking[:most])


@st.composite
def user_ranks(draw: DrawFn) -> UserRank:
    """Places of users on a board, some of whom are not listed.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(user_ranks())
        ... def test_who_is_not_listed_has_no_points(place):
        ...     assert place.rank is not None or place.points == 0
        >>> test_who_is_not_listed_has_no_points()
    """
    period, ranking = draw(_PERIODS | spans()), draw(_rankings())
    place, listed = draw(st.sampled_from(ranking)), draw(st.booleans())
    return UserRank(
        place.user_id,
        period,
        place.rank if listed else None,
        place.total if listed else 0,
        len(ranking) - (not listed),
        draw(instants()),
        draw(st.booleans()),
    )


@st.composite
def points_ranks(draw: DrawFn) -> PointsRank:
    """The ranks that points have, or would have, on a board.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(points_ranks())
        ... def test_nobody_is_behind_the_last_by_more_than_one(place):
        ...     assert 1 <= place.rank <= place.listed + 1
        >>> test_nobody_is_behind_the_last_by_more_than_one()
    """
    period, ranking, points = draw(_PERIODS | spans()), draw(_rankings()), draw(_AMOUNTS)
    place = rank_for(points, {each.user_id: each.total for each in ranking})
    as_of, live = draw(instants()), draw(st.booleans())
    return PointsRank(points, period, place, len(ranking), as_of, live)


def reward_policies() -> SearchStrategy[RewardPolicy]:
    """How pools are shared: the standard way, or any other whole per cents.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(reward_policies())
        ... def test_everything_is_shared(policy):
        ...     shares = policy.winners + policy.arguments + policy.participants + policy.creator
        ...     assert shares == 100 == sum(policy.places)
        >>> test_everything_is_shared()
    """
    return st.just(RewardPolicy()) | made(
        _reward_policy, _THREE_CUTS, _CUTS, st.sampled_from([0, 1, 3, 100])
    )


def _reward_policy(groups: list[int], places: list[int], creator_from: int) -> RewardPolicy:
    """Return a policy of 100 per cent, cut into four groups, and into one place or more."""
    winners, arguments, participants, creator = _parts(groups)
    return RewardPolicy(
        winners=winners,
        arguments=arguments,
        places=_parts(places),
        participants=participants,
        creator=creator,
        creator_from=creator_from,
    )


def _parts(cuts: list[int]) -> list[int]:
    """Return the parts that cuts leave of 100."""
    return [upper - lower for lower, upper in pairwise([0, *sorted(cuts), 100])]


def arguments(
    author: SearchStrategy[str] | None = None, at: SearchStrategy[datetime] | None = None
) -> SearchStrategy[Argument]:
    """Arguments, many with as many votes as others.

    Args:
        author: Who wrote them; anybody by default.
        at: When; at any instant by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(arguments(author=st.just("ada")))
        ... def test_all_are_their_authors(argument):
        ...     assert argument.author == "ada" and argument.votes >= 0
        >>> test_all_are_their_authors()
    """
    return st.builds(
        Argument,
        user_ids(),
        user_ids() if author is None else author,
        instants() if at is None else at,
        st.integers(0, 3) | st.integers(0, 10**6),
    )


@st.composite
def reward_splits(draw: DrawFn) -> RewardSplit:
    """Pools that have been split, in contests of a few users, also without any.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(reward_splits())
        ... def test_no_point_is_lost(split):
        ...     assert sum(split.awards.values()) + split.undistributed == split.pool
        >>> test_no_point_is_lost()
    """
    authors = st.lists(arguments(), max_size=6, unique_by=lambda argument: argument.id)
    return split_pool(
        draw(_POOLS),
        votes=draw(_VOTES),
        verdict="no",
        arguments=draw(authors),
        creator=draw(st.none() | user_ids()),
        policy=draw(reward_policies()),
    )
