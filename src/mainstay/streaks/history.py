"""All runs of active days up to a day, and how the last one stands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby

import attrs

from mainstay import _checks as checks
from mainstay.streaks.freezes import Freezes
from mainstay.streaks.needs import Needs
from mainstay.streaks.policy import StreakPolicy
from mainstay.streaks.schedules import weekdays_before

__all__ = ["History", "Run"]


@attrs.frozen
class Run:
    """A run of active days, or none.

    Attributes:
        first: The first active day.
        last: The last one.
        length: How many days count.
        met: In how many periods there are as many active days as they need.
    """

    first: date | None
    last: date | None
    length: int
    met: int


_NEVER = Run(None, None, 0, 0)


class History:
    """The runs of active days up to a day.

    Args:
        days: The active days, in any order; those after ``as_of`` are ignored.
        as_of: The day to look back from.
        policy: The schedule, rest weekdays, excused dates and freezes.

    Attributes:
        runs: All of them, oldest first.
        current: The one that is alive.
        longest: The longest one; of equals, the earliest.
        freezes_left: Freezes that no gap has used.
        due: The last day of the open period; ``None`` if nothing is due any more.
        active: On how many days of it the user was active.
        needed: On how many it needs to be.
    """

    def __init__(self, days: Iterable[date], *, as_of: date, policy: StreakPolicy) -> None:
        checks.day("as_of", as_of)
        checks.instance("policy", policy, StreakPolicy)
        active = sorted(day for day in checks.days("days", days) if day <= as_of)
        since, opened = active[0] if active else as_of, policy.schedule.period(as_of)
        self._policy = policy
        self._needs = Needs(policy, as_of)
        self._freezes = Freezes(policy, as_of, policy.schedule.period(since))
        self._last, self._days = opened, active[:0]
        self.runs: list[Run] = []
        for period, some in groupby(active, policy.schedule.period):
            self._go_on(period, [*some])
        is_open = self._last == opened
        alive = bool(self.runs) and (is_open or self._bridged(opened))
        self.current: Run = self.runs[-1] if alive else _NEVER
        self.longest: Run = max(self.runs, key=lambda run: run.length, default=_NEVER)
        self.freezes_left: int = self._freezes.left
        self.due: date | None = policy.schedule.last_day(opened)
        self.active: int = len(self._days) if is_open else 0
        self.needed: int = self._needs.of(opened)

    def _go_on(self, period: int, days: list[date]) -> None:
        """Add the next period with active days."""
        alive = bool(self.runs) and self._bridged(period)
        run = self.runs.pop() if alive else Run(days[0], None, 0, 0)
        length = run.length + len(days) + (self._rested(days[0]) if alive else 0)
        met = run.met + (len(days) >= self._needs.of(period))
        self.runs.append(Run(run.first, days[-1], length, met))
        self._freezes.earn(len(days))
        self._last, self._days = period, days

    def _rested(self, day: date) -> int:
        """Return how many rest weekdays there are between the last active day and another."""
        after, before = self._days[-1].toordinal() + 1, day.toordinal()
        resting = self._policy.rest_weekdays
        return weekdays_before(resting, before) - weekdays_before(resting, after)

    def _bridged(self, period: int) -> bool:
        """Return whether the run is alive when a period begins."""
        needed = self._needs.before(self._last)
        done = min(len(self._days), self._needs.of(self._last))
        return self._freezes.cover(
            self._last, period, lambda end: self._needs.before(end) - needed - done
        )
