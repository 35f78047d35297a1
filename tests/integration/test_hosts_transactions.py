"""In a host's transaction, all of a store's is kept or none of it, with the host's own rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.pool import StaticPool

from mainstay import Reputation
from mainstay.adapters.sql import SqlStore
from mainstay.errors import InvalidTypeError, InvalidValueError, RejectedError
from mainstay.jobs import evaluate_consistency, outbox_job, run_job, update_multipliers
from mainstay.jobs.calls import Done
from mainstay.ports import OutboxEntry
from mainstay.recognition import MOST_POINTS, Credit
from mainstay.scheduling import JobContext
from tests.integration.hosts import POSTGRESQL, SQLITE, Host, hosting, new_url, opened, seen
from tests.integration.stores import DAY, POLICY, clock, prepare, ran, rows

NOW = clock()


@pytest.fixture(params=[*SQLITE, *POSTGRESQL])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    """A host whose database has a store with three weeks of activity."""
    url = new_url(request.param, request, tmp_path)
    prepare(url).close()
    with hosting(request.param, url) as host:
        yield host


def work(store: SqlStore) -> None:
    """Use every part of a store: a session, two jobs, points, an outlook's entry."""
    assert store.sessions.add([ran("zoe")]) == 1
    context = JobContext(target=DAY, options={"page_size": 5}, clock=clock)
    assert evaluate_consistency(store.engagements, policy=POLICY).run(context).failed == 0
    assert update_multipliers(store.reputations).run(JobContext(clock=clock)).failed == 0
    assert len(store.points.add([Credit("zoe", "welcome", 5, NOW)], now=NOW)) == 1
    assert store.outbox.put([OutboxEntry(key="k", kind="mail", user_id="zoe", due_at=NOW)]) == 1
    (found,) = [user for user in store.windows(as_of=NOW, zone="UTC") if user.user_id == "zoe"]
    assert found.latest == datetime(2024, 5, 1, 8, tzinfo=UTC)


def test_what_a_host_commits_is_there_with_its_own_row(host: Host) -> None:
    host.execute("INSERT INTO orders VALUES (1)")
    work(SqlStore.open(host.connect()))
    host.execute("INSERT INTO orders VALUES (2)")
    with opened(host.url) as others:
        assert others.points.totals(["zoe"]) == {}
        assert others.engagements.candidates(DAY) is None
    host.commit()
    assert host.orders() == [1, 2]
    with opened(host.url) as others:
        assert others.points.totals(["zoe"]) == {"zoe": 5}
        assert others.engagements.candidates(DAY) is not None
        assert others.outbox.entry("k") is not None
        outcome = others.engagements.outcome("zoe", DAY)
        assert outcome is not None
        assert outcome.streak_after == 1


def test_it_is_what_a_store_of_its_own_would_have(host: Host, tmp_path: Path) -> None:
    work(SqlStore.open(host.connect()))
    host.commit()
    with prepare(f"sqlite:///{tmp_path / 'own.db'}") as own, opened(host.url) as joined:
        work(own)
        assert rows(joined) == rows(own)


def test_a_store_that_is_open_joins_without_asking(host: Host) -> None:
    with opened(host.url) as store:
        host.execute("INSERT INTO orders VALUES (1)")
        joined = store.on(host.connect())
        assert joined.settings == store.settings
        joined.points.add([Credit("zoe", "welcome", 5, NOW)], now=NOW)
        assert (store.points.totals(["zoe"]), joined.points.totals(["zoe"])) == ({}, {"zoe": 5})
        host.commit()
        assert store.points.totals(["zoe"]) == {"zoe": 5}


def test_of_what_a_host_rolls_back_nothing_stays(host: Host) -> None:
    with opened(host.url) as others:
        before = rows(others)
        host.execute("INSERT INTO orders VALUES (1)")
        work(SqlStore.open(host.connect()))
        host.rollback()
        assert rows(others) == before
    assert host.orders() == []


