"""Durations as files have them: numbers of some unit, the clock's notation, or ISO 8601."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal, InvalidOperation, localcontext
from typing import Final

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError

__all__ = ["DURATION_UNITS", "read_duration"]

#: How many microseconds each unit is.
DURATION_UNITS: Final = {"us": 1, "ms": 1_000, "s": 10**6, "min": 60 * 10**6, "h": 3600 * 10**6}

_MOST = timedelta.max // timedelta(microseconds=1)
_MOST_NUMBER = 10**20  # more than that many microseconds can be
_CLOCK = re.compile(r"(\d+):([0-5]\d):([0-5]\d(?:[.,]\d+)?)")
_MINUTES = re.compile(r"\d+:[0-5]\d(?:[.,]\d+)?")
_NUMBER = r"(\d+(?:[.,]\d+)?)"
_ISO = re.compile(
    rf"P(?=.)(?:{_NUMBER}W)?(?:{_NUMBER}D)?"
    rf"(?:T(?=.)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?",
    re.IGNORECASE,
)
_SECONDS = (7 * 86_400, 86_400, 3_600, 60, 1)


def read_duration(value: object, *, field: str = "duration", unit: str = "s") -> timedelta:
    """Return how long something took; what is finer than a microsecond is rounded.

    Args:
        value: A number, or its text; ``H:MM:SS``; or ISO 8601, such as ``PT1H30M``, up to weeks.
        field: What it is called in complaints.
        unit: What a number is in: ``us``, ``ms``, ``s``, ``min`` or ``h``.

    Raises:
        InvalidValueError: It is written otherwise, or negative, or longer than Python can count.

    Examples:
        >>> read_duration("1:30:00") == read_duration("PT1H30M") == read_duration(90, unit="min")
        True
    """
    with localcontext(checks.EXACT):
        seconds = _of_clock(field, value)
        count, each = (_number(field, value), unit) if seconds is None else (seconds, "s")
        if 0 <= count <= _MOST_NUMBER:
            microseconds = int((count * DURATION_UNITS[each]).to_integral_value())
            if microseconds <= _MOST:
                return timedelta(microseconds=microseconds)
    raise _wrong(field, value, "must be at least 0 and at most 999999999 days")


def _of_clock(field: str, value: object) -> Decimal | None:
    """Return the seconds of ``H:MM:SS``, or of ISO 8601."""
    if not isinstance(value, str):
        return None
    if (clock := _CLOCK.fullmatch(value.strip())) is not None:
        hours, minutes, seconds = clock.groups()
        return 3600 * Decimal(hours) + 60 * Decimal(minutes) + _decimal(seconds)
    if (iso := _ISO.fullmatch(value.strip())) is not None:
        parts = zip(iso.groups("0"), _SECONDS, strict=True)
        return sum((_decimal(count) * seconds for count, seconds in parts), Decimal(0))
    if _MINUTES.fullmatch(value.strip()) is not None:
        raise InvalidValueError(
            "may be hours and minutes, or minutes and seconds",
            field=field,
            value=value,
            remedy="Write all three, such as 0:45:12.",
        )
    return None


def _number(field: str, value: object) -> Decimal:
    with suppress(InvalidOperation):  # the complaint below
        text = value.strip() if isinstance(value, str) else str(value)
        kind_fits = isinstance(value, str | int | float | Decimal) and not isinstance(value, bool)
        if kind_fits and text.isascii() and "_" not in text:
            number = Decimal(text)
            if number.is_finite():
                return number
    raise _wrong(field, value, "must be a number")


def _wrong(field: str, value: object, problem: str) -> InvalidValueError:
    remedy = "Write seconds, such as 90 or 0.5, or 0:01:30, or leave it empty."
    return InvalidValueError(problem, field=field, value=value, remedy=remedy)


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))
