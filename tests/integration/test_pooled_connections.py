"""Connections that wait in a store's pool, and those that died there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from select import select
from typing import Any

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

import psycopg
from sqlalchemy import make_url, text

from mainstay import StoreError
from mainstay.adapters.sql import SqlStore, _postgresql
from tests.conformance.databases import in_schema, own
from tests.integration.stores import ran

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
PATIENCE = 60
#: How long a connection may wait in the pool without being asked whether it is alive.
SURE = 1.0


@pytest.fixture
def store(postgres_url: str) -> Iterator[SqlStore]:
    """Yield a store on a PostgreSQL server, with somebody in it."""
    with SqlStore.create(in_schema(postgres_url, "pooled")) as found:
        found.sessions.add([ran("ada")])
        yield found


def pid(store: SqlStore) -> int:
    """Return which of the server's processes a store reads with."""
    with store._database.reading() as connection:
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def connected(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    """Return a connection of somebody else."""
    plain = make_url(url).set(drivername="postgresql")
    return psycopg.connect(plain.render_as_string(hide_password=False))


def end(url: str, process: int) -> None:
    """End one of the server's processes, and wait until it is gone."""
    with connected(url) as connection:
        ended = "SELECT pg_terminate_backend(%s, 10000)"  # waits ten seconds at most
        assert connection.execute(ended, [process]).fetchone() == (True,)


@pytest.fixture
def pings(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return a list that grows by each connection that is asked whether it is alive."""
    asked: list[Any] = []
    dialect = own(store)._engine.dialect
    ping = dialect.do_ping

    def counted(driver: Any) -> bool:
        asked.append(driver)
        return ping(driver)

    monkeypatch.setattr(dialect, "do_ping", counted)
    return asked


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock that pools are timed by."""
    clock = Clock()
    monkeypatch.setattr(_postgresql, "monotonic", clock)
    return clock


def test_a_connection_that_the_server_has_closed_is_replaced(
    postgres_url: str, store: SqlStore
) -> None:
    """At once, however short a time it waited."""
    before = pid(store)
    end(postgres_url, before)
    assert store.sessions.users() == ["ada"]
    assert pid(store) != before


def test_a_connection_that_waited_long_is_asked_whether_it_is_alive(
    store: SqlStore, clock: Clock, pings: list[Any]
) -> None:
    before = pid(store)
    for waited, asked in [(0.0, 0), (SURE - 0.01, 0), (SURE, 1), (0.0, 1), (9 * SURE, 2)]:
        clock.now += waited
        assert (pid(store), len(pings)) == (before, asked)


def test_a_connection_that_died_silently_is_replaced_if_it_waited_long(
    postgres_url: str,
    store: SqlStore,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As where a firewall forgets it: nothing was heard of the server."""
    monkeypatch.setattr(_postgresql, "_has_said_something", lambda _: False)
    first = pid(store)
    end(postgres_url, first)
    clock.now += SURE
    second = pid(store)
    assert second != first
    end(postgres_url, second)
    with pytest.raises(StoreError):  # it is not asked before, and so it is found out now
        pid(store)
    third = pid(store)
    assert third not in {first, second}
    end(postgres_url, third)
    with pytest.raises(StoreError):
        store.leaderboards.top(now=NOW)
    assert store.leaderboards.top(now=NOW).entries == ()
    assert not caplog.records


def test_a_notice_of_the_server_does_no_harm(
    postgres_url: str, store: SqlStore, pings: list[Any]
) -> None:
    """As that of a setting that has changed, which it sends whenever it likes."""
    before = pid(store)
    with closing(own(store)._engine.raw_connection()) as connection:
        connection.cursor().execute("LISTEN somebody")
        driver: Any = connection.driver_connection
    with connected(postgres_url) as other:
        other.execute("NOTIFY somebody")
    assert select([driver], [], [], PATIENCE)[0]  # until it has arrived
    assert (pid(store), len(pings)) == (before, 1)
    assert (pid(store), len(pings)) == (before, 1)
