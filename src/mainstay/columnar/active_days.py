"""All days on which each user was active, however long ago."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
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

__all__ = ["ActiveDays", "active_days"]

#: A day is so many bits of a key, of which the user's number has the others.
_BITS = 22
_OLDEST = (1 << _BITS) - 1
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

    def add(self, some: Sequence[Read]) -> None:
        """Add what chunks say of their users."""
        for chunk, users in some:
            ages = chunk.ages.astype(np.int64)
            self._parts.append((users.astype(np.int64) << _BITS) + (_OLDEST - ages))
            self._count += len(ages)
        if self._count > _MOST_KEPT:
            self.found()

    def found(self) -> Longs:
        """Return all users with their days, sorted: the number in front, the day behind."""
        self._parts = [_distinct(np.concatenate([np.empty(0, np.int64), *self._parts]))]
        self._count = 0
        return self._parts[0]

    def newest(self, users: int) -> NDArray[np.uint32]:
        """Return how many days before the horizon each was last active."""
        found = self.found()
        ends = _bounds(found, users)[1:] - 1
        newest: NDArray[np.uint32] = np.minimum(_OLDEST - (found[ends] & _OLDEST), OLDER)
        return newest.astype(np.uint32)


def _bounds(found: Longs, users: int) -> Longs:
    """Return where each user's days begin, and the last one's end."""
    bounds: Longs = np.searchsorted(found, np.arange(users + 1) << _BITS)
    return bounds


def _distinct(keys: Longs) -> Longs:
    """Return keys sorted, each once: where they are dense, by marking which there are."""
    if not len(keys):
        return keys
    day = keys & _OLDEST
    first = day.min()
    width = int(day.max() - first).bit_length()
    if (int(keys.max() >> _BITS) + 1) << width > _SPARSE * len(keys):
        keys = np.sort(keys)
        return keys[beginnings(keys)]
    there = np.zeros(((keys.max() >> _BITS) + 1) << width, np.bool_)
    there[((keys >> _BITS) << width) + (day - first)] = True
    places = np.flatnonzero(there)
    distinct: Longs = ((places >> width) << _BITS) + (places & ((1 << width) - 1)) + first
    return distinct


def active_days(
    source: Source, columns: Columns, *, as_of: datetime, day_start: time
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
    found = kept.found()
    days = clock.horizon - (_OLDEST - (found & _OLDEST))
    return ActiveDays(
        users,
        (clock.horizon - lags).astype(np.int32),
        _bounds(found, len(users)),
        days.astype(np.int32),
    )
