"""The rows of JSON, a line each or an array: each with the values of its keys."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from mainstay.errors import BadRecordError, InvalidValueError
from mainstay.reading.layout import Layout, Row, Values

__all__ = [
    "Object",
    "array_objects",
    "begins_array",
    "cells_of",
    "flat",
    "line_objects",
    "object_cells",
]

#: The line of an object, what it is, and its text, as far as complaints show it.
Object: TypeAlias = tuple[int, object, object]

_DECODER = json.JSONDecoder()
_SHOWN = 200
_NOT_THERE = object()
_AN_OBJECT = 'Write it as {"user_id": "ada", "started_at": "2024-05-01"}, or leave it out.'


def begins_array(begin: Sequence[str]) -> bool:
    """Return whether lines, bare of blanks, begin an array of objects.

    Examples:
        >>> begins_array(['[{"user_id": "ada"},']), begins_array(["[1], [2]"])
        (True, False)
    """
    text = "".join(begin)
    return text.startswith("[") and text[1:].lstrip()[:1] in ("{", "]", "")


def line_objects(lines: Iterable[str]) -> Iterator[Object]:
    """Yield each line's number with what it means in JSON, ``None`` for nothing, and its text."""
    for line, text in enumerate(lines, 1):
        if text.strip():
            yield line, _meaning(text.lstrip("\ufeff")), text


def _meaning(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None  # which is not an object


def array_objects(lines: Iterable[str]) -> Iterator[Object]:
    """Yield the line that each object of an array begins on, with the object, and its text.

    Raises:
        BadRecordError: What follows is not JSON, so that the next one can't be found.
    """
    text = "".join(lines)
    place, line, counted = text.index("[") + 1, 1, 0
    while not text.startswith("]", place := _next(text, place)):
        line, counted = line + text.count("\n", counted, place), place
        found, end = _decoded(text, place, line)
        yield line, found, text[place : place + _SHOWN]
        place = end
    _check_end(text, place + 1)


def object_cells(objects: Iterable[Object], places: Layout) -> Iterator[Row]:
    """Yield each object's line with the values of the keys that are read, or what is wrong."""
    for line, found, text in objects:
        try:
            yield line, cells_of(found, text, places)
        except InvalidValueError as error:
            yield line, error


def _next(text: str, place: int) -> int:
    """Return where the next object begins, or the array ends."""
    while text[place : place + 1] in (" ", "\t", "\r", "\n", ","):
        place += 1
    return place


def _check_end(text: str, end: int) -> None:
    if rest := text[end:].strip():
        wrong = InvalidValueError(
            "goes on after the array",
            field="the line",
            value=rest[:_SHOWN],
            remedy="Leave out what follows, or write all events into one array.",
        )
        raise BadRecordError.at("line", text.count("\n", 0, text.index(rest, end)) + 1, wrong)


def _decoded(text: str, place: int, line: int) -> tuple[object, int]:
    try:
        return _DECODER.raw_decode(text, place)
    except (ValueError, RecursionError) as error:
        wrong = InvalidValueError(
            "is not JSON from here on",
            field="the line",
            value=text[place : place + _SHOWN],
            remedy="It may have been cut off: fetch or save it again.",
        )
        raise BadRecordError.at("line", line, wrong) from error


def cells_of(record: object, text: object, places: Layout) -> Values:
    """Return the values of a record's keys, in the order of the columns that are read.

    A key is one of the record's own, or leads with dots from one object to the next. One that is
    not there says nothing; only a row that counts must have those of what it has to say.

    Args:
        record: The record.
        text: What it is shown as in complaints.
        places: Where our fields are.

    Raises:
        InvalidValueError: It is not an object, or lacks a key that must be there.
    """
    if not isinstance(record, Mapping):
        has_comma = isinstance(text, str) and text.rstrip().endswith("},")
        remedy = "Leave out the comma behind it." if has_comma else _AN_OBJECT
        raise InvalidValueError(
            "must be a JSON object", field="the line", value=text, remedy=remedy
        )
    columns = places.columns
    cells = tuple(None if name is None else _value(record, name) for name in columns)
    for name, cell in zip(columns, cells, strict=True):
        if cell is None and places.needs(name) and not _has(record, name) and places.counts(cells):
            raise _missing(record, name, text, places)
    return cells


def _value(record: Mapping[str, object], name: str) -> object:
    """Return a key's value; ``None`` for one that is not there."""
    if name in record:
        return record[name]
    found = _led_to(record, name.split("."))
    return None if found is _NOT_THERE else found


def _has(record: Mapping[str, object], name: str) -> bool:
    return name in record or _led_to(record, name.split(".")) is not _NOT_THERE


def _missing(
    record: Mapping[str, object], name: str, text: object, places: Layout
) -> InvalidValueError:
    keys = [*flat(record)]
    there = f" Its keys are {', '.join(keys)}." if keys else ""
    for key, value in record.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            there += f" If {key} has the events, write that list alone into a file."
    return InvalidValueError(
        "is missing",
        field=f"key {name}",
        value=text,
        remedy=f"Each must have it. {places.remedy_for(keys, name)}{there} Or leave out those "
        f"without it: --where '{name}!='.",
    )


def _led_to(found: object, keys: Sequence[str]) -> object:
    for key in keys:
        if not isinstance(found, Mapping) or key not in found:
            return _NOT_THERE
        found = found[key]
    return found


def flat(record: Mapping[str, object], before: str = "") -> dict[str, object]:
    """Return the values of a record, and of the objects in it, by their keys with dots between.

    Examples:
        >>> flat({"actor": {"login": "ada"}, "id": 7})
        {'actor.login': 'ada', 'id': 7}
    """
    values: dict[str, object] = {}
    for key, value in record.items():
        name = f"{before}{key}"
        values |= flat(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return values
