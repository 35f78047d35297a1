"""What a streak asks for, and until when: schedules, which cut the calendar into periods."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import partial
from typing import ClassVar, TypeAlias

import attrs

from mainstay import _checks as checks
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError
from mainstay.streaks.due_dates import check_rule, due_dates

__all__ = [
    "DaysAWeek",
    "EveryDay",
    "PeriodUnit",
    "Recurring",
    "StreakSchedule",
    "Weekdays",
    "weekdays_before",
]

_WEEK = 7
_LAST = date.max.toordinal()


class PeriodUnit(StrEnum):
    """What a period of a schedule is.

    Examples:
        >>> [schedule.unit.value for schedule in (EveryDay(), DaysAWeek(3))]
        ['day', 'week']
    """

    #: A single day.
    DAY = "day"
    #: Seven days.
    WEEK = "week"
    #: The days after one due date up to the next, that one included.
    DUE_DATE = "due date"


def weekdays_before(weekdays: frozenset[int], ordinal: int) -> int:
    """Return how many dates before one, given by its ordinal, are some weekdays.

    Examples:
        >>> weekdays_before(frozenset({0, 6}), date(1, 1, 9).toordinal())  # 1, 7, 8 January
        3
    """
    weeks, odd = divmod(ordinal - 1, _WEEK)  # the calendar begins on a Monday
    return weeks * len(weekdays) + sum(weekday < odd for weekday in weekdays)


@schema("every-day/1")
@attrs.frozen
class EveryDay:
    """Each day needs to be active: the standard schedule of a streak.

    Examples:
        >>> from mainstay import StreakPolicy
        >>> StreakPolicy().schedule
        EveryDay()
    """

    unit: ClassVar[PeriodUnit] = PeriodUnit.DAY

    def period(self, day: date) -> int:
        """Return the number of the period that a day is in: later ones have greater numbers."""
        return day.toordinal()

    def last_day(self, period: int) -> date | None:
        """Return the last day of a period."""
        return date.fromordinal(period)

    def needed_before(self, period: int) -> int:
        """Return how many active days the periods before one need in all.

        They are counted from any fixed one on: only differences mean something.
        """
        return period


def _due_weekdays(value: Iterable[int]) -> frozenset[int]:
    weekdays = checks.weekdays("weekdays", value)
    if not weekdays:
        raise InvalidValueError(
            "must not be empty",
            field="weekdays",
            value=value,
            remedy="Monday is 0 and Sunday 6, as in date.weekday().",
        )
    return weekdays


@schema("weekdays/1")
@attrs.frozen
class Weekdays:
    """Some weekdays need to be active. The others neither break nor lengthen, unless active.

    Attributes:
        weekdays: The days that count, Monday = 0; at least one.

    Raises:
        InvalidValueError: A weekday is not 0 to 6, or there is none.

    Examples:
        >>> from datetime import date
        >>> from mainstay import StreakPolicy, streak_of
        >>> policy = StreakPolicy(schedule=Weekdays({0, 2, 4}))
        >>> days = [date(2024, 5, day) for day in (3, 6, 8)]  # Friday, Monday, Wednesday
        >>> streak_of(days, as_of=date(2024, 5, 9), policy=policy).current
        3
    """

    weekdays: frozenset[int] = attrs.field(converter=_due_weekdays)
    unit: ClassVar[PeriodUnit] = PeriodUnit.DAY

    def period(self, day: date) -> int:
        """Return the number of a day: each is a period, those that need nothing too."""
        return day.toordinal()

    def last_day(self, period: int) -> date | None:
        """Return the last day of a period."""
        return date.fromordinal(period)

    def needed_before(self, period: int) -> int:
        """Return how many of the days before one count; see :meth:`EveryDay.needed_before`."""
        return weekdays_before(self.weekdays, period)


@schema("days-a-week/1")
@attrs.frozen
class DaysAWeek:
    """Each week needs some active days, no matter which.

    Attributes:
        days: How many different days, 1 to 7.
        first_weekday: The weekday on which weeks begin, Monday = 0.

    Raises:
        InvalidValueError: A number is out of its range.

    Examples:
        >>> from datetime import date
        >>> from mainstay import StreakPolicy, streak_of
        >>> policy = StreakPolicy(schedule=DaysAWeek(2))
        >>> days = [date(2024, 5, day) for day in (1, 4, 6, 12, 14)]
        >>> streak = streak_of(days, as_of=date(2024, 5, 15), policy=policy)
        >>> streak.current, streak.periods, streak.status.value
        (5, 2, 'pending')
        >>> print(streak.explain()[1].text)
        This week: 1 of 2 days so far.
    """

    days: int = attrs.field(validator=checks.each(partial(checks.integer, low=1, high=_WEEK)))
    first_weekday: int = attrs.field(
        default=0, validator=checks.each(partial(checks.integer, low=0, high=_WEEK - 1))
    )
    unit: ClassVar[PeriodUnit] = PeriodUnit.WEEK

    def period(self, day: date) -> int:
        """Return the number of a day's week: later ones have greater numbers."""
        return (day.toordinal() - 1 - self.first_weekday) // _WEEK

    def last_day(self, period: int) -> date | None:
        """Return the last day of a week; the calendar's last one ends with the calendar."""
        return date.fromordinal(min((period + 1) * _WEEK + self.first_weekday, _LAST))

    def needed_before(self, period: int) -> int:
        """Return what the weeks before one need; see :meth:`EveryDay.needed_before`."""
        return period * self.days


