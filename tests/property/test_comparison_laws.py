"""The laws of what another policy would change."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import attrs
from hypothesis import given

from mainstay.columnar import compare_policies
from mainstay.scores.by_policy import Policy
from tests.event_tables import Case, any_policies, cases

PARTS = {"base", "distribution", "streak", "recency", "days", "freshness", "weeks"}
OTHERS = {"user_id", "rank_a", "rank_b", "because"}
any_cases = cases(policy=any_policies)


def compared(case: Case, a: Policy, b: Policy) -> list[dict[str, Any]]:
    asked: dict[str, Any] = {**case.asked()}
    del asked["policy"]
    return compare_policies(case.table(), a, b, **asked).to_pylist()


@given(any_cases, any_policies)
def test_it_is_the_difference_of_two_scores(case: Case, other: Policy) -> None:
    before, after = case.expected(), attrs.evolve(case, policy=other).expected()
    expected = {
        old["user_id"]: {
            "points_a": old["points"],
            "points_b": new["points"],
            "change": new["total"] - old["total"],
            **{part: new[part] - old[part] for part in PARTS & {*old} & {*new}},
        }
        for old, new in zip(before, after, strict=True)
    }
    rows = compared(case, case.policy, other)
    found = {row["user_id"]: {name: row[name] for name in {*row} - OTHERS} for row in rows}
    assert found == expected
    assert [row["user_id"] for row in rows] == sorted(
        expected, key=lambda user: -abs(expected[user]["change"])
    )


@given(any_cases, any_policies)
def test_ranks_are_one_more_than_there_are_better_ones(case: Case, other: Policy) -> None:
    totals = {row["user_id"]: row["total"] for row in attrs.evolve(case, policy=other).expected()}
    for row in compared(case, case.policy, other):
        better = sum(total > totals[row["user_id"]] for total in totals.values())
        assert row["rank_b"] == better + 1


@given(any_cases, any_policies)
def test_because_is_the_part_that_changes_most_in_the_direction_of_the_whole(
    case: Case, other: Policy
) -> None:
    for row in compared(case, case.policy, other):
        direction = (row["change"] > 0) - (row["change"] < 0)
        changes = {part: direction * row[part] for part in row if part in PARTS}
        expected = max(changes, key=lambda part: changes[part]) if direction and changes else None
        assert row.get("because") == expected
        assert ("because" in row) == (type(case.policy) is type(other))


@given(any_cases, any_policies)
def test_the_other_way_around_is_the_opposite(case: Case, other: Policy) -> None:
    there = compared(case, case.policy, other)
    back = compared(case, other, case.policy)
    assert [(row["user_id"], -row["change"], row["rank_b"], row["rank_a"]) for row in there] == [
        (row["user_id"], row["change"], row["rank_a"], row["rank_b"]) for row in back
    ]


@given(any_cases)
def test_a_policy_changes_nothing_against_itself(case: Case) -> None:
    for row in compared(case, case.policy, case.policy):
        assert (row["change"], row["because"]) == (0, None)
