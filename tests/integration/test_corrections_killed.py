"""An act that is killed, repeated, or has company, leaves what it leaves once and alone."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from mainstay.adapters.sql import SqlStore
from tests import effort
from tests.integration.corrections_to_kill import ACTS, do, prepare
from tests.integration.stores import own_database, put, rows
from tests.programs import begun

PROGRAM = "tests.integration.corrections_to_kill"

Rows = dict[str, list[tuple[object, ...]]]


#: Each act on SQLite; on PostgreSQL the one with the most pages.
CASES = [(act, "sqlite") for act in ACTS]
CASES += [(act, "postgresql") for act in (ACTS if effort.thorough() else ("prune",))]


@pytest.fixture(scope="module", params=CASES, ids="-".join)
def case(request: pytest.FixtureRequest) -> tuple[str, str]:
    act, kind = request.param
    return str(act), str(kind)


@pytest.fixture(scope="module")
def act(case: tuple[str, str]) -> str:
    return case[0]


@pytest.fixture(scope="module")
def url(
    request: pytest.FixtureRequest,
    case: tuple[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    act, kind = case
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp(act)}/mainstay.db"
    else:
        with own_database(request.getfixturevalue("postgres_url")) as own:
            yield own


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """What is kept before anything is corrected; in all databases the same."""
    with prepare(f"sqlite:///{tmp_path_factory.mktemp('prepared')}/mainstay.db") as store:
        return rows(store)


@pytest.fixture(scope="module")
def opened(url: str) -> Iterator[SqlStore]:
    with SqlStore.create(url) as store:
        yield store


@pytest.fixture(scope="module")
def once(opened: SqlStore, act: str, untouched: Rows) -> Rows:
    """What the act leaves, done once and alone."""
    put(opened, untouched)
    do(opened, act)
    return rows(opened)


@pytest.fixture
def store(opened: SqlStore, once: Rows, untouched: Rows) -> SqlStore:
    """The same activity again, and nothing corrected."""
    assert once != untouched
    put(opened, untouched)
    return opened


def steps(url: str, act: str) -> int:
    with begun(PROGRAM, url, act) as program:
        lines = len(program.rest().splitlines()) - 1
        assert program.status() == 0
        return lines


def kill(url: str, act: str, after: int, moment: float) -> None:
    """Begin it, and kill it a moment after so many steps."""
    with begun(PROGRAM, url, act) as program:
        program.lines(after)
        program.wait(moment)


def test_what_a_killed_act_leaves_is_finished_by_doing_it_again(
    url: str, act: str, store: SqlStore, untouched: Rows, once: Rows
) -> None:
    assert rows(store) == untouched
    count, draw = steps(url, act), random.Random(7)
    assert rows(store) == once
    midway = 0
    for after in [count // 2, *(draw.randrange(count) for _ in range(effort.scaled(2) - 1))]:
        put(store, untouched)
        kill(url, act, after, draw.uniform(0, 0.004))
        midway += rows(store) not in (untouched, once)
        do(store, act)
        assert rows(store) == once
    assert midway


def test_done_again_it_changes_nothing(store: SqlStore, act: str, once: Rows) -> None:
    do(store, act)
    do(store, act)
    assert rows(store) == once


def test_done_twice_at_once_it_leaves_what_it_leaves_once(
    url: str, act: str, store: SqlStore, once: Rows
) -> None:
    with begun(PROGRAM, url, act) as first, begun(PROGRAM, url, act) as second:
        for program in (first, second):
            assert "succeeded" in program.rest()
            assert program.status() == 0
    assert rows(store) == once
