"""When days begin is a setting of a store, which stays."""

from __future__ import annotations

import asyncio
from datetime import time
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from sqlalchemy import make_url

from mainstay import InvalidValueError
from mainstay.adapters.sql import SqlStore
from mainstay.daystarts import DayEnd, DayStart
from tests.conformance.databases import new_database, odd_database


def test_a_day_end_is_kept_and_is_not_the_day_start_of_the_same_time(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/mainstay.db"
    SqlStore.create(url, day_start=DayEnd(time(13))).close()
    with SqlStore.open(url) as store:
        assert store.settings.day_start == store.sessions.day_start == DayEnd(time(13))
    with pytest.raises(
        InvalidValueError,
        match=r"made, .* days until 13:00, got .* days from 13:00",
    ):
        SqlStore.create(url, day_start=time(13))
    with pytest.raises(InvalidValueError, match="day_start must be in whole seconds"):
        SqlStore.create(url, day_start=DayEnd(time(13, 0, 0, 1)))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_day_start_is_kept_and_can_not_be_changed(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = new_database(kind, request, tmp_path)
    with SqlStore.create(url, day_start=time(4, 30)) as store:
        made = store.settings
    assert made.day_start == time(4, 30)
    for again in (SqlStore.create(url), SqlStore.create(url, day_start=time(4, 30))):
        with again:
            assert again.settings == made
    with SqlStore.open(url) as store:
        starts = (store.sessions.day_start, store.engagements.day_start)
        assert (*starts, store.reputations.day_start) == (time(4, 30),) * 3
    with pytest.raises(InvalidValueError, match="UTC days from 04:30, got 'posts post, UTC days'"):
        SqlStore.create(url, day_start=time(0))
    with pytest.raises(InvalidValueError, match="day_start must be in whole seconds"):
        SqlStore.create(url, day_start=time(4, 30, 0, 1))


def test_an_asynchronous_host_says_when_days_begin(postgres_url: str) -> None:
    pytest.importorskip("greenlet", reason="SQLAlchemy's asyncio needs it")
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415  (see above)

    from mainstay.adapters.sql.aio import AsyncSqlStore  # noqa: PLC0415

    url = make_url(odd_database(postgres_url)).set(drivername="postgresql+psycopg")

    async def main() -> DayStart:
        engine = create_async_engine(url)
        store = await AsyncSqlStore.create(engine, day_start=time(4))
        found = await store.run(lambda store: store.engagements.day_start)
        await engine.dispose()
        return found

    assert asyncio.run(main()) == time(4)
