"""Databases for tests: a schema of one's own in PostgreSQL, and tables without rows."""

from __future__ import annotations

from sqlalchemy import create_engine, make_url
from sqlalchemy.schema import CreateSchema

from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.tables import metadata, settings


def in_schema(url: str, name: str) -> str:
    """Return the URL of a schema in a PostgreSQL database, which is created."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(CreateSchema(name, if_not_exists=True))
    engine.dispose()
    own = make_url(url).update_query_dict({"options": f"-csearch_path={name}"})
    return own.render_as_string(hide_password=False)


def empty(store: SqlStore) -> None:
    """Delete all that a store keeps, but what it was made with."""
    with store._database.writing() as connection:
        for table in metadata.sorted_tables:
            if table is not settings:
                connection.execute(table.delete())
