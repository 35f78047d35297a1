"""Runs of active days and of active weeks."""

from mainstay.streaks.daily import DailyStreak, StreakPolicy, StreakStatus, streak_of
from mainstay.streaks.weekly import WeeklyStreak, WeeklyStreakPolicy

__all__ = [
    "DailyStreak",
    "StreakPolicy",
    "StreakStatus",
    "WeeklyStreak",
    "WeeklyStreakPolicy",
    "streak_of",
]
