"""Which score it is follows from the policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import TypeAlias, cast

from mainstay import _checks as checks
from mainstay.activity.window import WINDOW_DAYS, ActivityWindow
from mainstay.activity.year import YEAR_DAYS, ActivityYear
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.scores.consistency.phrases import ENGLISH
from mainstay.scores.consistency.policy import DEFAULT_POLICY, ConsistencyPolicy
from mainstay.scores.consistency.result import ConsistencyScore, Phrasebook
from mainstay.scores.consistency.score import consistency_score
from mainstay.scores.year.phrases import ENGLISH_YEAR
from mainstay.scores.year.policy import YearPolicy
from mainstay.scores.year.result import YearPhrasebook, YearScore
from mainstay.scores.year.score import year_score

__all__ = [
    "POLICIES",
    "Phrases",
    "Policy",
    "Score",
    "State",
    "check_policy",
    "days_needed",
    "policy_of_texts",
    "score_of",
    "scored",
    "state_of",
]

#: The policy of a score, which says which score it is.
Policy: TypeAlias = ConsistencyPolicy | YearPolicy
#: A score of one user's days.
Score: TypeAlias = ConsistencyScore | YearScore
#: What a score is made of.
State: TypeAlias = ActivityWindow | ActivityYear
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


def policy_of_texts(field: str, value: object) -> Policy:
    """Return the policy of a score that texts can speak of: they say "28 days"."""
    policy = check_policy(field, value)
    if isinstance(policy, ConsistencyPolicy) and policy.window_days != WINDOW_DAYS:
        raise InvalidValueError(
            f"must look back on {WINDOW_DAYS} days, as texts say",
            field=f"{field}.window_days",
            value=policy.window_days,
        )
    return policy


def days_needed(policy: Policy) -> int:
    """Return how many days a score looks back on."""
    kept = check_policy("policy", policy)
    return YEAR_DAYS if isinstance(kept, YearPolicy) else kept.window_days


def state_of(window: ActivityWindow, policy: Policy) -> State:
    """Return what a score is made of, of a window of as many days as it needs."""
    return ActivityYear.from_window(window) if isinstance(policy, YearPolicy) else window


def scored(
    window: ActivityWindow,
    member_since: date | None = None,
    policy: Policy = DEFAULT_POLICY,
    phrases: Phrases | None = None,
) -> Score:
    """Return the score of as many days as it needs."""
    return score_of(state_of(window, policy), member_since, policy, phrases)


def score_of(
    state: State,
    member_since: date | None = None,
    policy: Policy = DEFAULT_POLICY,
    phrases: Phrases | None = None,
) -> Score:
    """Return the score of what it is made of.

    Raises:
        InvalidTypeError: That is what another score is made of.
    """
    if isinstance(policy, YearPolicy):
        return year_score(
            checks.instance("state", state, ActivityYear),
            member_since=member_since,
            policy=policy,
            phrases=ENGLISH_YEAR if phrases is None else cast("YearPhrasebook", phrases),
        )
    return consistency_score(
        checks.instance("window", state, ActivityWindow),
        member_since=member_since,
        policy=policy,
        phrases=ENGLISH if phrases is None else cast("Phrasebook", phrases),
    )
