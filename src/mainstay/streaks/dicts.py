"""What a streak looks like as plain data, for web frameworks that describe their responses."""

from __future__ import annotations

from mainstay._typing import TypedDict

__all__ = ["DailyStreakDict"]


class DailyStreakDict(TypedDict):
    """A daily streak as :meth:`mainstay.DailyStreak.to_dict` gives it; dates as in ISO 8601."""

    current: int
    current_first: str | None
    current_last: str | None
    longest: int
    longest_first: str | None
    longest_last: str | None
    freezes_left: int
    status: str
    explanations: list[str]
