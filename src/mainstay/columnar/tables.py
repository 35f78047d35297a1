"""Arrow tables in: whatever speaks Arrow, as batches of the columns that are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from os import PathLike, fspath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias

import pyarrow as pa

from mainstay import _checks as checks
from mainstay.columnar.files import Fields, none_of, paths, read_file
from mainstay.columnar.objects import check_objects
from mainstay.errors import InvalidTypeError, InvalidValueError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ArrowBatch",
    "ArrowTable",
    "LazyTable",
    "ResultTable",
    "Source",
    "batches",
    "check_user",
]


#: What says that something is a table.
_TABLES = ("__arrow_c_stream__", "__arrow_c_array__", "collect")


class ArrowTable(Protocol):
    """A table that hands out its rows through Arrow's PyCapsule interface.

    pandas, Polars, DuckDB and pyarrow read and are such tables; so is every table returned here.

    Examples:
        >>> from mainstay.columnar import rank_table
        >>> class Points:
        ...     def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        ...         rows = pa.table({"user_id": ["ada", "bob"], "total": [250, 300]})
        ...         return rows.__arrow_c_stream__(requested_schema)
        >>> rank_table(Points()).to_pydict()["user_id"]
        ['bob', 'ada']
    """

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the capsule of an ``ArrowArrayStream``."""
        ...


class ResultTable(ArrowTable, Protocol):
    """What functions here return: a table of pyarrow, by what an editor is to know of it.

    ``pyarrow.table(result)`` is the same table with all that pyarrow can do.

    Examples:
        >>> from mainstay.columnar import rank_table
        >>> points = pa.table({"user_id": ["ada", "bob", "cyd"], "total": [250, 300, 100]})
        >>> ranked = rank_table(points)
        >>> ranked.num_rows, ranked.column_names
        (3, ['rank', 'user_id', 'total'])
        >>> ranked.slice(0, 2).select(["rank", "user_id"]).to_pylist()
        [{'rank': 1, 'user_id': 'bob'}, {'rank': 2, 'user_id': 'ada'}]
    """

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        ...

    @property
    def column_names(self) -> list[str]:
        """The columns' names, in order."""
        ...

    def select(self, columns: Sequence[str]) -> ResultTable:
        """Return some of the columns."""
        ...

    def slice(self, offset: int = 0, length: int | None = None) -> ResultTable:
        """Return some of the rows."""
        ...

    def sort_by(self, sorting: str | list[tuple[str, str]]) -> ResultTable:
        """Return the rows sorted by a column, or by several: ``("points", "descending")``."""
        ...

    def to_pandas(self) -> pd.DataFrame:
        """Return a frame of pandas."""
        ...

    def to_pylist(self) -> list[dict[str, object]]:
        """Return a dictionary a row."""
        ...

    def to_pydict(self) -> dict[str, list[object]]:
        """Return a list a column."""
        ...


class ArrowBatch(Protocol):
    """A single batch of rows that speaks Arrow's PyCapsule interface.

    Examples:
        >>> from mainstay.columnar import rank_table
        >>> first = pa.record_batch({"user_id": ["ada", "bob"], "total": [250, 300]})
        >>> second = pa.record_batch({"user_id": ["cyd"], "total": [275]})
        >>> rank_table([first, second]).to_pydict()["user_id"]
        ['bob', 'cyd', 'ada']
    """

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]:
        """Return the capsules of a struct array's schema and data."""
        ...


class LazyTable(Protocol):
    """A table that is worked out when it is asked for, such as a LazyFrame of Polars.

    Examples:
        >>> from mainstay.columnar import rank_table
        >>> class Points:
        ...     def collect_schema(self) -> Mapping[str, object]:
        ...         return {"user_id": str, "total": int, "country": str}
        ...     def select(self, exprs: Sequence[str]) -> Points:
        ...         print("read:", *exprs)
        ...         return self
        ...     def collect(self) -> ArrowTable:
        ...         return pa.table({"user_id": ["ada", "bob"], "total": [250, 300]})
        >>> rank_table(Points()).to_pydict()["user_id"]
        read: user_id total
        ['bob', 'ada']
    """

    def collect_schema(self) -> Mapping[str, object]:
        """Return the columns."""
        ...

    def select(self, exprs: Sequence[str]) -> Self:
        """Return some of them."""
        ...

    def collect(self) -> ArrowTable:
        """Work it out."""
        ...


#: Where rows come from: a table, batches one after the other, or the path of a file of Parquet or
#: CSV, which may stand for many: ``events/*.parquet``.
Source: TypeAlias = ArrowTable | LazyTable | Iterable[ArrowTable | ArrowBatch] | str | PathLike[str]


def batches(
    source: Source,
    names: Sequence[str],
    *,
    maybe: object = None,
    kinds: Mapping[str, Any] = MappingProxyType({}),
) -> Iterator[Any]:
    """Yield a source's rows as Arrow record batches of some columns, one without rows first.

    Args:
        source: Where the rows come from.
        names: The columns that must be there.
        maybe: A column that is read, too, if it is there.
        kinds: What columns of CSV are read as, where it is not to be guessed.

    Raises:
        InvalidTypeError: The source is of another type.
        InvalidValueError: It lacks a column, or a file can't be read.
    """
    chosen = partial(_fields, names=names, maybe=maybe)
    first = None
    for rows in _each(source, chosen, kinds):
        for none in islice(rows, 1):
            first = none.schema.names if first is None else first
            if none.schema.names != first:
                raise InvalidValueError(
                    "must be in every batch, or in none",
                    field=f"column {maybe}",
                    value=none.schema.names,
                )
            yield none
        yield from rows
    if first is None:
        raise InvalidValueError(
            "must have at least one batch, even one without rows", field="table", value=source
        )


def _each(source: Source, chosen: Fields, kinds: Mapping[str, Any]) -> Iterator[Iterator[Any]]:
    """Yield a source's parts: each one's batches, one without rows first."""
    if isinstance(source, str | PathLike):
        for path in paths(fspath(source)):
            yield read_file(path, chosen, kinds)
    else:
        for part in _parts(source):
            yield _read(_worked_out(part, chosen), chosen)


def _read(part: Any, chosen: Fields) -> Iterator[Any]:
    reader = _reader(part)
    fields = chosen(reader.schema)
    check_objects(part, fields)
    yield none_of(fields)
    for batch in reader:
        yield batch.select(fields.names)


def _worked_out(part: Any, chosen: Fields) -> Any:
    """Return the columns of a lazy table; any other as it is."""
    if not hasattr(part, "collect"):
        return part
    there = pa.schema([(name, pa.null()) for name in part.collect_schema()])
    return part.select(chosen(there).names).collect()


def check_user(name: object, others: Iterable[str]) -> None:
    """Refuse a name for the column of users that is not a text, or that the result needs itself."""
    if checks.text("user", name) in others:
        raise InvalidValueError(
            "must not be called as another column of the result",
            field="user",
            value=name,
            remedy="Rename the column.",
        )


def _fields(schema: Any, names: Sequence[str], maybe: object) -> Any:
    """Return the fields of the columns that are read."""
    for name in names:
        _check(schema, name)
    more = [maybe] if maybe in schema.names and maybe not in names else []
    for each in more:
        _check(schema, each)
    return pa.schema([schema.field(name) for name in [*names, *more]])


def _parts(source: Any) -> Iterable[Any]:
    if any(hasattr(source, name) for name in _TABLES):
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
        "must be a table that speaks Arrow, record batches, or the path of a file",
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
            remedy="Say what the table calls it, such as user='author'.",
        )
