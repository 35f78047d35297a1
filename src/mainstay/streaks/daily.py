"""Daily streaks: runs of active days, as a schedule asks for them, with rest days and freezes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._reprs import Explained
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError
from mainstay.explanation import Explanation
from mainstay.streaks.dicts import DailyStreakDict
from mainstay.streaks.history import History
from mainstay.streaks.phrases import ENGLISH, StreakPhrasebook
from mainstay.streaks.policy import DEFAULT_POLICY, StreakPolicy
from mainstay.streaks.schedules import PeriodUnit

__all__ = ["DailyStreak", "StreakStatus", "streak_of"]


class StreakStatus(StrEnum):
    """How a streak stands on a day.

    Examples:
        >>> days = [date(2024, 5, 1), date(2024, 5, 2)]
        >>> [streak_of(days, as_of=date(2024, 5, day)).status.value for day in (2, 3, 4)]
        ['done', 'pending', 'broken']
        >>> if streak_of(days, as_of=date(2024, 5, 3)).status is StreakStatus.PENDING:
        ...     print("Today still counts.")
        Today still counts.
    """

    #: Active in the open period, as often as it needs: today, this week, for the next due date.
    DONE = "done"
    #: Alive, and that period is still open.
    PENDING = "pending"
    #: More was missed than freezes cover.
    BROKEN = "broken"
    #: No active day yet.
    NONE = "none"


_date = checks.optional(checks.day)
_count = checks.each(checks.count)


@schema("daily-streak/1")
@attrs.frozen
class DailyStreak(Explained):
    """The current and the longest run of active days, as of a day.

    Attributes:
        current: The current run's length in days; 0 if it is broken.
        current_first: Its first day; ``None`` without one.
        current_last: Its last active day; ``None`` without one.
        longest: The longest run's length; of equals, the earliest run counts.
        longest_first: Its first day; ``None`` without one.
        longest_last: Its last active day; ``None`` without one.
        freezes_left: Freezes that no gap has used.
        status: Whether the open period is done or open, or the streak broken.
        periods: In how many periods the current run was active as often as they need: days, or
            weeks, or due dates.
        longest_periods: In how many the longest run was.
        unit: What a period is.
        due: The last day of the open period, which ``as_of`` is in; ``None`` if nothing is due any
            more.
        active: On how many days of the open period the user was active.
        needed: On how many it needs to be.

    Raises:
        InvalidValueError: The fields contradict one another: a run is longer than its dates are
            apart, the current one longer than the longest, or the status another's.
        InvalidTypeError: A field is of another type.

    Examples:
        >>> days = [date(2024, 5, day) for day in (1, 2, 3, 6, 7)]
        >>> streak = streak_of(days, as_of=date(2024, 5, 8))
        >>> streak.current, streak.longest, streak.status.value
        (2, 3, 'pending')
        >>> print(streak.explain()[1].text)
        Your longest streak has 3 days, from 2024-05-01 to 2024-05-03.
    """

    current: int = attrs.field(validator=_count)
    current_first: date | None = attrs.field(validator=_date)
    current_last: date | None = attrs.field(validator=_date)
    longest: int = attrs.field(validator=_count)
    longest_first: date | None = attrs.field(validator=_date)
    longest_last: date | None = attrs.field(validator=_date)
    freezes_left: int = attrs.field(validator=_count)
    status: StreakStatus = attrs.field(
        validator=checks.each(partial(checks.instance, kind=StreakStatus))
    )
    periods: int = attrs.field(validator=_count)
    longest_periods: int = attrs.field(validator=_count)
    unit: PeriodUnit = attrs.field(validator=checks.each(partial(checks.instance, kind=PeriodUnit)))
    due: date | None = attrs.field(validator=_date)
    active: int = attrs.field(validator=_count)
    needed: int = attrs.field(validator=_count)

    def __attrs_post_init__(self) -> None:
        current = self.current, self.current_first, self.current_last, self.periods
        longest = self.longest, self.longest_first, self.longest_last, self.longest_periods
        _check_run("current", *current)
        _check_run("longest", *longest)
        if self.current and not _go_together(current, longest):
            raise InvalidValueError(
                "must be the current run, or another before it that is at least as long",
                field="longest",
                value=longest,
            )
        self._check_open()
        status = _status(self.longest, self.current, self.active, self.needed)
        if self.status is not status:
            raise InvalidValueError(
                f"must be {status} with a current run of {self.current} days, a longest of "
                f"{self.longest}, and {self.active} of {self.needed} days so far",
                field="status",
                value=self.status,
            )

    def _check_open(self) -> None:
        """Refuse an open period that the current run can't have."""
        if self.active > self.current:
            raise InvalidValueError(
                f"must be at most {self.current}, as many as the current run has",
                field="active",
                value=self.active,
            )
        if self.needed and self.due is None:
            raise InvalidValueError(
                "must be 0 if nothing is due any more", field="needed", value=self.needed
            )

    def explain(self, phrases: StreakPhrasebook = ENGLISH) -> tuple[Explanation, ...]:
        """Return one explanation a run, its points in days; and one of the freezes if any are left.

        Where a period is not a day, another one, the second, says how the open one stands.

        Examples:
            >>> from datetime import date
            >>> streak = streak_of([date(2021, 4, 17)], as_of=date(2021, 4, 18))
            >>> print(streak.explain()[0].text)
            A streak of 1 day; today is still open.
        """
        left = self.freezes_left
        longest = phrases.longest(self.longest, self.longest_first, self.longest_last)
        freezes = (Explanation("freezes", left, None, phrases.freezes(left)),) if left else ()
        return (
            *self._explain_current(phrases),
            Explanation("longest", self.longest, None, longest),
            *freezes,
        )

    def _explain_current(self, phrases: StreakPhrasebook) -> tuple[Explanation, ...]:
        if self.unit is PeriodUnit.DAY or not self.current:
            done = self.status is StreakStatus.DONE
            text = phrases.current(self.current, today=done, needed=self.needed > 0)
        else:
            text = phrases.chain(self.current, self.periods, self.unit)
        current = Explanation("current", self.current, None, text)
        if self.unit is PeriodUnit.DAY:
            return (current,)
        text = phrases.open(self.unit, self.active, self.needed, self.due)
        return current, Explanation("open", self.active, None, text)

    @property
    def _heading(self) -> str:
        return f"Streak: {self.current} ({self.status})"

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        """What :meth:`explain` gives, in the standard words."""
        return self.explain()

    def to_dict(self) -> DailyStreakDict:
        """Return plain data for a JSON response."""
        return {
            "current": self.current,
            "current_first": _written(self.current_first),
            "current_last": _written(self.current_last),
            "longest": self.longest,
            "longest_first": _written(self.longest_first),
            "longest_last": _written(self.longest_last),
            "freezes_left": self.freezes_left,
            "status": self.status.value,
            "periods": self.periods,
            "longest_periods": self.longest_periods,
            "unit": self.unit.value,
            "due": _written(self.due),
            "active": self.active,
            "needed": self.needed,
            "explanations": [explanation.text for explanation in self.explanations],
        }


