"""The active days of all users over a long time, as far back as somebody asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from mainstay.columnar.bit_columns import AnyBits, BitColumn, bit_columns
from mainstay.columnar.columns import NO_DAY
from mainstay.columnar.folding import clock_of, gather
from mainstay.columnar.keys import Longs
from mainstay.columnar.reading import Columns
from mainstay.columnar.state import Calendar, PerUser
from mainstay.columnar.states import as_date
from mainstay.columnar.tables import Source
from mainstay.daystarts import DayStart
from mainstay.scores.by_policy import Policy

__all__ = ["Active", "Calendars", "calendars", "windows_of"]

#: A row a user, a column a day.
Active: TypeAlias = NDArray[np.bool_]
#: Nobody's today is further from the horizon.
_MOST_LAG = 3


@attrs.frozen
class Calendars:
    """The calendars of all users with an event up to ``as_of``, in the order of their appearance.

    Attributes:
        users: Their ids, an Arrow array.
        today: Their todays, in days since 1970.
        joined: The day they joined, in days since 1970, if that was asked for.
        lags: How many days before the horizon their todays are.
    """

    users: Any
    today: NDArray[np.int32]
    joined: Longs | None
    lags: NDArray[np.uint32]
    _days: Active

    def __len__(self) -> int:
        return len(self.today)

    def active(self, start: int, stop: int, days: int) -> Active:
        """Return on which of the days that end today some users were active; column 0 is today."""
        lags, found = self.lags[start:stop], self._days[start:stop]
        active = np.empty((len(lags), days), np.bool_)
        for lag in np.unique(lags):
            rows = lags == lag
            active[rows] = found[rows, lag : lag + days]
        return active

    def dates(self, start: int, stop: int, days: int) -> Active:
        """Return on which dates some users were active; column 0 is that of :attr:`last`."""
        return self._days[start:stop, self._skipped : self._skipped + days]

    def since(self, start: int, stop: int) -> Longs:
        """Return how many days before today some users joined, or else were first active.

        The calendar's last day stands for all before it. Nobody joined after today.
        """
        first: Longs = self._first(start, stop) - self.lags[start:stop].astype(np.int64)
        if self.joined is None:
            return first
        joined = self.joined[start:stop]
        return np.where(joined == NO_DAY, first, self.today[start:stop] - joined)

    def since_date(self, start: int, stop: int) -> Longs:
        """Return how many days before :attr:`last` some users were first active."""
        return self._first(start, stop) - self._skipped

    @property
    def last(self) -> date:
        """The date that is today for most users; of equals, the later one."""
        horizon = int(self.today[0]) + int(self.lags[0])
        return as_date(np.int64(horizon - self._skipped))

    @property
    def _skipped(self) -> int:
        return int(np.bincount(self.lags, minlength=1).argmax())

    def _first(self, start: int, stop: int) -> Longs:
        days = self._days[start:stop, ::-1]
        first: Longs = self._days.shape[1] - 1 - days.argmax(axis=1)
        return first


def calendars(
    source: Source,
    columns: Columns,
    *,
    as_of: datetime,
    day_start: DayStart,
    days: int,
    also: Sequence[PerUser] = (),
) -> Calendars:
    """Return the users of a source, with at least so many days that end on their today.

    Args:
        source: Where the events are.
        columns: What the columns are called.
        as_of: The instant to look back from.
        day_start: When a day begins on the wall clock, or a :class:`mainstay.DayEnd`.
        days: How many days.
        also: What else is to be kept of each user.
    """
    clock, calendar = clock_of(as_of, day_start), Calendar(days + _MOST_LAG)
    users, state = gather(source, columns, clock, calendar, also=also)
    lags = state.lags(len(users), clock)
    return Calendars(
        users,
        (clock.horizon - lags.astype(np.int64)).astype(np.int32),
        None if state.joined is None else state.joined.of(len(users)),
        lags,
        calendar.of(len(users)),
    )


def windows_of(
    active: Active, last: NDArray[np.int32] | int, days: int, policy: Policy
) -> tuple[AnyBits, ...]:
    """Return the windows that end on each of some last days: columns of bits, as of a policy.

    In each there is a row a user, and a column a day; column 0 is the last day's.

    Args:
        active: On which days they were active, at least as many before the first of the days as a
            score looks back on.
        last: Each user's last day, in days since 1970, or that of all.
        days: How many windows there are.
        policy: What score they are for.
    """
    by_day = np.ascontiguousarray(active.T)
    return tuple(_windows_of(by_day, last, days, column) for column in bit_columns(policy))


def _windows_of(
    by_day: Active, last: NDArray[np.int32] | int, days: int, column: BitColumn
) -> AnyBits:
    """Return the windows with one column of bits: each moves on from that of the day before."""
    bits: AnyBits = np.zeros(by_day.shape[1], column.kind)
    windows: AnyBits = np.empty((days, len(bits)), column.kind)
    steps = [column.between(last - age - 1, last - age).astype(column.kind) for age in range(7)]
    for age in range(days + column.length * column.span - 2, -1, -1):
        bits = column.within(bits << steps[age % 7]) | by_day[age]
        if age < days:
            windows[age] = bits
    return windows.T
