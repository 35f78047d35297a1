"""What a streak asks for, and what it survives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._reprs import of_policy
from mainstay._schemas import schema
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.streaks.schedules import EveryDay, StreakSchedule

__all__ = ["DEFAULT_POLICY", "StreakPolicy"]

_optional_count = checks.optional(partial(checks.integer, low=1))


def _schedule(field: str, value: object) -> None:
    if not isinstance(value, StreakSchedule):
        raise InvalidTypeError(
            "must be a schedule",
            field=field,
            value=value,
            remedy="Such as EveryDay(), Weekdays({0, 2, 4}), DaysAWeek(3) or Recurring('...').",
        )


def _rest_weekdays(value: Iterable[int]) -> frozenset[int]:
    return checks.weekdays("rest_weekdays", value)


def _excused(value: Iterable[date]) -> frozenset[date]:
    return frozenset(checks.days("excused", value))


def _given(value: Iterable[date]) -> tuple[date, ...]:
    field = "freezes_given"
    return tuple(sorted(checks.day(field, day) for day in checks.iterable(field, value)))


@schema("streak-policy/1")
@attrs.frozen(kw_only=True)
class StreakPolicy:
    """What a streak asks for, and what it survives.

    A freeze stands for one active day that is missing. Freezes are in stock from the beginning,
    earned by being active, or given on a date; each can be used from that date on. What comes
    beyond the most there may be in stock is lost.

    Raises:
        InvalidValueError: A weekday is not 0 to 6, a number is out of its range, there are rest
            weekdays with another schedule, or more freezes than there may be.
        InvalidTypeError: A field is of another type.

    Examples:
        >>> from mainstay import streak_of
        >>> friday, monday, wednesday = (date(2024, 5, day) for day in (3, 6, 8))
        >>> policy = StreakPolicy(rest_weekdays={5, 6}, freezes=1)
        >>> streak = streak_of([friday, monday, wednesday], as_of=wednesday, policy=policy)
        >>> streak.current, streak.freezes_left
        (5, 0)
        >>> earned = StreakPolicy(freeze_every=2, most_freezes=1)
        >>> streak_of([friday, date(2024, 5, 4), monday], as_of=monday, policy=earned).current
        3
    """

    #: What is asked for: every day, some weekdays, some days a week, or what is due by a rule.
    schedule: StreakSchedule = attrs.field(default=EveryDay(), validator=checks.each(_schedule))
    #: Weekdays, Monday = 0, that never break a run; between its active days they lengthen it.
    #: Only where every day is asked for: other schedules say which days need nothing.
    rest_weekdays: frozenset[int] = attrs.field(default=frozenset(), converter=_rest_weekdays)
    #: Dates on which nothing is asked for: a period needs one active day less for each in it.
    excused: frozenset[date] = attrs.field(default=frozenset(), converter=_excused)
    #: Freezes in stock at the beginning. Each stands for an active day that is missing; they keep
    #: a run alive and don't lengthen it.
    freezes: int = attrs.field(default=0, validator=checks.each(checks.count))
    #: A freeze is earned by so many active days, each time; ``None`` for never.
    freeze_every: int | None = attrs.field(default=None, validator=_optional_count)
    #: Dates on which a freeze is given; one that is there twice gives two.
    freezes_given: tuple[date, ...] = attrs.field(default=(), converter=_given)
    #: The most that there are in stock; ``None`` for any number.
    most_freezes: int | None = attrs.field(default=None, validator=_optional_count)

    def __attrs_post_init__(self) -> None:
        if self.rest_weekdays and not isinstance(self.schedule, EveryDay):
            raise InvalidValueError(
                "must be empty unless every day is asked for",
                field="rest_weekdays",
                value=set(self.rest_weekdays),
                remedy="Weekdays({0, 1, 2, 3, 4}) asks for these days alone; DaysAWeek and "
                "Recurring leave it open which.",
            )
        if self.most_freezes is not None and self.freezes > self.most_freezes:
            raise InvalidValueError(
                f"must be at most {self.most_freezes}, the most in stock",
                field="freezes",
                value=self.freezes,
                remedy="Raise most_freezes, or begin with fewer.",
            )

    def __repr__(self) -> str:
        return of_policy(self)


DEFAULT_POLICY = StreakPolicy()
