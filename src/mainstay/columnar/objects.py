"""Moments that a frame holds as Python objects, and what Arrow would make of them unasked.

A column of Arrow has one type, and one zone: that of its first value. So it takes all offsets for
the first one's, times without an offset for UTC, and times after a date for dates.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from typing import Any

import pyarrow as pa

from mainstay.errors import InvalidValueError, NaiveDatetimeError
from mainstay.localdays import find_zone

__all__ = ["check_objects"]


def check_objects(part: Any, fields: Any) -> None:
    """Refuse a frame of pandas' whose objects Arrow would take for something else.

    Args:
        part: What rows come from.
        fields: The fields that are read, as Arrow has them.

    Raises:
        InvalidValueError: A column has dates and times, or times of several offsets.
        NaiveDatetimeError: A column has times with an offset and without.
    """
    for field in fields if hasattr(part, "iloc") else ():
        timestamps = pa.types.is_timestamp(field.type)
        if (timestamps or pa.types.is_date(field.type)) and part[field.name].dtype == object:
            named = field.type.tz if timestamps else None
            zone = None if named is None else find_zone(named, field=field.name)
            for row, value in enumerate(part[field.name]):
                if isinstance(value, date) and value == value:  # noqa: PLR0124  (not pandas' NaT)
                    _check(field.name, row, value, zone, timestamps=timestamps)


def _check(field: str, row: int, value: date, zone: tzinfo | None, *, timestamps: bool) -> None:
    if isinstance(value, datetime) != timestamps:
        raise InvalidValueError(
            f"must be dates alone or times alone, which row {row} is not",
            field=field,
            value=value,
            remedy="Split the table, or give every row a time.",
        )
    if not isinstance(value, datetime):
        return
    offset = value.utcoffset()
    if (offset is None) != (zone is None):
        raise NaiveDatetimeError(
            f"has times with a UTC offset and without (row {row} unlike the first)",
            field=field,
            value=value,
            remedy="Say where those were read: value.replace(tzinfo=ZoneInfo('Europe/Berlin')).",
        )
    if zone is not None and offset != value.astimezone(zone).utcoffset():
        raise InvalidValueError(
            f"has times of several UTC offsets (row {row} unlike the first), of which a column of "
            "Arrow keeps one",
            field=field,
            value=value,
            remedy="Keep the offsets in a column of their own, such as "
            f"frame['timezone'] = [at.isoformat()[-6:] for at in frame['{field}']], then convert "
            f"frame['{field}'] = pandas.to_datetime(frame['{field}'], utc=True), and say "
            "timezone='timezone'.",
        )
