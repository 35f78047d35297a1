"""Daily streaks: runs of active days, with rest days and freezes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

import attrs

from mainstay import checks
from mainstay.errors import InvalidTypeError

__all__ = ["DailyStreak", "StreakPolicy", "StreakStatus", "streak_of"]


class StreakStatus(StrEnum):
    """How a streak stands on a day."""

    #: Active on that very day.
    DONE = "done"
    #: Alive, and the day is still open.
    PENDING = "pending"
    #: A day was missed that neither rest days nor freezes cover.
    BROKEN = "broken"
    #: No active day yet.
    NONE = "none"


def _weekdays(value: Iterable[int]) -> frozenset[int]:
    try:
        weekdays = frozenset(value)
    except TypeError as error:
        raise InvalidTypeError(
            "must be a set of weekdays",
            field="rest_weekdays",
            value=value,
            remedy="Monday is 0 and Sunday 6, as in date.weekday().",
        ) from error
    return frozenset(checks.integer("rest_weekdays", weekday, 0, 6) for weekday in weekdays)


@attrs.frozen(kw_only=True)
class StreakPolicy:
    """What a run of active days survives.

    Raises:
        InvalidValueError: A weekday is not 0 to 6, or there are fewer than 0 freezes.
    """

    #: Weekdays, Monday = 0, that never break a run; between its active days they lengthen it.
    rest_weekdays: frozenset[int] = attrs.field(default=frozenset(), converter=_weekdays)
    #: Missed days forgiven in all; they keep a run alive and don't lengthen it.
    freezes: int = attrs.field(default=0, validator=checks.each(checks.count))

    def missed(self, after: date, before: date) -> int:
        """Return the days strictly between two dates that are no rest days."""
        days = max(0, (before - after).days - 1)
        weeks, rest = divmod(days, 7)
        first = after.weekday() + 1
        odd = sum((first + n) % 7 not in self.rest_weekdays for n in range(rest))
        return weeks * (7 - len(self.rest_weekdays)) + odd


DEFAULT_POLICY = StreakPolicy()


@attrs.frozen
class DailyStreak:
    """The current and the longest run of active days, as of a day.

    Attributes:
        current: The current run's length in days; 0 if it is broken.
        current_first: Its first day; ``None`` without one.
        current_last: Its last active day; ``None`` without one.
        longest: The longest run's length; of equals, the earliest run counts.
        longest_first: Its first day; ``None`` without one.
        longest_last: Its last active day; ``None`` without one.
        freezes_left: Freezes that no gap has used.
        status: Whether the day is done or open, or the streak broken.
    """

    current: int
    current_first: date | None
    current_last: date | None
    longest: int
    longest_first: date | None
    longest_last: date | None
    freezes_left: int
    status: StreakStatus


@attrs.frozen
class _Run:
    first: date
    last: date
    frozen: int = 0

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1 - self.frozen


def streak_of(
    days: Iterable[date], *, as_of: date, policy: StreakPolicy = DEFAULT_POLICY
) -> DailyStreak:
    """Return how many days in a row a user has been active, as of a day.

    A run goes on from one active day to the next if no day between them was missed. Rest weekdays
    are never missed, and count in its length. Each other missed day takes one of the freezes,
    oldest gap first, and does not count in its length; a gap with more missed days than there are
    freezes left takes none and ends the run. The current run is alive as long as the gap from its
    last day to ``as_of``, which itself is still open, is bridged in the same way.

    Args:
        days: The active days, in any order; those after ``as_of`` are ignored.
        as_of: The day to look back from.
        policy: Rest weekdays and freezes; none of either by default.

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
    checks.day("as_of", as_of)
    checks.instance("policy", policy, StreakPolicy)
    active = sorted(day for day in checks.days("days", days) if day <= as_of)
    if not active:
        return DailyStreak(0, None, None, 0, None, None, policy.freezes, StreakStatus.NONE)
    runs, freezes = _runs(active, policy)
    longest, last = max(runs, key=lambda run: run.length), runs[-1]
    missed = policy.missed(last.last, as_of)
    alive = missed <= freezes
    return DailyStreak(
        current=last.length if alive else 0,
        current_first=last.first if alive else None,
        current_last=last.last if alive else None,
        longest=longest.length,
        longest_first=longest.first,
        longest_last=longest.last,
        freezes_left=freezes - missed if alive else freezes,
        status=_status(last.last == as_of, alive),
    )


def _status(active_today: bool, alive: bool) -> StreakStatus:
    if active_today:
        return StreakStatus.DONE
    return StreakStatus.PENDING if alive else StreakStatus.BROKEN


def _runs(active: list[date], policy: StreakPolicy) -> tuple[list[_Run], int]:
    """Return the runs of sorted active days, oldest first, and the freezes that they leave."""
    runs, freezes = [_Run(active[0], active[0])], policy.freezes
    for day in active[1:]:
        run = runs[-1]
        missed = policy.missed(run.last, day)
        if missed > freezes:
            runs.append(_Run(day, day))
        else:
            freezes -= missed
            runs[-1] = _Run(run.first, day, run.frozen + missed)
    return runs, freezes
