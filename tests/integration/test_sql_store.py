"""The SQL store where things go wrong: locks, forks, versions, servers down."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from textwrap import dedent
from threading import Barrier
from typing import Any

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from sqlalchemy import Column, Text, create_engine, inspect, make_url, text

from mainstay import (
    DailyCriteria,
    EngagementPolicy,
    InvalidTypeError,
    InvalidValueError,
    MainstayError,
    OtherPolicyError,
    Session,
    StoreError,
)
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.columns import Day, temporary
from mainstay.adapters.sql.database import OwnDatabase
from mainstay.adapters.sql.sessions import staged
from mainstay.jobs import evaluate_consistency, update_multipliers
from mainstay.scheduling import JobContext, JobRun, JobSpec
from tests import servers
from tests.conformance.databases import empty, in_schema, own
from tests.integration.stores import (
    DAY,
    activity,
    clock,
    evaluate,
    prepare,
    ran,
    rows,
)


def test_activity_that_arrives_while_a_day_is_evaluated_is_lost_to_nobody(
    store: SqlStore,
) -> None:
    """Each post counts in the totals, once, whichever came first."""
    days = [DAY + timedelta(days=day) for day in range(12)]
    store.sessions.add([ran(user) for user in ("ada", "bob")])

    def add(number: int) -> None:
        at = datetime(2024, 5, 1, tzinfo=UTC) + timedelta(hours=2 * number)
        user = "ada" if number % 2 else "bob"
        posts = [
            Session(user, at + timedelta(minutes=minute), kind="post", id=f"{number}.{minute}")
            for minute in range(5)
        ]
        store.sessions.add(posts)
        store.sessions.add(posts)

    with ThreadPoolExecutor(3) as threads:
        adding = [threads.submit(add, number) for number in range(140)]
        evaluating = [threads.submit(evaluate, store, day) for day in days]
        for future in adding + evaluating:
            future.result()
    evaluate(store, days[-1] + timedelta(days=1))
    for user in ("ada", "bob"):
        outcome = store.engagements.outcome(user, days[-1] + timedelta(days=1))
        assert outcome is not None
        assert outcome.score is not None
        assert outcome.score.posts == 350


def test_two_that_add_the_same_sessions_at_once_add_them_once(store: SqlStore) -> None:
    sessions = [ran(f"u{number:03}", 1 + number % 9) for number in range(300)]
    with ThreadPoolExecutor(4) as threads:
        added = list(threads.map(store.sessions.add, [sessions, sessions[::-1]] * 4))
    assert sum(added) == 300
    assert len(rows(store)["mainstay_events"]) == 300


def test_users_who_begin_with_the_same_kinds_at_once_keep_each_once(store: SqlStore) -> None:
    """Kinds are kept in one order, so that no two adders wait for each other."""
    kinds = [f"kind {number:03}" for number in range(60)]

    def add(adder: int) -> int:
        own = kinds if adder % 2 else kinds[::-1]
        return store.sessions.add([ran(f"u{adder}", kind=kind) for kind in own])

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(add, range(8))) == [60] * 8
    assert list(store.sessions.kinds()) == kinds


def test_of_two_first_runs_at_once_with_other_policies_one_is_kept(store: SqlStore) -> None:
    """The other ends with an error, and nobody is judged by its policy."""
    store.sessions.add([ran(f"u{number:02}") for number in range(40)])
    once, never = (EngagementPolicy(criteria=DailyCriteria({"run": least})) for least in (1, 1_000))
    jobs = [evaluate_consistency(store.engagements, policy=policy) for policy in (once, never)]
    start = Barrier(2)

    def run(job: JobSpec) -> str:
        start.wait()
        try:
            job.run(JobContext(target=DAY, options={"page_size": 7}, clock=clock))
        except OtherPolicyError:
            return "refused"
        return "done"

    with ThreadPoolExecutor(2) as threads:
        ends = list(threads.map(run, jobs))
    assert sorted(ends) == ["done", "refused"]
    kept = store.engagements.policies()
    assert kept is not None
    assert kept.first == (once if ends[0] == "done" else never)
    outcomes = [store.engagements.outcome(f"u{number:02}", DAY) for number in range(40)]
    assert {outcome is not None and outcome.met for outcome in outcomes} == {kept.first == once}


def test_a_forked_process_uses_connections_of_its_own(store: SqlStore) -> None:
    store.sessions.add([ran("ada")])
    child = os.fork()
    if not child:
        try:
            store.sessions.add([ran("bob")])
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert store.sessions.users() == ["ada", "bob"]


def run_python(code: str) -> None:
    """Run a program of its own, which fails if an assertion of it does."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", dedent(code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_store_works_where_processes_do_not_fork(tmp_path: Path) -> None:
    """Windows has no os.register_at_fork."""
    url = f"sqlite:///{tmp_path}/mainstay.db"
    run_python(f"""
        import os
        import sqlalchemy.dialects.sqlite
        from datetime import UTC, datetime
        from mainstay import Session
        del os.register_at_fork  # the standard library has what it needs of it
        from mainstay.adapters.sql import SqlStore
        with SqlStore.create({url!r}) as store:
            store.sessions.add([Session("ada", datetime(2024, 5, 1, tzinfo=UTC), id="1")])
            assert store.sessions.users() == ["ada"]
        """)


def test_a_store_leaves_no_hook_behind(tmp_path: Path) -> None:
    """What os.register_at_fork is given stays for good: one for all stores, and no store in it."""
    run_python(f"""
        import gc, os, weakref
        hooks, register = [], os.register_at_fork
        os.register_at_fork = lambda **hook: hooks.append(hook) or register(**hook)
        from mainstay.adapters.sql import SqlStore
        before, left = len(hooks), []
        for number in range(3):
            store = SqlStore.create(f"sqlite:///{tmp_path}/{{number}}.db")
            left.append(weakref.ref(store._database))
            store.close()
        del store
        gc.collect()
        assert len(hooks) == before, hooks
        assert [database() for database in left] == [None] * 3
        """)


IN_MEMORY = [
    "sqlite://",
    "sqlite:///:memory:",
    "sqlite:///file::memory:?cache=shared&uri=true",
    "sqlite:///file:mainstay?mode=memory&cache=shared&uri=true",
    "sqlite:///file:?uri=true",
]


@pytest.mark.parametrize("url", IN_MEMORY)
@pytest.mark.parametrize("begin", [SqlStore.create, SqlStore.open])
def test_sqlite_in_memory_is_refused_as_threads_would_not_share_it(
    begin: Callable[[str], SqlStore], url: str
) -> None:
    with pytest.raises(InvalidValueError, match="must name a file") as caught:
        begin(url)
    assert (caught.value.field, make_url(str(caught.value.value))) == ("url", make_url(url))
    assert "MemoryStore" in caught.value.remedy


@pytest.mark.parametrize("threshold", ["0", "3"])
def test_a_url_may_say_when_statements_are_prepared(postgres_url: str, threshold: str) -> None:
    """Text, as all in a URL is; 0 is never."""
    url = make_url(in_schema(postgres_url, "prepared"))
    query = {"prepare_threshold": threshold}
    with SqlStore.create(url.update_query_dict(query).render_as_string()) as store:
        evaluate(store, DAY)
        with store._database.reading() as connection:
            prepared = text("SELECT count(*) FROM pg_prepared_statements")
            *_, found = [connection.execute(prepared).scalar_one() for _ in range(9)]
    assert (found > 0) == (threshold != "0")


@pytest.mark.parametrize("threshold", ["none", "-1", "1.5", "５"])
def test_when_statements_are_prepared_is_a_whole_number(threshold: str) -> None:
    with pytest.raises(InvalidValueError, match="prepare_threshold must be a whole number"):
        SqlStore.open(f"postgresql://ada@127.0.0.1/mainstay?prepare_threshold={threshold}")


def test_behind_pgbouncer_whoever_writes_alone_is_alone(behind_pgbouncer: str) -> None:
    """Also when each has done so often, on each of the connections that they take turns on.

    psycopg prepares what is executed five times. One client's ``_pg3_0`` took the exclusive lock,
    another's of the same name the shared one: on a connection of the other's, it took that.
    """
    with (
        SqlStore.create(behind_pgbouncer, lock_timeout=0.05) as alone,
        SqlStore.create(behind_pgbouncer, lock_timeout=0.05) as others,
    ):
        for _ in range(15):
            with alone._database.writing(alone=True):
                pass
            with others._database.writing(), others._database.writing():
                pass
        for _ in range(5):
            with (
                alone._database.writing(alone=True),
                pytest.raises(StoreError, match="lock timeout"),
            ):
                others.sessions.add([ran("ada")])


def test_behind_pgbouncer_what_others_left_on_a_connection_is_not_ours(
    behind_pgbouncer: str,
) -> None:
    """Temporary tables stay there; PgBouncer hands a connection on as it is."""
    with SqlStore.create(behind_pgbouncer) as store, ExitStack() as stack:
        empty(store)
        engine = create_engine(behind_pgbouncer, connect_args={"prepare_threshold": None})
        stack.callback(engine.dispose)
        for number in range(4):  # all that PgBouncer has, at once
            other = stack.enter_context(engine.begin())
            other.execute(text(f"CREATE TEMP TABLE IF NOT EXISTS {staged} (LIKE mainstay_events)"))
            other.execute(
                text(
                    f"INSERT INTO {staged} VALUES "
                    f"('eve', now(), 'left {number}', 0, NULL, 'run', NULL, NULL, NULL, now())"
                )
            )
    with SqlStore.open(behind_pgbouncer) as store:
        for day in range(1, 9):
            assert store.sessions.add([ran("ada", day)]) == 1
        assert store.sessions.users() == ["ada"]


def test_a_temporary_tables_name_says_what_its_columns_are() -> None:
    """So that another release's on the same connection of PgBouncer's is not taken for ours."""
    columns: list[Column[Any]] = [Column("a", Text), Column("a", Day), Column("b", Text)]
    assert len({temporary("staged", column).name for column in columns}) == 3
    assert (
        temporary("staged", Column("a", Text)).name == temporary("staged", Column("a", Text)).name
    )


def test_a_store_can_be_prepared_again_and_says_with_what(url: str, store: SqlStore) -> None:
    with SqlStore.create(url) as again:
        assert again.settings == store.settings
    with pytest.raises(InvalidValueError, match="posts commit, local days") as caught:
        SqlStore.create(url, posts=["commit"], local_days=True)
    assert caught.value.field == "settings"
    with pytest.raises(InvalidTypeError, match="posts must be a set"):
        SqlStore.create(url, posts="commit")


def test_every_query_of_the_jobs_finds_its_rows_by_an_index(tmp_path: Path) -> None:
    """SQLite's planner says SEARCH where it uses one, and SCAN where it reads all of it.

    All of it is read where it is what is wanted: all who are due, all weeks, a table of some rows.
    Temporary tables and results are read from end to end, and gone with their connection.
    """
    path = tmp_path / "mainstay.db"
    with prepare(f"sqlite:///{path}") as store:
        statements: list[str] = []
        with store._database.reading() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            raw.set_trace_callback(statements.append)
        evaluate(store, date(2024, 5, 3))
        store.sessions.sessions("u01", since=clock() - timedelta(days=60), until=clock())
        update_multipliers(store.reputations).run(JobContext(target=DAY, clock=clock))
        raw.set_trace_callback(None)
        plans = {
            str(detail)
            for statement in statements
            if statement.startswith(("SELECT", "UPDATE"))
            for *_, detail in raw.execute(f"EXPLAIN QUERY PLAN {statement}")
        }
    scans = {
        plan
        for plan in plans
        if plan.startswith("SCAN") and "INDEX" not in plan and "staged" not in plan
    }
    assert scans <= {
        "SCAN mainstay_floor",  # a row
        "SCAN mainstay_engagements",  # the last day evaluated, when a policy is first kept
        "SCAN mainstay_kinds",
        "SCAN mainstay_reputations",
        "SCAN mainstay_maxima",
        "SCAN mainstay_progress",
    }
    for index in (
        "mainstay_engagements_first (first_day>? AND first_day<?)",
        "mainstay_engagements_next (user_id>?)",
        "mainstay_events USING PRIMARY KEY (user_id=? AND started_at>?)",
        "mainstay_events_day (day=? AND user_id=?)",
        "mainstay_outcomes_day (day=?)",
        "mainstay_outcomes_day (day>?)",
        "mainstay_engagements_standing (idle_points>?)",
    ):
        assert any(index in plan for plan in plans), index


def test_a_database_that_somebody_else_writes_to_is_an_error_after_a_while(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/mainstay.db"
    prepare(url).close()
    blocker = sqlite3.connect(tmp_path / "mainstay.db", isolation_level=None)
    with SqlStore.open(url, lock_timeout=0.05) as store:
        blocker.execute("BEGIN IMMEDIATE")
        untouched = rows(store)
        with pytest.raises(StoreError, match="database is locked") as caught:
            evaluate(store, DAY)
        assert "Try again" in caught.value.remedy
        blocker.execute("ROLLBACK")
        blocker.close()
        assert rows(store) == untouched
        assert evaluate(store, DAY)[1] == 0


def test_a_postgresql_that_somebody_else_writes_to_is_an_error_after_a_while(
    postgres_url: str,
) -> None:
    url = in_schema(postgres_url, "locked")
    with SqlStore.create(url, lock_timeout=0.05) as store, SqlStore.open(url) as other:
        alone = other._database.writing(alone=True)
        with alone, pytest.raises(StoreError, match="lock timeout") as caught:
            store.sessions.add([ran("ada")])
        assert "Try again" in caught.value.remedy
        assert store.sessions.add([ran("ada")]) == 1


def test_a_database_that_is_only_for_reading_is_an_error_and_nothing_changes(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/mainstay.db"
    prepare(url).close()
    read_only = f"sqlite:///file:{tmp_path}/mainstay.db?mode=ro&uri=true"
    with SqlStore.open(read_only) as store:
        untouched = rows(store)
        with pytest.raises(StoreError, match="readonly database") as caught:
            evaluate(store, DAY)
        assert "right to write" in caught.value.remedy
        assert rows(store) == untouched


def test_a_postgresql_that_is_only_for_reading_is_an_error(postgres_url: str) -> None:
    url = in_schema(postgres_url, "read_only")
    prepare(url).close()
    with SqlStore.open(f"{url}%20-cdefault_transaction_read_only%3Don") as store:
        untouched = rows(store)
        with pytest.raises(StoreError, match="read-only transaction") as caught:
            evaluate(store, DAY)
        assert "user who may write" in caught.value.remedy
        assert rows(store) == untouched


def test_a_server_that_is_down_is_an_error_that_keeps_the_password_to_itself() -> None:
    url = f"postgresql://ada:secret@127.0.0.1:{servers.free_port()}/mainstay"
    with pytest.raises(StoreError, match="Start its server") as caught:
        SqlStore.open(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        ("LockNotAvailable", "wait longer for it"),
        ("ReadOnlySqlTransaction", "Connect to the primary server"),
        ("UndefinedTable", "prepare it with mainstay init"),
        ("InsufficientPrivilege", "the right to write"),
    ],
)
def test_what_to_do_does_not_depend_on_the_servers_language(error: str, remedy: str) -> None:
    """A server whose lc_messages is German says "Zeit abgelaufen"."""
    errors = pytest.importorskip("psycopg.errors")
    database = OwnDatabase("postgresql://ada@127.0.0.1/mainstay", lock_timeout=1)
    with pytest.raises(StoreError, match="Zeit abgelaufen") as caught, database._translated():
        raise getattr(errors, error)("Zeit abgelaufen")
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:///{folder}/missing.db", "mainstay init"),
        ("sqlite:///{folder}/missing/mainstay.db", "mainstay init"),
        ("sqlite:///{folder}/notes.txt", "file is not a database"),
        ("mysql://ada@host/name", "must be of SQLite or of PostgreSQL"),
        ("mainstay.db", "not a database URL"),
        ("", "must not be empty"),
    ],
)
def test_what_is_no_store_is_an_error_and_nothing_is_created(
    tmp_path: Path, url: str, words: str
) -> None:
    (tmp_path / "notes.txt").write_text("Dear diary, " * 100, encoding="utf-8")
    with pytest.raises(MainstayError, match=words):
        SqlStore.open(url.format(folder=tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_sqlite_writes_ahead(tmp_path: Path) -> None:
    prepare(f"sqlite:///{tmp_path}/mainstay.db").close()
    with sqlite3.connect(tmp_path / "mainstay.db") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_both_databases_have_the_same_tables(store: SqlStore) -> None:
    engine = create_engine(own(store)._url)
    names = {name for name in inspect(engine).get_table_names() if name.startswith("mainstay_")}
    engine.dispose()
    assert names == set(rows(store)) | {"mainstay_runs", "mainstay_leases", "mainstay_installed"}
    assert len(list(activity())) > 100


def test_the_log_keeps_an_error_that_quotes_what_no_database_takes(store: SqlStore) -> None:
    run = JobRun(
        job="tidy", task_id="1", started_at=clock(), finished_at=clock(), error="bad: \0 \ud800"
    )
    store.runs.put(run)
    last = store.runs.last("tidy", now=clock())
    assert last is not None
    assert last.error == "bad: \\x00 \\ud800"


class Interrupt:
    """Interrupts the statement that it is a value of."""

    def __conform__(self, _: object) -> object:
        raise KeyboardInterrupt


def test_an_interrupted_statement_leaves_no_lock_behind(tmp_path: Path) -> None:
    """Not even while the interrupt is being dealt with."""
    with prepare(f"sqlite:///{tmp_path}/mainstay.db") as store:
        insert = "INSERT INTO mainstay_settings (key, value) VALUES (?, ?)"
        try:
            with store._database.writing() as connection:
                connection.exec_driver_sql(insert, [("a", "1"), ("b", Interrupt())])
        except KeyboardInterrupt:
            with SqlStore.open(f"sqlite:///{tmp_path}/mainstay.db", lock_timeout=0.05) as other:
                other.sessions.add([ran("ada")])
        else:
            pytest.fail("it was not interrupted")
        assert len(rows(store)["mainstay_settings"]) == 4
