"""Moments as texts, or as wall clocks showed them: to instants, and the zones that they carry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any

import attrs
import numpy as np
import pyarrow as pa

from mainstay.columnar.clocks import DAY, EPOCH, microseconds
from mainstay.columnar.keys import Longs, Mask
from mainstay.errors import BadRecordError, InvalidValueError
from mainstay.localdays import noon_of
from mainstay.reading.timestamps import Stamp, Stamps

__all__ = ["IsoTexts", "Moments", "Walls", "from_texts", "from_wall_clocks"]

_INSTANT, _WALL = pa.timestamp("us", "UTC"), pa.timestamp("us")
_SHORTEST = len("2024-05-01T08:00:00")
_OFFSET = len("+02:00")
_STAMPS = Stamps()


@attrs.frozen
class Moments:
    """What moments mean.

    Attributes:
        instants: In microseconds since 1970.
        zones: The number of the zone, or offset, that each carries, or all do.
        dated: Which of them are dates without a time, if there may be some.
        named: The number of the zone that each names in brackets behind it, negative where it names
            none, if there may be some.
    """

    instants: Longs
    zones: Longs | int
    dated: Mask | None = None
    named: Longs | None = None


@attrs.frozen
class Walls:
    """The zones whose wall clocks showed some times.

    Attributes:
        numbers: The zone of each time, by its number; negative where it is not known.
        zones: The zones by their numbers.
        number: Numbers the offsets that the times turn out to have.
        meet: Numbers the zones that texts name.
    """

    numbers: Longs
    zones: Mapping[int, tzinfo]
    number: Callable[[tzinfo], int]
    meet: Callable[[str], int]

    def zone(self, row: int) -> tzinfo | None:
        """Return the zone of a time, if it is known."""
        return self.zones.get(int(self.numbers[row]))

    def among(self, some: Mask) -> Walls:
        """Return those of some times."""
        return attrs.evolve(self, numbers=self.numbers[some])


class IsoTexts:
    """A column of texts, none of them missing, as far as they are ISO 8601 as most programs write.

    That is 2024-05-01T08:00:00 with T or a space, with a fraction or without, and then Z, or an
    offset such as +02:00, or nothing.

    Attributes:
        lengths: How many bytes each has.
    """

    def __init__(self, column: Any) -> None:
        self._column = column.cast(pa.large_string())
        _, bounds, octets = self._column.buffers()
        self._bounds: Longs = np.frombuffer(bounds, np.int64)[self._column.offset :]
        self._bounds = self._bounds[: len(self._column) + 1]
        self._octets = np.frombuffer(octets or b"\0", np.uint8)
        self.lengths: Longs = np.diff(self._bounds)

    def with_offset(self) -> Mask:
        """Say which have an offset."""
        offset = (self.have("+", -6) | self.have("-", -6)) & self.have(":", -3)
        offset &= self.lengths >= _SHORTEST + _OFFSET
        zulu = self.have("Z", -1) & (self.lengths > _SHORTEST)
        aware: Mask = self._shaped() & (offset | zulu)
        return aware

    def without_offset(self) -> Mask:
        """Say which have none, but a time."""
        ends = (self.lengths == _SHORTEST) | (self.have(".", _SHORTEST) & ~self.have("Z", -1))
        naive: Mask = self._shaped() & ends & ~self.with_offset()
        return naive

    def minutes(self) -> Longs:
        """Return the offsets of those that have one, in minutes."""
        tens, hours, *digits = (
            self._octet(place).astype(np.int64) - ord("0") for place in (-5, -4, -2, -1)
        )
        minutes: Longs = tens * 600 + hours * 60 + digits[0] * 10 + digits[1]
        minutes[self.have("-", -6)] *= -1
        minutes[self.have("Z", -1)] = 0
        return minutes

    def _shaped(self) -> Mask:
        """Say which have their marks where those of a date and a time are."""
        shaped: Mask = self.lengths >= _SHORTEST
        for place, mark in ((4, "-"), (7, "-"), (13, ":"), (16, ":")):
            shaped &= self.have(mark, place)
        return shaped & (self.have("T", 10) | self.have(" ", 10))

    def _octet(self, place: int) -> Any:
        """Return a byte of each, counted from its start or from its end."""
        starts = self._bounds[:-1] if place >= 0 else self._bounds[1:]
        return self._octets.take(starts + place, mode="clip")

    def have(self, mark: str, place: int) -> Mask:
        """Say which have a character at a place, counted from the start or from the end."""
        equal: Mask = self._octet(place) == ord(mark)
        return equal


def from_texts(column: Any, field: str, walls: Walls) -> Moments:
    """Return what texts mean, each at its own offset.

    Args:
        column: The texts, none of them missing.
        field: What the column is called.
        walls: The zone in which each is read if it has no offset.

    Raises:
        BadRecordError: One is not a moment, or has neither an offset nor a zone.
    """
    return _Texts(column, field, walls).read()


class _Texts:
    """Texts on their way to moments: most of them all at once, odd ones each by itself."""

    def __init__(self, column: Any, field: str, walls: Walls) -> None:
        self._column, self._field, self._walls = column, field, walls
        self._instants = np.zeros(len(column), np.int64)
        self._zones = np.zeros(len(column), np.int64)
        self._dated = np.zeros(len(column), np.bool_)
        self._named = np.full(len(column), -1)
        self._parsed = lru_cache(maxsize=1 << 16)(_parsed)

    def read(self) -> Moments:
        """Read them all."""
        texts = IsoTexts(self._column)
        offset, wall = texts.with_offset(), texts.without_offset() & (self._walls.numbers >= 0)
        offset &= self._cast(offset, _INSTANT)
        minutes = texts.minutes()[offset]
        self._zones[offset] = _mapped(minutes, lambda m: self._number(timedelta(minutes=m)))
        wall &= self._cast(wall, _WALL)
        found = from_wall_clocks(self._instants[wall], self._walls.among(wall))
        self._instants[wall], self._zones[wall] = found.instants, found.zones
        for row in np.flatnonzero(~(offset | wall)).tolist():
            self._read_odd(row)
        return Moments(self._instants, self._zones, self._dated, self._named)

    def _number(self, offset: timedelta) -> int:
        return self._walls.number(timezone(offset))

    def _cast(self, some: Mask, kind: Any) -> bool:
        """Put in what some texts mean, and say whether they all mean something."""
        try:
            moments = self._column.filter(pa.array(some)).cast(kind)
        except pa.ArrowInvalid:
            return False
        self._instants[some] = moments.cast(pa.int64()).to_numpy()
        return True

    def _read_odd(self, row: int) -> None:
        """Read what is written otherwise, or is wrong."""
        try:
            stamp = self._parsed(self._column[row].as_py(), self._field, self._walls.zone(row))
        except InvalidValueError as error:
            raise BadRecordError.at("row", row, error) from error
        at = stamp.at
        if isinstance(at, datetime):
            self._instants[row], self._zones[row] = microseconds(at), self._number(_offset(at))
        else:
            self._instants[row], self._dated[row] = microseconds(noon_of(at)), True
        if stamp.zone is not None:
            self._named[row] = self._walls.meet(stamp.zone)


def _parsed(text: str, field: str, zone: tzinfo | None) -> Stamp:
    return _STAMPS.read(text, field=field, naive_zone=zone, or_else=", or say naive_zone=")


def from_wall_clocks(times: Longs, walls: Walls) -> Moments:
    """Return the instants of what wall clocks showed; of a time that occurs twice, the first.

    A time that a zone skips is read with the offset before, as Python does. In no zone does the
    offset change twice on one date.

    Args:
        times: Microseconds since 1970, had the clock been in UTC.
        walls: The zone of each.
    """
    days = times // DAY
    keys, places = np.unique(np.stack([walls.numbers, days]), axis=1, return_inverse=True)
    found = [_offsets(walls.zones[zone], day) for zone, day in keys.T.tolist()]
    before, after, turn = np.array(found, np.int64).reshape(-1, 3)[places.reshape(-1)].T
    offsets = np.where(times < turn, before, after)
    carried = _mapped(offsets, lambda us: walls.number(timezone(timedelta(microseconds=us))))
    return Moments(times - offsets, carried)


def _offset(at: datetime) -> timedelta:
    return at.utcoffset() or timedelta(0)


@lru_cache(maxsize=1 << 14)
def _offsets(zone: tzinfo, day: int) -> tuple[int, int, int]:
    """Return a date's first and last offset, and the time on the wall from which it is the last."""
    start = EPOCH.replace(tzinfo=None) + timedelta(days=day)

    def offset(seconds: int) -> int:
        at = (start + timedelta(seconds=seconds)).replace(tzinfo=zone)
        return _offset(at) // timedelta(microseconds=1)

    last = DAY // 1_000_000 - 1
    before, after = offset(0), offset(last)
    low, high = 0, last
    while before != after and high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(middle) == before else (low, middle)
    return before, after, day * DAY + high * 1_000_000


def _mapped(values: Longs, function: Callable[[int], int]) -> Longs:
    """Return what a function makes of each value, which are few."""
    few, places = np.unique(values, return_inverse=True)
    made: Longs = np.array([function(int(value)) for value in few], np.int64)
    return made[places.reshape(-1)] if len(few) else np.zeros(0, np.int64)
