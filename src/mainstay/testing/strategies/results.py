"""What scoring and weighing give: each made by the function that gives it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay.activity.window import ActivityWindow
from mainstay.activity.year import ActivityYear
from mainstay.explanation import Explanation
from mainstay.reputation.dampening import Dampening, scepticism
from mainstay.reputation.explanation import DampenedWeight, VouchExplanation
from mainstay.reputation.multiplier import MultiplierPolicy, Reputation
from mainstay.reputation.vouches import Vouch
from mainstay.reputation.weighing import explain_vouch
from mainstay.scores.consistency.result import ConsistencyScore, WhatIf
from mainstay.scores.consistency.score import consistency_score
from mainstay.scores.engagement.historical import HistoricalScore, historical_score
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.scores.engagement.recent import RecentPosts
from mainstay.scores.what_if import what_if
from mainstay.scores.year.result import YearScore, YearWhatIf
from mainstay.scores.year.score import year_score
from mainstay.streaks.weekly import WeeklyStreak
from mainstay.testing.strategies.activity import qualities, windows, years
from mainstay.testing.strategies.calendar import days
from mainstay.testing.strategies.making import made
from mainstay.testing.strategies.policies import (
    consistency_policies,
    engagement_policies,
    multiplier_policies,
    year_policies,
)
from mainstay.testing.strategies.recognition import levels_reached, reward_splits
from mainstay.testing.strategies.states import daily_streaks, vouches, weekly_streaks

__all__ = [
    "consistency_scores",
    "dampened_weights",
    "explanations",
    "historical_scores",
    "recent_posts",
    "vouch_explanations",
    "what_ifs",
    "year_scores",
    "year_what_ifs",
]

_DAY = date(2024, 5, 1)


@st.composite
def consistency_scores(draw: DrawFn) -> ConsistencyScore:
    """Consistency scores of any window, of new users too, by any policy.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(consistency_scores())
        ... def test_a_score_has_its_bounds(score):
        ...     assert 0 <= score.points <= 100
        >>> test_a_score_has_its_bounds()
    """
    window, policy = draw(windows()), draw(consistency_policies())
    return consistency_score(window, member_since=draw(_joined(window)), policy=policy)


@st.composite
def what_ifs(draw: DrawFn) -> WhatIf:
    """What up to three further days would change, most of them in the window or to come soon.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(what_ifs())
        ... def test_a_further_day_takes_nothing_away(question):
        ...     assert question.after.active_days >= question.before.active_days
        >>> test_a_further_day_takes_nothing_away()
    """
    window = draw(windows())
    last = window.last_day.toordinal()
    near = st.integers(last - 30, last + 30).map(date.fromordinal)
    asked = draw(st.lists(near | days(), max_size=3))
    return what_if(window, asked, member_since=draw(_joined(window)))


def _joined(window: ActivityWindow | ActivityYear) -> SearchStrategy[date | None]:
    last = window.last_day.toordinal()
    return st.none() | st.integers(last - 60, last).map(date.fromordinal)


@st.composite
def year_scores(draw: DrawFn) -> YearScore:
    """Year scores of any year, of new users too, by any policy.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(year_scores())
        ... def test_a_score_has_its_bounds(score):
        ...     assert 0 <= score.points <= 100
        >>> test_a_score_has_its_bounds()
    """
    year, policy = draw(years()), draw(year_policies())
    return year_score(year, member_since=draw(_joined(year)), policy=policy)


@st.composite
def year_what_ifs(draw: DrawFn) -> YearWhatIf:
    """What up to three further days would change in a year score.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(year_what_ifs())
        ... def test_a_further_day_takes_nothing_away(question):
        ...     assert question.difference >= 0
        >>> test_a_further_day_takes_nothing_away()
    """
    year = draw(years())
    last = year.last_day.toordinal()
    near = st.integers(last - 370, last + 30).map(date.fromordinal)
    return what_if(year, draw(st.lists(near, max_size=3)), member_since=draw(_joined(year)))


def historical_scores() -> SearchStrategy[HistoricalScore]:
    """Historical scores of any streak and posts, by any policy.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(historical_scores())
        ... def test_a_streak_adds_points(score):
        ...     assert score.without_streak().total <= score.total
        >>> test_a_streak_adds_points()
    """
    totals = st.integers(0, 200) | st.integers(0, 10**15)
    return made(_historical_score, totals, totals, st.none() | qualities(), engagement_policies())


def _historical_score(
    streak: int, posts: int, average_quality: float | None, policy: EngagementPolicy
) -> HistoricalScore:
    return historical_score(
        streak=streak,
        posts=posts,
        average_quality=average_quality if posts else None,
        rated=max(1, posts // 2) if posts else 0,
        recent=_recent(streak % 99, posts, policy),
        policy=policy,
    )


def _recent(days_between: int, posts: int, policy: EngagementPolicy) -> RecentPosts | None:
    """Return what posts of two days count as."""
    if policy.half_life is None:
        return None
    by_day = [(_DAY - timedelta(days=days_between), posts // 2), (_DAY, posts - posts // 2)]
    return RecentPosts.of(
        by_day, day=_DAY, half_life=policy.half_life, posts_half=policy.posts_half
    )


def recent_posts() -> SearchStrategy[RecentPosts]:
    """What posts count as on a day, if they count less the older they are.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(recent_posts())
        ... def test_time_only_takes_away(recent):
        ...     assert recent.on(recent.day + timedelta(days=1)).total <= recent.total
        >>> test_time_only_takes_away()
    """
    return st.builds(
        lambda day, ago, half_life, posts_half, weight: RecentPosts(
            half_life, posts_half, day - timedelta(days=ago), weight, day
        ),
        days(),
        st.integers(0, 400),
        st.floats(1, 400),
        st.floats(0.01, 1000),
        st.floats(0, 1e6),
    )


def explanations() -> SearchStrategy[Explanation]:
    """The reason for one part of any result.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(explanations())
        ... def test_it_is_a_sentence(reason):
        ...     assert reason.text.endswith(".")
        >>> test_it_is_a_sentence()
    """
    kinds = (
        consistency_scores(),
        what_ifs(),
        year_scores(),
        year_what_ifs(),
        historical_scores(),
        vouch_explanations(),
        daily_streaks(),
        levels_reached(),
        reward_splits(),
    )
    results = st.one_of(*(kind.map(lambda result: result.explanations) for kind in kinds))
    return results.flatmap(st.sampled_from)


def vouch_explanations() -> SearchStrategy[VouchExplanation]:
    """How the weight of a vouch came about, with up to three dampenings.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(vouch_explanations())
        ... def test_half_and_half_again_is_left(explanation):
        ...     weight = explanation.vouch.weight
        ...     assert all(abs(left.weight) <= abs(weight) for left in explanation.dampened)
        >>> test_half_and_half_again_is_left()
    """
    halves = st.lists(st.just(scepticism(lambda _: Decimal("0.5"))), max_size=3)
    return made(_vouch_explanation, vouches(), weekly_streaks(), halves, multiplier_policies())


def _vouch_explanation(
    vouch: Vouch, streak: WeeklyStreak, dampening: list[Dampening], policy: MultiplierPolicy
) -> VouchExplanation:
    vouchee = Reputation(vouch.vouchee, streak)
    return explain_vouch(vouch, vouchee, dampening=dampening, policy=policy)


def dampened_weights() -> SearchStrategy[DampenedWeight]:
    """What one dampening left of a vouch's weight.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(dampened_weights())
        ... def test_it_is_finite(dampened):
        ...     assert dampened.weight.is_finite()
        >>> test_it_is_finite()
    """
    explained = vouch_explanations().filter(lambda explanation: explanation.dampened)
    return made(lambda explanation: explanation.dampened[-1], explained)
