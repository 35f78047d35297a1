"""A year in the terminal: a column a week, a row a weekday, a mark a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import attrs
from rich.console import Console, ConsoleOptions, RenderableType
from rich.text import Text

from mainstay.streaks.daily import DailyStreak, streak_of
from mainstay.streaks.history import History
from mainstay.streaks.needs import Needs
from mainstay.streaks.policy import StreakPolicy
from mainstay.streaks.schedules import DaysAWeek, PeriodUnit

__all__ = ["Year"]

_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)
_MOST_WEEKS = 53
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LABEL = len("Mon ")
#: What days are, in the order of the legend: a mark that tells them apart without colours, one for
#: terminals that have no others, and a style.
_MARKS = {
    "active": ("█", "#", "green"),
    "freeze": ("f", "f", "cyan"),
    "excused": ("e", "e", "yellow"),
    "nothing needed": ("-", "-", "dim"),
    "not active": ("·", ".", "dim"),
}
_UNSHOWN = (" ", " ", "")


@attrs.frozen
class Year:
    """The days of a user, and the streak that they make.

    Attributes:
        user: Who.
        days: The active days, at least one.
        today: The last day that is shown.
        policy: What the streak asks for, and what it survives, the user's own excused dates in it.
    """

    user: str
    days: frozenset[date]
    today: date
    policy: StreakPolicy

    @property
    def streak(self) -> DailyStreak:
        """The streak as of today."""
        return streak_of(self.days, as_of=self.today, policy=self.policy)

    def kinds(self) -> dict[date, str]:
        """Return what each day is, from the first active one on, as the legend has it.

        The last one is left out while it is open.
        """
        first, by_day = min(self.days), self.policy.schedule.unit is PeriodUnit.DAY
        dates = [first + n * _DAY for n in range((self.today - first).days + 1)]
        needs = Needs(self.policy, self.today)
        needed = {day for day in dates if not by_day or needs.of(day.toordinal())}
        kinds = dict.fromkeys(dates, "not active")
        if by_day:  # a freeze stands for no day of a week in particular
            kinds |= dict.fromkeys(self._within_runs(), "freeze")
        kinds |= {day: "nothing needed" for day in dates if day not in needed}
        kinds |= {day: "excused" for day in dates if day in self.policy.excused}
        if kinds[self.today] in {"not active", "freeze"}:
            del kinds[self.today]
        return kinds | dict.fromkeys(self.days, "active")

    def _within_runs(self) -> Iterator[date]:
        """Yield the days from the first to the last of each run; of one that is alive, to today."""
        history = History(self.days, as_of=self.today, policy=self.policy)
        for run in history.runs:
            last = self.today if run is history.current else run.last
            if run.first is not None and last is not None:
                yield from (run.first + n * _DAY for n in range((last - run.first).days + 1))

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        which = 0 if options.encoding.lower().startswith("utf") else 1
        weeks = self._weeks(min(_MOST_WEEKS, max(1, options.max_width - _LABEL)))
        kinds, shown = self.kinds(), set()
        yield Text(f"{'':{_LABEL}}{_months(weeks)}", no_wrap=True, overflow="crop")
        for row in range(_WEEK.days):
            line = Text(f"{_WEEKDAYS[(weeks[0] + row * _DAY).weekday()]} ", no_wrap=True)
            for first in weeks:
                kind = kinds.get(first + row * _DAY, "")
                mark = _MARKS.get(kind, _UNSHOWN)
                line.append(mark[which], mark[2])
                shown.add(kind)
            yield line
        yield Text(
            "   ".join(f"{mark[which]} {kind}" for kind, mark in _MARKS.items() if kind in shown)
        )

    def _weeks(self, count: int) -> Sequence[date]:
        """Return the first days of so many weeks, the last of which has today in it."""
        schedule = self.policy.schedule
        begin = schedule.first_weekday if isinstance(schedule, DaysAWeek) else 0
        last = self.today - (self.today.weekday() - begin) % 7 * _DAY
        return [last - ago * _WEEK for ago in range(count - 1, -1, -1)]


def _months(weeks: Sequence[date]) -> str:
    """Return the months' names, each above the first week that begins in it, where it has room."""
    begins = [
        place
        for place, first in enumerate(weeks)
        if not place or first.month != weeks[place - 1].month
    ]
    line = ""
    for place, following in zip(begins, [*begins[1:], len(weeks)], strict=True):
        name = _MONTHS[weeks[place].month - 1]
        if following - place >= len(name):
            line = f"{line:{place}}{name}"
    return line
