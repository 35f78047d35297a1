"""The cells of a block: timestamps, zones and dates as texts, to what the engine on columns takes.

A cell that is written otherwise than most programs do is refused with its row, though it may be
fine: so whatever is read here, the reader that goes line by line reads alike.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mainstay.cli.score.from_columns import at_dates
from mainstay.cli.score.options import Options
from mainstay.columnar.clocks import microseconds
from mainstay.columnar.columns import check_dates, first
from mainstay.columnar.keys import Longs, Mask
from mainstay.columnar.moments import IsoTexts
from mainstay.errors import BadRecordError, InvalidValueError, UnknownZoneError
from mainstay.localdays import find_zone
from mainstay.reading import parse_moment

__all__ = ["Timestamps", "dates", "numbers", "zones"]

_REMEDY = "--engine python reads it, or says what is wrong with it."
_INSTANT, _TEXT = pa.timestamp("us", "UTC"), pa.string()
#: Nearer to the years that there are, the UTC offset decides.
_FIRST, _LAST = (microseconds(datetime(year, 1, 1, tzinfo=UTC)) for year in (3, 9998))
_DATE_LENGTH = len("2024-05-01")
_UNIX_DIGITS = 12
_MOST_MINUTES = 24 * 60 - 1
_OFFSETS = [
    f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    for minutes in range(-_MOST_MINUTES, _MOST_MINUTES + 1)
]


def _odd(problem: str, field: str, column: Any, row: int) -> BadRecordError:
    return BadRecordError(
        problem, field=field, value=column[row].as_py(), remedy=_REMEDY, place="row", number=row
    )


def _unusual(field: str, column: Any, row: int) -> BadRecordError:
    """Say what is wrong with a moment, or that reading line by line may take it."""
    try:
        parse_moment(column[row].as_py(), field=field, naive_zone=UTC)
    except InvalidValueError as error:
        return BadRecordError.at("row", row, error)
    return _odd("is not written as it is in most files", field, column, row)


class Timestamps:
    """A column of ISO 8601 timestamps with offsets, of Unix seconds, or of dates.

    Attributes:
        instants: What they mean, in microseconds since 1970.
        dated: The zones of dates without a time, a dictionary's.
    """

    def __init__(self, column: Any, options: Options) -> None:
        self._column = column
        self._options = options
        self.dated: Any = None
        first_text: str = column[0].as_py() if len(column) else ""
        self._unix = first_text.isdecimal()
        self._texts = IsoTexts(column)
        if self._unix:
            self.instants: Longs = self._seconds()
        elif len(first_text) == _DATE_LENGTH:
            self.instants, self.dated = at_dates(self._dates(), options)
        else:
            self.instants = self._cast(self._texts.with_offset(), _INSTANT)
        row = first((self.instants < _FIRST) | (self.instants >= _LAST))
        if row is not None:
            raise self._odd(row)

    def _odd(self, row: int) -> BadRecordError:
        return _unusual("started_at", self._column, row)

    def _seconds(self) -> Longs:
        plain = pc.call_function("ascii_is_decimal", [self._column]).to_numpy(zero_copy_only=False)
        lengths = self._texts.lengths
        row = first(~plain | (lengths > _UNIX_DIGITS))
        seconds: Longs = self._column.slice(0, row).cast(pa.int64()).to_numpy()
        calendar = first(_like_dates(seconds, lengths[:row]))
        row = row if calendar is None else calendar
        if row is not None:
            raise self._odd(row)
        return seconds * 1_000_000

    def _dates(self) -> Longs:
        texts, dash = self._texts, "-"
        shaped = (texts.lengths == _DATE_LENGTH) & texts.have(dash, 4) & texts.have(dash, 7)
        days: Longs = self._cast(shaped, pa.date32())
        check_dates(self._column, "started_at", self._options.day_start)
        return days

    def _cast(self, shaped: Mask, kind: Any) -> Longs:
        """Return texts that look right as what they mean; what is wrong is the first one."""
        row = first(~shaped)
        if row is not None:
            raise self._odd(row)
        try:
            return _as_numbers(self._column.cast(kind))
        except pa.ArrowInvalid as error:
            fails = partial(self._fails_up_to, kind)
            raise self._odd(bisect_left(range(len(shaped)), True, key=fails)) from error

    def _fails_up_to(self, kind: Any, row: int) -> bool:
        try:
            self._column.slice(0, row + 1).cast(kind)
        except pa.ArrowInvalid:
            return True
        return False

    def zones(self) -> Any:
        """Return each one's UTC offset as a zone, a dictionary's."""
        minutes = np.zeros(len(self._column), np.int64)
        if not self._unix:
            minutes = self._texts.minutes()
        places = minutes + _MOST_MINUTES
        used = np.zeros(len(_OFFSETS), bool)
        used[places] = True
        names = pa.array(_OFFSETS).filter(pa.array(used))
        numbers = (np.cumsum(used) - 1).take(places).astype(np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(numbers), names)


def _as_numbers(moments: Any) -> Longs:
    width = pa.int32() if pa.types.is_date(moments.type) else pa.int64()
    numbers: Longs = moments.cast(width).to_numpy().astype(np.int64, copy=False)
    return numbers


def _like_dates(seconds: Longs, lengths: Longs) -> Mask:
    """Say which Unix seconds look like calendar dates, such as 20240501."""
    years, months, days = seconds // 10_000, seconds // 100 % 100, seconds % 100
    years_fit = (lengths == len("20240501")) & (years >= 1900) & (years <= 2099)
    fit: Mask = years_fit & (months >= 1) & (months <= 12) & (days >= 1) & (days <= 31)
    return fit


def zones(column: Any, otherwise: Callable[[], Any] | None) -> Any:
    """Return the zones that events were recorded in, and others where there is none.

    Args:
        column: Their names, a dictionary's; empty where it is not known.
        otherwise: What returns a dictionary of others; ``None`` leaves it open.
    """
    names, places = column.dictionary.to_pylist(), column.indices.to_numpy()
    for place, name in enumerate(names):
        if name and not _is_zone(name):
            raise _odd("is not a known zone", "timezone", column, int((places == place).argmax()))
    if "" not in names:
        return column
    empty = places == names.index("")
    if otherwise is None:
        return pa.DictionaryArray.from_arrays(pa.array(places, mask=empty), column.dictionary)
    others = otherwise()
    places = np.where(empty, others.indices.to_numpy() + np.int32(len(names)), places)
    known = pa.concat_arrays([column.dictionary, others.dictionary])
    return pa.DictionaryArray.from_arrays(pa.array(places), known)


def _is_zone(name: str) -> bool:
    try:
        find_zone(name)
    except UnknownZoneError:
        return False
    return True


def numbers(column: Any, field: str) -> Any:
    """Return texts as numbers; an empty one gives none."""
    filled = pc.call_function("replace_with_mask", [column, _empty(column), pa.scalar(None, _TEXT)])
    try:
        return filled.cast(pa.float64())
    except pa.ArrowInvalid as error:
        row = next(n for n, text in enumerate(filled) if not _is_number(text))
        raise _odd("must be a number", field, column, row) from error


def _empty(column: Any) -> Any:
    return pc.call_function("equal", [column, pa.scalar("")])


def _is_number(text: Any) -> bool:
    try:
        text.cast(pa.float64())
    except pa.ArrowInvalid:
        return False
    return True


def dates(column: Any) -> Any:
    """Return a dictionary's texts as dates; an empty one gives none."""
    names, places = column.dictionary.to_pylist(), column.indices
    days = [_date(name) if name else None for name in names]
    for place, name in enumerate(names):
        if name and days[place] is None:
            row = int((places.to_numpy() == place).argmax())
            raise _unusual("member_since", column, row)
    return pa.array(days, pa.date32()).take(places)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2024-05-01") else None
    except ValueError:
        return None
