"""Daily streaks against the vectors of SPEC §3 and calendars worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from mainstay import (
    DailyStreak,
    DaysAWeek,
    EveryDay,
    InvalidTypeError,
    InvalidValueError,
    PeriodUnit,
    StreakPolicy,
    StreakStatus,
    streak_of,
)

DONE, PENDING, BROKEN, NONE = StreakStatus
WEEKEND = StreakPolicy(rest_weekdays=frozenset({5, 6}))


def april(*days: int) -> list[date]:
    return [date(2021, 4, day) for day in days]


def in_2023(*days: int) -> list[date]:
    """April 2023, whose 14th is a Friday."""
    return [date(2023, 4, day) for day in days]


@pytest.mark.parametrize(
    ("days", "current", "status", "longest"),
    [
        ((15, 16, 17, 18), 4, "done", 4),
        ((15, 16, 17), 3, "pending", 3),
        ((15, 16), 0, "broken", 2),
        ((), 0, "none", 0),
        ((19,), 0, "none", 0),
        ((1, 2, 3, 10, 11, 12, 18), 1, "done", 3),
    ],
)
def test_the_vectors_of_the_contract(
    days: tuple[int, ...], current: int, status: str, longest: int
) -> None:
    streak = streak_of(april(*days), as_of=date(2021, 4, 18))
    assert (streak.current, streak.status, streak.longest) == (current, status, longest)


def test_the_first_and_last_days_of_both_runs() -> None:
    assert streak_of(april(1, 2, 3, 16, 17), as_of=date(2021, 4, 18)) == DailyStreak(
        current=2,
        current_first=date(2021, 4, 16),
        current_last=date(2021, 4, 17),
        longest=3,
        longest_first=date(2021, 4, 1),
        longest_last=date(2021, 4, 3),
        freezes_left=0,
        status=StreakStatus.PENDING,
        periods=2,
        longest_periods=3,
        unit=PeriodUnit.DAY,
        due=date(2021, 4, 18),
        active=0,
        needed=1,
    )


def test_a_broken_streak_has_no_current_run() -> None:
    streak = streak_of(april(1, 2), as_of=date(2021, 4, 18))
    assert (streak.current_first, streak.current_last) == (None, None)
    assert streak.longest_last == date(2021, 4, 2)


def test_of_equally_long_runs_the_earliest_is_the_longest() -> None:
    streak = streak_of(april(1, 2, 17, 18), as_of=date(2021, 4, 18))
    assert (streak.current, streak.longest) == (2, 2)
    assert streak.longest_first == date(2021, 4, 1)


@pytest.mark.parametrize(
    ("days", "as_of", "current", "longest", "status"),
    [
        ((14, 17), 17, 4, 4, "done"),  # SPEC: Friday and Monday
        ((12, 13, 17), 17, 1, 2, "done"),  # SPEC: Friday was missed
        ((14,), 16, 1, 1, "pending"),  # Sunday
        ((14,), 17, 1, 1, "pending"),  # Monday is open
        ((14,), 18, 0, 1, "broken"),  # Monday was missed
        ((14, 15, 17), 17, 4, 4, "done"),  # active on a rest day
        ((15,), 17, 1, 1, "pending"),
    ],
)
def test_rest_days_never_break_a_run_and_count_between_active_days(
    days: tuple[int, ...], as_of: int, current: int, longest: int, status: str
) -> None:
    streak = streak_of(in_2023(*days), as_of=date(2023, 4, as_of), policy=WEEKEND)
    assert (streak.current, streak.longest, streak.status) == (current, longest, status)


@pytest.mark.parametrize(
    ("days", "as_of", "freezes", "current", "longest", "left", "status"),
    [
        ((1, 3, 10, 12), 12, 1, 1, 2, 0, "done"),  # SPEC
        ((1, 3, 10, 12), 12, 2, 2, 2, 0, "done"),
        ((1, 3, 10, 12), 12, 6, 2, 2, 4, "done"),  # 5 left can't cover 6: 10 starts anew
        ((1, 3, 10, 12), 12, 7, 1, 3, 0, "done"),  # 1 + 6 are covered, and none is left for 11
        ((1, 3, 10, 12), 12, 8, 4, 4, 0, "done"),
        ((1,), 3, 1, 1, 1, 0, "pending"),  # the 2nd takes the freeze
        ((1,), 4, 1, 0, 1, 1, "broken"),  # what can't be covered takes none
        ((1, 4), 4, 1, 1, 1, 1, "done"),
    ],
)
def test_freezes_cover_the_oldest_gaps_that_they_can(
    days: tuple[int, ...],
    as_of: int,
    freezes: int,
    current: int,
    longest: int,
    left: int,
    status: str,
) -> None:
    streak = streak_of(
        april(*days), as_of=date(2021, 4, as_of), policy=StreakPolicy(freezes=freezes)
    )
    assert (streak.current, streak.longest) == (current, longest)
    assert (streak.freezes_left, streak.status) == (left, status)


def test_a_bridged_gap_counts_its_rest_days_and_not_its_frozen_ones() -> None:
    """Friday, the weekend at rest, Monday frozen, Tuesday: four days."""
    policy = StreakPolicy(rest_weekdays=frozenset({5, 6}), freezes=1)
    streak = streak_of(in_2023(14, 18), as_of=date(2023, 4, 18), policy=policy)
    assert (streak.current, streak.freezes_left) == (4, 0)


def test_gaps_of_centuries_are_counted_at_once() -> None:
    streak = streak_of(
        [date(1, 1, 1), date(9999, 12, 31)], as_of=date(9999, 12, 31), policy=WEEKEND
    )
    assert (streak.current, streak.longest) == (1, 1)


@pytest.mark.parametrize("value", [datetime(2021, 4, 18, tzinfo=UTC), "2021-04-18"])
def test_instants_are_refused(value: object) -> None:
    with pytest.raises(InvalidTypeError, match="as_of must be a date"):
        streak_of([], as_of=value)  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidTypeError, match="days must be a date"):
        streak_of([value], as_of=date(2021, 4, 18))  # type: ignore[list-item]  # refused


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"rest_weekdays": {7}}, "rest_weekdays"),
        ({"rest_weekdays": {"Sat"}}, "rest_weekdays"),
        ({"rest_weekdays": 5}, "rest_weekdays"),
        ({"freezes": -1}, "freezes"),
        ({"freezes": 1.5}, "freezes"),
        ({"freezes": 3, "most_freezes": 2}, "freezes"),
        ({"freeze_every": 0}, "freeze_every"),
        ({"most_freezes": 0}, "most_freezes"),
        ({"freezes_given": date(2024, 5, 1)}, "freezes_given"),
        ({"freezes_given": [datetime(2024, 5, 1, tzinfo=UTC)]}, "freezes_given"),
        ({"excused": ["2024-05-01"]}, "excused"),
        ({"schedule": "daily"}, "schedule"),
        ({"schedule": EveryDay}, "schedule"),
        ({"schedule": DaysAWeek(3), "rest_weekdays": {6}}, "rest_weekdays"),
    ],
)
def test_a_policy_refuses_what_it_can_not_mean(options: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        StreakPolicy(**options)  # type: ignore[arg-type]  # refused
    assert caught.value.field == field


def test_rest_weekdays_may_be_given_as_any_set() -> None:
    assert StreakPolicy(rest_weekdays={5, 6}) == WEEKEND


#: Each a length, the first and the last day, and the periods that were met.
RUN = (3, date(2021, 4, 15), date(2021, 4, 17), 3)
EARLIER = (4, date(2021, 4, 1), date(2021, 4, 4), 4)
NEVER = (0, None, None, 0)
SUNDAY = date(2021, 4, 18)


def told(
    current: tuple[Any, ...], longest: tuple[Any, ...], status: Any, **more: Any
) -> DailyStreak:
    """Return a streak of days as of a Sunday, on which the user was active if it is done."""
    names = ("", "_first", "_last")
    runs = {"current": current, "longest": longest}
    fields: dict[str, Any] = {
        f"{run}{name}": of[n] for run, of in runs.items() for n, name in enumerate(names)
    }
    fields.update(periods=current[3], longest_periods=longest[3], freezes_left=0, status=status)
    fields.update(unit=PeriodUnit.DAY, due=SUNDAY, active=int(status == "done"), needed=1)
    fields.update(more)
    return DailyStreak(**fields)


@pytest.mark.parametrize(
    ("current", "longest", "status", "more", "field"),
    [
        ((-5, None, None, 0), EARLIER, BROKEN, {}, "current"),
        ((4, *RUN[1:]), EARLIER, DONE, {}, "current"),
        ((1, *RUN[1:3], 1), EARLIER, DONE, {}, "current"),
        ((3, RUN[1], None, 3), EARLIER, DONE, {}, "current"),
        ((3, RUN[2], RUN[1], 3), EARLIER, DONE, {}, "current"),
        ((3, None, None, 3), EARLIER, DONE, {}, "current"),
        (NEVER, (5, *EARLIER[1:]), BROKEN, {}, "longest"),
        (RUN, NEVER, DONE, {}, "longest"),
        (RUN, (2, *EARLIER[1:3], 2), DONE, {}, "longest"),
        (RUN, (*RUN[:3], 2), DONE, {}, "longest"),
        (EARLIER, RUN, DONE, {}, "longest"),
        (RUN, (4, date(2021, 4, 12), RUN[1], 4), DONE, {}, "longest"),  # they share a day
        ((*RUN[:3], 4), EARLIER, DONE, {}, "periods"),
        (RUN, (*EARLIER[:3], 5), DONE, {}, "longest_periods"),
        (RUN, RUN, NONE, {}, "status"),
        (RUN, RUN, "done", {}, "status"),
        (RUN, RUN, PENDING, {"active": 1}, "status"),
        (RUN, RUN, DONE, {"needed": 2}, "status"),
        (RUN, RUN, DONE, {"needed": 0, "active": 0}, "status"),
        (NEVER, RUN, PENDING, {}, "status"),
        (NEVER, NEVER, BROKEN, {}, "status"),
        (NEVER, NEVER, NONE, {"freezes_left": -1}, "freezes_left"),
        (NEVER, RUN, BROKEN, {"active": 1}, "active"),
        (RUN, RUN, DONE, {"active": 4}, "active"),
        (RUN, RUN, PENDING, {"due": None}, "needed"),
        (RUN, RUN, PENDING, {"unit": "day"}, "unit"),
    ],
)
def test_a_streak_whose_fields_contradict_one_another_is_refused(
    current: tuple[Any, ...],
    longest: tuple[Any, ...],
    status: StreakStatus,
    more: dict[str, Any],
    field: str,
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        told(current, longest, status, **more)
    assert caught.value.field == field


def test_streaks_that_can_be_are_taken() -> None:
    """The longest is the current run or one before it; freezes shorten what lies between."""
    told(RUN, EARLIER, PENDING)
    told(RUN, RUN, DONE, freezes_left=2)
    told((2, *RUN[1:3], 2), EARLIER, DONE)
    told(RUN, RUN, PENDING, needed=0, due=None)
    told(NEVER, RUN, BROKEN)
    told(NEVER, NEVER, NONE, freezes_left=1)
