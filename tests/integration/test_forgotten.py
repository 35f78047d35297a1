"""After somebody is forgotten, a search through every row of every table finds nothing of them."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from mainstay import Session
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.columns import USER, metadata
from mainstay.contest import ArgumentVote, Case, CaseArgument, commit
from mainstay.jobs import (
    check_badges,
    evaluate_consistency,
    forget,
    generate_outlooks,
    prune,
    refresh_leaderboards,
    rename,
    run_job,
    send_notifications,
    update_multipliers,
)
from mainstay.outlook import Preferences
from mainstay.ports import OutboxEntry
from mainstay.recognition import Credit, LeaderboardPolicy
from mainstay.scheduling import ItemError, JobContext, JobReport, JobRun
from tests.contested import NOON, contest_in
from tests.integration.stores import POLICY, own_database, rows
from tests.integration.test_corrections_killed import Rows

NOW = datetime(2024, 6, 10, 4, tzinfo=UTC)
USERS = ("ada", "bob", "cy", "dee")
CONTEXT = JobContext(clock=lambda: NOW)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    if request.param == "sqlite":
        with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as opened:
            yield opened
        return
    with (
        own_database(request.getfixturevalue("postgres_url")) as url,
        SqlStore.create(url) as opened,
    ):
        yield opened


def did(user: str, day: date, number: int = 1) -> Session:
    at = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    return Session(user, at, kind="post", quality=7.5, id=f"{USERS.index(user)} {day} {number}")


def fill(store: SqlStore) -> None:
    """Have something of everybody in every table that can have something of a user."""
    last = NOW.date() - timedelta(days=1)
    for user in USERS:
        store.sessions.add(did(user, last - timedelta(days=day)) for day in (0, 2, 5, 460, 470))
    daily = evaluate_consistency(store.engagements, policy=POLICY)
    run_job(daily, store.runs, CONTEXT)
    run_job(update_multipliers(store.reputations), store.runs, CONTEXT)
    prune(store, before=date(2023, 6, 1), context=CONTEXT)
    store.sessions.add(did(user, last, 2) for user in USERS)
    store.metrics.put({user: {"wins": 1} for user in USERS})
    store.points.add(
        [Credit(user, "welcome", 5, NOW - timedelta(days=1)) for user in USERS], now=NOW
    )
    run_job(check_badges(store.badges), store.runs, CONTEXT)
    store.points.add([Credit(user, "again", 5, NOW) for user in USERS], now=NOW)
    contest(store)
    for user in USERS:
        store.notifications.prefer(user, Preferences("UTC"), now=NOW)
        store.outbox.put([OutboxEntry(key=f"mail {user}", kind="mail", user_id=user, due_at=NOW)])
    run_job(generate_outlooks(store), store.runs, CONTEXT)
    run_job(send_notifications(store.notifications), store.runs, CONTEXT)
    rename(store.corrections, "cy", "dee", context=CONTEXT)
    boards = LeaderboardPolicy(excluded=["ada"])
    run_job(refresh_leaderboards(store.leaderboards, policy=boards), store.runs, CONTEXT)
    report = JobReport(
        job="tidy",
        task_id="1",
        failed=2,
        errors=[ItemError("ada", "is ill"), ItemError("bob", "is not ada")],
        started_at=NOW,
        finished_at=NOW,
        result={"best": ["ada", "bob"], "ada": 1},
    )
    run = JobRun(job="tidy", task_id="1", started_at=NOW, finished_at=NOW, report=report)
    store.runs.put(run)
    store.runs.put(
        JobRun(job="tidy", task_id="2", started_at=NOW, finished_at=NOW, error="ada's row is bad")
    )


def contest(store: SqlStore) -> None:
    contest_in(store)
    case = Case("created", "May one lie?", ["yes", "no"], creator="ada")
    store.contests.draft(case, *commit(case, "no"), now=NOON)
    argued = [CaseArgument(f"by {n}", user, "So.", NOON) for n, user in enumerate(USERS)]
    store.contests.argue("case-0002", argued)
    votes = [ArgumentVote("by 0", "bob", NOON), ArgumentVote("by 1", "ada", NOON)]
    store.contests.upvote(votes)


def of(user: str, kept: Rows) -> Mapping[str, list[tuple[object, ...]]]:
    """The rows that name a user, by table."""
    word = re.compile(rf"(?<!\w){user}(?!\w)")
    found = {name: [row for row in some if word.search(repr(row))] for name, some in kept.items()}
    return {name: some for name, some in found.items() if some}


def test_nothing_is_left_of_who_is_forgotten(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    fill(store)
    everything = rows_and_runs(store)
    with_users = {
        table.name
        for table in metadata.sorted_tables
        if any(column.info.get(USER) for column in table.columns)
    }
    # A sweep is over, and names nobody.
    swept = {"mainstay_badge_sweeps"}
    assert with_users - {*of("ada", everything), *of("dee", everything)} == swept
    with caplog.at_level(logging.DEBUG):
        for user in ("ada", "dee"):
            before = {*of("bob", rows_and_runs(store))}
            forget(store.corrections, [user], context=CONTEXT)
            assert of(user, rows_and_runs(store)) == {}
            # His vote was for what she has argued; boards are made again.
            gone = before - {*of("bob", rows_and_runs(store))}
            assert gone <= {"mainstay_argument_votes", "mainstay_board_places"}
    assert of("cy", rows_and_runs(store)) == {}
    assert not re.search(r"(?<!\w)(ada|dee)(?!\w)", caplog.text)


def rows_and_runs(store: SqlStore) -> Rows:
    """Every row of every table, runs too."""
    logged: list[tuple[object, ...]] = [
        (run.job, repr(run))
        for job in ("tidy", "evaluate-consistency", "check-badges")
        for run in store.runs.recent(job, since=NOW - timedelta(days=9), now=NOW)
    ]
    return rows(store) | {"runs": logged}


def test_every_column_with_a_user_is_known() -> None:
    """Those that hold ids of users by their names are marked as such."""
    names = {"user_id", "author", "creator", "after_user", "stands_for", "item"}
    for table in metadata.sorted_tables:
        for column in table.columns:
            assert bool(column.info.get(USER)) == (column.name in names), (table.name, column.name)
