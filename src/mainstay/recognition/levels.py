"""Levels: names for how far a total has come."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import partial
from itertools import pairwise

import attrs

from mainstay import _checks as checks
from mainstay._reprs import Explained
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError
from mainstay.explanation import Explanation
from mainstay.recognition._amounts import whole_points
from mainstay.recognition.dicts import LevelDict
from mainstay.recognition.phrases import ENGLISH_LEVELS, LevelPhrasebook

__all__ = ["Level", "Levels"]

_number = partial(checks.integer, low=1, remedy="The lowest level is number 1.")


def _thresholds(values: Iterable[int]) -> tuple[int, ...]:
    several = checks.iterable("thresholds", values)
    return tuple(whole_points(f"thresholds[{n}]", value) for n, value in enumerate(several))


def _names(values: Iterable[str]) -> tuple[str, ...]:
    several = checks.iterable("names", values)
    return tuple(checks.text(f"names[{n}]", value) for n, value in enumerate(several))


@schema("level/1")
@attrs.frozen
class Level(Explained):
    """How far a total has come.

    Attributes:
        total: The total.
        number: The level's number, from 1.
        name: Its name.
        threshold: The total from which on one has it.
        next: The threshold of the next level; ``None`` at the highest.
        next_name: The next level's name; ``None`` at the highest.

    Raises:
        InvalidValueError: The total is not from ``threshold`` to below ``next``, or a field is out
            of its range.

    Examples:
        >>> level = Levels([0, 100, 500], ["Newcomer", "Regular", "Expert"]).of(300)
        >>> level.number, level.missing, level.progress
        (2, 200, 0.5)
        >>> print(level.text)
        300 points are level 2, Regular. 200 more make Expert.
    """

    total: int = attrs.field(validator=checks.each(whole_points))
    number: int = attrs.field(validator=checks.each(_number))
    name: str = attrs.field(validator=checks.each(checks.text))
    threshold: int = attrs.field(validator=checks.each(whole_points))
    next: int | None = attrs.field(validator=checks.optional(whole_points))
    next_name: str | None = attrs.field(validator=checks.optional(checks.text))

    def __attrs_post_init__(self) -> None:
        if self.total < self.threshold or (self.next is not None and self.total >= self.next):
            to = "" if self.next is None else f" and below {self.next}"
            raise InvalidValueError(
                f"must be at least {self.threshold}{to}",
                field="total",
                value=self.total,
                remedy="Levels.of(total) gives the level that fits.",
            )
        if (self.next is None) != (self.next_name is None):
            raise InvalidValueError(
                "must be given with next, or not at all",
                field="next_name",
                value=self.next_name,
                remedy="Levels.of(total) gives both, or None for both at the highest level.",
            )

    @property
    def points(self) -> int:
        """The total, which is a whole number anyway."""
        return self.total

    @property
    def missing(self) -> int | None:
        """What is missing to the next level, 1 at least; ``None`` at the highest."""
        return None if self.next is None else self.next - self.total

    @property
    def progress(self) -> float:
        """How much of the way to the next level is done: 0 up to below 1, and 1 at the highest."""
        if self.next is None:
            return 1.0
        return (self.total - self.threshold) / (self.next - self.threshold)

    def explain(self, phrases: LevelPhrasebook = ENGLISH_LEVELS) -> tuple[Explanation, ...]:
        """Return one explanation: what level it is, and what is missing to the next."""
        text = phrases.level(self.number, self.name, self.total, self.missing, self.next_name)
        return (Explanation("level", self.total, None, text),)

    @property
    def _heading(self) -> str:
        return self.name

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        """What :meth:`explain` gives, in the standard words."""
        return self.explain()

    @property
    def text(self) -> str:
        """The explanation alone, in the standard words."""
        return self.explanations[0].text

    def to_dict(self) -> LevelDict:
        """Return plain data for a JSON response."""
        return {
            "number": self.number,
            "name": self.name,
            "next": self.next,
            "missing": self.missing,
        }


def _numbered(levels: Levels) -> tuple[str, ...]:
    return tuple(f"Level {number}" for number, _ in enumerate(levels.thresholds, 1))


@schema("levels/1")
@attrs.frozen
class Levels:
    """The levels that there are, as totals from which on one has them.

    Args:
        thresholds: The least total of each level, each higher than the one before.
        names: Their names, one each; by default "Level 1", "Level 2" and so on.

    Raises:
        InvalidValueError: There is no threshold, or one that is not above the one before; or
            there are not as many names.

    Examples:
        >>> levels = Levels([0, 100, 500], ["Newcomer", "Regular", "Expert"])
        >>> level = levels.of(120)
        >>> level.name, level.missing, level.progress
        ('Regular', 380, 0.05)
        >>> print(level.explanations[0].text)
        120 points are level 2, Regular. 380 more make Expert.
        >>> levels.of(-1) is None
        True
    """

    thresholds: tuple[int, ...] = attrs.field(converter=_thresholds)
    names: tuple[str, ...] = attrs.field(
        default=attrs.Factory(_numbered, takes_self=True), converter=_names
    )

    def __attrs_post_init__(self) -> None:
        _check_ascending(self.thresholds)
        if len(self.names) != len(self.thresholds):
            raise InvalidValueError(
                f"must be as many as there are thresholds, {len(self.thresholds)}",
                field="names",
                value=self.names,
                remedy="Name each level, or none of them.",
            )

    def of(self, total: int) -> Level | None:
        """Return the level that a total has; ``None`` below the first threshold.

        A total that just reaches a threshold has its level.

        Raises:
            InvalidTypeError: ``total`` is not a whole number. Of a score, take ``points``.
        """
        number = bisect_right(self.thresholds, whole_points("total", total))
        if not number:
            return None
        next_, next_name = None, None
        if number < len(self.thresholds):
            next_, next_name = self.thresholds[number], self.names[number]
        threshold, name = self.thresholds[number - 1], self.names[number - 1]
        return Level(total, number, name, threshold, next_, next_name)


def _check_ascending(thresholds: tuple[int, ...]) -> None:
    if not thresholds:
        raise InvalidValueError(
            "must be at least one", field="thresholds", value=thresholds, remedy="Such as [0, 100]."
        )
    for n, (before, threshold) in enumerate(pairwise(thresholds), 1):
        if threshold <= before:
            raise InvalidValueError(
                f"must be above the one before, {before}",
                field=f"thresholds[{n}]",
                value=threshold,
                remedy="Write them in ascending order, each once.",
            )
