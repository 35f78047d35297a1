"""The cells of a block: timestamps, zones and dates as texts, to what the engine on columns takes.

A cell that is written otherwise than most programs do is refused with its row, though it may be
fine: so whatever is read here, the reader that goes line by line reads alike.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mainstay.cli.score.plain_csv import REMEDY
from mainstay.columnar.columns import first
from mainstay.columnar.keys import Longs, Mask
from mainstay.columnar.zones import microseconds
from mainstay.errors import BadRowError, UnknownZoneError
from mainstay.localdays import find_zone

__all__ = ["Timestamps", "dates", "zones"]

_INSTANT = pa.timestamp("us", "UTC")
#: Nearer to the years that there are, the UTC offset decides.
_FIRST, _LAST = (microseconds(datetime(year, 1, 1, tzinfo=UTC)) for year in (3, 9998))
_SHORTEST = len("2024-05-01T08:00:00Z")
_UNIX_DIGITS = 12
_MOST_MINUTES = 24 * 60 - 1
_OFFSETS = [
    f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    for minutes in range(-_MOST_MINUTES, _MOST_MINUTES + 1)
]
_UNUSUAL = "is not written as it is in most files"


def _odd(problem: str, field: str, column: Any, row: int) -> BadRowError:
    return BadRowError(problem, field=field, value=column[row].as_py(), remedy=REMEDY, row=row)


def _bounds(column: Any) -> Longs:
    _, bounds, _ = column.buffers()
    return np.frombuffer(bounds, np.int32)[column.offset :][: len(column) + 1].astype(np.int64)


class Timestamps:
    """A column of ISO 8601 timestamps with offsets, or of Unix seconds.

    Attributes:
        instants: What they mean, in microseconds since 1970.
    """

    def __init__(self, column: Any) -> None:
        self._column = column
        self._unix = bool(len(column)) and column[0].as_py().isdecimal()
        self._bounds = _bounds(column)
        self._bytes = np.frombuffer(column.buffers()[2] or b"\0", np.uint8)
        self.instants: Longs = self._seconds() if self._unix else self._iso()
        row = first((self.instants < _FIRST) | (self.instants >= _LAST))
        if row is not None:
            raise self._odd(row)

    def _odd(self, row: int) -> BadRowError:
        return _odd(_UNUSUAL, "started_at", self._column, row)

    def _seconds(self) -> Longs:
        plain = pc.call_function("ascii_is_decimal", [self._column]).to_numpy(zero_copy_only=False)
        row = first(~plain | (np.diff(self._bounds) > _UNIX_DIGITS))
        if row is not None:
            raise self._odd(row)
        seconds: Longs = self._column.cast(pa.int64()).to_numpy()
        return seconds * 1_000_000

    def _iso(self) -> Longs:
        row = first(~self._shaped())
        if row is not None:
            raise self._odd(row)
        try:
            instants: Longs = self._column.cast(_INSTANT).cast(pa.int64()).to_numpy()
        except pa.ArrowInvalid as error:
            rows = range(len(self._column))
            raise self._odd(bisect_left(rows, True, key=self._fails_up_to)) from error
        return instants

    def _fails_up_to(self, row: int) -> bool:
        try:
            self._column.slice(0, row + 1).cast(_INSTANT)
        except pa.ArrowInvalid:
            return True
        return False

    def _shaped(self) -> Mask:
        """Say which have their marks where those of a date, a time and an offset are."""
        shaped: Mask = np.diff(self._bounds) >= _SHORTEST
        for place, mark in ((4, "-"), (7, "-"), (13, ":"), (16, ":")):
            shaped &= self._is(mark, place)
        shaped &= self._is("T", 10) | self._is(" ", 10)
        offset = self._is("+", -6) | self._is("-", -6)
        offset &= self._is(":", -3) & (np.diff(self._bounds) >= _SHORTEST + 5)
        return shaped & (offset | self._is("Z", -1))

    def _byte(self, place: int) -> Any:
        """Return a byte of each, counted from its start or from its end."""
        starts = self._bounds[:-1] if place >= 0 else self._bounds[1:]
        return self._bytes.take(starts + place, mode="clip")

    def _is(self, mark: str, place: int) -> Mask:
        equal: Mask = self._byte(place) == ord(mark)
        return equal

    def zones(self) -> Any:
        """Return each one's UTC offset as a zone, a dictionary's."""
        minutes = np.zeros(len(self._column), np.int64)
        if not self._unix:
            tens, hours, *digits = (
                self._byte(place).astype(np.int64) - ord("0") for place in (-5, -4, -2, -1)
            )
            minutes = tens * 600 + hours * 60 + digits[0] * 10 + digits[1]
            minutes = np.where(self._is("-", -6), -minutes, minutes)
            minutes[self._is("Z", -1)] = 0
        places = minutes + _MOST_MINUTES
        used = np.zeros(len(_OFFSETS), bool)
        used[places] = True
        names = pa.array(_OFFSETS).filter(pa.array(used))
        numbers = (np.cumsum(used) - 1).take(places).astype(np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(numbers), names)


def zones(column: Any, otherwise: Callable[[], Any] | None) -> Any:
    """Return the zones that events were recorded in, and others where there is none.

    Args:
        column: Their names, a dictionary's; empty where it is not known.
        otherwise: What returns a dictionary of others; ``None`` leaves it open.
    """
    names, places = column.dictionary.to_pylist(), column.indices.to_numpy()
    for place, name in enumerate(names):
        if name and not _is_zone(name):
            raise _odd("is no known zone", "timezone", column, int((places == place).argmax()))
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


def dates(column: Any) -> Any:
    """Return a dictionary's texts as dates; an empty one is none."""
    names, places = column.dictionary.to_pylist(), column.indices
    days = [_date(name) if name else None for name in names]
    for place, name in enumerate(names):
        if name and days[place] is None:
            row = int((places.to_numpy() == place).argmax())
            raise _odd(_UNUSUAL, "member_since", column, row)
    return pa.array(days, pa.date32()).take(places)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2024-05-01") else None
    except ValueError:
        return None
