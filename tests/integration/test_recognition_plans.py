"""How databases find what recognition asks them for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from sqlalchemy import event

from mainstay import Session
from mainstay.adapters.sql import SqlStore
from mainstay.jobs import check_badges, refresh_leaderboards
from mainstay.ports import BoardQuery
from mainstay.recognition import Credit
from mainstay.scheduling import JobContext
from tests.conformance.databases import analyze, in_schema, own
from tests.integration.stores import clock

NOW = clock()
USERS = [f"u{number:04}" for number in range(6000)]


def add(store: SqlStore, users: Sequence[str]) -> None:
    """Add something of each kind for users, none of which is new to those who have it."""
    began = NOW - timedelta(days=2)
    store.points.add((Credit(user, "welcome", 10, began) for user in users), now=NOW)
    store.metrics.put({user: {"wins": 1} for user in users})
    store.sessions.add(Session(user, began, kind="ran", id=f"e{user}") for user in users)


@contextmanager
def explained(store: SqlStore) -> Iterator[list[str]]:
    """Give a list that is filled with the plan of each statement, right before it is executed."""
    plans: list[str] = []
    explain = "EXPLAIN QUERY PLAN" if store._database.is_sqlite else "EXPLAIN"

    def note(
        _: object, cursor: Any, statement: str, parameters: Any, __: object, many: bool
    ) -> None:
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            some = parameters[0] if many else parameters
            rows = cursor.connection.execute(f"{explain} {statement}", some)
            plans.extend(row[-1] for row in rows)

    engine = own(store)._engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield plans
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_postgresql_reads_no_whole_table_to_find_out_what_is_new(postgres_url: str) -> None:
    """Although it knows nothing of how little is staged."""
    with SqlStore.create(in_schema(postgres_url, "plans")) as store:
        add(store, USERS)
        with store._database.writing() as connection:
            analyze(connection)
        with explained(store) as plans:
            add(store, USERS[::3])
            add(store, [f"{user}x" for user in USERS[::3]])
    whole = r"Seq Scan on mainstay_(credits|metrics|events|badge_checks)\b"
    assert [plan for plan in plans if re.search(whole, plan)] == []
    for index in ("credits_once", "metrics_pkey", "events_id"):
        assert any(f"using mainstay_{index}" in plan for plan in plans), index


def test_sqlite_adds_up_the_credits_of_friends_alone(tmp_path: Path) -> None:
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        add(store, USERS)
        with explained(store) as plans:
            store.leaderboards.top(BoardQuery("weekly", among=["u0001", "u0002"]), now=NOW)
    (how,) = [plan for plan in plans if "mainstay_credits" in plan]
    assert how == "SEARCH mainstay_credits USING PRIMARY KEY (user_id=? AND at>? AND at<?)"


def test_sqlite_finds_what_badges_and_boards_need_by_an_index(tmp_path: Path) -> None:
    """All of it is read where it is what is wanted."""
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        add(store, USERS)
        with explained(store) as plans:
            add(store, USERS[::3])
            recognise(store)
    scans = {plan for plan in plans if plan.startswith("SCAN mainstay_")}
    assert {plan for plan in scans if "staged" not in plan} == {
        "SCAN mainstay_aliases USING COVERING INDEX mainstay_aliases_stands_for",  # is there one?
        "SCAN mainstay_badge_checks",  # all who are due
        "SCAN mainstay_badge_sweeps",  # a row
        "SCAN mainstay_boards",  # three rows
        "SCAN mainstay_floor",  # a row
        "SCAN mainstay_listed",  # sixteen rows
        "SCAN mainstay_points",  # all, for a snapshot
        "SCAN mainstay_points USING INDEX mainstay_points_total",  # from the first place on
        "SCAN mainstay_progress",  # a row
        "SCAN mainstay_removed_events",  # is there one?
    }


def recognise(store: SqlStore) -> None:
    """Run both jobs, and ask for boards from snapshots and live."""
    later = NOW + timedelta(hours=1)
    for now in (NOW, later):
        check_badges(store.badges).run(at(now))
    refresh_leaderboards(store.leaderboards).run(at(later))
    for now in (later, NOW + timedelta(days=1)):
        for query in (BoardQuery(), BoardQuery("weekly"), BoardQuery("daily", among=["u0001"])):
            store.leaderboards.top(query, now=now)
            store.leaderboards.rank_of("u0001", query, now=now)
            store.leaderboards.rank_for(10, query, now=now)


def at(now: datetime) -> JobContext:
    """Return what a job is run with at a time."""
    return JobContext(clock=lambda: now)
