"""Tables as the kind of frame that one works with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import pyarrow as pa

from mainstay.columnar.tables import ArrowTable
from mainstay.errors import InvalidTypeError

__all__ = ["like"]

F = TypeVar("F")


def like(frame: F, table: ArrowTable) -> F:
    """Return a table as the kind of frame that another one is.

    Args:
        frame: A frame of pandas, of Polars (lazy or not), a relation of DuckDB (the result is one
            in its default connection), or a table of pyarrow; only its kind matters.
        table: Any table that speaks Arrow, such as the result of ``score_table``.

    Raises:
        InvalidTypeError: The frame is of another kind, or ``table`` is not a table.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.columnar import score_table
        >>> now = datetime(2024, 5, 28, 21, tzinfo=UTC)
        >>> events = pa.table({"user_id": ["ada"], "started_at": [now]})
        >>> like(events, score_table(events, as_of=now)).select(["user_id", "points"]).to_pylist()
        [{'user_id': 'ada', 'points': 9}]
    """
    rows = _table(table)
    for kind in type(frame).__mro__:
        made = _KINDS.get((kind.__module__.partition(".")[0], kind.__name__))
        if made is not None:
            return cast(F, made(frame, rows))
    raise InvalidTypeError(
        "must be a frame of pandas or Polars, a relation of DuckDB, or a table of pyarrow",
        field="frame",
        value=type(frame).__name__,
        remedy="pyarrow.table(table) is what others read.",
    )


def _table(table: ArrowTable) -> Any:
    try:
        return pa.table(table)
    except TypeError as error:
        raise InvalidTypeError(
            "must be a table that speaks Arrow", field="table", value=type(table).__name__
        ) from error


def _polars(frame: Any, rows: Any) -> Any:
    import polars as pl  # noqa: PLC0415  (the frame's own library)

    made = pl.DataFrame(rows)
    return made.lazy() if isinstance(frame, pl.LazyFrame) else made


def _duckdb(frame: Any, rows: Any) -> Any:
    import duckdb  # noqa: PLC0415  (the frame's own library)

    del frame  # it doesn't tell its connection
    return duckdb.from_arrow(rows)


#: What makes a frame of a table of pyarrow, by the library and the class of the one to be like.
_KINDS: dict[tuple[str, str], Callable[[Any, Any], Any]] = {
    ("pandas", "DataFrame"): lambda _, rows: rows.to_pandas(),
    ("polars", "DataFrame"): _polars,
    ("polars", "LazyFrame"): _polars,
    ("duckdb", "DuckDBPyRelation"): _duckdb,
    ("_duckdb", "DuckDBPyRelation"): _duckdb,
    ("pyarrow", "Table"): lambda _, rows: rows,
    ("pyarrow", "RecordBatch"): lambda _, rows: rows,
}
