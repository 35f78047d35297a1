"""Reading events: CSV and JSON Lines, line by line, each either an event or a clear complaint."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, tzinfo
from itertools import chain
from operator import itemgetter
from typing import TypeAlias

import attrs

from mainstay.activity import Session
from mainstay.errors import BadLineError, InvalidTypeError, InvalidValueError
from mainstay.localdays import find_zone
from mainstay.timestamps import parse_instant

__all__ = ["Columns", "Event", "read_events"]

#: The columns of a file without a header, in order; or where a header's names differ from ours.
Columns: TypeAlias = Sequence[str] | Mapping[str, str]

_FIELDS = ("user_id", "started_at", "timezone", "member_since")
_REQUIRED = ("user_id", "started_at")
_EMPTY = (None, "")

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
        InvalidValueError: ``columns`` lacks a required column, or maps an unknown one.
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
    for line, values in _rows(lines, _layout(columns, member_since)):
        if isinstance(values, InvalidValueError):
            yield BadLineError.at(line, values)
            continue
        try:
            yield _event(line, values, zone)
        except InvalidValueError as error:
            yield BadLineError.at(line, error)


@attrs.frozen
class _Layout:
    """Where our fields are in the file.

    Attributes:
        in_order: The columns of a CSV file without a header.
        names: The file's name for each field; ``None`` for one that is not read.
        required: The names that must be there.
    """

    in_order: Sequence[str] | None
    names: Mapping[str, str | None]
    required: frozenset[str]


def _layout(columns: Columns | None, member_since: str | None) -> _Layout:
    mapped = dict(columns) if isinstance(columns, Mapping) else {}
    for field in mapped.keys() - {*_FIELDS}:
        raise InvalidValueError(
            "must map our fields to the file's columns",
            field="columns",
            value=field,
            remedy=f"Our fields are {', '.join(_FIELDS[:3])}.",
        )
    joined = {} if member_since is None else {"member_since": member_since}
    named = {field: field for field in _REQUIRED} | mapped | joined
    return _Layout(
        in_order=None if columns is None or isinstance(columns, Mapping) else columns,
        names={"timezone": "timezone", "member_since": None} | named,
        required=frozenset(named.values()),
    )


_Row: TypeAlias = tuple[int, _Values | InvalidValueError]


def _rows(lines: Iterable[str], layout: _Layout) -> Iterator[_Row]:
    lines = iter(lines)
    blank: list[str] = []
    for first in lines:
        if first.strip():
            break
        blank.append(first)
    else:
        return
    whole = chain(blank, [first], lines)
    if layout.in_order is None and first.lstrip("\ufeff \t").startswith("{"):
        yield from _json_rows(whole, layout)
    else:
        yield from _csv_rows(whole, layout)


def _json_rows(lines: Iterable[str], layout: _Layout) -> Iterator[_Row]:
    for line, text in enumerate(lines, 1):
        if text.strip():
            try:
                yield line, _json_values(text.lstrip("\ufeff"), layout)
            except InvalidValueError as error:
                yield line, error


def _json_values(text: str, layout: _Layout) -> _Values:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise InvalidValueError("must be a JSON object", field="the line", value=text)
    for name in layout.required - record.keys():
        raise InvalidValueError(
            "is missing", field=f"key {name}", value=text, remedy="Write null if it is not known."
        )
    return tuple(record.get(layout.names[field]) for field in _FIELDS)


def _csv_rows(lines: Iterable[str], layout: _Layout) -> Iterator[_Row]:
    reader = csv.reader(lines, strict=True)
    header = _header(reader) if layout.in_order is None else list(layout.in_order)
    _check_header(header, layout, reader.line_num)
    # The place -1 is the empty value that is added to each row.
    places = [
        header.index(name) if name in header else -1 for name in map(layout.names.get, _FIELDS)
    ]
    pick, width = itemgetter(*places), len(header)
    line = reader.line_num + 1
    while True:
        try:
            for row in reader:
                if len(row) == width:
                    row.append("")
                    yield line, pick(row)
                elif row:
                    yield line, _wrong_width(row, header)
                line = reader.line_num + 1
        except csv.Error as error:
            yield line, _not_csv(error, "the line")
            line = reader.line_num + 1
        else:
            return


def _wrong_width(row: list[str], header: list[str]) -> InvalidValueError:
    return InvalidValueError(
        f"must have {len(header)} columns ({', '.join(header)}), not {len(row)}",
        field="the line",
        value=",".join(row),
        remedy="Quote fields that contain commas.",
    )


def _not_csv(error: csv.Error, field: str) -> InvalidValueError:
    return InvalidValueError(
        "is not CSV",
        field=field,
        value=str(error),
        remedy="Quote fields that contain commas, and double the quotes in them.",
    )


def _header(reader: Iterator[list[str]]) -> list[str]:
    try:
        header = next(row for row in reader if row)
    except csv.Error as error:
        raise BadLineError.at(1, _not_csv(error, "the header")) from error
    return [name.strip() for name in [header[0].removeprefix("\ufeff"), *header[1:]]]


def _check_header(header: list[str], layout: _Layout, line: int) -> None:
    for name in filter(None, layout.names.values()):
        times = header.count(name)
        if times == 1 or (times == 0 and name not in layout.required):
            continue
        error = InvalidValueError(
            "is there twice" if times else "is missing",
            field=f"column {name}",
            value=",".join(header),
            remedy="Name the columns with --columns: in order if there is no header, "
            "or as user_id=NAME,started_at=NAME.",
        )
        raise error if layout.in_order is not None else BadLineError.at(line, error)


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
    if isinstance(value, str) and len(value) == len("2024-05-01"):
        with suppress(ValueError):  # no date: then it must be an instant, or that is the complaint
            return date.fromisoformat(value)
    return parse_instant(value, field="member_since", naive_zone=naive_zone)
