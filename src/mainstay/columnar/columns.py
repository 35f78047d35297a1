"""Columns of a batch as numbers: instants, zones, days. A wrong value names its row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mainstay.columnar.clocks import DAY, microseconds
from mainstay.columnar.ids import known, typed
from mainstay.columnar.keys import Longs, Mask
from mainstay.columnar.zones import LocalDays
from mainstay.daystarts import DayStart
from mainstay.errors import (
    BadRecordError,
    InvalidTypeError,
    InvalidValueError,
    NaiveDatetimeError,
    UnknownZoneError,
)
from mainstay.localdays import check_dated, find_zone

__all__ = [
    "NO_DAY",
    "NO_ZONE",
    "check_dates",
    "check_years",
    "complete",
    "days_of",
    "decoded",
    "empty_texts",
    "first",
    "floats_of",
    "ids_of",
    "instants_of",
    "is_text",
    "not_ids",
    "plain",
    "refuse_empty",
    "tried",
    "wall_times",
    "zones_of",
]

_FIRST = microseconds(datetime(2, 1, 1, tzinfo=UTC))
_LAST = microseconds(datetime(9999, 1, 1, tzinfo=UTC)) - 1
_PER_SECOND = {"s": 1, "ms": 1000, "us": 1_000_000, "ns": 1_000_000_000}
_FIRST_DAY, _LAST_DAY = ((day - date(1970, 1, 1)).days for day in (date.min, date.max))
_DAY_IN_MS = 24 * 60 * 60 * 1000
NO_ZONE = -1
_UNKNOWN = -2
_NOT_MET = -3
#: Not a day: where it is not known when a user joined.
NO_DAY = np.iinfo(np.int64).max
R = TypeVar("R")


def first(mask: Mask) -> int | None:
    """Return the first row of which something is true."""
    row = int(mask.argmax()) if len(mask) else 0
    return row if len(mask) and mask[row] else None


def tried(work: Callable[[Any], R], batch: Any) -> R:
    """Return what is made of a batch, or say what is wrong with its first bad row.

    Work stops at the first thing that is wrong, even in the last row: so the rows before are
    tried again without it.
    """
    try:
        return work(batch)
    except BadRecordError as error:
        tried(work, batch.slice(0, error.number))
        raise


def decoded(column: Any) -> Any:
    """Return a column without a dictionary."""
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def is_text(kind: Any) -> bool:
    """Say whether an Arrow type is one of its three kinds of strings."""
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def plain(column: Any) -> Any:
    """Return a column, strings of the kind that little can be done with as ordinary ones."""
    return column.cast(pa.large_string()) if pa.types.is_string_view(column.type) else column


def ids_of(column: Any, field: str) -> Any:
    """Return a column of user ids as whole numbers or texts, if every row has one."""
    ids = known(column)
    if ids is None:
        raise not_ids(column, field)
    ids = complete(plain(ids), field)
    if is_text(ids.type) and _lengths(ids).min(initial=1) == 0:
        refuse_empty(_lengths(ids) == 0, field)
    return ids


def not_ids(column: Any, field: str) -> InvalidTypeError:
    """Return the error of a column whose values are not ids."""
    return _wrong_type("must be strings or integers", field, column, "Cast the column.")


def refuse_empty(empty: Mask, field: str) -> None:
    """Refuse the first row with an empty text, if there is one."""
    row = first(empty)
    if row is not None:
        raise BadRecordError("must not be empty", field=field, value="", place="row", number=row)


def empty_texts(values: Any) -> Mask | None:
    """Say which of a dictionary's values are empty texts, if there are any."""
    empty: Mask = _lengths(values) == 0 if is_text(values.type) else np.zeros(0, bool)
    return empty if empty.any() else None


def _lengths(texts: Any) -> Longs:
    """Return how many bytes each text has, 1 for a null."""
    lengths: Longs = pc.call_function("binary_length", [plain(texts)]).fill_null(1).to_numpy()
    return lengths


