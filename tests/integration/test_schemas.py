"""Stores in schemas of PostgreSQL: each has its tables and its locks, and the host its own path."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")
pytest.importorskip("psycopg", reason="these stores need mainstay[sql]")
pytest.importorskip("rich", reason="the command needs mainstay[cli]")

from sqlalchemy import Connection, create_engine, text

from mainstay.adapters.sql import SqlStore
from mainstay.cli.commands import add_to
from mainstay.errors import InvalidValueError, RejectedError, StoreError
from mainstay.recognition import MOST_POINTS, Credit
from tests.command import mainstay
from tests.conformance.databases import in_schema
from tests.integration.stores import DAY, clock, evaluate, own_database, ran

NOW = clock()
#: Names that must be quoted, each in its own way.
ODD = ['the "app"', "it's", "100 % s", "Grüße", "a.b", "select", "back\\slash", "$1:x"]


@pytest.fixture(scope="module")
def url(postgres_url: str) -> Iterator[str]:
    """A database of one's own, since schemas are what is tested."""
    with own_database(postgres_url) as url:
        yield url


@pytest.fixture
def host(url: str) -> Iterator[Connection]:
    """A host's connection, with a table of its own in the public schema."""
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS orders (id INTEGER)"))
        connection.commit()
        yield connection
    engine.dispose()


def new_schema() -> str:
    return f"s_{uuid4().hex}"


@pytest.mark.parametrize("name", ODD)
def test_two_stores_in_two_schemas_know_nothing_of_each_other(url: str, name: str) -> None:
    with SqlStore.create(url, schema=name) as one, SqlStore.create(url, schema=name + "2") as two:
        assert one.sessions.add([ran("ada"), ran("bob", day=2)]) == 2
        assert two.sessions.add([ran("cy")]) == 1
        one.points.add([Credit("ada", "welcome", 5, NOW)], now=NOW)
        assert evaluate(one, DAY) == (1, 0)
        assert (one.sessions.users(), two.sessions.users()) == (["ada", "bob"], ["cy"])
        assert [each.user_id for each in two.windows(as_of=NOW)] == ["cy"]
    with SqlStore.open(url, schema=name) as again:
        assert again.points.totals(["ada", "cy"]) == {"ada": 5}


def test_each_schema_has_locks_of_its_own(url: str) -> None:
    first, second = new_schema(), new_schema()
    with (
        SqlStore.create(url, schema=first) as one,
        SqlStore.create(url, schema=second, lock_timeout=0.1) as two,
        one._database.writing(alone=True, lock="leases of x"),
    ):
        assert two.sessions.add([ran("ada")]) == 1
        with two._database.writing(lock="leases of x"):
            pass
        with two._database.writing(alone=True):
            pass


def test_locks_are_the_tables_however_they_are_found(url: str) -> None:
    """By a search path, by a name, on a host's engine, or in its transaction."""
    name = new_schema()
    by_path = in_schema(url, name)
    engine = create_engine(url)
    with ExitStack() as stack:
        one = stack.enter_context(SqlStore.create(by_path))
        connection = stack.enter_context(engine.connect())
        connection.execute(text("SET lock_timeout = '100ms'"))
        others = [
            SqlStore.open(url, schema=name, lock_timeout=0.1),
            SqlStore.open(engine, schema=name, lock_timeout=0.1),
            SqlStore.open(connection, schema=name),
        ]
        with one._database.writing(alone=True):
            for other in others:
                with pytest.raises(StoreError, match="lock timeout"):
                    other.sessions.add([ran("ada")])
        for other in others[:2]:
            with (
                one._database.writing(lock="x"),
                pytest.raises(StoreError, match="lock timeout"),
                other._database.writing(lock="x"),
            ):
                pass
        others[0].close()
    engine.dispose()


def test_a_hosts_search_path_is_as_it_was(host: Connection) -> None:
    host.execute(text("SET search_path = public, pg_catalog"))
    store = SqlStore.create(host, schema='the app\'s "own"')
    store.sessions.add([ran("ada")])
    with pytest.raises(RejectedError):
        store.points.add([Credit("a", str(n), MOST_POINTS, NOW) for n in range(2)], now=NOW)
    assert host.scalar(text("SHOW search_path")) == "public, pg_catalog"
    host.execute(text("INSERT INTO orders VALUES (1)"))
    evaluate(store, DAY)
    host.commit()
    assert host.scalar(text("SHOW search_path")) == "public, pg_catalog"
    assert host.scalar(text("SELECT count(*) FROM orders")) == 1
    assert SqlStore.open(host, schema='the app\'s "own"').sessions.users() == ["ada"]


def test_a_store_joins_a_hosts_transaction_with_its_schema(url: str, host: Connection) -> None:
    with SqlStore.create(url, schema=new_schema()) as store:
        assert store.on(host).sessions.add([ran("ada")]) == 1
        assert store.sessions.users() == []
        host.commit()
        assert store.sessions.users() == ["ada"]


