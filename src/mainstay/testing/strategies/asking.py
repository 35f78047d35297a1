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
    """Questions about boards: of a period, of any span, of some users or without some."""
    return made(BoardQuery, _PERIODS | spans(), ties=_TIES, exclude=_USERS, among=_USERS)


def board_targets() -> SearchStrategy[BoardTarget]:
    """What snapshots are to show, half of them as a policy of their own says."""
    return made(BoardTarget, instants(), policy=st.none() | leaderboard_policies())


def due_boards() -> SearchStrategy[DueBoard]:
    """Boards whose snapshot is to be made, some for the first time."""
    return made(DueBoard, _PERIODS, st.none() | instants())


def badge_targets() -> SearchStrategy[BadgeTarget]:
    """What users are looked at for."""
    return made(BadgeTarget, instants(), policy=badge_policies())


@st.composite
def badge_standings(draw: DrawFn, user_id: str | None = None) -> BadgeStanding:
    """What is known of a user: some metrics, awards and sessions, and when their days begin.

    Args:
        user_id: Whose; anybody's by default.
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
    """
    user = draw(user_ids()) if user_id is None else user_id
    return BadgeCheck(user, _awards(draw, user), draw(st.none() | instants()))


def _awards(draw: DrawFn, user_id: str) -> list[Credit]:
    """Draw awards, one a badge."""
    given = draw(st.lists(st.tuples(_BADGES, _AMOUNTS, instants()), max_size=4))
    awards = {badge: Credit(user_id, badge.reason, amount, at) for badge, amount, at in given}
    return [*awards.values()]
