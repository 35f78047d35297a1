"""What a streak looks like as plain data, for web frameworks that describe their responses."""

from __future__ import annotations

from mainstay._typing import TypedDict

__all__ = ["DailyStreakDict"]


class DailyStreakDict(TypedDict):
    """A daily streak as :meth:`mainstay.DailyStreak.to_dict` gives it; dates as in ISO 8601.

    Examples:
        >>> from datetime import date
        >>> from mainstay import streak_of
        >>> data = streak_of([date(2024, 5, 1), date(2024, 5, 2)], as_of=date(2024, 5, 2)).to_dict()
        >>> data["current"], data["current_first"], data["status"]
        (2, '2024-05-01', 'done')
    """

    current: int
    current_first: str | None
    current_last: str | None
    longest: int
    longest_first: str | None
    longest_last: str | None
    freezes_left: int
    status: str
    periods: int
    longest_periods: int
    unit: str
    due: str | None
    active: int
    needed: int
    explanations: list[str]
