"""What all scores have: exact points and whole ones; and those of a window, their last day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Protocol

from mainstay._reprs import Explained
from mainstay.activity.window import ActivityWindow
from mainstay.explanation import Explanation, headline

__all__ = ["Scored", "ScoredWindow"]


class _Parts(Protocol):
    @property
    def total(self) -> float: ...


class _Breakdown(Protocol):
    @property
    def breakdown(self) -> _Parts: ...


class _Total(Protocol):
    @property
    def total(self) -> float: ...


class _Window(Protocol):
    @property
    def window(self) -> ActivityWindow: ...


class _Explains(Protocol):
    def explain(self) -> tuple[Explanation, ...]: ...


class Scored(Explained):
    """A result whose parts add up to a total."""

    __slots__ = ()

    @property
    def total(self: _Breakdown) -> float:
        """The sum of the parts, 0 to 100."""
        return self.breakdown.total

    @property
    def points(self: _Total) -> int:
        """The headline: ``total`` rounded to 6 decimals, then half up."""
        return headline(self.total)


class ScoredWindow(Scored):
    """A score of a window of days, which ends today."""

    __slots__ = ()

    @property
    def active_days(self: _Window) -> int:
        """Active days in the window."""
        return self.window.active_days

    @property
    def days_since_active(self: _Window) -> int | None:
        """Days since the last active day, 0 for today; ``None`` without one in the window."""
        return self.window.days_since_active

    @property
    def last_active_day(self: _Window) -> date | None:
        """The last active day in the window, if there is one."""
        window = self.window
        days = window.days_since_active
        return None if days is None else window.last_day - timedelta(days=days)

    @property
    def explanations(self: _Explains) -> tuple[Explanation, ...]:
        """What ``explain`` gives, in the words that the score was made with."""
        return self.explain()
