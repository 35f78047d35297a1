"""Reading events: a file row by row, each either an event or a clear complaint."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias, cast

import attrs

from mainstay import _checks as checks
from mainstay.activity.session import Session
from mainstay.daystarts import DayStart, check_day_start
from mainstay.errors import BadRecordError, InvalidValueError
from mainstay.localdays import DATED, MIDNIGHT, check_dated, find_zone, noon_of
from mainstay.reading.durations import read_duration
from mainstay.reading.format import EventFormat, check_format
from mainstay.reading.layout import Layout, Row, Values, layout
from mainstay.reading.names import name_of
from mainstay.reading.opening import is_parquet, opened
from mainstay.reading.parquet import parquet_cells
from mainstay.reading.rows import Rows, text_cells
from mainstay.reading.timestamps import Stamps
from mainstay.reading.zones import read_zone

__all__ = ["Event", "EventFile", "EventRows", "read_events"]

#: A file of events: its path, its bytes, or its lines.
EventFile: TypeAlias = os.PathLike[str] | BinaryIO | Iterable[str]

Place: TypeAlias = Literal["line", "row"]

_NO_MORE = (None, None, None, None)
_STANDARD = EventFormat()
_NO_OFFSET = (
    ", or its zone into the column timezone, or name the zone of all such "
    "(--naive-zone Europe/Berlin)"
)


@attrs.frozen
class Event:
    """One row of a file.

    Attributes:
        line: The line that it starts on; the first is 1. In Parquet its row; the first is 0.
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


class EventRows(Iterator[Event | BadRecordError]):
    """An iterator over each row's event, or the error that it holds; it goes on after one.

    Examples:
        >>> from mainstay.reading import EventFormat
        >>> lines = ["user_id,started_at,done", "ada,2024-05-01,YES", "ada,2024-05-02,NO"]
        >>> rows = read_events(lines, format=EventFormat(where=["done=YES"]))
        >>> len(list(rows)), rows.left_out
        (1, 1)
    """

    def __init__(self, rows: Rows, place: Place, form: EventFormat, day_start: DayStart) -> None:
        self._rows = rows
        self._place: Place = place
        self._format = form
        self._day_start = day_start
        self._stamps = Stamps(formats=form.time_formats, unit=form.unit, in_file=True)
        naive = form.naive_zone
        self._naive_zone = None if naive is None else find_zone(naive, field="naive_zone")

    @property
    def left_out(self) -> int:
        """How many rows did not count so far, by the format's ``where``."""
        return self._rows.left_out

    def __next__(self) -> Event | BadRecordError:
        """Return the next row's event, or what is wrong with it."""
        line, values = next(self._rows)
        if isinstance(values, InvalidValueError):
            return BadRecordError.at(self._place, line, values)
        try:
            return self._event(line, values)
        except InvalidValueError as error:
            return BadRecordError.at(self._place, line, error)

    def _event(self, line: int, values: Values) -> Event:
        form, (user, started, timezone, member, *more) = self._format, values
        duration, kind, quality, own_id = more or _NO_MORE
        name = name_of("user_id", user) if form.user_id is None else form.user_id
        zone = None if _is_empty(timezone) else read_zone(timezone)
        naive_zone = self._naive_zone if zone is None else find_zone(zone)
        stamp = self._stamps.read(started, naive_zone=naive_zone, or_else=_NO_OFFSET)
        day = None if isinstance(stamp.at, datetime) else stamp.at
        if day is not None:
            check_dated("started_at", day.isoformat(), self._day_start)
        session = Session(
            name,
            stamp.at if isinstance(stamp.at, datetime) else noon_of(stamp.at),
            duration=None
            if _is_empty(duration)
            else read_duration(duration, unit=form.duration_unit),
            timezone=(zone or stamp.zone) if day is None else DATED,
            kind=form.kind if _is_empty(kind) else name_of("kind", kind),
            quality=None if _is_empty(quality) else _quality(quality),
            id=None if _is_empty(own_id) else name_of("id", own_id),
        )
        return Event(
            line, session, None if _is_empty(member) else self._joined(member, naive_zone), day
        )

    def _joined(self, value: object, naive_zone: tzinfo | None) -> date:
        joined = self._stamps.read(
            value, field="member_since", naive_zone=naive_zone, or_else=_NO_OFFSET
        ).at
        return checks.instant("member_since", joined) if isinstance(joined, datetime) else joined


