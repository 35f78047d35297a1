"""Laws of a year's state, which are those of a window, and of the score that follows from it."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mainstay import (
    ActivityYear,
    Session,
    YearPolicy,
    YearScore,
    local_day,
    score_history,
    score_sessions,
    year_score,
)
from mainstay.testing import strategies

LAST = date(2021, 1, 4)
AGES = st.integers(0, 380)
DAYS = st.lists(AGES.map(lambda age: LAST - timedelta(days=age)), max_size=12)
LATER = st.integers(0, 380).map(lambda days: LAST + timedelta(days=days))


def plainly(days: list[date], last: date) -> tuple[set[date], set[tuple[int, int]]]:
    """The same by sets of dates and the calendar's own weeks: another way to say what counts."""
    recent = {day for day in days if last - timedelta(days=28) < day <= last}
    counted = {(last - timedelta(weeks=age)).isocalendar()[:2] for age in range(52)}
    weeks = {day.isocalendar()[:2] for day in days if day <= last}
    return recent, weeks & counted


def known(state: ActivityYear) -> tuple[set[date], set[tuple[int, int]]]:
    """What a state knows, likewise."""
    weeks = {
        (state.last_day - timedelta(weeks=age)).isocalendar()[:2]
        for age in range(52)
        if state.week_bits >> age & 1
    }
    return {*state.window.days()}, weeks


@given(DAYS, LATER)
def test_a_state_knows_the_days_and_weeks_that_count(days: list[date], last: date) -> None:
    assert known(ActivityYear.from_days(days, last_day=last)) == plainly(days, last)


@given(DAYS, LATER)
def test_recording_in_any_order_and_at_any_time_gives_the_same(
    days: list[date], last: date
) -> None:
    state = ActivityYear(LAST - timedelta(days=400), 0, 0)
    for day in [*days, *days[:2]]:
        state = state.record(day)
    assert state.advance(last) == ActivityYear.from_days(days, last_day=last)


@given(DAYS, DAYS, LATER, LATER)
def test_merging_is_the_union(
    some: list[date], others: list[date], one_end: date, other_end: date
) -> None:
    one = ActivityYear.from_days(some, last_day=one_end)
    other = ActivityYear.from_days(others, last_day=other_end)
    both = ActivityYear.from_days([*some, *others], last_day=max(one_end, other_end))
    assert one.merge(other) == other.merge(one) == both == both.merge(one)


@given(DAYS, LATER, st.integers(0, 100))
def test_moving_on_twice_is_moving_on_by_both(days: list[date], last: date, more: int) -> None:
    state, end = ActivityYear.from_days(days, last_day=LAST), last + timedelta(days=more)
    assert state.advance(last).advance(end) == state.advance(end)


@given(strategies.years(), st.integers(0, 380), strategies.year_policies())
def test_as_of_the_same_day_a_further_active_day_never_lowers_the_score(
    state: ActivityYear, age: int, policy: YearPolicy
) -> None:
    ordinal = max(state.last_day.toordinal() - age, 1)
    more = state.record(date.fromordinal(ordinal))
    assert year_score(more, policy=policy).total >= year_score(state, policy=policy).total


@given(strategies.year_scores())
def test_the_parts_add_up_and_have_their_bounds(score: YearScore) -> None:
    parts = score.explanations
    assert math.fsum(part.points for part in parts) == score.total
    assert 0 <= score.total <= 100
    for part in parts:
        assert part.maximum is not None
        assert 0 <= part.points <= part.maximum


@given(strategies.years(), st.integers(0, 400))
def test_who_joined_lately_is_not_worse_off(state: ActivityYear, ago: int) -> None:
    joined = date.fromordinal(max(state.last_day.toordinal() - ago, 1))
    assert year_score(state, member_since=joined).total >= year_score(state).total


@given(strategies.histories())
def test_sessions_score_as_their_local_days_do(history: tuple[list[Session], datetime]) -> None:
    sessions, as_of = history
    score = score_sessions(sessions, as_of=as_of, policy=YearPolicy())
    days = [
        local_day(each.started_at, zone=each.timezone)
        for each in sessions
        if each.started_at <= as_of
    ]
    assert score.state == ActivityYear.from_days(days, last_day=score.state.last_day)
    assert score_history(sessions, as_of=as_of, days=1, policy=YearPolicy()) == (score,)
