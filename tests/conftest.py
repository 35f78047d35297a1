"""Runs the tests far from UTC, so that nothing can lean on the machine's own zone unnoticed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from tests import servers

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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kills", type=int, default=6, help="how often a run is killed, on each database"
    )
