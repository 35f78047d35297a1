"""What is set on connections: for each transaction, or for a query, and then as it was."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from sqlalchemy import event, text

from mainstay.adapters.sql import SqlStore
from mainstay.outlook import Metric
from tests.conformance.databases import in_schema, own

DAY = date(2024, 5, 1)


def test_no_query_is_compiled_whatever_the_server_does(postgres_url: str) -> None:
    with SqlStore.create(in_schema(postgres_url, "compiled")) as store:
        for transaction in (store._database.reading, store._database.writing):
            with transaction() as connection:
                connection.execute(text("SELECT 1"))
                assert connection.execute(text("SHOW jit")).scalar_one() == "off"


def test_a_review_sorts_in_little_memory_and_leaves_sqlite_its_cache(tmp_path: Path) -> None:
    """Several sorts go on at once, and each may take as much as the cache."""
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        asked: list[str] = []

        def cache_kib() -> int:
            with store._database.reading() as connection:
                return -int(connection.execute(text("PRAGMA cache_size")).scalar_one())

        def note(_: object, __: object, statement: str, *___: object) -> None:
            asked.append(statement)

        before = cache_kib()
        event.listen(own(store)._engine, "before_cursor_execute", note)
        store.outlooks.figures(DAY, DAY, Metric.VIEW_RATE)
        store.outlooks.content_types(DAY, DAY)
        store.outlooks.variants("plain", DAY, DAY, Metric.VIEW_RATE)
        assert cache_kib() == before
    set_to = [-int(each.split()[-1]) for each in asked if each.startswith("PRAGMA cache_size = ")]
    little = min(set_to)
    assert little < before
    assert set_to == 3 * [little, before]
