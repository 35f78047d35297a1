"""The periods in which users were active, and what is missing between them."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pyarrow as pa

from mainstay.columnar.active_days import ActiveDays
from mainstay.columnar.excuses import Excuses
from mainstay.columnar.keys import Longs, Mask
from mainstay.columnar.period_needs import Periods, PeriodTable
from mainstay.columnar.states import as_date
from mainstay.columnar.stretches import beginnings, endings, following, last_of_each
from mainstay.streaks.needs import Needs
from mainstay.streaks.policy import StreakPolicy

__all__ = ["ActivePeriods", "OpenPeriods", "StreakPeriods"]


@attrs.frozen
class OpenPeriods:
    """The period that each user's today is in.

    Attributes:
        today: In days since 1970.
        periods: Which they are, and what they need, as far as is known today.
        due: Their last days, an Arrow array.
    """

    today: Longs
    periods: Periods
    due: Any


@attrs.frozen
class ActivePeriods:
    """The periods with active days of some users, sorted: each user's are in order.

    Attributes:
        start: The number of the first user.
        user: Whose, counted from that one.
        ends: Where the last period of each user is.
        first: The first active day, in days since 1970.
        last: The last one.
        count: On how many days the user was active.
        periods: Which periods they are, and what they need.
        open: The period that is open for each user.
    """

    start: int
    user: Longs
    ends: Longs
    first: Longs
    last: Longs
    count: Longs
    periods: Periods
    open: OpenPeriods

    @property
    def last_is_open(self) -> Mask:
        """Whether each user was active in the open period."""
        same: Mask = self.periods.number[self.ends] == self.open.periods.number
        return same

    def missing(self) -> Longs:
        """Return what each period, and those after it up to the next one, or the open, lack."""
        until = following(self.periods.before, self.ends, self.open.periods.before)
        done = np.minimum(self.count, self.periods.need)
        missing: Longs = until - self.periods.before - done
        missing[self.ends[self.last_is_open]] = 0
        return missing

    def met(self) -> Mask:
        """Say in which periods the user was active as often as they need."""
        need = self.periods.need.copy()
        need[self.ends[self.last_is_open]] = self.open.periods.need[self.last_is_open]
        met: Mask = self.count >= need
        return met


class StreakPeriods:
    """What a policy's schedule makes of users' days.

    Args:
        found: The days.
        policy: The schedule, and dates on which everybody is excused.
        excuses: Dates on which single users are.

    Attributes:
        policy: As given.
        table: The periods of all days that there are.
    """

    def __init__(self, found: ActiveDays, policy: StreakPolicy, excuses: Excuses | None) -> None:
        self.policy: StreakPolicy = policy
        self._found = found
        self._excuses = excuses
        todays, self._which = np.unique(found.today.astype(np.int64), return_inverse=True)
        self.table: PeriodTable = PeriodTable(
            np.concatenate([found.days.astype(np.int64), todays]), policy
        )
        self._open = _open_periods(todays, self.table, policy)

    def of(self, start: int, stop: int) -> ActivePeriods:
        """Return the active periods of some users."""
        bounds = self._found.starts[start : stop + 1]
        days = self._found.days[bounds[0] : bounds[-1]].astype(np.int64)
        user = np.repeat(np.arange(stop - start), np.diff(bounds))
        rows = self.table.rows(days)
        first = np.flatnonzero(beginnings(user, self.table.numbers(rows)))
        last, user = endings(first, len(days)), user[first]
        return ActivePeriods(
            start,
            user,
            last_of_each(user, stop - start),
            days[first],
            days[last],
            last - first + 1,
            self.excused(start + user, self.table.at(rows[first])),
            self._opened(start, stop),
        )

    def _opened(self, start: int, stop: int) -> OpenPeriods:
        which = self._which[start:stop]
        return OpenPeriods(
            self._open.today.take(which),
            self.excused(np.arange(start, stop), self._open.periods.take(which)),
            self._open.due.take(pa.array(which)),
        )

    def excused(self, users: Longs, periods: Periods) -> Periods:
        """Return the periods of users, with what they need once they are excused."""
        return periods if self._excuses is None else self._excuses.taken_off(users, periods)


def _open_periods(todays: Longs, table: PeriodTable, policy: StreakPolicy) -> OpenPeriods:
    """Return the periods of some todays; what is excused later than today is not known yet."""
    periods, dates = table.of(todays), [as_date(today) for today in todays]
    needs = [Needs(policy, day).of(policy.schedule.period(day)) for day in dates]
    due = [policy.schedule.last_day(policy.schedule.period(day)) for day in dates]
    return OpenPeriods(
        todays,
        attrs.evolve(periods, need=np.array(needs, np.int64)),
        pa.array(due, pa.date32()),
    )
