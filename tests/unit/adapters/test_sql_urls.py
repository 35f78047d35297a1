"""Which databases URLs name, whatever a host's own driver is."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from sqlalchemy import make_url

from mainstay.adapters.sql.urls import ours
from mainstay.errors import InvalidTypeError, InvalidValueError


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("sqlite:///app.db", "sqlite:///app.db"),
        ("sqlite+pysqlite:///app.db", "sqlite:///app.db"),
        ("sqlite+aiosqlite:////srv/app.db?timeout=5", "sqlite:////srv/app.db?timeout=5"),
        ("postgres://ada@db/app", "postgresql+psycopg://ada@db/app"),
        ("postgresql://ada@db/app", "postgresql+psycopg://ada@db/app"),
        ("postgresql+psycopg://ada@db/app", "postgresql+psycopg://ada@db/app"),
        ("postgresql+psycopg_async://ada@db/app", "postgresql+psycopg://ada@db/app"),
        (
            "postgresql+psycopg2://ada:secret@db:5433/app?sslmode=require",
            "postgresql+psycopg://ada:secret@db:5433/app?sslmode=require",
        ),
        ("postgresql+asyncpg://ada:secret@db/app", "postgresql+psycopg://ada:secret@db/app"),
        (
            "postgresql+asyncpg://db/app?ssl=verify-full&prepared_statement_cache_size=0",
            "postgresql+psycopg://db/app?sslmode=verify-full",
        ),
        (
            "postgresql+asyncpg://db/app?statement_cache_size=0&target_session_attrs=read-write",
            "postgresql+psycopg://db/app?target_session_attrs=read-write",
        ),
    ],
)
def test_a_hosts_url_will_do_with_our_driver(given: str, expected: str) -> None:
    assert ours(given) == make_url(expected)


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("postgresql+pg8000://ada:secret@db/app", "pg8000"),
        ("postgresql+psycopg3://ada:secret@db/app", "psycopg3"),
        ("sqlite+pysqlcipher://:secret@/app.db", "pysqlcipher"),
    ],
)
def test_a_driver_that_is_not_known_is_named_without_the_password(given: str, driver: str) -> None:
    with pytest.raises(InvalidValueError, match=f"we don't know, {driver}") as caught:
        ours(given)
    assert "Leave the driver out" in caught.value.remedy
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("given", ["mysql://ada:secret@db/app", "oracle+oracledb://ada:secret@db"])
def test_another_kind_of_database_is_refused(given: str) -> None:
    with pytest.raises(InvalidValueError, match=r"must be of SQLite or of PostgreSQL") as caught:
        ours(given)
    assert "postgresql://user@host/name" in caught.value.remedy
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("given", ["app.db", None, b"sqlite:///app.db", ""])
def test_what_is_not_a_url_is_refused(given: Any) -> None:
    with pytest.raises(InvalidValueError) as caught:
        ours(given)
    assert caught.value.field == "url"
    assert isinstance(caught.value, InvalidTypeError) == (not isinstance(given, str))
