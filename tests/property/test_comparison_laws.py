"""The laws of what another policy would change."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import attrs
from hypothesis import given

from mainstay import ConsistencyPolicy
from mainstay.columnar import compare_policies
from tests.event_tables import Case, cases, policies

PARTS = ("base", "distribution", "streak", "recency")


def compared(case: Case, a: ConsistencyPolicy, b: ConsistencyPolicy) -> list[dict[str, Any]]:
    asked: dict[str, Any] = {**case.asked()}
    del asked["policy"]
    return compare_policies(case.table(), a, b, **asked).to_pylist()


@given(cases(), policies())
def test_it_is_the_difference_of_two_scores(case: Case, other: ConsistencyPolicy) -> None:
    before, after = case.expected(), attrs.evolve(case, policy=other).expected()
    expected = {
        old["user_id"]: (old["points"], new["points"], new["total"] - old["total"])
        + tuple(new[part] - old[part] for part in PARTS)
        for old, new in zip(before, after, strict=True)
    }
    columns = ("points_a", "points_b", "change", *PARTS)
    rows = compared(case, case.policy, other)
    assert {row["user_id"]: tuple(row[name] for name in columns) for row in rows} == expected
    assert [row["user_id"] for row in rows] == sorted(
        expected, key=lambda user: -abs(expected[user][2])
    )


@given(cases(), policies())
def test_ranks_are_one_more_than_there_are_better_ones(
    case: Case, other: ConsistencyPolicy
) -> None:
    totals = {row["user_id"]: row["total"] for row in attrs.evolve(case, policy=other).expected()}
    for row in compared(case, case.policy, other):
        better = sum(total > totals[row["user_id"]] for total in totals.values())
        assert row["rank_b"] == better + 1


@given(cases(), policies())
def test_because_is_the_part_that_changes_most_in_the_direction_of_the_whole(
    case: Case, other: ConsistencyPolicy
) -> None:
    for row in compared(case, case.policy, other):
        direction = (row["change"] > 0) - (row["change"] < 0)
        most = max(direction * row[part] for part in PARTS)
        expected = next(part for part in PARTS if direction * row[part] == most)
        assert row["because"] == (expected if direction else None)


@given(cases(), policies())
def test_the_other_way_around_is_the_opposite(case: Case, other: ConsistencyPolicy) -> None:
    there = compared(case, case.policy, other)
    back = compared(case, other, case.policy)
    assert [(row["user_id"], -row["change"], row["rank_b"], row["rank_a"]) for row in there] == [
        (row["user_id"], row["change"], row["rank_a"], row["rank_b"]) for row in back
    ]


@given(cases())
def test_a_policy_changes_nothing_against_itself(case: Case) -> None:
    for row in compared(case, case.policy, case.policy):
        assert (row["change"], row["because"]) == (0, None)