@pytest.mark.parametrize("kind", [*SQLITE, *POSTGRESQL])
def test_tables_are_created_in_the_hosts_transaction_too(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = new_url(kind, request, tmp_path)
    with hosting(kind, url) as host:
        store = SqlStore.create(host.connect(), posts={"run"})
        store.sessions.add([ran("ada")])
        host.rollback()
        assert host.tables() == {"orders"}
        store = SqlStore.create(host.connect(), posts={"run"})
        store.sessions.add([ran("bob")])
        host.commit()
        with opened(url) as others:
            assert others.settings.posts == {"run"}
            assert others.sessions.users() == ["bob"]


def test_a_rejection_goes_back_to_its_savepoint_alone(host: Host) -> None:
    """What the host wrote before stays, and so does what mainstay kept before."""
    store = SqlStore.open(host.connect())
    host.execute("INSERT INTO orders VALUES (1)")
    store.points.add([Credit("zoe", "first", 1, NOW)], now=NOW)
    entry = OutboxEntry(key="k", kind="mail", user_id="zoe", due_at=NOW)
    with pytest.raises(RejectedError):
        store.points.add([Credit("zoe", str(n), MOST_POINTS, NOW) for n in range(2)], now=NOW)
    with pytest.raises(RejectedError), store.reputations.page() as page:
        page.keep([Reputation("nobody")])
    store.outbox.put([entry])
    host.execute("INSERT INTO orders VALUES (2)")
    host.commit()
    assert host.orders() == [1, 2]
    with opened(host.url) as others:
        assert others.points.totals(["zoe"]) == {"zoe": 1}
        assert others.outbox.entry("k") == entry


def test_a_host_that_catches_what_a_page_refuses_goes_on_in_its_transaction(host: Host) -> None:
    store = SqlStore.open(host.connect())
    with store.reputations.page() as page, pytest.raises(RejectedError):
        page.keep([Reputation("nobody")])
    host.execute("INSERT INTO orders VALUES (1)")
    host.commit()
    assert host.orders() == [1]


def test_it_does_not_wait_for_the_hosts_own_row(host: Host) -> None:
    """The host has locked it, and SQLite's file; a store of its own would wait for both."""
    with opened(host.url) as others:
        others.points.add([Credit("zoe", "first", 1, NOW)], now=NOW)
    host.execute("UPDATE mainstay_points SET total = total WHERE user_id = 'zoe'")
    store = SqlStore.open(host.connect())
    store.points.add([Credit("zoe", "second", 2, NOW)], now=NOW)
    other = SqlStore.open(host.connect())
    other.points.add([Credit("zoe", "third", 4, NOW)], now=NOW)
    assert store.points.totals(["zoe"]) == {"zoe": 7}
    host.commit()


def test_runs_leases_and_claims_are_refused_and_the_remedy_works(host: Host) -> None:
    store = SqlStore.open(host.connect())
    job = evaluate_consistency(store.engagements, policy=POLICY)
    context = JobContext(target=DAY, clock=clock)
    calls: list[str] = []

    def send(entry: OutboxEntry) -> Done:
        calls.append(entry.key)
        return Done()

    deliver = outbox_job("send", store.outbox, "mail", send)
    store.outbox.put([OutboxEntry(key="k", kind="mail", due_at=NOW)])
    for refused in (
        lambda: run_job(job, store.runs, context),
        lambda: deliver.run(JobContext(clock=clock)),
        lambda: store.runs.acquire("x", "me", now=NOW, until=NOW),
        lambda: store.runs.release("x", "me"),
    ):
        with pytest.raises(InvalidValueError, match="in a transaction of the host's") as caught:
            refused()
        assert "spec.run(context)" in caught.value.remedy
    assert calls == []
    assert job.run(context).succeeded > 0
    host.commit()
    with opened(host.url) as others:
        assert others.engagements.candidates(DAY) is not None
        assert others.runs.last(job.name, now=NOW) is None


def test_windows_are_all_there_before_the_host_goes_on(host: Host) -> None:
    """A savepoint that is open while they are fetched would take the host's rows with it."""
    store = SqlStore.open(host.connect())
    found, moments = store.windows(as_of=NOW), store.moments(until=NOW)
    first, (user, *_) = next(found), next(moments)
    host.execute("INSERT INTO orders VALUES (1)")
    del found, moments
    host.commit()
    assert host.orders() == [1]
    assert first.user_id
    assert user


@pytest.mark.parametrize("driver", ["postgresql+psycopg", "postgresql+psycopg2"])
def test_autocommit_of_postgresql_is_refused(driver: str, postgres_url: str) -> None:
    pytest.importorskip(driver.partition("+")[2])
    engine = create_engine(
        postgres_url.replace("postgresql+psycopg", driver), isolation_level="AUTOCOMMIT"
    )
    with (
        engine.connect() as connection,
        pytest.raises(InvalidValueError, match="has no transaction") as caught,
    ):
        SqlStore.create(connection)
    assert "AUTOCOMMIT" in caught.value.remedy
    engine.dispose()


def autocommitting(path: Path) -> Iterator[Any]:
    """Connections to SQLite whose drivers begin no transaction, and end none."""
    engine = create_engine(f"sqlite:///{path}", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
    raw = sqlite3.connect(path, isolation_level=None)
    yield raw
    raw.close()
    if hasattr(sqlite3, "LEGACY_TRANSACTION_CONTROL"):  # from Python 3.12 on
        options: dict[str, Any] = {"autocommit": True}
        raw = sqlite3.connect(path, **options)
        yield raw
        raw.close()


def test_autocommit_of_sqlite_is_refused(tmp_path: Path) -> None:
    """Else what is done would be there at once, whatever the host does then."""
    for connection in autocommitting(tmp_path / "app.db"):
        with pytest.raises(InvalidValueError, match="has no transaction") as caught:
            SqlStore.create(connection)
        assert "transaction.atomic()" in caught.value.remedy


def test_what_a_host_has_begun_itself_will_do(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "app.db", isolation_level=None)
    for ending, there in (("ROLLBACK", []), ("COMMIT", ["ada"])):
        connection.execute("BEGIN")
        SqlStore.create(connection).sessions.add([ran("ada")])
        connection.execute(ending)
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
        assert bool(tables) == bool(there)
    assert connection.execute("SELECT user_id FROM mainstay_users").fetchall() == [("ada",)]
    connection.close()


@pytest.mark.parametrize("begin", ["BEGIN", "BEGIN IMMEDIATE"])
def test_a_hosts_own_hooks_may_begin_sqlites_transactions(tmp_path: Path, begin: str) -> None:
    """As SQLAlchemy's documentation has it; and each of ours on such an engine waits its turn."""
    engine, begun = create_engine(f"sqlite:///{tmp_path / 'app.db'}"), list[str]()

    @event.listens_for(engine, "connect")
    def leave_it_to_us(connection: Any, _: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin_it(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    @event.listens_for(engine, "before_cursor_execute")
    def note(_: object, __: object, statement: str, *___: object) -> None:
        begun.append(statement)

    with engine.begin() as connection:
        SqlStore.create(connection).sessions.add([ran("ada")])
    assert [each for each in begun if each.startswith("BEGIN")] == [begin]
    begun.clear()
    SqlStore.open(engine).sessions.add([ran("bob")])
    assert [each for each in begun if each.startswith("BEGIN")][-1] == "BEGIN IMMEDIATE"
    assert SqlStore.open(engine).sessions.users() == ["ada", "bob"]
    engine.dispose()


@pytest.mark.skipif(
    not hasattr(sqlite3, "LEGACY_TRANSACTION_CONTROL"), reason="Python 3.12 has brought it"
)
def test_a_driver_may_begin_transactions_as_pep_249_has_it(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'app.db'}", connect_args={"autocommit": False})
    store = SqlStore.create(engine)
    assert store.sessions.add([ran("ada")]) == 1
    with engine.connect() as connection:
        assert store.on(connection).sessions.add([ran("bob")]) == 1
        connection.rollback()
        assert store.on(connection).sessions.add([ran("cy")]) == 1
        connection.commit()
    assert store.sessions.users() == ["ada", "cy"]
    engine.dispose()


def test_an_engine_with_one_connection_does_not_undo_what_the_host_is_doing() -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    store = SqlStore.create(engine)
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE orders (id INTEGER)"))
        connection.execute(text("INSERT INTO orders VALUES (1)"))
        with pytest.raises(InvalidValueError, match="has a transaction on its only") as caught:
            store.sessions.add([ran("ada")])
        assert "Pass the connection" in caught.value.remedy
    assert store.sessions.add([ran("ada")]) == 1
    engine.dispose()


def test_another_kind_of_database_is_refused() -> None:
    """By an engine's dialect alone: its server is not asked."""

    class Driver:
        paramstyle = "format"
        Error = IntegrityError = DataError = Exception
        version_info = (2, 2)

    engine = create_engine("mysql+mysqldb://ada:secret@127.0.0.1/app", module=Driver)
    with pytest.raises(InvalidValueError, match=r"of SQLite or of PostgreSQL") as caught:
        SqlStore.open(engine)
    assert "secret" not in str(caught.value)
    assert "by its URL" in caught.value.remedy


@pytest.mark.parametrize("given", [None, 5, b"sqlite:///x.db", object()])
def test_what_is_not_a_connection_is_refused(given: Any) -> None:
    with pytest.raises(
        InvalidTypeError, match="must be a URL, an engine or a connection"
    ) as caught:
        SqlStore.open(given)
    assert "connection.connection" in caught.value.remedy


def test_a_connection_to_tables_that_are_not_there_says_how_to_prepare_them(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "app.db")
    with pytest.raises(Exception, match="is not prepared") as caught:
        SqlStore.open(connection)
    assert "SqlStore.create" in str(caught.value)
    connection.close()


def test_what_a_hosts_engine_is_given_is_in_no_error(tmp_path: Path) -> None:
    """SQLAlchemy tells of parameters unless the host hides them; these may be secret."""
    engine = create_engine(f"sqlite:///{tmp_path / 'app.db'}")
    store = SqlStore.create(engine)
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TRIGGER no BEFORE INSERT ON mainstay_users "
                "BEGIN SELECT raise(ABORT, 'no'); END"
            )
        )
    with pytest.raises(RejectedError) as caught:
        store.sessions.add([ran("secret")])
    error: BaseException | None = caught.value
    while error is not None:
        assert "secret" not in str(error)
        error = error.__cause__
    engine.dispose()


def test_a_hosts_names_of_schemas_are_not_ours(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """A host that keeps tenants apart by a map still has one store; and its map afterwards."""
    url = new_url("psycopg", request, tmp_path)
    engine = create_engine(url, execution_options={"schema_translate_map": {None: "nowhere"}})
    with engine.begin() as connection:
        store = SqlStore.create(connection)
        work(store)
        options = connection.get_execution_options()
        assert options["schema_translate_map"] == {None: "nowhere"}
    assert SqlStore.open(engine).points.totals(["zoe"]) == {"zoe": 5}
    engine.dispose()


def test_sqlites_file_is_switched_to_wal_only_if_it_is_all_ours(tmp_path: Path) -> None:
    def mode(path: Path) -> str:
        with seen(f"sqlite:///{path}") as connection:
            return str(connection.scalar(text("PRAGMA journal_mode")))

    ours, theirs = tmp_path / "ours.db", tmp_path / "theirs.db"
    with seen(f"sqlite:///{theirs}") as connection:
        connection.execute(text("CREATE TABLE orders (id INTEGER)"))
        connection.commit()
    for path in (ours, theirs):
        SqlStore.create(f"sqlite:///{path}").close()
        SqlStore.create(f"sqlite:///{path}").close()
    assert (mode(ours), mode(theirs)) == ("wal", "delete")
    for name in ("engine", "connection"):
        engine = create_engine(f"sqlite:///{tmp_path / name}.db")
        with engine.begin() as connection:
            SqlStore.create(engine if name == "engine" else connection)
        engine.dispose()
        assert mode(tmp_path / f"{name}.db") == "delete"
