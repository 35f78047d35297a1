"""The words for a daily streak."""

from __future__ import annotations

from datetime import date
from typing import Protocol

import attrs

from mainstay.streaks.schedules import PeriodUnit

__all__ = ["ENGLISH", "EnglishStreakPhrases", "StreakPhrasebook"]


class StreakPhrasebook(Protocol):
    """The words for a daily streak, in whatever language: one sentence a part.

    Examples:
        >>> from mainstay import streak_of
        >>> class German(EnglishStreakPhrases):
        ...     def current(self, days: int, *, today: bool, needed: bool) -> str:
        ...         return f"Seit {days} Tagen dabei" + ("." if today else "; heute fehlt noch.")
        >>> days = [date(2024, 5, 1), date(2024, 5, 2)]
        >>> print(streak_of(days, as_of=date(2024, 5, 3)).explain(German())[0].text)
        Seit 2 Tagen dabei; heute fehlt noch.
    """

    def current(self, days: int, *, today: bool, needed: bool) -> str:
        """Say how long the current run is, 0 days without one.

        Args:
            days: How long.
            today: Whether today is in it.
            needed: Whether today is asked for: it is not at rest, nor excused.
        """
        ...

    def chain(self, days: int, periods: int, unit: PeriodUnit) -> str:
        """Say how long the current run is where a period is not a day, and how many were met."""
        ...

    def open(self, unit: PeriodUnit, active: int, needed: int, due: date | None) -> str:
        """Say how a period that is not a day stands.

        Args:
            unit: What it is: a week, or the days up to a due date.
            active: How many days the user was active in it.
            needed: How many it needs, 0 or more.
            due: Its last day; ``None`` if nothing is due any more.
        """
        ...

    def longest(self, days: int, first: date | None, last: date | None) -> str:
        """Say how long the longest run is, and from when to when; 0 days and ``None`` without."""
        ...

    def freezes(self, left: int) -> str:
        """Say how many freezes are left, 1 or more."""
        ...


def _days(count: int) -> str:
    return f"{count:,} {'day' if count == 1 else 'days'}"


@attrs.frozen
class EnglishStreakPhrases:
    """English sentences for a daily streak.

    Examples:
        >>> phrases = EnglishStreakPhrases()
        >>> print(phrases.current(12, today=True, needed=True))
        A streak of 12 days, today included.
        >>> print(phrases.freezes(2))
        2 more missed days are forgiven.
    """

    def current(self, days: int, *, today: bool, needed: bool) -> str:
        """Say how long the current run is, and whether today is in it."""
        if not days:
            return "A new streak can start today."
        if today:
            return f"A streak of {_days(days)}, today included."
        if needed:
            return f"A streak of {_days(days)}; today is still open."
        return f"A streak of {_days(days)}; nothing is needed today."

    def chain(self, days: int, periods: int, unit: PeriodUnit) -> str:
        """Say how long the current run is, and how many weeks or due dates were met."""
        plural = "" if periods == 1 else "s"
        return f"A streak of {_days(days)}; {periods:,} {unit}{plural} met."

    def open(self, unit: PeriodUnit, active: int, needed: int, due: date | None) -> str:
        """Say how the week stands, or what is due next."""
        if due is None:
            return "Nothing is due any more."
        when = "This week" if unit is PeriodUnit.WEEK else f"Due by {due}"
        if not needed:
            return f"{when}: nothing is needed."
        if active < needed:
            return f"{when}: {active} of {_days(needed)} so far."
        return f"{when}: done, on {_days(active)}."

    def longest(self, days: int, first: date | None, last: date | None) -> str:
        """Say how long the longest run is, and from when to when."""
        if not days:
            return "Your longest streak is still to come."
        when = f"on {first}" if first == last else f"from {first} to {last}"
        return f"Your longest streak has {_days(days)}, {when}."

    def freezes(self, left: int) -> str:
        """Say how many freezes are left."""
        if left == 1:
            return "One more missed day is forgiven."
        return f"{left:,} more missed days are forgiven."


ENGLISH = EnglishStreakPhrases()
