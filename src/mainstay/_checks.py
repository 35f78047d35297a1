"""The questions that constructors and functions ask of their arguments.

Each takes the field's name and the value, and returns the value or raises one of our errors. What
is exactly an integer, a number, a date or a text, but of another library's type (numpy's, SQL's),
comes back as Python's own.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timezone
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from numbers import Integral, Real
from typing import Any, SupportsIndex, TypeVar

import attrs

from mainstay.errors import InvalidTypeError, InvalidValueError, NaiveDatetimeError

K = TypeVar("K")
T = TypeVar("T")


def each(
    check: Callable[[str, object], object],
) -> Callable[[object, attrs.Attribute[Any], Any], None]:
    """Make a check an attrs validator, which passes the attribute's own name.

    The attribute becomes what the check returns, if it returns anything. So no field needs a
    converter, except one that takes other types than it keeps: mypy reads them off a function of
    its own (it refuses an ``attrs.Converter``, which would be passed the field).
    """

    def validate(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        checked = check(attribute.name, value)
        if checked is not value and checked is not None:
            object.__setattr__(instance, attribute.name, checked)

    return validate


def optional(
    check: Callable[[str, object], object],
) -> Callable[[object, attrs.Attribute[Any], Any], None]:
    """Make a check a validator as :func:`each` does, of an attribute that may be ``None`` too."""
    check_given = each(check)

    def validate(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value is not None:
            check_given(instance, attribute, value)

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
        raise InvalidValueError(
            "must lie in the years 2 to 9998",
            field=field,
            value=value,
            remedy="Leave out what stands for no time at all.",
        )
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
    wall = value.replace(fold=0) if value.fold else value
    return datetime.combine(wall, wall.time(), timezone(offset))  # replace takes thrice as long


def day(field: str, value: object) -> date:
    """Return a calendar date; a datetime is refused."""
    if type(value) is date:
        return value  # at once, since there are many
    if isinstance(value, str):
        remedy = "Such as date(2024, 5, 1); in TOML 2024-05-01, without quotes."
        raise InvalidTypeError("must be a date", field=field, value=value, remedy=remedy)
    if isinstance(value, datetime) or not isinstance(value, date):
        remedy = "mainstay.local_day(instant, zone=...) gives the date where the user was."
        if type(value).__name__ == "datetime64":  # numpy's
            remedy = "value.astype('datetime64[D]').item() gives it."
        raise InvalidTypeError(
            "must be a date and not an instant", field=field, value=value, remedy=remedy
        )
    return date.fromordinal(value.toordinal())


def days(field: str, values: Iterable[date]) -> set[date]:
    """Return the set of some calendar dates."""
    return {day(field, value) for value in iterable(field, values)}


def iterable(field: str, values: Iterable[T]) -> Iterable[T]:
    """Return what can be looped over, as one value of its kind alone can't."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise InvalidTypeError(
            "must be several, such as a list of them",
            field=field,
            value=values,
            remedy="Put a single one in a list.",
        )
    return values


def mapping(
    field: str,
    values: Mapping[K, T],
    *,
    problem: str = "must be a mapping",
    remedy: str = "Such as a dict.",
) -> Mapping[K, T]:
    """Return what maps names to something; the error says what, if the caller does."""
    if not isinstance(values, Mapping):
        raise InvalidTypeError(problem, field=field, value=values, remedy=remedy)
    return values


def instance(field: str, value: object, kind: type[T], *, remedy: str = "") -> T:
    """Return a value of a type of ours."""
    if not isinstance(value, kind):
        problem = f"must be of type {kind.__name__}"
        raise InvalidTypeError(problem, field=field, value=value, remedy=remedy)
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


def whole_seconds(field: str, value: object) -> time:
    """Return a time of day without a zone, and without fractions of a second."""
    at = wall_time(field, value)
    if at.microsecond:
        raise InvalidValueError("must be in whole seconds", field=field, value=at)
    return at


_WEEKDAYS = "Monday is 0 and Sunday 6, as in date.weekday()."


def weekdays(field: str, values: Iterable[int]) -> frozenset[int]:
    """Return a set of weekdays, 0 for Monday to 6 for Sunday; their names are refused."""
    try:
        given = frozenset(values)
    except TypeError as error:
        raise _not_weekdays(field, values) from error
    if isinstance(values, str) or any(isinstance(each, str) for each in given):
        raise _not_weekdays(field, values)
    return frozenset(integer(field, weekday, 0, 6, remedy=_WEEKDAYS) for weekday in given)


def _not_weekdays(field: str, value: object) -> InvalidTypeError:
    return InvalidTypeError("must be a set of weekdays", field=field, value=value, remedy=_WEEKDAYS)


