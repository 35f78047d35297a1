"""The rows of Parquet: each with the values of its columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from mainstay._extras import Extra
from mainstay.errors import InvalidValueError, UnreadableFileError
from mainstay.reading.json_rows import cells_of
from mainstay.reading.layout import Layout, Row

__all__ = ["parquet_cells"]

_ROWS_AT_ONCE = 1 << 14


def parquet_cells(path: Path, places: Layout) -> Iterator[Row]:
    """Yield each row's number, from 0, with its cells of the columns that are read.

    Raises:
        MissingExtraError: pyarrow is not installed.
        UnreadableFileError: It is damaged.
        InvalidValueError: It lacks a column, or is said to have no header.
    """
    with Extra("columnar", "pyarrow"):
        import pyarrow as pa  # noqa: PLC0415  (an extra, and slow to load)
        from pyarrow import parquet  # noqa: PLC0415
    try:
        with parquet.ParquetFile(path, pre_buffer=False) as file:
            read = _read(file.schema_arrow.names, places)
            batches = file.iter_batches(_ROWS_AT_ONCE, columns=read)
            records = chain.from_iterable(_plain(batch, pa).to_pylist() for batch in batches)
            for number, record in enumerate(records):
                yield _row(number, record, places)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFileError(
            f"is damaged ({error})",
            field="FILE",
            value=str(path),
            remedy="Fetch or save it again.",
        ) from error


def _row(number: int, record: object, places: Layout) -> Row:
    try:
        return number, cells_of(record, record, places)
    except InvalidValueError as error:
        return number, error


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
