"""The rows of Parquet: each with the values of its columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from mainstay._extras import Extra
from mainstay.errors import InvalidValueError, UnreadableFileError
from mainstay.reading.json_rows import object_cells
from mainstay.reading.layout import Layout, Row

__all__ = ["parquet_cells", "parquet_records"]

_ROWS_AT_ONCE = 1 << 14


def parquet_cells(path: Path, places: Layout) -> Iterator[Row]:
    """Yield each row's number, from 0, with its cells of the columns that are read.

    Raises:
        MissingExtraError: pyarrow is not installed.
        UnreadableFileError: It is damaged.
        InvalidValueError: It lacks a column, or is said to have no header.
    """
    records = parquet_records(path, lambda names: _read(names, places))
    return object_cells(((n, each, each) for n, each in enumerate(records)), places)


def parquet_records(
    path: Path, chosen: Callable[[list[str]], list[str]] = list
) -> Iterator[dict[str, object]]:
    """Yield a file's rows, each a value by column.

    Args:
        path: The file.
        chosen: Returns the columns that are read, of all that there are.

    Raises:
        MissingExtraError: pyarrow is not installed.
        UnreadableFileError: It is damaged.
    """
    with Extra("columnar", "pyarrow"):
        import pyarrow as pa  # noqa: PLC0415  (an extra, and slow to load)
        from pyarrow import parquet  # noqa: PLC0415
    try:
        with parquet.ParquetFile(path, pre_buffer=False) as file:
            columns = chosen(file.schema_arrow.names)
            for batch in file.iter_batches(_ROWS_AT_ONCE, columns=columns):
                yield from _plain(batch, pa).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFileError(
            f"is damaged ({error})",
            field="FILE",
            value=str(path),
            remedy="Fetch or save it again.",
        ) from error


def _read(names: Sequence[str], places: Layout) -> list[str]:
    """Return the columns that are read, some of them for a value within."""
    if places.header is not None:
        raise InvalidValueError(
            "must not be given for Parquet, whose columns have names",
            field="header",
            value=",".join(places.header),
            remedy="Write --columns user_id=NAME,started_at=NAME.",
        )
    wanted = [name for name in places.columns if name is not None]
    outer = {name: name if name in names else name.partition(".")[0] for name in wanted}
    for name in wanted:
        if outer[name] not in names and name in places.required:
            places.place(names, name)
    return [each for each in names if each in outer.values()]


def _plain(batch: Any, pa: Any) -> Any:
    """Return a batch whose instants Python's own can hold: in microseconds."""
    fields = [
        field.with_type(pa.timestamp("us", field.type.tz))
        if pa.types.is_timestamp(field.type)
        else field
        for field in batch.schema
    ]
    return pa.Table.from_batches([batch]).cast(pa.schema(fields), safe=False)
