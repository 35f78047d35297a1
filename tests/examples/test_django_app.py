"""The example of Django with Celery: a row and what mainstay makes of it are one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

pytest.importorskip("django", reason="it is the host of the example")
pytest.importorskip("sqlalchemy", reason="the store needs mainstay[sql]")
pytest.importorskip("psycopg", reason="the store needs mainstay[sql]")

from sqlalchemy import make_url, text

from mainstay import Session
from mainstay.adapters.sql import SqlStore
from mainstay.reading import identified
from tests import servers
from tests.integration.hosts import seen
from tests.integration.stores import own_database

ROOT = Path(__file__).parents[2]
YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)
#: The app as a process, since settings are a process's own: for each line that it reads, it does a
#: command of Django's, or posts as a test of the app's own would, and prints what is answered.
APP = """
import json, sys, django
from contextlib import redirect_stdout
from django.core.management import call_command
from django.test import Client
django.setup()
client = Client(raise_request_exception=False)
for line in sys.stdin:
    if line.startswith("/"):
        answer = client.post(line.strip(), {"minutes": 30})
        print(json.dumps(answer.json() if answer.status_code == 200 else answer.status_code))
    else:
        with redirect_stdout(sys.stderr):
            call_command(*line.split())
        print("null")
    sys.stdout.flush()
"""


class App:
    """The app on a database."""

    def __init__(self, url: str, process: subprocess.Popen[str]) -> None:
        self.url = url
        self._process = process

    def __call__(self, line: str) -> Any:
        """Return what it answers to a line."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@contextmanager
def migrated(url: str) -> Iterator[App]:
    """The app on a new database that its migrations have prepared."""
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", APP],
        env=os.environ | environment(url),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        app = App(url, process)
        app("migrate")
        yield app
        process.communicate()
    assert process.returncode == 0


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """One for all tests: each has its own users."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path_factory.mktemp('django') / 'app.db'}"
        if request.param == "postgresql":
            url = stack.enter_context(own_database(request.getfixturevalue("postgres_url")))
        yield stack.enter_context(migrated(url))


def environment(url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": make_url(url).render_as_string(hide_password=False),
        "DJANGO_SETTINGS_MODULE": "django_app.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "examples"), *filter(None, sys.path)]),
    }


def rows(url: str, statement: str) -> list[tuple[object, ...]]:
    with seen(url) as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_a_workout_and_its_score_are_one(app: App) -> None:
    """A first day is 60/28 points for itself, 2 for a streak of it and 5 for being recent: 9."""
    first, second = app("/workouts/ada"), app("/workouts/ada")
    assert (first["score"], second["score"]) == (9, 9)
    assert rows(app.url, "SELECT person, minutes FROM django_app_workout") == [("ada", 30)] * 2
    with SqlStore.open(app.url) as store:
        now = datetime.now(UTC)
        kept = store.sessions.sessions("ada", since=now - timedelta(days=1), until=now, limit=9)
    assert sorted(str(session.id) for session in kept) == ["workout 1", "workout 2"]


def add_bobs(url: str) -> None:
    """Bob trained on the three days before yesterday."""
    with SqlStore.open(url) as store:
        days = (YESTERDAY - timedelta(days=passed) for passed in (1, 2, 3))
        did = (datetime(day.year, day.month, day.day, 8, tzinfo=UTC) for day in days)
        store.sessions.add(identified([Session("bob", at, kind="workout") for at in did]))


def test_a_day_and_its_candidates_are_one(app: App) -> None:
    """If the app's row is refused, since it is there, the day was not evaluated either."""
    add_bobs(app.url)
    refused = f"INSERT INTO django_app_closing (day, missed) VALUES ('{YESTERDAY}', 7)"
    with seen(app.url) as connection:
        connection.execute(text(refused))
        connection.commit()
    assert app(f"/closings/{YESTERDAY}") == 500
    with SqlStore.open(app.url) as store:
        assert store.engagements.candidates(YESTERDAY) is None
        with seen(app.url) as connection:
            connection.execute(text("DELETE FROM django_app_closing"))
            connection.commit()
        assert app(f"/closings/{YESTERDAY}") == {"missed": 1}
        (candidate,) = [*(store.engagements.candidates(YESTERDAY) or ())]
        assert candidate.total == pytest.approx(40 * 3 / 17 + 30 * 3 / 53)
    assert rows(app.url, "SELECT missed FROM django_app_closing") == [(1,)]


def test_its_migrations_are_complete_and_can_be_taken_back(app: App) -> None:
    app("makemigrations --check --dry-run")
    app("migrate django_app zero")
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'mainstay%'"
    if "postgresql" in app.url:
        kept = "relpersistence = 'p'"  # also those of the app's open connection are listed
        names = f"SELECT relname FROM pg_class WHERE relname LIKE 'mainstay%' AND {kept}"
    assert rows(app.url, names) == []
    app("migrate")


def test_its_worker_does_the_jobs(postgres_url: str, redis_url: str) -> None:
    """Sent by name, as beat does each night; Celery, Django and mainstay have one database."""
    celery = pytest.importorskip("celery", reason="the worker needs mainstay[celery]")
    pytest.importorskip("redis", reason="the broker needs its client")
    queue = f"django_{uuid4().hex}"
    with own_database(postgres_url) as url:
        with migrated(url):
            add_bobs(url)
        command = [sys.executable, "-m", "celery", "--app", "django_app.worker", "worker"]
        options = ["--concurrency=1", "--loglevel=INFO", f"--queues={queue}"]
        given = environment(url) | {"BROKER_URL": redis_url}
        with servers.running([*command, *options], ready=" ready.", environment=given) as worker:
            with celery.Celery("sender", broker=redis_url) as sender:
                sender.send_task("mainstay.evaluate-consistency", queue=queue)
            worker.wait_for("done: ")
        assert "Traceback" not in worker.output
        with SqlStore.open(url) as store:
            (candidate,) = [*(store.engagements.candidates(YESTERDAY) or ())]
            assert candidate.user_id == "bob"
