"""Numbers since 1970, as seconds or finer units; and those that are calendar dates instead."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from mainstay._checks import EXACT
from mainstay.errors import InvalidValueError

__all__ = ["UNITS", "from_unix", "is_number"]

#: How many of each unit are a second.
UNITS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}

_NAMES = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_DIGITS = 12  # more than the year 9998 needs
_CALENDAR_DIGITS = (len("20240501"), len("20240501080000"))
_FINER = {16: "us", 19: "ns"}
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def is_number(value: object, unit: str | None) -> bool:
    """Return whether a value counts time since 1970: whole, or if a unit is named any number."""
    if isinstance(value, bool):
        return False
    if isinstance(value, str):
        whole = value.isdigit() and value.isascii()
        return whole or (unit is not None and _DECIMAL.fullmatch(value) is not None)
    return isinstance(value, int) or (unit is not None and isinstance(value, float | Decimal))


def from_unix(
    field: str, value: object, unit: str | None = None, *, in_file: bool = False
) -> datetime:
    """Return the instant of a number since 1970; what is finer than a microsecond is cut off.

    Args:
        field: What it is called in complaints.
        value: The number, or its digits.
        unit: What it is in: one of ``UNITS``; ``None`` for whole seconds.
        in_file: Whether a file says it, of which formats and units can be named.

    Raises:
        InvalidValueError: It is out of all years; or it is a calendar date, and no unit is named.

    Examples:
        >>> from_unix("at", "1714550400.25", "s").isoformat()
        '2024-05-01T08:00:00.250000+00:00'
    """
    digits = str(value)
    if unit is None and len(digits) in _CALENDAR_DIGITS and "1900" <= digits[:4] <= "2099":
        _refuse_calendar_date(field, value, digits, in_file=in_file)
    if unit is not None or len(digits) <= _MOST_DIGITS:
        with suppress(OverflowError, ArithmeticError, ValueError):  # the same complaint
            return _EPOCH + timedelta(microseconds=_microseconds(digits, unit or "s"))
    finer = _FINER.get(len(digits), "ms")
    divide = f"Divide {_NAMES[finer]} by {UNITS[finer]:,}"
    raise InvalidValueError(
        f"must be {_NAMES[unit or 's']} since 1970, within the years 2 to 9998",
        field=field,
        value=value,
        remedy=f"{divide}, or say what they are: --unit {finer}." if in_file else f"{divide}.",
    )


def _microseconds(digits: str, unit: str) -> int:
    if digits.lstrip("-").isdigit():
        return int(digits) * 1_000_000 // UNITS[unit]
    return int(EXACT.multiply(Decimal(digits), Decimal(1_000_000))) // UNITS[unit]


def _refuse_calendar_date(field: str, value: object, digits: str, *, in_file: bool) -> None:
    try:
        day = date.fromisoformat(digits[:8])
        time = datetime.strptime(digits[8:], "%H%M%S").time() if digits[8:] else None  # noqa: DTZ007
    except ValueError:
        return  # not a day of the calendar: a number like any other
    if time is None:
        seconds = (_EPOCH + timedelta(seconds=int(digits))).isoformat().replace("+00:00", "Z")
        form, remedy = "%Y%m%d", f"Write {day}; if it is Unix seconds, {seconds}."
    else:
        form, remedy = "%Y%m%d%H%M%S", f"Write {day}T{time}, with its offset or Z behind it."
    told = f" Or say how all are written: --time-format {form}, or --unit s for Unix seconds."
    raise InvalidValueError(
        "is a calendar date, not Unix seconds",
        field=field,
        value=value,
        remedy=remedy + told if in_file else remedy,
    )
