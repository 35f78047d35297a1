"""Reading events: CSV and JSON Lines, line by line, each either an event or a clear complaint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta, tzinfo

import attrs

from mainstay import _checks as checks
from mainstay.activity.session import Session
from mainstay.daystarts import DayStart, check_day_start
from mainstay.errors import BadRecordError, InvalidValueError
from mainstay.localdays import DATED, MIDNIGHT, check_dated, find_zone, noon_of
from mainstay.reading.names import name_of
from mainstay.reading.rows import Columns, Values, layout, rows
from mainstay.reading.timestamps import parse_moment

__all__ = [
    "Event",
    "read_events",
]

_EMPTY = (None, "")
_NO_MORE = (None, None, None, None)
_MICROSECOND = timedelta(microseconds=1)
_NO_OFFSET = (
    ", or its zone into the column timezone, or name the zone of all such "
    "(--naive-zone Europe/Berlin)"
)
_MOST_SECONDS = timedelta.max // timedelta(seconds=1)


@attrs.frozen
class Event:
    """One line of a file.

    Attributes:
        line: The line that it starts on; the first is 1.
        session: What it says.
        member_since: When the user joined, a date or an instant, if the file has such a column.
        day: The date, if the line says no more than that of when it was. The session then is at
            12:00 UTC of that date and recorded in the zone ``+00:00``, so that it is that date in
            every reading.

    Examples:
        >>> (event,) = read_events(["user_id,started_at", "ada,2024-05-01"])
        >>> event.line, event.day
        (2, datetime.date(2024, 5, 1))
        >>> event.session.started_at.isoformat()
        '2024-05-01T12:00:00+00:00'
    """

    line: int
    session: Session
    member_since: date | None = None
    day: date | None = None


def read_events(
    lines: Iterable[str],
    *,
    columns: Columns | None = None,
    member_since: str | None = None,
    naive_zone: str | None = None,
    whole: bool = False,
    kind: str = "session",
    day_start: DayStart = MIDNIGHT,
) -> Iterator[Event | BadRecordError]:
    """Return an iterator over each line's event, or the error that it holds; it goes on after one.

    Arguments are checked at once, lines when their turn comes. Lines whose first character is ``{``
    make the file JSON Lines; everything else is CSV. The columns ``user_id``, ``started_at`` and,
    if there is one, ``timezone`` are read, all others ignored; blank lines are passed over.

    Integers are taken as user ids and as Unix seconds; those that are calendar dates (20240501)
    are errors. A date without a time is a local day already, whatever zone its line names.

    With ``whole``, the columns ``duration`` (in seconds), ``kind``, ``quality`` and ``id`` are
    read too, if they are there; an empty one says nothing.

    Args:
        lines: The lines, such as an open file (``newline=""``) or ``text.splitlines()``.
        columns: The columns' names in order, if a CSV file has no header; or a mapping from ours
            to the file's, if they differ.
        member_since: The column with the date (or instant) at which a user joined.
        naive_zone: The zone of times without an offset whose lines name no ``timezone``; they are
            an error without it. A time that a clock change skipped is moved on by the gap; of two,
            the first is meant.
        whole: Whether to read all that a session may say.
        kind: What those were that don't say it.
        day_start: The wall-clock time at which days begin where the events go, such as a store's
            ``day_start``; if it is after noon, or a :class:`mainstay.DayEnd` that is not, a date
            without a time is an error.

    Raises:
        InvalidValueError: ``columns`` lacks a required column, or maps an unknown one; or
            ``kind`` is empty.
        InvalidTypeError: ``lines`` is a text, or yields something else than texts.
        UnknownZoneError: ``naive_zone`` is not known.
        BadRecordError: The header lacks a column, so that no line can be read.

    Examples:
        >>> lines = ["user_id,started_at", "ada,2024-05-01T08:00:00Z", "bob,yesterday"]
        >>> event, error = read_events(lines)
        >>> event.line, event.session.user_id
        (2, 'ada')
        >>> error.place, error.number, error.problem
        ('line', 3, 'is not a timestamp')
    """
    zone = None if naive_zone is None else find_zone(naive_zone, field="naive_zone")
    checks.text("kind", kind)
    check_day_start("day_start", day_start)
    read = rows(lines, layout(columns, member_since, whole=whole))
    return (_item(line, values, zone, kind, day_start) for line, values in read)


def _item(
    line: int,
    values: Values | InvalidValueError,
    naive_zone: tzinfo | None,
    kind: str,
    day_start: DayStart,
) -> Event | BadRecordError:
    if isinstance(values, InvalidValueError):
        return BadRecordError.at("line", line, values)
    try:
        return _event(line, values, naive_zone, kind, day_start)
    except InvalidValueError as error:
        return BadRecordError.at("line", line, error)


def _event(
    line: int, values: Values, naive_zone: tzinfo | None, kind: str, day_start: DayStart
) -> Event:
    user, started, timezone, member, *more = values
    duration, own_kind, quality, own_id = more or _NO_MORE
    name = name_of("user_id", user)
    zone = None if timezone in _EMPTY else checks.text("timezone", timezone)
    naive_zone = naive_zone if zone is None else find_zone(zone)
    at = parse_moment(started, naive_zone=naive_zone, or_else=_NO_OFFSET)
    day = None if isinstance(at, datetime) else at
    if day is not None:
        check_dated("started_at", day.isoformat(), day_start)
    session = Session(
        name,
        at if isinstance(at, datetime) else noon_of(at),
        duration=None if duration in _EMPTY else _duration(duration),
        timezone=zone if day is None else DATED,
        kind=kind if own_kind in _EMPTY else name_of("kind", own_kind),
        quality=None if quality in _EMPTY else _quality(quality),
        id=None if own_id in _EMPTY else name_of("id", own_id),
    )
    return Event(line, session, None if member in _EMPTY else _joined(member, naive_zone), day)


def _duration(value: object) -> timedelta:
    remedy = "Write seconds, such as 90 or 0.5, or leave it empty."
    return timedelta(seconds=_number("duration", value, _MOST_SECONDS, remedy))


def _quality(value: object) -> float:
    return _number("quality", value, 10, "Write a number from 0 to 10, or leave it empty.")


def _number(field: str, value: object, most: int, remedy: str) -> float:
    number = value
    if isinstance(value, str) and value.isascii() and "_" not in value:
        with suppress(ValueError):  # not a number: the next line's complaint
            number = float(value)
    try:
        return checks.number(field, number, 0, most)
    except InvalidValueError as error:
        raise InvalidValueError(error.problem, field=field, value=value, remedy=remedy) from error


def _joined(value: object, naive_zone: tzinfo | None) -> date:
    joined = parse_moment(value, field="member_since", naive_zone=naive_zone, or_else=_NO_OFFSET)
    return checks.instant("member_since", joined) if isinstance(joined, datetime) else joined
