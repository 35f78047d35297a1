"""What recognition looks like as plain data, for web frameworks that describe their responses.

Instants are in ISO 8601, in UTC, and end in Z.
"""

from __future__ import annotations

from mainstay._typing import TypedDict

__all__ = [
    "BadgeDict",
    "BadgeProgressDict",
    "BoardDict",
    "BoardEntryDict",
    "CreditDict",
    "EarnedBadgesDict",
    "LevelDict",
    "PointsDict",
    "PointsRankDict",
    "ProgressDict",
    "ProgressOfAllDict",
    "RewardSplitDict",
    "UserRankDict",
]


class CreditDict(TypedDict):
    """A credit in :class:`PointsDict`, whose user is known."""

    reason: str
    amount: int
    at: str


class LevelDict(TypedDict):
    """A level as :meth:`mainstay.recognition.Level.to_dict` gives it."""

    number: int
    name: str
    next: int | None
    missing: int | None


class PointsDict(TypedDict):
    """A user's points, as :func:`mainstay.recognition.points_of` gives them."""

    user_id: str
    total: int
    level: LevelDict | None
    credits: list[CreditDict]


class BoardEntryDict(TypedDict):
    """A place on a board."""

    rank: int
    user_id: str
    points: int


class BoardDict(TypedDict):
    """A leaderboard as :meth:`mainstay.recognition.Board.to_dict` gives it."""

    period: str
    as_of: str
    live: bool
    listed: int
    entries: list[BoardEntryDict]


class UserRankDict(TypedDict):
    """A user's rank as :meth:`mainstay.recognition.UserRank.to_dict` gives it."""

    user_id: str
    period: str
    rank: int | None
    points: int
    listed: int
    as_of: str
    live: bool


class PointsRankDict(TypedDict):
    """The rank of points as :meth:`mainstay.recognition.PointsRank.to_dict` gives it."""

    points: int
    period: str
    rank: int
    listed: int
    as_of: str
    live: bool


class BadgeDict(TypedDict):
    """A badge that a user has."""

    id: int
    name: str
    description: str
    icon: str
    earned_at: str
    bonus_points: int


class EarnedBadgesDict(TypedDict):
    """A user's badges, as :func:`mainstay.recognition.earned` gives them."""

    user_id: str
    total_badges: int
    badges: list[BadgeDict]


class BadgeProgressDict(TypedDict):
    """How far a user has come on the way to a badge."""

    badge_name: str
    name: str
    description: str
    icon: str
    earned: bool
    progress: str
    bonus_points: int


class ProgressOfAllDict(TypedDict):
    """How far a user has come on the way to each badge."""

    earned: int
    total: int
    progress_details: list[BadgeProgressDict]


class ProgressDict(TypedDict):
    """What :func:`mainstay.recognition.progress` gives."""

    user_id: str
    progress: ProgressOfAllDict


class RewardSplitDict(TypedDict):
    """A split pool as :meth:`mainstay.recognition.RewardSplit.to_dict` gives it."""

    pool: int
    awards: dict[str, int]
    undistributed: int
    explanations: list[str]
