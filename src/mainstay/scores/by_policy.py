"""Which score it is follows from the policy."""

from __future__ import annotations

from datetime import date
from typing import TypeAlias, cast

from mainstay import _checks as checks
from mainstay.activity.window import ActivityWindow
from mainstay.activity.year import YEAR_DAYS, ActivityYear
from mainstay.scores.consistency.phrases import ENGLISH
from mainstay.scores.consistency.policy import ConsistencyPolicy
from mainstay.scores.consistency.result import ConsistencyScore, Phrasebook
from mainstay.scores.consistency.score import consistency_score
from mainstay.scores.year.phrases import ENGLISH_YEAR
from mainstay.scores.year.policy import YearPolicy
from mainstay.scores.year.result import YearPhrasebook, YearScore
from mainstay.scores.year.score import year_score

__all__ = ["Phrases", "Policy", "Score", "days_needed", "scored"]

#: The policy of a score, which says which score it is.
Policy: TypeAlias = ConsistencyPolicy | YearPolicy
#: A score of one user's days.
Score: TypeAlias = ConsistencyScore | YearScore
#: The words for a score; for each, its own.
Phrases: TypeAlias = Phrasebook | YearPhrasebook


def days_needed(policy: Policy) -> int:
    """Return how many days a score looks back on."""
    if isinstance(policy, YearPolicy):
        return YEAR_DAYS
    return checks.instance("policy", policy, ConsistencyPolicy).window_days


def scored(
    window: ActivityWindow, member_since: date | None, policy: Policy, phrases: Phrases | None
) -> Score:
    """Return the score of as many days as it needs."""
    if isinstance(policy, YearPolicy):
        return year_score(
            ActivityYear.from_window(window),
            member_since=member_since,
            policy=policy,
            phrases=ENGLISH_YEAR if phrases is None else cast("YearPhrasebook", phrases),
        )
    words = ENGLISH if phrases is None else cast("Phrasebook", phrases)
    return consistency_score(window, member_since=member_since, policy=policy, phrases=words)
