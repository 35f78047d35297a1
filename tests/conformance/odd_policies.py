"""Policies of days by which time alone changes something, or that ask for more than counts."""

from __future__ import annotations

from datetime import date

from mainstay import (
    AllOf,
    AnyOf,
    ByWeekday,
    DailyCriteria,
    DailyMinutes,
    EngagementPolicy,
    PickPolicy,
)

__all__ = ["ODD_POLICIES"]

#: About the turn of the year 2021, whose first day is a Friday.
ODD_POLICIES = [
    EngagementPolicy(
        criteria=AnyOf([DailyCriteria({"post": 2}), DailyMinutes(60, kinds={"post"})]),
        rest_weekdays={5, 6},
        excused={date(2020, 12, 25), date(2021, 1, 4)},
        half_life=5,
        posts_half=3,
        top_inactive_users=1,
        pick=PickPolicy(cooldown=2, ties_by_day=True),
    ),
    EngagementPolicy(
        criteria=ByWeekday(
            {0, 2}, DailyCriteria({"post": 1}), AllOf([DailyMinutes(1), DailyCriteria({"post": 1})])
        ),
        excused_kinds={"like"},
        prior_ratings=2,
        prior_quality=6,
        half_life=2.5,
        top_inactive_users=2,
        pick=PickPolicy(active_within=4, exclude={"ada"}),
    ),
]
