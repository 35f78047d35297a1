"""Tables of windows: what the core makes of each, in any split and any order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import reduce
from typing import Any

import attrs
import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from mainstay import (
    ActivityWindow,
    ActivityYear,
    ConsistencyPolicy,
    InvalidValueError,
    YearPolicy,
    consistency_score,
    year_score,
)
from mainstay.columnar import (
    advance_windows,
    merge_windows,
    score_windows,
    windows_table,
)
from mainstay.scores.by_policy import Policy, Score
from mainstay.testing import strategies
from tests.event_tables import Case, any_policies, by_user, cases

FIRST = date(2024, 2, 1)
State = ActivityWindow | ActivityYear
Row = tuple[str, Any]  # of one kind of state each time

last_days = strategies.days(FIRST, FIRST + timedelta(days=40))
#: Days to move on by: until some, or all of the days or of the weeks are over.
steps = st.integers(0, 40) | st.sampled_from([350, 363, 364, 371])


@attrs.frozen
class Kind:
    """A kind of windows: in the core, and as columns, which are called as the core's fields."""

    name: str
    policy: Policy
    policies: SearchStrategy[Any]
    state: Callable[..., State]
    states: SearchStrategy[State]
    score: Callable[..., Score]
    bits: tuple[str, ...]

    def rows(self) -> SearchStrategy[list[Row]]:
        """A few users' windows, or none."""
        users = st.sampled_from(["ada", "bob", "cy", "字"])
        return st.lists(st.tuples(users, self.states), max_size=10)

    def table(self, some: Iterable[Row], bits: Any = None) -> Any:  # pyarrow has no types
        """They as a table, with bits of a type."""
        users, states = [user for user, _ in some], [state for _, state in some]
        columns = {"user_id": pa.array(users, pa.string())}
        for name in self.bits:
            kind = bits or (pa.uint64() if name == "week_bits" else pa.uint32())
            columns[name] = pa.array([getattr(state, name) for state in states], kind)
        last = pa.array([state.last_day for state in states], pa.date32())
        return pa.table(columns | {"last_day": last})

    def read(self, table: Any) -> list[Row]:
        """They from a table."""
        return [(row.pop("user_id"), self.state(**row)) for row in pa.table(table).to_pylist()]

    def merge(self, *tables: Any) -> Any:
        return merge_windows(*tables, policy=self.policy)

    def advance(self, table: Any, to: date) -> Any:
        return advance_windows(table, to, policy=self.policy)


KINDS = [
    Kind(
        "window",
        ConsistencyPolicy(),
        strategies.consistency_policies(),
        ActivityWindow,
        strategies.windows(last_days),
        consistency_score,
        ("bits",),
    ),
    Kind(
        "year",
        YearPolicy(),
        strategies.year_policies(),
        ActivityYear,
        strategies.years(last_days),
        year_score,
        ("day_bits", "week_bits"),
    ),
]
of_each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def merged_by_the_core(some: list[Row]) -> dict[str, State]:
    users = dict.fromkeys(user for user, _ in some)
    return {
        user: reduce(lambda one, two: one.merge(two), [state for who, state in some if who == user])
        for user in users
    }


@of_each_kind
@given(st.data())
def test_merging_is_the_core_s_however_the_windows_are_split(
    kind: Kind, data: st.DataObject
) -> None:
    some = data.draw(kind.rows())
    cut = data.draw(st.integers(0, len(some)))
    parts = [kind.table(some[:cut]), kind.table(some[cut:], pa.int64())]
    assert kind.read(kind.merge(*parts)) == [*merged_by_the_core(some).items()]


@of_each_kind
@given(st.data())
def test_merging_is_commutative_associative_and_idempotent(kind: Kind, data: st.DataObject) -> None:
    a, b, c = (kind.table(data.draw(kind.rows())) for _ in range(3))
    whole = kind.read(kind.merge(a, b, c))
    assert kind.read(kind.merge(a, kind.merge(b, c))) == whole
    assert kind.read(kind.merge(kind.merge(a, b), c)) == whole
    assert kind.read(kind.merge(a, b, c, b, a)) == whole
    assert dict(kind.read(kind.merge(c, b, a))) == dict(whole)


