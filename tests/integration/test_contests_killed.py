"""Contests whose runs are killed, also by a ledger that has just accepted, end as if none was."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from signal import SIGKILL

import attrs
import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.entries import outbox
from mainstay.contest import CaseStatus, RewardState
from tests import effort
from tests.conformance.databases import empty
from tests.integration.contests_to_kill import CRASHED, POLICY, SLOTS, TIMES, USERS, live_through
from tests.integration.outside_ledger import OutsideLedger, due_on_ledger
from tests.integration.stores import own_database, rows
from tests.programs import begun

PROGRAM = "tests.integration.contests_to_kill"

Rows = Mapping[str, Counter[tuple[object, ...]]]

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[T ]\d\d:\d\d:\d\d(\.\d+)?(\+00:00)?")
_RANDOM = re.compile(r"[0-9a-f]{32,64}")
_ATTEMPTS = {outbox.name: outbox.columns.keys().index("attempts")}

#: Half as many are killed at each time.
KILLS = {"opening": 2, "voting": 1, "closing": 4, "reorganised": 2, "final": 1}
#: When the ledger accepts two entries at least.
CRASHES = {"opening", "closing"}


def comparable(store: SqlStore) -> Rows:
    """All rows: of instants the day, of random texts and digests that they are there.

    How often an entry was claimed before it was done is left out, too.
    """
    return {
        table: Counter(
            tuple(
                _comparable(value)
                for place, value in enumerate(row)
                if place != _ATTEMPTS.get(table)
            )
            for row in found
        )
        for table, found in rows(store).items()
    }


def _comparable(value: object) -> object:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, str):
        return _RANDOM.sub("*", _INSTANT.sub(r"\1", value))
    return value


@attrs.frozen
class OneRun:
    """What one run of each time leaves, and how many lines it prints."""

    rows: Rows
    lines: Mapping[str, int]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('contests')}/mainstay.db"
    else:
        with own_database(request.getfixturevalue("postgres_url")) as own:
            yield own


@pytest.fixture(scope="module")
def of_one_run(url: str, tmp_path_factory: pytest.TempPathFactory) -> OneRun:
    """What is left if nobody is killed; the first thing that happens to the database."""
    path, lines = tmp_path_factory.mktemp("ledger") / "chain.db", dict[str, int]()
    with SqlStore.create(url) as store:
        for time in TIMES:
            said: list[str] = []
            reports = live_through(store, path, time, say=said.append)
            assert [report.errors for report in reports if report.failed] == []
            lines[time] = len(said)
        require_that_all_was_done(store)
        return OneRun(comparable(store), lines)


def require_that_all_was_done(store: SqlStore) -> None:
    """Else little would be compared."""
    cases = store.contests.cases()
    assert [kept.case.status for kept in cases] == [CaseStatus.CLOSED] * len(SLOTS)
    for kept in cases:
        rewards = store.contests.rewards(kept.case.id)
        assert kept.outcome is not None
        assert sum(each.amount for each in rewards) == POLICY.pool - kept.outcome.undistributed > 0
        for reward in rewards:
            assert reward.state is RewardState.COMPLETED
            first, amount = f"reward:{kept.case.id}", reward.amount
            assert {
                credit.reason: credit.amount
                for credit in store.points.credits(reward.user_id)
                if credit.reason.startswith(first)
            } == {first: amount, f"{first}:reversed:1": -amount, f"{first}:again:1": amount}
    credits = [credit.reason for user in USERS for credit in store.points.credits(user)]
    assert credits.count("badge:first_win") == len(USERS)
    assert store.outbox.count_waiting() == store.outbox.count_waiting("notice") > 0


def killed(url: str, ledger: Path, time: str, attempt: int, *, crash: int, lines: int) -> int:
    """Run, until the ledger crashes or so many lines were printed; return the status."""
    with begun(PROGRAM, url, str(ledger), time, str(attempt), str(crash)) as program:
        program.lines(lines)
        return program.status() if crash else program.killed()


def test_whoever_is_killed_all_is_opened_closed_paid_credited_and_awarded_once(
    url: str, of_one_run: OneRun, tmp_path: Path
) -> None:
    ledger, draw, ends = tmp_path / "chain.db", random.Random(16), Counter[int]()
    with SqlStore.open(url) as store:
        empty(store)
        for time in TIMES:
            attempts = effort.scaled(KILLS[time]) // 2
            for attempt in range(attempts):
                crash = draw.randrange(2) + 1 if time in CRASHES and attempt % 2 == 0 else 0
                lines = 10_000 if crash else draw.randrange(1, of_one_run.lines[time])
                ends[killed(url, ledger, time, attempt, crash=crash, lines=lines)] += 1
            live_through(store, ledger, time, attempt=attempts)
        assert {CRASHED, -SIGKILL} <= ends.keys()
        assert comparable(store) == of_one_run.rows
        assert OutsideLedger(ledger).entries() == due_on_ledger(store)
