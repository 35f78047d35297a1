"""The one query on PostgreSQL, and on the tables of our own stores."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path

import attrs
import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")
pytest.importorskip("sqlglot", reason="queries need mainstay[columnar]")
pytest.importorskip("psycopg", reason="needs mainstay[sql]")
pytest.importorskip("duckdb", reason="tables need mainstay[columnar]")
pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mainstay import (
    ConsistencyPolicy,
    CorruptRowError,
    Session,
    UnknownZoneError,
    YearPolicy,
    score_sessions,
)
from mainstay.adapters.sql import SqlStore
from mainstay.daystarts import DayStart
from mainstay.reading import identified
from mainstay.testing import strategies
from tests import queries
from tests.event_tables import Case, by_user
from tests.integration.stores import change
from tests.property.test_query_laws import database_cases

REUSED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
_numbers = count()


@pytest.fixture(scope="module")
def connection(postgres_url: str) -> Iterator[psycopg.Connection]:
    """A connection with a table of events."""
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as opened:
        opened.execute(
            "CREATE TEMPORARY TABLE activity "
            "(user_id BIGINT, started_at TIMESTAMPTZ, zone TEXT, home TEXT, joined DATE)"
        )
        opened.execute("SET TimeZone = 'America/St_Johns'")
        yield opened


@REUSED
@given(case=database_cases())
def test_every_column_in_postgresql_is_the_cores(
    connection: psycopg.Connection, case: Case
) -> None:
    connection.execute("DELETE FROM activity")
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO activity VALUES (%s, %s, %s, %s, %s)", queries.rows_of(case)
        )
    rows = queries.found(case, "postgres", partial(queries.asked, connection))
    assert by_user(rows) == by_user(case.expected())


@REUSED
@given(
    histories=st.lists(strategies.histories(), min_size=1, max_size=3),
    zone=st.none() | strategies.zones(),
    day_start=strategies.day_starts(),
)
def test_a_store_has_everybodys_window(
    store: SqlStore,
    histories: list[tuple[list[Session], datetime]],
    zone: str | None,
    day_start: DayStart,
) -> None:
    """Whatever was recorded before: each example has users of its own."""
    as_of = histories[0][1]
    kept: dict[str, list[Session]] = {}
    for sessions, _ in histories:
        user = f"user {next(_numbers)}"
        kept[user] = [attrs.evolve(each, user_id=user, id=None) for each in sessions]
        store.sessions.add(identified(kept[user]))
    found, years = (
        {
            each.user_id: each
            for each in store.windows(as_of=as_of, zone=zone, day_start=day_start, policy=policy)
            if each.user_id in kept
        }
        for policy in (ConsistencyPolicy(), YearPolicy())
    )
    known = {user: [s for s in own if s.started_at <= as_of] for user, own in kept.items()}
    assert {*found} == {user for user, own in known.items() if own}
    moments = [each for each in store.moments(until=as_of) if each[0] in kept]
    expected = [(s.user_id, s.started_at, s.timezone) for own in known.values() for s in own]
    assert sorted(map(written, moments)) == sorted(map(written, expected))
    for user, each in found.items():
        score = score_sessions(kept[user], as_of=as_of, zone=zone, day_start=day_start)
        year = score_sessions(
            kept[user], as_of=as_of, zone=zone, day_start=day_start, policy=YearPolicy()
        )
        assert each.window == years[user].window == score.window
        assert years[user].state == year.state
        assert each.latest == max(session.started_at for session in known[user])


def written(moment: tuple[str, datetime, str | None]) -> tuple[str, str, str]:
    """Who was active when, the offset included, and where."""
    user, at, zone = moment
    return user, at.isoformat(), str(zone)


def test_an_empty_store_has_no_windows_and_a_bad_zone_is_refused(store: SqlStore) -> None:
    at = datetime.fromisoformat("2024-05-28T12:00:00Z")
    assert [*store.windows(as_of=at)] == []
    assert [*store.moments(until=at)] == []
    with pytest.raises(UnknownZoneError):
        list(store.windows(as_of=at, zone="Mars/Base"))


def test_a_zone_that_can_not_be_read_is_a_corrupt_row(store: SqlStore) -> None:
    at = datetime.fromisoformat("2024-05-28T12:00:00Z")
    store.sessions.add([Session("ada", at, timezone="Asia/Tokyo", id="1")])
    change(store, "UPDATE mainstay_events SET timezone = 'Mars/Base'")
    for read in (store.windows(as_of=at), store.moments(until=at)):
        with pytest.raises(CorruptRowError, match=r"mainstay_events\.timezone is not a known zone"):
            list(read)


def test_an_instant_that_can_not_be_read_is_a_corrupt_row(tmp_path: Path) -> None:
    at = datetime.fromisoformat("2024-05-28T12:00:00Z")
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        store.sessions.add([Session("ada", at, id="1")])
        change(store, "UPDATE mainstay_events SET started_at = '2024-05-28 soon'")
        with pytest.raises(CorruptRowError, match=r"mainstay_events\.started_at is not an instant"):
            list(store.windows(as_of=at))
        with pytest.raises(CorruptRowError, match=r"^mainstay_events"):
            list(store.moments(until=at.replace(day=29)))
