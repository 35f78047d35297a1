"""Reading timestamps as files have them: ISO 8601 with an offset, or Unix seconds."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo

from dateutil.parser import isoparse

from mainstay.errors import InvalidTypeError, InvalidValueError, NaiveDatetimeError

__all__ = ["parse_instant"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNIX_DIGITS = 12  # more digits than the year 9998 needs
_SHORTEST = len("2024-05-01")
_REMEDY = "Write ISO 8601 (2024-05-01T08:00:00+02:00) or whole Unix seconds."


def parse_instant(
    value: object, *, field: str = "started_at", naive_zone: tzinfo | None = None
) -> datetime:
    """Return the instant that a timestamp means: ISO 8601 with an offset, or Unix seconds.

    Raises:
        InvalidValueError: It is neither of them.
        NaiveDatetimeError: It has no offset, and there is no ``naive_zone`` to read it in.

    Examples:
        >>> parse_instant("1289241912").isoformat()
        '2010-11-08T18:45:12+00:00'
        >>> parse_instant("2024-05-01T08:00:00+02:00").utcoffset()
        datetime.timedelta(seconds=7200)
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return _from_unix(field, value)
    if not isinstance(value, str):
        raise InvalidTypeError("must be a timestamp", field=field, value=value, remedy=_REMEDY)
    if value.isdigit() and value.isascii():
        return _from_unix(field, value)
    at = _from_iso(field, value)
    if at.tzinfo is None:
        if naive_zone is None:
            raise NaiveDatetimeError(
                "has no UTC offset",
                field=field,
                value=value,
                remedy="Write its offset or Z behind it, or name its zone (--naive-zone).",
            )
        at = at.replace(tzinfo=naive_zone)
    return at


def _from_unix(field: str, seconds: int | str) -> datetime:
    if len(str(seconds)) <= _UNIX_DIGITS:
        with suppress(OverflowError):  # the same complaint as about too many digits
            return _EPOCH + timedelta(seconds=int(seconds))
    raise InvalidValueError(
        "must be seconds since 1970, within the years 2 to 9998",
        field=field,
        value=seconds,
        remedy="Divide milliseconds by 1000.",
    )


def _from_iso(field: str, value: str) -> datetime:
    """Parse at C speed what Python knows of ISO 8601, and with dateutil the rest."""
    if len(value) >= _SHORTEST:
        for parse in (datetime.fromisoformat, isoparse):
            with suppress(ValueError, OverflowError):  # the next one may know it; else see below
                return parse(value)
    raise InvalidValueError("is no timestamp", field=field, value=value, remedy=_REMEDY)