def _written(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _check_run(
    field: str, length: int, first: date | None, last: date | None, periods: int
) -> None:
    """Refuse a run that its dates can't have; freezes make it shorter, but not than both ends."""
    if first is None or last is None:
        possible = not length and first is last
    else:
        span = (last - first).days + 1
        possible = min(span, 2) <= length <= span
    if not possible:
        raise InvalidValueError(
            f"must be a number of days from {first} to {last}, the run's dates",
            field=field,
            value=length,
        )
    if periods > length:
        raise InvalidValueError(
            f"must be at most {length}, the run's days",
            field="periods" if field == "current" else f"{field}_periods",
            value=periods,
        )


_SomeRun = tuple[int, date | None, date | None, int]


def _go_together(current: _SomeRun, longest: _SomeRun) -> bool:
    """Return whether the longest run is the current one, or before it and as long or longer."""
    first, last = current[1], longest[2]
    before = first is not None and last is not None and last < first
    return current == longest or (before and longest[0] >= current[0])


def streak_of(
    days: Iterable[date], *, as_of: date, policy: StreakPolicy = DEFAULT_POLICY
) -> DailyStreak:
    """Return how many days in a row a user has been active, as of a day.

    The schedule cuts the calendar into periods: a day each, a week each, or the days up to each due
    date. A period is met by as many different active days as it needs, less one for each excused
    date in it. A run goes on from one active day to the next if no period between them was missed,
    and that of the first one was met. Rest weekdays are never missed, and count in its length. Each
    active day that is missing takes one of the freezes, oldest gap first, and does not count in its
    length; a gap that is missing more days than there are freezes takes none and ends the run. The
    current run is alive as long as the gap from its last day to the period of ``as_of``, which
    itself is still open, is bridged in the same way.

    Args:
        days: The active days, in any order; those after ``as_of`` are ignored.
        as_of: The day to look back from. What is excused or given later is not known yet.
        policy: The schedule, rest weekdays, excused dates and freezes; every day and none of these
            by default.

    Raises:
        InvalidTypeError: ``as_of`` or a day is an instant: only its zone can make it a date.

    Examples:
        >>> from datetime import date
        >>> days = [date(2021, 4, day) for day in (15, 16, 17)]
        >>> streak = streak_of(days, as_of=date(2021, 4, 18))
        >>> streak.current, streak.status.value
        (3, 'pending')
        >>> weekdays = StreakPolicy(rest_weekdays={5, 6})
        >>> streak_of([date(2023, 4, 14), date(2023, 4, 17)], as_of=date(2023, 4, 17),
        ...           policy=weekdays).current
        4
    """
    history = History(days, as_of=as_of, policy=policy)
    current, longest = history.current, history.longest
    return DailyStreak(
        current=current.length,
        current_first=current.first,
        current_last=current.last,
        longest=longest.length,
        longest_first=longest.first,
        longest_last=longest.last,
        freezes_left=history.freezes_left,
        status=_status(longest.length, current.length, history.active, history.needed),
        periods=current.met,
        longest_periods=longest.met,
        unit=policy.schedule.unit,
        due=history.due,
        active=history.active,
        needed=history.needed,
    )


def _status(longest: int, current: int, active: int, needed: int) -> StreakStatus:
    """Return how a streak of these lengths stands with so many days in the open period."""
    if current:
        return StreakStatus.DONE if active >= max(1, needed) else StreakStatus.PENDING
    return StreakStatus.BROKEN if longest else StreakStatus.NONE
