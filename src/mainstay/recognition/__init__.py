"""Recognition: points, levels, leaderboards, badges and rewards.

As in the core, everything is an immutable value or a pure function of its arguments. What a store
keeps of it, and the jobs that look after it, are in :mod:`mainstay.ports` and
:mod:`mainstay.jobs`.
"""

from mainstay.recognition.awards import awards, earned, newly_earned, progress
from mainstay.recognition.badges import STANDARD_BADGES, Badge, BadgePolicy
from mainstay.recognition.boards import Board, LeaderboardPolicy, Period, PointsRank, Span, UserRank
from mainstay.recognition.dicts import (
    BadgeDict,
    BadgeProgressDict,
    BoardDict,
    BoardEntryDict,
    CreditDict,
    EarnedBadgesDict,
    LevelDict,
    PointsDict,
    PointsRankDict,
    ProgressDict,
    ProgressOfAllDict,
    RewardSplitDict,
    UserRankDict,
)
from mainstay.recognition.leaderboards import (
    Ranked,
    Rung,
    Ties,
    ladder,
    neighbours,
    rank,
    rank_for,
)
from mainstay.recognition.levels import Level, Levels
from mainstay.recognition.phrases import (
    EnglishLevelPhrases,
    EnglishRewardPhrases,
    LevelPhrasebook,
    RewardPhrasebook,
)
from mainstay.recognition.points import MOST_POINTS, Credit, points_of
from mainstay.recognition.reward_policy import RewardPolicy
from mainstay.recognition.reward_split import RewardSplit
from mainstay.recognition.rewards import Argument, split_pool

__all__ = [
    "MOST_POINTS",
    "STANDARD_BADGES",
    "Argument",
    "Badge",
    "BadgeDict",
    "BadgePolicy",
    "BadgeProgressDict",
    "Board",
    "BoardDict",
    "BoardEntryDict",
    "Credit",
    "CreditDict",
    "EarnedBadgesDict",
    "EnglishLevelPhrases",
    "EnglishRewardPhrases",
    "LeaderboardPolicy",
    "Level",
    "LevelDict",
    "LevelPhrasebook",
    "Levels",
    "Period",
    "PointsDict",
    "PointsRank",
    "PointsRankDict",
    "ProgressDict",
    "ProgressOfAllDict",
    "Ranked",
    "RewardPhrasebook",
    "RewardPolicy",
    "RewardSplit",
    "RewardSplitDict",
    "Rung",
    "Span",
    "Ties",
    "UserRank",
    "UserRankDict",
    "awards",
    "earned",
    "ladder",
    "neighbours",
    "newly_earned",
    "points_of",
    "progress",
    "rank",
    "rank_for",
    "split_pool",
]
