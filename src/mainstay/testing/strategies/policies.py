"""Policies other than the standard ones."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay.policies import AnyPolicy, PolicyHistory
from mainstay.reputation import MultiplierPolicy
from mainstay.scores.consistency_policy import ConsistencyPolicy
from mainstay.scores.engagement_policy import DailyCriteria, EngagementPolicy
from mainstay.streaks.daily import StreakPolicy
from mainstay.streaks.weekly import WeeklyStreakPolicy
from mainstay.testing.strategies.activity import kinds
from mainstay.testing.strategies.calendar import days

__all__ = [
    "consistency_policies",
    "daily_criteria",
    "engagement_policies",
    "multiplier_policies",
    "policy_histories",
    "streak_policies",
    "weekly_streak_policies",
]

P = TypeVar("P", bound=AnyPolicy)


@st.composite
def consistency_policies(draw: DrawFn) -> ConsistencyPolicy:
    """Policies of the 28-day score: the standard one, or other parts of 100 points."""
    if draw(st.booleans()):
        return ConsistencyPolicy()
    base, distribution, streak = sorted(draw(st.tuples(*[st.integers(0, 100)] * 3)))
    recency = 100 - streak
    return ConsistencyPolicy(
        base_points=base,
        distribution_points=distribution - base,
        distribution_limit=draw(st.floats(0.001, 50)),
        streak_points=streak - distribution,
        streak_points_per_day=draw(st.floats(0, 10)),
        recency_steps=((1, recency), (7, recency / 5)),
        member_min_days=draw(st.integers(1, 28)),
    )


def streak_policies() -> SearchStrategy[StreakPolicy]:
    """Policies of daily streaks: any rest weekdays, a few freezes."""
    return st.builds(
        StreakPolicy,
        rest_weekdays=st.frozensets(st.integers(0, 6)),
        freezes=st.integers(0, 8),
    )


def weekly_streak_policies() -> SearchStrategy[WeeklyStreakPolicy]:
    """Policies of weekly streaks: often the standard one."""
    return st.just(WeeklyStreakPolicy()) | st.builds(
        WeeklyStreakPolicy,
        min_interactions=st.integers(1, 5),
        forgiven_weeks=st.integers(0, 4),
        kinds=st.none() | st.frozensets(kinds()),
    )


def daily_criteria() -> SearchStrategy[DailyCriteria]:
    """What a day needs: often the standard criteria."""
    minimums = st.dictionaries(kinds(), st.integers(1, 6), min_size=1)
    return st.just(DailyCriteria()) | st.builds(DailyCriteria, minimums)


@st.composite
def engagement_policies(draw: DrawFn) -> EngagementPolicy:
    """Policies of daily engagement: often the standard one; any weights but none at all."""
    if draw(st.booleans()):
        return EngagementPolicy()
    some_weight = st.tuples(*[st.just(0.0) | st.floats(0, 10)] * 3).filter(any)
    streak, posts, quality = draw(some_weight)
    return EngagementPolicy(
        criteria=draw(daily_criteria()),
        streak_weight=streak,
        posts_weight=posts,
        quality_weight=quality,
        streak_half=draw(st.floats(0.01, 100)),
        posts_half=draw(st.floats(0.01, 1000)),
        top_inactive_users=draw(st.integers(0, 10)),
    )


def multiplier_policies() -> SearchStrategy[MultiplierPolicy]:
    """Policies of the multiplier: any bonus up to 100 %."""
    share = st.decimals(0, 1, places=3).map(Decimal)
    return st.just(MultiplierPolicy()) | st.builds(
        MultiplierPolicy, bonus_per_week=share, most_bonus=share, boost_negative=st.booleans()
    )


@st.composite
def policy_histories(
    draw: DrawFn, policies: SearchStrategy[P], since: SearchStrategy[date] | None = None
) -> PolicyHistory[P]:
    """Policies by date, often just one.

    Args:
        policies: Those to choose from: of days, or of weeks.
        since: The dates from which others may hold; any by default.
    """
    dates = draw(st.lists(days() if since is None else since, max_size=3, unique=True))
    return PolicyHistory(draw(policies), [(day, draw(policies)) for day in sorted(dates)])
