"""The laws of weekly streaks, and their agreement with a model that keeps every week."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mainstay import IsoWeek, WeeklyStreak, WeeklyStreakPolicy
from mainstay.testing import strategies
from tests import oracles

#: Weeks to go on to the next recording (0: the same again), and its interactions.
steps = st.lists(st.tuples(st.sampled_from([0, 1, 1, 1, 2, 3, 4]), st.integers(0, 4)), max_size=30)
policies = strategies.weekly_streak_policies()


def weeks_of(first: IsoWeek, gaps: list[tuple[int, int]]) -> list[tuple[IsoWeek, int]]:
    recordings, week = [], first
    for gap, interactions in gaps:
        week += gap
        recordings.append((week, interactions))
    return recordings


def record(recordings: list[tuple[IsoWeek, int]], policy: WeeklyStreakPolicy) -> WeeklyStreak:
    streak = WeeklyStreak()
    for week, interactions in recordings:
        streak = streak.record(week, interactions, policy=policy)
    return streak


@given(strategies.iso_weeks(), steps, policies)
def test_a_streak_is_that_of_the_full_list_of_weeks(
    first: IsoWeek, gaps: list[tuple[int, int]], policy: WeeklyStreakPolicy
) -> None:
    recordings = weeks_of(first, gaps)
    assert record(recordings, policy).weeks == oracles.weekly_streak(
        [(week.monday, n) for week, n in recordings],
        policy.min_interactions,
        policy.forgiven_weeks,
    )


@given(strategies.iso_weeks(), steps, policies)
def test_recording_everything_twice_changes_nothing(
    first: IsoWeek, gaps: list[tuple[int, int]], policy: WeeklyStreakPolicy
) -> None:
    recordings = weeks_of(first, gaps)
    twice = [recording for recording in recordings for _ in range(2)]
    assert record(twice, policy) == record(recordings, policy)


@given(strategies.iso_weeks(), steps, policies)
def test_what_was_recorded_of_a_week_before_its_last_total_changes_nothing(
    first: IsoWeek, gaps: list[tuple[int, int]], policy: WeeklyStreakPolicy
) -> None:
    """A week recorded early, with fewer interactions, ends as if it were recorded once."""
    recordings = weeks_of(first, gaps)
    early = [(week, n - less) for week, n in recordings for less in (n, 1, 0) if n >= less]
    assert record(early, policy) == record(recordings, policy)


@given(strategies.weekly_streaks(), st.integers(0, 6), st.integers(0, 4), policies)
def test_one_week_more_adds_at_most_one(
    streak: WeeklyStreak, gap: int, interactions: int, policy: WeeklyStreakPolicy
) -> None:
    week = (streak.last_recorded or IsoWeek(2024, 52)) + gap
    after = streak.record(week, interactions, policy=policy)
    assert after.weeks in {0, 1, streak.weeks, streak.weeks + 1}
    assert after.last_recorded == week
    if interactions >= policy.min_interactions:
        assert after.weeks >= 1
        assert after.last_active == week


@given(strategies.weekly_streaks(), st.integers(1, 6), st.integers(0, 3), st.integers(0, 3))
def test_more_interactions_never_make_a_streak_shorter(
    streak: WeeklyStreak, gap: int, few: int, more: int
) -> None:
    week = (streak.last_recorded or IsoWeek(2024, 52)) + gap
    assert streak.record(week, few + more).weeks >= streak.record(week, few).weeks


@given(strategies.weekly_streaks(), st.integers(3, 60))
def test_idle_weeks_end_every_streak(streak: WeeklyStreak, idle: int) -> None:
    if streak.last_recorded is not None:
        assert streak.record(streak.last_recorded + idle, 0).weeks == 0


def test_every_neighbouring_pair_of_weeks_from_1970_to_2100_goes_on() -> None:
    """The calendar's own Mondays, 53-week years included."""
    monday, streak, weeks = date(1969, 12, 29), WeeklyStreak(), 0
    while monday.year <= 2100:
        weeks += 1
        streak = streak.record(IsoWeek.of(monday), 2)
        assert streak.weeks == weeks
        monday += timedelta(days=7)
    assert weeks == (date(2101, 1, 3) - date(1969, 12, 29)).days // 7


@given(strategies.weekly_streaks(), st.integers(0, 60), policies)
def test_as_of_a_week_is_recording_idle_weeks_one_by_one_up_to_it(
    streak: WeeklyStreak, ahead: int, policy: WeeklyStreakPolicy
) -> None:
    last = streak.last_recorded or IsoWeek(2024, 52)
    recorded = streak
    for passed in range(1, ahead + 1):
        recorded = recorded.record(last + passed, 0, policy=policy)
    if streak.last_recorded is not None or ahead:
        assert streak.as_of(last + ahead, policy=policy) == recorded
    later = streak.as_of(last + ahead + 3, policy=policy)
    assert streak.as_of(last + ahead, policy=policy).as_of(last + ahead + 3, policy=policy) == later
    assert later.weeks <= recorded.weeks <= streak.weeks


@given(strategies.weekly_streaks(), st.integers(0, 6), st.integers(0, 6), policies)
def test_asking_as_of_a_week_never_changes_what_a_later_one_comes_to(
    streak: WeeklyStreak, ahead: int, more: int, policy: WeeklyStreakPolicy
) -> None:
    asked = (streak.last_recorded or IsoWeek(2024, 52)) + ahead
    week, enough = asked + more, policy.min_interactions
    before = streak.as_of(asked, policy=policy)
    assert before.record(week, enough, policy=policy) == streak.record(week, enough, policy=policy)
