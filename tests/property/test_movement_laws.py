"""The laws of who moves, and agreement with permutation tests and corrections of others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mainstay import ConsistencyPolicy, score_history
from mainstay.columnar import movers
from tests import effort
from tests.event_tables import Case, cases

Weeks: TypeAlias = Sequence[Sequence[int]]

scipy_stats = pytest.importorskip("scipy.stats", reason="scipy is not installed")
multitest = pytest.importorskip("statsmodels.stats.multitest", reason="it is not installed")

NOW = datetime(2024, 5, 28, 21, tzinfo=UTC)
#: Users' counts of active days in eight weeks, the latest first.
weeks = st.lists(st.tuples(*[st.integers(0, 7)] * 8), min_size=1, max_size=12)


def events(users: Weeks) -> Any:
    """A table with so many active days in each week, and one event long ago for everybody."""
    rows = [
        (user, NOW - timedelta(days=7 * week + day))
        for user, counts in enumerate(users)
        for week, count in enumerate(counts)
        for day in range(count)
    ]
    old = [(user, NOW - timedelta(days=100)) for user in range(len(users))]
    ids, instants = zip(*(old + rows), strict=True)
    return pa.table({"user_id": ids, "started_at": pa.array(instants, pa.timestamp("s", "UTC"))})


def found(users: Weeks) -> list[dict[str, Any]]:
    """What is said of each user, in the users' order."""
    rows: list[dict[str, Any]] = movers(events(users), as_of=NOW).to_pylist()
    return sorted(rows, key=lambda row: row["user_id"])


def difference(now: NDArray[Any], before: NDArray[Any], axis: int) -> Any:
    return now.sum(axis=axis) - before.sum(axis=axis)


@given(weeks)
def test_p_is_that_of_an_exact_permutation_test(users: Weeks) -> None:
    for row, counts in zip(found(users), users, strict=True):
        test = scipy_stats.permutation_test(
            (counts[:4], counts[4:]), difference, n_resamples=np.inf
        )
        assert row["p_value"] == pytest.approx(min(1, test.pvalue))


@given(weeks)
def test_q_is_benjamini_and_hochbergs_over_one_distribution_of_chance(users: Weeks) -> None:
    ways = [
        abs(2 * sum(counts[week] for week in last) - sum(counts))
        for counts in users
        for last in combinations(range(8), 4)
    ]
    changes = [abs(sum(counts[:4]) - sum(counts[4:])) for counts in users]
    pooled = [sum(way >= change for way in ways) / len(ways) for change in changes]
    expected = multitest.multipletests(pooled, method="fdr_bh")[1]
    assert [row["q_value"] for row in found(users)] == pytest.approx(expected)


@given(weeks)
def test_who_moves_differs_by_more_than_chance_and_in_that_direction(users: Weeks) -> None:
    for row, counts in zip(found(users), users, strict=True):
        assert (row["now"], row["before"]) == (sum(counts[:4]), sum(counts[4:]))
        assert row["change"] == row["now"] - row["before"]
        moves = row["p_value"] <= 0.05 and row["q_value"] <= 0.05
        assert row["moved"] == (("rises" if row["change"] > 0 else "falls") if moves else None)
        assert not row["new"]


@given(weeks)
def test_turning_time_around_turns_rises_into_falls(users: Weeks) -> None:
    opposite = {"rises": "falls", "falls": "rises", None: None}
    turned = found([counts[::-1] for counts in users])
    assert [row["moved"] for row in turned] == [opposite[row["moved"]] for row in found(users)]


@pytest.mark.parametrize("kind", ["alike", "all kinds", "on and off", "with holidays"])
def test_noise_alone_names_anybody_in_at_most_5_of_100_tables(kind: str) -> None:
    """Each user's weeks come from one distribution; how often each is active, varies."""
    random = np.random.default_rng(20240528)
    named = 0
    tables = effort.scaled(100)
    for _ in range(tables):
        rate = random.beta(0.5, 1, (40, 1)) if kind != "alike" else np.full((40, 1), 0.5)
        rate = np.repeat(rate, 8, axis=1)
        if kind == "on and off":
            rate *= random.random(rate.shape) < 0.5
        if kind == "with holidays":
            rate *= np.where(random.random(8) < 0.2, 0.3, 1)
        named += any(row["moved"] for row in found(random.binomial(7, rate).tolist()))
    assert named <= 0.05 * tables


def test_a_few_who_really_move_are_found_among_many_who_do_not() -> None:
    random = np.random.default_rng(20240528)
    rate = np.repeat(random.beta(0.5, 1, (200, 1)), 8, axis=1)
    rate[:5] = [0.9] * 4 + [0.05] * 4
    rate[5:10] = [0.05] * 4 + [0.9] * 4
    moved = {row["user_id"]: row["moved"] for row in found(random.binomial(7, rate).tolist())}
    assert [moved.pop(user) for user in range(10)] == ["rises"] * 5 + ["falls"] * 5
    assert sum(move is not None for move in moved.values()) <= 1


@given(cases())
def test_active_days_are_the_cores(case: Case) -> None:
    asked = case.asked()
    rows = movers(
        case.table(),
        as_of=case.as_of,
        timezone=asked["timezone"],
        user_zone=asked["user_zone"],
        day_start=case.day_start,
    )
    counted = {row["user_id"]: (row["before"], row["now"]) for row in rows.to_pylist()}
    assert counted == {user: active_days(case, user) for user in case.users()}


def active_days(case: Case, user: int) -> tuple[int, int]:
    """On how many of the 28 days before the last 28, and of those, a user was active."""
    asked = case.asked_of(user)
    asked["member_since"], asked["policy"] = None, ConsistencyPolicy()
    history = score_history(case.sessions_of(user), days=29, **asked)
    return history[0].active_days if len(history) == 29 else 0, history[-1].active_days
