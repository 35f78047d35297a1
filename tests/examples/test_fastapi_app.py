"""The example of FastAPI, on PostgreSQL by asyncpg: a row and what mainstay makes of it are one."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="it is the host of the example")
pytest.importorskip("httpx", reason="it calls the app")
pytest.importorskip("asyncpg", reason="the app connects by it")

import httpx
from sqlalchemy import make_url, text

from mainstay import Session
from mainstay.adapters.sql import SqlStore
from mainstay.reading import identified
from tests.integration.hosts import seen
from tests.integration.stores import own_database

ROOT = Path(__file__).parents[2]
YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    with own_database(postgres_url) as url:
        yield url


@pytest.fixture
def app(url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The example, on a database of its own."""
    asyncpg = make_url(url).set(drivername="postgresql+asyncpg")
    monkeypatch.setenv("DATABASE_URL", asyncpg.render_as_string(hide_password=False))
    monkeypatch.delitem(sys.modules, "fastapi_app", raising=False)
    return import_module("fastapi_app").app


def posted(app: Any, *paths: str) -> list[httpx.Response]:
    """What an app answers, from its first request to its end."""

    async def post() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://app")
        async with app.router.lifespan_context(app), client:
            return [await client.post(path) for path in paths]

    return asyncio.run(post())


def rows(url: str, table: str) -> list[tuple[object, ...]]:
    with seen(url) as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))]


def test_a_workout_and_its_score_are_one(app: Any, url: str) -> None:
    """A first day is 60/28 points for itself, 2 for a streak of it and 5 for being recent: 9."""
    first, second = posted(app, "/workouts/ada", "/workouts/ada")
    assert (first.json()["score"], second.json()["score"]) == (9, 9)
    assert rows(url, "workouts") == [(1, "ada"), (2, "ada")]
    with SqlStore.open(url) as store:
        now = datetime.now(UTC)
        kept = store.sessions.sessions("ada", since=now - timedelta(days=1), until=now, limit=9)
    assert sorted(str(session.id) for session in kept) == ["workout 1", "workout 2"]


def test_a_day_and_its_candidates_are_one(app: Any, url: str) -> None:
    """Bob trained on the three days before: 40 · 3/17 for his streak, 30 · 3/53 for posts."""
    with SqlStore.create(url, posts={"workout"}) as store:
        days = (YESTERDAY - timedelta(days=passed) for passed in (1, 2, 3))
        did = (datetime(day.year, day.month, day.day, 8, tzinfo=UTC) for day in days)
        store.sessions.add(identified([Session("bob", at, kind="workout") for at in did]))
        (answer,) = posted(app, f"/closings/{YESTERDAY}")
        assert answer.json() == {"missed": 1}
        assert rows(url, "closings") == [(YESTERDAY, 1)]
        (candidate,) = [*(store.engagements.candidates(YESTERDAY) or ())]
        assert candidate.user_id == "bob"
        assert candidate.total == pytest.approx(40 * 3 / 17 + 30 * 3 / 53)


def test_if_the_apps_row_is_refused_nothing_was_evaluated(app: Any, url: str) -> None:
    posted(app, "/workouts/ada")
    with seen(url) as connection:
        connection.execute(text("INSERT INTO closings VALUES (:day, 7)"), {"day": YESTERDAY})
        connection.commit()
    (answer,) = posted(app, f"/closings/{YESTERDAY}")
    assert answer.status_code == 500
    with SqlStore.open(url) as store:
        assert store.engagements.candidates(YESTERDAY) is None


def test_the_guide_shows_it_as_it_is() -> None:
    guide = (ROOT / "docs" / "guides" / "fastapi.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```python\n(.*?)^```$", guide, flags=re.MULTILINE | re.DOTALL)
    example = (ROOT / "examples" / "fastapi_app.py").read_text(encoding="utf-8")
    assert example in shown
