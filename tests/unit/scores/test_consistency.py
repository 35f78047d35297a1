"""The 28-day score against the vectors of its contract, worked out by hand."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from mainstay import (
    ActivityWindow,
    ConsistencyPolicy,
    ConsistencyScore,
    EnglishPhrases,
    Explanation,
    InvalidTypeError,
    InvalidValueError,
    ScoreBreakdown,
    Session,
    consistency_score,
    score_sessions,
)
from mainstay.explanation import headline

TODAY = date(2024, 5, 28)

#: Active days (28 is today), then base, distribution, streak, recency, total and points: SPEC §2.
VECTORS = [
    ([1, 2, 5, 8, 9, 10, 15, 22, 28], 19.285714, 18.621225, 2, 5, 44.906939, 45),
    (list(range(1, 29)), 60, 25, 10, 5, 100, 100),
    ([], 0, 0, 0, 0, 0, 0),
    ([28], 2.142857, 0, 2, 5, 9.142857, 9),
    ([27], 2.142857, 0, 2, 5, 9.142857, 9),
    ([27, 28], 4.285714, 0, 4, 5, 13.285714, 13),
    ([1, 14, 28], 6.428571, 23.571429, 2, 5, 37, 37),
    ([6, 7, 13, 14, 20, 21, 27, 28], 17.142857, 17.930405, 4, 5, 44.073262, 44),
    ([20, 21, 22, 23], 8.571429, 25, 0, 1, 34.571429, 35),
    ([4, 11, 18, 25], 8.571429, 25, 0, 3, 36.571429, 37),
    (list(range(1, 28, 2)), 30, 25, 2, 5, 62, 62),
]


def window(active: list[int]) -> ActivityWindow:
    return ActivityWindow.from_days([date(2024, 5, day) for day in active], last_day=TODAY)


@pytest.mark.parametrize(
    ("active", "base", "distribution", "streak", "recency", "total", "points"), VECTORS
)
def test_the_vectors_of_the_contract(
    active: list[int],
    base: float,
    distribution: float,
    streak: float,
    recency: float,
    total: float,
    points: int,
) -> None:
    score = consistency_score(window(active))
    parts = attrs.astuple(score.breakdown)
    assert parts == pytest.approx((base, distribution, streak, recency), abs=5e-7)
    assert score.total == pytest.approx(total, abs=5e-7)
    assert score.points == points


@pytest.mark.parametrize(
    ("last_active", "points"),
    [(28, 5), (27, 5), (26, 3), (25, 3), (24, 1), (21, 1), (20, 0), (1, 0)],
)
def test_recency_falls_in_steps(last_active: int, points: float) -> None:
    assert consistency_score(window([last_active])).breakdown.recency == points


@pytest.mark.parametrize(
    "parts", [(-1.0, 0.0, 0.0, 0.0), (60.0, 25.0, 10.0, 5.1), (1e9, 0.0, 0.0, 0.0), ("1", 0, 0, 0)]
)
def test_parts_that_are_not_points_are_refused(parts: tuple[float, float, float, float]) -> None:
    with pytest.raises(InvalidValueError):
        ScoreBreakdown(*parts)
    assert ScoreBreakdown(60, 25, 10, 5).total == 100


def test_no_score_has_other_parts_than_its_window_gives() -> None:
    score = consistency_score(window([28]))
    assert attrs.evolve(score, window=window([])).total == 0
    with pytest.raises(InvalidTypeError, match="window must be of type ActivityWindow"):
        ConsistencyScore(None, None, policy=score.policy, phrases=score.phrases)  # type: ignore[arg-type]  # refused


@pytest.mark.parametrize(
    ("component", "points", "maximum", "text", "field"),
    [
        ("", 1, 2, "Why.", "component"),
        ("base", 3, 2, "Why.", "points"),
        ("base", -1, 2, "Why.", "points"),
        ("base", 1, 101, "Why.", "maximum"),
        ("base", 1, 2, None, "text"),
    ],
)
def test_an_explanation_that_cannot_be_is_refused(
    component: str, points: float, maximum: float, text: str, field: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Explanation(component, points, maximum, text)
    assert caught.value.field == field


@pytest.mark.parametrize(("total", "points"), [(44.5, 45), (44.4999996, 45), (44.4999994, 44)])
def test_points_are_rounded_to_six_decimals_and_then_half_up(total: float, points: int) -> None:
    assert headline(total) == points


@pytest.mark.parametrize(
    ("joined", "active", "days"),
    [
        (date(2024, 5, 28), [28], 7),  # never fewer than a week
        (date(2024, 5, 19), [28], 10),
        (date(2024, 5, 19), [], 10),
        (date(2024, 5, 19), [15, 28], 14),  # active before the date on file
        (date(2024, 5, 1), [28], 28),
        (date(2020, 1, 1), [28], 28),  # never more than the window
    ],
)
def test_a_new_users_base_divides_by_the_days_that_were_possible(
    joined: date, active: list[int], days: int
) -> None:
    score = consistency_score(window(active), member_since=joined)
    assert score.possible_days == days
    assert score.breakdown.base == pytest.approx(60 * len(active) / days)


def test_joining_after_today_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="must not be after today, 2024-05-28") as caught:
        consistency_score(window([28]), member_since=TODAY + timedelta(days=1))
    assert caught.value.field == "member_since"


def test_today_moves_the_window_on_but_never_back() -> None:
    later = consistency_score(window([28]), today=date(2024, 5, 30))
    assert (later.days_since_active, later.breakdown.recency) == (2, 3)
    assert consistency_score(window([28]), today=date(2024, 5, 1)) == consistency_score(
        window([28])
    )


@pytest.mark.parametrize("option", ["today", "member_since"])
def test_an_instant_is_no_date(option: str) -> None:
    instant = {option: datetime(2024, 5, 28, tzinfo=UTC)}
    with pytest.raises(InvalidTypeError, match="local_day"):
        consistency_score(window([28]), **instant)  # type: ignore[arg-type]  # refused


def test_a_window_must_be_as_long_as_the_policy_says() -> None:
    with pytest.raises(InvalidValueError, match="the policy's 28 days"):
        consistency_score(ActivityWindow(TODAY, 1, length=14))
    fortnight = ConsistencyPolicy(window_days=14)
    assert consistency_score(ActivityWindow(TODAY, 1, length=14), policy=fortnight).percentage == 7


def test_sessions_count_on_the_day_of_the_users_zone() -> None:
    night = [Session("ada", datetime(2024, 5, day, 23, tzinfo=UTC)) for day in (25, 26, 27)]
    as_of = datetime(2024, 5, 28, 12, tzinfo=UTC)
    assert score_sessions(night, as_of=as_of).days_since_active == 1
    assert score_sessions(night, as_of=as_of, zone="Europe/Berlin").days_since_active == 0


def test_sessions_are_scored_with_the_same_options_as_a_window() -> None:
    fortnight = ConsistencyPolicy(window_days=14)
    sessions = [Session("ada", datetime(2024, 5, day, 12, tzinfo=UTC)) for day in (14, 15, 28)]
    score = score_sessions(
        sessions,
        as_of=datetime(2024, 5, 28, 12, tzinfo=UTC),
        member_since=date(2024, 5, 20),
        policy=fortnight,
        phrases=EnglishPhrases(did="ran"),
    )
    days = [date(2024, 5, day) for day in (15, 28)]
    expected = ActivityWindow.from_days(days, last_day=TODAY, length=14)
    assert score == consistency_score(expected, member_since=date(2024, 5, 20), policy=fortnight)
    assert score.possible_days == 14
    assert score.explanations[3].text == "You ran today."


def test_explanations_name_each_part_its_maximum_and_its_reason() -> None:
    score = consistency_score(window(VECTORS[0][0]))
    assert [(e.component, e.points, e.maximum) for e in score.explanations] == [
        ("base", score.breakdown.base, 60),
        ("distribution", score.breakdown.distribution, 25),
        ("streak", score.breakdown.streak, 10),
        ("recency", score.breakdown.recency, 5),
    ]
    assert math.fsum(e.points for e in score.explanations) == score.total


def test_a_dict_holds_score_explanations_and_breakdown() -> None:
    score = consistency_score(window([1, 14, 28]))
    assert score.to_dict() == {
        "score": 37,
        "total": pytest.approx(37),
        "breakdown": {
            "base": pytest.approx(6.428571),
            "distribution": pytest.approx(23.571429),
            "streak": 2,
            "recency": 5,
        },
        "explanations": [explanation.text for explanation in score.explanations],
        "active_days": 3,
        "possible_days": 28,
        "current_streak": 1,
        "last_active_day": "2024-05-28",
        "today": "2024-05-28",
    }
    assert consistency_score(window([])).to_dict()["last_active_day"] is None


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"base_points": 61}, "base_points + distribution_points + streak_points + recency_steps"),
        ({"base_points": -1}, "base_points"),
        ({"base_points": float("nan")}, "base_points"),
        ({"base_points": "60"}, "base_points"),
        ({"distribution_limit": 0}, "distribution_limit"),
        ({"distribution_min_days": 1}, "distribution_min_days"),
        ({"window_days": 0}, "window_days"),
        ({"window_days": True}, "window_days"),
        ({"member_min_days": 29}, "member_min_days"),
        ({"recency_steps": ()}, "recency_steps"),
        ({"recency_steps": ((1, 5), (1, 3))}, "recency_steps"),
        ({"recency_steps": ((1, 5), (3, 6))}, "recency_steps"),
        ({"recency_steps": ((1, 5), (3, "x"))}, "recency_steps"),
        ({"recency_steps": ((-1, 5),)}, "recency_steps"),
        ({"recency_steps": (1, 5)}, "recency_steps"),
        ({"recency_steps": 5}, "recency_steps"),
    ],
)
def test_a_policy_refuses_what_makes_no_score(options: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        ConsistencyPolicy(**options)  # type: ignore[arg-type]  # refused
    assert caught.value.field == field


def test_a_policy_takes_any_pairs_as_steps_and_keeps_them_immutable() -> None:
    policy = ConsistencyPolicy(recency_steps=[[0, 5], [7, 0]])  # type: ignore[list-item]  # kind
    assert policy.recency_steps == ((0, 5), (7, 0))
    assert hash(policy) == hash(attrs.evolve(policy))


def test_a_policy_may_have_equal_steps_and_count_a_new_user_as_long_as_an_old_one() -> None:
    policy = ConsistencyPolicy(recency_steps=((1, 5), (3, 5)), member_min_days=28)
    score = consistency_score(window([25]), member_since=TODAY, policy=policy)
    assert (score.possible_days, score.breakdown.recency) == (28, 5)


def test_another_policy_changes_the_numbers_and_nothing_else() -> None:
    policy = ConsistencyPolicy(
        base_points=70, distribution_points=15, streak_points_per_day=5, distribution_limit=13
    )
    score = consistency_score(window([1, 14, 27, 28]), policy=policy)
    # gaps 13, 13, 1: mean 9, variance 32; streak 2 days at 5 points
    assert score.breakdown.base == 10
    assert score.breakdown.distribution == pytest.approx(15 * (1 - math.sqrt(32) / 13))
    assert score.breakdown.streak == 10
