"""Evidence is what a second implementation finds, and knows nothing of what is to come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="evidence needs mainstay[columnar]")

import attrs
import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from mainstay.columnar.reading import Columns
from mainstay.columnar.states import as_date
from mainstay.evidence import evidence
from mainstay.evidence.histories import histories
from mainstay.evidence.intervals import Comparison
from mainstay.evidence.snapshots import MEASURES, Rows, rows_of
from mainstay.localdays import MIDNIGHT
from tests import plain_evidence
from tests.event_tables import in_chunks

START = date(2023, 12, 20)  # a Wednesday; the weeks around a new year are among the days
USERS = 6
#: Whose an event was, and how many days after the start.
Event = tuple[int, int]
events = st.lists(
    st.tuples(st.integers(0, USERS - 1), st.integers(0, 130) | st.integers(0, 900)),
    min_size=1,
    max_size=80,
)
populations = st.sampled_from([28, 29, 56, 180, 2000])


def day_of(age: int) -> date:
    return START + timedelta(days=age)


def table(rows: Iterable[Event]) -> Any:
    users, ages = zip(*rows, strict=True)
    days = [day_of(age) for age in ages]
    return pa.table({"user_id": [f"u{user}" for user in users], "started_at": days})


def plain(rows: Iterable[Event]) -> dict[str, Counter[date]]:
    found: dict[str, Counter[date]] = {}
    for user, age in rows:
        found.setdefault(f"u{user}", Counter())[day_of(age)] += 1
    return found


def read(source: Any, population: int = 28) -> list[tuple[date, dict[str, dict[str, float]]]]:
    """Each date with its rows, by user."""
    names = Columns(user="user_id", instant="started_at")
    found = histories(source, names, as_of=None, day_start=MIDNIGHT)
    parts = rows_of(found, population=population, user="user_id", own={})
    return [(as_date(np.int64(one.day)), by_user(one, found.users)) for one in parts]


def by_user(rows: Rows, users: Any) -> dict[str, dict[str, float]]:
    columns = {name: rows.values[name].tolist() for name in MEASURES} | {
        "returned": rows.returned.tolist(),
        "tenure": rows.tenure.tolist(),
        "points": rows.points.tolist(),
    }
    return {
        users[user].as_py(): {name: column[place] for name, column in columns.items()}
        for place, user in enumerate(rows.users.tolist())
    }


def expected(rows: Sequence[Event], population: int) -> dict[date, dict[str, dict[str, float]]]:
    days = plain(rows)
    found = {at: plain_evidence.rows(days, at, population) for at in plain_evidence.dates(days)}
    return {
        at: {str(row.pop("user")): {k: float(v) for k, v in row.items()} for row in listed}
        for at, listed in found.items()
        if listed
    }


@given(events, populations)
def test_every_row_is_that_of_the_plain_implementation(rows: list[Event], population: int) -> None:
    found = read(table(rows), population)
    wanted = expected(rows, population)
    assert [at for at, _ in found] == sorted(wanted)
    for at, users in found:
        assert users.keys() == wanted[at].keys()
        for user, row in users.items():
            ewma = row.pop("ewma"), wanted[at][user].pop("ewma")
            assert ewma[0] == pytest.approx(ewma[1], abs=2e-9)
            assert row == wanted[at][user]


@given(events, st.tuples(st.integers(0, USERS), st.integers(1, 300)))
def test_an_event_after_a_date_changes_nothing_that_is_known_at_it(
    rows: list[Event], planted: Event
) -> None:
    last = max(age for _, age in rows)
    user, later = planted
    after = read(table([*rows, (user, last + 1), (user, last + 28 * (1 + later // 28))]))
    for at, users in read(table([*rows, (user, last)])):
        assert forgetting(dict(after)[at]) == forgetting(users)  # which moved on by whole dates


def forgetting(users: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    return {
        user: {name: value for name, value in row.items() if name != "returned"}
        for user, row in users.items()
    }


@given(events, st.integers(0, USERS - 1), st.integers(0, 900))
def test_an_event_between_a_date_and_the_next_changes_labels_alone(
    rows: list[Event], user: int, age: int
) -> None:
    ends = [(0, 0), (0, 930)]  # so that the dates stay where they are
    before, after = (read(table([*rows, *ends, *more])) for more in ([], [(user, age)]))
    # A date at which nobody was active has no rows; one more event may give it some.
    assert dict(before).keys() <= dict(after).keys()
    for at, users in before:
        others = dict(after)[at]
        if at < day_of(age):
            assert forgetting(users) == forgetting(others)
        if at < day_of(age) - timedelta(days=28):
            assert users == others


@given(events, st.randoms(use_true_random=False), st.integers(1, 5))
def test_order_and_batches_change_nothing(rows: list[Event], random: Random, size: int) -> None:
    whole = read(table(rows))
    mixed = [*rows]
    random.shuffle(mixed)
    with in_chunks(size, 2):
        assert read(table(mixed).to_batches(max_chunksize=size)) == whole


@given(events, populations)
def test_it_is_as_if_days_were_instants_of_that_day(rows: list[Event], population: int) -> None:
    whole = table(rows)
    noon = pa.array(
        [
            datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            for day in whole["started_at"].to_pylist()
        ]
    )
    assert read(whole.set_column(1, "started_at", noon), population) == read(whole, population)


@cache
def without_signal(seed: int) -> Any:
    """A thousand users who all come by lot, each day alike: nothing tells who will."""
    random = np.random.default_rng(seed)
    users, days = np.nonzero(random.random((1000, 28 * 9)) < 0.025)
    dates = (np.datetime64("2024-01-01") + days).astype("datetime64[D]")
    return evidence(pa.table({"user_id": users, "started_at": pa.array(dates)}))


def test_without_any_signal_intervals_hold_one_half() -> None:
    held: Counter[str] = Counter()
    for seed in range(100):
        found = without_signal(seed)
        for name, figure in found.measures.items():
            held[name] += figure.within.low <= 0.5 <= figure.within.high
            held[f"{name}, pooled"] += figure.pooled.low <= 0.5 <= figure.pooled.high
        for name, figure in found.differences.items():
            held[name] += figure.within.low <= 0 <= figure.within.high
    assert min(held.values()) >= 88, held  # 95 less three standard errors


def test_shuffled_labels_are_no_signal_either() -> None:
    random = np.random.default_rng(11)
    lasting = random.lognormal(-3, 1, 1000).clip(max=0.5)  # some come often, and have come often
    users, days = np.nonzero(random.random((1000, 28 * 9)) < lasting[:, np.newaxis])
    dates = (np.datetime64("2024-01-01") + days).astype("datetime64[D]")
    names = Columns(user="user_id", instant="started_at")
    found = histories(
        pa.table({"user_id": users, "started_at": pa.array(dates)}),
        names,
        as_of=None,
        day_start=MIDNIGHT,
    )
    parts = [*rows_of(found, population=28, user="user_id", own={})]
    held: Counter[str] = Counter()
    for _ in range(100):
        mixed = [attrs.evolve(rows, returned=random.permutation(rows.returned)) for rows in parts]
        for name, area in Comparison(mixed, 1000).areas().items():
            interval = area.interval()
            held[name] += interval.low <= 0.5 <= interval.high
    assert min(held.values()) >= 88, held
    assert Comparison(parts, 1000).areas()["year"].interval().low > 0.7  # unshuffled it tells
