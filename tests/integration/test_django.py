"""A store on a connection of Django's: one transaction, with SQLite and with PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("django", reason="it is the host that is tried")
pytest.importorskip("psycopg", reason="Django needs it for PostgreSQL")

import django
from django.conf import settings
from django.db import connections, transaction
from sqlalchemy import make_url

from mainstay.adapters.sql import SqlStore
from mainstay.errors import InvalidTypeError, InvalidValueError, RejectedError
from mainstay.jobs import evaluate_consistency
from mainstay.recognition import MOST_POINTS, Credit
from mainstay.scheduling import JobContext
from tests.conformance.databases import in_schema
from tests.integration.stores import DAY, POLICY, clock, ran

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

NOW = clock()
#: By alias; the last one binds parameters at the server.
ALIASES = ["default", "postgresql", "server_side"]


@pytest.fixture(scope="module")
def configured(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Django, whose settings are those of a process."""
    databases: dict[str, dict[str, Any]] = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": tmp_path_factory.mktemp("django") / "app.sqlite3",
        }
    }
    for alias in ALIASES[1:]:
        url = make_url(in_schema(postgres_url, f"django_{alias}"))
        databases[alias] = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": url.database,
            "USER": url.username,
            "HOST": url.host,
            "PORT": url.port,
            "OPTIONS": {**url.query, "server_side_binding": alias == "server_side"},
        }
    settings.configure(DATABASES=databases, USE_TZ=True, TIME_ZONE="Asia/Kathmandu")
    django.setup()


@pytest.fixture(params=ALIASES)
def host(request: pytest.FixtureRequest) -> Iterator[BaseDatabaseWrapper]:
    """A connection of Django's, to a database with a store and a table of orders."""
    request.getfixturevalue("configured")
    connection = connections[request.param]
    with transaction.atomic(using=request.param):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY)")
        SqlStore.create(connection.connection)
    yield connection
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names():
            cursor.execute(f"DROP TABLE {name}")
    connection.close()


def order(host: BaseDatabaseWrapper, number: int) -> None:
    with host.cursor() as cursor:
        cursor.execute("INSERT INTO orders VALUES (%s)", [number])


def orders(host: BaseDatabaseWrapper) -> list[int]:
    with host.cursor() as cursor:
        cursor.execute("SELECT id FROM orders ORDER BY id")
        return [number for (number,) in cursor.fetchall()]


def work(store: SqlStore) -> None:
    """Use a store: a session, points, a job, everybody's window."""
    assert store.sessions.add([ran("ada")]) == 1
    assert len(store.points.add([Credit("ada", "welcome", 5, NOW)], now=NOW)) == 1
    job = evaluate_consistency(store.engagements, policy=POLICY)
    report = job.run(JobContext(target=DAY, clock=clock))
    assert (report.succeeded, report.failed) == (1, 0)
    (found,) = store.windows(as_of=NOW)
    assert (found.user_id, found.latest) == ("ada", ran("ada").started_at)


def totals(host: BaseDatabaseWrapper) -> dict[str, int]:
    with transaction.atomic(using=host.alias):
        return dict(SqlStore.open(host.connection).points.totals(["ada", "bob"]))


def test_what_commits_is_there_with_its_own_row(host: BaseDatabaseWrapper) -> None:
    with transaction.atomic(using=host.alias):
        order(host, 1)
        work(SqlStore.open(host.connection))
        order(host, 2)
    assert orders(host) == [1, 2]
    assert totals(host) == {"ada": 5}


def test_of_what_rolls_back_nothing_stays(host: BaseDatabaseWrapper) -> None:
    with transaction.atomic(using=host.alias):
        order(host, 1)
        work(SqlStore.open(host.connection))
        transaction.set_rollback(True, using=host.alias)
    assert orders(host) == []
    assert totals(host) == {}
    with host.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM mainstay_events")
        assert cursor.fetchone() == (0,)


def test_djangos_savepoints_and_ours_are_within_each_other(host: BaseDatabaseWrapper) -> None:
    too_many = [Credit("ada", str(number), MOST_POINTS, NOW) for number in range(2)]
    with transaction.atomic(using=host.alias):
        store = SqlStore.open(host.connection)
        order(host, 1)
        with pytest.raises(RejectedError):
            store.points.add(too_many, now=NOW)
        with transaction.atomic(using=host.alias):
            store.points.add([Credit("ada", "first", 1, NOW)], now=NOW)
            transaction.set_rollback(True, using=host.alias)
        with transaction.atomic(using=host.alias):
            store.points.add([Credit("bob", "first", 2, NOW)], now=NOW)
            order(host, 2)
    assert orders(host) == [1, 2]
    assert totals(host) == {"bob": 2}


def test_outside_of_a_transaction_it_is_refused(host: BaseDatabaseWrapper) -> None:
    """Django commits each statement then; a store would keep half of what it does."""
    host.ensure_connection()
    with pytest.raises(InvalidValueError, match="has no transaction") as caught:
        SqlStore.open(host.connection)
    assert "transaction.atomic()" in caught.value.remedy


def test_djangos_wrapper_is_not_the_connection(host: BaseDatabaseWrapper) -> None:
    with pytest.raises(InvalidTypeError) as caught:
        SqlStore.open(host)
    assert "connection.connection" in caught.value.remedy


def test_instants_are_the_same_in_djangos_zone(host: BaseDatabaseWrapper) -> None:
    with transaction.atomic(using=host.alias):
        store = SqlStore.open(host.connection)
        store.sessions.add([ran("ada")])
        (found,) = store.sessions.sessions("ada", since=ran("ada").started_at, until=NOW, limit=1)
    assert found == ran("ada")
    assert found.started_at.utcoffset() == ran("ada").started_at.utcoffset()
