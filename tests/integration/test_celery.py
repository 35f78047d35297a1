"""A real worker and a real beat, with Redis between them and PostgreSQL behind."""

from __future__ import annotations

import gc
import sys
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

pytest.importorskip("celery", reason="the adapter needs mainstay[celery]")
pytest.importorskip("redis", reason="the broker needs its client")
pytest.importorskip("psycopg", reason="the store needs mainstay[sql]")

from celery import Celery

from mainstay import Session
from mainstay.adapters.sql import SqlStore
from mainstay.codec import from_plain
from mainstay.contest import CaseStatus, CaseVote
from mainstay.jobs import CATALOGUE
from mainstay.reading import identified
from mainstay.scheduling import JobReport
from tests import servers
from tests.conformance.databases import in_schema

ROOT = Path(__file__).parents[2]
TODAY = datetime.now(UTC).date()
TOMORROW = TODAY + timedelta(days=1)
DAY, YESTERDAY = TODAY - timedelta(days=2), TODAY - timedelta(days=1)
#: One post ever: 30 points are for posts, at 1 / (1 + 50); see SPEC §4.
POINTS_OF_ADA = pytest.approx(30 / 51)


def sessions(user: str, day: date, **kinds: int) -> Iterator[Session]:
    for kind, times in kinds.items():
        for minute in range(times):
            at = datetime.combine(day, time(12, minute), UTC)
            yield Session(user, at, kind=kind)


@pytest.fixture(autouse=True)
def no_socket_is_left() -> Iterator[None]:
    """Collect what clients leave: some forget a socket, for which another test would pay."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def settings(postgres_url: str, redis_url: str) -> dict[str, str]:
    """A schema and a queue for one test."""
    name = f"celery_{uuid4().hex}"
    database = in_schema(postgres_url, name)
    return {"MAINSTAY_DATABASE": database, "MAINSTAY_REDIS": redis_url, "MAINSTAY_QUEUE": name}


@pytest.fixture
def store(settings: dict[str, str]) -> Iterator[SqlStore]:
    """A store with two users: ada posted once, bob did all that a day needs."""
    with SqlStore.create(settings["MAINSTAY_DATABASE"]) as store:
        did = [*sessions("ada", DAY, post=1), *sessions("bob", DAY, post=2, like=5, comment=5)]
        assert store.sessions.add(identified(did)) == 13
        yield store


def celery(
    *arguments: str, ready: str, settings: dict[str, str]
) -> AbstractContextManager[servers.Program]:
    """Run Celery on the app beside this file; what it is doing when it is stopped, it finishes."""
    command = [sys.executable, "-m", "celery", "--app", "tests.integration.celery_app", *arguments]
    return servers.running(command, ready=ready, environment=settings, cwd=ROOT)


def worker(settings: dict[str, str]) -> AbstractContextManager[servers.Program]:
    queue = settings["MAINSTAY_QUEUE"]
    options = ("--concurrency=2", "--loglevel=INFO", f"--queues={queue},{queue}_outlook")
    return celery("worker", *options, ready=" ready.", settings=settings)


def beat(folder: Path, settings: dict[str, str]) -> AbstractContextManager[servers.Program]:
    options = ("--pidfile=", f"--schedule={folder / 'beat'}", "--loglevel=INFO")
    sent = "Sending due task evaluate-consistency"
    return celery("beat", *options, ready=sent, settings=settings)


def test_beat_fires_a_job_which_a_worker_finishes(
    store: SqlStore, settings: dict[str, str], tmp_path: Path
) -> None:
    with worker(settings) as working, beat(tmp_path, settings):
        working.wait_for("done: 2 succeeded, 0 skipped, 0 failed")
    assert "Traceback" not in working.output
    last = store.runs.last_done("evaluate-consistency", now=datetime.now(UTC))
    assert last is not None
    assert last.report is not None
    assert last.due == last.due.replace(microsecond=0)  # beat's header says which whole second
    for day in (DAY, YESTERDAY):
        missed = store.engagements.outcome("ada", day)
        assert missed is not None
        assert missed.total == POINTS_OF_ADA
        candidates = store.engagements.candidates(day)
        assert candidates is not None
        assert "ada" in [candidate.user_id for candidate in candidates]
    met = store.engagements.outcome("bob", DAY)
    assert met is not None
    assert (met.score, met.streak_after) == (None, 1)


def test_a_task_whose_worker_is_killed_is_delivered_again_and_done(
    store: SqlStore, settings: dict[str, str]
) -> None:
    """Once the dead attempt's lease has ended; and both attempts were due at the same instant."""
    url = settings["MAINSTAY_REDIS"]
    fragile = settings | {"MAINSTAY_FRAGILE": "1"}
    with worker(fragile), Celery("client", broker=url, backend=url, set_as_current=False) as app:
        sent = app.send_task("mainstay.fragile", queue=settings["MAINSTAY_QUEUE"])
        report = from_plain(sent.get(timeout=servers.PATIENCE), JobReport)
    (killed,) = store.runs.unended("fragile")
    done = store.runs.last_done("fragile", now=datetime.now(UTC))
    assert done is not None
    assert done.report == report
    assert (done.task_id, done.due) == (killed.task_id, killed.due) == (sent.id, killed.due)
    assert done.attempt != killed.attempt


