"""Policies other than the standard ones."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay.reputation.multiplier import MultiplierPolicy
from mainstay.scores.consistency.policy import ConsistencyPolicy
from mainstay.scores.engagement.criteria import (
    AllOf,
    AnyOf,
    ByWeekday,
    Criteria,
    DailyCriteria,
    DailyMinutes,
)
from mainstay.scores.engagement.policy import EngagementPolicy, PickPolicy
from mainstay.scores.policies import AnyPolicy, PolicyHistory
from mainstay.scores.year.policy import YearPolicy
from mainstay.streaks.weekly import WeeklyStreakPolicy
from mainstay.testing.strategies.activity import kinds, user_ids
from mainstay.testing.strategies.calendar import days
from mainstay.testing.strategies.making import made
from mainstay.testing.strategies.streaks import REST_WEEKDAYS

__all__ = [
    "consistency_policies",
    "criteria",
    "daily_criteria",
    "daily_minutes",
    "engagement_policies",
    "multiplier_policies",
    "pick_policies",
    "policy_histories",
    "weekly_streak_policies",
    "year_policies",
]

P = TypeVar("P", bound=AnyPolicy)


# What is drawn again and again is made once: Hypothesis checks and labels each new strategy.
_WEIGHTS = st.tuples(*[st.just(0.0) | st.floats(0, 10)] * 3).filter(any)
#: A half-life, and a prior of so many ratings of some quality.
_NUMBERS = st.tuples(
    st.none() | st.floats(1, 400), st.just(0.0) | st.floats(0.1, 50), st.floats(0, 10)
)
_SHARES = st.decimals(0, 1, places=3)


def consistency_policies() -> SearchStrategy[ConsistencyPolicy]:
    """Policies of the 28-day score: the standard one, or other parts of 100 points.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay import ActivityWindow, consistency_score
        >>> month = ActivityWindow(date(2024, 5, 28), 2**28 - 1)
        >>> @settings(max_examples=1)
        ... @given(consistency_policies())
        ... def test_a_full_month_has_a_hundred_points(policy):
        ...     assert consistency_score(month, policy=policy).points <= 100
        >>> test_a_full_month_has_a_hundred_points()
    """
    return st.just(ConsistencyPolicy()) | made(
        _consistency_policy,
        st.tuples(*[st.integers(0, 100)] * 3),
        distribution_limit=st.floats(0.001, 50),
        streak_points_per_day=st.floats(0, 10),
        member_min_days=st.integers(1, 28),
    )


def _consistency_policy(
    cuts: tuple[int, ...],
    *,
    distribution_limit: float,
    streak_points_per_day: float,
    member_min_days: int,
) -> ConsistencyPolicy:
    """Return a policy of 100 points, cut into four parts."""
    base, distribution, streak = sorted(cuts)
    recency = 100 - streak
    return ConsistencyPolicy(
        base_points=base,
        distribution_points=distribution - base,
        distribution_limit=distribution_limit,
        streak_points=streak - distribution,
        streak_points_per_day=streak_points_per_day,
        recency_steps=((1, recency), (7, recency / 5)),
        member_min_days=member_min_days,
    )


def year_policies() -> SearchStrategy[YearPolicy]:
    """Policies of the year score: the standard one, or other parts of 100 points.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay import ActivityYear, year_score
        >>> year = ActivityYear(date(2024, 5, 28), 2**28 - 1, 2**52 - 1)
        >>> @settings(max_examples=1)
        ... @given(year_policies())
        ... def test_a_full_year_has_a_hundred_points(policy):
        ...     assert year_score(year, policy=policy).points == 100
        >>> test_a_full_year_has_a_hundred_points()
    """
    return st.just(YearPolicy()) | made(
        _year_policy,
        st.tuples(*[st.integers(0, 100)] * 2),
        member_min_days=st.integers(1, 28),
        member_min_weeks=st.integers(1, 52),
    )


def _year_policy(
    cuts: tuple[int, ...], *, member_min_days: int, member_min_weeks: int
) -> YearPolicy:
    """Return a policy of 100 points, cut into three parts."""
    days, weeks = sorted(cuts)
    freshness = 100 - weeks
    return YearPolicy(
        days_points=days,
        freshness_steps=((1, freshness), (9, freshness / 4)),
        weeks_points=weeks - days,
        member_min_days=member_min_days,
        member_min_weeks=member_min_weeks,
    )


def weekly_streak_policies() -> SearchStrategy[WeeklyStreakPolicy]:
    """Policies of weekly streaks: often the standard one.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay import Counts, IsoWeek, WeeklyStreak
        >>> busy, week = Counts({"post": 5, "like": 5, "comment": 5, "view": 5}), IsoWeek(2024, 18)
        >>> @settings(max_examples=1)
        ... @given(weekly_streak_policies())
        ... def test_a_busy_week_is_a_streak(policy):
        ...     interactions = policy.interactions(busy)
        ...     streak = WeeklyStreak().record(week, interactions, policy=policy)
        ...     assert (streak.weeks == 1) == (interactions >= policy.min_interactions)
        >>> test_a_busy_week_is_a_streak()
    """
    return st.just(WeeklyStreakPolicy()) | st.builds(
        WeeklyStreakPolicy,
        min_interactions=st.integers(1, 5),
        forgiven_weeks=st.integers(0, 4),
        kinds=st.none() | st.frozensets(kinds()),
    )


def daily_criteria() -> SearchStrategy[DailyCriteria]:
    """What a day needs: often the standard criteria.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(daily_criteria())
        ... def test_an_idle_day_never_meets_them(criteria):
        ...     assert not criteria.met({})
        >>> test_an_idle_day_never_meets_them()
    """
    minimums = st.dictionaries(kinds(), st.integers(1, 6), min_size=1)
    return st.just(DailyCriteria()) | st.builds(DailyCriteria, minimums)


def daily_minutes() -> SearchStrategy[DailyMinutes]:
    """How long somebody has to be active on a day, in all or with some kinds of things.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(daily_minutes())
        ... def test_an_idle_day_never_meets_them(criteria):
        ...     assert not criteria.met({})
        >>> test_an_idle_day_never_meets_them()
    """
    named = st.none() | st.frozensets(kinds(), min_size=1, max_size=3)
    return st.builds(DailyMinutes, st.floats(0.25, 90), kinds=named)


def criteria() -> SearchStrategy[Criteria]:
    """What a day needs: counts, minutes, one or all of several, others by weekday.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(criteria())
        ... def test_an_idle_day_never_meets_them(criteria):
        ...     assert not criteria.met({}, day=date(2024, 5, 1))
        >>> test_an_idle_day_never_meets_them()
    """
    return st.recursive(
        daily_criteria() | daily_minutes(),
        lambda some: (
            st.builds(AnyOf, st.lists(some, min_size=1, max_size=3))
            | st.builds(AllOf, st.lists(some, min_size=1, max_size=3))
            | st.builds(ByWeekday, REST_WEEKDAYS, some, some)
        ),
        max_leaves=4,
    )


def pick_policies() -> SearchStrategy[PickPolicy]:
    """Who can be picked: often everybody.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(pick_policies())
        ... def test_a_cooldown_ends_within_a_year(policy):
        ...     assert policy.cooldown <= 366
        >>> test_a_cooldown_ends_within_a_year()
    """
    return st.just(PickPolicy()) | st.builds(
        PickPolicy,
        cooldown=st.integers(0, 7) | st.integers(0, 366),
        active_within=st.none() | st.integers(1, 30) | st.integers(1, 366),
        exclude=st.frozensets(user_ids(), max_size=3),
        ties_by_day=st.booleans(),
    )


def engagement_policies() -> SearchStrategy[EngagementPolicy]:
    """Policies of daily engagement: often the standard one; any weights but none at all.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay import historical_score
        >>> @settings(max_examples=1)
        ... @given(engagement_policies())
        ... def test_a_new_user_has_no_points(policy):
        ...     assert historical_score(streak=0, posts=0, policy=policy).total == 0
        >>> test_a_new_user_has_no_points()
    """
    return st.just(EngagementPolicy()) | made(
        _engagement_policy,
        criteria(),
        _WEIGHTS,
        _NUMBERS,
        rest_weekdays=REST_WEEKDAYS.filter(lambda weekdays: len(weekdays) < 7),
        excused=st.frozensets(days(), max_size=3),
        excused_kinds=st.frozensets(kinds(), max_size=1),
        pick=pick_policies(),
        streak_half=st.floats(0.01, 100),
        posts_half=st.floats(0.01, 1000),
        top_inactive_users=st.integers(0, 10),
    )


def _engagement_policy(
    criteria: Criteria,
    weights: tuple[float, ...],
    numbers: tuple[float | None, float, float],
    *,
    streak_half: float,
    posts_half: float,
    top_inactive_users: int,
    **others: Any,
) -> EngagementPolicy:
    streak, posts, quality = weights
    half_life, prior_ratings, prior_quality = numbers
    return EngagementPolicy(
        criteria=criteria,
        streak_weight=streak,
        posts_weight=posts,
        quality_weight=quality,
        streak_half=streak_half,
        posts_half=posts_half,
        top_inactive_users=top_inactive_users,
        half_life=half_life,
        prior_ratings=prior_ratings,
        prior_quality=prior_quality,
        **others,
    )


def multiplier_policies() -> SearchStrategy[MultiplierPolicy]:
    """Policies of the multiplier: any bonus up to 100 %.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay import consistency_multiplier
        >>> @settings(max_examples=1)
        ... @given(multiplier_policies())
        ... def test_a_streak_at_most_doubles(policy):
        ...     assert 1 <= consistency_multiplier(52, policy=policy) <= 2
        >>> test_a_streak_at_most_doubles()
    """
    return st.just(MultiplierPolicy()) | st.builds(
        MultiplierPolicy, bonus_per_week=_SHARES, most_bonus=_SHARES, boost_negative=st.booleans()
    )


@st.composite
def policy_histories(
    draw: DrawFn, each: SearchStrategy[P], since: SearchStrategy[date] | None = None
) -> PolicyHistory[P]:
    """Policies by date, often just one.

    Args:
        each: Those to choose from: of days, or of weeks.
        since: The dates from which others may hold; any by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(policy_histories(engagement_policies()))
        ... def test_the_first_holds_at_the_beginning(policies):
        ...     assert policies.on(date(1999, 12, 31)) == policies.first
        >>> test_the_first_holds_at_the_beginning()
    """
    dates = draw(st.lists(days() if since is None else since, max_size=3, unique=True))
    return PolicyHistory(draw(each), [(day, draw(each)) for day in sorted(dates)])
