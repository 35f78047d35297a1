"""What stores are asked about leaderboards and badges, and what looking at users came to."""

from __future__ import annotations

from typing import get_args

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay.ports import (
    BadgeCheck,
    BadgeStanding,
    BadgeTarget,
    BoardQuery,
    BoardTarget,
    DueBoard,
)
from mainstay.recognition import STANDARD_BADGES, Credit, Period, Ties
from mainstay.testing.strategies.activity import sessions, user_ids
from mainstay.testing.strategies.calendar import day_starts, instants
from mainstay.testing.strategies.making import made
from mainstay.testing.strategies.recognition import badge_policies, leaderboard_policies, spans

__all__ = [
    "badge_checks",
    "badge_standings",
    "badge_targets",
    "board_queries",
    "board_targets",
    "due_boards",
]

_PERIODS = st.sampled_from(Period)
_TIES = st.sampled_from(get_args(Ties))
_USERS = st.none() | st.frozensets(user_ids(), max_size=5)
_BADGES = st.sampled_from(STANDARD_BADGES)
_AMOUNTS = st.sampled_from([0, 50, 500]) | st.integers(0, 10**6)


def board_queries() -> SearchStrategy[BoardQuery]:
    """Questions about boards: of a period, of any span, of some users or without some.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from hypothesis import given, settings
        >>> from mainstay.testing.memory import MemoryStore
        >>> @settings(max_examples=1)
        ... @given(board_queries())
        ... def test_nobody_is_listed_without_points(query):
        ...     board = MemoryStore().leaderboards.top(query, now=datetime(2024, 5, 1, tzinfo=UTC))
        ...     assert board.listed == 0
        >>> test_nobody_is_listed_without_points()
    """
    return made(BoardQuery, _PERIODS | spans(), ties=_TIES, exclude=_USERS, among=_USERS)


def board_targets() -> SearchStrategy[BoardTarget]:
    """What snapshots are to show, half of them as a policy of their own says.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay.testing.memory import MemoryStore
        >>> @settings(max_examples=1)
        ... @given(board_targets())
        ... def test_all_three_boards_are_due_at_first(target):
        ...     assert MemoryStore().leaderboards.count_due(target) == 3
        >>> test_all_three_boards_are_due_at_first()
    """
    return made(BoardTarget, instants(), policy=st.none() | leaderboard_policies())


def due_boards() -> SearchStrategy[DueBoard]:
    """Boards whose snapshot is to be made, some for the first time.

    Examples:
        >>> from hypothesis import find
        >>> find(due_boards(), lambda board: board.key == "weekly")
        DueBoard(period=<Period.WEEKLY: 'weekly'>, as_of=None)
    """
    return made(DueBoard, _PERIODS, st.none() | instants())


def badge_targets() -> SearchStrategy[BadgeTarget]:
    """What users are looked at for.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay.testing.memory import MemoryStore
        >>> @settings(max_examples=1)
        ... @given(badge_targets())
        ... def test_nobody_is_due_at_first(target):
        ...     assert MemoryStore().badges.count_due(target) == 0
        >>> test_nobody_is_due_at_first()
    """
    return made(BadgeTarget, instants(), policy=badge_policies())


@st.composite
def badge_standings(draw: DrawFn, user_id: str | None = None) -> BadgeStanding:
    """What is known of a user: some metrics, awards and sessions, and when their days begin.

    Args:
        user_id: Whose; anybody's by default.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from hypothesis import given, settings
        >>> from mainstay.jobs import plan_awards
        >>> target = BadgeTarget(datetime(2024, 5, 1, tzinfo=UTC))
        >>> @settings(max_examples=1)
        ... @given(badge_standings("ada"))
        ... def test_a_badge_is_awarded_once(standing):
        ...     check = plan_awards(standing, target)
        ...     has = {award.reason for award in standing.awards}
        ...     assert has.isdisjoint(award.reason for award in check.awards)
        >>> test_a_badge_is_awarded_once()
    """
    user = draw(user_ids()) if user_id is None else user_id
    names = st.sampled_from([badge.metric for badge in STANDARD_BADGES])
    metrics = draw(st.dictionaries(names, st.integers(1, 100)))
    theirs = sessions(user_id=st.just(user))
    found, start = draw(st.lists(theirs, max_size=3)), draw(day_starts())
    return BadgeStanding(user, metrics, _awards(draw, user), found, start)


@st.composite
def badge_checks(draw: DrawFn, user_id: str | None = None) -> BadgeCheck:
    """What looking at a user came to: some awards, perhaps another look.

    Args:
        user_id: At whom; anybody by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(badge_checks("ada"))
        ... def test_awards_are_the_users_own(check):
        ...     assert {award.user_id for award in check.awards} <= {"ada"}
        >>> test_awards_are_the_users_own()
    """
    user = draw(user_ids()) if user_id is None else user_id
    return BadgeCheck(user, _awards(draw, user), draw(st.none() | instants()))


def _awards(draw: DrawFn, user_id: str) -> list[Credit]:
    """Draw awards, one a badge."""
    given = draw(st.lists(st.tuples(_BADGES, _AMOUNTS, instants()), max_size=4))
    awards = {badge: Credit(user_id, badge.reason, amount, at) for badge, amount, at in given}
    return [*awards.values()]