@schema("recurring/1")
@attrs.frozen
class Recurring:
    """Something is due on dates that a rule of RFC 5545 gives; it may be done before, too.

    A period is the days after one due date up to the next, that one included, and needs one active
    day. The first one has all days up to the first due date. After the last due date of a rule
    that ends (``UNTIL``, ``COUNT``), nothing is due any more, and nothing breaks.

    Attributes:
        rule: ``DTSTART``, which is the first date that may be due, ``RRULE`` and, if need be,
            ``RDATE`` and ``EXDATE``; on lines of their own, or with blanks between. Only dates
            count: times of day and zones are passed over.

    Raises:
        InvalidValueError: It is not such a rule, has no ``DTSTART``, is finer than a day, or
            has no due date.

    Examples:
        >>> from datetime import date
        >>> from mainstay import StreakPolicy, streak_of
        >>> fortnightly = Recurring("DTSTART:20240503 RRULE:FREQ=WEEKLY;INTERVAL=2")
        >>> days = [date(2024, 5, 2), date(2024, 5, 17)]
        >>> policy = StreakPolicy(schedule=fortnightly)
        >>> streak = streak_of(days, as_of=date(2024, 5, 20), policy=policy)
        >>> streak.periods, streak.due, streak.status.value
        (2, datetime.date(2024, 5, 31), 'pending')
        >>> Recurring("RRULE:FREQ=WEEKLY")
        Traceback (most recent call last):
            ...
        mainstay.errors.InvalidValueError: rule must say when it begins, got 'RRULE:FREQ=WEEKLY'. \
Put DTSTART before it, such as DTSTART:20240101.
    """

    rule: str = attrs.field(validator=checks.each(check_rule))
    unit: ClassVar[PeriodUnit] = PeriodUnit.DUE_DATE

    def period(self, day: date) -> int:
        """Return how many due dates there are before a day."""
        return due_dates(self.rule).before(day.toordinal())

    def last_day(self, period: int) -> date | None:
        """Return the due date with which a period ends; ``None`` where nothing is due any more."""
        return due_dates(self.rule).date(period)

    def needed_before(self, period: int) -> int:
        """Return how many due dates the periods before one end with."""
        return due_dates(self.rule).through(period)


#: What a streak asks for.
StreakSchedule: TypeAlias = EveryDay | Weekdays | DaysAWeek | Recurring
