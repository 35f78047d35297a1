"""What the tests of conformance and of agreement share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING
from zlib import crc32

import pytest

from tests import effort

if TYPE_CHECKING:  # SQLAlchemy is optional: tests of the stores in memory need none
    from mainstay.adapters.sql import SqlStore


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deal the tests of suites out to the hosts that a module has: each runs with one at most.

    Where there are more shares than hosts, some run with none.

    With ``thorough``, and where one host is asked for by its name, all run with all.
    """
    if effort.thorough() or config.option.keyword:
        return
    left = [item for item in items if not _is_dealt_to_another(item)]
    config.hook.pytest_deselected(items=[item for item in items if _is_dealt_to_another(item)])
    items[:] = left


def _is_dealt_to_another(item: pytest.Item) -> bool:
    dealt = item.get_closest_marker("dealt")
    if dealt is None or not isinstance(item, pytest.Function) or item.cls is None:
        return False
    (fixture, count) = dealt.args
    name = f"{item.cls.__name__} {item.originalname}"
    return bool(item.callspec.indices[fixture] != crc32(name.encode()) % count)


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
