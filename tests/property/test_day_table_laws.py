"""A day evaluated on columns is what the core evaluates user by user."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import pyarrow as pa
from hypothesis import assume, given
from hypothesis import strategies as st

from mainstay import (
    BadRecordError,
    DayActivity,
    DayOutcome,
    Engagement,
    EngagementPolicy,
    InvalidValueError,
    RecentPosts,
    catch_up,
    evaluate_day,
    pick_candidates,
)
from mainstay.columnar import DayTables, evaluate_day_table
from mainstay.testing import strategies

DAY = date(2024, 3, 1)
YESTERDAY = date(2024, 2, 29)
KINDS = ("post", "like", "comment", "view")
MOST = 10**15
Row = tuple[Engagement, DayActivity]

users = strategies.user_ids()
states = st.builds(Engagement, users) | st.builds(
    Engagement, users, st.integers(0, 60) | st.integers(0, MOST - 1), st.just(YESTERDAY)
)
rows = st.lists(
    st.tuples(states, strategies.day_activities(st.just(DAY))),
    max_size=8,
    unique_by=lambda row: row[0].user_id,
)


def table_of(some: list[Row]) -> Any:  # pyarrow has no types
    states, activities = [state for state, _ in some], [activity for _, activity in some]
    columns = {
        "user_id": pa.array([state.user_id for state in states], pa.string()),
        "streak": pa.array([state.streak for state in states], pa.uint64()),
        "last_day": pa.array([state.last_day for state in states], pa.date32()),
        "posts": pa.array([activity.posts for activity in activities], pa.int64()),
        "average_quality": pa.array([a.average_quality for a in activities], pa.float64()),
    }
    for kind in KINDS:
        columns[kind] = pa.array([a.counts.get(kind) for a in activities], pa.int16())
        long = [dict(a.durations).get(kind) for a in activities]
        columns[f"{kind}_time"] = pa.array(long, pa.duration("us"))
    columns["rated"] = pa.array([a.rated for a in activities], pa.int64())
    for place, name in enumerate(("last_picked", "last_active")):
        columns[name] = pa.array([lately(each.user_id)[place] for each in states], pa.date32())
    return pa.table(columns)


def lately(user: str) -> tuple[date | None, date | None]:
    """When a user was picked and active last, as told by their name."""
    picked, active = hash_of(user) % 5, hash_of(user) % 7
    return (DAY - timedelta(days=picked)) if picked else None, DAY - timedelta(days=active * active)


def hash_of(user: str) -> int:
    return sum(map(ord, user))


def recent_of(activity: DayActivity, policy: EngagementPolicy) -> float | None:
    if policy.half_life is None:
        return None
    by_day, numbers = activity.posts_by_day or (), (policy.half_life, policy.posts_half)
    recent = RecentPosts.of(by_day, day=DAY, half_life=numbers[0], posts_half=numbers[1])
    return 0.0 if recent is None else recent.total


def evaluated_table(some: list[Row], policy: EngagementPolicy) -> DayTables:
    """What the table comes to, with all that the policy may ask for."""
    recent = [recent_of(activity, policy) for _, activity in some]
    table = table_of(some).append_column("recent_posts", pa.array(recent, pa.float64()))
    durations = {kind: f"{kind}_time" for kind in KINDS}
    return evaluate_day_table(table, day=DAY, durations=durations, policy=policy)


def expected_row(
    outcome: DayOutcome, activity: DayActivity, policy: EngagementPolicy
) -> dict[str, object]:
    more: dict[str, object] = {}
    if policy.prior_ratings:
        more["rated"] = activity.rated
    if policy.half_life is not None:
        more["recent_posts"] = recent_of(activity, policy)
    return {**expected_columns(outcome, activity), **more}


def expected_columns(outcome: DayOutcome, activity: DayActivity) -> dict[str, object]:
    parts = None if outcome.score is None else outcome.score.breakdown
    return {
        "user_id": outcome.user_id,
        "day": outcome.day,
        "streak_before": outcome.streak_before,
        "streak_after": outcome.streak_after,
        "met": outcome.met,
        "rest": outcome.rest,
        "points": outcome.points,
        "total": outcome.total,
        "points_streak": None if parts is None else parts.streak,
        "points_posts": None if parts is None else parts.posts,
        "points_quality": None if parts is None else parts.quality,
        "posts": activity.posts,
        "average_quality": activity.average_quality,
    }


@given(rows, strategies.engagement_policies())
def test_every_row_is_what_the_core_makes_of_it_to_the_last_bit(
    some: list[Row], policy: EngagementPolicy
) -> None:
    evaluated = [evaluate_day(*row, policy=policy) for row in some]
    found = evaluated_table(some, policy)
    assert pa.table(found.states).to_pylist() == [
        {"user_id": state.user_id, "streak": state.streak, "last_day": state.last_day}
        for state, _ in evaluated
    ]
    assert pa.table(found.outcomes).to_pylist() == [
        expected_row(outcome, activity, policy)
        for (_, outcome), (_, activity) in zip(evaluated, some, strict=True)
    ]


@given(rows, strategies.engagement_policies())
def test_the_candidates_are_the_core_s(some: list[Row], policy: EngagementPolicy) -> None:
    outcomes = [evaluate_day(*row, policy=policy)[1] for row in some]
    activities = {state.user_id: activity for state, activity in some}
    days = {state.user_id: lately(state.user_id) for state, _ in some}
    picked = pick_candidates(
        outcomes,
        policy=policy,
        last_picked={user: picked for user, (picked, _) in days.items() if picked},
        last_active={user: active for user, (_, active) in days.items() if active},
    )
    found = evaluated_table(some, policy)
    assert pa.table(found.candidates).to_pylist() == [
        expected_row(outcome, activities[outcome.user_id], policy) for outcome in picked
    ]


@given(rows, st.data())
def test_how_the_rows_are_ordered_and_cut_into_batches_changes_no_row(
    some: list[Row], data: st.DataObject
) -> None:
    whole, shuffled = table_of(some), table_of(data.draw(st.permutations(some)))
    cut = data.draw(st.integers(0, len(some)))
    found = evaluate_day_table(whole, day=DAY)
    again = evaluate_day_table([shuffled.slice(0, cut), shuffled.slice(cut)], day=DAY)
    for one, other in [(found.states, again.states), (found.outcomes, again.outcomes)]:
        in_order = [pa.table(t).sort_by("user_id").to_pylist() for t in (one, other)]
        assert in_order[0] == in_order[1]
    assert pa.table(found.candidates).to_pylist() == pa.table(again.candidates).to_pylist()


@given(rows, st.lists(st.sampled_from([0, 2]), max_size=4))
def test_the_states_are_what_the_next_day_begins_with(some: list[Row], posts: list[int]) -> None:
    """Day by day on columns, and user by user with :func:`mainstay.catch_up`."""
    assume(all(state.streak + len(posts) < MOST for state, _ in some))
    table, following = table_of(some), []
    for offset, count in enumerate(posts):
        day = DAY + timedelta(days=offset)
        following.append(DayActivity(day, {"post": count, "like": 5, "comment": 5}))
        full = table.select(["posts", "average_quality"])
        for kind, number in following[-1].counts.items():
            full = full.append_column(kind, pa.array([number] * len(some), pa.int64()))
        for name in ("user_id", "streak", "last_day"):
            full = full.append_column(name, table[name])
        states = pa.table(evaluate_day_table(full, day=day).states)
        table = states.append_column("posts", table["posts"])
        table = table.append_column("average_quality", full["average_quality"])
    caught_up = [catch_up(state, following)[0] for state, _ in some]
    assert table["streak"].to_pylist() == [state.streak for state in caught_up]
    assert table["last_day"].to_pylist() == [state.last_day for state in caught_up]


@st.composite
def questionable(draw: st.DrawFn) -> dict[str, Any]:
    """A row of which anything may be wrong."""
    return {
        "streak": draw(st.sampled_from([0, 0, 1, 30, -1, MOST, MOST + 1, None])),
        "last_day": draw(st.sampled_from([YESTERDAY] * 4 + [None, DAY, date(2024, 2, 28)])),
        "post": draw(st.sampled_from([0, 2, 2, None, -1])),
        "like": 5,
        "comment": 5,
        "posts": draw(st.sampled_from([0, 7, MOST, MOST + 1, -3, None])),
        "average_quality": draw(st.sampled_from([None, 0.0, 10.0, 10.5, -0.5, math.nan])),
    }


def is_bad(row: dict[str, Any]) -> bool:
    counts = {kind: row[kind] for kind in ("post", "like", "comment") if row[kind] is not None}
    try:
        activity = DayActivity(DAY, counts, row["posts"], row["average_quality"])
        evaluate_day(Engagement("ada", row["streak"], row["last_day"]), activity)
    except InvalidValueError:
        return True
    return False


@given(st.lists(questionable(), min_size=1, max_size=8))
def test_what_the_core_refuses_is_refused_and_the_first_such_row_is_named(
    some: list[dict[str, Any]],
) -> None:
    table = pa.Table.from_pylist(
        some,
        pa.schema(
            [(name, pa.int64()) for name in ("streak", "post", "like", "comment", "posts")]
            + [("last_day", pa.date32()), ("average_quality", pa.float64())]
        ),
    ).append_column("user_id", pa.array(range(len(some))))
    bad = [row for row, values in enumerate(some) if is_bad(values)]
    if not bad:
        evaluate_day_table(table, day=DAY)
        return
    with pytest.raises(BadRecordError) as caught:
        evaluate_day_table(table, day=DAY)
    assert (caught.value.place, caught.value.number) == ("row", bad[0])
