"""When a user wants to be notified."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, tzinfo
from functools import lru_cache, partial

import attrs

from mainstay import _checks as checks
from mainstay._schemas import schema
from mainstay._walltimes import instant_at
from mainstay.localdays import Zone, find_zone, noon_of, zone_name

__all__ = ["WEEKDAY", "WEEKEND", "Preferences", "due_instant"]

#: When a notification is due from Monday to Friday: SPEC §8.
WEEKDAY = time(6, 45)
#: When it is due on Saturday and Sunday: SPEC §8.
WEEKEND = time(8, 30)
_SATURDAY = 5
# Of users who are alike, in every zone and on the few dates that one run plans.
_INSTANTS_KEPT = 2**14


def _quiet_weekdays(value: Iterable[int]) -> frozenset[int]:
    return checks.weekdays("quiet_weekdays", value)


_time = checks.each(checks.whole_seconds)


@schema("preferences/1")
@attrs.frozen
class Preferences:
    """When, where and whether a user wants to be notified.

    Attributes:
        zone: Whose clocks, an IANA name or ``±HH:MM``; ``None`` for those of the policy.
        weekday: The time of day from Monday to Friday, in whole seconds.
        weekend: The time of day on Saturday and Sunday, in whole seconds.
        quiet_weekdays: Weekdays without a notification, 0 for Monday to 6 for Sunday.
        enabled: Whether there are notifications at all.
        channel: By what they go, in the host's own word, such as ``"email"``; ``None`` for the
            host to choose.

    Raises:
        UnknownZoneError: ``zone`` is not known.
        InvalidValueError: Another field is empty or out of its range.
        InvalidTypeError: A field is of another type.

    Examples:
        >>> Preferences("Europe/Berlin", quiet_weekdays={5, 6}).quiet_weekdays
        frozenset({5, 6})
    """

    zone: str | None = attrs.field(default=None, validator=checks.optional(zone_name))
    weekday: time = attrs.field(default=WEEKDAY, validator=_time)
    weekend: time = attrs.field(default=WEEKEND, validator=_time)
    quiet_weekdays: frozenset[int] = attrs.field(default=frozenset(), converter=_quiet_weekdays)
    enabled: bool = attrs.field(
        default=True, validator=checks.each(partial(checks.instance, kind=bool))
    )
    channel: str | None = attrs.field(default=None, validator=checks.optional(checks.text))


def due_instant(preferences: Preferences, day: date, *, zone: Zone = "UTC") -> datetime | None:
    """Return the instant, in UTC, at which a user wants a date's notification.

    It is when the clocks of their zone show their time for that weekday. A time that a clock
    change skips is moved on by the length of the gap, also past midnight; one that occurs twice
    is due once, the first time; a date that the zone skips has none. Who is off, or quiet on that
    weekday, has a time here too: :func:`mainstay.outlook.wanted_instant` knows of both.

    Args:
        preferences: What the user prefers.
        day: The local date, in the years 2 to 9998.
        zone: Where the user is if their preferences don't say: an IANA name, ``±HH:MM`` or a
            ``ZoneInfo``.

    Raises:
        UnknownZoneError: ``zone`` is not known.
        InvalidTypeError: ``day`` is an instant.
        InvalidValueError: ``day`` is in the year 1 or 9999.

    Source:
        RFC 5545 §3.3.5, on local times that don't exist and those that occur twice.

    Examples:
        >>> early = Preferences("Europe/Berlin", weekend=time(2, 30))
        >>> due_instant(early, date(2024, 3, 31)).isoformat()  # 03:30: there was no 02:30
        '2024-03-31T01:30:00+00:00'
        >>> due_instant(early, date(2024, 4, 1)).isoformat()
        '2024-04-01T04:45:00+00:00'
    """
    checks.instance("preferences", preferences, Preferences)
    weekend = checks.day("day", day).weekday() >= _SATURDAY
    where = find_zone(zone, field="zone")
    if preferences.zone is not None:
        where = find_zone(preferences.zone)
    return _instant(day, preferences.weekend if weekend else preferences.weekday, where)


@lru_cache(maxsize=_INSTANTS_KEPT)
def _instant(day: date, at: time, zone: tzinfo) -> datetime | None:
    checks.instant("day", noon_of(day))  # not too near to the years' limits
    return instant_at(day, at, zone)
