"""Arrow tables in: whatever speaks Arrow, as batches of the columns that are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from os import PathLike, fspath
from typing import Any, Protocol, TypeAlias

import pyarrow as pa
from pyarrow import parquet

from mainstay import _checks as checks
from mainstay.columnar.objects import check_objects
from mainstay.errors import InvalidTypeError, InvalidValueError

__all__ = ["ArrowBatch", "ArrowTable", "Source", "batches", "check_user"]

#: How many rows of a file are in memory at once.
ROWS_READ = 1 << 18


class ArrowTable(Protocol):
    """A table that hands out its rows through Arrow's PyCapsule interface.

    pandas, Polars, DuckDB and pyarrow read and are such tables; so is every table returned here.
    """

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the capsule of an ``ArrowArrayStream``."""
        ...


class ArrowBatch(Protocol):
    """A single batch of rows that speaks Arrow's PyCapsule interface."""

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]:
        """Return the capsules of a struct array's schema and data."""
        ...


#: Where rows come from: a table, batches one after the other, or the path of a Parquet file.
Source: TypeAlias = ArrowTable | Iterable[ArrowTable | ArrowBatch] | str | PathLike[str]


def batches(source: Source, names: Sequence[str], *, maybe: object = None) -> Iterator[Any]:
    """Yield a source's rows as Arrow record batches of some columns, one without rows first.

    Args:
        source: Where the rows come from.
        names: The columns that must be there.
        maybe: A column that is read, too, if it is there.

    Raises:
        InvalidTypeError: The source is of another type.
        InvalidValueError: It lacks a column.
    """
    if isinstance(source, str | PathLike):
        with _parquet(fspath(source)) as file:
            fields = _fields(file.schema_arrow, names, maybe)
            yield _without_rows(fields)
            for batch in file.iter_batches(ROWS_READ, columns=fields.names):
                yield batch.select(fields.names)
        return
    first = None
    for part in _parts(source):
        reader = _reader(part)
        fields = _fields(reader.schema, names, maybe)
        check_objects(part, fields)
        first = first or fields
        if fields.names != first.names:
            raise InvalidValueError(
                "must be in every batch, or in none", field=f"column {maybe}", value=fields.names
            )
        yield _without_rows(fields)
        for batch in reader:
            yield batch.select(fields.names)
    if first is None:
        raise InvalidValueError(
            "must have at least one batch, even one without rows", field="table", value=source
        )


def check_user(name: object, others: Iterable[str]) -> None:
    """Refuse a name for the column of users that is not a text, or that the result needs itself."""
    if checks.text("user", name) in others:
        raise InvalidValueError(
            "must not be called as another column of the result",
            field="user",
            value=name,
            remedy="Rename the column.",
        )


def _parquet(path: str) -> Any:
    try:
        # It would buffer the whole file, however few rows are asked for.
        return parquet.ParquetFile(path, pre_buffer=False)
    except pa.ArrowInvalid as error:
        raise InvalidValueError(
            f"is not a Parquet file ({error})",
            field="table",
            value=path,
            remedy="Other files are read by pandas, Polars, DuckDB or pyarrow.",
        ) from error


def _fields(schema: Any, names: Sequence[str], maybe: object) -> Any:
    """Return the fields of the columns that are read."""
    for name in names:
        _check(schema, name)
    more = [maybe] if maybe in schema.names and maybe not in names else []
    for each in more:
        _check(schema, each)
    return pa.schema([schema.field(name) for name in [*names, *more]])


def _without_rows(fields: Any) -> Any:
    none = [pa.nulls(0, field.type) for field in fields]
    return pa.RecordBatch.from_arrays(none, schema=fields)


def _parts(source: Any) -> Iterable[Any]:
    if hasattr(source, "__arrow_c_stream__") or hasattr(source, "__arrow_c_array__"):
        return (source,)
    if isinstance(source, Iterable) and not isinstance(source, bytes | dict):
        return source
    raise _no_table(source)


def _reader(part: Any) -> Any:
    try:
        if hasattr(part, "__arrow_c_stream__"):
            return pa.RecordBatchReader.from_stream(part)
        if hasattr(part, "__arrow_c_array__"):
            batch = pa.record_batch(part)
            return pa.RecordBatchReader.from_batches(batch.schema, [batch])
    except (pa.ArrowTypeError, AttributeError) as error:  # objects of several types, odd zones
        raise InvalidTypeError(
            f"can't be read as Arrow ({'; '.join(map(str, error.args))})",
            field="table",
            value=type(part).__name__,
            remedy="Let each column hold values of one type, and times the zones of zoneinfo.",
        ) from error
    except (pa.ArrowInvalid, TypeError) as error:  # a single column speaks Arrow, too
        raise _no_table(part) from error
    raise _no_table(part)


def _no_table(value: object) -> InvalidTypeError:
    return InvalidTypeError(
        "must be a table that speaks Arrow, record batches, or the path of a Parquet file",
        field="table",
        value=value,
        remedy="pandas (2.2 on), Polars, DuckDB and pyarrow have such tables.",
    )


def _check(schema: Any, name: object) -> None:
    if not isinstance(name, str):
        raise InvalidTypeError("must be its name", field="column", value=name)
    times = schema.names.count(name)
    if times != 1:
        raise InvalidValueError(
            "is there twice" if times else "is missing",
            field=f"column {name}",
            value=schema.names,
            remedy="Say what the table calls it.",
        )