def instants_of(column: Any, field: str) -> Longs:
    """Return a column's instants in microseconds since 1970, nanoseconds cut off.

    Those of dates are at noon, UTC.
    """
    kind = column.type
    if pa.types.is_date(kind):
        column = pa.array(days_of(complete(column, field), field) * DAY + DAY // 2)
        column = column.cast(pa.timestamp("us", "UTC"))
        kind = column.type
    if not pa.types.is_timestamp(kind):
        raise _wrong_type("must be timestamps or dates", field, column, _no_timestamps(kind))
    if kind.tz is None:
        raise NaiveDatetimeError(
            "have no time zone",
            field=field,
            value=str(kind),
            remedy="Say in which they were written, such as naive_zone='Europe/Berlin' or 'UTC'.",
        )
    return wall_times(column, field)


def wall_times(column: Any, field: str) -> Longs:
    """Return timestamps in microseconds since 1970, in the zone of their type, if it has one."""
    values: Longs = complete(column, field).cast(pa.int64()).to_numpy()
    per_second = _PER_SECOND[column.type.unit]
    low, high = (bound * per_second // 1_000_000 for bound in (_FIRST, _LAST))
    if len(values) and not low <= values.min() <= values.max() <= high:
        row = int(((values < low) | (values > high)).argmax())
        raise _out_of_years(field, int(values[row]), row)
    if per_second > 1_000_000:
        return values // (per_second // 1_000_000)
    return values * (1_000_000 // per_second) if per_second < 1_000_000 else values


def check_years(instants: Longs, field: str, column: Any) -> None:
    """Refuse the first instant that is outside the years that there are."""
    row = first((instants < _FIRST) | (instants > _LAST))
    if row is not None:
        raise _out_of_years(field, column[row].as_py(), row)


def _out_of_years(field: str, value: object, row: int) -> BadRecordError:
    return BadRecordError(
        "must lie in the years 2 to 9998", field=field, value=value, place="row", number=row
    )


def _no_timestamps(kind: Any) -> str:
    if pa.types.is_integer(kind):
        return "Cast Unix seconds to timestamps in UTC, and parse calendar dates such as 20240501."
    return "Cast the column, or parse it."


def zones_of(
    column: Any, field: str, days: LocalDays, otherwise: Longs | int | None = None
) -> Longs:
    """Return the numbers of a column's zones; where there is none, those given instead."""
    column = typed(column, pa.string())
    if pa.types.is_null(column.type):
        column = column.cast(pa.string())
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not is_text(kind):
        raise _wrong_type("must be names of zones", field, column, "Write them as strings.")
    if kind == column.type:
        column = column.dictionary_encode()
    names = [*column.dictionary.to_pylist(), None]
    places = column.indices.cast(pa.int32()).fill_null(len(names) - 1).to_numpy()
    zones: Longs = np.array([days.met.get(name, _NOT_MET) for name in names]).take(places)
    if zones.min(initial=0) == _NOT_MET:
        used = np.bincount(places, minlength=len(names)) > 0
        each = zip(names, used, strict=True)
        zones = np.array([_number(name, days) if use else 0 for name, use in each]).take(places)
    if zones.min(initial=0) < 0:
        _check(zones, places, names, field, optional=otherwise is not None)
        return zones if otherwise is None else np.where(zones == NO_ZONE, otherwise, zones)
    return zones


def _number(name: str | None, days: LocalDays) -> int:
    if name is None:
        return NO_ZONE
    try:
        return days.meet(name)
    except UnknownZoneError:
        return _UNKNOWN


def _check(
    zones: Longs, places: NDArray[np.int32], names: list[str | None], field: str, *, optional: bool
) -> None:
    row = first(zones < (NO_ZONE if optional else 0))
    if row is None:
        return
    name = names[places[row]]
    if name is None:
        raise BadRecordError("is missing", field=field, value=None, place="row", number=row)
    try:
        find_zone(name, field=field)
    except UnknownZoneError as error:
        raise BadRecordError.at("row", row, error) from error


def days_of(column: Any, field: str) -> Longs:
    """Return a column's dates in days since 1970; ``NO_DAY`` for a null."""
    column = typed(column, pa.date32())
    kind = column.type
    if not pa.types.is_date(kind) and not pa.types.is_null(kind):
        raise _wrong_type("must be dates", field, column, "Cast the column.")
    width = pa.int64() if pa.types.is_date64(kind) else pa.int32()
    days: Longs = column.cast(width).cast(pa.int64()).fill_null(NO_DAY).to_numpy()
    if pa.types.is_date64(kind):
        whole = (days % _DAY_IN_MS == 0) | (days == NO_DAY)
        days = np.where(days == NO_DAY, NO_DAY, np.where(whole, days // _DAY_IN_MS, NO_DAY - 1))
    row = first((days != NO_DAY) & ((days < _FIRST_DAY) | (days > _LAST_DAY)))
    if row is not None:
        raise BadRecordError(
            "must be a date in the years 1 to 9999",
            field=field,
            value=int(column[row].cast(width).as_py()),
            place="row",
            number=row,
        )
    return days


def floats_of(column: Any, field: str) -> NDArray[np.float64]:
    """Return a column's numbers, NaN for a null."""
    column = decoded(column)
    kind = column.type
    is_number = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_null)
    if not any(of_kind(kind) for of_kind in is_number):
        raise _wrong_type("must be numbers", field, column, "Cast the column.")
    floats: NDArray[np.float64] = column.cast(pa.float64(), safe=False).fill_null(np.nan).to_numpy()
    row = first(np.isinf(floats))
    if row is not None:
        value = float(floats[row])
        raise BadRecordError("must be finite", field=field, value=value, place="row", number=row)
    return floats


def check_dates(column: Any, field: str, day_start: DayStart, row: int = 0) -> None:
    """Refuse dates without a time, one in some row, where days start after their noon."""
    if len(column):
        try:
            check_dated(field, column[row].as_py(), day_start)
        except InvalidValueError as error:
            raise BadRecordError.at("row", row, error) from error


def complete(column: Any, field: str) -> Any:
    """Return a column in which every row has a value."""
    row = first(_nulls(column))
    if row is not None:
        raise BadRecordError(
            "is missing",
            field=field,
            value=None,
            remedy="Leave out such rows.",
            place="row",
            number=row,
        )
    return column


def _nulls(column: Any) -> Mask:
    """Say which rows have no value, if any: in a dictionary, they may also point to a null."""
    if not pa.types.is_dictionary(column.type):
        return _is_null(column) if column.null_count else np.zeros(0, bool)
    nulls, values = _is_null(column.indices), column.dictionary
    if values.null_count:
        nulls = nulls | _is_null(values).take(column.indices.fill_null(0).to_numpy())
    return nulls


def _is_null(column: Any) -> Mask:
    mask: Mask = column.is_null().to_numpy(zero_copy_only=False)
    return mask


def _wrong_type(problem: str, field: str, column: Any, remedy: str) -> InvalidTypeError:
    return InvalidTypeError(problem, field=field, value=str(column.type), remedy=remedy)
