"""Daily streaks: runs of active days, with rest days and freezes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._reprs import Explained, of_policy
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError
from mainstay.explanation import Explanation
from mainstay.streaks.dicts import DailyStreakDict
from mainstay.streaks.phrases import ENGLISH, StreakPhrasebook

__all__ = ["DailyStreak", "StreakPolicy", "StreakStatus", "streak_of"]


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

    #: Active on that very day.
    DONE = "done"
    #: Alive, and the day is still open.
    PENDING = "pending"
    #: A day was missed that neither rest days nor freezes cover.
    BROKEN = "broken"
    #: No active day yet.
    NONE = "none"


def _rest_weekdays(value: Iterable[int]) -> frozenset[int]:
    return checks.weekdays("rest_weekdays", value)


@schema("streak-policy/1")
@attrs.frozen(kw_only=True)
class StreakPolicy:
    """What a run of active days survives.

    Raises:
        InvalidValueError: A weekday is not 0 to 6, or there are fewer than 0 freezes.

    Examples:
        >>> friday, monday, wednesday = (date(2024, 5, day) for day in (3, 6, 8))
        >>> policy = StreakPolicy(rest_weekdays={5, 6}, freezes=1)
        >>> streak = streak_of([friday, monday, wednesday], as_of=wednesday, policy=policy)
        >>> streak.current, streak.freezes_left
        (5, 0)
    """

    #: Weekdays, Monday = 0, that never break a run; between its active days they lengthen it.
    rest_weekdays: frozenset[int] = attrs.field(default=frozenset(), converter=_rest_weekdays)
    #: Missed days forgiven in all; they keep a run alive and don't lengthen it.
    freezes: int = attrs.field(default=0, validator=checks.each(checks.count))

    def __repr__(self) -> str:
        return of_policy(self)

    def missed(self, after: date, before: date) -> int:
        """Return the days strictly between two dates that are not rest days."""
        days = max(0, (before - after).days - 1)
        weeks, rest = divmod(days, 7)
        first = after.weekday() + 1
        odd = sum((first + n) % 7 not in self.rest_weekdays for n in range(rest))
        return weeks * (7 - len(self.rest_weekdays)) + odd


DEFAULT_POLICY = StreakPolicy()


_date = checks.optional(checks.day)


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
        status: Whether the day is done or open, or the streak broken.

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

    current: int = attrs.field(validator=checks.each(checks.count))
    current_first: date | None = attrs.field(validator=_date)
    current_last: date | None = attrs.field(validator=_date)
    longest: int = attrs.field(validator=checks.each(checks.count))
    longest_first: date | None = attrs.field(validator=_date)
    longest_last: date | None = attrs.field(validator=_date)
    freezes_left: int = attrs.field(validator=checks.each(checks.count))
    status: StreakStatus = attrs.field(
        validator=checks.each(partial(checks.instance, kind=StreakStatus))
    )

    def __attrs_post_init__(self) -> None:
        current = self.current, self.current_first, self.current_last
        longest = self.longest, self.longest_first, self.longest_last
        _check_run("current", *current)
        _check_run("longest", *longest)
        if self.current and not _go_together(current, longest):
            raise InvalidValueError(
                "must be the current run, or another before it that is at least as long",
                field="longest",
                value=longest,
            )
        if self.status not in self._statuses:
            raise InvalidValueError(
                f"must be {' or '.join(self._statuses)} with a current run of {self.current} days "
                f"and a longest of {self.longest}",
                field="status",
                value=self.status,
            )

    @property
    def _statuses(self) -> tuple[StreakStatus, ...]:
        """How a streak of these lengths can stand."""
        if self.current:
            return StreakStatus.DONE, StreakStatus.PENDING
        return (StreakStatus.BROKEN if self.longest else StreakStatus.NONE,)

    def explain(self, phrases: StreakPhrasebook = ENGLISH) -> tuple[Explanation, ...]:
        """Return one explanation a run, its points in days; and one of the freezes if any are left.

        Examples:
            >>> from datetime import date
            >>> streak = streak_of([date(2021, 4, 17)], as_of=date(2021, 4, 18))
            >>> print(streak.explain()[0].text)
            A streak of 1 day; today is still open.
        """
        left, today = self.freezes_left, self.status is StreakStatus.DONE
        current = phrases.current(self.current, today=today)
        longest = phrases.longest(self.longest, self.longest_first, self.longest_last)
        freezes = (Explanation("freezes", left, None, phrases.freezes(left)),) if left else ()
        return (
            Explanation("current", self.current, None, current),
            Explanation("longest", self.longest, None, longest),
            *freezes,
        )

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
            "explanations": [explanation.text for explanation in self.explanations],
        }


def _written(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _check_run(field: str, length: int, first: date | None, last: date | None) -> None:
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


_SomeRun = tuple[int, date | None, date | None]


def _go_together(current: _SomeRun, longest: _SomeRun) -> bool:
    """Return whether the longest run is the current one, or before it and as long or longer."""
    first, last = current[1], longest[2]
    before = first is not None and last is not None and last < first
    return current == longest or (before and longest[0] >= current[0])


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
