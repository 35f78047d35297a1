"""Files of columns: Parquet and CSV, one or many, as Arrow record batches; never as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from glob import glob, has_magic
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import csv, parquet

from mainstay.errors import InvalidValueError

__all__ = ["Fields", "none_of", "paths", "read_file"]

#: How many rows of a file are in memory at once; of CSV, how many bytes.
ROWS_READ, BYTES_READ = 1 << 18, 1 << 24
_PARQUET = b"PAR1"

#: Returns the fields that are read, of those that there are.
Fields = Callable[[Any], Any]


def paths(pattern: str) -> list[str]:
    """Return the files that a path stands for, in order: itself, or those that it matches.

    Raises:
        FileNotFoundError: There are none.
    """
    if not has_magic(pattern) or Path(pattern).exists():
        return [pattern]
    found = sorted(glob(pattern, recursive=True))  # noqa: PTH207  (a pattern may be absolute)
    if not found:
        raise FileNotFoundError(2, "No such files", pattern)
    return found


def read_file(path: str, fields: Fields, kinds: Mapping[str, Any]) -> Iterator[Any]:
    """Yield a file's rows in batches of some columns, one without rows first.

    Args:
        path: The file. What is not Parquet is CSV with a header, compressed or not.
        fields: Says which columns are read.
        kinds: What columns of CSV are read as, where it is not to be guessed.

    Raises:
        InvalidValueError: It can't be read.
    """
    try:
        yield from (_from_parquet if _is_parquet(path) else _from_csv)(path, fields, kinds)
    except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
        raise InvalidValueError(
            f"can't be read ({error})",
            field="table",
            value=path,
            remedy="It should be Parquet, or CSV with a header.",
        ) from error


def _is_parquet(path: str) -> bool:
    with Path(path).open("rb") as file:
        return file.read(len(_PARQUET)) == _PARQUET


def _from_parquet(path: str, fields: Fields, _: Mapping[str, Any]) -> Iterator[Any]:
    # It would buffer the whole file, however few rows are asked for.
    with parquet.ParquetFile(path, pre_buffer=False) as file:
        read = fields(file.schema_arrow)
        yield none_of(read)
        for batch in file.iter_batches(ROWS_READ, columns=read.names):
            yield batch.select(read.names)


def _from_csv(path: str, fields: Fields, kinds: Mapping[str, Any]) -> Iterator[Any]:
    convert = csv.ConvertOptions(column_types={**kinds}, strings_can_be_null=True, null_values=[""])
    with pa.input_stream(path, compression="detect") as file:
        options = csv.ReadOptions(block_size=BYTES_READ)
        with csv.open_csv(file, read_options=options, convert_options=convert) as reader:
            read = fields(reader.schema)
            yield none_of(read)
            for batch in reader:
                yield batch.select(read.names)


def none_of(fields: Any) -> Any:
    """Return a batch of some columns that has no rows."""
    return pa.RecordBatch.from_arrays([pa.nulls(0, field.type) for field in fields], schema=fields)
