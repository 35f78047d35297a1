"""Time in bands of 28 days: the sweep from the oldest to the newest, and what it knows of users."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from mainstay.activity.window import WINDOW_DAYS
from mainstay.activity.year import YEAR_DAYS, YEAR_WEEKS
from mainstay.columnar.bit_columns import WEEKS
from mainstay.columnar.keys import Longs, Numbers
from mainstay.columnar.parts import Bits
from mainstay.columnar.sums import Floats
from mainstay.columnar.year_parts import WeekBits
from mainstay.evidence.histories import Days, Histories

__all__ = ["Band", "Standing", "bands"]

#: Loop Habit Tracker's score of a daily habit: half as much after so many days.
HALF_LIFE = 13.0
_BANDS_A_YEAR = YEAR_DAYS // WINDOW_DAYS
_WEEKS_A_BAND = np.uint64(WINDOW_DAYS // 7)
_ALL_WEEKS = np.uint64((1 << YEAR_WEEKS) - 1)
#: A date before all others.
_NEVER = np.iinfo(np.int32).min


@attrs.frozen
class Band:
    """The active days among 28, user after user.

    Attributes:
        end: The last of the 28, in days since 1970.
        users: Who was active, each once.
        starts: Where each one's days begin.
        days: The days.
        events: How many events there were on each.
        values: What each of the host's columns said last on a day.
    """

    end: int
    users: Numbers
    starts: Longs
    days: Days
    events: Numbers
    values: tuple[Floats, ...]

    @property
    def counts(self) -> Longs:
        """How many days of each user there are."""
        return np.diff(self.starts, append=len(self.days))

    def summed(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the sum of each user's values, of which there is one a day."""
        return np.add.reduceat(values, self.starts) if len(values) else values

    def ored(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return each user's bits, of which there are some a day."""
        return np.bitwise_or.reduceat(values, self.starts) if len(values) else values


def bands(found: Histories) -> Iterator[Band]:
    """Yield the bands that end on the last day, and 28, 56 … days before; the oldest first."""
    ages = (found.last - found.days) // WINDOW_DAYS
    oldest = int(ages.max())
    # Few bands fit into 16 bits, for which numpy has a sort that is much faster.
    order = np.argsort((oldest - ages).astype(np.min_scalar_type(oldest)), kind="stable")
    ends = np.cumsum(np.bincount(oldest - ages, minlength=oldest + 1))
    start = 0
    for band, end in enumerate(ends.tolist()):
        rows = order[start:end]
        yield _band(found, rows, found.last - WINDOW_DAYS * (oldest - band))
        start = end


def _band(found: Histories, rows: Longs, end: int) -> Band:
    owners = found.owners[rows]
    new = np.ones(len(rows), np.bool_)
    np.not_equal(owners[1:], owners[:-1], out=new[1:])
    starts = np.flatnonzero(new)
    return Band(
        end,
        owners[starts],
        starts,
        found.days[rows],
        found.events[rows],
        tuple(value[rows] for value in found.values),
    )


class Standing:
    """What is known of all users at the end of a band, from that and all bands before.

    Attributes:
        day: The band's end, in days since 1970.
        first: Each user's first active day; meaningless before it.
        last: The last active day up to now.
        active_days: How many there were.
        recent: How many of them were among the last 364 days.
        events: How many events there were in these.
        day_bits: The window of the last 28 days.
        week_bits: The last 52 weeks.
        ewma: The sum of ½^(age/13) over all active days.
        values: What each of the host's columns said last, NaN where nothing.
    """

    def __init__(self, users: int, columns: int) -> None:
        self.day: int = 0
        self.first: Days = np.full(users, _NEVER, np.int32)
        self.last: Days = np.full(users, _NEVER, np.int32)
        self.active_days: Numbers = np.zeros(users, np.int32)
        self.recent: Numbers = np.zeros(users, np.int32)
        self.events: Longs = np.zeros(users, np.int64)
        self.day_bits: Bits = np.zeros(users, np.uint32)
        self.week_bits: WeekBits = np.zeros(users, np.uint64)
        self.ewma: Floats = np.zeros(users)
        self.values: tuple[Floats, ...] = tuple(np.full(users, np.nan) for _ in range(columns))
        self._year: deque[Band] = deque()

    def move_on(self, band: Band) -> None:
        """Take one more band into account."""
        self.day = band.end
        if len(self._year) == _BANDS_A_YEAR:
            self._count(self._year.popleft(), -1)
        self._year.append(band)
        self._count(band, 1)
        new = self.active_days.take(band.users) == 0
        self.first[band.users[new]] = band.days[band.starts[new]]
        self.last[band.users] = band.days[band.starts + band.counts - 1]
        self.active_days[band.users] += band.counts.astype(np.int32)
        self._mark(band)
        for value, latest in zip(self.values, band.values, strict=True):
            self._remember(band, value, latest)

    def _count(self, band: Band, sign: int) -> None:
        self.recent[band.users] += (sign * band.counts).astype(np.int32)
        self.events[band.users] += sign * band.summed(band.events.astype(np.int64))

    def _mark(self, band: Band) -> None:
        ages = band.end - band.days
        weeks = WEEKS.between(band.days, band.end)
        self.day_bits[:] = 0
        self.day_bits[band.users] = band.ored(np.uint32(1) << ages.astype(np.uint32))
        self.week_bits = self.week_bits << _WEEKS_A_BAND & _ALL_WEEKS
        self.week_bits[band.users] |= band.ored(np.uint64(1) << weeks.astype(np.uint64))
        self.ewma *= 0.5 ** (WINDOW_DAYS / HALF_LIFE)
        self.ewma[band.users] += band.summed(0.5 ** (ages / HALF_LIFE))

    @staticmethod
    def _remember(band: Band, value: Floats, latest: Floats) -> None:
        there = np.flatnonzero(~np.isnan(latest))
        owners = np.repeat(band.users, band.counts)
        value[owners[there]] = latest[there]  # of several days of one user the last one stays
