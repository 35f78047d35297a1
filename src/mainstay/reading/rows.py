"""The rows of a file, whatever its notation: each line with its values of our fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Literal, TypeAlias

from mainstay.errors import BadRecordError, InvalidTypeError, InvalidValueError
from mainstay.reading.csv_rows import csv_cells
from mainstay.reading.json_rows import array_objects, begins_array, line_objects, object_cells
from mainstay.reading.layout import Layout, Row
from mainstay.reading.sniffing import conversion

__all__ = ["Notation", "Rows", "first_lines", "notation_of", "text_cells", "text_lines"]

#: How a text is written.
Notation: TypeAlias = Literal["CSV", "JSON Lines", "a JSON array"]

#: So many lines that are not blank tell what a file is.
_LINES_LOOKED_AT = 20


class Rows(Iterator[Row]):
    """An iterator over those rows that count, each with its values of our fields.

    Args:
        rows: Each row's number with its cells of the columns that are read, or with what is wrong.
        places: Where our fields are.

    Attributes:
        left_out: How many rows did not count, so far.
    """

    def __init__(self, rows: Iterator[Row], places: Layout) -> None:
        self.left_out: int = 0
        self._places = places
        self._rows = rows if places.is_plain else self._counted(rows)

    def __next__(self) -> Row:
        """Return the next row."""
        return next(self._rows)

    def _counted(self, rows: Iterator[Row]) -> Iterator[Row]:
        for line, cells in rows:
            if isinstance(cells, InvalidValueError):
                yield line, cells
                continue
            try:
                if self._places.counts(cells):
                    yield line, self._places.values(cells)
                else:
                    self.left_out += 1
            except InvalidValueError as error:
                yield line, error


def text_lines(lines: Iterable[str]) -> Iterator[str]:
    """Return an iterator over lines of text.

    Raises:
        InvalidTypeError: They are something else: a single text is refused.
    """
    is_table = isinstance(lines, Mapping) or hasattr(lines, "columns")  # a data frame's yield names
    if is_table or isinstance(lines, str | bytes) or not isinstance(lines, Iterable):
        raise _not_lines(lines)
    return iter(lines)


def text_cells(lines: Iterable[str], places: Layout) -> Iterator[Row]:
    """Return an iterator over each line's cells of the columns that are read, or what is wrong.

    Raises:
        InvalidTypeError: They are not lines of text: a single text is refused at once.
        BadRecordError: The header lacks a column, so that no line can be read.
    """
    return _text_cells(text_lines(lines), places)


def _text_cells(lines: Iterator[str], places: Layout) -> Iterator[Row]:
    first = first_lines(lines)
    yield from _cells(first, chain(first, lines), places)


def first_lines(lines: Iterator[str]) -> list[str]:
    """Take the lines that tell what a file is, as many as that needs, without its mark."""
    first: list[str] = []
    filled = 0
    while filled < _LINES_LOOKED_AT and (line := next(lines, None)) is not None:
        if not isinstance(line, str):
            raise _not_lines(line)
        line = line if first else line.removeprefix("\ufeff")
        first.append(line)
        filled += not line.isspace() and line != ""
    return first


def _not_lines(value: object) -> InvalidTypeError:
    return InvalidTypeError(
        "must be lines of text, one after the other",
        field="lines",
        value=value,
        remedy="Pass pathlib.Path(name) for a file, or text.splitlines() for a text; such as "
        "frame.to_csv(index=False).splitlines() for a data frame.",
    )


def notation_of(first: Sequence[str], places: Layout) -> Notation:
    """Return how a file is written, given its first lines, not all of them blank.

    Raises:
        BadRecordError: It begins one JSON object over several lines.
    """
    begin = [line.strip(" \t\r\n") for line in first if not line.isspace() and line]
    if places.header is not None:
        return "CSV"
    if begin[0].startswith("{"):
        _refuse_one_object(begin)
        return "JSON Lines"
    return "a JSON array" if begins_array(begin) else "CSV"


def _cells(first: list[str], lines: Iterator[str], places: Layout) -> Iterator[Row]:
    """Yield the cells of the columns that are read, by the notation that the first lines tell."""
    if not any(line and not line.isspace() for line in first):
        return
    notation = notation_of(first, places)
    if notation == "CSV":
        yield from csv_cells(first, lines, places)
    else:
        objects = line_objects if notation == "JSON Lines" else array_objects
        yield from object_cells(objects(lines), places)


def _refuse_one_object(begin: list[str]) -> None:
    """Refuse what is one JSON object over several lines, which does not say what are events."""
    goes_on = len(begin) > 1 and not begin[1].startswith("{")
    if goes_on and begin[0].endswith(("{", "[", ",")):
        wrong = InvalidValueError(
            "begins one JSON object",
            field="the line",
            value=begin[0],
            remedy="Write the events as an array, or each as an object on a line of its own: "
            f"{conversion('one-json-object')} shows how.",
        )
        raise BadRecordError.at("line", 1, wrong)
