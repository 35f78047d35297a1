"""The laws of daily engagement."""

from __future__ import annotations

import math
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay import (
    DayActivity,
    DayOutcome,
    Engagement,
    EngagementPolicy,
    OutOfOrderError,
    catch_up,
    evaluate_day,
    historical_score,
    pick_candidates,
)
from mainstay.testing import strategies

DAY = date(2024, 5, 2)
days_in_a_row = st.integers(0, 10**6) | st.integers(0, 50)
posts = st.integers(0, 10**15) | st.integers(0, 200)
averages = st.none() | strategies.qualities()
policies = strategies.engagement_policies()
outcomes_of_a_day = st.lists(strategies.day_outcomes(day=st.just(DAY)), max_size=15).map(
    lambda outcomes: list({outcome.user_id: outcome for outcome in outcomes}.values())
)


@given(days_in_a_row, posts, averages, policies)
def test_a_score_is_the_formula_s(
    streak: int, count: int, average: float | None, policy: EngagementPolicy
) -> None:
    """In exact fractions, as the contract has it."""
    average = average if count else None
    weights = map(Fraction, (policy.streak_weight, policy.posts_weight, policy.quality_weight))
    values = [
        streak / (streak + Fraction(policy.streak_half)),
        count / (count + Fraction(policy.posts_half)),
        Fraction(average or 0) / 10,
    ]
    parts = [(weight, weight * value) for weight, value in zip(weights, values, strict=True)]
    expected = 100 * sum(part for _, part in parts) / sum(weight for weight, _ in parts)
    score = historical_score(streak=streak, posts=count, average_quality=average, policy=policy)
    assert score.total == pytest.approx(float(expected), abs=1e-9)


@given(strategies.engagements(), st.integers(1, 400), posts, averages, policies)
def test_an_idle_day_without_a_streak_need_not_be_evaluated(
    state: Engagement, later: int, count: int, average: float | None, policy: EngagementPolicy
) -> None:
    """Evaluating every day leaves what standing leaves, to the last bit."""
    average = average if count else None
    first = (state.last_day or DAY) + timedelta(days=1)
    idle = [DayActivity(first + timedelta(days=n), {}, count, average) for n in range(later + 1)]
    state, _ = evaluate_day(state, idle[0], policy=policy)
    end, outcomes = catch_up(state, idle[1:], policy=policy)
    assert state.idle_through(idle[-1].day) == end
    assert state.last_outcome is not None
    assert tuple(state.last_outcome.idle_on(each.day) for each in idle[1:]) == outcomes


@given(days_in_a_row, posts, averages, policies)
def test_a_score_and_its_parts_have_their_bounds_and_the_parts_add_up(
    streak: int, count: int, average: float | None, policy: EngagementPolicy
) -> None:
    average = average if count else None
    score = historical_score(streak=streak, posts=count, average_quality=average, policy=policy)
    parts = score.explain()
    assert 0 <= score.total <= 100
    maxima = [part.maximum for part in parts if part.maximum is not None]
    assert all(0 <= part.points <= most for part, most in zip(parts, maxima, strict=True))
    assert math.fsum(part.points for part in parts) == score.total
    assert math.fsum(maxima) <= 100


@given(days_in_a_row, posts, st.floats(0, 10), policies, st.integers(0, 100), st.floats(0, 10))
def test_more_of_anything_never_lowers_the_score(
    streak: int,
    count: int,
    average: float,
    policy: EngagementPolicy,
    more: int,
    better: float,
) -> None:
    def score(**changed: float) -> float:
        numbers = {"streak": streak, "posts": count, "average_quality": average} | changed
        return historical_score(**numbers, policy=policy).total  # type: ignore[arg-type]  # by name

    count = max(count, 1)
    before = score()
    assert score(streak=streak + more) >= before
    assert score(posts=min(count + more, 10**15)) >= before
    assert score(average_quality=max(average, better)) >= before
    unrated = historical_score(streak=streak, posts=count, policy=policy).total
    assert before >= unrated


@given(strategies.engagements(last_day=st.just(DAY)), strategies.day_activities(), policies)
def test_met_adds_a_day_and_scores_nothing_and_not_met_sees_the_old_streak_and_ends_it(
    state: Engagement, some: DayActivity, policy: EngagementPolicy
) -> None:
    activity = DayActivity(DAY + timedelta(days=1), some.counts, some.posts, some.average_quality)
    after, outcome = evaluate_day(state, activity, policy=policy)
    minimums = policy.criteria.minimums.items()
    assert outcome.met == all(some.counts.get(kind, 0) >= least for kind, least in minimums)
    assert outcome.streak_before == state.streak
    assert after.streak == outcome.streak_after
    if outcome.met:
        assert (after.streak, outcome.total) == (state.streak + 1, 0)
    else:
        assert after.streak == 0
        assert outcome.score == historical_score(
            streak=state.streak,
            posts=some.posts,
            average_quality=some.average_quality,
            policy=policy,
        )


@given(strategies.engagements(), strategies.day_activities(), policies)
def test_evaluating_a_day_twice_changes_nothing(
    state: Engagement, late: DayActivity, policy: EngagementPolicy
) -> None:
    if state.last_day is not None and state.last_outcome is not None:
        again = DayActivity(state.last_day, late.counts, late.posts, late.average_quality)
        assert evaluate_day(state, again, policy=policy) == (state, state.last_outcome)


@given(strategies.engagements(last_day=st.just(DAY)), st.integers(-40, 40))
def test_no_day_but_the_last_and_the_next_is_evaluated(state: Engagement, offset: int) -> None:
    activity = DayActivity(DAY + timedelta(days=offset))
    if state.last_day is not None and offset not in {0, 1}:
        with pytest.raises(OutOfOrderError):
            evaluate_day(state, activity)


@given(st.data(), strategies.engagements(last_day=st.just(DAY)), st.integers(0, 6), policies)
def test_catching_up_in_any_portions_and_any_order_gives_the_same(
    data: st.DataObject, state: Engagement, length: int, policy: EngagementPolicy
) -> None:
    activities = [
        data.draw(strategies.day_activities(st.just(DAY + timedelta(days=n))))
        for n in range(1, length + 1)
    ]
    whole, outcomes = catch_up(state, data.draw(st.permutations(activities)), policy=policy)
    cut = data.draw(st.integers(0, length))
    half, first = catch_up(state, activities[:cut], policy=policy)
    rest, second = catch_up(half, activities[cut:], policy=policy)
    assert (rest, first + second) == (whole, outcomes)
    met = [outcome.met for outcome in outcomes]
    assert whole.streak == (state.streak + length if all(met) else met[::-1].index(False))


@given(st.data(), outcomes_of_a_day, policies)
def test_the_pick_is_the_sorted_prefix_whatever_the_order(
    data: st.DataObject, outcomes: list[DayOutcome], policy: EngagementPolicy
) -> None:
    shuffled = data.draw(st.permutations(outcomes))
    picked = pick_candidates(shuffled, policy=policy)
    eligible = [outcome for outcome in outcomes if not outcome.met and outcome.total > 0]
    ranked = sorted(eligible, key=lambda outcome: outcome.user_id)
    ranked.sort(key=lambda outcome: outcome.streak_before, reverse=True)
    ranked.sort(key=lambda outcome: outcome.total, reverse=True)
    assert list(picked) == ranked[: policy.top_inactive_users]
    assert picked == pick_candidates(outcomes * 2, policy=policy)
