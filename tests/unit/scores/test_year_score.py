"""The year score gives what SPEC's vectors say, part by part."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mainstay import ActivityYear, InvalidValueError, OutOfOrderError, year_score

SUNDAY = date(2026, 3, 1)


def february(*days: int) -> list[date]:
    """Days of the 28 that end on SUNDAY, of which the 28th is that day."""
    return [SUNDAY - timedelta(days=28 - day) for day in days]


def ago(*ages: int) -> list[date]:
    return [SUNDAY - timedelta(days=age) for age in ages]


def each(weekdays: set[int], weeks: int) -> list[date]:
    return [day for day in ago(*range(7 * weeks)) if day.weekday() in weekdays]


#: SPEC §2a: days, freshness, weeks, total, points.
VECTORS = [
    ([], SUNDAY, (0, 0, 0, 0, 0)),
    (february(28), SUNDAY, (1.428571, 15, 6.240377, 22.668949, 23)),
    (february(1), SUNDAY, (1.428571, 3, 6.240377, 10.668949, 11)),
    (february(26, 27, 28), SUNDAY, (4.285714, 15, 6.240377, 25.526091, 26)),
    (
        [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2)],
        date(2026, 3, 2),
        (4.285714, 15, 8.825226, 28.110940, 28),
    ),
    (february(1, 14, 28), SUNDAY, (4.285714, 15, 10.808650, 30.094365, 30)),
    (february(4, 11, 18, 25), SUNDAY, (5.714286, 12, 12.480754, 30.195040, 30)),
    (
        february(1, 2, 5, 8, 9, 10, 15, 22, 28),
        SUNDAY,
        (12.857143, 15, 12.480754, 40.337897, 40),
    ),
    (february(*range(1, 29)), SUNDAY, (40, 15, 12.480754, 67.480754, 67)),
    (ago(*range(0, 26 * 14, 14)), SUNDAY, (2.857143, 15, 31.819805, 49.676948, 50)),
    (ago(*range(0, 52 * 7, 7)), SUNDAY, (5.714286, 15, 45, 65.714286, 66)),
    (each({0, 2, 4}, 52), SUNDAY, (17.142857, 12, 45, 74.142857, 74)),
    (ago(*range(364)), SUNDAY, (40, 15, 45, 100, 100)),
    (ago(*range(10, 364)), SUNDAY, (25.714286, 6, 44.565207, 76.279493, 76)),
    (ago(*range(28, 364)), SUNDAY, (0, 0, 43.234602, 43.234602, 43)),
    (ago(363), SUNDAY, (0, 0, 6.240377, 6.240377, 6)),
    (ago(364), SUNDAY, (0, 0, 0, 0, 0)),
    (
        [date(2020, 12, 31), date(2021, 1, 4)],
        date(2021, 1, 4),
        (2.857143, 15, 8.825226, 26.682369, 27),
    ),
]
MEMBERS = [
    (february(*range(22, 29)), february(22)[0], (20, 15, 8.825226, 43.825226, 44)),
    (february(26, 27, 28), february(26)[0], (8.571429, 15, 8.825226, 32.396655, 32)),
]


def figures(state: ActivityYear, member_since: date | None = None) -> tuple[float, ...]:
    score = year_score(state, member_since=member_since)
    parts = score.breakdown
    rounded = (round(x, 6) for x in (parts.days, parts.freshness, parts.weeks, score.total))
    return (*rounded, score.points)


@pytest.mark.parametrize(("days", "today", "expected"), VECTORS)
def test_the_vectors(days: list[date], today: date, expected: tuple[float, ...]) -> None:
    assert figures(ActivityYear.from_days(days, last_day=today)) == expected


@pytest.mark.parametrize(("days", "joined", "expected"), MEMBERS)
def test_new_members_divide_by_the_days_and_weeks_since_they_joined(
    days: list[date], joined: date, expected: tuple[float, ...]
) -> None:
    state = ActivityYear.from_days(days, last_day=SUNDAY)
    assert figures(state, member_since=joined) == expected


def test_a_burst_gives_little() -> None:
    """SPEC §2a: at most 29 for three days, 34 for seven; to a new member 37 and 48."""
    for days, most, most_new in ((3, 29, 37), (7, 34, 48)):
        for first in (SUNDAY - timedelta(days=n) for n in range(7)):
            burst = [first + timedelta(days=n) for n in range(days)]
            state = ActivityYear.from_days(burst, last_day=burst[-1])
            assert year_score(state).points <= most
            assert year_score(state, member_since=first).points <= most_new


@pytest.mark.parametrize(
    ("last_day", "days", "weeks", "field"),
    [
        (SUNDAY, 1 << 28, 1, "day_bits"),
        (SUNDAY, 1, 1 << 52 | 1, "week_bits"),
        (SUNDAY, 1, 0, "week_bits"),
        (SUNDAY, 1, 0b11, "week_bits"),
        (SUNDAY, 0, 1, "week_bits"),
        (SUNDAY, 0, 0b1000, "week_bits"),
        (date(1, 1, 8), 0, 1 << 2, "week_bits"),
        (date(1, 1, 2), 0b100, 1, "day_bits"),
    ],
)
def test_what_cannot_be_is_refused(last_day: date, days: int, weeks: int, field: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        ActivityYear(last_day, days, weeks)
    assert caught.value.field == field


def test_of_a_week_partly_within_the_days_more_may_be_known() -> None:
    """On a Monday the days reach back to a Tuesday, whose week began the day before."""
    state = ActivityYear(date(2026, 3, 2), 0, 0b10000)
    assert state.active_weeks == 1


def test_a_state_only_moves_on() -> None:
    with pytest.raises(OutOfOrderError):
        ActivityYear(SUNDAY, 0, 0).advance(SUNDAY - timedelta(days=1))


def test_nobody_joins_after_today() -> None:
    with pytest.raises(InvalidValueError, match="member_since must not be after today"):
        year_score(ActivityYear(SUNDAY, 0, 0), member_since=SUNDAY + timedelta(days=1))


def test_today_may_be_later_than_the_state() -> None:
    state = ActivityYear.from_days([SUNDAY], last_day=SUNDAY)
    later = year_score(state, today=SUNDAY + timedelta(days=3))
    assert (later.days_since_active, later.breakdown.freshness) == (3, 12.0)
    assert year_score(state, today=SUNDAY - timedelta(days=3)).state == state
