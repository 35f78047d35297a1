"""Notices are kept in the transaction that causes them: undone with it, and kept once with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from sqlalchemy import select

from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.entries import outbox
from mainstay.contest import CaseVote
from mainstay.errors import StoreError
from mainstay.jobs import check_badges, close_cases, monitor_transactions
from mainstay.scheduling import JobReport, JobSpec
from tests.contests import DAY, MINUTE, NOON, ScriptedLedger, case_of, confirmed, opened, run

USERS = ("ada", "bob")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        opened(store)
        votes = [CaseVote(user, user, "no", NOON) for user in USERS]
        store.contests.vote("case-0001", votes)
        yield store


def execute(store: SqlStore, statement: str) -> None:
    with store._database.writing() as connection:
        connection.exec_driver_sql(statement)


def entries(store: SqlStore, kind: str) -> list[tuple[object, ...]]:
    with store._database.reading() as connection:
        columns = (outbox.c.user_id, outbox.c.state, outbox.c.payload)
        found = connection.execute(select(*columns).where(outbox.c.kind == kind))
        return sorted(tuple(row) for row in found)


def told(store: SqlStore) -> list[object]:
    return [user for user, *_ in entries(store, "notice")]


def run_refused(store: SqlStore, job: JobSpec, at: int, *, table: str) -> None:
    """Run a job while a database refuses new rows of a table."""
    trigger = f"CREATE TRIGGER no BEFORE INSERT ON mainstay_{table}"
    execute(store, f"{trigger} BEGIN SELECT RAISE(ABORT, 'no'); END")
    with suppress(StoreError):
        assert run(job, NOON + DAY + at * MINUTE).failed
    execute(store, "DROP TRIGGER no")


def run_twice(job: JobSpec, at: int) -> Sequence[JobReport]:
    return [run(job, NOON + DAY + (at + again) * MINUTE) for again in range(2)]


def test_of_a_case_they_are_undone_with_its_closing(store: SqlStore) -> None:
    job = close_cases(store.contests, notices=True)
    run_refused(store, job, 0, table="metrics")
    assert (told(store), case_of(store).outcome, entries(store, "reward")) == ([], None, [])
    first, again = run_twice(job, 1)
    assert (first.succeeded, again.succeeded) == (1, 0)
    assert told(store) == [*USERS]


def test_of_a_reward_they_are_undone_with_its_credit(store: SqlStore) -> None:
    run(close_cases(store.contests), NOON + DAY)
    ledger = ScriptedLedger(confirmed(1))
    job = monitor_transactions(store, ledger=ledger, notices=True)
    run_refused(store, job, 0, table="credits")
    assert told(store) == []
    assert [store.points.credits(user) for user in USERS] == [[], []]
    first, again = run_twice(job, 1)
    assert first.result == again.result == {"completed": 2}
    assert told(store) == [*USERS]
    assert len(ledger.held) == 2


def test_of_a_badge_they_are_undone_with_its_award(store: SqlStore) -> None:
    store.metrics.put({user: {"wins": 5} for user in USERS})
    job = check_badges(store.badges, notices=True)
    run_refused(store, job, 0, table="credits")
    assert told(store) == []
    first, again = run_twice(job, 1)
    assert (first.result["awarded"], again.result["awarded"]) == (4, 0)
    assert told(store) == ["ada", "ada", "bob", "bob"]
