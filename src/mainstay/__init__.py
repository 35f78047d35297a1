"""Activity to scores, and scores to recognition.

Everything here is an immutable value or a pure function of its arguments: no clock, no
configuration, no I/O. The host passes in what time it is, and keeps what comes out.
"""

import typing

from mainstay.activity.counts import Counts
from mainstay.activity.session import Session
from mainstay.activity.window import ActivityWindow
from mainstay.activity.year import ActivityYear
from mainstay.daystarts import DayEnd, DayStart
from mainstay.errors import (
    BadRecordError,
    CallsFailedError,
    ChainError,
    CommitmentError,
    CorruptRowError,
    DecodeError,
    DeliveryError,
    IllegalMoveError,
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
    TooLittleDataError,
    UnhealthyError,
    UnknownSchemaError,
    UnknownZoneError,
    UnreadableFileError,
)
from mainstay.explanation import Explanation
from mainstay.localdays import IsoWeek, Zone, local_day
from mainstay.reputation.dampening import Dampening, half_life, reciprocity, scepticism
from mainstay.reputation.dicts import VouchExplanationDict
from mainstay.reputation.explanation import DampenedWeight, VouchExplanation
from mainstay.reputation.multiplier import MultiplierPolicy, Reputation, consistency_multiplier
from mainstay.reputation.phrases import EnglishVouchPhrases, VouchPhrasebook
from mainstay.reputation.vouches import Vouch
from mainstay.reputation.weighing import explain_vouch, incoming_vouch_weight, weighted_edges
from mainstay.scores.consistency.breakdown import ScoreBreakdown, ScoreDifference
from mainstay.scores.consistency.dicts import ConsistencyScoreDict, WhatIfDict
from mainstay.scores.consistency.phrases import EnglishPhrases
from mainstay.scores.consistency.policy import ConsistencyPolicy
from mainstay.scores.consistency.result import ConsistencyScore, Phrasebook, WhatIf
from mainstay.scores.consistency.score import consistency_score
from mainstay.scores.engagement.criteria import (
    AllOf,
    AnyOf,
    ByWeekday,
    Criteria,
    DailyCriteria,
    DailyMinutes,
)
from mainstay.scores.engagement.day import DayActivity, DayOutcome
from mainstay.scores.engagement.dicts import DayOutcomeDict, HistoricalScoreDict
from mainstay.scores.engagement.evaluate import Engagement, catch_up, evaluate_day
from mainstay.scores.engagement.historical import HistoricalScore, historical_score
from mainstay.scores.engagement.phrases import (
    EngagementPhrasebook,
    EnglishEngagementPhrases,
    EnglishPickPhrases,
    PickPhrasebook,
)
from mainstay.scores.engagement.pick import explain_pick, pick_candidates
from mainstay.scores.engagement.policy import EngagementBreakdown, EngagementPolicy, PickPolicy
from mainstay.scores.engagement.recent import RecentPosts
from mainstay.scores.history import score_history
from mainstay.scores.policies import PolicyHistory
from mainstay.scores.sessions import score_sessions
from mainstay.scores.what_if import what_if
from mainstay.scores.year.breakdown import YearBreakdown, YearDifference
from mainstay.scores.year.dicts import YearScoreDict, YearWhatIfDict
from mainstay.scores.year.phrases import EnglishYearPhrases
from mainstay.scores.year.policy import YearPolicy
from mainstay.scores.year.result import YearPhrasebook, YearScore, YearWhatIf
from mainstay.scores.year.score import year_score
from mainstay.streaks.daily import DailyStreak, StreakStatus, streak_of
from mainstay.streaks.dicts import DailyStreakDict
from mainstay.streaks.phrases import EnglishStreakPhrases, StreakPhrasebook
from mainstay.streaks.policy import StreakPolicy
from mainstay.streaks.schedules import (
    DaysAWeek,
    EveryDay,
    PeriodUnit,
    Recurring,
    StreakSchedule,
    Weekdays,
)
from mainstay.streaks.weekly import WeeklyStreak, WeeklyStreakPolicy

