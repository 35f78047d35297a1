"""Connections on which each database does what we rely on, whatever its own defaults are."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import blake2b
from selectors import EVENT_READ, DefaultSelector
from time import monotonic
from typing import Any

import attrs
from sqlalchemy import URL, Connection, Dialect, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from mainstay.errors import InvalidValueError

__all__ = ["WRITES", "Locks", "connect", "lock", "sorting_much"]

#: The execution option of a connection that is to write: which :class:`Locks` it takes.
WRITES = "mainstay_writes"

_CACHE_KIB = 64 * 1024
#: Each of the sorts of a query may take as much as the cache.
_SORTING_KIB = 8 * 1024
#: How we write and read days, instants and numbers; a server, database or user may differ. Nor is
#: what we ask compiled: that takes longer than most answers, and would be done for each page.
_OURS = {"DateStyle": "ISO", "TimeZone": "UTC", "extra_float_digits": "3", "jit": "off"}


@attrs.frozen
class Locks:
    """What a writer of PostgreSQL takes until its transaction ends: advisory locks, no tables'.

    Attributes:
        alone: Whether to be the only writer of ours; the others share that lock.
        name: Another lock, which one at a time has.
    """

    alone: bool
    name: str | None

    def statements(self) -> Iterator[str]:
        """Yield what takes them."""
        yield _taking("", shared=not self.alone)
        if self.name is not None:
            yield _taking(self.name, shared=False)


def lock(connection: Connection, name: str, *, shared: bool) -> None:
    """Take a lock of PostgreSQL's, until the transaction ends; SQLite has one writer anyway.

    Args:
        connection: In a transaction that writes.
        name: Which.
        shared: Whether others may have it, too, who share it.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_taking(name, shared=shared))


@contextmanager
def sorting_much(connection: Connection) -> Iterator[None]:
    """Let SQLite take little memory for each of a query's sorts: several go on at once."""
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql(f"PRAGMA cache_size = -{_SORTING_KIB}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = -{_CACHE_KIB}")


def _taking(name: str, *, shared: bool) -> str:
    """Return the statement that takes a lock."""
    return f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}({_number(name)})"


def _number(name: str) -> int:
    """Return the number of a lock, since PostgreSQL numbers them; two names may share one."""
    digest = blake2b(f"mainstay {name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def connect(url: URL, *, lock_timeout: float) -> Engine:
    """Return an engine whose transactions are begun as we need them.

    What statements are given and what they find may be secret: no log has it, and no error of
    SQLAlchemy's.

    Args:
        url: Of SQLite, or of PostgreSQL with psycopg.
        lock_timeout: How many seconds to wait for another writer.

    Raises:
        InvalidValueError: ``prepare_threshold`` in the URL is not a whole number; or, when it is
            first connected to, a SQLite database is in memory.
    """
    if url.get_backend_name() == "sqlite":
        return _connect_sqlite(url, lock_timeout)
    return _connect_postgresql(url, lock_timeout)


def _engine(url: URL, **options: Any) -> Engine:
    """Return an engine that tells nobody what is in parameters and rows."""
    logging.getLogger("sqlalchemy.engine.Engine.mainstay").addFilter(_is_not_a_row)
    return create_engine(url, hide_parameters=True, logging_name="mainstay", **options)


def _is_not_a_row(record: logging.LogRecord) -> bool:
    """Return whether SQLAlchemy logs something else: it logs rows as messages of level DEBUG."""
    return record.levelno > logging.DEBUG


def _connect_sqlite(url: URL, lock_timeout: float) -> Engine:
    engine = _engine(url, poolclass=QueuePool, connect_args={"timeout": lock_timeout})

    def set_up(connection: sqlite3.Connection, _: object) -> None:
        _require_file(connection, url)
        connection.isolation_level = None  # transactions are begun by _begin_sqlite alone
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")

    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "handle_error", _keep_if_interrupted)
    return engine


def _require_file(connection: sqlite3.Connection, url: URL) -> None:
    """Refuse a database in memory, of which each connection would have one of its own."""
    _, _, path = connection.execute("PRAGMA database_list").fetchone()
    if not path:
        connection.close()
        raise InvalidValueError(
            "must name a file: each thread would find another database in memory",
            field="url",
            value=url.render_as_string(),
            remedy="Such as sqlite:///mainstay.db. In tests, mainstay.testing.memory.MemoryStore "
            "keeps everything in memory.",
        )


def _begin_sqlite(connection: Connection) -> None:
    writes = WRITES in connection.get_execution_options()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _keep_if_interrupted(context: ExceptionContext) -> None:
    """Have an interrupted SQLite connection rolled back, not closed.

    Closing it midway through a statement would leave the file locked for as long as anybody holds
    the exception.
    """
    if not isinstance(context.original_exception, sqlite3.Error):
        context.is_disconnect = False


def _connect_postgresql(url: URL, lock_timeout: float) -> Engine:
    """Return an engine for a server, or for a PgBouncer before it that pools transactions.

    Two transactions of ours may then have two server connections, which other clients use in
    between. So whatever we set is set in each transaction, and nothing is prepared: two clients
    that prepare two statements under one name would execute each other's, such as the shared lock
    for the exclusive one.
    """
    engine = _engine(
        url.difference_update_query(["prepare_threshold"]),
        connect_args={"client_encoding": "utf8", "prepare_threshold": _prepare_threshold(url)},
    )
    milliseconds = max(1, int(lock_timeout * 1000))

    def begin(connection: Connection) -> None:
        ours = _OURS
        locks: Locks | None = connection.get_execution_options().get(WRITES)
        if locks is not None:
            ours = ours | {"lock_timeout": str(milliseconds)}
        # Several statements of a reader are to read the same.
        level = "REPEATABLE READ" if locks is None else "READ COMMITTED"
        statements = [f"BEGIN ISOLATION LEVEL {level}"]
        statements += [f"SET LOCAL {name} = '{value}'" for name, value in ours.items()]
        if locks is not None:
            statements += locks.statements()
        _execute_at_once(connection, statements)

    event.listen(engine, "connect", _set_up_postgresql)
    event.listen(engine, "checkin", _remember_when)
    event.listen(engine, "checkout", partial(_ping_if_doubtful, engine.dialect))
    event.listen(engine, "begin", begin)
    return engine


def _execute_at_once(connection: Connection, statements: Iterable[str]) -> None:
    """Execute statements in one round trip; none of them can be prepared."""
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute("; ".join(statements), prepare=False)
    except connection.dialect.loaded_dbapi.Error as error:
        if connection.dialect.is_disconnect(error, driver, None):
            connection.invalidate(error)
        raise


def _prepare_threshold(url: URL) -> int | None:
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


def _set_up_postgresql(driver: Any, _: object) -> None:
    """Begin transactions ourselves, and have days and instants as text, as SQLite has them.

    So one that no ``date`` or ``datetime`` holds does not take its page with it: what a row holds
    is checked where the row is read.
    """
    from psycopg.types.string import TextLoader  # noqa: PLC0415  (psycopg is optional)

    driver.autocommit = True  # psycopg would begin with a round trip of its own
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
