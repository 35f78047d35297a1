"""A store on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from tests import effort

if TYPE_CHECKING:
    from mainstay.adapters.sql import SqlStore


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try claims on each kind of database, or on each kind of server.

    PostgreSQL is reached through PgBouncer; if nothing is to be left out, directly, too.
    """
    directly = ["postgresql"] if effort.thorough() else []
    if "backend" in metafunc.fixturenames:
        metafunc.parametrize("backend", ["sqlite", "pgbouncer", *directly], scope="module")
    if "server" in metafunc.fixturenames:
        metafunc.parametrize("server", ["pgbouncer", *directly], scope="module")


@pytest.fixture(scope="module")
def url(
    backend: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The URL of a store that the tests of a module share, one database after the other."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('store')}/mainstay.db"
    if backend == "pgbouncer":
        return str(request.getfixturevalue("behind_pgbouncer"))
    from tests.conformance.databases import in_schema  # noqa: PLC0415  (SQLAlchemy is optional)

    return in_schema(request.getfixturevalue("postgres_url"), "trouble")


@pytest.fixture(scope="module")
def behind_pgbouncer(postgres_url: str, pgbouncer_url: str) -> str:
    from tests.conformance.databases import odd_database  # noqa: PLC0415  (SQLAlchemy is optional)

    return odd_database(postgres_url, via=pgbouncer_url)


@pytest.fixture(scope="module")
def opened(url: str) -> Iterator[SqlStore]:
    """A store that stays open for the tests of a module."""
    from mainstay.adapters.sql import SqlStore  # noqa: PLC0415  (SQLAlchemy is optional)

    with SqlStore.create(url) as store:
        yield store


@pytest.fixture
def store(opened: SqlStore) -> SqlStore:
    """That store, empty."""
    from tests.conformance.databases import empty  # noqa: PLC0415  (SQLAlchemy is optional)

    empty(opened)
    return opened


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> dict[str, float | int | None]:
    """What the machine tells: this one's disk may be full, and then nothing is well."""
    gib = 2**30
    told: dict[str, float | int | None] = {
        "load_per_core": 0.25,
        "memory_total": 8 * gib,
        "memory_available": 3 * gib,
        "disk_total": 1_000 * gib,
        "disk_free": 512 * gib,
    }
    monkeypatch.setattr(import_module("mainstay.jobs.health"), "machine", lambda: told)
    return told
