"""Timestamps as files have them: to instants, or to days where no more is said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, tzinfo
from email.utils import parsedate_to_datetime

import attrs
from dateutil.parser import isoparse

from mainstay.errors import InvalidTypeError, InvalidValueError, NaiveDatetimeError
from mainstay.localdays import find_zone
from mainstay.reading.time_formats import ISO, ORDERS, in_format, in_order
from mainstay.reading.unix import from_unix, is_number
from mainstay.reading.zones import read_zone

__all__ = ["Stamp", "Stamps", "parse_moment"]

_REMEDY = "Write ISO 8601 (2024-05-01T08:00:00+02:00) or whole Unix seconds."
_EMPTY = "Write ISO 8601 (2024-05-01T08:00:00+02:00), or leave the line out."
_IN_FILES = (
    " Or say how all are written, such as --time-format '%d.%m.%Y %H:%M', auto, dmy or mdy; "
    "mainstay inspect FILE guesses it."
)
_AS_NUMBERS = " If it is Unix time, say what it counts: --unit s, ms, us or ns."
#: A date of ISO 8601 with a time: of others, such as 2024 5 4 and 2024-05-01+02:00, dateutil and
#: Python take some for that, too.
_ISO_8601 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}|[0-9]{4}-?W[0-9]{2}-?[0-9]|[0-9]{4}-?[0-9]{3})"
    r"[Tt ][0-9]{2}[0-9:.,]*( ?([Zz]|[+-][0-9:.]+))?"
)
_DATE_LENGTH = len("2024-05-01")
#: RFC 9557: a timestamp with its zone, and perhaps more, in brackets.
_BRACKETED = re.compile(r"(?P<at>[^\[\]]+)(\[!?(?P<zone>[^\[\]=]+)\])?(?P<tags>(\[[^\[\]]*\])*)")
#: RFC 2822, as in mails and in the answers of servers.
_MAIL = re.compile(
    r"((Mon|Tue|Wed|Thu|Fri|Sat|Sun), *)?\d{1,2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
    r"\d{4} \d\d:\d\d(:\d\d)? ([+-]\d{4}|GMT|UT)",
    re.IGNORECASE,
)


@attrs.frozen
class Stamp:
    """What a timestamp says.

    Attributes:
        at: The instant, or the day if it is a bare date.
        zone: The zone that it names, in brackets behind it.
    """

    at: date
    zone: str | None = None


def parse_moment(
    value: object,
    *,
    field: str = "started_at",
    naive_zone: tzinfo | None = None,
    or_else: str = "",
    formats: Sequence[str] = (),
    unit: str | None = None,
) -> date:
    """Return the instant that a timestamp means, or the day that a bare date is.

    Instants are ISO 8601 with an offset, also with their zone behind it as in RFC 9557
    (``2024-05-01T08:00:00+02:00[Europe/Berlin]``); RFC 2822 (``Wed, 1 May 2024 08:00:00 +0200``);
    or Unix seconds: a text of digits, or an integer. Whole numbers that are calendar dates
    (20240501, 20240501080000; of the years 1900 to 2099) are refused unless a format or a unit is
    named, since as seconds they would lie in 1970, or far ahead.

    Args:
        value: A text, a number, or what is a date or an instant already.
        field: What it is called in complaints.
        naive_zone: The zone of a time without an offset, which is an error without it.
        or_else: What else there is to do then, to go on with a sentence.
        formats: Other ways in which a text may be written, tried in order: formats as
            ``datetime.strptime`` takes them; ``iso`` for all of the above; ``auto`` for what
            dateutil reads and what can mean one date only; ``dmy``, ``mdy`` or ``ymd`` for what
            it reads with the numbers in that order.
        unit: What numbers since 1970 are in: ``s``, ``ms``, ``us`` or ``ns``.

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
        >>> parse_moment("1. 5. 2024", formats=["%d. %m. %Y"])
        datetime.date(2024, 5, 1)
        >>> parse_moment(1289241912000, unit="ms").isoformat()
        '2010-11-08T18:45:12+00:00'
    """
    reader = Stamps(formats=formats, unit=unit)
    return reader.read(value, field=field, naive_zone=naive_zone, or_else=or_else).at


@attrs.frozen(kw_only=True)
class Stamps:
    """Reads timestamps that are all written alike.

    Attributes:
        formats: How, tried in order; ``()`` for the standard notations.
        unit: What numbers since 1970 are in; ``None`` for whole seconds.
        in_file: Whether a file says them, of which formats and units can be named; blanks around
            them are nothing there.
    """

    formats: Sequence[str] = ()
    unit: str | None = None
    in_file: bool = False

    def read(
        self,
        value: object,
        *,
        field: str = "started_at",
        naive_zone: tzinfo | None = None,
        or_else: str = "",
    ) -> Stamp:
        """Return what :func:`parse_moment` does, with the zone that the timestamp itself names."""
        stamp = self.stamp(field, value)
        at = stamp.at
        if not isinstance(at, datetime) or at.tzinfo is not None:
            return stamp
        if naive_zone is None:
            raise NaiveDatetimeError(
                "has no UTC offset",
                field=field,
                value=value,
                remedy=f"Write its offset or Z behind it{or_else}.",
            )
        return Stamp(at.replace(tzinfo=naive_zone))

    def stamp(self, field: str, value: object) -> Stamp:
        """Return what a timestamp says: perhaps a time of which it doesn't say the offset."""
        if isinstance(value, date):
            return Stamp(value)
        is_in_a_format = self.formats and self.unit is None and isinstance(value, str)
        if is_number(value, self.unit) and not is_in_a_format:
            return Stamp(from_unix(field, value, self.unit, in_file=self.in_file))
        if value is None:
            raise InvalidValueError("is missing", field=field, remedy=_REMEDY)
        if self.in_file and isinstance(value, str) and not value.strip():
            raise InvalidValueError("must not be empty", field=field, value=value, remedy=_EMPTY)
        if not isinstance(value, str):
            remedy = self._remedy(value)
            raise InvalidTypeError("must be a timestamp", field=field, value=value, remedy=remedy)
        for form in self.formats or (ISO,):
            if (stamp := _in(form, field, value)) is not None:
                return stamp
        if self.in_file and (text := value.strip()) != value:
            return self.stamp(field, text)
        raise self._unknown(field, value)

    def _unknown(self, field: str, value: str) -> InvalidValueError:
        if self.formats:
            problem = f"is not a timestamp as in {' or '.join(self.formats)}"
            remedy = "Name its format too: one --time-format for each."
        else:
            problem, remedy = "is not a timestamp", self._remedy(value)
        return InvalidValueError(problem, field=field, value=value, remedy=remedy)

    def _remedy(self, value: object) -> str:
        """Return what to do about a value that is not in a standard notation."""
        if self.in_file and is_number(value, "s"):
            return _REMEDY + _AS_NUMBERS
        return _REMEDY + _IN_FILES if self.in_file and isinstance(value, str) else _REMEDY


