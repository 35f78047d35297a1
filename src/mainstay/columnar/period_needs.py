"""What the periods of a streak's schedule need, looked up for many days at once."""

from __future__ import annotations

from datetime import date
from typing import Self

import attrs
import numpy as np

from mainstay.columnar.keys import Longs
from mainstay.columnar.states import as_date, ordinal
from mainstay.streaks.needs import Needs
from mainstay.streaks.policy import StreakPolicy
from mainstay.streaks.schedules import weekdays_before

__all__ = ["PeriodTable", "Periods", "days_since_1970"]


@attrs.frozen
class Periods:
    """The periods that some days are in, a row a day.

    Attributes:
        number: The period's number: later ones have greater numbers.
        before: What all periods before it need, counted from a fixed one on.
        need: What it needs; of one that is open, once all of its days are known.
    """

    number: Longs
    before: Longs
    need: Longs

    def take(self, rows: Longs) -> Self:
        """Return those of some rows."""
        return type(self)(self.number.take(rows), self.before.take(rows), self.need.take(rows))


class PeriodTable:
    """The periods that some days are in, and the rest weekdays before them, one entry a date.

    Args:
        days: The days, in days since 1970.
        policy: Whose periods.
    """

    def __init__(self, days: Longs, policy: StreakPolicy) -> None:
        self._first = int(days.min(initial=0))
        seen = np.zeros(int(days.max(initial=0)) - self._first + 1, np.bool_)
        seen[days - self._first] = True
        self._places: Longs = np.cumsum(seen) - 1
        dates = [as_date(day) for day in np.flatnonzero(seen) + self._first]
        self._periods = _periods(dates, policy)
        rest = policy.rest_weekdays
        counted = [weekdays_before(rest, day.toordinal()) for day in dates]
        resting = [day.weekday() in rest for day in dates]
        self._rested, self._rest = np.array(counted, np.int64), np.array(resting, np.int64)

    def rows(self, days: Longs) -> Longs:
        """Return where some of the days are in the table."""
        return self._places.take(days - self._first)

    def of(self, days: Longs) -> Periods:
        """Return the periods of some of the days."""
        return self.at(self.rows(days))

    def at(self, rows: Longs) -> Periods:
        """Return the periods in some rows of the table."""
        return self._periods.take(rows)

    def numbers(self, rows: Longs) -> Longs:
        """Return their numbers alone."""
        return self._periods.number.take(rows)

    def rested(self, after: Longs, before: Longs) -> Longs:
        """Return how many rest weekdays there are strictly between days, pair by pair."""
        start, end = self.rows(after), self.rows(before)
        between: Longs = self._rested.take(end) - self._rested.take(start) - self._rest.take(start)
        return between


def _periods(dates: list[date], policy: StreakPolicy) -> Periods:
    """Return the periods of dates, by the core's own schedules."""
    needs = Needs(policy, date.max)
    numbers = [policy.schedule.period(day) for day in dates]
    return Periods(
        np.array(numbers, np.int64),
        np.array([needs.before(number) for number in numbers], np.int64),
        np.array([needs.of(number) for number in numbers], np.int64),
    )


def days_since_1970(days: frozenset[date] | tuple[date, ...]) -> Longs:
    """Return dates in days since 1970, sorted."""
    return np.sort(np.array([ordinal(day) for day in days], np.int64))
