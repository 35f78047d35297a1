"""The state that activity leaves: the window of recent active days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Self

import attrs

from mainstay import _checks as checks
from mainstay import _html
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError, OutOfOrderError

__all__ = [
    "WINDOW_DAYS",
    "ActivityWindow",
]

WINDOW_DAYS = 28


@schema("activity-window/1")
@attrs.frozen
class ActivityWindow:
    """The active ones among the days that end at ``last_day``, in a few bytes.

    Recording is an OR, moving on a shift, merging an OR again after the earlier window has moved
    on. So events may come late, repeatedly and in any order, and windows of one user from
    different machines merge in any order: the result is the same.

    Attributes:
        last_day: The day that bit 0 stands for.
        bits: Bit *n* is set if the user was active *n* days before ``last_day``.
        length: How many days the window spans, 28 for the consistency score.

    Raises:
        InvalidValueError: ``bits`` has days outside the window, or before the year 1.

    Examples:
        >>> from datetime import date
        >>> window = ActivityWindow.from_days(
        ...     [date(2024, 5, 1), date(2024, 5, 3)], last_day=date(2024, 5, 4)
        ... )
        >>> window
        ActivityWindow(last_day=datetime.date(2024, 5, 4), bits=0b1010, length=28)
        >>> window.active_days, window.current_streak
        (2, 1)
        >>> window.record(date(2024, 5, 4)).current_streak
        2
    """

    last_day: date = attrs.field(validator=checks.each(checks.day))
    bits: int = attrs.field(validator=checks.each(checks.count), repr=bin)
    length: int = attrs.field(
        default=WINDOW_DAYS, validator=checks.each(partial(checks.integer, low=1))
    )

    def __attrs_post_init__(self) -> None:
        if self.bits >> min(self.length, self.last_day.toordinal()):
            raise InvalidValueError(
                f"must have no bit beyond the {self.length} days that end {self.last_day}",
                field="bits",
                value=self.bits,
                remedy="ActivityWindow.from_days leaves out days outside the window.",
            )

    @classmethod
    def from_days(cls, days: Iterable[date], *, last_day: date, length: int = WINDOW_DAYS) -> Self:
        """Return the window of a set of days; those outside it are ignored."""
        newest = checks.day("last_day", last_day).toordinal()
        length = checks.integer("length", length, 1)
        ages = {newest - day.toordinal() for day in checks.days("days", days)}
        return cls(last_day, sum(1 << age for age in ages if 0 <= age < length), length)

    def _repr_html_(self) -> str:
        heading = f"{self.active_days} of {self.length} days, to {self.last_day}"
        return _html.card(heading, _html.strip(self))

    @property
    def active_days(self) -> int:
        """The number of active days."""
        return self.bits.bit_count()

    @property
    def current_streak(self) -> int:
        """Consecutive active days ending on the last day, or the day before it if that has none.

        At most the window's length, since it knows of no day before its first:
        :attr:`streak_may_be_longer` says where that is the limit.
        """
        run = self.bits if self.bits & 1 else self.bits >> 1
        return (~run & (run + 1)).bit_length() - 1

    @property
    def streak_may_be_longer(self) -> bool:
        """Whether the current streak reaches the window's first day, and so may be longer."""
        return (self.bits | 1).bit_count() == self.length and self.bits > 0

    @property
    def days_since_active(self) -> int | None:
        """Days from the last active day to the window's last; ``None`` without an active day."""
        return (self.bits & -self.bits).bit_length() - 1 if self.bits else None

    @property
    def gaps(self) -> tuple[int, ...]:
        """Days between neighbouring active days, oldest first: 1 for two days in a row."""
        pauses = f"{self.bits:b}".rstrip("0").split("1")[1:-1]
        return tuple([len(pause) + 1 for pause in pauses])

    def days(self) -> tuple[date, ...]:
        """Return the active days, oldest first."""
        newest = self.last_day.toordinal()
        ages = range(self.bits.bit_length() - 1, -1, -1)
        return tuple(date.fromordinal(newest - age) for age in ages if self.bits >> age & 1)

    def record(self, day: date) -> ActivityWindow:
        """Return the window with one more active day.

        A later day moves the window on; a day before the window changes nothing.
        """
        age = self.last_day.toordinal() - checks.day("day", day).toordinal()
        if age < 0:
            return self.advance(day).record(day)
        return self if age >= self.length else self._with(self.last_day, self.bits | 1 << age)

    def advance(self, to: date) -> ActivityWindow:
        """Return the window moved on, so that it ends at ``to``.

        Raises:
            OutOfOrderError: ``to`` is before the last day.
        """
        days = checks.day("to", to).toordinal() - self.last_day.toordinal()
        if days < 0:
            raise OutOfOrderError(
                f"must not be before {self.last_day}, the window's last day",
                field="to",
                value=to,
                remedy="A window only moves on; build an earlier one with from_days.",
            )
        return self._with(to, (self.bits << days) & ((1 << self.length) - 1)) if days else self

    def merge(self, other: ActivityWindow) -> ActivityWindow:
        """Return what both windows know of one user, as of the later last day.

        Raises:
            InvalidTypeError: ``other`` is not a window.
            InvalidValueError: The windows differ in length.
        """
        checks.instance("other", other, ActivityWindow)
        if self.length != other.length:
            raise InvalidValueError(
                f"must be {self.length} days long like the other window",
                field="length",
                value=other.length,
            )
        last_day = max(self.last_day, other.last_day)
        return self._with(last_day, self.advance(last_day).bits | other.advance(last_day).bits)

    def _with(self, last_day: date, bits: int) -> ActivityWindow:
        return ActivityWindow(last_day, bits, self.length)
