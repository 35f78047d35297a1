"""The rows of CSV, whatever separates its columns: each line with its cells."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Protocol, TypeAlias

import attrs

from mainstay.errors import BadRecordError, InvalidValueError
from mainstay.reading.layout import VALUE, VARIABLE, Layout, Row, Values

__all__ = ["CsvTable", "csv_cells", "csv_table", "named_separator", "places_in", "separator"]

_SEPARATORS = ",;\t|"
_NAMED = re.compile(r'sep=([^"\r\n])\s*', re.IGNORECASE)

_Pick: TypeAlias = Callable[[list[str]], Values]


class _Reader(Protocol):
    """What :func:`csv.reader` returns."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


def named_separator(line: str) -> str | None:
    """Return the separator that a first line names, as spreadsheet programs write it.

    Examples:
        >>> named_separator("sep=;")
        ';'
    """
    found = _NAMED.fullmatch(line)
    return None if found is None else found[1]


def separator(lines: Sequence[str], places: Layout) -> str:
    """Return what separates columns: what makes the header have ours, else the rows alike.

    Of equals it is the first of comma, semicolon, tab and bar.
    """
    return max(_SEPARATORS, key=lambda each: _fitness(lines, each, places))


def _fitness(lines: Sequence[str], separator: str, places: Layout) -> tuple[int, float, int]:
    try:
        rows = [row for row in csv.reader(lines, delimiter=separator) if row]
    except csv.Error:  # the reader of all lines tells of it
        return 0, 0, 0
    header = [name.strip() for name in rows[0]]
    if places.header is None:
        ours = len({*header} & places.required)
    else:
        ours = int(len(header) == len(places.header))
    alike = sum(len(row) == len(header) for row in rows) / len(rows)
    return ours, alike if len(header) > 1 else 0, len(header)


@attrs.frozen
class CsvTable:
    """A table in CSV of which the header has been read.

    Attributes:
        separator: What separates its columns.
        header: Their names.
        rows: The rows that follow.
        unread: The lines of the current one, for complaints.
    """

    separator: str
    header: Sequence[str]
    rows: _Reader
    unread: list[str]


def csv_table(first: Sequence[str], lines: Iterator[str], places: Layout) -> CsvTable:
    """Read a table's header.

    Args:
        first: The first lines, not all of them blank.
        lines: All lines.
        places: Where our fields are.

    Raises:
        BadRecordError: The header is not CSV.
    """
    named = next(named_separator(line) for line in first if line and not line.isspace())
    chosen = named or separator(first, places)
    unread: list[str] = []
    rows = csv.reader(_noted(lines, unread), delimiter=chosen, strict=True)
    if named is not None:
        next(row for row in rows if row)
    header = _header(rows, unread) if places.header is None else places.header
    return CsvTable(chosen, header, rows, unread)


def csv_cells(first: Sequence[str], lines: Iterator[str], places: Layout) -> Iterator[Row]:
    """Yield each line's number with its cells of the columns that are read, or what is wrong.

    Raises:
        BadRecordError: The header lacks a column.
    """
    table = csv_table(first, lines, places)
    picks = _picks(table, places)
    rows, width = table.rows, len(table.header)
    while True:
        line = rows.line_num + 1
        table.unread.clear()
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, _not_csv(error, table.unread)
            continue
        if len(row) == width:
            row.append("")
            for pick in picks:
                yield line, pick(row)
        elif row:
            yield line, _wrong_width(table, row)


def places_in(table: CsvTable, places: Layout) -> dict[str, int]:
    """Return where the columns are that are read, and that are there.

    Raises:
        BadRecordError: One is not that must be, or is there twice.
        InvalidValueError: The names are not the file's, but given.
    """
    made = (VARIABLE, VALUE) if places.unpivot else ()
    names = [name for name in dict.fromkeys(places.columns) if name and name not in made]
    try:
        found = {name: places.place(table.header, name) for name in names}
    except InvalidValueError as error:
        if places.header is not None:
            raise
        raise BadRecordError.at("line", table.rows.line_num, error) from error
    return {name: place for name, place in found.items() if place is not None}


def _picks(table: CsvTable, places: Layout) -> list[_Pick]:
    """Return what picks the cells of a row, which has an empty one more at its end.

    There are several where each column that nothing names is a row of its own.
    """
    header, wanted, at = table.header, places.columns, places_in(table, places)
    if not places.unpivot:
        return [itemgetter(*(at.get(name or "", -1) for name in wanted))]
    others = [place for place, name in enumerate(header) if name and place not in at.values()]
    return [_melted(wanted, at | {VALUE: other}, header[other]) for other in others]


def _melted(wanted: Sequence[str | None], at: Mapping[str, int], name: str) -> _Pick:
    """Return what picks the cells of one column's row: its name is one of them."""
    pick: _Pick = itemgetter(*(at.get(each or "", -1) for each in wanted))
    names = [name if each == VARIABLE else None for each in wanted]
    return lambda row: tuple(
        cell if each is None else each for each, cell in zip(names, pick(row), strict=True)
    )


def _noted(lines: Iterable[str], unread: list[str]) -> Iterator[str]:
    for text in lines:
        unread.append(text)
        yield text


def _wrong_width(table: CsvTable, row: list[str]) -> InvalidValueError:
    return InvalidValueError(
        f"must have {len(table.header)} columns ({', '.join(table.header)}), not {len(row)}",
        field="the line",
        value="".join(table.unread).rstrip("\r\n"),
        remedy="Quote fields that contain separators.",
    )


def _not_csv(error: csv.Error, unread: list[str]) -> InvalidValueError:
    return InvalidValueError(
        f"is not CSV ({error})",
        field="the line",
        value="".join(unread).rstrip("\r\n"),
        remedy="Leave out its column; or a quote is missing that ends a field: write it."
        if "field limit" in str(error)
        else "Quote fields that contain separators, and double the quotes in them.",
    )


def _header(rows: Iterator[list[str]], unread: list[str]) -> list[str]:
    try:
        header = next(row for row in rows if row)
    except csv.Error as error:
        raise BadRecordError.at("line", 1, _not_csv(error, unread)) from error
    return [name.strip() for name in header]
