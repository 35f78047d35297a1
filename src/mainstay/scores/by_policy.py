"""Which score it is follows from the policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import TypeAlias, cast

from mainstay.activity.window import ActivityWindow
from mainstay.activity.year import YEAR_DAYS, ActivityYear
from mainstay.errors import InvalidTypeError
from mainstay.scores.consistency.phrases import ENGLISH
from mainstay.scores.consistency.policy import DEFAULT_POLICY, ConsistencyPolicy
from mainstay.scores.consistency.result import ConsistencyScore, Phrasebook
from mainstay.scores.consistency.score import consistency_score
from mainstay.scores.year.phrases import ENGLISH_YEAR
from mainstay.scores.year.policy import YearPolicy
from mainstay.scores.year.result import YearPhrasebook, YearScore
from mainstay.scores.year.score import year_score

__all__ = ["POLICIES", "Phrases", "Policy", "Score", "check_policy", "days_needed", "scored"]

#: The policy of a score, which says which score it is.
Policy: TypeAlias = ConsistencyPolicy | YearPolicy
#: A score of one user's days.
Score: TypeAlias = ConsistencyScore | YearScore
#: The words for a score; for each, its own.
Phrases: TypeAlias = Phrasebook | YearPhrasebook

#: What a policy is called where it is chosen by a word.
POLICIES: Mapping[str, type[Policy]] = MappingProxyType(
    {"consistency": ConsistencyPolicy, "year": YearPolicy}
)


def check_policy(field: str, value: object) -> Policy:
    """Return a value that says which score it is."""
    if not isinstance(value, Policy):
        raise InvalidTypeError(
            "must be of type ConsistencyPolicy or YearPolicy", field=field, value=value
        )
    return value


def days_needed(policy: Policy) -> int:
    """Return how many days a score looks back on."""
    kept = check_policy("policy", policy)
    return YEAR_DAYS if isinstance(kept, YearPolicy) else kept.window_days


def scored(
    window: ActivityWindow,
    member_since: date | None = None,
    policy: Policy = DEFAULT_POLICY,
    phrases: Phrases | None = None,
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
