"""Credits in the transaction of the host that causes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from sqlalchemy import Engine, create_engine, text

from mainstay.adapters.sql import SqlStore, put_credits
from mainstay.errors import RejectedError
from mainstay.ports import BadgeTarget
from mainstay.recognition import MOST_POINTS, Credit
from mainstay.testing.conformance._transactions import Interrupted
from tests.conformance.databases import new_database

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
WELCOME = Credit("ada", "welcome", 50, NOON)
MORE = Credit("ada", "more", 7, NOON - timedelta(hours=1))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_database(request.param, request, tmp_path)


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    with SqlStore.create(url) as opened:
        yield opened


@pytest.fixture
def host(url: str) -> Iterator[Engine]:
    """The host's own engine on the same database, with a table of the host's."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE orders (number INTEGER)"))
    yield engine
    engine.dispose()


def test_credits_are_there_if_what_causes_them_is(store: SqlStore, host: Engine) -> None:
    order = text("INSERT INTO orders VALUES (1)")
    with suppress(Interrupted), host.begin() as connection:
        connection.execute(order)
        assert list(put_credits(connection, [WELCOME], now=NOON)) == [WELCOME]
        raise Interrupted
    assert not store.points.totals(["ada"])
    with host.begin() as connection:
        connection.execute(order)
        assert list(put_credits(connection, [WELCOME], now=NOON)) == [WELCOME]
    with host.begin() as connection:
        assert list(put_credits(connection, [WELCOME, MORE], now=NOON)) == [MORE]
        assert list(put_credits(connection, [], now=NOON)) == []
        assert connection.scalar(text("SELECT count(*) FROM orders")) == 1
    assert store.points.totals(["ada"]) == {"ada": 57}
    assert list(store.points.credits("ada")) == [WELCOME, MORE]


def test_their_users_are_looked_at_for_badges(store: SqlStore, host: Engine) -> None:
    with host.begin() as connection:
        put_credits(connection, [WELCOME], now=NOON)
    with store.badges.page() as page:
        assert [due.key for due in page.due(BadgeTarget(NOON), limit=9)] == ["ada"]


def test_what_can_not_be_credited_leaves_nothing(store: SqlStore, host: Engine) -> None:
    most = Credit("ada", "most", MOST_POINTS, NOON)
    early = NOON - timedelta(microseconds=1)
    with host.begin() as connection:
        put_credits(connection, [MORE], now=early)
        with pytest.raises(RejectedError, match="must not be after now"):
            put_credits(connection, [WELCOME], now=early)
        with pytest.raises(RejectedError, match="would have a total beyond"):
            put_credits(connection, [most], now=NOON)
    assert not store.points.totals(["ada"])
