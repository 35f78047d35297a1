"""How jobs are doing: their state, and their error rates of the last 24 hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from mainstay.jobs import JobHealth, JobStatus, health
from mainstay.scheduling import JobRun
from mainstay.testing.memory import MemoryStore
from tests.tidying import HOUR, done, down, job, ran

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def test_a_job_that_never_ran_is_not_unwell(store: MemoryStore) -> None:
    (found,) = health(store, [job()], now=NOON).jobs
    assert found == JobHealth("tidy", JobStatus.NEVER)
    assert found.is_well
    assert (found.error_rate, found.item_error_rate, found.to_dict()["last_run"]) == (None,) * 3


@pytest.mark.parametrize(
    ("run", "problem"),
    [
        (down, ["is failing"]),
        (done(0, 2), ["is failing"]),
        (done(1, 2), []),
    ],
)
def test_a_job_that_fails_is_a_problem(store: MemoryStore, run: Any, problem: object) -> None:
    ran(store, NOON - MINUTE, job(run))
    found = health(store, [job()], now=NOON)
    assert [what for item, what in found.problems() if item == "tidy"] == problem


@pytest.mark.parametrize(
    ("leased", "limit", "minutes", "status"),
    [
        (True, HOUR, 59, "ok"),
        (True, HOUR, 61, "too long"),
        (True, None, 61, "ok"),
        (False, None, 59, "ok"),
        (False, None, 61, "too long"),
    ],
)
def test_a_run_that_does_not_end_is_a_problem_once_its_limit_is_past(
    store: MemoryStore, leased: bool, limit: timedelta | None, minutes: int, status: str
) -> None:
    begun = JobRun(job="tidy", task_id="1", attempt="1", started_at=NOON)
    store.runs.put(begun)
    now = NOON + minutes * MINUTE
    if leased:
        until = now + MINUTE
        store.runs.acquire("tidy", "1", now=now - MINUTE, until=until, instances=1)
    spec = attrs.evolve(job(), time_limit=limit)
    (found,) = health(store, [spec], now=now).jobs
    assert (found.status.value, found.is_well) == (status, status == "ok")


def test_error_rates_are_of_the_last_24_hours(store: MemoryStore) -> None:
    """Four runs of which one raised; of 8 items of the others 2 failed."""
    for hours, run in ((25, done(0, 9)), (24, done(3)), (6, down), (2, done(1, 2)), (1, done(2))):
        ran(store, NOON - hours * HOUR, job(run))
    (found,) = health(store, [job()], now=NOON).jobs
    assert (found.runs, found.errors, found.items, found.failed) == (4, 1, 8, 2)
    assert (found.error_rate, found.item_error_rate) == (0.25, 0.25)
    assert found.last is not None
    assert found.last.started_at == NOON - HOUR
