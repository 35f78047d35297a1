"""Who is excused on which dates, as a file has it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa

from mainstay.columnar.tables import ArrowTable, batches
from mainstay.errors import BadRecordError, InvalidValueError

__all__ = ["excused_in"]

_USER, _DATE = "user_id", "date"


def excused_in(path: str) -> ArrowTable:
    """Return the users and the dates in a file.

    Args:
        path: CSV, in which all are texts first, so that what is not a date is named; or Parquet.

    Raises:
        InvalidValueError: It is another file, lacks a column, or a value is not a date.
    """
    texts: dict[str, Any] = dict.fromkeys((_USER, _DATE), pa.string())
    try:
        table = pa.Table.from_batches(batches(path, (_USER, _DATE), kinds=texts))
    except InvalidValueError as error:
        raise InvalidValueError(
            error.problem,
            field=f"{error.field} of {path}",
            value=error.value,
            remedy="Write CSV, separated by commas, with the header user_id,date and dates such "
            "as 2024-05-21; or Parquet with these columns.",
        ) from error
    if pa.types.is_string(table.schema.field(_DATE).type):
        dates = [_date(row, text, path) for row, text in enumerate(table[_DATE].to_pylist())]
        table = table.set_column(1, _DATE, pa.array(dates, pa.date32()))
    found: ArrowTable = table
    return found


def _date(row: int, text: Any, path: str) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError as error:
        raise BadRecordError(
            "must be a date",
            field=f"{_DATE} of {path}",
            value=text,
            remedy="Write it as 2024-05-21.",
            place="row",
            number=row,
        ) from error
