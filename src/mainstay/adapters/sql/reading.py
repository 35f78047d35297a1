"""Rows to values: what a row holds is checked where it is read, since others may write it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Executable, Select, Table
from sqlalchemy.engine import Row

from mainstay import _checks as checks
from mainstay.errors import CorruptRowError, InvalidValueError, MainstayError
from mainstay.jobs._tally import ITEM_ERRORS

__all__ = [
    "as_day",
    "converted",
    "corrupt",
    "corrupt_value",
    "first_readable",
    "limit_of",
    "raw_rows",
    "storable",
    "value_of",
]

T = TypeVar("T")

_MOST_ROWS = 2**31 - 1
#: So few that Python does not look for garbage each time.
_SOME_ROWS = 500

_KINDS = {
    date: "a date",
    datetime: "an instant",
    float: "a number",
    int: "a whole number",
    str: "text",
}


def as_day(value: object) -> date:
    """Return the date in a row, which is text.

    Raises:
        InvalidValueError: It is not a date.
    """
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        day = None
    if day is None or day.isoformat() != value:
        raise InvalidValueError("is not a date", field="day", value=value)
    return day


def limit_of(limit: int, *, low: int = 1) -> int:
    """Return how many rows to ask for: all databases count as far as this.

    Raises:
        InvalidValueError: ``limit`` is below ``low``, or not a whole number.
    """
    return min(checks.integer("limit", limit, low), _MOST_ROWS)


def storable(text: str) -> str:
    """Spell out what no database takes: an error may quote anything."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def converted(column: str, value: object, read: Callable[[Any], T]) -> T:
    """Return what is read from a column's value.

    Raises:
        InvalidValueError: Reading it raises one of an item's errors.
    """
    try:
        return read(value)
    except ITEM_ERRORS as error:
        words = f"can't be read ({_words(error)})"
        raise InvalidValueError(words, field=column, value=value) from error


def value_of(table: Table, row: Row[Any], make: Callable[[Row[Any]], T]) -> T:
    """Return what is made of a row.

    Args:
        table: Which table it is of; there may be more columns behind.
        row: It.
        make: Makes the value, and raises one of an item's errors if it can't.

    Raises:
        CorruptRowError: It can't, because of what the row holds.
    """
    try:
        return make(row)
    except ITEM_ERRORS as error:
        raise corrupt(table, row, error) from error


def raw_rows(connection: Connection, query: Executable) -> Iterator[Sequence[Sequence[Any]]]:
    """Yield some rows at a time, as the driver has them: SQLAlchemy would make its own of each."""
    result: Any = connection.execute(query)
    while rows := result.cursor.fetchmany(_SOME_ROWS):
        yield rows
    result.close()


def first_readable(
    connection: Connection,
    query: Select[Any],
    limit: int,
    table: Table,
    make: Callable[[Row[Any]], T],
    *,
    left_out: Callable[[CorruptRowError], object],
) -> list[T]:
    """Return what is made of a query's first rows, so many of those that can be read.

    One that can't is told to ``left_out``: it is its user's alone.
    """
    made: list[T] = []
    read = 0
    while (asked := limit - len(made)) > 0:  # a second time only if some can't be read
        rows = connection.execute(query.offset(read).limit(asked)).all()
        made += _readable(table, rows, make, left_out)
        read += len(rows)
        if len(rows) < asked:
            break
    return made


def _readable(
    table: Table,
    rows: Iterable[Row[Any]],
    make: Callable[[Row[Any]], T],
    left_out: Callable[[CorruptRowError], object],
) -> Iterator[T]:
    for row in rows:
        try:
            yield value_of(table, row, make)
        except CorruptRowError as error:
            left_out(error)


def corrupt(table: Table, row: Sequence[Any], error: Exception) -> CorruptRowError:
    """Return what is wrong with a row, from what came of reading it.

    The first column that holds what its type does not is to blame; if none does, the field that
    the error names. The error itself is the cause, with its traceback.
    """
    key = {column.name: getattr(row, column.name) for column in table.primary_key}
    said = corrupt_value(table, *_culprit(table, row, error), key=key)
    said.__cause__ = error
    return said


def _culprit(table: Table, row: Sequence[Any], error: Exception) -> tuple[str, object, str]:
    """Return a column, its value, and what is wrong with it."""
    for column in table.columns:
        value = getattr(row, column.name, None)  # a query may leave columns out
        if hasattr(row, column.name) and not _fits(column, value):
            return column.name, value, f"is not {_KINDS[column.type.python_type]}"
    if isinstance(error, MainstayError):
        return error.field, error.value, error.problem
    return "*", tuple(row), f"can't be read ({_words(error)})"


def corrupt_value(
    table: Table, column: str, value: object, problem: str, *, key: Mapping[str, object]
) -> CorruptRowError:
    """Return the error of a value in a row with a key."""
    which = " and ".join(f"{name} = {part!r}" for name, part in key.items())
    return CorruptRowError(
        problem,
        field=f"{table.name}.{column}",
        value=value,
        remedy=f"Repair the row with {which}, or restore it from a backup.",
    )


def _words(error: Exception) -> str:
    if isinstance(error, MainstayError):
        return f"{error.field} {error.problem}"
    return f"{type(error).__name__}: {error}"


def _fits(column: Column[Any], value: object) -> bool:
    """Return whether a value is of its column's type."""
    if value is None:
        return bool(column.nullable)
    kind = column.type.python_type
    if kind is date:
        return _is_day(value)
    return isinstance(value, int | float if kind is float else kind)


def _is_day(value: object) -> bool:
    try:
        as_day(value)
    except InvalidValueError:
        return False
    return True