#: The version that is installed, such as ``"0.1.0"``.
__version__: str

__all__ = [
    "ActivityWindow",
    "ActivityYear",
    "AllOf",
    "AnyOf",
    "BadRecordError",
    "ByWeekday",
    "CallsFailedError",
    "ChainError",
    "CommitmentError",
    "ConsistencyPolicy",
    "ConsistencyScore",
    "ConsistencyScoreDict",
    "CorruptRowError",
    "Counts",
    "Criteria",
    "DailyCriteria",
    "DailyMinutes",
    "DailyStreak",
    "DailyStreakDict",
    "DampenedWeight",
    "Dampening",
    "DayActivity",
    "DayEnd",
    "DayOutcome",
    "DayOutcomeDict",
    "DayStart",
    "DaysAWeek",
    "DecodeError",
    "DeliveryError",
    "Engagement",
    "EngagementBreakdown",
    "EngagementPhrasebook",
    "EngagementPolicy",
    "EnglishEngagementPhrases",
    "EnglishPhrases",
    "EnglishPickPhrases",
    "EnglishStreakPhrases",
    "EnglishVouchPhrases",
    "EnglishYearPhrases",
    "EveryDay",
    "Explanation",
    "HistoricalScore",
    "HistoricalScoreDict",
    "IllegalMoveError",
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
    "PeriodUnit",
    "Phrasebook",
    "PickPhrasebook",
    "PickPolicy",
    "PolicyHistory",
    "RecentPosts",
    "Recurring",
    "RejectedError",
    "Reputation",
    "ScoreBreakdown",
    "ScoreDifference",
    "Session",
    "StoreError",
    "StreakPhrasebook",
    "StreakPolicy",
    "StreakSchedule",
    "StreakStatus",
    "TimeLimitError",
    "TooLittleDataError",
    "UnhealthyError",
    "UnknownSchemaError",
    "UnknownZoneError",
    "UnreadableFileError",
    "Vouch",
    "VouchExplanation",
    "VouchExplanationDict",
    "VouchPhrasebook",
    "Weekdays",
    "WeeklyStreak",
    "WeeklyStreakPolicy",
    "WhatIf",
    "WhatIfDict",
    "YearBreakdown",
    "YearDifference",
    "YearPhrasebook",
    "YearPolicy",
    "YearScore",
    "YearScoreDict",
    "YearWhatIf",
    "YearWhatIfDict",
    "Zone",
    "catch_up",
    "consistency_multiplier",
    "consistency_score",
    "evaluate_day",
    "explain_pick",
    "explain_vouch",
    "half_life",
    "historical_score",
    "incoming_vouch_weight",
    "local_day",
    "pick_candidates",
    "reciprocity",
    "scepticism",
    "score_history",
    "score_sessions",
    "streak_of",
    "weighted_edges",
    "what_if",
    "year_score",
]

#: The packages to import by themselves; those of the core are an affair of ours.
_PACKAGES = frozenset(
    {
        *("adapters", "codec", "columnar", "contest", "evidence", "jobs", "outlook", "ports"),
        *("notebook", "reading", "recognition", "scheduling", "testing"),
    }
)


if not typing.TYPE_CHECKING:  # pragma: no branch  (or checkers would find no misspelled name)

    def __getattr__(name: str) -> str:
        """Look the version up when it is asked for: most never ask."""
        if name != "__version__":
            raise AttributeError(f"module 'mainstay' has no attribute {name!r}")
        from importlib.metadata import version  # noqa: PLC0415  (10 ms)

        return version("mainstay")


def __dir__() -> list[str]:
    """Return what completing ``mainstay.`` shows: the API, and nothing else."""
    return sorted({*__all__, "__version__", *_PACKAGES.intersection(globals())})
