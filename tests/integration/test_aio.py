"""Asynchronous hosts: all or nothing in their transactions, and others go on meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")
pytest.importorskip("greenlet", reason="SQLAlchemy's asyncio needs it")

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.aio import AsyncSqlStore
from mainstay.errors import InvalidValueError, RejectedError, StoreError
from mainstay.jobs import NotBegun, evaluate_consistency, run_job
from mainstay.recognition import MOST_POINTS, Credit
from mainstay.scheduling import JobContext, JobReport
from tests.conformance.databases import in_schema
from tests.integration.stores import DAY, POLICY, clock, prepare, ran, rows

NOW = clock()
DRIVERS = ["sqlite+aiosqlite", "postgresql+asyncpg", "postgresql+psycopg"]


@pytest.fixture(params=DRIVERS)
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """The URL of a store with three weeks of activity, for others and with an async driver."""
    pytest.importorskip(request.param.partition("+")[2])
    plain = f"sqlite:///{tmp_path / 'app.db'}"
    if "postgresql" in request.param:
        name = f"aio_{uuid4().hex}"
        plain = in_schema(request.getfixturevalue("postgres_url"), name)
    prepare(plain).close()
    url = make_url(plain).set(drivername=request.param)
    if request.param.endswith("asyncpg"):
        url = url.difference_update_query(["options"])
    return plain, url.render_as_string(hide_password=False)


@asynccontextmanager
async def engine_of(urls: tuple[str, str]) -> AsyncIterator[AsyncEngine]:
    """A host's engine, which finds the store's tables by its search path."""
    plain, url = urls
    options = str(make_url(plain).query.get("options", ""))
    path = options.removeprefix("-csearch_path=")
    given = {"server_settings": {"search_path": path}} if "asyncpg" in url else {}
    engine = create_async_engine(url, connect_args=given)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY)"))
    try:
        yield engine
    finally:
        await engine.dispose()


def work(store: SqlStore) -> JobReport:
    """Use a store: a session, points, a job."""
    store.sessions.add([ran("zoe")])
    store.points.add([Credit("zoe", "welcome", 5, NOW)], now=NOW)
    job = evaluate_consistency(store.engagements, policy=POLICY)
    return job.run(JobContext(target=DAY, options={"page_size": 5}, clock=clock))


def test_what_a_host_commits_is_there_with_its_own_row(urls: tuple[str, str]) -> None:
    async def host() -> None:
        async with engine_of(urls) as engine, AsyncSession(engine) as session, session.begin():
            await session.execute(text("INSERT INTO orders VALUES (1)"))
            store = (await AsyncSqlStore.open(engine)).on(await session.connection())
            report = await store.run(work)
            assert report.failed == 0

    asyncio.run(host())
    with SqlStore.open(urls[0]) as others:
        assert others.points.totals(["zoe"]) == {"zoe": 5}
        assert others.engagements.outcome("zoe", DAY) is not None
        with others._database.reading() as connection:
            assert connection.scalar(text("SELECT id FROM orders")) == 1


@pytest.mark.parametrize("app_first", [True, False])
def test_an_app_and_its_worker_keep_one_policy_by_whatever_driver(
    urls: tuple[str, str], app_first: bool
) -> None:
    """Of the first date there is, asyncpg makes -infinity, which psycopg can't read."""

    async def app() -> None:
        async with engine_of(urls) as engine:
            await (await AsyncSqlStore.open(engine)).run(work)

    def worker() -> None:
        with SqlStore.open(urls[0]) as store:
            work(store)

    turns = [lambda: asyncio.run(app()), worker]
    for turn in turns if app_first else turns[::-1]:
        turn()
    with SqlStore.open(urls[0]) as store:
        kept = rows(store)["mainstay_policies"]
    assert [row[:2] for row in kept] == [("days", "0001-01-01")]


def test_of_what_a_host_rolls_back_nothing_stays(urls: tuple[str, str]) -> None:
    async def host() -> None:
        async with engine_of(urls) as engine, engine.connect() as connection:
            await connection.execute(text("INSERT INTO orders VALUES (1)"))
            store = await AsyncSqlStore.open(connection)
            await store.run(work)
            await connection.rollback()

    with SqlStore.open(urls[0]) as others:
        before = rows(others)
        asyncio.run(host())
        assert rows(others) == before
        with others._database.reading() as connection:
            assert connection.scalar(text("SELECT count(*) FROM orders")) == 0


def test_a_rejection_goes_back_to_its_savepoint_alone(urls: tuple[str, str]) -> None:
    too_many = [Credit("zoe", str(number), MOST_POINTS, NOW) for number in range(2)]

    async def host() -> None:
        async with engine_of(urls) as engine, engine.begin() as connection:
            store = await AsyncSqlStore.open(connection)
            await connection.execute(text("INSERT INTO orders VALUES (1)"))
            with pytest.raises(RejectedError):
                await store.run(lambda store: store.points.add(too_many, now=NOW))
            await store.run(work)

    asyncio.run(host())
    with SqlStore.open(urls[0]) as others:
        assert others.points.totals(["zoe"]) == {"zoe": 5}


