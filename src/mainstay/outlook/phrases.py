"""The words of the embedded outlook."""

from __future__ import annotations

from datetime import date
from typing import Protocol

import attrs

__all__ = ["ENGLISH_OUTLOOK", "EnglishOutlookPhrases", "OutlookPhrasebook"]


class OutlookPhrasebook(Protocol):
    """The words of the embedded outlook, in whatever language: a title and a text each.

    Each is read on the day that it is for, and must name the last day that it knows of.

    Examples:
        >>> from mainstay import ActivityWindow
        >>> from mainstay.outlook import STANDARD_TEMPLATES, OutlookContext, standard_content
        >>> class German(EnglishOutlookPhrases):
        ...     def fresh_start(self, known: date, gain: float | None) -> tuple[str, str]:
        ...         return "Ein neuer Anfang", f"Stand {known}: Heute kann es losgehen."
        >>> quiet = ActivityWindow.from_days([], last_day=date(2024, 5, 1))
        >>> templates = {template.name: template for template in STANDARD_TEMPLATES}
        >>> context = OutlookContext("ada", date(2024, 5, 2), quiet, templates)
        >>> print(standard_content(context, phrases=German()).body)
        Stand 2024-05-01: Heute kann es losgehen.
    """

    def streak(self, days: int, points: int, known: date, gain: float | None) -> tuple[str, str]:
        """Tell somebody of their streak.

        Args:
            days: How long it is, up to the last day known.
            points: Their score.
            known: The last day known.
            gain: What being active today would add to the score; ``None`` to leave it out.
        """
        ...

    def rhythm(
        self, active: int, points: int, known: date, gain: float | None, weeks: int | None
    ) -> tuple[str, str]:
        """Tell somebody without a streak how often they were active.

        Args:
            active: On how many of the last 28 days.
            points: Their score.
            known: The last day known.
            gain: What being active today would add to the score; ``None`` to leave it out.
            weeks: In how many of the last 52 weeks; ``None`` if the score does not count them.
        """
        ...

    def fresh_start(self, known: date, gain: float | None) -> tuple[str, str]:
        """Tell somebody who was not active within the last 28 days that today can be a start."""
        ...


@attrs.frozen
class EnglishOutlookPhrases:
    """English titles and texts.

    Examples:
        >>> title, text = EnglishOutlookPhrases().streak(5, 61, date(2024, 5, 1), 4.14)
        >>> print(text)
        As of 2024-05-01, you have a streak of 5 days and 61 points. Being active today adds 4.1.
    """

    def streak(self, days: int, points: int, known: date, gain: float | None) -> tuple[str, str]:
        """Tell somebody of their streak."""
        text = f"As of {known}, you have a streak of {days} days and {_points(points)}."
        return "Keep your streak going", f"{text}{_adds(gain)}"

    def rhythm(
        self, active: int, points: int, known: date, gain: float | None, weeks: int | None
    ) -> tuple[str, str]:
        """Tell somebody without a streak how often they were active."""
        times = f"{active} of the 28 days"
        if weeks is not None:
            times += f", and in {weeks} of the 52 weeks,"
        text = f"You were active on {times} as of {known}: {_points(points)}."
        return "A good day to go on", f"{text}{_adds(gain)}"

    def fresh_start(self, known: date, gain: float | None) -> tuple[str, str]:
        """Tell somebody that today can be a start."""
        text = f"As of {known}, the last 28 days were quiet. Today can be a start."
        return "A fresh start", f"{text}{_adds(gain)}"


def _points(points: int) -> str:
    return "1 point" if points == 1 else f"{points} points"


def _adds(gain: float | None) -> str:
    return "" if gain is None else f" Being active today adds {gain:.1f}."


ENGLISH_OUTLOOK = EnglishOutlookPhrases()
