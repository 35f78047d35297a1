"""Local days of many instants at once: the table of clocks as arrays.

An event's offset is found with two look-ups, whatever its zone and however many changes of the
clocks there were: :mod:`mainstay.columnar.clocks` says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from threading import Lock
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from mainstay.columnar.clocks import (
    DAY,
    LENGTH,
    change_between,
    horizon,
    microseconds,
    shift_at,
    start_of_days,
)
from mainstay.columnar.keys import Longs
from mainstay.daystarts import DayStart, days_ahead
from mainstay.localdays import find_zone

__all__ = ["LocalDays"]

Small: TypeAlias = NDArray[np.uint8]

_BITS = LENGTH.bit_length() - 1
_NEVER = np.iinfo(np.int64).max


#: Before this, no zone of the tz database has changed its offset.
_STILL = microseconds(datetime(1800, 1, 1, tzinfo=UTC))


def _stretch(instant: int) -> int:
    return max(instant, _STILL) >> _BITS


@attrs.frozen
class _Clocks:
    """What clocks say in consecutive stretches of time, a zone after the other.

    Attributes:
        first: The first stretch.
        starts: Where each zone's stretches are, by its number: what to add to a stretch.
        changes: When the offset changes in each stretch, in microseconds since 1970.
        shifts: What to add to instants before that, so that days begin at whole days; in a second
            row for those from then on.
        lags: How many days before the horizon today is, likewise.
    """

    first: int
    starts: Longs
    changes: Longs
    shifts: Longs
    lags: Small


#: A single zone's changes, shifts and lags.
_Clock: TypeAlias = tuple[Longs, Longs, Small]
_NONE: _Clock = np.empty(0, np.int64), np.empty((2, 0), np.int64), np.empty((2, 0), np.uint8)


def _clocks(stretches: range, each: Sequence[_Clock]) -> _Clocks:
    """Return the clocks of zones by their numbers, in some stretches."""
    starts = np.arange(len(each)) * len(stretches) - stretches.start
    fields = (np.concatenate(field, axis=-1) for field in zip(_NONE, *each, strict=True))
    return _Clocks(stretches.start, starts, *fields)


class LocalDays:
    """The local days of instants up to ``as_of``, in zones that are numbered as they come up.

    Days are counted from 1970. The horizon is :func:`mainstay.columnar.clocks.horizon`: nowhere is
    it later by ``as_of``.

    Args:
        as_of: The instant to look back from.
        day_start: When a day begins on the wall clock, or a :class:`mainstay.DayEnd`.
    """

    def __init__(self, as_of: datetime, day_start: DayStart) -> None:
        self.as_of: int = microseconds(as_of)
        self.horizon: int = horizon(as_of, day_start)
        self.day_start = day_start
        self._begins = start_of_days(day_start)
        self._earliest = np.int8(2 - days_ahead(day_start))  # no day is further before UTC's date
        #: The numbers of zones by the names that have been met.
        self.met: dict[str | None, int] = {}
        self._zones: dict[tuple[tzinfo, bool], int] = {}
        self._stretches = range(0)
        self._each: list[_Clock] = []
        self._all = _clocks(self._stretches, [])
        self._lock = Lock()

    def meet(self, name: str) -> int:
        """Return the number of the zone with a name, and remember it."""
        number = self.met[name] = self.number(find_zone(name))
        return number

    def number(self, zone: tzinfo, *, carried: bool = False) -> int:
        """Return a zone's number.

        Args:
            zone: The zone.
            carried: Whether its instants carry their offset alone, and so take that to today.
        """
        with self._lock:
            return self._zones.setdefault((zone, carried), len(self._zones))

    def zone(self, number: int) -> tzinfo:
        """Return the zone with a number."""
        with self._lock:
            return [*self._zones][number][0]

    def lags(self) -> Longs:
        """Return how many days before the horizon today is in each zone."""
        return np.array([self._today(zone) for zone, _ in self._zones], np.int64)

    def ages(self, instants: Longs, zones: Longs | int) -> tuple[Longs, Small]:
        """Return how many days before the horizon each instant was, and its rank.

        The rank decides between sessions at one instant: from 0 to 15, it is the higher the later
        the local day, and then the later today; its last two bits are 3 less today's lag.
        """
        if not len(instants):
            return np.empty(0, np.int64), np.empty(0, np.uint8)
        lowest, highest = int(instants.min()), int(instants.max())
        clocks = self._reaching(_stretch(lowest), _stretch(highest))
        stretch = instants >> _BITS
        if lowest < _STILL:
            np.maximum(stretch, clocks.first, out=stretch)
        stretch += clocks.starts.take(zones)
        days, lags = clocks.shifts[0].take(stretch), clocks.lags[0].take(stretch)
        changed = np.flatnonzero(instants >= clocks.changes.take(stretch))
        days[changed] = clocks.shifts[1].take(stretch[changed])
        lags[changed] = clocks.lags[1].take(stretch[changed])
        days += instants
        days //= DAY
        later = (days - instants // DAY).astype(np.int8) + self._earliest
        return self.horizon - days, (later << 2).view(np.uint8) + 3 - lags

    def _today(self, zone: tzinfo) -> int:
        return int(self._lag(shift_at(zone, self.as_of, self._begins)))

    def _lag(self, shift: Any) -> Any:
        return self.horizon - (self.as_of + shift) // DAY

    def _reaching(self, first: int, last: int) -> _Clocks:
        """Return all zones' clocks, in stretches that reach from one to another at least."""
        with self._lock:
            known = self._stretches
            if not known or first < known.start or last >= known.stop:
                self._stretches, self._each = self._wider(first, last), []
            if len(self._each) < len(self._zones):
                for zone, carried in [*self._zones][len(self._each) :]:
                    self._each.append(self._clock(zone, carried=carried))
                self._all = _clocks(self._stretches, self._each)
            return self._all

    def _wider(self, first: int, last: int) -> range:
        """Return more stretches: twice as many at least, so that events in order seldom do so."""
        known = self._stretches or range(first, last + 1)
        start, stop = known.start, known.stop
        if first < start:
            start = max(min(first, start - len(known)), _stretch(_STILL))
        if last >= stop:
            stop = min(max(last, stop + len(known)), _stretch(self.as_of)) + 1
        return range(start, stop)

    def _clock(self, zone: tzinfo, *, carried: bool) -> _Clock:
        """Return a zone's changes, shifts and lags."""
        starts = [n << _BITS for n in (*self._stretches, self._stretches.stop)]
        shifts = [shift_at(zone, start, self._begins) for start in starts]
        changes = [
            change_between(zone, start, end) if before != after else _NEVER
            for (start, end), (before, after) in zip(
                pairwise(starts), pairwise(shifts), strict=True
            )
        ]
        both = np.array([shifts[:-1], shifts[1:]], np.int64)
        lags = self._lag(both) if carried else np.full(both.shape, self._today(zone))
        return np.array(changes), both, lags.astype(np.uint8)
