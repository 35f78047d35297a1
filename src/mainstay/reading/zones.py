"""Zones as files write them, to the names that we keep."""

from __future__ import annotations

import re
from functools import cache
from zoneinfo import available_timezones

from mainstay import _checks as checks
from mainstay.errors import InvalidTypeError, UnknownZoneError
from mainstay.localdays import find_zone

__all__ = ["read_zone"]

_REMEDY = "Write an IANA name such as Europe/Berlin, or an offset such as +02:00."
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-\N{MINUS SIGN}])(\d\d?)(?::?(\d\d))?", re.IGNORECASE)
_PREFIXED = re.compile(r"\((?:GMT|UTC)[^)]*\)\s*(\S+/\S+|UTC)", re.IGNORECASE)


def read_zone(value: object, field: str = "timezone") -> str:
    """Return the name of a zone: an IANA name, or an offset as ``±HH:MM``.

    Offsets may be written ``+0530``, ``+5``, ``UTC+05:30`` or ``Z``, and names in lower case, or as
    Strava does: ``(GMT-08:00) America/Los_Angeles``.

    Raises:
        UnknownZoneError: It is written otherwise, or there is no such zone.

    Examples:
        >>> read_zone("+0530"), read_zone("z"), read_zone("europe/berlin")
        ('+05:30', '+00:00', 'Europe/Berlin')
    """
    if not isinstance(value, str):
        raise InvalidTypeError("must be a string", field=field, value=value, remedy=_REMEDY)
    text = checks.text(field, value)
    try:
        find_zone(text, field=field)
    except UnknownZoneError as error:
        name = _otherwise(text.strip())
        if name is None:
            raise error from None
        find_zone(name, field=field)
        return name
    return text


def _otherwise(text: str) -> str | None:
    """Return the name of a zone that is written otherwise than we keep it."""
    if text in ("Z", "z"):
        return "+00:00"
    if (offset := _OFFSET.fullmatch(text)) is not None:
        sign, hours, minutes = offset.groups("00")
        return f"{'+' if sign == '+' else '-'}{int(hours):02}:{minutes}"
    prefixed = _PREFIXED.fullmatch(text)
    return _by_lower_case().get((text if prefixed is None else prefixed[1]).lower())


@cache
def _by_lower_case() -> dict[str, str]:
    return {name.lower(): name for name in sorted(available_timezones())}
