"""Hypothesis strategies for all that mainstay takes and gives.

They aim at where calendars go wrong: local midnights, clocks put forward and back, both sides of
the date line, the turn of the year. States are grown as an app would grow them, so that only
those come up that can come about. Each is a function that takes other strategies, where a test
may want a say, and returns one.

Examples:
    >>> from hypothesis import given
    >>> from mainstay import score_sessions
    >>> from mainstay.testing import strategies
    >>> @given(strategies.histories())
    ... def test_a_score_has_its_bounds(history):
    ...     sessions, as_of = history
    ...     assert 0 <= score_sessions(sessions, as_of=as_of).points <= 100
    >>> test_a_score_has_its_bounds()
"""

from mainstay.extras import Extra

with Extra("testing", "hypothesis"):
    from mainstay.testing.strategies.activity import (
        counts,
        histories,
        kinds,
        qualities,
        sessions,
        user_ids,
        windows,
    )
    from mainstay.testing.strategies.calendar import day_starts, days, instants, iso_weeks, zones
    from mainstay.testing.strategies.policies import (
        consistency_policies,
        daily_criteria,
        engagement_policies,
        multiplier_policies,
        streak_policies,
        weekly_streak_policies,
    )
    from mainstay.testing.strategies.states import (
        daily_streaks,
        day_activities,
        day_outcomes,
        engagements,
        reputations,
        vouches,
        weekly_streaks,
    )

__all__ = [
    "consistency_policies",
    "counts",
    "daily_criteria",
    "daily_streaks",
    "day_activities",
    "day_outcomes",
    "day_starts",
    "days",
    "engagement_policies",
    "engagements",
    "histories",
    "instants",
    "iso_weeks",
    "kinds",
    "multiplier_policies",
    "qualities",
    "reputations",
    "sessions",
    "streak_policies",
    "user_ids",
    "vouches",
    "weekly_streak_policies",
    "weekly_streaks",
    "windows",
    "zones",
]
