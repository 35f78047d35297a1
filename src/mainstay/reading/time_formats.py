"""Timestamps in a format that is named, or in one of many of which only one can be meant."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import localcontext
from functools import cache
from typing import Final

from dateutil import parser

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError

__all__ = ["ISO", "ORDERS", "check_time_format", "in_format", "in_order"]

#: The name of the standard notations.
ISO = "iso"
#: The names of what dateutil reads, with the orders of day, month and year that it may have:
#: whether the day is first, and whether the year is.
ORDERS: Final[dict[str, tuple[tuple[bool, bool], ...]]] = {
    "auto": ((False, False), (True, False), (False, True), (True, True)),
    "dmy": ((True, False),),
    "mdy": ((False, False),),
    "ymd": ((False, True),),
}

#: No two of its fields are equal, its hour is after noon, and no day of it is its month.
_SAMPLE = datetime(2023, 11, 29, 22, 43, 58, 123456, tzinfo=UTC)
_OF_THE_MACHINE = re.compile(r"%[cxXZ]")
_YEAR = re.compile(r"%[YyGDF]")
_OF_THE_CLOCK = re.compile(r"%[HIMSfpTRrz]")
_SPACES = str.maketrans("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}", "  ")
_YEAR_FIRST = re.compile(r"\s*[0-9]{4}\b")
#: Where a text says nothing, dateutil takes these.
_EARLY, _LATE = datetime(2000, 1, 1), datetime(2001, 2, 2, 23, 59, 59, 999999)  # noqa: DTZ001


def check_time_format(field: str, value: object) -> str:
    """Return a format that says on which date something was; or ``iso``, or one of ``ORDERS``.

    Raises:
        InvalidValueError: Python doesn't know it; it leaves out the year, the month or the day, or
            half of the clock; or what it means depends on the machine.

    Examples:
        >>> check_time_format("time_formats", "%d.%m.%Y, %H:%M:%S")
        '%d.%m.%Y, %H:%M:%S'
        >>> check_time_format("time_formats", "%d.%m. %H:%M")
        Traceback (most recent call last):
            ...
        mainstay.errors.InvalidValueError: time_formats must say year, month and day, got ...
    """
    form = checks.text(field, value)
    if form == ISO or form in ORDERS:
        return form
    if _OF_THE_MACHINE.search(form.replace("%%", "")):
        raise InvalidValueError(
            "must not depend on the machine, as %c, %x, %X and %Z do",
            field=field,
            value=form,
            remedy="Write out their parts, such as %Y-%m-%d %H:%M:%S; the offset is %z.",
        )
    found = _read_again(form)
    if found is None or found.date() != _SAMPLE.date():
        raise InvalidValueError(
            "must say year, month and day",
            field=field,
            value=form,
            remedy="Write it as strptime takes it, such as %d.%m.%Y %H:%M:%S.",
        )
    if _has_time(form) and found.hour != _SAMPLE.hour:
        raise InvalidValueError(
            "must say the hour of the day",
            field=field,
            value=form,
            remedy="Write %H, or %I with %p.",
        )
    return form


def _read_again(form: str) -> datetime | None:
    if _YEAR.search(form.replace("%%", "")) is None:  # Python 3.13 warns of days without a year
        return None
    with suppress(ValueError, re.error):  # Python doesn't know it, or it says something twice
        return datetime.strptime(_SAMPLE.strftime(form), form)  # noqa: DTZ007
    return None


@cache
def _has_time(form: str) -> bool:
    return _OF_THE_CLOCK.search(form.replace("%%", "")) is not None


def in_format(form: str, value: str) -> date | None:
    """Return what a text says in a format: an instant, or a date if it has no time.

    Examples:
        >>> in_format("%d.%m.%Y", "1.5.2024")
        datetime.date(2024, 5, 1)
        >>> in_format("%d.%m.%Y", "2024-05-01")
    """
    with suppress(ValueError):  # it is written otherwise
        at = datetime.strptime(value.translate(_SPACES).strip(), form)  # noqa: DTZ007
        return at if _has_time(form) else at.date()
    return None


def in_order(name: str, field: str, value: str) -> date | None:
    """Return what a text says by dateutil's reading, if it can be one date only.

    Args:
        name: ``dmy``, ``mdy`` or ``ymd`` for an order of numbers; ``auto`` for any.
        field: What it is called in complaints.
        value: The text.

    Raises:
        InvalidValueError: It can be several dates, or says no whole date, or names its zone by
            letters, which stand for several zones.

    Examples:
        >>> in_order("auto", "at", "May 1st, 2024 6:30 pm")
        datetime.datetime(2024, 5, 1, 18, 30)
        >>> in_order("auto", "at", "31/5/2024"), in_order("dmy", "at", "1/5/2024")
        (datetime.date(2024, 5, 31), datetime.date(2024, 5, 1))
    """
    orders = ORDERS["ymd"] if _YEAR_FIRST.match(value) else ORDERS[name]
    early, late = (
        {at for order in orders if (at := _parsed(field, value, order, default)) is not None}
        for default in (_EARLY, _LATE)
    )
    days = sorted({at.date() for at in early})
    if len(days) > 1:
        raise InvalidValueError(
            f"can mean {' or '.join(map(str, days))}",
            field=field,
            value=value,
            remedy="Say which is first, the day (--time-format dmy), the month (mdy) or the year "
            "(ymd).",
        )
    if days != sorted({at.date() for at in late}):
        raise InvalidValueError(
            "must say year, month and day",
            field=field,
            value=value,
            remedy="Join the column that has the rest, such as --columns started_at=Date+Time.",
        )
    if not early:
        return None
    at = min(early)
    says_no_time = {each.time() for each in early | late} == {_EARLY.time(), _LATE.time()}
    return at.date() if says_no_time else at


def _parsed(field: str, value: str, order: tuple[bool, bool], default: datetime) -> datetime | None:
    def zone(name: str | None, seconds: int | None) -> tzinfo | None:
        if seconds is not None:
            return timezone(timedelta(seconds=seconds))
        if name is None or name.upper() in ("UTC", "GMT", "Z"):
            return None if name is None else UTC
        raise InvalidValueError(
            f"names its zone {name}, which stands for several",
            field=field,
            value=value,
            remedy="Write its offset instead, such as +02:00. Or if all have it, say what it "
            f"stands for: --time-format '%Y-%m-%d %H:%M:%S {name}' --naive-zone Europe/Berlin.",
        )

    text, (day_first, year_first) = value.translate(_SPACES), order
    try:
        with localcontext(checks.EXACT):
            return parser.parse(
                text, default=default, dayfirst=day_first, yearfirst=year_first, tzinfos=zone
            )
    except InvalidValueError:
        raise
    except (ValueError, ArithmeticError):  # dateutil's own words for what it can't read
        return None
