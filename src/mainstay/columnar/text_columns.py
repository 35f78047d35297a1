"""Large files of text in columns: read by DuckDB, where it gives what the reader of lines does.

That is CSV and JSON in UTF-8, as it is or packed by gzip, of which each value is a column's as it
is. What DuckDB reads otherwise is refused, and left to the reader that goes line by line: line
breaks within quotes, blanks behind a closing quote, a comma behind the last value of a JSON object
or array, keys that an object has twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

import attrs
import duckdb
import pyarrow as pa

from mainstay.errors import BadRecordError, InvalidValueError, UnreadableFileError
from mainstay.reading.csv_rows import csv_table, places_in
from mainstay.reading.layout import Layout
from mainstay.reading.opening import Opened, opened
from mainstay.reading.rows import Notation, first_lines, notation_of, text_cells

__all__ = ["NotInColumnsError", "TextColumns", "text_columns"]

_REMEDY = "--engine python reads it, or says what is wrong with it."
_PACKED = {(): "none", ("gzip",): "gzip"}
#: What no cell is, so that an empty one stays an empty text.
_NEVER = "\x01\x02\x01"
#: Blanks behind a closing quote, of which DuckDB says nothing.
_LOOSE = re.compile(rb'" +(?:[,;\t|\r\n]|\Z)')
#: What DuckDB takes for JSON, and Python doesn't: a last comma, and other numbers.
_NOT_JSON = r"(?i),\s*[}\]]|[:,\[]\s*[+-]?(?:nan|inf(?:inity)?)\s*[,}\]]"
_TEXT, _TEXT_OR_NUMBER = ("VARCHAR",), ("VARCHAR", "BIGINT", "UBIGINT")


class NotInColumnsError(UnreadableFileError):
    """A file that can only be read line by line."""


@attrs.frozen
class TextColumns:
    """A file in columns of texts.

    Attributes:
        path: Where it is.
        fields: The fields that there are.
        batches: Their texts, in batches; a null is a field that JSON leaves out.
    """

    path: Path
    places: Layout
    fields: Sequence[str]
    batches: Iterator[Any]

    def line_of(self, row: int) -> int:
        """Return the line of a row, for which all lines up to it are read."""
        with self.path.open("rb") as raw:
            cells = text_cells(opened(raw, str(self.path)), self.places)
            return next(islice(cells, row, None))[0]


def text_columns(path: Path, places: Layout) -> TextColumns:
    """Return a file in columns of texts.

    Raises:
        NotInColumnsError: It can only be read line by line.
        UnreadableFileError: It can't be read at all.
        BadRecordError: The header lacks a column; or, while batches are taken, a line is bad.
    """
    with path.open("rb") as raw:
        file = opened(raw, str(path))
        lines = iter(file)
        first = first_lines(lines)
        _check_plain(path, file, first, places)
        notation = notation_of(first, places)
        if notation == "CSV":
            fields, query = _csv(path, file, first, lines, places)
        else:
            fields, query = _json(path, file, notation, places)
    return TextColumns(path, places, fields, _batches(path, places, fields, query))


def _check_plain(path: Path, file: Opened, first: Sequence[str], places: Layout) -> None:
    reasons = {
        f"is packed in {' and '.join(file.packed)}": file.packed not in _PACKED,
        f"is written in {file.encoding}": file.encoding != "utf-8",
        "is empty": not any(line and not line.isspace() for line in first),
        "has a name with * ? or [ in it": re.search(r"[*?\[]", str(path)) is not None,
        "has columns that are joined, rows that are left out, or columns that are rows": (
            not places.is_plain or places.unpivot
        ),
    }
    for reason, holds in reasons.items():
        if holds:
            raise _not_in_columns(path, reason)


def _not_in_columns(path: Path, reason: str) -> NotInColumnsError:
    return NotInColumnsError(
        f"{reason}: so it can't be read in columns", field="FILE", value=str(path), remedy=_REMEDY
    )


def _csv(
    path: Path, file: Opened, first: Sequence[str], lines: Iterator[str], places: Layout
) -> tuple[list[str], str]:
    """Return the fields that there are in CSV, and the query for their texts."""
    table = csv_table(first, chain(first, lines), places)
    at, width = places_in(table, places), len(table.header)
    if table.separator not in ",;\t|":
        raise _not_in_columns(path, f"has columns separated by {table.separator!r}")
    _check_quotes(path)
    names = {field: names[0] for field, names in places.fields.items() if names}
    fields = {field: at[name] for field, name in names.items() if name in at}
    # One column more than there should be tells rows that are too long, a null too short ones.
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width + 1))
    picked = ", ".join(f"c{place} AS f{n}" for n, place in enumerate(fields.values()))
    query = f"""
        SELECT {picked}, c{width} IS NOT NULL OR c{width - 1} IS NULL AS bad
        FROM read_csv(
            $path, auto_detect = false, columns = {{{columns}}}, header = false,
            skip = {table.rows.line_num},
            delim = '{table.separator}', quote = '"', escape = '"', nullstr = '{_NEVER}',
            strict_mode = true, null_padding = true, compression = '{_PACKED[file.packed]}'
        )
        """  # noqa: S608  (columns are numbered, and the separator is one of four)
    return [*fields], query


def _check_quotes(path: Path) -> None:
    with path.open("rb") as raw:
        if any(_LOOSE.search(piece) for piece in opened(raw, str(path)).pieces()):
            raise _not_in_columns(path, "has blanks behind a closing quote")


def _check_end(path: Path, end: bytes) -> None:
    """Refuse a text that ends otherwise: DuckDB tells neither damaged gzip nor an array cut off."""
    last = b""
    with path.open("rb") as raw:
        for piece in opened(raw, str(path)).pieces():
            last = piece.rstrip() or last
    if not last.endswith(end):
        raise _not_in_columns(path, f"does not end with {end.decode()}")


def _json(path: Path, file: Opened, notation: Notation, places: Layout) -> tuple[list[str], str]:
    """Return the fields that JSON may have, and the query for their texts."""
    is_array = notation == "a JSON array"
    if file.packed or is_array:
        _check_end(path, b"]" if is_array else b"")
    names = {field: names[0] for field, names in places.fields.items() if names}
    if any(re.search(r'["\\\'*?\[]', name) for name in names.values()):
        raise _not_in_columns(path, "has keys with quotes, backslashes or * ? [ in them")
    shape = "array" if is_array else "newline_delimited"
    paths = {field: _json_path(name) for field, name in names.items()}
    texts = ", ".join(f"{path} ->> '$' AS f{n}" for n, path in enumerate(paths.values()))
    bad = [f"regexp_matches(json::VARCHAR, '{_NOT_JSON}')"]
    bad += [
        _of_another_kind(paths[field], field, must_be=names[field] in places.required)
        for field in names
    ]
    bad += map(_twice, dict.fromkeys(path for name in names.values() for path in _ways(name)))
    query = f"""
        SELECT {texts}, {" OR ".join(bad)} AS bad
        FROM read_json_objects(
            $path, format = '{shape}', compression = '{_PACKED[file.packed]}'
        )
        """  # noqa: S608  (keys have no quotes)
    return [*names], query


def _json_path(name: str) -> str:
    """Return what a key, or one that others lead to with dots, has as its value."""
    inner = ".".join(f'"{key}"' for key in name.split("."))
    whole = f"""json -> '$."{name}"'"""
    return whole if "." not in name else f"""coalesce({whole}, json -> '$.{inner}')"""


def _ways(name: str) -> list[str]:
    """Return the paths of the objects that lead to a key, from the record itself."""
    keys = [f'."{key}"' for key in name.split(".")]
    return ["$" + "".join(keys[:depth]) for depth in range(len(keys))]


def _twice(path: str) -> str:
    """Return what tells that an object has a key twice: Python takes the last, DuckDB the first."""
    keys = f"json_keys(json, '{path}')"
    return f"coalesce(len({keys}) <> len(list_distinct({keys})), false)"


def _of_another_kind(path: str, field: str, *, must_be: bool) -> str:
    kinds = _TEXT_OR_NUMBER if field in ("user_id", "started_at") else _TEXT
    listed = ", ".join(f"'{kind}'" for kind in kinds + (() if must_be else ("NULL",)))
    found = f"json_type({path})"
    missing = "true" if must_be else "false"
    return f"coalesce({found} NOT IN ({listed}), {missing})"


#: How DuckDB refuses a file. It shows what it refuses, cut within a letter too, which is then not
#: UTF-8 in its own message; while batches come, it is an OSError.
_REFUSALS = (duckdb.Error, pa.ArrowException, OSError, UnicodeDecodeError)


def _batches(path: Path, places: Layout, fields: Sequence[str], query: str) -> Iterator[Any]:
    """Yield the texts; what DuckDB refuses is said with its line, if it is wrong indeed."""
    try:
        with duckdb.connect() as connection:
            relation = connection.sql(query, params={"path": str(path)})
            for batch in pa.RecordBatchReader.from_stream(relation):
                if batch["bad"].true_count:
                    raise _complaint(path, places, "has rows of another kind")
                yield pa.RecordBatch.from_arrays(batch.columns[:-1], [*fields])
    except _REFUSALS as error:
        raise _complaint(path, places, f"is read otherwise by DuckDB ({error})") from error


def _complaint(path: Path, places: Layout, reason: str) -> InvalidValueError:
    with path.open("rb") as raw:
        for line, cells in text_cells(opened(raw, str(path)), places):
            if isinstance(cells, InvalidValueError):
                return BadRecordError.at("line", line, cells)
    return _not_in_columns(path, reason)
