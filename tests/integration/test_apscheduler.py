"""Real schedulers, in the background and in an event loop, on a SQLite file."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Queue
from typing import Any

import attrs
import pytest

pytest.importorskip("apscheduler", reason="the adapter needs mainstay[apscheduler]")
pytest.importorskip("sqlalchemy", reason="the store needs mainstay[sql]")

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.schedulers.background import BackgroundScheduler

from mainstay import Session
from mainstay.adapters.apscheduler import install
from mainstay.adapters.sql import SqlStore
from mainstay.contest import CaseDraft, CaseStatus, CaseVote, ContestPolicy
from mainstay.jobs import (
    CATALOGUE,
    contest_jobs,
    evaluate_consistency,
    outlook_jobs,
    update_multipliers,
)
from mainstay.reading import identified
from mainstay.scheduling import Every, latest_due

PATIENCE = 60
#: So that each job runs when a test asks for it.
SELDOM = Every(timedelta(days=1000))


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


class Dilemmas:
    """A :class:`mainstay.ports.CaseGenerator`."""

    def generate(self, slot: datetime, /) -> CaseDraft:
        return CaseDraft(f"May a doctor lie at {slot.isoformat()}?", ["yes", "no"], "no")


def test_all_twelve_jobs_are_installed_once_and_lead_from_a_case_to_a_badge(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    due = latest_due(SELDOM, datetime.now(UTC))
    policy = ContestPolicy(pool=100, lasting=timedelta(microseconds=1))
    with SqlStore.create(f"sqlite:///{tmp_path / 'mainstay.db'}") as store:
        jobs = [
            attrs.evolve(job, schedule=SELDOM)
            for job in (
                evaluate_consistency(store.engagements),
                update_multipliers(store.reputations),
                *contest_jobs(store, generator=Dilemmas(), policy=policy),
                *outlook_jobs(store),
            )
        ]
        assert {job.name for job in jobs} == CATALOGUE.keys()
        store.sessions.add([Session("ada", due - timedelta(hours=1), id="1")])

        async def contest() -> None:
            done: Queue[Any] = Queue()
            scheduler = AsyncIOScheduler(timezone=UTC)
            scheduler.add_listener(done.put, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
            install(scheduler, jobs, log=store.runs)
            install(scheduler, jobs, log=store.runs)
            scheduler.start()
            install(scheduler, jobs, log=store.runs)

            async def run(name: str) -> None:
                """Run a job, and wait until it is done."""
                scheduler.modify_job(name, next_run_time=datetime.now(UTC))
                found = await asyncio.to_thread(done.get, timeout=PATIENCE)
                assert (found.job_id, found.exception) == (name, None)

            try:
                installed = scheduler.get_jobs()
                assert sorted(job.id for job in installed) == sorted(job.name for job in jobs)
                assert {job.max_instances for job in installed} == {1}
                await run("generate-cases")
                (kept,) = store.contests.cases()
                begin, _ = kept.case.span()
                store.contests.vote(kept.case.id, [CaseVote("1", "ada", "no", begin)])
                for name in (
                    "close-cases",
                    "monitor-transactions",
                    "verify-commitments",
                    "check-badges",
                    "refresh-leaderboards",
                    "evaluate-consistency",
                    "update-multipliers",
                    "generate-outlooks",
                    "send-notifications",
                    "optimize-content",
                    "check-health",
                ):
                    await run(name)
            finally:
                scheduler.shutdown()

        asyncio.run(contest())
        (kept,) = store.contests.cases()
        assert kept.case.status is CaseStatus.CLOSED
        # Alone, ada has the parts of the winners and of the participants: 40 and 20 of 100.
        credits = {credit.reason: credit.amount for credit in store.points.credits("ada")}
        assert credits == {f"reward:{kept.case.id}": 60, "badge:first_win": 50}
        assert len(store.outlooks.outlooks("ada")) == 1
        for job in jobs:
            assert store.runs.last_done(job.name, now=datetime.now(UTC)) is not None
    for job in jobs:
        assert any(
            record.name.startswith("mainstay") and f"{job.name}: installed" in record.message
            for record in caplog.records
        )
