"""What values look like in a session: their result first, and no more than fits a few lines."""

from __future__ import annotations

from datetime import date

import pytest

from mainstay import (
    ActivityWindow,
    ConsistencyPolicy,
    DailyCriteria,
    EngagementPolicy,
    MultiplierPolicy,
    PolicyHistory,
    Reputation,
    StreakPolicy,
    Vouch,
    WeeklyStreakPolicy,
    consistency_score,
    explain_vouch,
    historical_score,
    what_if,
)
from mainstay._reprs import percent
from mainstay.recognition import BadgePolicy, LeaderboardPolicy, RewardPolicy, split_pool

TODAY = date(2024, 5, 28)
WINDOW = ActivityWindow.from_days([date(2024, 5, day) for day in (1, 14, 28)], last_day=TODAY)


def test_a_window_shows_its_days_as_bits_the_last_one_at_the_end() -> None:
    shown = repr(ActivityWindow.from_days([date(2024, 5, day) for day in (25, 28)], last_day=TODAY))
    assert shown == "ActivityWindow(last_day=datetime.date(2024, 5, 28), bits=0b1001, length=28)"


@pytest.mark.parametrize(
    ("value", "begin"),
    [
        (
            consistency_score(WINDOW),
            "ConsistencyScore(points=37, breakdown=ScoreBreakdown(base=6.4",
        ),
        (what_if(WINDOW, [date(2024, 5, 27)]), "WhatIf(difference=-10."),
        (
            historical_score(streak=14, posts=50, average_quality=10),
            "HistoricalScore(points=65, streak=14, posts=50, average_quality=10, breakdown=",
        ),
        (
            explain_vouch(Vouch("ada", "bob", 3), Reputation("bob")),
            "VouchExplanation(weight=Decimal('3.00'), vouch=Vouch(voucher='ada', ",
        ),
        (
            split_pool(
                10, votes=dict.fromkeys(map(str, range(500)), "no"), verdict="no", arguments=[]
            ),
            "RewardSplit(pool=10, awarded=500, undistributed=4, winners=500, participants=500, ",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_result_begins_with_its_number(value: object, begin: str) -> None:
    assert repr(value).startswith(begin)
    assert len(repr(value)) < 320


@pytest.mark.parametrize(
    "kind",
    [
        BadgePolicy,
        ConsistencyPolicy,
        EngagementPolicy,
        LeaderboardPolicy,
        MultiplierPolicy,
        RewardPolicy,
        StreakPolicy,
        WeeklyStreakPolicy,
    ],
)
def test_a_policy_shows_the_numbers_that_are_not_the_standard_ones(kind: type[object]) -> None:
    assert repr(kind()) == f"{kind.__name__}()"


def test_what_a_policy_shows_makes_it_again() -> None:
    runs = EngagementPolicy(criteria=DailyCriteria({"run": 2}), streak_weight=0)
    shown = "EngagementPolicy(criteria=DailyCriteria(minimums=Counts({'run': 2})), streak_weight=0)"
    assert repr(runs) == shown
    assert repr(StreakPolicy(freezes=1)) == "StreakPolicy(freezes=1)"
    since = date(2024, 5, 6)
    history = PolicyHistory(EngagementPolicy(), [(since, EngagementPolicy(streak_half=7))])
    assert repr(history) == (
        "PolicyHistory(first=EngagementPolicy(), "
        "changes=((datetime.date(2024, 5, 6), EngagementPolicy(streak_half=7)),))"
    )


def test_a_share_is_shown_in_percent() -> None:
    assert (percent(0.2469), percent(1, 0)) == ("24.7 %", "100 %")
