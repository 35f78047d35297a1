"""What is taken back is looked at about once, however many users there are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

pytest.importorskip("sqlalchemy", reason="this store needs mainstay[sql]")

from mainstay import Session
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.bulk import stage
from mainstay.jobs import evaluate_consistency, reevaluate
from mainstay.scheduling import JobContext

USERS, DAYS = 200, 10
FIRST = date(2024, 5, 1)


def sessions() -> list[Session]:
    """What they do: something each day."""
    morning = datetime(2024, 5, 1, 8, tzinfo=UTC)
    return [
        Session(f"u{user:03}", morning + timedelta(day), kind="post", id=f"{user} {day}")
        for user in range(USERS)
        for day in range(DAYS)
    ]


def test_a_page_looks_at_little_more_users_than_it_takes_back(tmp_path: Path) -> None:
    """Nine of them have as many days as a page; to look at all the others each time would be n²."""
    context = JobContext(
        target=FIRST + timedelta(DAYS - 1), clock=lambda: datetime(2024, 6, 1, tzinfo=UTC)
    )
    looked_at = list[str]()

    def noted(connection: Any, table: Any, rows: list[Any]) -> None:
        looked_at.extend(user for user, *_ in rows)
        stage(connection, table, rows)

    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        store.sessions.add(sessions())
        evaluate_consistency(store.engagements).run(context)
        with patch("mainstay.adapters.sql.engagements._before.stage", noted):
            report = reevaluate(store, since=FIRST, page_size=100)
    assert (report.succeeded, report.result["days"]) == (USERS, USERS * DAYS)
    assert {*looked_at} == {user.user_id for user in sessions()}
    assert len(looked_at) < 5 * USERS
