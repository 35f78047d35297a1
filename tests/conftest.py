"""Runs the tests far from UTC, so that nothing can lean on the machine's own zone unnoticed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from tests import effort, servers

effort.register_profiles()

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
