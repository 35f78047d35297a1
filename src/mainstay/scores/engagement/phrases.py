"""The words for a historical score, and for who can be picked by it."""

from __future__ import annotations

from datetime import date
from typing import Protocol

import attrs

__all__ = [
    "ENGLISH",
    "ENGLISH_PICK",
    "EngagementPhrasebook",
    "EnglishEngagementPhrases",
    "EnglishPickPhrases",
    "PickPhrasebook",
]


class EngagementPhrasebook(Protocol):
    """The words for a historical score, in whatever language: one sentence a part.

    Examples:
        >>> from mainstay import historical_score
        >>> class French(EnglishEngagementPhrases):
        ...     def posts(self, count: int) -> str:
        ...         return f"Vous avez publié {count} messages."
        >>> print(historical_score(streak=14, posts=50).explain(French())[1].text)
        Vous avez publié 50 messages.
    """

    def streak(self, days: int) -> str:
        """Say how many days in a row met the criteria."""
        ...

    def posts(self, count: int) -> str:
        """Say how many posts somebody has written in all."""
        ...

    def quality(self, average: float | None) -> str:
        """Say how their posts were rated on average, 0 to 10; ``None`` if none was rated."""
        ...

    def recent_posts(self, count: int, counted: float, half_life: float) -> str:
        """Say how many posts somebody has written, and what they count as, old ones less."""
        ...

    def judged_quality(self, average: float, rated: int, judged: float) -> str:
        """Say how their posts were rated, and what that counts as, few ratings less."""
        ...


@attrs.frozen
class EnglishEngagementPhrases:
    """English sentences for a historical score.

    Examples:
        >>> phrases = EnglishEngagementPhrases()
        >>> print(phrases.streak(14))
        You reached your daily goal 14 days in a row.
        >>> print(phrases.quality(7.5))
        Your posts are rated 7.5 of 10 on average.
    """

    def streak(self, days: int) -> str:
        """Say how many days in a row met the criteria."""
        if not days:
            return "A new streak can start any day."
        times = "the day before" if days == 1 else f"{days:,} days in a row"
        return f"You reached your daily goal {times}."

    def posts(self, count: int) -> str:
        """Say how many posts somebody has written in all."""
        return f"You have written {count:,} {'post' if count == 1 else 'posts'} so far."

    def quality(self, average: float | None) -> str:
        """Say how their posts were rated on average."""
        if average is None:
            return "Your posts have not been rated yet."
        return f"Your posts are rated {average:.1f} of 10 on average."

    def recent_posts(self, count: int, counted: float, half_life: float) -> str:
        """Say how many posts somebody has written, and what they count as today."""
        days = "a day" if half_life == 1 else f"{half_life:,g} days"
        return f"{self.posts(count)} They count as {counted:,.1f}: each counts half after {days}."

    def judged_quality(self, average: float, rated: int, judged: float) -> str:
        """Say how their posts were rated on average, and what it counts as."""
        ratings = "1 rating" if rated == 1 else f"{rated:,} ratings"
        return f"{self.quality(average)} With {ratings}, that counts as {judged:.1f}."


class PickPhrasebook(Protocol):
    """The words for whether somebody can be picked, in whatever language: one sentence a case.

    Examples:
        >>> class French(EnglishPickPhrases):
        ...     def goal_met(self) -> str:
        ...         return "Objectif du jour atteint."
        >>> print(French().goal_met())
        Objectif du jour atteint.
    """

    def goal_met(self) -> str:
        """Say that the day was not missed."""
        ...

    def rest_day(self) -> str:
        """Say that the day could not be missed."""
        ...

    def no_score(self) -> str:
        """Say that the score for the day is 0."""
        ...

    def excluded(self) -> str:
        """Say that the policy excludes somebody."""
        ...

    def inactive(self, days: int) -> str:
        """Say that somebody had no event on the last so many days, the day among them."""
        ...

    def cooling(self, last: date, until: date) -> str:
        """Say that somebody was picked on a day, and so until another comes after others."""
        ...

    def by_score(self, total: float) -> str:
        """Say that the score alone decides."""
        ...


@attrs.frozen
class EnglishPickPhrases:
    """English sentences for whether somebody can be picked.

    Examples:
        >>> print(EnglishPickPhrases().inactive(30))
        You have not been active in the last 30 days.
    """

    def goal_met(self) -> str:
        """Say that the day was not missed."""
        return "You reached your daily goal."

    def rest_day(self) -> str:
        """Say that the day could not be missed."""
        return "It is a rest day."

    def no_score(self) -> str:
        """Say that the score for the day is 0."""
        return "Your score is 0: only those who have points can be picked."

    def excluded(self) -> str:
        """Say that the policy excludes somebody."""
        return "You are excluded."

    def inactive(self, days: int) -> str:
        """Say that somebody had no event on the last so many days."""
        lately = "today" if days == 1 else f"in the last {days:,} days"
        return f"You have not been active {lately}."

    def cooling(self, last: date, until: date) -> str:
        """Say that somebody was picked on a day, and so until another comes after others."""
        return f"You were picked on {last}: until {until}, others come first."

    def by_score(self, total: float) -> str:
        """Say that the score alone decides."""
        return f"You can be picked, by your score of {total:.1f}."


ENGLISH = EnglishEngagementPhrases()
ENGLISH_PICK = EnglishPickPhrases()