def test_a_schema_that_is_created_in_a_hosts_transaction_goes_with_it(host: Connection) -> None:
    name = new_schema()
    SqlStore.create(host, schema=name)
    host.rollback()
    found = text("SELECT count(*) FROM pg_namespace WHERE nspname = :name")
    assert host.scalar(found, {"name": name}) == 0


def test_who_may_not_create_schemas_uses_one_that_is_there(url: str) -> None:
    name = new_schema()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN"))
        connection.execute(text(f"CREATE SCHEMA {name} AUTHORIZATION {name}"))
    engine.dispose()
    with SqlStore.create(url.replace("postgres@", f"{name}@"), schema=name) as store:
        assert store.sessions.add([ran("ada")]) == 1


def test_sqlite_has_no_schemas(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/x.db")
    raw = sqlite3.connect(tmp_path / "x.db")
    for given in (f"sqlite:///{tmp_path}/x.db", engine, raw):
        with pytest.raises(InvalidValueError, match="schema is for PostgreSQL only") as caught:
            SqlStore.create(given, schema="app")
        assert caught.value.remedy == "Leave it out."
    raw.close()
    engine.dispose()


@pytest.mark.parametrize("name", ["", "x" * 64, "ü" * 32])
def test_a_name_must_be_one_of_postgresqls(url: str, name: str) -> None:
    with pytest.raises(InvalidValueError, match="schema must"):
        SqlStore.create(url, schema=name)


def options_of(parser: argparse.ArgumentParser) -> Iterator[set[str]]:
    """The options of each command, and of each command of a command."""
    yield {option for action in parser._actions for option in action.option_strings}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from options_of(each)


def test_every_command_that_takes_a_store_takes_its_schema() -> None:
    parser = argparse.ArgumentParser()
    add_to(parser.add_subparsers(), None)
    with_db = [options for options in options_of(parser) if "--db" in options]
    assert len(with_db) == len(COMMANDS)
    assert all("--schema" in options for options in with_db)


#: Each of them, with what it can't do without.
COMMANDS = [
    ["score"],
    ["streaks"],
    ["report"],
    ["evidence"],
    ["init"],
    ["import", "FILE"],
    ["run", "evaluate-consistency"],
    ["candidates"],
    ["points", "ada"],
    ["leaderboard"],
    ["badges", "ada"],
    ["case", "open", "Why?", "--side", "yes", "--side", "no"],
    ["case", "import", "FILE"],
    ["case", "vote", "c", "ada", "yes"],
    ["case", "argue", "c", "ada", "So."],
    ["case", "upvote", "a", "ada"],
    ["case", "close", "c"],
    ["case", "list"],
    ["case", "show", "c"],
    ["verify"],
    ["outlook", "ada"],
    ["prefer", "ada"],
    ["deliver"],
    ["notifications", "ada"],
    ["status"],
    ["jobs"],
    ["reevaluate"],
    ["remove", "1"],
    ["rename", "ada", "bob"],
    ["forget", "ada"],
    ["prune", "--before", "2024-05-01"],
    ["policy"],
    ["policy", "show"],
    ["policy", "set", "--from", "2024-05-01", "--criteria", "run=1"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:2]))
def test_each_of_them_looks_there(command: list[str], tmp_path: Path) -> None:
    """So each is told by SQLite that it has none."""
    (tmp_path / "FILE").write_text("user_id,started_at\n")
    given = [str(tmp_path / word) if word == "FILE" else word for word in command]
    url = f"sqlite:///{tmp_path}/x.db"
    SqlStore.create(url).close()
    done = mainstay(*given, "--db", url, "--schema", "app", stdin=b"no\n")
    assert done.status == 1
    assert "schema is for PostgreSQL only" in done.err


def test_what_comes_next_is_in_the_same_schema(url: str, tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text("user_id,started_at,kind\nada,2024-05-01T08:00:00Z,run\n")
    there = ("--db", url, "--schema", "my app")
    done = mainstay("init", *there)
    assert done.err.endswith(f"Next: mainstay import FILE --db {url} --schema 'my app'\n")
    done = mainstay("import", str(file), *there)
    assert done.err.endswith(f"--db {url} --schema 'my app'\n")
    told = mainstay("candidates", "--db", url, "--schema", "nowhere")
    assert f"mainstay init --db {url} --schema nowhere" in told.err
    score = ("score", "--db", url, "--as-of", "2024-05-02", "--csv")
    assert "\nada," in mainstay(*score, MAINSTAY_SCHEMA="my app").out
    assert mainstay(*score, MAINSTAY_SCHEMA="nowhere").status == 1
    assert mainstay(*score, "--schema", "my app", MAINSTAY_SCHEMA="nowhere").status == 0
    done = mainstay("init", "--db", url, MAINSTAY_SCHEMA="my app")
    assert done.err.endswith(f"Next: mainstay import FILE --db {url}\n")


def test_files_have_no_schema(tmp_path: Path) -> None:
    done = mainstay("score", str(tmp_path / "x.csv"), "--schema", "app")
    assert done.status == 2
    assert "--schema: not allowed without argument --db" in done.err