@of_each_kind
@given(steps, steps, st.data())
def test_moving_on_is_the_core_s_and_two_steps_are_one(
    kind: Kind, first: int, second: int, data: st.DataObject
) -> None:
    some = data.draw(kind.rows())
    middle = max([FIRST, *(state.last_day for _, state in some)]) + timedelta(days=first)
    end = middle + timedelta(days=second)
    moved = kind.advance(kind.table(some), end)
    assert kind.read(moved) == [(user, state.advance(end)) for user, state in some]
    in_two = kind.advance(kind.advance(kind.table(some), middle), end)
    assert pa.table(in_two) == pa.table(moved)


@of_each_kind
@given(steps, st.data())
def test_moving_on_before_or_after_merging_is_the_same(
    kind: Kind, days: int, data: st.DataObject
) -> None:
    end = FIRST + timedelta(days=40 + days)
    a, b = (kind.table(data.draw(kind.rows())) for _ in range(2))
    early = kind.merge(kind.advance(a, end), kind.advance(b, end))
    assert kind.read(early) == kind.read(kind.advance(kind.merge(a, b), end))


@of_each_kind
@given(st.none() | steps, st.data())
def test_every_row_s_score_is_the_core_s(
    kind: Kind, later: int | None, data: st.DataObject
) -> None:
    some, policy = data.draw(kind.rows()), data.draw(kind.policies)
    today = None if later is None else FIRST + timedelta(days=later)
    joined = [data.draw(st.none() | strategies.days(date(2023, 1, 1), FIRST)) for _ in some]
    table = kind.table(some).append_column("joined", pa.array(joined, pa.date32()))
    found = pa.table(score_windows(table, today=today, member_since="joined", policy=policy))
    for row, (user, state), since in zip(found.to_pylist(), some, joined, strict=True):
        score = kind.score(state, today=today, member_since=since, policy=policy)
        assert (row["user_id"], row["points"]) == (user, score.points)
        assert row["total"] == score.total
        assert attrs.asdict(score.breakdown).items() <= row.items()
        assert row["today"] == score.window.last_day == max(state.last_day, today or FIRST)


whole = st.integers(0, 2**53) | st.integers(0, 63).map(lambda bit: 1 << bit)
first_days = strategies.days(date.min, date(1, 3, 1))


@of_each_kind
@given(last_days | first_days, st.data())
def test_what_the_core_refuses_is_refused_in_its_words_and_nothing_else(
    kind: Kind, last_day: date, data: st.DataObject
) -> None:
    """A state with a bit or two changed, or any numbers."""
    state = data.draw(kind.states)
    bits = {name: getattr(state, name) ^ data.draw(st.just(0) | whole) for name in kind.bits}
    field = data.draw(st.sampled_from([last_day, state.last_day]))
    row = {name: min(value, 2**63 - 1) for name, value in bits.items()} | {"last_day": field}
    table = pa.table({"user_id": ["ada"]} | {name: [value] for name, value in row.items()})
    told = refusal(lambda: kind.state(**row))
    assert refusal(lambda: kind.merge(table)) == (told and f"row 0: {told}")
    if told is None:
        assert kind.read(kind.merge(table)) == [("ada", kind.state(**row))]


def refusal(make: Callable[[], object]) -> str | None:
    """What is said of a bad value, if it is one."""
    try:
        make()
    except InvalidValueError as error:
        return str(error)
    return None


def kept_of(case: Case) -> Any:
    asked: dict[str, Any] = {**case.asked()}
    del asked["member_since"]
    return windows_table(case.table(), **asked)


@given(cases(policy=any_policies))
def test_windows_are_the_core_s_and_score_what_their_events_score(case: Case) -> None:
    kept = kept_of(case)
    scores = score_windows(kept, policy=case.policy)
    assert pa.table(scores).to_pylist() == attrs.evolve(case, members=False).scores()
    for row, expected in zip(pa.table(kept).to_pylist(), case.expected(), strict=True):
        bits = {name: expected[name] for name in row if name.endswith("bits")}
        assert row == {"user_id": expected["user_id"], "last_day": expected["today"]} | bits


@given(cases(policy=any_policies), strategies.zones(), st.integers(0, 25))
def test_events_of_several_machines_merge_to_the_windows_of_all(
    case: Case, zone: str, cut: int
) -> None:
    case = attrs.evolve(case, home=case.home or zone)
    parts = [attrs.evolve(case, events=some) for some in (case.events[:cut], case.events[cut:])]
    merged = merge_windows(*(kept_of(part) for part in parts), policy=case.policy)
    assert by_user(pa.table(merged).to_pylist()) == by_user(pa.table(kept_of(case)).to_pylist())
