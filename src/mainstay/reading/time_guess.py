"""A guess at how times are written, by some of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import attrs

from mainstay.errors import InvalidValueError
from mainstay.reading.timestamps import Stamps

__all__ = ["TimeGuess", "guess_times"]

#: Such a part of the values has to be timestamps for a column to be one of times.
_ENOUGH = 0.5
_UNITS: Final = {10: None, 13: "ms", 16: "us", 19: "ns"}
_CALENDAR: Final = {8: "%Y%m%d", 14: "%Y%m%d%H%M%S"}
#: Unix time: its whole part, and perhaps a fraction.
_UNIX = re.compile(r"([0-9]+)(\.[0-9]+)?")
_NUMBERS = re.compile(r"\s*(\d{1,2})[./\- ](\d{1,2})[./\- ]\d{2,4}\b")


@attrs.frozen
class TimeGuess:
    """How times are probably written.

    Attributes:
        formats: As :class:`EventFormat` has them.
        unit: What numbers since 1970 are in.
        is_naive: Whether some have neither an offset nor a zone.
        is_certain: Whether it is told which number is the day and which is the month.
    """

    formats: tuple[str, ...] = ()
    unit: str | None = None
    is_naive: bool = False
    is_certain: bool = True


def guess_times(values: Sequence[object]) -> TimeGuess | None:
    """Return how times are probably written; ``None`` if these are not times.

    Examples:
        >>> guess_times(["31.5.2024", "1.6.2024"]).formats
        ('dmy',)
        >>> guess_times(["1714550400000"]).unit
        'ms'
        >>> guess_times(["soon"])
    """
    texts = [str(value).strip() for value in values]
    if not texts:
        return None
    numbers = [each for text in texts if (each := _UNIX.fullmatch(text)) is not None]
    if len(numbers) == len(texts):
        has_fractions = any(number[2] for number in numbers)
        return _of_digits({len(number[1]) for number in numbers}, None if has_fractions else texts)
    for formats in ((), (_order(texts),)):
        found = _read(values, formats)
        if found is not None:
            certain = formats != ("auto",) or not _ambiguous(values)
            read = found if certain else _parsed(values, ("dmy",))[0]
            naive = any(isinstance(at, datetime) and at.tzinfo is None for at in read)
            return TimeGuess(formats, is_naive=naive, is_certain=certain)
    return None


def _of_digits(lengths: set[int], whole: Sequence[str] | None) -> TimeGuess | None:
    """Return what numbers are, by the lengths of their whole parts; and if all are whole, they."""
    if len(lengths) != 1:
        return None
    length = min(lengths)
    form = _CALENDAR.get(length)
    if form is not None and whole is not None and _read(whole, (form,)) is not None:
        return TimeGuess((form,), is_naive="%H" in form)
    if length not in _UNITS:
        return None
    return TimeGuess(unit=_UNITS[length] or ("s" if whole is None else None))


def _order(texts: Sequence[str]) -> str:
    """Return the order of day and month that numbers above 12 tell; else leave it open."""
    pairs = [(int(found[1]), int(found[2])) for text in texts if (found := _NUMBERS.match(text))]
    day_first, month_first = (any(pair[place] > 12 for pair in pairs) for place in (0, 1))
    if day_first == month_first:
        return "auto"
    return "dmy" if day_first else "mdy"


def _read(values: Sequence[object], formats: tuple[str, ...]) -> list[date] | None:
    """Return what most values mean; ``None`` if too few mean anything."""
    found, several, unzoned = _parsed(values, formats)
    return found if len(found) + several + unzoned >= _ENOUGH * len(values) else None


def _ambiguous(values: Sequence[object]) -> int:
    return _parsed(values, ("auto",))[1]


def _parsed(values: Sequence[object], formats: tuple[str, ...]) -> tuple[list[date], int, int]:
    """Return what values mean, how many may mean several things, and how many lack an offset.

    These name their zone by letters. Among texts, short numbers are not Unix time.
    """
    stamps, found, problems = Stamps(formats=formats, in_file=True), list[date](), list[str]()
    for value in values:
        number = _UNIX.fullmatch(str(value))
        if number is not None and len(number[1]) not in _UNITS | _CALENDAR:
            continue
        try:
            found.append(stamps.stamp("at", value).at)
        except InvalidValueError as error:
            problems.append(error.problem)
    several = sum(problem.startswith("can mean") for problem in problems)
    return found, several, sum(problem.startswith("names its zone") for problem in problems)
