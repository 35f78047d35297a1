"""A run that is killed, or that has company, leaves what one run alone leaves."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from mainstay.adapters.sql import SqlStore
from mainstay.recognition import Period
from tests import effort
from tests.integration.runs_to_kill import BADGES, WORK, run_all
from tests.integration.stores import (
    USERS,
    own_database,
    prepare,
    prepare_outlooks,
    prepare_recognition,
    put,
    rows,
)
from tests.programs import begun

PROGRAM = "tests.integration.runs_to_kill"

Rows = dict[str, list[tuple[object, ...]]]


PREPARE = {
    "evaluation": prepare,
    "columns": prepare,
    "recognition": prepare_recognition,
    "outlooks": prepare_outlooks,
}


@pytest.fixture(scope="module", params=WORK)
def work(request: pytest.FixtureRequest) -> str:
    """Which jobs are run."""
    return str(request.param)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(
    request: pytest.FixtureRequest, work: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    if work == "columns" and request.param == "postgresql" and not effort.thorough():
        pytest.skip("the same pages as of evaluation: thoroughly")
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp(work)}/mainstay.db"
    else:
        with own_database(request.getfixturevalue("postgres_url")) as own:
            yield own


@pytest.fixture(scope="module")
def untouched(work: str, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """What is kept before any job has run; in all databases the same."""
    folder = tmp_path_factory.mktemp("prepared")
    with PREPARE[work](f"sqlite:///{folder}/mainstay.db") as store:
        return rows(store)


@pytest.fixture(scope="module")
def opened(url: str) -> Iterator[SqlStore]:
    with SqlStore.create(url) as store:
        yield store


@pytest.fixture(scope="module")
def of_one_run(opened: SqlStore, work: str, untouched: Rows) -> Rows:
    """What one run alone leaves; the first thing that happens to the database."""
    put(opened, untouched)
    run_all(opened, work)
    return rows(opened)


@pytest.fixture
def store(opened: SqlStore, untouched: Rows, of_one_run: Rows) -> SqlStore:
    """The same activity again, and no job has run."""
    assert of_one_run != untouched
    put(opened, untouched)
    return opened


def kill(url: str, work: str, pages: int, moment: float) -> None:
    """Run, and kill it a moment after so many pages."""
    with begun(PROGRAM, url, work) as program:
        program.lines(pages)
        program.wait(moment)


def pages_of_a_run(url: str, work: str) -> int:
    with begun(PROGRAM, url, work) as program:
        pages = len(program.rest().splitlines()) - 1
        assert program.status() == 0
        return pages


def test_what_a_killed_run_leaves_the_next_one_makes_into_what_one_run_leaves(
    url: str, work: str, store: SqlStore, untouched: Rows, of_one_run: Rows
) -> None:
    assert rows(store) == untouched
    pages, draw = pages_of_a_run(url, work), random.Random(7)
    assert rows(store) == of_one_run
    midway = 0
    for after in [pages // 2, *(draw.randrange(pages) for _ in range(effort.scaled(2) - 1))]:
        put(store, untouched)
        kill(url, work, after, draw.uniform(0, 0.02))
        midway += rows(store) not in (untouched, of_one_run)
        run_all(store, work)
        assert rows(store) == of_one_run
    assert midway


def test_two_runs_at_once_leave_what_one_leaves_and_share_the_work(
    url: str, work: str, store: SqlStore, of_one_run: Rows
) -> None:
    with begun(PROGRAM, url, work) as first, begun(PROGRAM, url, work) as second:
        both = [program.rest() for program in (first, second)]
        assert [first.status(), second.status()] == [0, 0]
    assert rows(store) == of_one_run
    done = [list(map(int, output.splitlines()[-1].split()[1:])) for output in both]
    first_job, second_job = map(sum, zip(*done, strict=True))
    assert first_job == len(USERS)
    if work == "recognition":
        assert second_job == len(Period)
    elif work == "outlooks":
        assert second_job == len(USERS)


def test_a_second_run_finds_nothing_to_do(store: SqlStore, work: str, of_one_run: Rows) -> None:
    run_all(store, work)
    first, second = run_all(store, work)
    assert (first.succeeded, second.succeeded) == (0, 0)
    assert first.processed == (len(USERS) if work == "outlooks" else 0)
    assert rows(store) == of_one_run


def test_one_run_awards_badges_of_each_metric_and_makes_each_board(
    work: str, of_one_run: Rows
) -> None:
    """Else the other tests would compare little."""
    if work == "recognition":
        awarded = {str(row[2]) for row in of_one_run["mainstay_credits"]}
        assert {f"badge:{badge.key}" for badge in BADGES.badges} <= awarded
        assert len(of_one_run["mainstay_boards"]) == len(Period)
        assert "u03" not in {row[2] for row in of_one_run["mainstay_board_places"]}
