"""Reading events: CSV and JSON Lines, line by line, each either an event or a clear complaint."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import chain
from operator import itemgetter
from typing import TypeAlias

import attrs
from dateutil.parser import isoparse

from mainstay.activity import Session
from mainstay.errors import (
    BadLineError,
    InvalidTypeError,
    InvalidValueError,
    MainstayError,
    NaiveDatetimeError,
)
from mainstay.localdays import find_zone

__all__ = ["Columns", "Event", "parse_instant", "read_events"]

#: The columns of a file without a header, in order; or where a header's names differ from ours.
Columns: TypeAlias = Sequence[str] | Mapping[str, str]

_FIELDS = ("user_id", "started_at", "timezone", "member_since")
_REQUIRED = ("user_id", "started_at")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNIX_DIGITS = 12  # more digits than the year 9998 needs
_SHORTEST = len("2024-05-01")
_EMPTY = (None, "")
_TIMESTAMPS = "Write ISO 8601 (2024-05-01T08:00:00+02:00) or whole Unix seconds."

_Values: TypeAlias = tuple[object, ...]


@attrs.frozen
class Event:
    """One line of a file.

    Attributes:
        line: The line that it starts on; the first is 1.
        session: What it says.
        member_since: When the user joined, a date or an instant, if the file has such a column.
    """

    line: int
    session: Session
    member_since: date | None = None


def read_events(
    lines: Iterable[str],
    *,
    columns: Columns | None = None,
    member_since: str | None = None,
    naive_zone: str | None = None,
) -> Iterator[Event | BadLineError]:
    """Yield the event of each line, or the error that it holds, without stopping at it.

    Lines whose first character is ``{`` make the file JSON Lines; everything else is CSV. The
    columns ``user_id``, ``started_at`` and, if there is one, ``timezone`` are read, all others
    ignored; blank lines are passed over. Integers are taken as user ids and as Unix seconds.

    Args:
        lines: The text, such as an open file (``newline=""``).
        columns: The columns' names in order, if a CSV file has no header; or a mapping from ours
            to the file's, if they differ.
        member_since: The column with the date (or instant) at which a user joined.
        naive_zone: The zone of timestamps without an offset, which are an error without it. A
            time that a clock change skipped is moved on by the gap; of two, the first is meant.

    Raises:
        InvalidValueError: ``columns`` lacks a required column, or names an unknown one.
        UnknownZoneError: ``naive_zone`` is not known.
        BadLineError: The header lacks a column, so that no line can be read.

    Examples:
        >>> lines = ["user_id,started_at", "ada,2024-05-01T08:00:00Z", "bob,yesterday"]
        >>> for item in read_events(lines):
        ...     print(item.line, type(item).__name__)
        2 Event
        3 BadLineError
    """
    zone = None if naive_zone is None else find_zone(naive_zone, field="naive_zone")
    names = _names(columns, member_since)
    for line, values in _rows(lines, columns, names):
        if isinstance(values, MainstayError):
            yield BadLineError.at(line, values)
            continue
        try:
            yield _event(line, values, zone)
        except MainstayError as error:
            yield BadLineError.at(line, error)


def _names(columns: Columns | None, member_since: str | None) -> dict[str, str]:
    """Return the file's name for each of our fields that must be there."""
    given = dict(columns) if isinstance(columns, Mapping) else {}
    for field in given.keys() - {*_FIELDS}:
        raise InvalidValueError(
            "must map our fields to the file's columns",
            field="columns",
            value=field,
            remedy=f"Our fields are {', '.join(_FIELDS[:3])}.",
        )
    names = {field: field for field in _REQUIRED} | given
    return names if member_since is None else names | {"member_since": member_since}


_Row: TypeAlias = tuple[int, _Values | MainstayError]


def _rows(lines: Iterable[str], columns: Columns | None, names: dict[str, str]) -> Iterator[_Row]:
    lines = iter(lines)
    blank: list[str] = []
    first = next(lines, None)
    while first is not None and not first.strip():
        blank.append(first)
        first = next(lines, None)
    if first is None:
        return
    whole = chain(blank, [first], lines)
    in_order = columns if columns is not None and not isinstance(columns, Mapping) else None
    if in_order is None and first.lstrip("\ufeff \t").startswith("{"):
        yield from _json_rows(whole, names)
    else:
        yield from _csv_rows(whole, in_order, names)


def _json_rows(lines: Iterable[str], names: dict[str, str]) -> Iterator[_Row]:
    keys = [names.get(field, field) for field in _FIELDS]
    if "member_since" not in names:
        keys[-1] = ""
    for line, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            record = json.loads(text.lstrip("\ufeff"))
        except (ValueError, RecursionError):
            record = None
        if isinstance(record, dict):
            yield line, tuple(record.get(key) for key in keys)
        else:
            yield line, InvalidValueError("must be a JSON object", field="the line", value=text)


def _csv_rows(
    lines: Iterable[str], in_order: Sequence[str] | None, names: dict[str, str]
) -> Iterator[_Row]:
    reader = csv.reader(lines, strict=True)
    header = _header(reader) if in_order is None else list(in_order)
    places = [_place(header, field, names, reader.line_num) for field in _FIELDS]
    pick, width = itemgetter(*places), len(header)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield (
                line,
                InvalidValueError(
                    f"is not CSV ({error})",
                    field="the line",
                    value="",
                    remedy="Quote fields that contain commas, and double the quotes in them.",
                ),
            )
            continue
        if len(row) == width:
            row.append("")
            yield line, pick(row)
        elif row:
            yield (
                line,
                InvalidValueError(
                    f"must have {width} columns ({', '.join(header)}), not {len(row)}",
                    field="the line",
                    value=",".join(row),
                    remedy="Quote fields that contain commas.",
                ),
            )


def _header(reader: Iterator[list[str]]) -> list[str]:
    try:
        header = next(row for row in reader if row)
    except csv.Error as error:
        raise BadLineError(f"is not CSV ({error})", field="the header", value="", line=1) from error
    return [name.strip() for name in [header[0].removeprefix("\ufeff"), *header[1:]]]


def _place(header: Sequence[str], field: str, names: dict[str, str], line: int) -> int:
    """Return the column of a field; -1 is the empty one that is added to each row."""
    name = names.get(field, field if field == "timezone" else "")
    if header.count(name) == 1:
        return header.index(name)
    if field not in names and name not in header:
        return -1
    problem = "is there twice" if name in header else "is missing"
    if line == 0:
        raise InvalidValueError(f"{problem} ({name})", field="columns", value=",".join(header))
    raise BadLineError(
        f"{problem} in the header",
        field=f"column {name}",
        value=",".join(header),
        line=line,
        remedy="Name the columns with --columns: in order if there is no header, "
        "or as user_id=NAME,started_at=NAME.",
    )


def _event(line: int, values: _Values, naive_zone: tzinfo | None) -> Event:
    user, started, timezone, member = values
    session = Session(
        _user_id(user),
        parse_instant(started, field="started_at", naive_zone=naive_zone),
        timezone=None if timezone in _EMPTY else _zone_name(timezone),
    )
    return Event(line, session, None if member in _EMPTY else _joined(member, naive_zone))


def _user_id(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise InvalidTypeError("must be a string", field="user_id", value=value)
    if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
        raise InvalidValueError(
            "is not valid UTF-8", field="user_id", value=value, remedy="Save the file as UTF-8."
        )
    return value


def _zone_name(value: object) -> str:
    if not isinstance(value, str):
        raise InvalidTypeError("must be the name of a zone", field="timezone", value=value)
    return value


def _joined(value: object, naive_zone: tzinfo | None) -> date:
    if isinstance(value, str) and len(value) == _SHORTEST:
        with suppress(ValueError):  # no date: then it must be an instant, or that is the complaint
            return date.fromisoformat(value)
    return parse_instant(value, field="member_since", naive_zone=naive_zone)


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
        raise InvalidTypeError("must be a timestamp", field=field, value=value, remedy=_TIMESTAMPS)
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
    raise InvalidValueError("is no timestamp", field=field, value=value, remedy=_TIMESTAMPS)
