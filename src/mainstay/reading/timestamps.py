"""Reading moments as files have them: ISO 8601 with an offset, Unix seconds, or a bare date."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, tzinfo

from dateutil.parser import isoparse

from mainstay.errors import InvalidTypeError, InvalidValueError, NaiveDatetimeError

__all__ = ["parse_moment"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNIX_DIGITS = 12  # more digits than the year 9998 needs
_DATE_LENGTH = len("2024-05-01")
_CALENDAR_DIGITS = (len("20240501"), len("20240501080000"))
_REMEDY = "Write ISO 8601 (2024-05-01T08:00:00+02:00) or whole Unix seconds."
#: What separates a date from a time.
_MARKS = frozenset("Tt ")
#: What numbers with so many digits are, most likely.
_FINER = {16: "Divide microseconds by 1,000,000.", 19: "Divide nanoseconds by 1,000,000,000."}


def parse_moment(
    value: object,
    *,
    field: str = "started_at",
    naive_zone: tzinfo | None = None,
    or_else: str = "",
) -> date:
    """Return the instant that a timestamp means, or the day that a bare date is.

    Instants are ISO 8601 with an offset, or Unix seconds: a text of digits, or an integer. Whole
    numbers that are calendar dates (20240501, 20240501080000; of the years 1900 to 2099) are
    refused, since as seconds they would lie in 1970, or far ahead.

    Args:
        value: A text or an integer.
        field: What it is called in complaints.
        naive_zone: The zone of a time without an offset, which is an error without it.
        or_else: What else there is to do then, to go on with a sentence.

    Returns:
        A ``datetime`` for an instant, a plain ``date`` for a day.

    Raises:
        InvalidValueError: It is neither.
        NaiveDatetimeError: It has no offset, and there is no ``naive_zone`` to read it in.

    Examples:
        >>> parse_moment("1289241912").isoformat()
        '2010-11-08T18:45:12+00:00'
        >>> parse_moment("2024-05-01T08:00:00+02:00").utcoffset()
        datetime.timedelta(seconds=7200)
        >>> parse_moment("2024-05-01")
        datetime.date(2024, 5, 1)
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return _from_unix(field, value)
    if not isinstance(value, str):
        raise InvalidTypeError("must be a timestamp", field=field, value=value, remedy=_REMEDY)
    if value.isdigit() and value.isascii():
        return _from_unix(field, value)
    at = _from_iso(field, value)
    if isinstance(at, datetime) and at.tzinfo is None:
        if naive_zone is None:
            raise NaiveDatetimeError(
                "has no UTC offset",
                field=field,
                value=value,
                remedy=f"Write its offset or Z behind it{or_else}.",
            )
        return at.replace(tzinfo=naive_zone)
    return at


def _from_unix(field: str, seconds: int | str) -> datetime:
    digits = str(seconds)
    if len(digits) in _CALENDAR_DIGITS and "1900" <= digits[:4] <= "2099":
        _refuse_calendar_date(field, seconds, digits)
    if len(digits) <= _UNIX_DIGITS:
        with suppress(OverflowError):  # the same complaint as about too many digits
            return _EPOCH + timedelta(seconds=int(seconds))
    raise InvalidValueError(
        "must be seconds since 1970, within the years 2 to 9998",
        field=field,
        value=seconds,
        remedy=_FINER.get(len(digits), "Divide milliseconds by 1000."),
    )


def _refuse_calendar_date(field: str, value: int | str, digits: str) -> None:
    try:
        day = date.fromisoformat(digits[:8])
        time = datetime.strptime(digits[8:], "%H%M%S").time() if digits[8:] else None  # noqa: DTZ007
    except ValueError:
        return  # not a day of the calendar: a number like any other
    if time is None:
        seconds = (_EPOCH + timedelta(seconds=int(digits))).isoformat().replace("+00:00", "Z")
        remedy = (
            f"Write {day}, or a time with its offset ({day}T08:00:00+02:00); "
            f"if it is Unix seconds, {seconds}."
        )
    else:
        remedy = f"Write {day}T{time} with its offset (such as +02:00) or Z behind it."
    raise InvalidValueError(
        "is a calendar date, not Unix seconds", field=field, value=value, remedy=remedy
    )


def _from_iso(field: str, value: str) -> date:
    """Parse at C speed what Python knows of ISO 8601, and with dateutil the rest."""
    if len(value) == _DATE_LENGTH:
        with suppress(ValueError):  # not a date: then it may be something else
            return date.fromisoformat(value)
    if not _MARKS.isdisjoint(value):  # 2024-05-01+02:00 has no time, but Python reads one
        for parse in (datetime.fromisoformat, isoparse):
            with suppress(ValueError, OverflowError):  # the next one may know it; else see below
                return parse(value)
    raise InvalidValueError("is not a timestamp", field=field, value=value, remedy=_REMEDY)
