"""The words for levels and for the parts of a reward."""

from __future__ import annotations

from typing import Protocol

import attrs

__all__ = [
    "ENGLISH_LEVELS",
    "ENGLISH_REWARDS",
    "EnglishLevelPhrases",
    "EnglishRewardPhrases",
    "LevelPhrasebook",
    "RewardPhrasebook",
]


class LevelPhrasebook(Protocol):
    """The words for a level, in whatever language.

    Examples:
        >>> from mainstay.recognition import Levels
        >>> class German:
        ...     def level(self, number, name, total, missing, next_name):
        ...         rest = "" if missing is None else f", {missing} bis zur nächsten"
        ...         return f"Stufe {number} mit {total} Punkten{rest}."
        >>> print(Levels([0, 100, 500]).of(120).explain(German())[0].text)
        Stufe 2 mit 120 Punkten, 380 bis zur nächsten.
    """

    def level(
        self, number: int, name: str, total: int, missing: int | None, next_name: str | None
    ) -> str:
        """Say what level a total has, and what is missing to the next; ``None`` at the highest."""
        ...


class RewardPhrasebook(Protocol):
    """The words for a reward, in whatever language: for the groups, and for one of them.

    Examples:
        >>> from mainstay.recognition import split_pool
        >>> class German(EnglishRewardPhrases):
        ...     def participant(self, per_cent: int, people: int) -> str:
        ...         return f"Teilgenommen: {per_cent} % geteilt durch {people}."
        >>> split = split_pool(100, votes={"ada": "no", "bob": "yes"}, verdict="no", arguments=[])
        >>> print(split.explain_award("bob", German())[0].text)
        Teilgenommen: 20 % geteilt durch 2.
    """

    def winners(self, per_cent: int, people: int) -> str:
        """Say what those on the verdict's side get, all together; ``people`` may be 0."""
        ...

    def arguments(self, per_cent: int, people: int) -> str:
        """Say what the best arguments' authors get; so many places are taken, or 0."""
        ...

    def participants(self, per_cent: int, people: int) -> str:
        """Say what all who took part get, all together; ``people`` may be 0."""
        ...

    def creator(self, per_cent: int, least: int, *, paid: bool) -> str:
        """Say what the creator gets; or why nobody does: unknown, or too few who took part.

        ``least`` is how many must take part for it; it may be 0.
        """
        ...

    def undistributed(self, amount: int) -> str:
        """Say what has no taker; ``amount`` may be 0."""
        ...

    def winner(self, per_cent: int, people: int) -> str:
        """Tell one of ``people`` that they voted on the verdict's side."""
        ...

    def place(self, place: int, per_cent: int, share: int) -> str:
        """Tell an author what place their argument took, and its share of the arguments' part."""
        ...

    def participant(self, per_cent: int, people: int) -> str:
        """Tell one of ``people`` that they took part."""
        ...

    def creator_of(self, per_cent: int) -> str:
        """Tell the creator that the case is theirs."""
        ...

    def rounding(self, amount: float) -> str:
        """Tell somebody what rounding to whole units gave or took."""
        ...


@attrs.frozen
class EnglishLevelPhrases:
    """An English sentence for a level.

    Examples:
        >>> phrases = EnglishLevelPhrases()
        >>> print(phrases.level(2, "Regular", 120, 380, "Expert"))
        120 points are level 2, Regular. 380 more make Expert.
        >>> print(phrases.level(3, "Expert", 1200, None, None))
        1,200 points are level 3, Expert, the highest.
    """

    def level(
        self, number: int, name: str, total: int, missing: int | None, next_name: str | None
    ) -> str:
        """Say what level a total has, and what is missing to the next."""
        has = f"{total:,} {'point is' if total == 1 else 'points are'} level {number}, {name}"
        if missing is None:
            return f"{has}, the highest."
        return f"{has}. {missing:,} more {'makes' if missing == 1 else 'make'} {next_name}."


def _each_of(people: int) -> str:
    return "one person" if people == 1 else f"{people:,} people equally"


@attrs.frozen
class EnglishRewardPhrases:
    """English sentences for a reward.

    Examples:
        >>> phrases = EnglishRewardPhrases()
        >>> print(phrases.winners(40, 12))
        40 % for voting on the verdict's side: 12 people equally.
        >>> print(phrases.place(1, 30, 50))
        Your argument took place 1: 50 % of 30 %.
    """

    def winners(self, per_cent: int, people: int) -> str:
        """Say what those on the verdict's side get."""
        if not people:
            return f"Nobody voted on the verdict's side, so {per_cent} % has no taker."
        return f"{per_cent} % for voting on the verdict's side: {_each_of(people)}."

    def arguments(self, per_cent: int, people: int) -> str:
        """Say what the best arguments' authors get."""
        if not people:
            return f"No argument had a vote, so {per_cent} % has no taker."
        taken = "1 place" if people == 1 else f"{people:,} places"
        return f"{per_cent} % for the best arguments: {taken} taken."

    def participants(self, per_cent: int, people: int) -> str:
        """Say what all who took part get."""
        if not people:
            return f"Nobody took part, so {per_cent} % has no taker."
        return f"{per_cent} % for taking part: {_each_of(people)}."

    def creator(self, per_cent: int, least: int, *, paid: bool) -> str:
        """Say what the creator gets, or why nobody gets it."""
        if paid:
            return f"{per_cent} % for the creator."
        enough = f", and at least {_people(least)} must take part" if least else ""
        return f"{per_cent} % has no taker: the creator must be known{enough}."

    def undistributed(self, amount: int) -> str:
        """Say what has no taker."""
        return f"{amount:,} not distributed." if amount else "In whole units, nothing is left over."

    def winner(self, per_cent: int, people: int) -> str:
        """Tell somebody that they voted on the verdict's side."""
        return f"You voted on the verdict's side: {_part(people)} of {per_cent} %."

    def place(self, place: int, per_cent: int, share: int) -> str:
        """Tell an author what place their argument took."""
        return f"Your argument took place {place}: {share} % of {per_cent} %."

    def participant(self, per_cent: int, people: int) -> str:
        """Tell somebody that they took part."""
        return f"You took part: {_part(people)} of {per_cent} %."

    def creator_of(self, per_cent: int) -> str:
        """Tell the creator that the case is theirs."""
        return f"You created the case: {per_cent} %."

    def rounding(self, amount: float) -> str:
        """Tell somebody what rounding gave or took."""
        return "Rounded up to whole units." if amount > 0 else "Rounded down to whole units."


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _part(people: int) -> str:
    return "all" if people == 1 else f"one of {people:,} equal parts"


ENGLISH_LEVELS = EnglishLevelPhrases()
ENGLISH_REWARDS = EnglishRewardPhrases()
