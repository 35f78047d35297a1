"""Activity to scores, and scores to recognition.

Everything here is an immutable value or a pure function of its arguments: no clock, no
configuration, no I/O. The host passes in what time it is, and keeps what comes out.
"""

from mainstay.activity import ActivityWindow, Session
from mainstay.errors import (
    BadLineError,
    InvalidTypeError,
    InvalidValueError,
    MainstayError,
    NaiveDatetimeError,
    OutOfOrderError,
    UnknownZoneError,
)
from mainstay.localdays import IsoWeek, Zone, local_day
from mainstay.scores.consistency import consistency_score, score_sessions
from mainstay.scores.consistency_policy import ConsistencyPolicy
from mainstay.scores.phrases import EnglishPhrases
from mainstay.scores.result import (
    ConsistencyScore,
    Explanation,
    Phrasebook,
    ScoreBreakdown,
    WhatIf,
)
from mainstay.scores.what_if import what_if
from mainstay.streaks import DailyStreak, StreakPolicy, StreakStatus, streak_of

__all__ = [
    "ActivityWindow",
    "BadLineError",
    "ConsistencyPolicy",
    "ConsistencyScore",
    "DailyStreak",
    "EnglishPhrases",
    "Explanation",
    "InvalidTypeError",
    "InvalidValueError",
    "IsoWeek",
    "MainstayError",
    "NaiveDatetimeError",
    "OutOfOrderError",
    "Phrasebook",
    "ScoreBreakdown",
    "Session",
    "StreakPolicy",
    "StreakStatus",
    "UnknownZoneError",
    "WhatIf",
    "Zone",
    "consistency_score",
    "local_day",
    "score_sessions",
    "streak_of",
    "what_if",
]
