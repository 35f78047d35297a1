"""All days on which each user was active, however long ago."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from mainstay.columnar.folding import clock_of, gather
from mainstay.columnar.keys import Longs, Numbers
from mainstay.columnar.reading import OLDER, Columns
from mainstay.columnar.state import Active, Read
from mainstay.columnar.stretches import beginnings
from mainstay.columnar.tables import Source
from mainstay.daystarts import DayStart

__all__ = ["ActiveDays", "active_days"]

#: A day is so many bits of a key, of which the user's number has the others.
_BITS = 22
_OLDEST = (1 << _BITS) - 1
#: Nobody's today is further from the horizon, unless they were active later.
_LATE = 2
#: Days are put together before there are more of them than this.
_MOST_KEPT = 1 << 25
#: How many places there may be for each day that is found, where they are marked and not sorted.
_SPARSE = 16


@attrs.frozen
class ActiveDays:
    """The active days of all users with an event up to ``as_of``, in the order of appearance.

    Attributes:
        users: Their ids, an Arrow array.
        today: Their todays, in days since 1970.
        starts: Where each one's days begin in :attr:`days`, and the last one's end.
        days: In days since 1970, each once, all of the first user before those of the next.
    """

    users: Any
    today: Numbers
    starts: Longs
    days: Numbers

    def __len__(self) -> int:
        return len(self.today)


class _Kept(Active):
    """The days on which they were active, as they come."""

    oldest = _OLDEST

    def __init__(self) -> None:
        super().__init__(0)
        self._parts: list[Longs] = []
        self._count = 0
        self._range = _OLDEST, 0

    def add(self, some: Sequence[Read]) -> None:
        """Add what chunks say of their users."""
        for chunk, users in some:
            days = _OLDEST - chunk.ages.astype(np.int64)
            first, last = self._range
            self._range = int(days.min(initial=first)), int(days.max(initial=last))
            self._parts.append((users.astype(np.int64) << _BITS) + days)
            self._count += len(days)
        if self._count > _MOST_KEPT:
            self._parts, self._count = [_sorted(self._parts)], 0

    def found(self, users: int) -> tuple[Longs, Longs]:
        """Return where each user's days begin, and the last one's end; and the days, sorted."""
        first, last = self._range
        width = max(0, last - first).bit_length()
        if users << width <= _SPARSE * sum(map(len, self._parts)):
            return _marked(self._parts, users, first, width)
        keys = _sorted(self._parts)
        return np.searchsorted(keys, np.arange(users + 1) << _BITS), keys & _OLDEST

    def newest(self, users: int) -> NDArray[np.uint32]:
        """Return how many days before the horizon each was last active, if that is at most 2."""
        newest = np.full(users, OLDER, np.uint32)
        for keys in self._parts:
            late = keys[(keys & _OLDEST) >= _OLDEST - _LATE]
            ages = (_OLDEST - (late & _OLDEST)).astype(np.uint32)
            np.minimum.at(newest, late >> _BITS, ages)
        return newest


def _sorted(parts: Sequence[Longs]) -> Longs:
    """Return users and days together, sorted, each once."""
    keys = np.sort(np.concatenate([np.empty(0, np.int64), *parts]))
    return keys[beginnings(keys)]


def _marked(parts: Sequence[Longs], users: int, first: int, width: int) -> tuple[Longs, Longs]:
    """Return what :meth:`_Kept.found` does, by marking which days there are."""
    there = np.zeros(users << width, np.bool_)
    for keys in parts:
        there[((keys >> _BITS) << width) + (keys & _OLDEST) - first] = True
    places = np.flatnonzero(there)
    starts = np.searchsorted(places, np.arange(users + 1) << width)
    return starts, (places & ((1 << width) - 1)) + first


def active_days(
    source: Source, columns: Columns, *, as_of: datetime, day_start: DayStart
) -> ActiveDays:
    """Return the users of a source with all their active days.

    Args:
        source: Where the events are.
        columns: What the columns are called.
        as_of: The instant to look back from.
        day_start: The wall-clock time at which a day begins.
    """
    clock, kept = clock_of(as_of, day_start), _Kept()
    users, state = gather(source, columns, clock, kept)
    lags = state.lags(len(users), clock).astype(np.int64)
    starts, days = kept.found(len(users))
    today = (clock.horizon - lags).astype(np.int32)
    return ActiveDays(users, today, starts, (days + (clock.horizon - _OLDEST)).astype(np.int32))
