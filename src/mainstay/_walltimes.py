"""Wall-clock times: what a text says, and which instants they are."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo

from dateutil.tz import datetime_exists

__all__ = ["instant_at", "time_of_day"]

_LAST_INSTANT_OF_DAY = time(23, 59, 59, 999_999)


def instant_at(day: date, at: time, zone: tzinfo) -> datetime | None:
    """Return the instant, in UTC, at which a zone's clocks show a time on a date.

    A time that a clock change skips is moved on by the length of the gap, also past midnight; one
    that occurs twice is the first; a date that the zone skips has none. That is the rule of RFC
    5545 §3.3.5, and what ``dateutil.tz.resolve_imaginary`` gives.

    Args:
        day: The date, in the years 2 to 9998.
        at: The time of day; its own ``fold`` means nothing.
        zone: Whose clocks.

    Examples:
        >>> from zoneinfo import ZoneInfo
        >>> half_past_two, berlin = time(2, 30), ZoneInfo("Europe/Berlin")
        >>> instant_at(date(2024, 3, 31), half_past_two, berlin).isoformat()  # 03:30 there
        '2024-03-31T01:30:00+00:00'
        >>> instant_at(date(2011, 12, 30), half_past_two, ZoneInfo("Pacific/Apia"))
    """
    # With fold=0 a skipped time is read at the offset before the gap (PEP 495), and so comes out
    # later by its length, however long; resolve_imaginary finds the length by the offsets a day
    # before and a day after.
    wall = datetime.combine(day, at.replace(fold=0), zone)
    return wall.astimezone(UTC) if datetime_exists(wall) or _has_date(zone, day) else None


def time_of_day(text: str) -> time:
    """Return the time that a text in ISO 8601 says, such as ``06:45``.

    Raises:
        ValueError: It says none; or 24:00, of which Python makes 00:00 from 3.14 on.
    """
    if text.lstrip("T").startswith("24"):
        raise ValueError(f"the hour must be in 0 to 23: {text!r}")
    return time.fromisoformat(text)


def _has_date(zone: tzinfo, day: date) -> bool:
    """Return whether a zone's calendar has a date; Samoa's has no 2011-12-30."""
    ends = time.min, _LAST_INSTANT_OF_DAY
    return any(datetime_exists(datetime.combine(day, end, zone)) for end in ends)
