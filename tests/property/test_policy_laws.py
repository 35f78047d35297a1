"""Policies by date: a late run gives what punctual ones give, whatever changed meanwhile."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mainstay import (
    DailyCriteria,
    Engagement,
    EngagementPolicy,
    IsoWeek,
    PolicyHistory,
    Reputation,
    WeeklyStreakPolicy,
    evaluate_day,
)
from mainstay.activity.counts import Counts
from mainstay.jobs import plan_days, plan_weeks
from mainstay.ports import DueDays, DueWeeks
from mainstay.scores.engagement.day import DayActivity, DayOutcome
from mainstay.testing import strategies

#: Twelve weeks about the turn of a year with 53.
FIRST = IsoWeek(2020, 49)
WEEKS = [FIRST + number for number in range(12)]
dates = st.dates(FIRST.monday - timedelta(days=9), WEEKS[-1].monday + timedelta(days=9))
few = st.builds(
    WeeklyStreakPolicy,
    min_interactions=st.sampled_from([1, 1, 3]),
    forgiven_weeks=st.sampled_from([0, 1, 5]),
    kinds=st.none() | st.just({"post"}),
)
one_kind = st.builds(
    EngagementPolicy,
    criteria=st.integers(1, 3).map(lambda least: DailyCriteria({"post": least})),
    posts_weight=st.sampled_from([0.3, 1.0]),
)


@given(
    st.lists(st.sampled_from([0, 0, 0, 2, 3]), min_size=12, max_size=12),
    strategies.policy_histories(few, dates).filter(lambda policies: policies.changes),
    st.sets(st.integers(0, 11), max_size=3),
)
def test_late_weeks_come_to_what_punctual_ones_do(
    posts: list[int], policies: PolicyHistory[WeeklyStreakPolicy], runs: set[int]
) -> None:
    """A model records every week by itself; the plan is given only those that were active."""
    active = dict(zip(WEEKS, posts, strict=True))
    begin = next((week for week in WEEKS if active[week]), WEEKS[-1])
    punctual = Reputation("ada").streak
    for week in WEEKS:
        if week >= begin:
            punctual = punctual.record(week, active[week], policy=policies.on(week.monday))
    late = Reputation("ada")
    for number in sorted(runs | {11}):
        last = late.streak.last_recorded
        due = {
            week: Counts({"post": count})
            for week, count in active.items()
            if count and week <= WEEKS[number] and (last is None or week > last)
        }
        if begin <= WEEKS[number]:
            late = plan_weeks(DueWeeks(late, due), WEEKS[number], policies=policies) or late
    assert late.streak == punctual


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=20),
    strategies.policy_histories(one_kind, dates),
    st.integers(1, 20),
)
def test_late_days_come_to_what_punctual_ones_do(
    posts: list[int], policies: PolicyHistory[EngagementPolicy], size: int
) -> None:
    first = date(2020, 12, 20)
    days = [
        DayActivity(first + timedelta(days=n), {"post": count}, posts=count)
        for n, count in enumerate(posts)
    ]
    state, expected = Engagement("ada"), []
    for day in days:
        state, outcome = evaluate_day(state, day, policy=policies.on(day.day))
        expected.append(outcome)
    late, found = Engagement("ada"), list[DayOutcome]()
    for start in range(0, len(days), size):
        some = days[start : start + size]
        planned = plan_days(DueDays(late, some, some[-1].day), policies=policies)
        late = planned.state
        found += planned.outcomes
    assert (late, found) == (state, expected)