def test_a_task_sent_by_hand_takes_a_target_and_returns_its_report(
    store: SqlStore, settings: dict[str, str]
) -> None:
    url = settings["MAINSTAY_REDIS"]
    with worker(settings), Celery("client", broker=url, backend=url, set_as_current=False) as app:
        returned = app.send_task(
            "mainstay.evaluate-consistency",
            kwargs={"target": DAY.isoformat()},
            queue=settings["MAINSTAY_QUEUE"],
        ).get(timeout=servers.PATIENCE)
    report = from_plain(returned, JobReport)
    assert (report.target, report.succeeded, report.failed) == (DAY.isoformat(), 2, 0)
    run = store.runs.last("evaluate-consistency", now=datetime.now(UTC))
    assert run is not None
    assert run.report == report
    assert store.engagements.outcome("ada", DAY) is not None
    assert store.engagements.outcome("ada", YESTERDAY) is None


def test_all_twelve_jobs_lead_from_a_case_to_a_badge_and_tell_people_of_tomorrow(
    store: SqlStore, settings: dict[str, str], tmp_path: Path
) -> None:
    """Beat sends all but one of them each second; cases are closed once everybody has voted."""
    url, contests = settings["MAINSTAY_REDIS"], settings | {"MAINSTAY_CONTESTS": "1"}
    with (
        worker(contests) as working,
        beat(tmp_path, contests),
        Celery("client", broker=url, backend=url, set_as_current=False) as app,
    ):
        working.wait_for("verify-commitments: a run done: 0 succeeded, 1 skipped, 0 failed")
        (kept,) = store.contests.cases()
        begin, _ = kept.case.span()
        store.contests.vote(kept.case.id, [CaseVote("1", "ada", "no", begin)])
        queue = settings["MAINSTAY_QUEUE"]
        sent = app.send_task("mainstay.close-cases", queue=queue)
        report = from_plain(sent.get(timeout=servers.PATIENCE), JobReport)
        assert report.result["closed"] == 1
        working.wait_for("monitor-transactions: a run done: 1 succeeded")
        working.wait_for("check-badges: a run done: 1 succeeded")
        working.wait_for("refresh-leaderboards: a run done: 3 succeeded")
        for name in ("update-multipliers", "optimize-content", "check-health"):
            working.wait_for(f"{name}: ")
        working.wait_for(f"generate-outlooks: {TOMORROW} done: 2 succeeded")
        working.wait_for("send-notifications: ")
        assert forced(app, f"{queue}_outlook") == {"success": True, "generated_count": 2}
    assert "Traceback" not in working.output
    (kept,) = store.contests.cases()
    assert kept.case.status is CaseStatus.CLOSED
    # Alone, ada has the parts of the winners and of the participants: 40 and 20 of 100.
    credits = {credit.reason: credit.amount for credit in store.points.credits("ada")}
    assert credits == {f"reward:{kept.case.id}": 60, "badge:first_win": 50}
    for name in CATALOGUE:
        done = store.runs.last_done(name, now=datetime.now(UTC))
        assert done is not None, name
        assert done.report is not None
    now = datetime.now(UTC)
    reviews = store.runs.recent("optimize-content", since=now - timedelta(days=1), now=now)
    assert any(run.report and run.report.result["decided"] for run in reviews)
    for user in ("ada", "bob"):
        assert store.outlooks.outlook(user, TOMORROW) is not None


def forced(app: Celery, queue: str) -> dict[str, object]:
    """Have other outlooks made for a day long past, by hand, and return some of the result."""
    asked = {"target": "2024-05-01", "options": {"force": True}}
    sent = app.send_task("mainstay.generate-outlooks", kwargs=asked, queue=queue)
    result = sent.get(timeout=servers.PATIENCE)
    assert result["target_date"] == "2024-05-01"
    return {name: result[name] for name in ("success", "generated_count")}
