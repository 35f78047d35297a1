"""On which days each user was active, and with how many events: all that evidence is read from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from mainstay.columnar.folding import clock_of, gather
from mainstay.columnar.keys import Longs, Mask, Numbers
from mainstay.columnar.reading import Columns
from mainstay.columnar.state import Active, Read
from mainstay.columnar.sums import Floats
from mainstay.columnar.tables import Source
from mainstay.daystarts import DayStart
from mainstay.errors import TooLittleDataError

__all__ = ["Days", "Histories", "histories"]

#: In days since 1970.
Days: TypeAlias = NDArray[np.int32]

#: No event is later.
_END = datetime(9998, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
#: No day is so many days before the last there can be.
_OLDEST = 1 << 22


@attrs.frozen
class Histories:
    """The active days of all users: one user after the other, each one's oldest first.

    Attributes:
        users: Their ids, an Arrow array.
        owners: Whose each day is, by the place among the users.
        days: The days.
        events: How many events there were on each.
        values: What each of the host's columns said last on a day, NaN where nothing.
    """

    users: Any
    owners: Numbers
    days: Days
    events: Numbers
    values: tuple[Floats, ...]

    @property
    def first(self) -> int:
        """The first active day of all."""
        return int(self.days.min())

    @property
    def last(self) -> int:
        """The last active day of all."""
        return int(self.days.max())


def histories(
    source: Source, columns: Columns, *, as_of: datetime | None, day_start: DayStart
) -> Histories:
    """Return the histories in a source of events, up to an instant or all there are.

    Raises:
        TooLittleDataError: There is no event.
    """
    clock, diary = clock_of(_END if as_of is None else as_of, day_start), _Diary(columns.values)
    users, _ = gather(source, columns, clock, diary)
    if not len(users):
        raise TooLittleDataError(
            "must not be empty", field="events", remedy="There is no event up to that instant."
        )
    return diary.histories(users, clock.horizon)


class _Diary(Active):
    """All events, on their way: whose, on which day, and what the host's columns say."""

    oldest = _OLDEST

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(0)
        self._names = names
        self._users: list[Numbers] = []
        self._ages: list[Days] = []
        self._instants: list[Longs] = []
        self._said: list[Floats] = []

    def newest(self, users: int) -> NDArray[np.uint32]:
        """Return how many days before the horizon each was last active, which nobody asks for."""
        return np.zeros(users, np.uint32)

    def add(self, some: Sequence[Read]) -> None:
        """Keep what chunks say."""
        for chunk, users in some:
            self._users.append(users)
            self._ages.append(chunk.ages.astype(np.int32))
            if self._names:
                self._instants.append(chunk.instants)
                self._said.append(chunk.values)

    def histories(self, users: Any, horizon: int) -> Histories:
        """Return what has been kept, by user and day."""
        owners, ages = _taken(self._users), _taken(self._ages)
        span = int(ages.max()) + 1
        keys = owners.astype(np.int64) * span + (span - 1 - ages)
        values = self._last_of(keys) if self._names else ()
        del owners, ages
        keys.sort()
        new = _first_of(keys)
        starts = np.flatnonzero(new)
        events = np.diff(starts, append=len(keys)).astype(np.int32)
        owners, days = np.divmod(keys[starts], span)
        return Histories(
            users,
            owners.astype(np.int32),
            (days + (horizon - span + 1)).astype(np.int32),
            events,
            values,
        )

    def _last_of(self, keys: Longs) -> tuple[Floats, ...]:
        """Return what each column says last on each day; of several at one instant, the most."""
        instants, values = _taken(self._instants), np.concatenate(self._said, axis=1)
        return tuple(_last(keys, instants, column) for column in values)


def _last(keys: Longs, instants: Longs, values: Floats) -> Floats:
    """Return the last value of each key, in the keys' order; NaN where none has any."""
    there = ~np.isnan(values)
    order = np.lexsort((values, instants, there, keys))
    ends = np.flatnonzero(_first_of(keys[order])[1:])
    last: Floats = values[order][np.append(ends, len(keys) - 1)]
    return last


def _first_of(keys: Longs) -> Mask:
    """Say which of sorted keys differ from the one before."""
    return np.concatenate([[True], keys[1:] != keys[:-1]])


def _taken(parts: list[NDArray[Any]]) -> NDArray[Any]:
    """Return parts put together, and let go of them."""
    whole = np.concatenate(parts)
    parts.clear()
    return whole
