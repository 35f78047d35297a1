"""Hypothesis strategies for all that mainstay takes and gives.

They aim at where calendars go wrong: local midnights, clocks put forward and back, both sides of
the date line, the turn of the year. States are grown as an app would grow them, so that only
states come up that an app can reach. Each strategy is a function. Its arguments are strategies,
too, for what a test wants to decide itself.

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

from mainstay._extras import Extra

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
    from mainstay.testing.strategies.asking import (
        badge_checks,
        badge_standings,
        badge_targets,
        board_queries,
        board_targets,
        due_boards,
    )
    from mainstay.testing.strategies.calendar import day_starts, days, instants, iso_weeks, zones
    from mainstay.testing.strategies.jobs import (
        dailies,
        due_days,
        due_weeks,
        evaluated_days,
        everies,
        installed_jobs,
        item_errors,
        job_contexts,
        job_reports,
        job_runs,
        job_specs,
        options,
        plain_data,
        plain_objects,
        refusals,
        retry_policies,
        schedules,
        unreadables,
        weeklies,
    )
    from mainstay.testing.strategies.outbox import (
        claim_policies,
        looks_again,
        outbox_entries,
        things_done,
        things_given_up,
    )
    from mainstay.testing.strategies.policies import (
        consistency_policies,
        daily_criteria,
        engagement_policies,
        multiplier_policies,
        policy_histories,
        streak_policies,
        weekly_streak_policies,
    )
    from mainstay.testing.strategies.recognition import (
        arguments,
        badge_policies,
        badges,
        boards,
        credits,
        leaderboard_policies,
        levels,
        levels_reached,
        points_ranks,
        ranked,
        reward_policies,
        reward_splits,
        rungs,
        spans,
        user_ranks,
    )
    from mainstay.testing.strategies.results import (
        consistency_scores,
        dampened_weights,
        explanations,
        historical_scores,
        vouch_explanations,
        what_ifs,
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
    "arguments",
    "badge_checks",
    "badge_policies",
    "badge_standings",
    "badge_targets",
    "badges",
    "board_queries",
    "board_targets",
    "boards",
    "claim_policies",
    "consistency_policies",
    "consistency_scores",
    "counts",
    "credits",
    "dailies",
    "daily_criteria",
    "daily_streaks",
    "dampened_weights",
    "day_activities",
    "day_outcomes",
    "day_starts",
    "days",
    "due_boards",
    "due_days",
    "due_weeks",
    "engagement_policies",
    "engagements",
    "evaluated_days",
    "everies",
    "explanations",
    "historical_scores",
    "histories",
    "installed_jobs",
    "instants",
    "iso_weeks",
    "item_errors",
    "job_contexts",
    "job_reports",
    "job_runs",
    "job_specs",
    "kinds",
    "leaderboard_policies",
    "levels",
    "levels_reached",
    "looks_again",
    "multiplier_policies",
    "options",
    "outbox_entries",
    "plain_data",
    "plain_objects",
    "points_ranks",
    "policy_histories",
    "qualities",
    "ranked",
    "refusals",
    "reputations",
    "retry_policies",
    "reward_policies",
    "reward_splits",
    "rungs",
    "schedules",
    "sessions",
    "spans",
    "streak_policies",
    "things_done",
    "things_given_up",
    "unreadables",
    "user_ids",
    "user_ranks",
    "vouch_explanations",
    "vouches",
    "weeklies",
    "weekly_streak_policies",
    "weekly_streaks",
    "what_ifs",
    "windows",
    "zones",
]
