"""What a report counts is what the core says of each user."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

import pytest

pytest.importorskip("matplotlib", reason="reports need mainstay[notebook]")

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from mainstay import (
    ActivityWindow,
    ActivityYear,
    ConsistencyPolicy,
    YearPolicy,
    consistency_score,
    streak_of,
    year_score,
)
from mainstay.columnar.reading import Columns
from mainstay.notebook.reports import surveys
from mainstay.notebook.reports.surveys import DAYS, WEEKS, Survey, survey
from mainstay.scores.by_policy import Policy, Score
from mainstay.scores.consistency.policy import DEFAULT_POLICY

NOON = datetime(2024, 5, 28, 12, tzinfo=UTC)
TODAY = NOON.date()
COLUMNS = Columns(user="user_id", instant="started_at")
#: Each user's active days, as days before today; some longer ago than a report looks.
users = st.lists(
    st.sets(
        st.integers(0, 70) | st.integers(0, 450) | st.integers(0, 800), min_size=1, max_size=40
    ),
    min_size=1,
    max_size=6,
)
policies = st.sampled_from([ConsistencyPolicy(), YearPolicy()])


def found(ages: Iterable[set[int]], policy: Policy = DEFAULT_POLICY) -> Survey:
    rows = [(user, NOON - timedelta(days=age)) for user, mine in enumerate(ages) for age in mine]
    ids, instants = zip(*rows, strict=True)
    table = pa.table({"user_id": [f"u{user}" for user in ids], "started_at": instants})
    return survey(table, COLUMNS, as_of=NOON, day_start=time(0), policy=policy)


def days_of(ages: set[int]) -> set[date]:
    return {TODAY - timedelta(days=age) for age in ages}


def score_of(ages: set[int], ago: int, policy: Policy) -> Score:
    """The core's, as of so many days ago."""
    day = TODAY - timedelta(days=ago)
    if isinstance(policy, YearPolicy):
        return year_score(ActivityYear.from_days(days_of(ages), last_day=day), policy=policy)
    window = ActivityWindow.from_days(days_of(ages), last_day=day)
    return consistency_score(window, policy=policy)


@given(users, policies)
def test_who_was_active_is_counted_day_by_day(ages: list[set[int]], policy: Policy) -> None:
    said = found(ages, policy)
    assert said.last == TODAY
    for counts, span in ((said.daily, 1), (said.weekly, 7), (said.monthly, 28)):
        expected = [
            sum(any(ago <= age < ago + span for age in mine) for mine in ages)
            for ago in range(DAYS)
        ]
        assert counts.tolist() == expected


@given(users, policies)
def test_points_are_counted_week_by_week_for_those_who_were_there(
    ages: list[set[int]], policy: Policy
) -> None:
    said = found(ages, policy)
    for week in range(WEEKS):
        there = [mine for mine in ages if max(mine) >= 7 * week]
        points = Counter(score_of(mine, 7 * week, policy).points for mine in there)
        assert {n: count for n, count in enumerate(said.spread[week].tolist()) if count} == points


@given(users, policies)
def test_scores_and_streaks_are_the_cores(ages: list[set[int]], policy: Policy) -> None:
    said = found(ages, policy)
    for row, mine in enumerate(ages):
        score = score_of(mine, 0, policy)
        assert (said.user(row), said.today(row)) == (f"u{row}", TODAY)
        assert said.score(row) == score
        assert (said.totals[row], said.points[row]) == (score.total, score.points)
        year = {age for age in mine if age < DAYS}
        streak = streak_of(days_of(year), as_of=TODAY)
        assert (said.current[row], said.longest[row]) == (streak.current, streak.longest)
        assert said.days(row) == sorted(days_of(year), reverse=True)
        assert said.events[row] == len(mine)


@given(users, policies)
def test_candidates_missed_two_days_after_some_and_have_the_best_scores(
    ages: list[set[int]], policy: Policy
) -> None:
    said = found(ages, policy)
    scores = [score_of(mine, 0, policy) for mine in ages]
    missed = [row for row, mine in enumerate(ages) if not mine & {0, 1} and mine & {*range(2, 9)}]
    expected = sorted(missed, key=lambda row: (-scores[row].total, f"u{row}"))[:5]
    assert said.candidates().tolist() == expected


@given(users, st.integers(1, 3), policies)
def test_looking_at_few_users_at_a_time_changes_nothing(
    ages: list[set[int]], few: int, policy: Policy
) -> None:
    whole = found(ages, policy)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(surveys, "CELLS", few * DAYS)
        parts = found(ages, policy)
    for name in ("daily", "weekly", "monthly", "spread", "totals", "points", "current", "longest"):
        assert getattr(parts, name).tolist() == getattr(whole, name).tolist()


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    table = pa.table({"user_id": ["ada", "bob"], "started_at": [NOON, NOON]})
    survey(table, COLUMNS, as_of=NOON, day_start=time(0), progress=lambda *step: told.append(step))
    assert told == [(2, 2)]
