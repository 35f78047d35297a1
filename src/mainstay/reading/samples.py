"""The first rows of a file, whatever it is: what it seems to be, its columns, and their values."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from typing import cast

import attrs

from mainstay.errors import UnreadableFileError
from mainstay.reading.csv_rows import csv_table
from mainstay.reading.events import EventFile
from mainstay.reading.json_rows import array_objects, flat, line_objects
from mainstay.reading.layout import Layout
from mainstay.reading.opening import Opened, is_parquet, opened
from mainstay.reading.parquet import parquet_records
from mainstay.reading.rows import first_lines, notation_of

__all__ = ["Sample", "sample_of"]

_ROWS = 200
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
#: Bytes that an encoding does not know, as Python hands them on.
_DAMAGE = re.compile(r"[\udc80-\udcff]")
_NOTHING = Layout(fields={}, required=frozenset())


@attrs.frozen
class Sample:
    """The first rows of a file.

    Attributes:
        what: What the file seems to be, in words.
        columns: Its columns, or the keys of its objects with dots between them.
        rows: The values of the first rows, by column; not of those that can't be read.
        is_csv: Whether it is CSV.
    """

    what: str
    columns: Sequence[str]
    rows: Sequence[Mapping[str, object]]
    is_csv: bool = False

    @property
    def is_damaged(self) -> bool:
        """Whether bytes are in it that its encoding does not know."""
        cells = (cell for row in self.rows for cell in row.values())
        return any(_DAMAGE.search(str(text)) for text in chain(self.columns, cells))

    def values(self, column: str) -> list[object]:
        """Return the values of a column, not the empty ones."""
        return [row[column] for row in self.rows if row.get(column) not in (None, "")]


def sample_of(source: EventFile, header: Sequence[str] | None) -> Sample:
    """Return the first rows of a file: of its path, its bytes, or its lines.

    Args:
        source: The file.
        header: The columns of a CSV file that has no header.
    """
    if isinstance(source, os.PathLike):
        path = Path(source)
        if is_parquet(path):
            return _of_objects("Parquet", parquet_records(path))
        with path.open("rb") as raw:
            return _of_text(opened(raw, str(path)), header)
    if isinstance(source, BytesIO):
        return _of_text(opened(source, "FILE"), header)
    return _of_text(cast(Iterable[str], source), header)


def _of_text(lines: Iterable[str], header: Sequence[str] | None) -> Sample:
    packing = _packing(lines) if isinstance(lines, Opened) else ""
    rest = iter(lines)
    first = first_lines(rest)
    if not any(line and not line.isspace() for line in first):
        name = lines.name if isinstance(lines, Opened) else ""
        raise UnreadableFileError("is empty", field="FILE", value=name, remedy="Name another file.")
    places = attrs.evolve(_NOTHING, header=header)
    notation, whole = notation_of(first, places), chain(first, rest)
    if notation == "CSV":
        return _of_csv(first, whole, places, packing)
    objects = line_objects(whole) if notation == "JSON Lines" else array_objects(whole)
    return _of_objects(notation + packing, (found for _, found, _ in objects))


def _of_objects(what: str, objects: Iterator[object]) -> Sample:
    found = (flat(each) for each in objects if isinstance(each, Mapping))
    rows = [*islice(found, _ROWS)]
    return Sample(what, [*dict.fromkeys(name for row in rows for name in row)], rows)


def _packing(file: Opened) -> str:
    packed = f", packed by {' in '.join(reversed(file.packed))}" if file.packed else ""
    encoding = "" if file.encoding == "utf-8" else f", in {file.encoding.upper()}"
    return encoding + packed


def _of_csv(first: Sequence[str], lines: Iterator[str], places: Layout, packing: str) -> Sample:
    table = csv_table(first, lines, places)
    names = _numbered(table.header)
    by = _SEPARATORS.get(table.separator, repr(table.separator))
    whole = (row for row in _readable(table.rows) if len(row) == len(names))
    rows = [dict(zip(names, row, strict=True)) for row in islice(whole, _ROWS)]
    what = "CSV" if places.header is None else "CSV without a header"
    return Sample(f"{what}, separated by {by}{packing}", names, rows, is_csv=True)


def _readable(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    while True:
        try:
            yield next(rows)
        except StopIteration:
            return
        except csv.Error:  # the reader of all lines tells of it
            continue


def _numbered(header: Sequence[str]) -> list[str]:
    """Return names that tell columns apart: of several of one name, with a dot and its number."""
    numbers: dict[str, int] = {}
    names: list[str] = []
    for name in header:
        number = numbers[name] = numbers.get(name, -1) + 1
        names.append(name if header.count(name) == 1 else f"{name}.{number}")
    return names
