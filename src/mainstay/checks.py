"""The questions that constructors and functions ask of their arguments.

Each takes the field's name and the value, and returns the value or raises one of our errors.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timezone
from typing import Any, TypeVar

import attrs

from mainstay.errors import InvalidTypeError, InvalidValueError, NaiveDatetimeError

T = TypeVar("T")


def each(
    check: Callable[[str, object], object],
) -> Callable[[object, attrs.Attribute[Any], Any], None]:
    """Make a check an attrs validator, which passes the attribute's own name."""

    def validate(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
        check(attribute.name, value)

    return validate


def instant(field: str, value: object) -> datetime:
    """Return an aware datetime at a fixed offset, so that comparing it compares instants.

    Datetimes that share a ``ZoneInfo`` are compared by their wall clocks, and those in the hour
    that occurs twice equal no other: a fixed offset has neither trap. Subclasses (pandas'
    ``Timestamp``) become plain datetimes.
    """
    if not isinstance(value, datetime):
        raise InvalidTypeError(
            "must be an aware datetime",
            field=field,
            value=value,
            remedy="Such as datetime(2024, 5, 1, 12, tzinfo=UTC).",
        )
    if type(value) is not datetime:
        value = _plain(field, value)
    if value.tzinfo is not UTC:
        value = _at_fixed_offset(field, value)
    if not 1 < value.year < 9999:
        raise InvalidValueError("must lie in the years 2 to 9998", field=field, value=value)
    return value


def _plain(field: str, value: datetime) -> datetime:
    if value != value:  # noqa: PLR0124  (pandas' NaT is a datetime that differs from itself)
        raise InvalidValueError(
            "is missing", field=field, value=value, remedy="Leave out rows without a time."
        )
    return datetime.combine(
        date(value.year, value.month, value.day),
        time(value.hour, value.minute, value.second, value.microsecond, fold=value.fold),
        value.tzinfo,
    )


def _at_fixed_offset(field: str, value: datetime) -> datetime:
    offset = value.utcoffset()
    if offset is None:
        raise NaiveDatetimeError(
            "has no UTC offset",
            field=field,
            value=value,
            remedy="Say where it was read: value.replace(tzinfo=ZoneInfo('Europe/Berlin')).",
        )
    return value.replace(tzinfo=timezone(offset), fold=0)


def day(field: str, value: object) -> date:
    """Return a calendar date; a datetime is refused."""
    if type(value) is date:
        return value  # at once, since there are many
    if isinstance(value, datetime) or not isinstance(value, date):
        raise InvalidTypeError(
            "must be a date and not an instant",
            field=field,
            value=value,
            remedy="mainstay.local_day(instant, zone=...) gives the date where the user was.",
        )
    return value


def days(field: str, values: Iterable[date]) -> set[date]:
    """Return the set of some calendar dates."""
    return {day(field, value) for value in iterable(field, values)}


def iterable(field: str, values: Iterable[T]) -> Iterable[T]:
    """Return what can be looped over, as one value of its kind alone can't."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise InvalidTypeError(
            "must be several, in a list or the like",
            field=field,
            value=values,
            remedy="Put a single one in a list.",
        )
    return values


def instance(field: str, value: object, kind: type[T]) -> T:
    """Return a value of a type of ours."""
    if not isinstance(value, kind):
        raise InvalidTypeError(f"must be of type {kind.__name__}", field=field, value=value)
    return value


def wall_time(field: str, value: object) -> time:
    """Return a time of day without a zone."""
    if not isinstance(value, time) or value.tzinfo is not None:
        raise InvalidTypeError(
            "must be a time of day without a zone",
            field=field,
            value=value,
            remedy="Pass, for example, time(4, 0).",
        )
    return value


def texts(field: str, values: Iterable[str]) -> frozenset[str]:
    """Return a set of strings, each with something in it; a single string is refused."""
    if isinstance(values, str):
        raise InvalidTypeError(
            "must be a set of kinds",
            field=field,
            value=values,
            remedy="Put a single one in a set.",
        )
    return frozenset(text(field, value) for value in iterable(field, values))


def text(field: str, value: object) -> str:
    """Return a string with something in it."""
    if not isinstance(value, str):
        raise InvalidTypeError("must be a string", field=field, value=value)
    if not value:
        raise InvalidValueError("must not be empty", field=field, value=value)
    return value


def integer(field: str, value: object, low: int, high: int | None = None) -> int:
    """Return an integer between ``low`` and ``high``, both included."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidTypeError("must be an integer", field=field, value=value)
    return _within(field, value, low, high)


def count(field: str, value: object, high: int | None = None) -> int:
    """Return an integer that is not negative."""
    if type(value) is int and value >= 0 and (high is None or value <= high):
        return value  # at once, since there are many
    return integer(field, value, 0, high)


def number(field: str, value: object, low: float, high: float | None = None) -> float:
    """Return a finite number between ``low`` and ``high``, both included."""
    if type(value) is float and high is not None and low <= value <= high:
        return value  # at once, since there are many
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidTypeError("must be a number", field=field, value=value)
    if not abs(value) <= sys.float_info.max:  # so is neither NaN, nor an int too large for a float
        raise InvalidValueError("must be finite", field=field, value=value)
    return _within(field, value, low, high)


N = TypeVar("N", int, float)


def _within(field: str, value: N, low: N, high: N | None) -> N:
    if value < low or (high is not None and value > high):
        bounds = f"at least {low}" if high is None else f"between {low} and {high}"
        raise InvalidValueError(f"must be {bounds}", field=field, value=value)
    return value
