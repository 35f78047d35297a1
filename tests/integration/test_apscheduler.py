"""A real scheduler in the background, on a SQLite file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Queue
from typing import Any

import attrs
import pytest

pytest.importorskip("apscheduler", reason="the adapter needs mainstay[apscheduler]")
pytest.importorskip("sqlalchemy", reason="the store needs mainstay[sql]")

from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.schedulers.background import BackgroundScheduler

from mainstay import Session
from mainstay.adapters.apscheduler import install
from mainstay.adapters.sql import SqlStore
from mainstay.jobs import evaluate_consistency
from mainstay.reading import identified
from mainstay.scheduling import Every

PATIENCE = 60


def test_a_job_that_is_due_each_second_is_run_again_and_again(tmp_path: Path) -> None:
    two_days_ago = datetime.now(UTC) - timedelta(days=2)
    done: Queue[Any] = Queue()
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_listener(done.put, EVENT_JOB_EXECUTED)
    with SqlStore.create(f"sqlite:///{tmp_path / 'mainstay.db'}") as store:
        store.sessions.add(identified([Session("ada", two_days_ago, kind="post")]))
        job = evaluate_consistency(store.engagements)
        job = attrs.evolve(job, schedule=Every(timedelta(seconds=1)))
        install(scheduler, [job], log=store.runs)
        scheduler.start()
        try:
            first, second = (done.get(timeout=PATIENCE).retval for _ in range(2))
        finally:
            scheduler.shutdown()
        assert (first.succeeded, first.failed, second.failed) == (1, 0, 0)
        outcome = store.engagements.outcome("ada", two_days_ago.date())
        assert outcome is not None
        # One post ever: 30 points are for posts, at 1 / (1 + 50); see SPEC §4.
        assert outcome.total == pytest.approx(30 / 51)
        last = store.runs.last_done(job.name, now=datetime.now(UTC))
        assert last is not None
        assert last.report is not None
