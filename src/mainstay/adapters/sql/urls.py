"""Which databases URLs name, and by which driver we connect to them."""

from __future__ import annotations

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError

__all__ = ["ours"]

#: By which driver we connect, whatever a host's own is.
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "sqlite+aiosqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "postgresql+psycopg_async": "postgresql+psycopg",
    "postgresql+psycopg2": "postgresql+psycopg",
    "postgresql+asyncpg": "postgresql+psycopg",
}
#: What asyncpg and its dialect are told in a URL, and the others are not.
_ASYNCPG = (
    *("async_fallback", "command_timeout", "direct_tls", "max_cacheable_statement_size"),
    *("max_cached_statement_lifetime", "prepared_statement_cache_size", "statement_cache_size"),
    "timeout",
)
_SUCH_AS = "Such as sqlite:///mainstay.db or postgresql://user@host/name."


def ours(url: str) -> URL:
    """Return a URL with our driver.

    Raises:
        InvalidValueError: It is not a URL, or is of another kind of database or of a driver that
            is not known.

    Examples:
        >>> ours("postgresql+asyncpg://ada@host/name?ssl=require").render_as_string()
        'postgresql+psycopg://ada@host/name?sslmode=require'
    """
    parsed = _parsed(url)
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        known = parsed.get_backend_name() in {"sqlite", "postgresql"}
        raise InvalidValueError(
            f"is of a driver that we don't know, {parsed.get_driver_name()}"
            if known
            else "must be of SQLite or of PostgreSQL",
            field="url",
            value=parsed.render_as_string(),
            remedy="Leave the driver out, or pass a connection of it." if known else _SUCH_AS,
        )
    if parsed.drivername.endswith("+asyncpg"):
        parsed = _of_libpq(parsed)
    return parsed.set(drivername=driver)


def _parsed(url: str) -> URL:
    try:
        return make_url(checks.text("url", url))
    except ArgumentError as error:
        raise InvalidValueError(
            "is not a database URL", field="url", value=url, remedy=_SUCH_AS
        ) from error


def _of_libpq(url: URL) -> URL:
    """Return a URL of asyncpg's in the words of libpq."""
    ssl = url.query.get("ssl")
    url = url.difference_update_query(["ssl", *_ASYNCPG])
    return url if ssl is None else url.update_query_dict({"sslmode": ssl})
