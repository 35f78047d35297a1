"""Freezes that are given on dates, among the active periods of users."""

from __future__ import annotations

import numpy as np

from mainstay.columnar.excuses import known_by
from mainstay.columnar.frozen import Stops
from mainstay.columnar.keys import Longs
from mainstay.columnar.period_needs import Periods, PeriodTable, days_since_1970
from mainstay.columnar.streak_periods import ActivePeriods, StreakPeriods
from mainstay.columnar.stretches import beginnings, following, last_of_each
from mainstay.streaks.policy import StreakPolicy

__all__ = ["Given"]

_ANY = np.iinfo(np.int64).max


class Given:
    """The freezes that a policy gives: at the beginning, and on dates.

    Args:
        policy: The policy.
    """

    def __init__(self, policy: StreakPolicy) -> None:
        self._days = days_since_1970(policy.freezes_given)
        self._periods = PeriodTable(self._days, policy).of(self._days)
        self._first = policy.freezes
        self._most = _ANY if policy.most_freezes is None else policy.most_freezes

    def among(self, active: ActivePeriods, periods: StreakPeriods) -> tuple[Stops, Longs]:
        """Return where users were active or given freezes, and how many they have at first."""
        begins = active.periods.number[beginnings(active.user)]
        early = known_by(self._days, self._periods.number, None, begins, active.open.today)
        stock = np.minimum(self._most, self._first + early)
        if not len(self._days):
            none = np.zeros(len(active.user), np.int64)
            return Stops(active.user, active.count, none, active.missing()), stock
        return self._stops(active, periods, begins), stock

    def _stops(self, active: ActivePeriods, periods: StreakPeriods, begins: Longs) -> Stops:
        """Return the active periods, and those after the first in which freezes are given."""
        numbers, places = np.unique(self._periods.number, return_index=True)
        user = np.repeat(np.arange(len(begins)), len(numbers))
        row = np.tile(places, len(begins))
        number, open_number = self._periods.number[row], active.open.periods.number[user]
        some = np.flatnonzero((number > begins[user]) & (number <= open_number))
        user, number = user[some], number[some]
        gifts = known_by(self._days, self._periods.number, number, number, active.open.today[user])
        stops = periods.excused(active.start + user, self._periods.take(row[some]))
        return _merged(active, user, stops, gifts)


def _merged(active: ActivePeriods, user: Longs, stops: Periods, gifts: Longs) -> Stops:
    """Return active periods and others in order; where they are the same period, as one."""
    users = np.append(active.user, user)
    numbers = np.append(active.periods.number, stops.number)
    order = np.lexsort((numbers, users))
    users, numbers = users[order], numbers[order]
    first = np.flatnonzero(beginnings(users, numbers))
    done = np.minimum(active.count, active.periods.need)
    others, none = np.zeros(len(user), np.int64), np.zeros(len(active.user), np.int64)
    count, credit, given = (
        np.add.reduceat(np.append(of_active, of_others)[order], first)
        for of_active, of_others in ((active.count, others), (done, others), (none, gifts))
    )
    before = np.append(active.periods.before, stops.before)[order][first]
    users, numbers, opened = users[first], numbers[first], active.open.periods
    last = last_of_each(users, len(active.ends))
    missing = following(before, last, opened.before) - before - credit
    missing[last[numbers[last] == opened.number]] = 0
    return Stops(users, count, given, missing)
