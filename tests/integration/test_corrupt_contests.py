"""Rows of contests that hold what they can't hold: one is its case's trouble alone."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from sqlalchemy import select

from mainstay import CorruptRowError
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.contests.tables import secrets
from mainstay.contest import CaseStatus
from mainstay.jobs import close_cases, monitor_transactions, verify_commitments
from mainstay.ports import Unreadable
from mainstay.scheduling import JobContext, JobReport
from mainstay.testing.conformance._contests import (
    END,
    argument,
    case,
    draft,
    upvotes,
    vote,
)
from mainstay.testing.conformance._credits import NOON

CASES = ("ada's", "bob's", "cy's")
BAD = "bob's"


def fill(store: SqlStore) -> None:
    """Open three cases, each with a vote, an argument and a vote for that."""
    for case_id in CASES:
        draft(store, case(case_id))
    report = verify(store, NOON)
    assert (report.failed, report.result["verified"]) == (0, len(CASES))
    for case_id in CASES:
        store.contests.vote(case_id, [vote("dan")])
        store.contests.argue(case_id, [argument(f"on {case_id}", "eve")])
        store.contests.upvote(upvotes(f"on {case_id}", "dan"))


def verify(store: SqlStore, now: datetime = END) -> JobReport:
    job = verify_commitments(store, ledger=store.ledger)
    return job.run(JobContext(clock=lambda: now))


def close(store: SqlStore) -> JobReport:
    return close_cases(store.contests).run(JobContext(clock=lambda: END))


def pay(store: SqlStore, now: datetime = END) -> JobReport:
    job = monitor_transactions(store, ledger=store.ledger)
    return job.run(JobContext(clock=lambda: now))


def change(store: SqlStore, statement: str) -> None:
    """Change the one row that is of the bad case."""
    with store._database.writing() as connection:
        assert connection.exec_driver_sql(statement).rowcount == 1


@pytest.fixture
def lenient(tmp_path: Path) -> Iterator[SqlStore]:
    """A store in SQLite, which keeps anything in any column."""
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        fill(store)
        yield store


#: Table, column, what it is set to, and what is wrong with it.
OF_CASE = [
    ("cases", "question", "''", "question must not be empty"),
    ("cases", "question", "x'ff'", "question is not text"),
    ("cases", "sides", "'{'", "sides can't be read"),
    ("cases", "sides", "'[1, 2]'", "sides must be a string"),
    ("cases", "sides", """'["yes"]'""", "sides must be at least two"),
    ("cases", "creator", "x'ff'", "creator is not text"),
    ("cases", "opens_at", "'x'", "opens_at is not an instant"),
    ("cases", "opens_at", "null", "opens_at and closes_at must be two instants"),
    ("cases", "digest", "'x'", "digest must be 64 hex digits"),
    ("cases", "verification", "'x'", "verification can't be read"),
    ("cases", "slot", "'x'", "slot is not an instant"),
    ("cases", "closed_at", "'2024-05-02 12:00:00+00:00'", "nonce can't be read"),
]
OF_CONTENTS = [
    ("case_votes", "at", "'x'", "at is not an instant"),
    ("case_votes", "side", "''", "side must not be empty"),
    ("case_votes", "user_id", "x'ff'", "user_id is not text"),
    ("arguments", "at", "'2024'", "at is not an instant"),
    ("arguments", "author", "''", "author must not be empty"),
    ("argument_votes", "at", "'x'", "at is not an instant"),
    ("argument_votes", "user_id", "''", "user_id must not be empty"),
]
WHICH = {"cases": "id = 'bob''s'", "argument_votes": "argument_id = 'on bob''s'"}


def corrupt(store: SqlStore, table: str, column: str, holds: str) -> None:
    which = WHICH.get(table, "case_id = 'bob''s'")
    change(store, f"UPDATE mainstay_{table} SET {column} = {holds} WHERE {which}")


@pytest.mark.parametrize(("table", "column", "holds", "words"), [*OF_CASE, *OF_CONTENTS])
def test_a_row_that_can_not_be_read_keeps_its_case_open_and_stops_no_other(
    lenient: SqlStore, table: str, column: str, holds: str, words: str
) -> None:
    """SPEC §9: with the table and the column; and again by each further run."""
    corrupt(lenient, table, column, holds)
    for closed in (2, 0):
        report = close(lenient)
        assert (report.succeeded, report.failed) == (closed, 1)
        (error,) = report.errors
        assert error.item == BAD
        assert error.error.startswith(f"mainstay_{table}.{words}")
        assert "bob" in error.error
    assert pay(lenient).failed == 0
    assert lenient.contests.rewards(BAD) == []
    assert lenient.points.credits("dan")


@pytest.mark.parametrize(
    ("column", "holds", "words"),
    [
        *((column, holds, words) for _, column, holds, words in OF_CASE),
        ("status", "'x'", "status must be one of"),
        ("closes_at", "'x'", "closes_at is not an instant"),
    ],
)
def test_a_case_that_can_not_be_read_is_reported_by_each_run_that_watches_commitments(
    lenient: SqlStore, column: str, holds: str, words: str
) -> None:
    """Also one that is not found to be over, since when that is can't be read."""
    corrupt(lenient, "cases", column, holds)
    for run in range(2):
        report = verify(lenient, END + timedelta(minutes=2 * run))
        assert (report.processed, report.result["verified"]) == (len(CASES), 2)
        (error,) = report.errors
        assert error.item == f"verdict:{BAD}"
        assert error.error.startswith(f"mainstay_cases.{words}")
    with pytest.raises(CorruptRowError, match=rf"^mainstay_cases\.{column}|nonce"):
        lenient.contests.case(BAD)
    assert [close(lenient).succeeded, close(lenient).succeeded] == [2, 0]


