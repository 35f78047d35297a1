"""What the tests of agreement share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # SQLAlchemy is optional: tests of the stores in memory need none
    from mainstay.adapters.sql import SqlStore


@pytest.fixture
def databases(
    postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[SqlStore]]:
    """Stores in SQLite, and in PostgreSQL with odd defaults."""
    from mainstay.adapters.sql import SqlStore  # noqa: PLC0415  (see above)
    from tests.conformance.databases import odd_database  # noqa: PLC0415

    urls = [
        f"sqlite:///{tmp_path_factory.mktemp('agreement')}/mainstay.db",
        odd_database(postgres_url),
    ]
    with ExitStack() as stack:
        yield [stack.enter_context(SqlStore.create(url)) for url in urls]
