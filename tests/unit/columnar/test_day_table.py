"""A day for all users: SPEC §4's vectors, kinds of columns, and what is refused."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import pyarrow as pa
from pyarrow import parquet

from mainstay import (
    AllOf,
    AnyOf,
    BadRecordError,
    ByWeekday,
    Criteria,
    DailyCriteria,
    DailyMinutes,
    EngagementPolicy,
    InvalidTypeError,
    InvalidValueError,
    PickPolicy,
)
from mainstay.columnar import DayTables, evaluate_day_table

DAY, YESTERDAY = date(2024, 5, 2), date(2024, 5, 1)
COMMITS = EngagementPolicy(criteria=DailyCriteria({"commit": 1}))
MOST = 10**15


def users(**changed: Any) -> Any:  # pyarrow has no types
    """Three users: idle after 14 days, busy, and new."""
    columns = {
        "user_id": ["ada", "bob", "cy"],
        "streak": [14, 3, 0],
        "last_day": [YESTERDAY, YESTERDAY, None],
        "post": [0, 2, None],
        "like": [9, 5, None],
        "comment": [5, 6, None],
        "posts": [50, 7, 0],
        "average_quality": [10.0, 4.5, None],
    }
    return pa.table(columns | changed)


def rows(table: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pa.table(table).to_pylist()
    return found


def test_the_vectors_of_the_contract() -> None:
    found = evaluate_day_table(users(), day=DAY)
    idle, busy, new = rows(found.outcomes)
    assert (idle["points"], idle["total"]) == (65, 65.0)
    assert (idle["points_streak"], idle["points_posts"]) == (20.0, 15.0)
    assert (idle["points_quality"], idle["streak_after"], idle["met"]) == (30.0, 0, False)
    assert (busy["points"], busy["total"]) == (0, 0.0)
    assert (busy["points_streak"], busy["streak_after"]) == (None, 4)
    assert (new["total"], new["points_streak"], new["streak_after"]) == (0.0, 0.0, 0)
    assert rows(found.states) == [
        {"user_id": user, "streak": streak, "last_day": DAY}
        for user, streak in [("ada", 0), ("bob", 4), ("cy", 0)]
    ]
    assert rows(found.candidates) == [idle]


def test_the_best_score_is_first_then_the_longer_streak_then_the_user_id() -> None:
    """14 of 28 days' half and 50 of 100 posts' half: two ways to 15 points of streak and posts."""
    even = EngagementPolicy(streak_weight=1, posts_weight=1, quality_weight=0, posts_half=14)
    table = users(
        user_id=["Ä", "z", "a"],
        streak=[0, 14, 0],
        posts=[14, 0, 14],
        post=[0, 0, 0],
        average_quality=[10.0, None, 4.5],
    )
    found = evaluate_day_table(table, day=DAY, policy=even)
    assert [(row["user_id"], row["total"]) for row in rows(found.candidates)] == [
        ("z", 25.0),
        ("a", 25.0),
        ("Ä", 25.0),
    ]


def test_integer_users_are_compared_as_numbers() -> None:
    table = users(user_id=[10, 9, -1], streak=[3, 3, 3], last_day=[YESTERDAY] * 3, post=[0, 0, 0])
    table = table.drop_columns(["posts", "average_quality"])
    table = table.append_column("posts", pa.array([0, 0, 0]))
    table = table.append_column("average_quality", pa.nulls(3))
    candidates = evaluate_day_table(table, day=DAY).candidates
    assert pa.table(candidates)["user_id"].to_pylist() == [-1, 9, 10]


@pytest.mark.parametrize(("most", "picked"), [(0, []), (1, ["ada"]), (10**30, ["ada", "cy"])])
def test_as_many_are_picked_as_the_policy_says(most: int, picked: list[str]) -> None:
    policy = EngagementPolicy(top_inactive_users=most)
    candidates = evaluate_day_table(users(posts=[50, 7, 1]), day=DAY, policy=policy).candidates
    assert pa.table(candidates)["user_id"].to_pylist() == picked


def picked(pick: PickPolicy, most: int, **columns: list[date | None]) -> list[str]:
    """Who is picked of three who all missed the day, the first with the best score."""
    table = users(streak=[20, 10, 5], last_day=[YESTERDAY] * 3, post=[0, 0, 0])
    for name, days in columns.items():
        table = table.append_column(name, pa.array(days, pa.date32()))
    policy = EngagementPolicy(top_inactive_users=most, pick=pick)
    found: list[str] = pa.table(evaluate_day_table(table, day=DAY, policy=policy).candidates)[
        "user_id"
    ].to_pylist()
    return found


def test_who_was_picked_within_the_cooldown_comes_last() -> None:
    last = [DAY - timedelta(days=3), DAY - timedelta(days=4), None]
    cooling = PickPolicy(cooldown=3)
    assert picked(cooling, 1, last_picked=last) == ["bob"]
    assert picked(cooling, 3, last_picked=last) == ["bob", "cy", "ada"]
    assert picked(PickPolicy(cooldown=2), 3, last_picked=last) == ["ada", "bob", "cy"]


def test_who_was_not_active_lately_is_not_picked() -> None:
    """Three days are this one and the two before it."""
    last = [DAY - timedelta(days=3), DAY - timedelta(days=2), None]
    assert picked(PickPolicy(active_within=3), 3, last_active=last) == ["bob"]
    assert picked(PickPolicy(active_within=4), 3, last_active=last) == ["ada", "bob"]


def test_an_empty_table_gives_empty_tables_with_the_same_columns() -> None:
    some, none = (evaluate_day_table(t, day=DAY) for t in (users(), users().slice(0, 0)))
    for one, other in [
        (some.states, none.states),
        (some.outcomes, none.outcomes),
        (some.candidates, none.candidates),
    ]:
        assert pa.table(one).schema == pa.table(other).schema
        assert len(pa.table(other)) == 0


def same(found: DayTables) -> bool:
    """Whether it is what the plain table gives, whatever the type of the ids."""
    expected = evaluate_day_table(users(), day=DAY)
    return rows(found.outcomes) == rows(expected.outcomes) and rows(found.candidates) == rows(
        expected.candidates
    )


def test_columns_may_be_floats_decimals_or_dictionaries() -> None:
    table = users(
        user_id=pa.array(["ada", "bob", "cy"]).dictionary_encode(),
        streak=pa.array([14, 3, 0], pa.float32()),
        last_day=pa.array([YESTERDAY, YESTERDAY, None], pa.date32()).dictionary_encode(),
        post=pa.array([0.0, 2.0, None]),
        like=pa.array([Decimal(9), Decimal(5), None], pa.decimal128(38, 0)),
        comment=pa.array([5, 6, None], pa.uint64()),
        posts=pa.array([50, 7, 0], pa.int16()),
        average_quality=pa.array([Decimal("10.0"), Decimal("4.5"), None]),
    )
    assert same(evaluate_day_table(table, day=DAY))


def test_any_frame_and_file_will_do(tmp_path: Any) -> None:
    pytest.importorskip("pandas")
    table = users()
    parquet.write_table(table, tmp_path / "users.parquet", row_group_size=2)
    for source in (
        table.to_pandas(),
        str(tmp_path / "users.parquet"),
        tmp_path / "users.parquet",
        table.to_batches(max_chunksize=1),
    ):
        assert same(evaluate_day_table(source, day=DAY))


def test_an_outer_join_in_pandas_needs_no_mending() -> None:
    """It makes integers floats, and leaves gaps."""
    pytest.importorskip("pandas")
    states = users().select(["user_id", "streak", "last_day", "posts", "average_quality"])
    counts = pa.table({"user_id": ["bob"], "post": [2], "like": [5], "comment": [6]})
    joined = states.to_pandas().merge(counts.to_pandas(), how="left", on="user_id")
    found = evaluate_day_table(joined, day=DAY)
    assert pa.table(found.states)["streak"].to_pylist() == [0, 4, 0]


def test_counts_may_have_names_of_their_own() -> None:
    table = users().rename_columns(
        ["who", "streak", "last_day", "n1", "like", "n2", "posts", "average_quality"]
    )
    names = {"post": "n1", "comment": "n2", "not asked for": "nowhere"}
    found = evaluate_day_table(table, day=DAY, user="who", counts=names)
    assert pa.table(found.states)["who"].to_pylist() == ["ada", "bob", "cy"]
    assert pa.table(found.states)["streak"].to_pylist() == [0, 4, 0]


def test_one_column_may_hold_the_counts_of_two_kinds() -> None:
    names = dict.fromkeys(["post", "comment"], "comment")
    found = evaluate_day_table(users().drop_columns(["post"]), day=DAY, counts=names)
    assert pa.table(found.outcomes)["met"].to_pylist() == [True, True, False]


def minutes() -> Any:
    """The users, who ran for so long."""
    long = [timedelta(minutes=20), timedelta(minutes=10), None]
    return users(run=pa.array(long, pa.duration("s")), ride=pa.array(long, pa.duration("ns")))


@pytest.mark.parametrize(
    ("criteria", "met"),
    [
        (DailyMinutes(30, kinds={"run", "ride"}), [True, False, False]),
        (DailyMinutes(10), [True, True, False]),
        (AnyOf([DailyMinutes(15, kinds={"run"}), DailyMinutes(20)]), [True, True, False]),
        (AllOf([DailyMinutes(20), DailyCriteria({"post": 2})]), [False, True, False]),
        (ByWeekday({DAY.weekday()}, DailyMinutes(40), DailyMinutes(1)), [True, False, False]),
    ],
)
def test_durations_are_added_up(criteria: Criteria, met: list[bool]) -> None:
    policy, names = EngagementPolicy(criteria=criteria), {"run": "run", "ride": "ride"}
    found = evaluate_day_table(minutes(), day=DAY, durations=names, policy=policy)
    assert pa.table(found.outcomes)["met"].to_pylist() == met


def test_on_a_rest_day_nobody_is_picked() -> None:
    policy = EngagementPolicy(rest_weekdays={DAY.weekday()})
    found = evaluate_day_table(users(), day=DAY, policy=policy)
    assert pa.table(found.states)["streak"].to_pylist() == users()["streak"].to_pylist()
    assert pa.table(found.outcomes)["rest"].to_pylist() == [True] * 3
    assert pa.table(found.candidates).num_rows == 0


@pytest.mark.parametrize(
    ("policy", "given", "message"),
    [
        (EngagementPolicy(criteria=DailyMinutes(5)), {}, "durations must name the columns"),
        (
            EngagementPolicy(criteria=DailyMinutes(5, kinds={"run", "swim"})),
            {"durations": {"run": "run"}},
            "durations must name the columns that hold how long things were done, got ['swim']",
        ),
        (
            EngagementPolicy(criteria=DailyMinutes(5)),
            {"durations": {"run": "posts"}},
            "posts must be durations, got 'int64'",
        ),
        (EngagementPolicy(prior_ratings=1), {}, "rated"),
        (EngagementPolicy(half_life=7), {}, "recent_posts"),
        (EngagementPolicy(pick=PickPolicy(cooldown=7)), {}, "last_picked"),
        (EngagementPolicy(pick=PickPolicy(active_within=7)), {}, "last_active"),
    ],
)
def test_what_a_policy_asks_for_must_be_there(
    policy: EngagementPolicy, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        evaluate_day_table(minutes(), day=DAY, policy=policy, **given)
    assert message in str(caught.value)


def test_an_average_without_a_number_of_ratings_is_refused_by_a_prior() -> None:
    policy = EngagementPolicy(prior_ratings=1)
    with pytest.raises(BadRecordError, match="row 0: rated must be at least 1, got 0"):
        evaluate_day_table(users(rated=[0, 3, None]), day=DAY, policy=policy)


def test_a_count_beyond_64_bits_is_enough_for_any_minimum() -> None:
    table = users(commit=pa.array([2**64 - 1, 0, 0], pa.uint64()))
    outcomes = evaluate_day_table(table, day=DAY, policy=COMMITS).outcomes
    assert pa.table(outcomes)["met"].to_pylist() == [True, False, False]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"user_id": ["ada", None, "cy"]}, "row 1: user_id is missing, got None"),
        ({"streak": [14, 3, 1]}, "row 2: last_day must be given with a streak of 1 days"),
        ({"streak": [14, -3, 0]}, "row 1: streak must be between 0 and 1000000000000000, got -3"),
        ({"streak": [14, MOST + 1, 0]}, "row 1: streak must be between 0 and"),
        ({"streak": [14, MOST, 0]}, "row 1: streak must be between 0 and"),
        ({"streak": [14, None, 0]}, "row 1: streak is missing"),
        ({"streak": [14, 2.5, 0]}, "row 1: streak must be an integer, got 2.5"),
        ({"post": [0, 2, -1]}, "row 2: post must be at least 0, got -1"),
        ({"post": [0, 2, math.inf]}, "row 2: post must be an integer, got inf"),
        ({"posts": [50, MOST + 1, 0]}, "row 1: posts must be between 0 and"),
        ({"posts": [50, None, 0]}, "row 1: posts is missing"),
        (
            {"posts": pa.array([Decimal(50), Decimal(-7), Decimal(0)])},
            "row 1: posts must be between 0 and 1000000000000000, got -7",
        ),
        ({"average_quality": [10.5, 4, 4]}, "row 0: average_quality must be between 0 and 10"),
        ({"average_quality": [10, 4, math.nan]}, "row 2: average_quality must be finite"),
        (
            {"average_quality": [None, 4.5, 0]},
            "row 2: average_quality must not be given without posts, got 0.0",
        ),
        ({"last_day": [date(2024, 4, 30), YESTERDAY, None]}, "row 0: day must be 2024-04-30 or"),
        ({"last_day": [YESTERDAY, DAY, None]}, "row 1: day has been evaluated"),
        ({"last_day": [YESTERDAY, date(2024, 5, 3), None]}, "row 1: day must be 2024-05-03 or"),
        ({"user_id": ["ada", "bob", "ada"]}, "row 2: user_id has a row already, got 'ada'"),
    ],
)
def test_what_is_wrong_is_said_with_the_row(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRecordError) as caught:
        evaluate_day_table(users(**changed), day=DAY)
    assert str(caught.value).startswith(message)


def test_the_first_bad_row_is_named_whichever_column_is_looked_at_first() -> None:
    changed = {"user_id": ["ada", "bob", None], "average_quality": [1, 11, 1], "posts": [1, 1, -1]}
    with pytest.raises(BadRecordError, match="row 1: average_quality"):
        evaluate_day_table(users(**changed), day=DAY)


def test_a_table_of_several_chunks_is_evaluated_as_one() -> None:
    """The very best come from all over it, and a bad row is counted from its first."""
    many = 100_000
    columns: dict[str, Any] = dict.fromkeys(["post", "like", "comment", "streak"], [0] * many)
    columns |= {"user_id": range(many), "last_day": pa.nulls(many), "posts": [1] * many}
    columns |= {"average_quality": [n % 49_999 % 10_000 / 1000 for n in range(many)]}
    found = evaluate_day_table(pa.table(columns), day=DAY)
    best = pa.table(found.candidates).select(["user_id", "average_quality"]).to_pylist()
    assert [row["user_id"] for row in best] == [9_999, 19_999, 29_999, 39_999, 59_998]
    assert {row["average_quality"] for row in best} == {9.999}
    columns["posts"] = [1] * (many - 1) + [-1]
    with pytest.raises(BadRecordError, match="row 99999: posts"):
        evaluate_day_table(pa.table(columns), day=DAY)


def test_rows_are_counted_over_batches() -> None:
    bad = users(posts=[1, 1, -1])
    with pytest.raises(BadRecordError, match="row 5: posts"):
        evaluate_day_table([users(user_id=["d", "e", "f"]), bad], day=DAY)


def test_a_second_row_of_a_user_is_found_in_any_batch() -> None:
    ids = [[f"user {batch} {n}" for n in range(3)] for batch in range(40)]
    ids[33][1] = ids[2][2]
    ids[35][0] = ids[2][2]
    with pytest.raises(BadRecordError, match="row 100: user_id has a row already"):
        evaluate_day_table([users(user_id=names) for names in ids], day=DAY)


def test_users_are_of_one_type_in_all_batches() -> None:
    with pytest.raises(InvalidTypeError, match="user_id must be string in every batch"):
        evaluate_day_table([users(), users(user_id=[1, 2, 3])], day=DAY)


@pytest.mark.parametrize(
    "changed",
    [
        {"user_id": [1.5, 2.5, 3.5]},
        {"streak": ["1", "2", "3"]},
        {"posts": [True, False, True]},
        {"average_quality": ["good", "bad", None]},
        {"last_day": ["2024-05-01"] * 3},
    ],
)
def test_a_column_of_another_type_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidTypeError, match=next(iter(changed))):
        evaluate_day_table(users(**changed), day=DAY)


def test_arguments_of_another_type_are_refused() -> None:
    some: list[dict[str, Any]] = [{"counts": ["post"]}, {"policy": 5}, {"day": "2024-05-02"}]
    for wrong in some:
        arguments: dict[str, Any] = {"day": DAY} | wrong
        with pytest.raises(InvalidTypeError, match=next(iter(wrong))):
            evaluate_day_table(users(), **arguments)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidValueError, match="column like is missing"):
        evaluate_day_table(users().drop_columns(["like"]), day=DAY)
