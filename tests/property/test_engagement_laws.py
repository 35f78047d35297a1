"""The laws of daily engagement."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import partial

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay import (
    AllOf,
    AnyOf,
    ByWeekday,
    Criteria,
    DailyCriteria,
    DailyMinutes,
    DayActivity,
    DayOutcome,
    Engagement,
    EngagementPolicy,
    HistoricalScore,
    OutOfOrderError,
    PickPolicy,
    RecentPosts,
    catch_up,
    evaluate_day,
    explain_pick,
    historical_score,
    pick_candidates,
)
from mainstay.scores.engagement.historical import with_prior
from mainstay.testing import strategies

DAY = date(2024, 5, 2)
days_in_a_row = st.integers(0, 10**6) | st.integers(0, 50)
posts = st.integers(0, 10**15) | st.integers(0, 200)
averages = st.none() | strategies.qualities()
policies = strategies.engagement_policies()
#: How many days ago posts were written, and how many.
histories = st.lists(st.tuples(st.integers(0, 900), st.integers(1, 50)), max_size=8)
outcomes_of_a_day = st.lists(strategies.day_outcomes(day=st.just(DAY)), max_size=15).map(
    lambda outcomes: list({outcome.user_id: outcome for outcome in outcomes}.values())
)


def scored(
    streak: int,
    count: int,
    average: float | None,
    policy: EngagementPolicy,
    *,
    rated: int = 3,
    ago: int = 0,
) -> HistoricalScore:
    """The score of posts that were all written so many days ago, of which some were rated."""
    recent, day = None, DAY - timedelta(days=ago)
    if policy.half_life is not None:
        recent = RecentPosts.of(
            [(day, count)], day=DAY, half_life=policy.half_life, posts_half=policy.posts_half
        )
    return historical_score(
        streak=streak,
        posts=count,
        average_quality=average if count else None,
        rated=rated,
        recent=recent,
        policy=policy,
    )


def exactly_judged(average: float | None, rated: int, policy: EngagementPolicy) -> Fraction:
    """(Σ + m · c) / (n + m)."""
    if average is None:
        return Fraction(0)
    m, c = Fraction(policy.prior_ratings), Fraction(policy.prior_quality)
    return (Fraction(average) * rated + m * c) / (rated + m)


@given(days_in_a_row, posts, averages, policies, st.integers(1, 99), st.integers(0, 2000))
def test_a_score_is_the_formula_s(
    streak: int, count: int, average: float | None, policy: EngagementPolicy, rated: int, ago: int
) -> None:
    """In exact fractions, as the contract has it; powers of two apart."""
    average = average if count else None
    decay = Fraction(1) if policy.half_life is None else Fraction(0.5 ** (ago / policy.half_life))
    weights = map(Fraction, (policy.streak_weight, policy.posts_weight, policy.quality_weight))
    values = [
        streak / (streak + Fraction(policy.streak_half)),
        count * decay / (count * decay + Fraction(policy.posts_half)),
        exactly_judged(average, rated, policy) / 10,
    ]
    parts = [(weight, weight * value) for weight, value in zip(weights, values, strict=True)]
    expected = 100 * sum(part for _, part in parts) / sum(weight for weight, _ in parts)
    score = scored(streak, count, average, policy, rated=rated, ago=ago)
    assert score.total == pytest.approx(float(expected), abs=1e-9)


@given(strategies.engagements(), st.integers(1, 400), histories, averages, policies)
def test_an_idle_day_without_a_streak_need_not_be_evaluated(
    state: Engagement,
    later: int,
    history: list[tuple[int, int]],
    average: float | None,
    policy: EngagementPolicy,
) -> None:
    """Evaluating every day leaves what standing leaves, to the last bit."""
    first = (state.last_day or DAY) + timedelta(days=1)
    by_day = {first - timedelta(days=ago): count for ago, count in history}
    count = sum(by_day.values())
    idle = DayActivity(
        first, {}, count, average if count else None, rated=1 if count else 0, posts_by_day=by_day
    )
    every = [attrs.evolve(idle, day=first + timedelta(days=n)) for n in range(later + 1)]
    state, outcome = evaluate_day(state, every[0], policy=policy)
    while not outcome.stands and len(every) > 1:
        every = every[1:]
        state, outcome = evaluate_day(state, every[0], policy=policy)
    end, outcomes = catch_up(state, every[1:], policy=policy)
    assert not outcome.stands or state.idle_through(every[-1].day, policy=policy) == end
    assert tuple(outcome.idle_on(each.day, policy=policy) for each in every[1:]) == outcomes


@given(histories, st.integers(1, 900), st.floats(1, 400))
def test_posts_count_by_their_age_in_whatever_order_and_never_more_later(
    history: list[tuple[int, int]], later: int, half_life: float
) -> None:
    """A plain second implementation: each post by itself."""
    posts = [(DAY - timedelta(days=ago), count) for ago, count in history]
    recent = RecentPosts.of(posts, day=DAY, half_life=half_life, posts_half=50)
    assert RecentPosts.of(posts[::-1], day=DAY, half_life=half_life, posts_half=50) == recent
    singly = [0.5 ** (ago / half_life) for ago, count in history for _ in range(count)]
    total = 0.0 if recent is None else recent.total
    assert total == pytest.approx(sum(singly), rel=1e-9, abs=1e-300)
    if recent is not None:
        on = recent.on(DAY + timedelta(days=later))
        assert on.total <= recent.total
        assert on == RecentPosts.of(posts, day=on.day, half_life=half_life, posts_half=50)


@given(st.floats(0, 10), st.integers(1, 10**6), st.floats(0.1, 1e6), st.floats(0, 10))
def test_a_prior_pulls_towards_its_quality_the_less_the_more_ratings_there_are(
    average: float, rated: int, ratings: float, quality: float
) -> None:
    few, many = (with_prior(average, n, ratings, quality) for n in (rated, 1000 * rated))
    assert few is not None
    assert many is not None
    low, high = sorted([average, quality])
    assert low - 1e-9 <= few <= high + 1e-9
    assert abs(many - average) <= abs(few - average) + 1e-9


@given(days_in_a_row, posts, averages, policies)
def test_a_score_and_its_parts_have_their_bounds_and_the_parts_add_up(
    streak: int, count: int, average: float | None, policy: EngagementPolicy
) -> None:
    score = scored(streak, count, average, policy)
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
    count = max(count, 1)
    before = scored(streak, count, average, policy).total
    assert scored(streak + more, count, average, policy).total >= before
    assert scored(streak, min(count + more, 10**15), average, policy).total >= before
    assert scored(streak, count, max(average, better), policy).total >= before
    assert before >= scored(streak, count, None, policy).total


@given(
    strategies.engagements(last_day=st.just(DAY)),
    strategies.day_activities(st.just(DAY + timedelta(days=1))),
    policies,
)
def test_met_adds_a_day_and_scores_nothing_and_not_met_sees_the_old_streak_and_ends_it(
    state: Engagement, some: DayActivity, policy: EngagementPolicy
) -> None:
    day = some.day
    after, outcome = evaluate_day(state, some, policy=policy)
    kinds = {kind for kind, count in some.counts.items() if count}
    assert outcome.rest == (
        day.weekday() in policy.rest_weekdays
        or day in policy.excused
        or bool(kinds & policy.excused_kinds)
    )
    durations = dict(some.durations)
    assert outcome.met == (
        not outcome.rest and plainly_met(policy.criteria, some.counts, durations, day)
    )
    assert outcome.streak_before == state.streak
    assert after.streak == outcome.streak_after
    if outcome.rest:
        assert (after.streak, outcome.total, outcome.score) == (state.streak, 0, None)
    elif outcome.met:
        assert (after.streak, outcome.total) == (state.streak + 1, 0)
    else:
        assert after.streak == 0
        assert outcome.score is not None
        known = (outcome.score.streak, outcome.score.posts, outcome.score.average_quality)
        assert known == (state.streak, some.posts, some.average_quality)


def plainly_met(
    criteria: Criteria, counts: Mapping[str, int], durations: Mapping[str, timedelta], day: date
) -> bool:
    """A plain second implementation, in exact fractions of minutes."""
    ask = partial(plainly_met, counts=counts, durations=durations, day=day)
    match criteria:
        case DailyCriteria(minimums):
            return not [kind for kind, least in minimums.items() if counts.get(kind, 0) < least]
        case DailyMinutes():
            some = {
                k: v for k, v in durations.items() if criteria.kinds is None or k in criteria.kinds
            }
            total = Fraction(sum(v // timedelta(microseconds=1) for v in some.values()), 60_000_000)
            return total >= Fraction(round(Fraction(criteria.minutes) * 60_000_000), 60_000_000)
        case AnyOf(several):
            return True in [ask(each) for each in several]
        case AllOf(several):
            return False not in [ask(each) for each in several]
        case ByWeekday(weekdays, on_these, otherwise):
            return ask(on_these if day.weekday() in weekdays else otherwise)


@given(strategies.engagements(), strategies.day_activities(), policies)
def test_evaluating_a_day_twice_changes_nothing(
    state: Engagement, late: DayActivity, policy: EngagementPolicy
) -> None:
    if state.last_day is not None and state.last_outcome is not None:
        again = attrs.evolve(late, day=state.last_day)
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
    met = [outcome.met for outcome in outcomes if not outcome.rest]
    grown = state.streak + len(met)
    assert whole.streak == (grown if all(met) else met[::-1].index(False))


#: Before so many days, days are at the ends of what picks look back on.
AGO = [0, 1, 2, 5, 30, 366, 400]
LATELY = [DAY - timedelta(days=ago) for ago in AGO]
spans = st.sampled_from(AGO[1:-1])
picking = st.builds(
    EngagementPolicy,
    top_inactive_users=st.integers(0, 10),
    pick=strategies.pick_policies()
    | st.builds(PickPolicy, cooldown=spans, active_within=spans, ties_by_day=st.booleans()),
)


def some_lately(outcomes: list[DayOutcome]) -> st.SearchStrategy[dict[str, date]]:
    """Lately, a day of some of the users."""
    days = {each.user_id: st.sampled_from(LATELY) for each in outcomes}
    return st.fixed_dictionaries({}, optional=days)


@given(st.data(), outcomes_of_a_day, picking)
def test_the_pick_is_the_sorted_prefix_whatever_the_order(
    data: st.DataObject, outcomes: list[DayOutcome], policy: EngagementPolicy
) -> None:
    picks, active = data.draw(some_lately(outcomes)), data.draw(some_lately(outcomes))
    pick = partial(pick_candidates, policy=policy, last_picked=picks, last_active=active)
    picked = pick(data.draw(st.permutations(outcomes)))
    ranked = plainly_ranked(outcomes, policy.pick, picks, active)
    assert list(picked) == ranked[: policy.top_inactive_users]
    assert picked == pick(outcomes * 2)


class Told:
    """Phrases that say which case it is."""

    def goal_met(self) -> str:
        return "met"

    def rest_day(self) -> str:
        return "rest"

    def no_score(self) -> str:
        return "nothing"

    def excluded(self) -> str:
        return "excluded"

    def inactive(self, days: int) -> str:
        return f"inactive {days}"

    def cooling(self, last: date, until: date) -> str:
        return f"cooling {last} {until}"

    def by_score(self, total: float) -> str:
        return f"by score {total}"


@given(st.data(), outcomes_of_a_day, picking)
def test_why_somebody_is_not_picked_agrees_with_who_is(
    data: st.DataObject, outcomes: list[DayOutcome], policy: EngagementPolicy
) -> None:
    """Where all can be picked, those are whom nothing stands against, and those cooling down."""
    days = some_lately(outcomes)
    known = {"last_picked": data.draw(days), "last_active": data.draw(days)}
    everybody = attrs.evolve(policy, top_inactive_users=len(outcomes))
    told = {each: explain_pick(each, policy=policy, phrases=Told(), **known) for each in outcomes}
    first = {each.user_id for each, why in told.items() if why == f"by score {each.total}"}
    cooling = {each.user_id for each, why in told.items() if why.startswith("cooling")}
    picked = [each.user_id for each in pick_candidates(outcomes, policy=everybody, **known)]
    assert ({*picked[: len(first)]}, {*picked[len(first) :]}) == (first, cooling)
    assert all((why in ("met", "rest")) == (each.score is None) for each, why in told.items())


def plainly_ranked(
    outcomes: list[DayOutcome],
    pick: PickPolicy,
    picks: Mapping[str, date],
    active: Mapping[str, date],
) -> list[DayOutcome]:
    """A plain second implementation: sorted again and again, by what matters least first."""

    def may(user: str) -> bool:
        if pick.active_within is None:
            return user not in pick.exclude
        spans = [DAY - timedelta(days=n) for n in range(pick.active_within)]
        return user not in pick.exclude and active.get(user) in spans

    cooling = [DAY - timedelta(days=n) for n in range(1, pick.cooldown + 1)]
    ranked = [each for each in outcomes if each.total > 0 and may(each.user_id)]
    ranked.sort(key=lambda each: each.user_id)
    if pick.ties_by_day:
        ranked.sort(key=lambda each: hashlib.sha256(f"2024-05-02 {each.user_id}".encode()).digest())
    ranked.sort(key=lambda each: each.streak_before, reverse=True)
    ranked.sort(key=lambda each: each.total, reverse=True)
    waiting = [each for each in ranked if picks.get(each.user_id) in cooling]
    waiting.sort(key=lambda each: picks[each.user_id])
    return [each for each in ranked if picks.get(each.user_id) not in cooling] + waiting
