"""The history of all users on columns is the core's, user by user."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from mainstay import score_history
from mainstay.columnar import history, history_table
from tests.event_tables import Case, Row, any_policies, cases, in_chunks

any_cases = cases(policy=any_policies)
lengths = st.integers(1, 60) | st.sampled_from([400])


def expected(case: Case, days: int) -> list[Row]:
    return [
        {"user_id": user, "day": score.window.last_day, "points": score.points}
        for user in case.users()
        for score in score_history(case.sessions_of(user), days=days, **case.asked_of(user))
    ]


def rows(case: Case, days: int) -> list[Row]:
    found: list[Row] = history_table(case.table(), days=days, **case.asked()).to_table().to_pylist()
    return found


@given(any_cases, lengths)
def test_every_day_of_every_user_is_the_cores(case: Case, days: int) -> None:
    assert rows(case, days) == expected(case, days)


@given(any_cases, lengths, st.integers(1, 100), st.integers(1, 3))
def test_chunks_and_threads_change_nothing(case: Case, days: int, few: int, threads: int) -> None:
    whole = rows(case, days)
    with in_chunks(3, threads), pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "ROWS", few)
        assert rows(case, days) == whole


@given(any_cases, lengths)
def test_it_can_be_read_again_and_in_batches(case: Case, days: int) -> None:
    table = history_table(case.table(), days=days, **case.asked())
    batches: list[Any] = [pa.record_batch(batch) for batch in table]
    assert pa.Table.from_batches(batches, pa.table(table).schema).to_pylist() == rows(case, days)
    assert pa.table(table) == table.to_table()
