"""What a statement was given, and what it has found, is in no traceback and in no log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sqlalchemy", reason="these databases need mainstay[sql]")

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    insert,
    select,
)

from mainstay import MainstayError, RejectedError, StoreError
from mainstay.adapters.sql.bulk import insert_rows
from mainstay.adapters.sql.database import OwnDatabase
from tests.conformance.databases import in_schema

SECRET = "000102030405060708090a0b0c0d0e0f"
THERE = {"nonce": SECRET, "verdict": f"no {SECRET}", "round": 1}

secrets = Table(
    "secrets",
    MetaData(),
    Column("nonce", Text, primary_key=True),
    Column("verdict", Text, nullable=False),
    Column("round", Integer, CheckConstraint("round > 0", name="round_range"), nullable=False),
)
nowhere = Table("nowhere", MetaData(), Column("nonce", Text))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OwnDatabase]:
    """A database with a secret in it."""
    url = f"sqlite:///{tmp_path}/mainstay.db"
    if request.param == "postgresql":
        url = in_schema(request.getfixturevalue("postgres_url"), "hidden")
    database = OwnDatabase(url, lock_timeout=30)
    with database.writing() as connection:
        secrets.drop(connection, checkfirst=True)
        secrets.create(connection)
        connection.execute(insert(secrets), THERE)
    yield database
    database.close()


def the_same(connection: Connection) -> None:
    connection.execute(insert(secrets), THERE)


def the_same_at_once(connection: Connection) -> None:
    connection.execute(insert(secrets), [THERE, THERE])


def out_of_range(connection: Connection) -> None:
    connection.execute(insert(secrets), {**THERE, "nonce": f"{SECRET}ff", "round": 0})


def without_a_verdict(connection: Connection) -> None:
    connection.execute(insert(secrets), {**THERE, "nonce": f"{SECRET}ff", "verdict": None})


def copied(connection: Connection) -> None:
    insert_rows(connection, secrets, [(f"{SECRET}ff", f"yes {SECRET}", 1), tuple(THERE.values())])


def into_no_table(connection: Connection) -> None:
    connection.execute(insert(nowhere), {"nonce": SECRET})


FAILING: list[tuple[Callable[[Connection], None], type[MainstayError], str]] = [
    (the_same, RejectedError, "unique"),
    (the_same_at_once, RejectedError, "unique"),
    (out_of_range, RejectedError, "round_range"),
    (without_a_verdict, RejectedError, "verdict"),
    (copied, RejectedError, "unique"),
    (into_no_table, StoreError, "nowhere"),
]


@pytest.mark.parametrize(("statement", "kind", "words"), FAILING)
def test_a_failing_statement_says_why_and_not_what_it_was_given(
    database: OwnDatabase,
    statement: Callable[[Connection], None],
    kind: type[MainstayError],
    words: str,
) -> None:
    log = StringIO()
    handler = logging.StreamHandler(log)
    with pytest.raises(kind, match=f"(?i){words}") as caught, database.writing() as connection:
        statement(connection)
    handler.handle(
        logging.makeLogRecord(
            {"msg": "failed", "exc_info": (kind, caught.value, caught.value.__traceback__)}
        )
    )
    assert "Error" in log.getvalue()
    assert words in log.getvalue().lower()
    assert SECRET not in log.getvalue()
    error: BaseException | None = caught.value
    while error is not None:
        assert SECRET not in f"{error}{error!r}"
        error = error.__cause__ or error.__context__


def test_no_log_has_parameters_or_rows_whatever_its_level(
    database: OwnDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    """SQLAlchemy logs at level DEBUG what a query has found, and at INFO what it was asked."""
    caplog.set_level(logging.DEBUG, logger="sqlalchemy")
    with database.reading() as connection:
        query: Any = select(secrets).where(secrets.c.nonce == SECRET)
        assert connection.execute(query).one().round == 1
    assert "FROM secrets" in caplog.text
    assert SECRET not in caplog.text
