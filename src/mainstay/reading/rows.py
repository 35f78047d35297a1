"""The rows of a file: CSV or JSON Lines to the values of our fields, each with its line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import TypeAlias

import attrs

from mainstay.errors import BadRecordError, InvalidTypeError, InvalidValueError

__all__ = ["FIELDS", "Columns", "Layout", "Values", "layout", "rows"]

#: The columns of a file without a header, in order; or where a header's names differ from ours.
Columns: TypeAlias = Sequence[str] | Mapping[str, str]

#: What a line may say, in the order of its values; the first four if it is not read in full.
FIELDS = ("user_id", "started_at", "timezone", "member_since", "duration", "kind", "quality", "id")
_REQUIRED = ("user_id", "started_at")

Values: TypeAlias = tuple[object, ...]
_Row: TypeAlias = tuple[int, Values | InvalidValueError]


@attrs.frozen
class Layout:
    """Where our fields are in the file.

    Attributes:
        in_order: The columns of a CSV file without a header.
        names: The file's name for each field, in the order of the values; ``None`` for one that
            is not read.
        required: The names that must be there.
        remedy: What to do about a header that lacks one.
    """

    in_order: Sequence[str] | None
    names: Mapping[str, str | None]
    required: frozenset[str]
    remedy: str = (
        "Name the columns with --columns: in order if there is no header, "
        "or as user_id=NAME,started_at=NAME."
    )


def layout(columns: Columns | None, member_since: str | None, *, whole: bool = False) -> Layout:
    """Return where our fields are, from what the caller says of the file's columns."""
    fields = FIELDS if whole else FIELDS[:4]
    if isinstance(columns, str):
        raise InvalidTypeError(
            "must be a list of names or a mapping", field="columns", value=columns
        )
    mapped = dict(columns) if isinstance(columns, Mapping) else {}
    for field in sorted(mapped.keys() - {*fields}):
        raise InvalidValueError(
            "must map our fields to the file's columns",
            field="columns",
            value=field,
            remedy=f"Our fields are {', '.join(fields[:3] + fields[4:])}.",
        )
    joined = {} if member_since is None else {"member_since": member_since}
    named = {field: field for field in _REQUIRED} | mapped | joined
    ours = {field: field for field in fields} | {"member_since": None}
    return Layout(
        in_order=None if columns is None or isinstance(columns, Mapping) else columns,
        names=ours | named,
        required=frozenset(named.values()),
    )


def rows(lines: Iterable[str], places: Layout) -> Iterator[_Row]:
    """Return an iterator over each line's number with its values of our fields, or what is wrong.

    Raises:
        InvalidTypeError: They are not lines of text: a single text is refused at once.
        BadRecordError: The header lacks a column, so that no line can be read.
    """
    if isinstance(lines, str | bytes) or not isinstance(lines, Iterable):
        raise _not_lines(lines)
    return _rows(iter(lines), places)


def _rows(lines: Iterator[str], places: Layout) -> Iterator[_Row]:
    blank: list[str] = []
    for first in lines:
        if not isinstance(first, str):
            raise _not_lines(first)
        if first.strip():
            break
        blank.append(first)
    else:
        return
    whole = chain(blank, [first], lines)
    if places.in_order is None and first.lstrip("\ufeff \t").startswith("{"):
        yield from _json_rows(whole, places)
    else:
        yield from _csv_rows(whole, places)


def _not_lines(value: object) -> InvalidTypeError:
    return InvalidTypeError(
        "must be lines of text, one after the other",
        field="lines",
        value=value,
        remedy="Pass text.splitlines(), or a file: open(path, encoding='utf-8', newline='').",
    )


def _json_rows(lines: Iterable[str], places: Layout) -> Iterator[_Row]:
    for line, text in enumerate(lines, 1):
        if text.strip():
            try:
                yield line, _json_values(text.lstrip("\ufeff"), places)
            except InvalidValueError as error:
                yield line, error


def _json_values(text: str, places: Layout) -> Values:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise InvalidValueError("must be a JSON object", field="the line", value=text)
    for name in filter(None, places.names.values()):
        if name in places.required and name not in record:
            raise InvalidValueError(
                "is missing",
                field=f"key {name}",
                value=text,
                remedy="Write null if it is not known.",
            )
    return tuple(map(record.get, places.names.values()))


def _csv_rows(lines: Iterable[str], places: Layout) -> Iterator[_Row]:
    unread: list[str] = []  # the lines of the current row, for complaints
    reader = csv.reader(_noted(lines, unread), strict=True)
    header = _header(reader, unread) if places.in_order is None else list(places.in_order)
    _check_header(header, places, reader.line_num)
    # The column -1 is the empty value that is added to each row.
    columns = [header.index(name) if name in header else -1 for name in places.names.values()]
    pick, width = itemgetter(*columns), len(header)
    while True:
        line = reader.line_num + 1
        unread.clear()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, _not_csv(error, unread)
            continue
        if len(row) == width:
            row.append("")
            yield line, pick(row)
        elif row:
            yield line, _wrong_width(header, row, unread)


def _noted(lines: Iterable[str], unread: list[str]) -> Iterator[str]:
    for text in lines:
        unread.append(text)
        yield text


def _wrong_width(header: list[str], row: list[str], unread: list[str]) -> InvalidValueError:
    return InvalidValueError(
        f"must have {len(header)} columns ({', '.join(header)}), not {len(row)}",
        field="the line",
        value="".join(unread).rstrip("\r\n"),
        remedy="Quote fields that contain commas.",
    )


def _not_csv(error: csv.Error, unread: list[str]) -> InvalidValueError:
    return InvalidValueError(
        f"is not CSV ({error})",
        field="the line",
        value="".join(unread).rstrip("\r\n"),
        remedy="Quote fields that contain commas, and double the quotes in them.",
    )


def _header(reader: Iterator[list[str]], unread: list[str]) -> list[str]:
    try:
        header = next(row for row in reader if row)
    except csv.Error as error:
        raise BadRecordError.at("line", 1, _not_csv(error, unread)) from error
    return [name.strip() for name in [header[0].removeprefix("\ufeff"), *header[1:]]]


def _check_header(header: list[str], places: Layout, line: int) -> None:
    for name in filter(None, places.names.values()):
        times = header.count(name)
        if times == 1 or (times == 0 and name not in places.required):
            continue
        error = InvalidValueError(
            "is there twice" if times else "is missing",
            field=f"column {name}",
            value=",".join(header),
            remedy=places.remedy,
        )
        raise error if places.in_order is not None else BadRecordError.at("line", line, error)
