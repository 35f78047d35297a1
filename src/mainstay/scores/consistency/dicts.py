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

    Examples:
        >>> from datetime import date
        >>> from mainstay import ActivityWindow, consistency_score
        >>> week = [date(2024, 5, day) for day in range(22, 29)]
        >>> score = consistency_score(ActivityWindow.from_days(week, last_day=date(2024, 5, 28)))
        >>> score.to_dict()["breakdown"]
        {'base': 15.0, 'distribution': 25.0, 'streak': 10.0, 'recency': 5.0}
        >>> score.to_dict()["score"]
        55
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

    Examples:
        >>> from datetime import date
        >>> from mainstay import ActivityWindow, what_if
        >>> window = ActivityWindow.from_days([date(2024, 5, 27)], last_day=date(2024, 5, 28))
        >>> data = what_if(window, [date(2024, 5, 28)]).to_dict()
        >>> data["days"], round(data["difference"], 1), data["breakdown"]["streak"]
        (['2024-05-28'], 4.1, 2.0)
    """

    days: list[str]
    before: float
    after: float
    difference: float
    breakdown: PartsDict
    text: str
