"""The state behind the year score: 28 days and 52 weeks, in a few bytes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Self

import attrs

from mainstay import _checks as checks
from mainstay import _html
from mainstay._schemas import schema
from mainstay.activity.window import WINDOW_DAYS, ActivityWindow
from mainstay.errors import InvalidValueError

__all__ = ["ALL_DAYS_KNOWN", "YEAR_DAYS", "YEAR_WEEKS", "ActivityYear"]

YEAR_WEEKS = 52
_WEEK = 7
#: As many days as 52 weeks have at most: those that a window needs to tell all of them.
YEAR_DAYS = YEAR_WEEKS * _WEEK
#: The weeks all of whose days are among the last 28, on whatever weekday these end.
ALL_DAYS_KNOWN = 0b1111


@schema("activity-year/1")
@attrs.frozen
class ActivityYear:
    """The active ones among the 28 days that end at ``last_day``, and among the last 52 ISO weeks.

    Recording is an OR, moving on a shift, merging an OR again after the earlier state has moved
    on, as with :class:`mainstay.ActivityWindow`. So events may come late, repeatedly and in any
    order, and states of one user merge in any order: the result is the same.

    Attributes:
        last_day: The day that bit 0 of the days stands for; bit 0 of the weeks is its week.
        day_bits: Bit *n* is set if the user was active *n* days before; 28 bits.
        week_bits: Bit *n* is set if the user was active in the week *n* weeks before; 52 bits.

    Raises:
        InvalidValueError: A bit is beyond the 28 days, the 52 weeks, or before the year 1; the week
            of an active day is not set; or a week is set of which all days are known and none is.

    Examples:
        >>> from datetime import date
        >>> days = [date(2024, 1, 1), date(2024, 5, 3)]
        >>> year = ActivityYear.from_days(days, last_day=date(2024, 5, 4))
        >>> year.active_days, year.active_weeks
        (1, 2)
        >>> year.record(date(2024, 4, 1)).active_weeks
        3
    """

    last_day: date = attrs.field(validator=checks.each(checks.day))
    day_bits: int = attrs.field(validator=checks.each(checks.count), repr=bin)
    week_bits: int = attrs.field(validator=checks.each(checks.count), repr=bin)

    def __attrs_post_init__(self) -> None:
        ordinal = self.last_day.toordinal()
        self._refuse_beyond("day_bits", min(WINDOW_DAYS, ordinal), f"{WINDOW_DAYS} days")
        self._refuse_beyond("week_bits", min(YEAR_WEEKS, _week(ordinal) + 1), f"{YEAR_WEEKS} weeks")
        shown = _weeks_of(self.day_bits, ordinal)
        if shown & ~self.week_bits:
            self._refuse_weeks("must have the week of each active day")
        if self.week_bits & ALL_DAYS_KNOWN & ~shown:
            self._refuse_weeks("must have none of the last four weeks without an active day")

    def _refuse_beyond(self, field: str, length: int, span: str) -> None:
        bits = getattr(self, field)
        if bits >> length:
            raise InvalidValueError(
                f"must have no bit beyond the {span} that end {self.last_day}",
                field=field,
                value=bits,
                remedy="ActivityYear.from_days leaves out days outside them.",
            )

    def _refuse_weeks(self, problem: str) -> None:
        raise InvalidValueError(
            problem,
            field="week_bits",
            value=self.week_bits,
            remedy="ActivityYear.from_days sets days and weeks together.",
        )

    @classmethod
    def from_days(cls, days: Iterable[date], *, last_day: date) -> Self:
        """Return the state of a set of days; those after the last, or too old, are ignored."""
        return cls.from_window(ActivityWindow.from_days(days, last_day=last_day, length=YEAR_DAYS))

    @classmethod
    def from_window(cls, window: ActivityWindow) -> Self:
        """Return the state that ends with a window of at least 364 days.

        Raises:
            InvalidValueError: The window is shorter, and so can't tell all weeks.
        """
        if checks.instance("window", window, ActivityWindow).length < YEAR_DAYS:
            raise InvalidValueError(
                f"must be at least {YEAR_DAYS} days",
                field="window.length",
                value=window.length,
                remedy=f"Build the window with length={YEAR_DAYS}.",
            )
        weeks = _weeks_of(window.bits, window.last_day.toordinal())
        return cls(window.last_day, window.bits & _below(WINDOW_DAYS), weeks & _below(YEAR_WEEKS))

    def _repr_html_(self) -> str:
        heading = f"{self.active_weeks} of {YEAR_WEEKS} weeks, to {self.last_day}"
        return _html.card(heading, _html.strip(self.window))

    @property
    def window(self) -> ActivityWindow:
        """The window of the 28 days."""
        return ActivityWindow(self.last_day, self.day_bits)

    @property
    def active_days(self) -> int:
        """The number of active days among the last 28."""
        return self.day_bits.bit_count()

    @property
    def active_weeks(self) -> int:
        """The number of active weeks among this one and the 51 before."""
        return self.week_bits.bit_count()

    @property
    def days_since_active(self) -> int | None:
        """Days from the last active day to the last; ``None`` without one among the last 28."""
        return self.window.days_since_active

    def record(self, day: date) -> ActivityYear:
        """Return the state with one more active day.

        A later day moves the state on; one before its 52 weeks changes nothing.
        """
        last, ordinal = self.last_day.toordinal(), checks.day("day", day).toordinal()
        if ordinal > last:
            return self.advance(day).record(day)
        age, weeks = last - ordinal, _week(last) - _week(ordinal)
        days = self.day_bits | (1 << age) & _below(WINDOW_DAYS)
        return ActivityYear(self.last_day, days, self.week_bits | (1 << weeks) & _below(YEAR_WEEKS))

    def advance(self, to: date) -> ActivityYear:
        """Return the state moved on, so that it ends at ``to``; weeks move on with each Monday.

        Raises:
            OutOfOrderError: ``to`` is before the last day.
        """
        days = self.window.advance(to)
        weeks = _week(to.toordinal()) - _week(self.last_day.toordinal())
        return ActivityYear(to, days.bits, self.week_bits << weeks & _below(YEAR_WEEKS))

    def merge(self, other: ActivityYear) -> ActivityYear:
        """Return what both states know of one user, as of the later last day.

        Raises:
            InvalidTypeError: ``other`` is not such a state.
        """
        last = max(self.last_day, checks.instance("other", other, ActivityYear).last_day)
        one, two = self.advance(last), other.advance(last)
        return ActivityYear(last, one.day_bits | two.day_bits, one.week_bits | two.week_bits)


def _below(length: int) -> int:
    return (1 << length) - 1


def _week(ordinal: int) -> int:
    """Return the number of a day's ISO week, counted from the one that begins the year 1."""
    return (ordinal - 1) // _WEEK


def _weeks_of(day_bits: int, last: int) -> int:
    """Return the weeks, counted back from the last day's, in which days are set."""
    past = (last - 1) % _WEEK + 1  # the days of the last week so far
    weeks, rest = int(day_bits & _below(past) > 0), day_bits >> past
    for age in range(1, rest.bit_length() // _WEEK + 2):
        weeks |= (rest & _below(_WEEK) > 0) << age
        rest >>= _WEEK
    return weeks
