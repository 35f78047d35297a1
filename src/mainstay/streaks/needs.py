"""How many active days periods need, once excused dates and rest weekdays are taken off."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from datetime import date
from itertools import accumulate

from mainstay.streaks.policy import StreakPolicy
from mainstay.streaks.schedules import weekdays_before

__all__ = ["Needs"]


class Needs:
    """What the periods of a policy's schedule need, as of a day.

    Args:
        policy: Whose schedule, rest weekdays and excused dates.
        as_of: The last day that is known: what is excused later is not known yet.
    """

    def __init__(self, policy: StreakPolicy, as_of: date) -> None:
        self._policy = policy
        excused = Counter(policy.schedule.period(day) for day in policy.excused if day <= as_of)
        self._periods = sorted(excused)
        least = (min(excused[period], self._asked(period)) for period in self._periods)
        self._forgiven = [*accumulate(least, initial=0)]

    def before(self, period: int) -> int:
        """Return what all periods before one need; only differences mean something."""
        return self._asked_before(period) - self._forgiven[bisect_left(self._periods, period)]

    def of(self, period: int) -> int:
        """Return what one period needs, at least 0: one day less for each excused date in it."""
        return self.before(period + 1) - self.before(period)

    def _asked(self, period: int) -> int:
        return self._asked_before(period + 1) - self._asked_before(period)

    def _asked_before(self, period: int) -> int:
        """Return what they need where nothing is excused; with rest weekdays, periods are days."""
        resting = weekdays_before(self._policy.rest_weekdays, period)
        return self._policy.schedule.needed_before(period) - resting
