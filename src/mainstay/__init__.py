"""Activity to scores, and scores to recognition.

Everything here is an immutable value or a pure function of its arguments: no clock, no
configuration, no I/O. The host passes in what time it is, and keeps what comes out.
"""

from mainstay.activity import ActivityWindow, Session
from mainstay.counts import Counts
from mainstay.errors import (
    BadLineError,
    BadRowError,
    CorruptRowError,
    DecodeError,
    InvalidTypeError,
    InvalidValueError,
    MainstayError,
    MissingExtraError,
    NaiveDatetimeError,
    NoLongerKeptError,
    OtherPolicyError,
    OutOfOrderError,
    RejectedError,
    StoreError,
    TimeLimitError,
    UnknownSchemaError,
    UnknownZoneError,
)
from mainstay.localdays import IsoWeek, Zone, local_day
from mainstay.policies import PolicyHistory
from mainstay.reputation import (
    DampenedWeight,
    MultiplierPolicy,
    Reputation,
    VouchExplanation,
    consistency_multiplier,
    explain_vouch,
    incoming_vouch_weight,
    weighted_edges,
)
from mainstay.scores.breakdown import ScoreBreakdown, ScoreDifference
from mainstay.scores.consistency import consistency_score, score_sessions
from mainstay.scores.consistency_policy import ConsistencyPolicy
from mainstay.scores.day import DayActivity, DayOutcome
from mainstay.scores.engagement import Engagement, catch_up, evaluate_day, pick_candidates
from mainstay.scores.engagement_policy import DailyCriteria, EngagementBreakdown, EngagementPolicy
from mainstay.scores.explanation import Explanation
from mainstay.scores.historical import (
    EngagementPhrasebook,
    EnglishEngagementPhrases,
    HistoricalScore,
    historical_score,
)
from mainstay.scores.phrases import EnglishPhrases
from mainstay.scores.result import ConsistencyScore, Phrasebook, WhatIf
from mainstay.scores.what_if import what_if
from mainstay.streaks.daily import DailyStreak, StreakPolicy, StreakStatus, streak_of
from mainstay.streaks.weekly import WeeklyStreak, WeeklyStreakPolicy
from mainstay.vouches import Dampening, Vouch, half_life, reciprocity, scepticism

__all__ = [
    "ActivityWindow",
    "BadLineError",
    "BadRowError",
    "ConsistencyPolicy",
    "ConsistencyScore",
    "CorruptRowError",
    "Counts",
    "DailyCriteria",
    "DailyStreak",
    "DampenedWeight",
    "Dampening",
    "DayActivity",
    "DayOutcome",
    "DecodeError",
    "Engagement",
    "EngagementBreakdown",
    "EngagementPhrasebook",
    "EngagementPolicy",
    "EnglishEngagementPhrases",
    "EnglishPhrases",
    "Explanation",
    "HistoricalScore",
    "InvalidTypeError",
    "InvalidValueError",
    "IsoWeek",
    "MainstayError",
    "MissingExtraError",
    "MultiplierPolicy",
    "NaiveDatetimeError",
    "NoLongerKeptError",
    "OtherPolicyError",
    "OutOfOrderError",
    "Phrasebook",
    "PolicyHistory",
    "RejectedError",
    "Reputation",
    "ScoreBreakdown",
    "ScoreDifference",
    "Session",
    "StoreError",
    "StreakPolicy",
    "StreakStatus",
    "TimeLimitError",
    "UnknownSchemaError",
    "UnknownZoneError",
    "Vouch",
    "VouchExplanation",
    "WeeklyStreak",
    "WeeklyStreakPolicy",
    "WhatIf",
    "Zone",
    "catch_up",
    "consistency_multiplier",
    "consistency_score",
    "evaluate_day",
    "explain_vouch",
    "half_life",
    "historical_score",
    "incoming_vouch_weight",
    "local_day",
    "pick_candidates",
    "reciprocity",
    "scepticism",
    "score_sessions",
    "streak_of",
    "weighted_edges",
    "what_if",
]
