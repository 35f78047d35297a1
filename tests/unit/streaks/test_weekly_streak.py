"""Weekly streaks against the rules of SPEC §5, week by week."""

from __future__ import annotations

import pytest

from mainstay import (
    InvalidTypeError,
    InvalidValueError,
    IsoWeek,
    OutOfOrderError,
    WeeklyStreak,
    WeeklyStreakPolicy,
)


def week(number: int) -> IsoWeek:
    return IsoWeek(2024, number)


def recorded(*interactions: int, first: int = 1) -> WeeklyStreak:
    """The streak after consecutive weeks with so many interactions each."""
    streak = WeeklyStreak()
    for number, count in enumerate(interactions, first):
        streak = streak.record(week(number), count)
    return streak


@pytest.mark.parametrize(
    ("interactions", "weeks"),
    [
        ((0,), 0),
        ((1,), 0),
        ((2,), 1),
        ((2, 2, 2, 2, 2), 5),
        ((2, 2, 2, 2, 2, 0), 5),
        ((2, 2, 2, 2, 2, 0, 0), 5),
        ((2, 2, 2, 2, 2, 0, 0, 0), 0),
        ((2, 2, 2, 2, 2, 0, 2), 6),
        ((2, 2, 2, 2, 2, 0, 0, 2), 1),
        ((2, 2, 2, 2, 2, 0, 2, 0, 2), 7),
        ((2, 1, 2), 2),
        ((0, 0, 0, 2), 1),
    ],
)
def test_the_rules_of_the_contract(interactions: tuple[int, ...], weeks: int) -> None:
    assert recorded(*interactions).weeks == weeks


@pytest.mark.parametrize(
    ("before", "after", "weeks"),
    [
        (IsoWeek(2024, 52), IsoWeek(2025, 1), 2),
        (IsoWeek(2020, 53), IsoWeek(2021, 1), 2),
        (IsoWeek(2020, 52), IsoWeek(2021, 1), 2),  # no neighbours: 2020-W53 is missed, forgiven
        (IsoWeek(2020, 52), IsoWeek(2021, 2), 1),
        (IsoWeek(2021, 52), IsoWeek(2022, 2), 2),
        (IsoWeek(2021, 52), IsoWeek(2022, 3), 1),
    ],
)
def test_the_turn_of_the_year(before: IsoWeek, after: IsoWeek, weeks: int) -> None:
    assert WeeklyStreak().record(before, 2).record(after, 2).weeks == weeks


def test_with_no_week_forgiven_only_neighbours_go_on() -> None:
    strict = WeeklyStreakPolicy(forgiven_weeks=0)
    start = WeeklyStreak(3, IsoWeek(2020, 52))
    assert start.record(IsoWeek(2020, 53), 2, policy=strict).weeks == 4
    assert start.record(IsoWeek(2021, 1), 2, policy=strict).weeks == 1
    assert start.record(IsoWeek(2020, 53), 0, policy=strict).weeks == 3
    assert start.record(IsoWeek(2021, 1), 0, policy=strict).weeks == 0


def test_the_same_active_week_again_changes_nothing() -> None:
    streak = recorded(2, 2)
    assert streak.record(week(2), 99) == streak
    assert streak.record(week(2), 0) == streak


def test_an_inactive_week_becomes_active_when_late_interactions_arrive() -> None:
    streak = recorded(2, 2, 1)
    assert streak.weeks == 2
    late = streak.record(week(3), 2)
    assert late == WeeklyStreak(3, week(3), week(3))


def test_a_week_that_ended_the_streak_starts_one_when_late_interactions_arrive() -> None:
    assert recorded(2, 2, 0, 0, 0).record(week(5), 2) == WeeklyStreak(1, week(5), week(5))


def test_an_earlier_week_is_refused() -> None:
    with pytest.raises(OutOfOrderError) as caught:
        recorded(2, 0).record(week(1), 2)
    assert str(caught.value) == (
        "week must not be before 2024-W02, the last recorded week, got IsoWeek(year=2024, week=1). "
        "Record weeks in order, from what happened in each."
    )


def test_weeks_left_out_are_weeks_without_interactions() -> None:
    start = recorded(2, 2)
    assert start.record(week(4), 2).weeks == recorded(2, 2, 0, 2).weeks == 3
    assert start.record(week(5), 2).weeks == recorded(2, 2, 0, 0, 2).weeks == 1


@pytest.mark.parametrize(
    ("kinds", "weeks"), [(None, 1), ({"post", "vote"}, 1), ({"post"}, 0), (set(), 0)]
)
def test_only_the_kinds_that_the_policy_names_count(kinds: set[str] | None, weeks: int) -> None:
    policy = WeeklyStreakPolicy(kinds=kinds)
    counts = {"post": 1, "vote": 1, "login": 0}
    assert WeeklyStreak().record(week(1), counts, policy=policy).weeks == weeks


def test_a_policy_may_ask_for_more_interactions() -> None:
    policy = WeeklyStreakPolicy(min_interactions=5)
    assert WeeklyStreak().record(week(1), 4, policy=policy).weeks == 0
    assert WeeklyStreak().record(week(1), 5, policy=policy).weeks == 1


def test_a_streak_from_elsewhere_needs_only_its_last_active_week() -> None:
    streak = WeeklyStreak(12, week(10))
    assert streak.last_recorded == week(10)
    assert streak.record(week(11), 2).weeks == 13


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((-1,), InvalidValueError),
        ((3,), InvalidValueError),
        ((3, week(5), week(4)), OutOfOrderError),
        ((3, week(5), None), OutOfOrderError),
        ((True, week(5)), InvalidTypeError),
        ((3, "2024-W05"), InvalidTypeError),
        ((0, None, "2024-W05"), InvalidTypeError),
    ],
)
def test_a_state_that_cannot_be_is_refused(
    arguments: tuple[object, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        WeeklyStreak(*arguments)  # type: ignore[arg-type]  # refused


@pytest.mark.parametrize(
    ("at", "interactions"),
    [
        ("2024-W01", 2),
        (week(1), -1),
        (week(1), 1.5),
        (week(1), None),
        (week(1), {"post": -1}),
        (week(1), {"post": "2"}),
        (week(1), {3: 2}),
    ],
)
def test_what_is_no_week_and_no_count_is_refused(at: object, interactions: object) -> None:
    with pytest.raises(InvalidValueError):
        WeeklyStreak().record(at, interactions)  # type: ignore[arg-type]  # refused


@pytest.mark.parametrize(
    "options",
    [{"min_interactions": 0}, {"forgiven_weeks": -1}, {"kinds": "post"}, {"kinds": [3]}],
)
def test_a_policy_that_cannot_be_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        WeeklyStreakPolicy(**options)  # type: ignore[arg-type]  # refused
    assert caught.value.field == next(iter(options))
