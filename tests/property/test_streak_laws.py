"""The laws of daily streaks, and their agreement with a walk along the calendar."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mainstay import StreakPolicy, StreakStatus, streak_of
from mainstay.testing import strategies
from tests import oracles

days = st.dates(date(2024, 1, 1), date(2024, 3, 1))
histories = st.lists(days, max_size=45)
policies = strategies.streak_policies()


@given(histories, days, policies)
def test_a_streak_is_the_naive_walks(active: list[date], as_of: date, policy: StreakPolicy) -> None:
    streak = streak_of(active, as_of=as_of, policy=policy)
    assert (
        streak.current,
        streak.longest,
        streak.freezes_left,
        streak.status.value,
    ) == oracles.streak(active, as_of, policy.rest_weekdays, policy.freezes)


@given(days, st.integers(0, 400), policies)
def test_missed_days_are_those_between_that_are_no_rest_days(
    after: date, span: int, policy: StreakPolicy
) -> None:
    between = [after + timedelta(days=n) for n in range(1, span)]
    missed = [day for day in between if day.weekday() not in policy.rest_weekdays]
    assert policy.missed(after, after + timedelta(days=span)) == len(missed)


@given(histories, days, policies)
def test_order_and_repetition_change_nothing(
    active: list[date], as_of: date, policy: StreakPolicy
) -> None:
    assert streak_of(sorted(active * 2), as_of=as_of, policy=policy) == streak_of(
        active, as_of=as_of, policy=policy
    )


@given(histories, days, st.lists(days), policies)
def test_what_happens_later_never_changes_what_was_true(
    active: list[date], as_of: date, more: list[date], policy: StreakPolicy
) -> None:
    later = [day for day in more if day > as_of]
    assert streak_of([*active, *later], as_of=as_of, policy=policy) == streak_of(
        active, as_of=as_of, policy=policy
    )


@given(histories, days, policies)
def test_runs_begin_and_end_on_active_days(
    active: list[date], as_of: date, policy: StreakPolicy
) -> None:
    streak = streak_of(active, as_of=as_of, policy=policy)
    ends = {streak.current_first, streak.current_last, streak.longest_first, streak.longest_last}
    assert ends - {None} <= set(active)
    assert 0 <= streak.current <= streak.longest
    assert 0 <= streak.freezes_left <= policy.freezes


@given(histories, days, policies)
def test_being_active_today_makes_the_day_done_and_the_run_longer(
    active: list[date], as_of: date, policy: StreakPolicy
) -> None:
    before = streak_of([day for day in active if day != as_of], as_of=as_of, policy=policy)
    after = streak_of([*active, as_of], as_of=as_of, policy=policy)
    assert after.status is StreakStatus.DONE
    assert after.current > before.current
    assert after.freezes_left == before.freezes_left


@given(histories, days)
def test_a_streak_ends_the_day_after_it_was_pending(active: list[date], as_of: date) -> None:
    streak = streak_of(active, as_of=as_of)
    if streak.status is StreakStatus.PENDING:
        active = [day for day in active if day <= as_of]
        after = streak_of(active, as_of=as_of + timedelta(days=1))
        assert (after.current, after.status) == (0, StreakStatus.BROKEN)
