"""Runs the tests far from UTC, so that nothing can lean on the machine's own zone unnoticed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import servers

# How long an example takes depends on what else the machine does, and proves nothing.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

os.environ["TZ"] = "Australia/Lord_Howe"
if hasattr(time, "tzset"):
    time.tzset()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis for all tests."""
    with servers.redis_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL for all tests; :func:`tests.conformance.databases.in_schema` parts them."""
    with servers.postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def pgbouncer_url(postgres_url: str) -> Iterator[str]:
    """The same PostgreSQL behind PgBouncer, whose clients take turns on its connections."""
    with servers.pgbouncer_server(postgres_url) as url:
        yield url


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kills", type=int, default=6, help="how often a run is killed, on each database"
    )
