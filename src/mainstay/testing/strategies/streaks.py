"""Schedules and policies of daily streaks."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from mainstay.streaks.policy import StreakPolicy
from mainstay.streaks.schedules import DaysAWeek, EveryDay, Recurring, StreakSchedule, Weekdays
from mainstay.testing.strategies.calendar import days
from mainstay.testing.strategies.making import made

__all__ = ["REST_WEEKDAYS", "RULES", "SOME_WEEKDAYS", "streak_policies", "streak_schedules"]

# What is drawn again and again is made once: Hypothesis checks and labels each new strategy.
_SETS = st.integers(0, 127).map(lambda bits: [day for day in range(7) if bits >> day & 1])
REST_WEEKDAYS = st.sampled_from([(), (5, 6), range(7)]) | _SETS
SOME_WEEKDAYS = _SETS.filter(bool)
_OWN = st.builds(Weekdays, SOME_WEEKDAYS) | st.builds(
    DaysAWeek, st.integers(1, 7), st.integers(0, 6)
)
_FREQUENCIES = st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
_ENDS = st.sampled_from(["", ";COUNT=1", ";COUNT=5"])
_MOST = st.sampled_from([None, None, 1, 2, 4])
_EVERY = st.none() | st.integers(1, 8)


def streak_schedules(first: SearchStrategy[date] | None = None) -> SearchStrategy[StreakSchedule]:
    """Schedules of all kinds: every day, some weekdays, some days a week, due dates.

    Args:
        first: When rules begin.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(streak_schedules(), days())
        ... def test_a_day_is_in_a_period_that_ends_with_it_or_later(schedule, day):
        ...     due = schedule.last_day(schedule.period(day))
        ...     assert due is None or due >= day
        >>> test_a_day_is_in_a_period_that_ends_with_it_or_later()
    """
    rules = RULES if first is None else _rules(first)
    return st.just(EveryDay()) | _OWN | st.builds(Recurring, rules)


def _rules(first: SearchStrategy[date]) -> SearchStrategy[str]:
    return made(_rule, first, _FREQUENCIES, st.integers(1, 9), _ENDS)


def _rule(first: date, frequency: str, interval: int, end: str) -> str:
    return f"DTSTART:{first:%Y%m%d} RRULE:FREQ={frequency};INTERVAL={interval}{end}"


RULES = _rules(days())


def streak_policies(dates: SearchStrategy[date] | None = None) -> SearchStrategy[StreakPolicy]:
    """Policies of daily streaks: any schedule, rest weekdays, excused dates, a few freezes.

    Args:
        dates: When rules begin, days are excused, and freezes given.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay import streak_of
        >>> week = [date(2024, 5, day) for day in range(1, 8)]
        >>> @settings(max_examples=1)
        ... @given(streak_policies())
        ... def test_an_active_week_is_a_streak(policy):
        ...     assert streak_of(week, as_of=week[-1], policy=policy).longest >= 1
        >>> test_an_active_week_is_a_streak()
    """
    some = days() if dates is None else dates
    excused = st.just(()) | st.lists(some, max_size=12)
    freezes = st.tuples(st.integers(0, 4), _EVERY, st.lists(some, max_size=9), _MOST)
    return st.one_of(
        st.builds(StreakPolicy, rest_weekdays=REST_WEEKDAYS, freezes=st.integers(0, 8)),
        st.builds(StreakPolicy, schedule=streak_schedules(dates), excused=excused),
        made(_frozen, freezes, rest_weekdays=REST_WEEKDAYS, excused=excused),
        made(_frozen, freezes, schedule=streak_schedules(dates), excused=excused),
    )


def _frozen(freezes: tuple[int, int | None, list[date], int | None], **more: Any) -> StreakPolicy:
    """Return a policy with freezes, at the beginning no more than there may be."""
    first, every, given, most = freezes
    return StreakPolicy(
        freezes=first if most is None else min(first, most),
        freeze_every=every,
        freezes_given=given,
        most_freezes=most,
        **more,
    )
