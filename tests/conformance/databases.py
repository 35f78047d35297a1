"""Databases for tests: a part of one's own in PostgreSQL, and tables without rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from uuid import uuid4

import attrs
import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.schema import CreateSchema

from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.columns import metadata
from mainstay.adapters.sql.database import OwnDatabase
from mainstay.adapters.sql.ledger import SqlLedger
from mainstay.adapters.sql.settings import settings_table
from mainstay.daystarts import DayStart
from mainstay.ports import Store
from mainstay.testing.memory import MemoryStore


def in_schema(url: str, name: str) -> str:
    """Return the URL of a schema in a PostgreSQL database, which is created."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(CreateSchema(name, if_not_exists=True))
    engine.dispose()
    own = make_url(url).update_query_dict({"options": f"-csearch_path={name}"})
    return own.render_as_string(hide_password=False)


def analyze(connection: Connection) -> None:
    """Have PostgreSQL look at our tables; to look at all that there are, it would lock as many."""
    connection.execute(text(f"ANALYZE {', '.join(metadata.tables)}"))


#: What a host's database may be set to, all of it other than we need.
ODD_DEFAULTS = {
    "client_encoding": "latin1",
    "DateStyle": "German, DMY",
    "default_transaction_isolation": "serializable",
    "extra_float_digits": "-6",
    "IntervalStyle": "sql_standard",
    "TimeZone": "Asia/Kathmandu",
}


def odd_database(url: str, *, via: str | None = None) -> str:
    """Return the URL of a new PostgreSQL database with odd defaults.

    Args:
        url: The server.
        via: A PgBouncer before it; it takes no options, with which :func:`in_schema` chooses.
    """
    name = _copy_of(_with_tables(url), url)
    return make_url(via or url).set(database=name).render_as_string()


@cache
def _with_tables(url: str) -> str:
    """Return an odd database in which a store is to be created, and its tables are already.

    Copying it is several times as fast as creating them.
    """
    name = _copy_of("template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'", url)  # a, B; not by code point
    new = SqlStore.create(make_url(url).set(database=name).render_as_string())
    with new as store, store._database.writing() as connection:
        settings_table.drop(connection)
    return name


def _copy_of(template: str, url: str) -> str:
    """Return the name of a new database with odd defaults, a copy of another one."""
    name = f"mainstay_{uuid4().hex}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        for setting, value in ODD_DEFAULTS.items():
            connection.execute(text(f"ALTER DATABASE {name} SET {setting} = '{value}'"))
    engine.dispose()
    return name


def new_database(kind: str, request: pytest.FixtureRequest, folder: Path | None = None) -> str:
    """Return the URL of a new database.

    Args:
        kind: ``sqlite``, or ``postgresql`` or ``pgbouncer`` with odd defaults.
        request: A fixture's, by which the servers are found.
        folder: Where SQLite's file is to be.
    """
    if kind == "sqlite":
        return f"sqlite:///{folder}/mainstay.db"
    via = request.getfixturevalue("pgbouncer_url") if kind == "pgbouncer" else None
    return odd_database(request.getfixturevalue("postgres_url"), via=via)


def own(port: SqlStore | SqlLedger) -> OwnDatabase:
    """Return the database of a store that opened its URL itself."""
    assert isinstance(port._database, OwnDatabase)
    return port._database


def all_with_days_from(day_start: DayStart, databases: Sequence[SqlStore]) -> list[Store]:
    """Return stores as if they had been made with a day start, one in memory before them."""
    local_days = databases[0].settings.local_days
    made = [
        SqlStore(store._database, attrs.evolve(store.settings, day_start=day_start))
        for store in databases
    ]
    return [MemoryStore(local_days=local_days, day_start=day_start), *made]


def empty(store: SqlStore) -> None:
    """Delete all that a store keeps, but what it was made with."""
    tables = [table.name for table in metadata.sorted_tables if table is not settings_table]
    deletes = [f"DELETE FROM {table}" for table in tables]
    with store._database.writing() as connection:
        # SQLite takes one at a time, and so does asyncpg.
        one_by_one = store._database.is_sqlite or connection.dialect.is_async
        for statement in deletes if one_by_one else ["; ".join(deletes)]:
            connection.exec_driver_sql(statement)
