"""What a user did."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._schemas import schema
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.localdays import zone_name

__all__ = [
    "Session",
]


def _duration(field: str, value: object) -> timedelta:
    if not isinstance(value, timedelta):
        raise InvalidTypeError("must be a timedelta", field=field, value=value)
    if value < timedelta(0):
        raise InvalidValueError("must not be negative", field=field, value=value)
    if type(value) is not timedelta:
        return timedelta(value.days, value.seconds, value.microseconds)
    return value


@schema("session/1")
@attrs.frozen
class Session:
    """One thing that a user did, at an instant.

    Attributes:
        user_id: Who did it.
        started_at: When: an aware datetime. It is kept at the fixed UTC offset that it carries.
        duration: How long it took, if that is known.
        timezone: The zone it was recorded in, an IANA name or ``±HH:MM``, if that is known.
        kind: What it was, in the host's own words.
        quality: How good it was, 0 to 10, if somebody rated it.
        id: What tells it from every other, if the host has such a thing.

    Raises:
        NaiveDatetimeError: ``started_at`` has no offset.
        UnknownZoneError: ``timezone`` is not known.
        InvalidValueError: Another field is empty, negative or out of its range.

    Examples:
        >>> from datetime import UTC, datetime
        >>> Session("ada", datetime(2024, 5, 1, 6, 30, tzinfo=UTC), timezone="Europe/London").kind
        'session'
    """

    user_id: str = attrs.field(validator=checks.each(checks.text))
    started_at: datetime = attrs.field(validator=checks.each(checks.instant))
    duration: timedelta | None = attrs.field(default=None, validator=checks.optional(_duration))
    timezone: str | None = attrs.field(default=None, validator=checks.optional(zone_name))
    kind: str = attrs.field(default="session", validator=checks.each(checks.text))
    quality: float | None = attrs.field(
        default=None,
        validator=checks.optional(partial(checks.number, low=0, high=10)),
    )
    id: str | None = attrs.field(default=None, validator=checks.optional(checks.text))