def texts(field: str, values: Iterable[str], *, what: str = "kinds") -> frozenset[str]:
    """Return a set of strings, each with something in it; a single string is refused."""
    if isinstance(values, str):
        raise InvalidTypeError(
            f"must be a set of {what}",
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
    return value if type(value) is str else str.__str__(value)


def integer(
    field: str, value: object, low: int, high: int | None = None, *, remedy: str = ""
) -> int:
    """Return an integer between ``low`` and ``high``, both included."""
    whole = value if type(value) is int else _index(field, value)
    return _within(field, whole, low, high, remedy)


def _index(field: str, value: object) -> int:
    """Return the integer that a value is, also one of numpy's; a float is not one."""
    if isinstance(value, SupportsIndex) and not _is_truth(value):
        with suppress(TypeError):  # an array of several, or of truth values, is not one
            return int(operator.index(value))
    remedy = "Pass int(value)." if _is_whole(value) else ""
    raise InvalidTypeError("must be an integer", field=field, value=value, remedy=remedy)


def _is_truth(value: object) -> bool:
    """Return whether a value is a truth value, also one of numpy's, whose index is deprecated."""
    return isinstance(value, bool) or str(getattr(value, "dtype", "")) == "bool"


def _is_whole(value: object) -> bool:
    return isinstance(value, float | Decimal) and math.isfinite(value) and value == int(value)


M = TypeVar("M", bound=StrEnum)


def member(field: str, value: object, kind: type[M]) -> M:
    """Return the member of an enumeration that a value is, or whose text it is."""
    for one in kind:
        if value == one.value:
            return one
    words = ", ".join(repr(one.value) for one in kind)
    raise InvalidValueError(f"must be one of {words}", field=field, value=value)


def count(field: str, value: object, high: int | None = None, *, remedy: str = "") -> int:
    """Return an integer that is not negative."""
    if type(value) is int and value >= 0 and (high is None or value <= high):
        return value  # at once, since there are many
    return integer(field, value, 0, high, remedy=remedy)


def number(
    field: str, value: object, low: float, high: float | None = None, *, remedy: str = ""
) -> float:
    """Return a finite number between ``low`` and ``high``, both included.

    A ``Decimal`` or another real number becomes the nearest ``float``.
    """
    if type(value) is float and high is not None and low <= value <= high:
        return value  # at once, since there are many
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        raise InvalidTypeError("must be a number", field=field, value=value)
    return _within(field, _finite(field, value, remedy), low, high, remedy)


def _finite(field: str, value: Real | Decimal, remedy: str) -> float:
    """Return an integer as it is, and any other number as a float."""
    try:
        nearest = float(value)  # an integer too large for a float overflows
    except (OverflowError, ValueError):  # a signalling NaN is refused
        nearest = math.inf
    if not math.isfinite(nearest):
        raise InvalidValueError("must be finite", field=field, value=value, remedy=remedy)
    return operator.index(value) if isinstance(value, Integral) else nearest


def points(instance: object, names: Iterable[str]) -> None:
    """Refuse an instance whose parts are not points: 0 to 100, each and all together."""
    whole = []
    for name in names:
        part = getattr(instance, name)
        if type(part) is not float or not 0 <= part <= 100:
            part = number(name, part, 0, 100)
            object.__setattr__(instance, name, part)
        whole.append(part)
    number(" + ".join(names), math.fsum(whole), 0, 100)


N = TypeVar("N", int, float)


def _within(field: str, value: N, low: N, high: N | None, remedy: str) -> N:
    if value < low or (high is not None and value > high):
        bounds = f"at least {low}" if high is None else f"between {low} and {high}"
        raise InvalidValueError(f"must be {bounds}", field=field, value=value, remedy=remedy)
    return value


#: 28 digits, half to even: never the thread's context, which the host may have changed.
EXACT = Context(prec=28, rounding=ROUND_HALF_EVEN)


def decimal(field: str, value: object, low: Decimal | int, high: Decimal | int) -> Decimal:
    """Return a finite number of at most 28 digits between ``low`` and ``high``, both included.

    A ``float`` becomes the shortest decimal that stands for it, the one that it is printed as. A
    number of another type (numpy's, a fraction) is taken if it equals an integer or a ``float``.
    """
    number = _as_decimal(field, value)
    if not number.is_finite():
        raise InvalidValueError("must be finite", field=field, value=value)
    if not low <= number <= high:
        raise InvalidValueError(f"must be between {low} and {high}", field=field, value=value)
    if EXACT.plus(number) != number:
        raise InvalidValueError(
            f"must be exact in {EXACT.prec} digits", field=field, value=value, remedy="Round it."
        )
    return number


def _as_decimal(field: str, value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value if type(value) is Decimal else Decimal(value)
    if isinstance(value, Integral) and not isinstance(value, bool):
        return Decimal(operator.index(value))
    if isinstance(value, Real) and not isinstance(value, bool):
        nearest = float(value)
        if nearest == value or nearest != nearest:  # noqa: PLR0124  (a NaN is refused later)
            return Decimal(float.__repr__(nearest))
    raise InvalidTypeError(
        "must be a number", field=field, value=value, remedy="Pass a Decimal such as Decimal('2')."
    )