def test_however_many_cases_can_not_be_read_the_commitments_of_others_are_watched(
    lenient: SqlStore,
) -> None:
    """It is not the ledger that can't be reached: no run ends for that."""
    many = [f"bad {number}" for number in range(12)]
    for case_id in many:
        draft(lenient, case(case_id), now=NOON - timedelta(hours=1))
    draft(lenient, case("last"))
    with lenient._database.writing() as connection:
        connection.exec_driver_sql("UPDATE mainstay_cases SET sides = '{' WHERE id LIKE 'bad %'")
    for run in range(2):
        report = verify(lenient, END + timedelta(minutes=2 * run))
        assert report.failed == len(many)
        assert report.result["verified"] == len(CASES) + 1
    found = lenient.contests.case("last")
    assert found is not None
    assert found.case.status is CaseStatus.OPEN


def test_however_many_rewards_can_not_be_read_the_others_are_paid(lenient: SqlStore) -> None:
    for case_id in CASES:
        lenient.contests.vote(case_id, [vote(f"u{number}") for number in range(9)])
    assert close(lenient).succeeded == len(CASES)
    paid = len(lenient.contests.rewards(CASES[2]))
    assert paid > 9
    with lenient._database.writing() as connection:
        broken = "UPDATE mainstay_outbox SET payload = '{\"amount\": 0}' WHERE kind = 'reward'"
        connection.exec_driver_sql(f"{broken} AND key NOT LIKE 'reward:cy%'")
    for run in range(2):
        report = pay(lenient, END + timedelta(minutes=run))
        assert (report.failed, report.succeeded) == (2 * paid, paid if run == 0 else 0)
    with pytest.raises(CorruptRowError, match=r"^mainstay_outbox\."):
        lenient.contests.rewards(BAD)


SECRET = "0123456789abcdef" * 4
#: What a secret's row is set to, and whether a row is left.
SPOILT = {
    "another nonce": f"UPDATE mainstay_case_secrets SET nonce = '{SECRET}'",
    "too short": f"UPDATE mainstay_case_secrets SET nonce = '{SECRET[2:]}'",
    "not hex": f"UPDATE mainstay_case_secrets SET nonce = '{SECRET[:-1]}g'",
    "bytes": f"UPDATE mainstay_case_secrets SET nonce = x'{SECRET}'",
    "another verdict": "UPDATE mainstay_case_secrets SET verdict = 'yes'",
    "no side": f"UPDATE mainstay_case_secrets SET verdict = '{SECRET}'",
    "no verdict": "UPDATE mainstay_case_secrets SET verdict = ''",
    "bytes of a verdict": f"UPDATE mainstay_case_secrets SET verdict = x'{SECRET}'",
    "missing": "DELETE FROM mainstay_case_secrets",
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_secret_that_opens_nothing_is_reported_by_each_run_and_shown_by_none(
    lenient: SqlStore, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody is paid for its case; verdict and nonce are in no error, log or traceback."""
    caplog.set_level(logging.DEBUG)
    with lenient._database.reading() as connection:
        nonce = connection.scalars(select(secrets.c.nonce).where(secrets.c.case_id == BAD)).one()
    change(lenient, f"{SPOILT[how]} WHERE case_id = 'bob''s'")
    said = []
    for closed in (2, 0):
        report = close(lenient)
        assert (report.succeeded, report.failed) == (closed, 1)
        (error,) = report.errors
        assert error.item == BAD
        said.append(error.error)
        assert pay(lenient).failed == 0
    with lenient.contests.page() as page:
        (found,) = page.due(END, limit=9)
    if isinstance(found, Unreadable):
        said += traceback.format_exception(found.error)
    assert lenient.contests.rewards(BAD) == []
    assert BAD in caplog.text
    assert not [text for text in said if "yes" in text]
    for text in (*said, repr(found), caplog.text):
        assert SECRET[2:-1] not in text.lower()
        assert repr(bytes.fromhex(SECRET))[2:-1] not in text
        assert nonce[2:-1] not in text
