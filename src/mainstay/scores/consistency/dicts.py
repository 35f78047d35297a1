"""What results look like as plain data, for web frameworks that describe their responses."""

from __future__ import annotations

from mainstay._typing import TypedDict

__all__ = ["ConsistencyScoreDict", "PartsDict", "WhatIfDict"]


class PartsDict(TypedDict):
    """The points of each part, or what they change by."""

    base: float
    distribution: float
    streak: float
    recency: float


class ConsistencyScoreDict(TypedDict):
    """A consistency score as :meth:`mainstay.ConsistencyScore.to_dict` gives it.

    ``score`` is the headline, ``total`` the exact sum of the parts. Dates are as in ISO 8601.
    """

    score: int
    total: float
    breakdown: PartsDict
    explanations: list[str]
    active_days: int
    possible_days: int
    current_streak: int
    last_active_day: str | None
    today: str


class WhatIfDict(TypedDict):
    """What further days would change, as :meth:`mainstay.WhatIf.to_dict` gives it.

    ``before`` and ``after`` are exact totals. Dates are as in ISO 8601.
    """

    days: list[str]
    before: float
    after: float
    difference: float
    breakdown: PartsDict
    text: str
