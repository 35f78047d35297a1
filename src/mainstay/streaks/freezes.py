"""The freezes in stock, as a history goes on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import date

from mainstay.streaks.policy import StreakPolicy

__all__ = ["Freezes"]


class Freezes:
    """A stock of freezes: what is earned and given adds to it, and gaps take from it.

    Args:
        policy: How many there are at the beginning, at most, and what adds to them.
        as_of: The last day that is known: what is given later is not known yet.
        since: The number of the first period, at whose end the stock is first asked for.

    Attributes:
        left: How many there are.
    """

    def __init__(self, policy: StreakPolicy, as_of: date, since: int) -> None:
        self._policy = policy
        known = (day for day in policy.freezes_given if day <= as_of)
        self._given = [policy.schedule.period(day) for day in known]
        self._active = 0
        self.left: int = self._limited(policy.freezes + bisect_right(self._given, since))

    def _limited(self, freezes: int) -> int:
        most = self._policy.most_freezes
        return freezes if most is None else min(most, freezes)

    def earn(self, days: int) -> None:
        """Add what further active days earn."""
        every, before = self._policy.freeze_every, self._active
        self._active += days
        if every is not None:
            self.left = self._limited(self.left + self._active // every - before // every)

    def cover(self, start: int, end: int, missing: Callable[[int], int]) -> bool:
        """Take what the periods from one up to another are missing, if all of them are covered.

        Each period takes its freezes when it ends, from those that are in stock by then. If there
        are not enough for all of them, none is taken.

        Args:
            start: The first period's number.
            end: The number of the one after the last.
            missing: How many active days are missing from the start up to a period.
        """
        kept, left, covered, before = self.left, self.left, True, 0
        given = self._given[bisect_right(self._given, start) : bisect_right(self._given, end)]
        for period in given:
            left, before = left - missing(period) + before, missing(period)
            covered = covered and left >= 0
            kept, left = self._limited(kept + 1), self._limited(left + 1)
        left -= missing(end) - before
        covered = covered and left >= 0
        self.left = left if covered else kept
        return covered
