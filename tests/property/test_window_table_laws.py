"""Tables of windows: what the core makes of each, in any split and any order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from typing import Any

import attrs
import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from mainstay import ActivityWindow, ConsistencyPolicy, Session, consistency_score, score_sessions
from mainstay.columnar import (
    advance_windows,
    merge_windows,
    score_table,
    score_windows,
    windows_table,
)
from mainstay.testing import strategies

FIRST = date(2024, 2, 1)
Row = tuple[str, ActivityWindow]

last_days = strategies.days(FIRST, FIRST + timedelta(days=40))
rows = st.lists(
    st.tuples(st.sampled_from(["ada", "bob", "cy", "字"]), strategies.windows(last_days)),
    max_size=10,
)


def table_of(some: Iterable[Row], bits: Any = None) -> Any:  # pyarrow has no types
    users, windows = [user for user, _ in some], [window for _, window in some]
    columns = {
        "user_id": pa.array(users, pa.string()),
        "bits": pa.array([window.bits for window in windows], bits or pa.uint32()),
        "last_day": pa.array([window.last_day for window in windows], pa.date32()),
    }
    return pa.table(columns)


def windows_in(table: Any) -> list[Row]:
    return [
        (row["user_id"], ActivityWindow(row["last_day"], row["bits"]))
        for row in pa.table(table).to_pylist()
    ]


def merged_by_the_core(some: list[Row]) -> dict[str, ActivityWindow]:
    users = dict.fromkeys(user for user, _ in some)
    return {
        user: reduce(ActivityWindow.merge, [window for who, window in some if who == user])
        for user in users
    }


@given(rows, st.data())
def test_merging_is_the_core_s_however_the_windows_are_split(
    some: list[Row], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(some)))
    parts = [table_of(some[:cut]), table_of(some[cut:], pa.int64())]
    assert windows_in(merge_windows(*parts)) == [*merged_by_the_core(some).items()]


@given(rows, rows, rows)
def test_merging_is_commutative_associative_and_idempotent(
    one: list[Row], two: list[Row], three: list[Row]
) -> None:
    a, b, c = (table_of(some) for some in (one, two, three))
    whole = windows_in(merge_windows(a, b, c))
    assert windows_in(merge_windows(a, merge_windows(b, c))) == whole
    assert windows_in(merge_windows(merge_windows(a, b), c)) == whole
    assert windows_in(merge_windows(a, b, c, b, a)) == whole
    assert dict(windows_in(merge_windows(c, b, a))) == dict(whole)


@given(rows, st.integers(0, 40), st.integers(0, 40))
def test_moving_on_is_the_core_s_and_two_steps_are_one(
    some: list[Row], first: int, second: int
) -> None:
    latest = max([FIRST, *(window.last_day for _, window in some)])
    middle = latest + timedelta(days=first)
    end = middle + timedelta(days=second)
    moved = advance_windows(table_of(some), end)
    assert windows_in(moved) == [(user, window.advance(end)) for user, window in some]
    assert pa.table(advance_windows(advance_windows(table_of(some), middle), end)) == pa.table(
        moved
    )


@given(rows, rows, st.integers(0, 40))
def test_moving_on_before_or_after_merging_is_the_same(
    one: list[Row], two: list[Row], days: int
) -> None:
    end = FIRST + timedelta(days=40 + days)
    a, b = table_of(one), table_of(two)
    early = merge_windows(advance_windows(a, end), advance_windows(b, end))
    assert windows_in(early) == windows_in(advance_windows(merge_windows(a, b), end))


@given(rows, st.none() | last_days, st.data(), strategies.consistency_policies())
def test_every_row_s_score_is_the_core_s(
    some: list[Row], today: date | None, data: st.DataObject, policy: ConsistencyPolicy
) -> None:
    joined = [data.draw(st.none() | strategies.days(date(2024, 1, 1), FIRST)) for _ in some]
    table = table_of(some).append_column("joined", pa.array(joined, pa.date32()))
    found = pa.table(score_windows(table, today=today, member_since="joined", policy=policy))
    for row, (user, window), since in zip(found.to_pylist(), some, joined, strict=True):
        score = consistency_score(window, today=today, member_since=since, policy=policy)
        parts = score.breakdown
        assert row["user_id"] == user
        assert row["points"] == score.points
        assert row["total"] == pytest.approx(score.total, abs=1e-9)
        assert [row["base"], row["distribution"]] == [parts.base, parts.distribution]
        assert [row["streak"], row["recency"]] == [parts.streak, parts.recency]
        assert row["today"] == max(window.last_day, today or window.last_day)


@st.composite
def events(draw: st.DrawFn) -> tuple[list[Session], datetime]:
    """Sessions of a few users about one clock change, and an instant to look back from."""
    sessions, as_of = draw(strategies.histories())
    users = st.sampled_from(["ada", "bob", "cy"])
    return [
        attrs.evolve(session, user_id=draw(users), started_at=session.started_at.astimezone(UTC))
        for session in sessions
    ], as_of


def table_of_events(sessions: list[Session]) -> Any:
    return pa.table(
        {
            "user_id": pa.array([s.user_id for s in sessions], pa.string()),
            "started_at": pa.array([s.started_at for s in sessions], pa.timestamp("us", "UTC")),
            "timezone": pa.array([s.timezone for s in sessions], pa.string()),
        }
    )


policies = st.sampled_from(
    [
        ConsistencyPolicy(),
        ConsistencyPolicy(window_days=14),
        ConsistencyPolicy(window_days=1, member_min_days=1),
    ]
)


@given(events(), st.none() | strategies.zones(), strategies.day_starts(), policies)
def test_windows_score_what_their_events_score(
    history: tuple[list[Session], datetime],
    zone: str | None,
    day_start: time,
    policy: ConsistencyPolicy,
) -> None:
    sessions, as_of = history
    how: dict[str, Any] = {
        "as_of": as_of,
        "timezone": "timezone",
        "user_zone": zone,
        "day_start": day_start,
    } | {"policy": policy}
    table = table_of_events(sessions)
    windows = windows_table(table, **how)
    assert pa.table(score_windows(windows, policy=policy)) == pa.table(score_table(table, **how))
    for row in pa.table(windows).to_pylist():
        own = [session for session in sessions if session.user_id == row["user_id"]]
        score = score_sessions(own, as_of=as_of, zone=zone, day_start=day_start, policy=policy)
        window = ActivityWindow(row["last_day"], row["bits"], policy.window_days)
        assert window == score.window


@given(events(), st.data(), strategies.zones())
def test_events_of_several_machines_merge_to_the_windows_of_all(
    history: tuple[list[Session], datetime], data: st.DataObject, zone: str
) -> None:
    sessions, as_of = history
    cut = data.draw(st.integers(0, len(sessions)))

    def windows(some: list[Session]) -> Any:
        return windows_table(
            table_of_events(some), as_of=as_of, timezone="timezone", user_zone=zone
        )

    merged = merge_windows(windows(sessions[:cut]), windows(sessions[cut:]))
    assert dict(windows_in(merged)) == dict(windows_in(windows(sessions)))
