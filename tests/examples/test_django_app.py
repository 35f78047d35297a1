"""The example of Django with Celery: a row and what mainstay makes of it are one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
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
#: Posts to each path, as a test of the app's own would, and prints what is answered.
POST = """
import json, sys, django
django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
for path in sys.argv[1:]:
    answer = client.post(path, {"minutes": 30})
    print(json.dumps(answer.json() if answer.status_code == 200 else answer.status_code))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database that the app's migrations have prepared."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'app.db'}"
        django(url, "-m", "django", "migrate")
        yield url
    else:
        with own_database(request.getfixturevalue("postgres_url")) as url:
            django(url, "-m", "django", "migrate")
            yield url


def environment(url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": make_url(url).render_as_string(hide_password=False),
        "DJANGO_SETTINGS_MODULE": "django_app.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "examples"), *filter(None, sys.path)]),
    }


def django(url: str, *arguments: str) -> str:
    """What Python prints of the app."""
    done = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        env=os.environ | environment(url),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def posted(url: str, *paths: str) -> list[object]:
    return [json.loads(line) for line in django(url, "-c", POST, *paths).splitlines()]


def rows(url: str, statement: str) -> list[tuple[object, ...]]:
    with seen(url) as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_a_workout_and_its_score_are_one(url: str) -> None:
    """A first day is 60/28 points for itself, 2 for a streak of it and 5 for being recent: 9."""
    first, second = posted(url, "/workouts/ada", "/workouts/ada")
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert (first["score"], second["score"]) == (9, 9)
    assert rows(url, "SELECT person, minutes FROM django_app_workout") == [("ada", 30)] * 2
    with SqlStore.open(url) as store:
        now = datetime.now(UTC)
        kept = store.sessions.sessions("ada", since=now - timedelta(days=1), until=now, limit=9)
    assert sorted(str(session.id) for session in kept) == ["workout 1", "workout 2"]


def add_bobs(url: str) -> None:
    """Bob trained on the three days before yesterday."""
    with SqlStore.open(url) as store:
        days = (YESTERDAY - timedelta(days=passed) for passed in (1, 2, 3))
        did = (datetime(day.year, day.month, day.day, 8, tzinfo=UTC) for day in days)
        store.sessions.add(identified([Session("bob", at, kind="workout") for at in did]))


def test_a_day_and_its_candidates_are_one(url: str) -> None:
    """If the app's row is refused, since it is there, the day was not evaluated either."""
    add_bobs(url)
    refused = f"INSERT INTO django_app_closing (day, missed) VALUES ('{YESTERDAY}', 7)"
    with seen(url) as connection:
        connection.execute(text(refused))
        connection.commit()
    assert posted(url, f"/closings/{YESTERDAY}") == [500]
    with SqlStore.open(url) as store:
        assert store.engagements.candidates(YESTERDAY) is None
        with seen(url) as connection:
            connection.execute(text("DELETE FROM django_app_closing"))
            connection.commit()
        assert posted(url, f"/closings/{YESTERDAY}") == [{"missed": 1}]
        (candidate,) = [*(store.engagements.candidates(YESTERDAY) or ())]
        assert candidate.total == pytest.approx(40 * 3 / 17 + 30 * 3 / 53)
    assert rows(url, "SELECT missed FROM django_app_closing") == [(1,)]


def test_its_migrations_are_complete_and_can_be_taken_back(url: str) -> None:
    django(url, "-m", "django", "makemigrations", "--check", "--dry-run")
    django(url, "-m", "django", "migrate", "django_app", "zero")
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'mainstay%'"
    if "postgresql" in url:
        names = "SELECT relname FROM pg_class WHERE relname LIKE 'mainstay%'"
    assert rows(url, names) == []
    django(url, "-m", "django", "migrate")


def test_its_worker_does_the_jobs(postgres_url: str, redis_url: str) -> None:
    """Sent by name, as beat does each night; Celery, Django and mainstay have one database."""
    celery = pytest.importorskip("celery", reason="the worker needs mainstay[celery]")
    pytest.importorskip("redis", reason="the broker needs its client")
    queue = f"django_{uuid4().hex}"
    with own_database(postgres_url) as url:
        django(url, "-m", "django", "migrate")
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