def test_on_an_engine_transactions_are_its_own_and_runs_are_logged(urls: tuple[str, str]) -> None:
    async def host() -> None:
        async with engine_of(urls) as engine:
            store = await AsyncSqlStore.create(engine)
            context = JobContext(target=DAY, clock=clock)

            def run(store: SqlStore) -> JobReport | NotBegun:
                return run_job(
                    evaluate_consistency(store.engagements, policy=POLICY), store.runs, context
                )

            report = await store.run(run)
            assert isinstance(report, JobReport)
            assert report.failed == 0
            last = await store.run(lambda store: store.runs.last("evaluate-consistency", now=NOW))
            assert last is not None
            assert last.report is not None
            async with engine.connect() as connection:
                joined = await AsyncSqlStore.open(connection)
                with pytest.raises(InvalidValueError, match="in a transaction of the host's"):
                    await joined.run(run)

    asyncio.run(host())


def test_windows_are_all_there_when_the_work_is_done(urls: tuple[str, str]) -> None:
    async def host(given: str) -> None:
        async with engine_of(urls) as engine, engine.connect() as connection:
            store = await AsyncSqlStore.open(engine if given == "engine" else connection)
            found = await store.run(lambda store: store.windows(as_of=NOW))
            assert len([*found]) > 20

    asyncio.run(host("engine"))
    asyncio.run(host("connection"))


def test_many_at_once_use_an_engine(urls: tuple[str, str]) -> None:
    async def host() -> None:
        async with engine_of(urls) as engine:
            store = await AsyncSqlStore.open(engine)

            async def add(number: int) -> int:
                return await store.run(lambda store: store.sessions.add([ran(f"n{number}")]))

            assert await asyncio.gather(*map(add, range(8))) == [1] * 8

    asyncio.run(host())
    with SqlStore.open(urls[0]) as others:
        assert {f"n{number}" for number in range(8)} <= {*others.sessions.users()}


def test_while_the_database_works_others_go_on(postgres_url: str) -> None:
    """One waits for a lock; and it is what goes on meanwhile that gives it free."""
    pytest.importorskip("asyncpg")
    url = make_url(postgres_url).set(drivername="postgresql+asyncpg")
    schema = f"aio_{uuid4().hex}"

    async def host() -> None:
        engine = create_async_engine(url)
        await AsyncSqlStore.create(engine, schema=schema)
        async with engine.connect() as first, engine.connect() as second:
            one, two = [await AsyncSqlStore.open(each, schema=schema) for each in (first, second)]
            await one.run(lambda store: store.points.add([Credit("ada", "a", 1, NOW)], now=NOW))
            waiting = asyncio.create_task(two.run(add_the_same))
            while not await first.scalar(text(WAITING)):
                pass
            await first.rollback()
            assert len(await waiting) == 1
        await engine.dispose()

    def add_the_same(store: SqlStore) -> Sequence[Credit]:
        return store.points.add([Credit("ada", "a", 1, NOW)], now=NOW)

    asyncio.run(host())


WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


def test_a_search_path_is_as_it_was(postgres_url: str) -> None:
    pytest.importorskip("asyncpg")
    url = make_url(postgres_url).set(drivername="postgresql+asyncpg")
    schema = f'Odd "{uuid4().hex}"'

    async def host() -> None:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            before = await connection.scalar(text("SHOW search_path"))
            store = await AsyncSqlStore.create(connection, schema=schema)
            assert await store.run(lambda store: store.sessions.add([ran("ada")])) == 1
            assert await connection.scalar(text("SHOW search_path")) == before
        store = await AsyncSqlStore.open(engine, schema=schema)
        assert await store.run(lambda store: store.sessions.users()) == ["ada"]
        await engine.dispose()

    asyncio.run(host())


def test_autocommit_is_refused(urls: tuple[str, str]) -> None:
    async def host() -> None:
        async with engine_of(urls) as engine, engine.connect() as connection:
            given = await connection.execution_options(isolation_level="AUTOCOMMIT")
            with pytest.raises(InvalidValueError, match="has no transaction"):
                await AsyncSqlStore.open(given)

    asyncio.run(host())


def test_what_is_not_prepared_says_so(tmp_path: Path) -> None:
    pytest.importorskip("aiosqlite")

    async def host() -> None:
        engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'app.db'}")
        with pytest.raises(StoreError, match=r"is not prepared.*SqlStore\.create"):
            await AsyncSqlStore.open(engine)
        await engine.dispose()

    asyncio.run(host())


def test_what_is_not_asynchronous_is_refused(tmp_path: Path) -> None:
    async def host() -> None:
        given: AsyncConnection = f"sqlite:///{tmp_path}"  # type: ignore[assignment]  # what is tested
        with pytest.raises(InvalidValueError, match="must be an AsyncEngine or an AsyncConnection"):
            await AsyncSqlStore.open(given)

    asyncio.run(host())
