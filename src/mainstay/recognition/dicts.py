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
    """A credit in :class:`PointsDict`, whose user is known.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.recognition import Credit, points_of
        >>> welcome = Credit("ada", "welcome", 50, datetime(2024, 5, 1, tzinfo=UTC))
        >>> points_of("ada", 50, [welcome])["credits"][0]
        {'reason': 'welcome', 'amount': 50, 'at': '2024-05-01T00:00:00Z'}
    """

    reason: str
    amount: int
    at: str


class LevelDict(TypedDict):
    """A level as :meth:`mainstay.recognition.Level.to_dict` gives it.

    Examples:
        >>> from mainstay.recognition import Levels
        >>> Levels([0, 100, 500], ["Newcomer", "Regular", "Expert"]).of(120).to_dict()
        {'number': 2, 'name': 'Regular', 'next': 500, 'missing': 380}
    """

    number: int
    name: str
    next: int | None
    missing: int | None


class PointsDict(TypedDict):
    """A user's points, as :func:`mainstay.recognition.points_of` gives them.

    Examples:
        >>> from mainstay.recognition import Levels, points_of
        >>> data = points_of("ada", 120, [], levels=Levels([0, 100, 500]))
        >>> data["total"], data["level"]["name"]
        (120, 'Level 2')
    """

    user_id: str
    total: int
    level: LevelDict | None
    credits: list[CreditDict]


class BoardEntryDict(TypedDict):
    """A place on a board.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.recognition import Board, Period, rank
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> board = Board(Period.ALL, noon, True, 2, rank({"ada": 250, "bob": 300}))
        >>> board.to_dict()["entries"][0]
        {'rank': 1, 'user_id': 'bob', 'points': 300}
    """

    rank: int
    user_id: str
    points: int


class BoardDict(TypedDict):
    """A leaderboard as :meth:`mainstay.recognition.Board.to_dict` gives it.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.recognition import Credit
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> _ = store.points.add([Credit("ada", "welcome", 50, noon)], now=noon)
        >>> data = store.leaderboards.top(now=datetime(2024, 5, 1, 13, tzinfo=UTC)).to_dict()
        >>> data["period"], data["as_of"], data["live"], data["listed"]
        ('all', '2024-05-01T13:00:00Z', True, 1)
    """

    period: str
    as_of: str
    live: bool
    listed: int
    entries: list[BoardEntryDict]


class UserRankDict(TypedDict):
    """A user's rank as :meth:`mainstay.recognition.UserRank.to_dict` gives it.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.recognition import Credit
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> noon, one = (datetime(2024, 5, 1, hour, tzinfo=UTC) for hour in (12, 13))
        >>> _ = store.points.add([Credit("ada", "welcome", 50, noon)], now=noon)
        >>> data = store.leaderboards.rank_of("ada", now=one).to_dict()
        >>> data["rank"], data["points"], data["listed"]
        (1, 50, 1)
    """

    user_id: str
    period: str
    rank: int | None
    points: int
    listed: int
    as_of: str
    live: bool


class PointsRankDict(TypedDict):
    """The rank of points as :meth:`mainstay.recognition.PointsRank.to_dict` gives it.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.recognition import Credit
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> noon, one = (datetime(2024, 5, 1, hour, tzinfo=UTC) for hour in (12, 13))
        >>> _ = store.points.add([Credit("ada", "welcome", 50, noon)], now=noon)
        >>> data = store.leaderboards.rank_for(40, now=one).to_dict()
        >>> data["points"], data["rank"]
        (40, 2)
    """

    points: int
    period: str
    rank: int
    listed: int
    as_of: str
    live: bool


class BadgeDict(TypedDict):
    """A badge that a user has.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.recognition import newly_earned
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> badge = newly_earned("ada", {"wins": 1}, [], at=noon)["badges"][0]
        >>> badge["name"], badge["earned_at"], badge["bonus_points"]
        ('First Victory', '2024-05-01T12:00:00Z', 50)
    """

    id: int
    name: str
    description: str
    icon: str
    earned_at: str
    bonus_points: int


class EarnedBadgesDict(TypedDict):
    """A user's badges, as :func:`mainstay.recognition.earned` gives them.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.recognition import awards, earned
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> data = earned("ada", awards("ada", {"wins": 5}, [], at=noon))
        >>> data["total_badges"], data["badges"][0]["name"]
        (2, 'First Victory')
    """

    user_id: str
    total_badges: int
    badges: list[BadgeDict]


class BadgeProgressDict(TypedDict):
    """How far a user has come on the way to a badge.

    Examples:
        >>> from mainstay.recognition import progress
        >>> detail = progress("ada", {"wins": 2}, [])["progress"]["progress_details"][1]
        >>> detail["badge_name"], detail["progress"], detail["earned"]
        ('five_wins', '2/5 wins', False)
    """

    badge_name: str
    name: str
    description: str
    icon: str
    earned: bool
    progress: str
    bonus_points: int


class ProgressOfAllDict(TypedDict):
    """How far a user has come on the way to each badge.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.recognition import STANDARD_BADGES, awards, progress
        >>> held = awards("ada", {"wins": 5}, [], at=datetime(2024, 5, 1, tzinfo=UTC))
        >>> found = progress("ada", {"wins": 5}, held)["progress"]
        >>> found["earned"], found["total"] == len(STANDARD_BADGES)
        (2, True)
    """

    earned: int
    total: int
    progress_details: list[BadgeProgressDict]


class ProgressDict(TypedDict):
    """What :func:`mainstay.recognition.progress` gives.

    Examples:
        >>> from mainstay.recognition import progress
        >>> data = progress("ada", {"wins": 2}, [])
        >>> data["user_id"], data["progress"]["progress_details"][0]["progress"]
        ('ada', '1/1 wins')
    """

    user_id: str
    progress: ProgressOfAllDict


class RewardSplitDict(TypedDict):
    """A split pool as :meth:`mainstay.recognition.RewardSplit.to_dict` gives it.

    Examples:
        >>> from mainstay.recognition import split_pool
        >>> split = split_pool(1000, votes={"ada": "no", "bob": "yes"}, verdict="no", arguments=[])
        >>> data = split.to_dict()
        >>> data["awards"], data["undistributed"]
        ({'ada': 500, 'bob': 100}, 400)
        >>> print(data["explanations"][0])
        40 % for voting on the verdict's side: one person.
    """

    pool: int
    awards: dict[str, int]
    undistributed: int
    explanations: list[str]
