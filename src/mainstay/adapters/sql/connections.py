"""Connections on which each database does what we rely on, whatever its own defaults are."""

from __future__ import annotations

import logging

from sqlalchemy import URL, Engine, create_engine

from mainstay.adapters.sql import _postgresql, _sqlite

__all__ = ["connect"]


def connect(url: URL, *, lock_timeout: float, schema: str | None) -> Engine:
    """Return an engine whose transactions are begun as we need them.

    What statements are given and what they find may be secret: no log has it, and no error of
    SQLAlchemy's.

    Args:
        url: Of SQLite, or of PostgreSQL with psycopg.
        lock_timeout: How many seconds to wait for another writer.
        schema: The schema of PostgreSQL that has the tables; by default the connection's own.

    Raises:
        InvalidValueError: ``prepare_threshold`` in the URL is not a whole number; or, when it is
            first connected to, a SQLite database is in memory.
    """
    logging.getLogger("sqlalchemy.engine.Engine.mainstay").addFilter(_is_not_a_row)
    kind = _sqlite if url.get_backend_name() == "sqlite" else _postgresql
    engine = create_engine(
        kind.address(url),
        hide_parameters=True,
        logging_name="mainstay",
        **kind.options(url, lock_timeout),
    )
    kind.listen(engine, url, lock_timeout, schema)
    return engine


def _is_not_a_row(record: logging.LogRecord) -> bool:
    """Return whether SQLAlchemy logs something else: it logs rows as messages of level DEBUG."""
    return record.levelno > logging.DEBUG
