"""A store whose users have integers or UUIDs for ids keeps what the port promises."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

pytest.importorskip("sqlalchemy", reason="the example needs mainstay[sql]")

import attrs
from sqlalchemy import Engine, create_engine, make_url

from mainstay import RejectedError
from mainstay.testing.conformance import SessionStoreConformance
from own_keys import INTEGERS, PADDED, UUIDS, Keys, OwnStore
from tests.conformance.databases import in_schema
from tests.conformance.failing import failures

SCRIPT = Path(__file__).parents[2] / "examples" / "own_keys.py"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A host's database."""
    url = make_url("sqlite://")
    if request.param == "postgresql":
        schema = in_schema(request.getfixturevalue("postgres_url"), f"own_keys_{uuid4().hex}")
        url = make_url(schema).set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    yield engine
    engine.dispose()


def emptied(database: Engine) -> Engine:
    with database.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS activity")
    return database


@pytest.fixture
def engine(database: Engine) -> Engine:
    """A host's database, empty."""
    return emptied(database)


class TestIntegers(SessionStoreConformance):
    @pytest.fixture
    def store(self, engine: Engine) -> OwnStore:
        return OwnStore(engine, INTEGERS)

    def user_id(self, n: int) -> str:
        return str(n)


class TestIntegersInAnyOrder(TestIntegers):
    def user_id(self, n: int) -> str:
        return str((n * 2_654_435_761) % 2**63)


class TestIntegersWithZeros(SessionStoreConformance):
    """Written all of one length, integers are sorted as numbers."""

    @pytest.fixture
    def store(self, engine: Engine) -> OwnStore:
        return OwnStore(engine, PADDED)

    def user_id(self, n: int) -> str:
        return f"{n:019}"


class TestUUIDs(SessionStoreConformance):
    @pytest.fixture
    def store(self, engine: Engine) -> OwnStore:
        return OwnStore(engine, UUIDS)

    def user_id(self, n: int) -> str:
        return str(UUID(int=n * 2**64 + n))


class NumbersAsText(SessionStoreConformance):
    def user_id(self, n: int) -> str:
        return str(n)


def test_a_store_that_sorts_users_as_numbers_is_caught(engine: Engine) -> None:
    wrong = attrs.evolve(INTEGERS, in_order=True)
    found = failures(NumbersAsText, lambda: OwnStore(emptied(engine), wrong))
    assert [*found] == [
        "test_a_thousand_users_are_listed_at_most",
        "test_users_are_listed_after_one_and_as_many_as_asked_for",
        "test_users_are_listed_once_in_order",
    ]


@pytest.mark.parametrize(
    ("keys", "texts"),
    [
        (INTEGERS, ["", "07", " 7", "7 ", "+7", "-7", "1_0", "٣", "7.0", str(2**63), "9" * 5000]),
        (PADDED, ["7", "7".zfill(18), "7".zfill(20), "x".zfill(19)]),
        (UUIDS, ["7", str(UUID(int=7)).replace("-", ""), str(UUID(int=10)).upper(), "ada"]),
    ],
)
def test_a_user_has_one_text(keys: Keys, texts: list[str]) -> None:
    for text in texts:
        with pytest.raises(RejectedError, match="user_id is not the id of a user here, got"):
            keys.of(text)


def test_it_shows_in_which_order_users_are() -> None:
    done = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "10 9",
        "0000000000000000009 0000000000000000010",
        f"{UUID(int=9)} {UUID(int=10)}",
    ]