def _in(form: str, field: str, value: str) -> Stamp | None:
    """Return what a text means in a format; ``None`` if it is written otherwise."""
    if form not in ORDERS and form != ISO:
        at = in_format(form, value)
        return None if at is None else Stamp(at)
    found = _standard(field, value)
    if found is not None or form == ISO:
        return found
    at = in_order(form, field, value)
    return None if at is None else Stamp(at)


def _standard(field: str, value: str) -> Stamp | None:
    if len(value) == _DATE_LENGTH:
        with suppress(ValueError):  # not a date: then it may be something else
            return Stamp(date.fromisoformat(value))
    if value.endswith("]"):
        return _bracketed(field, value)
    at = _from_iso(value) or _from_mail(value)
    return None if at is None else Stamp(at)


def _from_iso(value: str) -> datetime | None:
    """Parse at C speed what Python knows of ISO 8601, and with dateutil the rest."""
    if _ISO_8601.fullmatch(value) is not None:
        for parse in (datetime.fromisoformat, isoparse):
            with suppress(ValueError, OverflowError):  # the next one may know it
                return parse(value)
    return None


def _from_mail(value: str) -> datetime | None:
    if _MAIL.fullmatch(value) is None:
        return None
    with suppress(ValueError):  # of no day that there is
        at = parsedate_to_datetime(value)
        named, _, _ = value.partition(",")
        # Its -0000 says UTC from who knows where; of -0000 Python makes a time without an offset.
        if named == value or named.lower() == f"{at:%a}".lower():
            return at
    return None


def _bracketed(field: str, value: str) -> Stamp | None:
    """Return what a timestamp with its zone in brackets means, as RFC 9557 has it."""
    found = _BRACKETED.fullmatch(value)
    at = None if found is None else _from_iso(found["at"])
    if found is None or at is None or found["zone"] is None or "[!" in found["tags"]:
        return None
    name = read_zone(found["zone"], field)
    zone = find_zone(name)
    if at.tzinfo is None:
        return Stamp(at.replace(tzinfo=zone), name)
    there = at.astimezone(zone)
    if there.utcoffset() != at.utcoffset() and found["at"][-1] not in "Zz":
        offset = f"{there:%z}"
        raise InvalidValueError(
            f"contradicts itself: {name} is {offset[:3]}:{offset[3:5]} then",
            field=field,
            value=value,
            remedy="Leave out the zone in brackets, or correct the offset.",
        )
    return Stamp(there, name)
