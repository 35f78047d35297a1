"""SQLite's write-ahead log is switched on, also while others open the file."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest

from tests.effort import scaled

pytest.importorskip("sqlalchemy", reason="stores on databases need mainstay[sql]")

from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.database import OwnDatabase
from mainstay.errors import StoreError

TOGETHER = 4


def mode(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        (found,) = connection.execute("PRAGMA journal_mode").fetchone()
    return str(found)


def with_a_table(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE other (name TEXT)")
    return path


def test_several_that_switch_it_on_at_once_all_succeed(tmp_path: Path) -> None:
    """SQLite may refuse one of them at once, however long it was told to wait."""
    barrier = Barrier(TOGETHER)

    def switch(path: Path) -> None:
        database = OwnDatabase(f"sqlite:///{path}", lock_timeout=60)
        barrier.wait()
        database.write_ahead()
        database.close()

    with ThreadPoolExecutor(TOGETHER) as threads:
        for number in range(scaled(40)):
            path = with_a_table(tmp_path / f"{number}.db")
            list(threads.map(switch, [path] * TOGETHER))
            assert mode(path) == "wal"


def test_who_holds_the_file_is_waited_for_until_the_timeout(tmp_path: Path) -> None:
    path = tmp_path / "mainstay.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="Another program is writing to it"):
            SqlStore.create(f"sqlite:///{path}", lock_timeout=0.05)
    SqlStore.create(f"sqlite:///{path}").close()
    assert mode(path) == "wal"
