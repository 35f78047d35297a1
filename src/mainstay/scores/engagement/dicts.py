"""What results look like as plain data, for web frameworks that describe their responses."""

from __future__ import annotations

from mainstay._typing import TypedDict

__all__ = ["DayOutcomeDict", "EngagementPartsDict", "HistoricalScoreDict"]


class EngagementPartsDict(TypedDict):
    """The points of each part."""

    streak: float
    posts: float
    quality: float


class HistoricalScoreDict(TypedDict):
    """A historical score as :meth:`mainstay.HistoricalScore.to_dict` gives it.

    ``points`` is the headline, ``total`` the exact sum of the parts.

    Examples:
        >>> from mainstay import historical_score
        >>> data = historical_score(streak=14, posts=50).to_dict()
        >>> data["points"], data["breakdown"]
        (35, {'streak': 20.0, 'posts': 15.0, 'quality': 0.0})
    """

    points: int
    total: float
    breakdown: EngagementPartsDict
    explanations: list[str]
    streak: int
    posts: int
    average_quality: float | None
    recent_posts: float | None
    judged_quality: float | None


class DayOutcomeDict(TypedDict):
    """What a day came to, as :meth:`mainstay.DayOutcome.to_dict` gives it.

    Where the criteria were met, or it was a rest day, both numbers are 0 and ``breakdown`` is
    ``None``.

    Examples:
        >>> from datetime import date
        >>> from mainstay import DayActivity, Engagement, evaluate_day
        >>> busy = DayActivity(date(2024, 5, 1), {"post": 2, "like": 5, "comment": 5})
        >>> data = evaluate_day(Engagement("ada"), busy)[1].to_dict()
        >>> data["day"], data["met"], data["streak_after"], data["breakdown"]
        ('2024-05-01', True, 1, None)
    """

    user_id: str
    day: str
    met: bool
    rest: bool
    streak_before: int
    streak_after: int
    points: int
    total: float
    breakdown: EngagementPartsDict | None
    explanations: list[str]
