"""Tables of state: read in chunks on all cores, and what is wrong names the first bad row."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mainstay import _checks as checks
from mainstay.columnar.columns import days_of, decoded, first, ids_of, not_ids, plain, tried
from mainstay.columnar.crew import in_order
from mainstay.columnar.folding import chunks
from mainstay.columnar.keys import Hashes, Longs, Mask
from mainstay.columnar.sums import Floats
from mainstay.columnar.tables import Source, batches
from mainstay.errors import BadRecordError, InvalidTypeError, InvalidValueError

__all__ = [
    "any_ids",
    "as_date",
    "at_row",
    "best_rows",
    "calendar_days",
    "check_once",
    "decoded",
    "each_chunk",
    "numbers",
    "numeric",
    "ordinal",
    "plain_ids",
    "require",
    "same_type",
    "second_of_a_user",
    "whole_numbers",
]

_LEAST, _MOST = np.iinfo(np.int64).min, np.iinfo(np.int64).max
_MOST_FLOAT = math.nextafter(2.0**63, 0)
_EPOCH = date(1970, 1, 1)
R = TypeVar("R")


def each_chunk(
    source: Source, names: Sequence[str], work: Callable[[Any], R], *, maybe: str | None = None
) -> Iterator[R]:
    """Yield what is made of each chunk of a source's rows, in order; first of one without rows."""

    def made(item: tuple[int, Any]) -> R:
        start, chunk = item
        try:
            return tried(work, chunk)
        except BadRecordError as error:
            raise BadRecordError.at("row", start + error.number, error) from error

    names = [checks.text("column", name) for name in names]
    parts = batches(source, [*dict.fromkeys(names)], maybe=maybe, kinds={names[0]: pa.string()})
    yield from in_order(made, chunks(parts))


@contextmanager
def at_row(row: int) -> Iterator[None]:
    """Say that what the core finds wrong is in this row."""
    try:
        yield
    except InvalidValueError as error:
        raise BadRecordError.at("row", row, error) from error


def require(there: Mask, field: str) -> None:
    """Refuse the first row that lacks a value."""
    row = first(~there)
    if row is not None:
        raise BadRecordError(
            "is missing",
            field=field,
            value=None,
            remedy="Leave out such rows.",
            place="row",
            number=row,
        )


def plain_ids(column: Any, field: str) -> Any:
    """Return a column of user ids, whole numbers or texts, in Arrow's plain type for them."""
    ids = plain(decoded(ids_of(column, field)))
    if ids.type != plain(decoded(column)).type:
        raise not_ids(column, field)
    return ids


def any_ids(column: Any, field: str) -> Any:
    """Return a column of user ids of any type that compares, in Arrow's plain type for them."""
    ids_of(column, field)
    return plain(decoded(column))


def same_type(field: str, kinds: Iterable[Any]) -> Any:
    """Return the type of a column in all parts of a source."""
    wanted, *others = dict.fromkeys(kinds)
    if others:
        raise InvalidTypeError(
            f"must be {wanted} in every batch",
            field=field,
            value=str(others[0]),
            remedy="Cast them to one type.",
        )
    return wanted


def calendar_days(column: Any, field: str) -> Longs:
    """Return a column's dates in days since 1970; ``NO_DAY`` for a null."""
    return days_of(decoded(column), field)


def as_date(day: np.int64) -> date:
    """Return a date that is given in days since 1970."""
    return _EPOCH + timedelta(days=int(day))


def ordinal(day: date) -> int:
    """Return a date in days since 1970."""
    return (day - _EPOCH).days


def whole_numbers(
    column: Any, field: str, *, low: int = 0, most: int | None = None, optional: bool = False
) -> Longs:
    """Return a column's whole numbers, also those kept as floats or decimals.

    Args:
        column: The numbers. Those beyond 64 bits become the most that these hold.
        field: What the column is called.
        low: The least that is allowed, if not 0; more than the least that 64 bits hold.
        most: The largest that is allowed.
        optional: Whether there may be nulls, which count as 0.
    """
    column = decoded(column)
    if column.null_count and not optional:
        require(column.is_valid().to_numpy(zero_copy_only=False), field)
    values = _in_64_bits(column, field)
    row = first((values < low) if most is None else (values < low) | (values > most))
    if row is not None:
        with at_row(row):
            checks.integer(field, _value(column[row]), low, most)
    return values


def _in_64_bits(column: Any, field: str) -> Longs:
    """Return whole numbers, 0 for a null and the least of all for what is not a whole number."""
    if pa.types.is_integer(column.type):
        values = column.fill_null(0).to_numpy()
        small: Longs = np.minimum(values, min(_MOST, np.iinfo(values.dtype).max)).astype(np.int64)
        return small
    floats = _floats(column, field, "must be integers").fill_null(0).to_numpy()
    whole = np.isfinite(floats) & (floats == np.floor(floats))
    bounded = np.clip(np.where(whole, floats, 0), -_MOST_FLOAT, _MOST_FLOAT).astype(np.int64)
    return np.where(whole, bounded, _LEAST)


def numbers(column: Any, field: str, low: float, high: float) -> tuple[Floats, Any]:
    """Return a column's numbers, 0 for a null, and the column itself in 64-bit floats."""
    floats = _floats(decoded(column), field, "must be numbers")
    values: Floats = floats.fill_null(0).to_numpy()
    row = first(~((values >= low) & (values <= high)))
    if row is not None:
        with at_row(row):
            checks.number(field, float(values[row]), low, high)
    return values, floats


def _floats(column: Any, field: str, problem: str) -> Any:
    return numeric(column, field, problem).cast(pa.float64())


def numeric(column: Any, field: str, problem: str = "must be numbers") -> Any:
    """Return a column of integers, floats, decimals or nulls alone; any other is refused."""
    kind = column.type
    is_number = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_null)
    if not any(of_kind(kind) for of_kind in is_number):
        raise InvalidTypeError(problem, field=field, value=str(kind), remedy="Cast the column.")
    return column


def _value(scalar: Any) -> object:
    """Return a value of a column: as an integer, if it is a whole number."""
    value = scalar.as_py()
    whole = (
        isinstance(value, float | Decimal) and math.isfinite(value) and value == math.floor(value)
    )
    return int(value) if whole else value


def best_rows(table: Any, most: int, order: Sequence[tuple[str, str]]) -> Any:
    """Return so many rows, those that come first in an order."""
    if not most:
        return table.slice(0, 0)
    chosen = pc.SelectKOptions(most, [*order])
    return table.take(pc.call_function("select_k_unstable", [table], chosen))


def check_once(user: str, ids: Any, hashes: Sequence[Hashes], remedy: str) -> None:
    """Refuse a user's second row, given all ids and the hashes of some at a time."""
    row = second_of_a_user(ids, np.concatenate(hashes))
    if row is not None:
        raise BadRecordError(
            "has a row already",
            field=user,
            value=ids[row].as_py(),
            remedy=remedy,
            place="row",
            number=row,
        )


def second_of_a_user(ids: Any, hashes: Hashes) -> int | None:
    """Return the first row whose user has had a row before, given the ids and their hashes.

    Ids are compared only where hashes are equal.
    """
    ordered = np.sort(hashes)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(twice):
        return None
    rows = np.flatnonzero(np.isin(hashes, twice, kind="sort"))
    places = ids.take(pa.array(rows)).combine_chunks().dictionary_encode().indices.to_numpy()
    again = first(places[1:] <= np.maximum.accumulate(places)[:-1])
    return None if again is None else int(rows[again + 1])
