"""PostgreSQL's connections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from selectors import EVENT_READ, DefaultSelector
from time import monotonic
from typing import Any

from sqlalchemy import URL, Connection, Dialect, Engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from mainstay.adapters.sql.locks import WRITES, Locks
from mainstay.errors import InvalidValueError

__all__ = ["address", "listen", "options", "search_path", "settings"]

#: How we write and read days, instants and numbers; a server, database or user may differ. Nor is
#: what we ask compiled: that takes longer than most answers, and would be done for each page.
_OURS = {"DateStyle": "ISO", "TimeZone": "UTC", "extra_float_digits": "3", "jit": "off"}


def address(url: URL) -> URL:
    """Return the URL that SQLAlchemy is given."""
    return url.difference_update_query(["prepare_threshold"])


def options(url: URL, lock_timeout: float) -> dict[str, Any]:  # noqa: ARG001  (as of SQLite)
    """Return what an engine is made with."""
    return {"connect_args": {"client_encoding": "utf8", "prepare_threshold": _threshold(url)}}


def listen(engine: Engine, url: URL, lock_timeout: float, schema: str | None) -> None:
    """Have connections set up, and transactions begun, as we need them.

    They are a server's, or those of a PgBouncer before it that pools transactions. Two transactions
    of ours may then have two server connections, which other clients use in between. So whatever we
    set is set in each transaction, and nothing is prepared: two clients that prepare two statements
    under one name would execute each other's, such as the shared lock for the exclusive one.
    """
    threshold = _threshold(url)

    def begin(connection: Connection) -> None:
        locks: Locks | None = connection.get_execution_options().get(WRITES)
        # Several statements of a reader are to read the same.
        level = "REPEATABLE READ" if locks is None else "READ COMMITTED"
        statements = [f"BEGIN ISOLATION LEVEL {level}"]
        ours = settings(None if locks is None else lock_timeout)
        statements += [f"SET LOCAL {name} = '{value}'" for name, value in ours.items()]
        if schema is not None:
            statements.append(f"SET LOCAL search_path = {search_path(schema)}")
        if locks is not None:
            statements += locks.statements()
        _execute_at_once(connection, statements)

    event.listen(engine, "connect", lambda driver, _: _set_up(driver, threshold))
    event.listen(engine, "checkin", _remember_when)
    event.listen(engine, "checkout", partial(_ping_if_doubtful, engine.dialect))
    event.listen(engine, "begin", begin)


def settings(lock_timeout: float | None) -> Mapping[str, str]:
    """Return what we rely on in each transaction of ours.

    Args:
        lock_timeout: How many seconds to wait for a lock, if any is to be taken.
    """
    if lock_timeout is None:
        return _OURS
    return _OURS | {"lock_timeout": str(max(1, int(lock_timeout * 1000)))}


def search_path(schema: str) -> str:
    """Return the search path that has tables found in a schema, and nowhere else."""
    name = schema.replace('"', '""')
    return f'"{name}"'


def _execute_at_once(connection: Connection, statements: Iterable[str]) -> None:
    """Execute statements in one round trip; none of them can be prepared."""
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute("; ".join(statements), prepare=False)
    except connection.dialect.loaded_dbapi.Error as error:
        if connection.dialect.is_disconnect(error, driver, None):
            connection.invalidate(error)
        raise


def _threshold(url: URL) -> int | None:
    """Return after how many executions a statement is prepared; ``None`` for never."""
    given = url.query.get("prepare_threshold", "0")
    if not (isinstance(given, str) and given.isascii() and given.isdecimal()):
        raise InvalidValueError(
            "must be a whole number",
            field="prepare_threshold",
            value=given,
            remedy="It is 0 if it is left out: no statement is prepared, as PgBouncer needs it.",
        )
    return int(given) or None


def _set_up(driver: Any, threshold: int | None) -> None:
    """Begin transactions ourselves, and have days and instants as text, as SQLite has them.

    So one that no ``date`` or ``datetime`` holds does not take its page with it: what a row holds
    is checked where the row is read.
    """
    from psycopg.types.string import TextLoader  # noqa: PLC0415  (psycopg is optional)

    driver.autocommit = True  # psycopg would begin with a round trip of its own
    driver.prepare_threshold = threshold
    if driver.info.encoding != "utf-8":
        driver.execute("SET client_encoding TO 'UTF8'")
    for name in ("date", "timestamptz"):
        driver.adapters.register_loader(name, TextLoader)


#: For how many seconds a connection is taken to be alive that the server has not closed.
_SURE = 1.0
_USED = "mainstay_used"


def _remember_when(_: object, record: ConnectionPoolEntry) -> None:
    """Note when a connection goes back to the pool."""
    record.info[_USED] = monotonic()


def _ping_if_doubtful(
    dialect: Dialect, driver: Any, record: ConnectionPoolEntry, _: object
) -> None:
    """Refuse a connection that died in the pool, which then makes another.

    A ping is a round trip. One that was used just now, and over which the server has said nothing
    since (it says why it closes one), does not need it.
    """
    now = monotonic()
    try:
        if now - record.info.get(_USED, now) >= _SURE or _has_said_something(driver):
            dialect.do_ping(driver)
    except dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error


def _has_said_something(driver: Any) -> bool:
    """Return whether the server has sent something that nobody asked for."""
    with DefaultSelector() as selector:
        selector.register(driver.fileno(), EVENT_READ)
        return bool(selector.select(timeout=0))
