"""The laws of the score, and its agreement with a second implementation."""

from __future__ import annotations

import math
import random
from datetime import date, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay import (
    ActivityWindow,
    ConsistencyPolicy,
    Session,
    consistency_score,
    score_sessions,
    what_if,
)
from mainstay.daystarts import DayStart
from mainstay.testing import strategies
from tests import effort, oracles

joined_ago = st.none() | st.integers(0, 60)


def joined(window: ActivityWindow, ago: int | None) -> date | None:
    return None if ago is None else window.last_day - timedelta(days=ago)


def assert_agrees(window: ActivityWindow, member_since: date | None = None) -> None:
    score = consistency_score(window, member_since=member_since)
    expected = oracles.score_parts(window.days(), window.last_day, member_since)
    assert attrs.astuple(score.breakdown) == pytest.approx(expected, abs=1e-9)


@given(strategies.windows(), joined_ago)
def test_the_score_is_the_naive_one(window: ActivityWindow, ago: int | None) -> None:
    assert_agrees(window, joined(window, ago))


def test_the_score_is_the_naive_one_in_a_large_random_sweep() -> None:
    source = random.Random(20240528)
    last_day = date(2024, 5, 28)
    for _ in range(effort.scaled(1000)):
        likely = source.random()
        bits = sum(1 << age for age in range(28) if source.random() < likely)
        assert_agrees(ActivityWindow(last_day, bits))


@given(strategies.histories(), st.none() | strategies.zones(), strategies.day_starts())
def test_the_score_of_sessions_is_the_naive_one(
    history: tuple[list[Session], datetime], zone: str | None, day_start: DayStart
) -> None:
    sessions, as_of = history
    score = score_sessions(sessions, as_of=as_of, zone=zone, day_start=day_start)
    today, days = oracles.active_days(sessions, as_of, zone, day_start)
    expected = oracles.score_parts(days, today)
    assert attrs.astuple(score.breakdown) == pytest.approx(expected, abs=1e-9)


@given(strategies.windows(), joined_ago)
def test_every_part_lies_between_nothing_and_its_maximum(
    window: ActivityWindow, ago: int | None
) -> None:
    score = consistency_score(window, member_since=joined(window, ago))
    for part in score.explanations:
        assert part.maximum is not None
        assert 0 <= part.points <= part.maximum
    assert 0 <= score.total <= 100
    assert 0 <= score.points <= 100


@given(strategies.windows(), joined_ago)
def test_the_explanations_points_are_the_total_exactly(
    window: ActivityWindow, ago: int | None
) -> None:
    score = consistency_score(window, member_since=joined(window, ago))
    assert math.fsum(part.points for part in score.explanations) == score.total
    assert all(part.text for part in score.explanations)


@given(strategies.windows(), st.integers(0, 27))
def test_a_further_active_day_never_lowers_the_base(window: ActivityWindow, age: int) -> None:
    more = window.record(window.last_day - timedelta(days=age))
    assert consistency_score(more).breakdown.base >= consistency_score(window).breakdown.base


@given(strategies.windows())
def test_a_new_user_never_scores_lower_than_an_old_one(window: ActivityWindow) -> None:
    new = consistency_score(window, member_since=window.last_day)
    assert new.total >= consistency_score(window).total


@given(strategies.windows(), st.integers(0, 60))
def test_idle_days_never_raise_the_parts_but_evenness(window: ActivityWindow, days: int) -> None:
    now = consistency_score(window).breakdown
    later = consistency_score(window, today=window.last_day + timedelta(days=days)).breakdown
    assert later.base <= now.base
    assert later.recency <= now.recency
    assert later.streak <= now.streak


@given(strategies.days())
def test_twenty_eight_active_days_give_everything(last_day: date) -> None:
    assert consistency_score(ActivityWindow(last_day, 2**28 - 1)).total == 100


@given(
    strategies.windows(),
    st.integers(0, 100),
    st.floats(0, 1),
    st.floats(0.001, 50),
    st.floats(0, 10),
)
def test_under_any_policy_the_score_keeps_its_bounds_and_has_its_reasons(
    window: ActivityWindow, base: int, share: float, limit: float, per_day: float
) -> None:
    distribution = int((100 - base) * share)
    rest = 100 - base - distribution
    policy = ConsistencyPolicy(
        base_points=base,
        distribution_points=distribution,
        distribution_limit=limit,
        streak_points=rest,
        streak_points_per_day=per_day,
        recency_steps=((0, 0),),
    )
    score = consistency_score(window, policy=policy)
    assert 0 <= score.total <= 100
    assert all(part.text for part in score.explanations)


@given(strategies.windows(), st.lists(st.integers(-40, 40), max_size=6), joined_ago)
def test_what_if_is_the_difference_of_two_scores_on_one_day(
    window: ActivityWindow, offsets: list[int], ago: int | None
) -> None:
    asked = [window.last_day + timedelta(days=offset) for offset in offsets]
    member_since = joined(window, ago)
    change = what_if(window, asked, member_since=member_since)
    day = max([window.last_day, *asked])
    before = oracles.score_parts(window.days(), day, member_since)
    after = oracles.score_parts([*window.days(), *asked], day, member_since)
    assert change.difference == pytest.approx(sum(after) - sum(before), abs=1e-9)
    assert change.breakdown.total == pytest.approx(change.difference, abs=1e-9)
    assert f"{round(change.difference, 1) + 0.0:+.1f}" in change.text or not change.days