def read_events(
    source: EventFile,
    *,
    format: EventFormat = _STANDARD,  # noqa: A002  (the field's word)
    whole: bool = False,
    day_start: DayStart = MIDNIGHT,
) -> EventRows:
    """Return an iterator over each row's event, or the error that it holds; it goes on after one.

    What the source is, its first bytes and lines tell: text in UTF-8 or UTF-16, as it is, packed
    by gzip, bzip2 or xz, or alone in a zip archive; CSV, whose columns are separated by commas,
    semicolons, tabs or bars; JSON Lines; or a JSON array. A path may be Parquet's. Arguments are
    checked at once, rows when their turn comes. The columns ``user_id``, ``started_at`` and, if
    there is one, ``timezone`` are read, or what the format calls them, all others ignored; blank
    lines are passed over.

    Integers are taken as user ids and as Unix seconds; those that are calendar dates (20240501)
    are errors. A date without a time is a local day already, whatever zone its line names.

    With ``whole``, the columns ``duration`` (in seconds, as H:MM:SS, or as in ISO 8601), ``kind``,
    ``quality`` (0 to 10) and ``id`` are read too, if they are there; an empty one says nothing.

    Args:
        source: The path of a file, a ``pathlib.Path``; a file that is open, in bytes; or lines,
            such as ``text.splitlines()``.
        format: What the columns are called, which rows count, and how times are written.
        whole: Whether to read all that a session may say.
        day_start: The wall-clock time at which days begin where the events go, such as a store's
            ``day_start``; if it is after noon, or a :class:`mainstay.DayEnd` that is not, a date
            without a time is an error.

    Raises:
        InvalidTypeError: ``source`` is a text, or yields something else than texts.
        UnreadableFileError: It is something else, such as XML or a database.
        MissingExtraError: It is Parquet, and pyarrow is not installed.
        OSError: There is no such file.
        BadRecordError: The header lacks a column, so that no line can be read.

    Examples:
        >>> lines = ["user_id,started_at", "ada,2024-05-01T08:00:00Z", "bob,yesterday"]
        >>> event, error = read_events(lines)
        >>> event.line, event.session.user_id
        (2, 'ada')
        >>> error.place, error.number, error.problem
        ('line', 3, 'is not a timestamp')
    """
    check_format(format)
    check_day_start("day_start", day_start)
    places = layout(format, whole=whole)
    place, cells = _cells(source, places)
    return EventRows(Rows(cells, places), place, format, day_start)


def _cells(source: EventFile, places: Layout) -> tuple[Place, Iterator[Row]]:
    """Return what a file's records are counted by, and its rows."""
    if isinstance(source, os.PathLike):
        path = Path(source)
        if is_parquet(path):
            return "row", parquet_cells(path, places)
        return "line", text_cells(_from_path(path, path.open("rb")), places)
    if hasattr(source, "read") and not hasattr(source, "encoding"):
        name = str(getattr(source, "name", "FILE"))
        return "line", text_cells(opened(cast(BinaryIO, source), name), places)
    return "line", text_cells(cast(Iterable[str], source), places)


def _from_path(path: Path, raw: BinaryIO) -> Iterator[str]:
    with raw:
        yield from opened(raw, str(path))


def _is_empty(value: object) -> bool:
    """Return whether a cell says nothing."""
    return value is None or (isinstance(value, str) and not value.strip())


def _quality(value: object) -> float:
    number = value
    if isinstance(value, str) and value.isascii() and "_" not in value:
        with suppress(ValueError):  # not a number: the next line's complaint
            number = float(value)
    try:
        return checks.number("quality", number, 0, 10)
    except InvalidValueError as error:
        remedy = "Write a number from 0 to 10, or leave it empty."
        raise InvalidValueError(
            error.problem, field="quality", value=value, remedy=remedy
        ) from error
