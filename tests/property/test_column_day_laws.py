"""What the SQL store computes of many users together is what it computes of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("sqlalchemy", reason="this is the SQL store's")
pytest.importorskip("numpy", reason="columns need mainstay[columnar]")

from mainstay import DailyCriteria, EngagementPolicy, InvalidValueError, PolicyHistory
from mainstay.adapters.sql.engagements._arrays import DayArrays
from mainstay.adapters.sql.engagements._outcomes import outcome_row
from mainstay.adapters.sql.engagements._punctual import PunctualDay, PunctualOutcome
from mainstay.testing import strategies

Row = tuple[Any, ...]

DAY, YESTERDAY = date(2024, 3, 1), "2024-02-29"
POSTS = frozenset({"post", "note"})
#: The kinds that policies of the strategy name, another of posts, and one that nobody asks for.
KINDS = ["post", "like", "comment", "note", "view"]
#: Small numbers, mostly; those about the limits of scores, of exact floats and of the database.
LIMITS = st.sampled_from([10**15 - 1, 10**15, 10**15 + 1, 2**53 - 1, 2**53, 2**63 - 1])
numbers = st.integers(0, 300) | st.integers(0, 300) | st.integers(0, 300) | LIMITS
counts = st.dictionaries(
    st.sampled_from([*KINDS, *KINDS, "", b"post"]),
    st.tuples(st.integers(1, 9), st.integers(0, 9), st.integers(-(10**7), 10**8)),
    max_size=3,
)


def begun(row: Row) -> Row:
    """Who has no day before has no streak."""
    user, last, (streak, *totals), *rest = row
    return user, last, (streak if last == YESTERDAY else 0, *totals), *rest


rows = st.tuples(
    strategies.user_ids() | st.sampled_from(["", b"\xff"]),
    st.sampled_from([None, YESTERDAY, "2024-01-07"]),
    st.tuples(numbers, numbers, st.integers(0, 9) | LIMITS, st.integers(0, 10**8) | LIMITS),
    counts,
    st.sampled_from([0.0, 15.0, "x"]),
).map(begun)
#: Policies by counts and totals alone: all others are judged user by user.
simple_policies = st.builds(
    lambda policy, criteria: attrs.evolve(
        EngagementPolicy(criteria=criteria),
        streak_weight=policy.streak_weight,
        posts_weight=policy.posts_weight,
        quality_weight=policy.quality_weight,
        posts_half=policy.posts_half,
    ),
    strategies.engagement_policies(),
    strategies.daily_criteria(),
)
pages = st.lists(rows, min_size=1, max_size=6, unique_by=lambda row: row[0])


def arrays_of(page: Sequence[Row]) -> DayArrays:
    states = [
        (user, "2024-01-01", last, *totals, str(DAY), idle) for user, last, totals, _, idle in page
    ]
    counted = [
        (user, kind, *times, 60_000_000)
        for user, _, _, did, _ in page
        for kind, times in did.items()
    ] + [("somebody else", "post", 9, 9, 9, 9)]
    return DayArrays(DAY, states, [*zip(*counted, strict=True)], POSTS, lambda _: [])


def plain_day(row: Row) -> PunctualDay:
    user, last, (streak, *totals), did, idle = row
    day = PunctualDay(user, DAY, last, streak, tuple(totals), idle=idle)
    happened = [(user, str(DAY), kind, *times, 60_000_000) for kind, times in did.items()]
    day.happened(happened, POSTS)
    return day


def plain_rows(row: Row, policies: PolicyHistory[EngagementPolicy]) -> tuple[Row, Row]:
    """The rows of one user's outcome and state, as the plain way writes them."""
    due = plain_day(row)
    found = due.evaluate(policies=policies)
    assert isinstance(found, PunctualOutcome)
    before, after, totals = (due.streak, found.streak_after, due.totals)
    number = None if found.parts is None else 7
    out = outcome_row(due.user_id, str(DAY), due.last, before, after, totals, found.parts, number)
    idle = None if out[-4] == due.idle else out[-4]
    return out, (due.user_id, str(DAY), after, *totals, str(DAY), idle, after)


@given(pages, simple_policies)
def test_columns_say_of_each_user_what_is_said_of_one_to_the_last_bit(
    page: list[Row], policy: EngagementPolicy
) -> None:
    policies = PolicyHistory(policy)
    good = [row for row, is_good in zip(page, arrays_of(page).good, strict=True) if is_good]
    if not good:
        return
    days = arrays_of(good)
    assert days.good.all()
    outcomes, states = days.judge(policies).rows(days, [*range(len(days))], 7, None)
    found = [*zip(outcomes, states, strict=True)]
    assert [(repr(out), repr(state)) for out, state in found] == [
        (repr(out), repr(state)) for out, state in (plain_rows(row, policies) for row in good)
    ]
    for day, row in zip(days, good, strict=True):
        expected, alone = (
            plain_day(row).evaluate(policies=policies),
            day.evaluate(policies=policies),
        )
        assert (day.key, day.activities) == (row[0], plain_day(row).activities)
        assert (alone.state, alone.outcomes) == (expected.state, expected.outcomes)


@given(pages, simple_policies)
def test_who_is_left_out_of_columns_is_refused_or_at_a_limit(
    page: list[Row], policy: EngagementPolicy
) -> None:
    days = arrays_of(page)
    for row, is_good in zip(page, days.good, strict=True):
        if not is_good:
            at_limit = max(map(abs, (*row[2], *plain_day(row).totals))) >= 10**15
            try:
                plain_day(row).evaluate(policies=PolicyHistory(policy))
            except InvalidValueError:
                continue
            assert at_limit or any(not kind or type(kind) is bytes for kind in row[3])


def test_no_value_is_whatever_a_database_takes_for_it() -> None:
    days = arrays_of([("ada", YESTERDAY, (3, 5, 0, 0), {"post": (1, 0, 0)}, 0.0)])
    policies = PolicyHistory(EngagementPolicy(criteria=DailyCriteria({"post": 1})))
    nan = float("nan")
    outcomes, states = days.judge(policies).rows(days, [0], None, nan)
    assert repr([*next(iter(outcomes))][-8:]) == repr([nan] * 6 + [None] * 2)
    assert repr([*next(iter(states))][-2:]) == repr([nan, 4])
