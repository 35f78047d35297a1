"""Streaks by schedules, with excused dates and freezes, on calendars worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mainstay import (
    DailyStreak,
    DaysAWeek,
    EveryDay,
    InvalidTypeError,
    InvalidValueError,
    Recurring,
    StreakPolicy,
    Weekdays,
    streak_of,
)

MON_WED_FRI = Weekdays({0, 2, 4})
#: Due on 3, 17 and 31 May 2024, which are Fridays.
FORTNIGHTLY = Recurring("DTSTART:20240503 RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3")


def may(*days: int) -> list[date]:
    """May 2024, whose 6th is a Monday; its 32nd is the first of June."""
    return [date.fromordinal(date(2024, 4, 30).toordinal() + day) for day in days]


def stands(policy: StreakPolicy, days: tuple[int, ...], as_of: int) -> tuple[object, ...]:
    found = streak_of(may(*days), as_of=may(as_of)[0], policy=policy)
    return found.current, found.longest, found.periods, found.status.value, found.freezes_left


@pytest.mark.parametrize(
    ("days", "as_of", "expected"),
    [
        ((6, 8, 10), 10, (3, 3, 3, "done", 0)),
        ((6, 8, 10), 12, (3, 3, 3, "pending", 0)),  # Sunday is off
        ((6, 8, 10), 13, (3, 3, 3, "pending", 0)),  # Monday is open
        ((6, 8, 10), 14, (0, 3, 0, "broken", 0)),
        ((6, 8, 10, 11, 13), 13, (5, 5, 5, "done", 0)),  # Saturday lengthens
        ((6, 9, 10), 10, (2, 2, 2, "done", 0)),  # Thursday is not Wednesday
        ((11,), 12, (1, 1, 1, "pending", 0)),
    ],
)
def test_of_some_weekdays_the_others_neither_break_nor_lengthen_unless_active(
    days: tuple[int, ...], as_of: int, expected: tuple[object, ...]
) -> None:
    assert stands(StreakPolicy(schedule=MON_WED_FRI), days, as_of) == expected


@pytest.mark.parametrize(
    ("days", "as_of", "expected"),
    [
        ((6, 8, 12), 12, (3, 3, 1, "done", 0)),
        ((6, 6, 8), 8, (2, 2, 0, "pending", 0)),  # different days count, not events
        ((6, 8, 12), 15, (3, 3, 1, "pending", 0)),
        ((6, 8, 12, 13), 13, (4, 4, 1, "pending", 0)),
        ((6, 8, 12, 13, 14), 20, (0, 5, 0, "broken", 0)),  # two of three
        ((6, 8, 12, 13, 14, 20), 20, (1, 5, 0, "pending", 0)),
        ((1, 2, 6, 8, 12), 12, (3, 3, 1, "done", 0)),  # the first week had two
    ],
)
def test_a_week_is_met_by_its_days_whichever_they_are(
    days: tuple[int, ...], as_of: int, expected: tuple[object, ...]
) -> None:
    assert stands(StreakPolicy(schedule=DaysAWeek(3)), days, as_of) == expected


def test_weeks_may_begin_on_sunday() -> None:
    """Sunday 5 and Saturday 11 May 2024 are of one week, Saturday 4 of the one before."""
    policy = StreakPolicy(schedule=DaysAWeek(2, first_weekday=6))
    assert stands(policy, (5, 11), 11) == (2, 2, 1, "done", 0)
    assert stands(policy, (4, 5), 5) == (1, 1, 0, "pending", 0)
    assert streak_of([], as_of=date(2024, 5, 5), policy=policy).due == date(2024, 5, 11)


@pytest.mark.parametrize(
    ("days", "as_of", "expected"),
    [
        ((3, 17), 17, (2, 2, 2, "done", 0)),  # on the day
        ((1, 4, 30), 30, (3, 3, 3, "done", 0)),  # before it
        ((1,), 17, (1, 1, 1, "pending", 0)),  # the 17th is open
        ((1,), 18, (0, 1, 0, "broken", 0)),
        ((1, 18), 18, (1, 1, 1, "done", 0)),  # a day late is for the 31st
        ((1, 4, 30), 60, (3, 3, 3, "pending", 0)),  # the rule has ended: nothing breaks
        ((1, 4), 60, (0, 2, 0, "broken", 0)),
        ((1, 4, 30, 40), 60, (4, 4, 4, "done", 0)),
    ],
)
def test_what_is_due_may_be_done_through_its_date(
    days: tuple[int, ...], as_of: int, expected: tuple[object, ...]
) -> None:
    assert stands(StreakPolicy(schedule=FORTNIGHTLY), days, as_of) == expected


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        ("DTSTART:20240131 RRULE:FREQ=MONTHLY", [31, 92]),  # June has no 31st
        ("DTSTART;TZID=Europe/Berlin:20240501T233000\nRRULE:FREQ=WEEKLY;BYDAY=WE,FR", [1, 3]),
        ("DTSTART;VALUE=DATE:20240501 RRULE:FREQ=DAILY;UNTIL=20240502T235959Z", [1, 2]),
        ("dtstart:20240501 rrule:freq=daily EXDATE:20240502", [1, 3]),
        ("DTSTART:20240501 RDATE:20240509,20240505", [5, 9]),
    ],
)
def test_due_dates_are_those_of_the_rule_without_times(rule: str, due: list[int]) -> None:
    schedule = Recurring(rule)
    numbers = [schedule.period(day) for day in may(*due)]
    assert [schedule.last_day(number) for number in numbers] == may(*due)
    first = schedule.period(may(1)[0])
    assert schedule.last_day(first) == next(day for day in may(*due) if day >= may(1)[0])


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "RRULE:FREQ=DAILY",
        "DTSTART:TODAY RRULE:FREQ=DAILY",
        "DTSTART:12 RRULE:FREQ=DAILY",  # which dateutil would complete from today
        "DTSTART:20240501 RRULE:FREQ=DAILY;UNTIL=12",
        "DTSTART:20240501 RRULE:FREQ=HOURLY",
        "DTSTART:20240501 RRULE:FREQ=DAILY;BYHOUR=9",
        "DTSTART:20240501 RRULE:FREQ=DAILY;INTERVAL=0",  # which would never end
        "DTSTART:20240501 RRULE:FREQ=DAILY;INTERVAL=-1",
        "DTSTART:20240501 RRULE:FREQ=DAILY;COUNT=0",
        "DTSTART:20240501 RRULE:FREQ=SOMETIMES",
        "DTSTART:20240501 RRULE:BYDAY=MO",
        "DTSTART:20240501 RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "DTSTART:20240501 whatever",
    ],
)
def test_what_is_not_a_rule_of_dates_is_refused(rule: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Recurring(rule)
    assert caught.value.field == "rule"


@pytest.mark.parametrize(
    "rule", ["RRULE: FREQ=DAILY", "RRULE:FREQ=DAILY;", "RRULE:FREQ=DAILY; COUNT=9"]
)
def test_a_sign_that_nothing_follows_is_told(rule: str) -> None:
    with pytest.raises(InvalidValueError, match=r"rule must not have a blank, or nothing, behind"):
        Recurring(f"DTSTART:20240501 {rule}")


@pytest.mark.parametrize(
    ("schedule", "fields"),
    [
        (Weekdays, {"weekdays": set()}),
        (Weekdays, {"weekdays": {7}}),
        (DaysAWeek, {"days": 0}),
        (DaysAWeek, {"days": 8}),
        (DaysAWeek, {"days": 3, "first_weekday": 7}),
    ],
)
def test_a_schedule_refuses_what_no_week_has(schedule: Any, fields: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError):
        schedule(**fields)


def test_the_remedies_for_schedules_work() -> None:
    """What the errors of a policy name can be put in its place."""
    with pytest.raises(InvalidTypeError, match=r"DaysAWeek\(3\)"):
        StreakPolicy(schedule="three days a week")  # type: ignore[arg-type]  # refused
    assert StreakPolicy(schedule=DaysAWeek(3)).schedule == DaysAWeek(3)
    with pytest.raises(InvalidValueError, match=r"Weekdays\(\{0, 1, 2, 3, 4\}\)"):
        StreakPolicy(schedule=MON_WED_FRI, rest_weekdays={5, 6})
    assert StreakPolicy(schedule=Weekdays({0, 1, 2, 3, 4})).rest_weekdays == frozenset()


@pytest.mark.parametrize(
    ("schedule", "excused", "days", "as_of", "expected"),
    [
        (EveryDay(), (8, 9), (6, 7, 10), 10, (3, 3, 3, "done", 0)),
        (EveryDay(), (8,), (6, 7, 10), 10, (1, 2, 1, "done", 0)),  # the 9th was missed
        (EveryDay(), (8,), (6, 7, 8), 8, (3, 3, 3, "done", 0)),  # active while excused
        (EveryDay(), (9,), (8,), 9, (1, 1, 1, "pending", 0)),
        (DaysAWeek(3), (9,), (6, 7), 15, (2, 2, 1, "pending", 0)),  # two are enough then
        (DaysAWeek(3), (6, 7, 8, 9), (5, 14, 15, 16), 16, (3, 3, 1, "done", 0)),
        (DaysAWeek(1), (6, 7, 8, 9), (5, 14), 16, (2, 2, 2, "done", 0)),
        (FORTNIGHTLY, (10,), (1, 30), 30, (2, 2, 2, "done", 0)),  # the 17th needs nothing
        (MON_WED_FRI, (7,), (6, 10), 10, (1, 1, 1, "done", 0)),  # Tuesday was off anyway
    ],
)
def test_an_excused_date_makes_a_period_need_a_day_less(
    schedule: Any,
    excused: tuple[int, ...],
    days: tuple[int, ...],
    as_of: int,
    expected: tuple[object, ...],
) -> None:
    policy = StreakPolicy(schedule=schedule, excused=may(*excused))
    assert stands(policy, days, as_of) == expected


def test_an_excused_rest_weekday_still_lengthens() -> None:
    """Else being excused would shorten: Friday, a weekend of which Sunday is excused, Monday."""
    policy = StreakPolicy(rest_weekdays={5, 6}, excused=may(5))
    assert stands(policy, (3, 6), 6) == (4, 4, 2, "done", 0)


@pytest.mark.parametrize(
    ("fields", "days", "as_of", "expected"),
    [
        ({"freeze_every": 3}, (1, 2, 3, 5), 5, (4, 4, 4, "done", 0)),
        ({"freeze_every": 3}, (1, 2, 4), 4, (1, 2, 1, "done", 1)),  # earned on the 4th, too late
        ({"freeze_every": 1, "most_freezes": 2}, (1, 2, 3, 4), 4, (4, 4, 4, "done", 2)),
        ({"freeze_every": 2, "freezes": 1}, (1, 3, 5), 5, (3, 3, 3, "done", 0)),
        ({"freezes_given": (2,)}, (1, 3), 3, (2, 2, 2, "done", 0)),  # on the day that is missed
        ({"freezes_given": (3,)}, (1, 3), 3, (1, 1, 1, "done", 1)),  # a day late
        ({"freezes_given": (2, 2)}, (1, 4), 4, (2, 2, 2, "done", 0)),
        ({"freezes_given": (2, 3)}, (1, 4), 4, (2, 2, 2, "done", 0)),
        ({"freezes_given": (3, 3)}, (1, 4), 4, (1, 1, 1, "done", 2)),  # none on the 2nd
        ({"freezes_given": (9,)}, (1, 2), 3, (2, 2, 2, "pending", 0)),  # not known yet
        ({"freezes_given": (1, 2), "most_freezes": 1}, (), 3, (0, 0, 0, "none", 1)),
        ({"freezes_given": (2, 3), "most_freezes": 1}, (1, 4), 4, (2, 2, 2, "done", 0)),
        ({"freezes_given": (2, 2), "most_freezes": 1}, (1, 4), 4, (1, 1, 1, "done", 1)),
    ],
)
def test_freezes_count_from_the_date_on_which_they_are_earned_or_given(
    fields: dict[str, Any], days: tuple[int, ...], as_of: int, expected: tuple[object, ...]
) -> None:
    if "freezes_given" in fields:
        fields = fields | {"freezes_given": may(*fields["freezes_given"])}
    assert stands(StreakPolicy(**fields), days, as_of) == expected


@pytest.mark.parametrize(
    ("freezes", "days", "as_of", "expected"),
    [
        (1, (6, 8, 13, 14, 15), 15, (5, 5, 1, "done", 0)),  # the first week lacks one
        (1, (6, 13, 14, 15), 15, (3, 3, 1, "done", 1)),  # it lacks two: none is used
        (4, (6, 7, 20), 20, (3, 3, 0, "pending", 0)),  # one, and a whole week
        (3, (6, 7, 20), 20, (1, 2, 0, "pending", 3)),
        (2, (6, 7), 13, (2, 2, 0, "pending", 1)),
    ],
)
def test_a_freeze_stands_for_a_day_that_a_week_lacks(
    freezes: int, days: tuple[int, ...], as_of: int, expected: tuple[object, ...]
) -> None:
    policy = StreakPolicy(schedule=DaysAWeek(3), freezes=freezes)
    assert stands(policy, days, as_of) == expected


def test_the_week_in_which_a_run_ended_belongs_to_it() -> None:
    """The longest run does not get shorter when a week ends that was not met."""
    policy = StreakPolicy(schedule=DaysAWeek(3))
    found: list[DailyStreak] = [
        streak_of(may(6, 7, 8, 13, 14), as_of=day, policy=policy) for day in may(19, 20)
    ]
    assert [(one.current, one.longest, one.longest_last) for one in found] == [
        (5, 5, date(2024, 5, 14)),
        (0, 5, date(2024, 5, 14)),
    ]


def test_the_last_week_of_the_calendar_ends_with_it() -> None:
    policy = StreakPolicy(schedule=DaysAWeek(1))
    assert streak_of([date.max], as_of=date.max, policy=policy).due == date.max
