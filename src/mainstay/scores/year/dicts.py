"""What year scores look like as plain data, for web frameworks that describe their responses."""

from __future__ import annotations

from mainstay._typing import TypedDict

__all__ = ["YearPartsDict", "YearScoreDict", "YearWhatIfDict"]


class YearPartsDict(TypedDict):
    """The points of each part, or what they change by."""

    days: float
    freshness: float
    weeks: float


class YearScoreDict(TypedDict):
    """A year score as :meth:`mainstay.YearScore.to_dict` gives it.

    ``score`` is the headline, ``total`` the exact sum of the parts. Dates are as in ISO 8601.

    Examples:
        >>> from datetime import date
        >>> from mainstay import ActivityYear, year_score
        >>> state = ActivityYear.from_days([date(2026, 3, 1)], last_day=date(2026, 3, 1))
        >>> data = year_score(state).to_dict()
        >>> data["score"], data["active_weeks"], data["breakdown"]["freshness"]
        (23, 1, 15.0)
    """

    score: int
    total: float
    breakdown: YearPartsDict
    explanations: list[str]
    active_days: int
    possible_days: int
    active_weeks: int
    possible_weeks: int
    last_active_day: str | None
    today: str


class YearWhatIfDict(TypedDict):
    """What further days would change, as :meth:`mainstay.YearWhatIf.to_dict` gives it.

    ``before`` and ``after`` are exact totals. Dates are as in ISO 8601.

    Examples:
        >>> from datetime import date
        >>> from mainstay import ActivityYear, what_if
        >>> state = ActivityYear.from_days([date(2026, 2, 27)], last_day=date(2026, 3, 1))
        >>> data = what_if(state, [date(2026, 3, 1)]).to_dict()
        >>> data["days"], round(data["difference"], 1), data["breakdown"]["freshness"]
        (['2026-03-01'], 4.4, 3.0)
    """

    days: list[str]
    before: float
    after: float
    difference: float
    breakdown: YearPartsDict
    text: str
