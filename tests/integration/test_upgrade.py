"""Stores that earlier versions of the tables made are upgraded in place.

``version_1/`` has dumps of one store on each database, filled by the code of that version (commit
5129b51): the tables as they were, events of three users, their days evaluated, a week recorded.
``version_2/`` (commit f4c34f0) has the same events, and metrics, points, badges and leaderboards.
``version_3/`` (commit 7caa37a) has all that, and an open case whose commitment is on the ledger.
``version_4/`` (commit cfb5443) has all that, and when Ada wants to be told.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from sqlalchemy import create_engine, inspect, text

from mainstay import Session, StoreError
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql._upgrades import UPGRADES
from mainstay.adapters.sql.settings import VERSION
from mainstay.contest import ChainHead
from mainstay.jobs import (
    check_badges,
    close_cases,
    evaluate_consistency,
    generate_outlooks,
    refresh_leaderboards,
    send_notifications,
)
from mainstay.scheduling import JobContext
from tests.integration.stores import own_database
from tests.programs import begun

DUMPS = Path(__file__).parent
#: Some hours after the last run in the dumps.
NOW = datetime(2024, 5, 6, 12, tzinfo=UTC)
every_version = pytest.mark.parametrize("version", range(1, VERSION))


def tables_of(version: int) -> set[str]:
    """The tables that a version has."""
    dump = (DUMPS / f"version_{version}" / "sqlite.sql").read_text(encoding="utf-8")
    return {*re.findall(r"^CREATE TABLE (\w+)", dump, re.MULTILINE)}


@pytest.fixture
def version() -> int:
    """Which version made the store, unless a test is about every one."""
    return 1


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, version: int, tmp_path: Path) -> Iterator[str]:
    """The URL of a store of that version."""
    dump = DUMPS / f"version_{version}" / f"{request.param}.sql"
    script = dump.read_text(encoding="utf-8")
    if request.param == "sqlite":
        connection = sqlite3.connect(tmp_path / "mainstay.db")
        connection.executescript(script)
        connection.close()
        yield f"sqlite:///{tmp_path}/mainstay.db"
        return
    with own_database(request.getfixturevalue("postgres_url")) as own:
        engine = create_engine(own)
        with engine.begin() as opened:
            raw: Any = opened.connection.driver_connection
            raw.execute(script)
        engine.dispose()
        yield own


def everything(url: str) -> dict[str, list[tuple[object, ...]]]:
    """All tables that are there, with all that is in them."""
    engine = create_engine(url)
    names = [name for name in inspect(engine).get_table_names() if name.startswith("mainstay_")]
    with engine.connect() as connection:
        found = {
            name: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {name}"))), key=repr)
            for name in names
        }
    engine.dispose()
    return found


def layout(url: str) -> Mapping[str, object]:
    """What tables there are, with their columns, keys and indexes."""
    engine = create_engine(url)
    inspector = inspect(engine)
    found: dict[str, object] = {
        name: (
            [
                (column["name"], str(column["type"]), column["nullable"])
                for column in inspector.get_columns(name)
            ],
            inspector.get_pk_constraint(name)["constrained_columns"],
            sorted(unique["column_names"] for unique in inspector.get_unique_constraints(name)),
            sorted(str(index["name"]) for index in inspector.get_indexes(name)),
            sorted(str(check["name"]) for check in inspector.get_check_constraints(name)),
        )
        for name in inspector.get_table_names()
        if name.startswith("mainstay_")
    }
    engine.dispose()
    return found


@every_version
def test_a_store_of_an_earlier_version_is_refused_with_the_way_to_upgrade_it(url: str) -> None:
    before = everything(url)
    with pytest.raises(StoreError, match="was made by an earlier version of mainstay") as caught:
        SqlStore.open(url)
    assert caught.value.remedy == f"Upgrade it: mainstay init --db {url}"
    assert everything(url) == before


@every_version
def test_an_upgraded_store_has_the_tables_of_a_new_one(
    url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    SqlStore.create(url).close()
    if url.startswith("sqlite"):
        SqlStore.create(f"sqlite:///{tmp_path}/new.db").close()
        assert layout(url) == layout(f"sqlite:///{tmp_path}/new.db")
        return
    with own_database(request.getfixturevalue("postgres_url")) as new:
        SqlStore.create(new).close()
        assert layout(url) == layout(new)


@pytest.mark.parametrize("version", range(1, VERSION - 1))
def test_each_step_adds_the_tables_of_its_version_and_no_later_ones(url: str, version: int) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        UPGRADES[version + 1](connection)
    engine.dispose()
    assert {*everything(url)} == tables_of(version + 1)


@every_version
def test_all_that_was_there_is_there_and_only_the_version_is_another(
    url: str, version: int
) -> None:
    before = everything(url)
    assert set(before) == tables_of(version)
    assert ("version", str(version)) in before["mainstay_settings"]
    SqlStore.create(url).close()
    after = everything(url)
    settings = [
        ("version", str(VERSION)) if key == "version" else (key, value)
        for key, value in before["mainstay_settings"]
    ]
    # New columns come behind those that were there.
    kept = {
        name: [row[: len(rows[0])] for row in after[name]] if rows else after[name]
        for name, rows in before.items()
    }
    assert kept == before | {"mainstay_settings": settings}
    with SqlStore.open(url) as store:
        assert store.settings.posts == {"post"}
        assert store.settings.day_start == time(0)


def test_the_kinds_of_events_that_were_there_count_and_go_on_counting(url: str) -> None:
    with SqlStore.create(url) as store:
        assert store.metrics.metrics(["ada", "bob", "cy"]) == {
            "ada": {"kind:run": 3, "kind:beta_joined": 1},
            "bob": {"kind:wallet_connected": 1, "kind:post": 2},
            "cy": {"kind:run": 1},
        }
        known = Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), kind="run", id="ada 1")
        store.sessions.add([known, Session("ada", NOW, kind="run", id="ada new")])
        assert store.metrics.metrics(["ada"]) == {"ada": {"kind:run": 4, "kind:beta_joined": 1}}


def test_the_first_check_of_badges_awards_what_events_of_before_are_worth(url: str) -> None:
    """SPEC §6: joining the beta is worth 100 points, a connected wallet 50."""
    with SqlStore.create(url) as store:
        context = JobContext(clock=lambda: NOW)
        report = check_badges(store.badges).run(context)
        assert (report.succeeded, report.failed) == (3, 0)
        assert report.result == {"awarded": 2, "points": 150}
        refresh_leaderboards(store.leaderboards).run(context)
        assert store.points.totals(["ada", "bob", "cy"]) == {"ada": 100, "bob": 50}


@pytest.mark.parametrize("version", [2])
def test_points_and_badges_of_before_are_there_and_go_on(url: str) -> None:
    """Bob was welcomed, has won and has a wallet; Ada has joined the beta, Cy was welcomed."""
    with SqlStore.create(url) as store:
        totals = {"ada": 100, "bob": 10 + 50 + 50, "cy": 10}
        assert store.points.totals(["ada", "bob", "cy"]) == totals
        top = store.leaderboards.top(now=NOW).entries
        assert [(place.user_id, place.total) for place in top] == [
            ("bob", 110),
            ("ada", 100),
            ("cy", 10),
        ]
        store.metrics.put({"cy": {"wins": 1}})
        report = check_badges(store.badges).run(JobContext(clock=lambda: NOW))
        assert report.result == {"awarded": 1, "points": 50}


@pytest.mark.parametrize("version", [1, 2])
def test_an_upgraded_store_has_a_ledger(url: str) -> None:
    with SqlStore.create(url) as store:
        assert store.ledger.verify() == ChainHead()
        transaction = store.ledger.submit("verdict:case-0001", "ace3")
    with SqlStore.open(url) as store:
        assert store.ledger.verify(known={"case-0001": transaction}).length == 1


@pytest.mark.parametrize("version", [3])
def test_a_case_of_before_is_there_and_is_closed_against_its_ledger(url: str) -> None:
    """Ada and Bob have voted, and Cy has argued."""
    with SqlStore.create(url) as store:
        kept = store.contests.case("case-0001")
        assert kept is not None
        (entry,) = store.ledger.entries()
        assert (entry.key, entry.payload) == ("verdict:case-0001", kept.digest)
        assert store.ledger.verify().length == 1
        assert kept.case.closes_at is not None
        end = kept.case.closes_at
        close_cases(store.contests).run(JobContext(due=end, clock=lambda: NOW + timedelta(days=1)))
        closed = store.contests.case("case-0001")
        assert closed is not None
        assert closed.outcome is not None
        assert (closed.outcome.voters, closed.outcome.winners) == (2, 1)


@every_version
def test_an_upgraded_store_makes_outlooks_and_plans_when_they_are_told(url: str) -> None:
    """All three users did something within the 30 days before."""
    with SqlStore.create(url) as store:
        made = generate_outlooks(store).run(JobContext(clock=lambda: NOW))
        assert (made.succeeded, made.failed) == (3, 0)
        later = NOW + timedelta(hours=12)
        planned = send_notifications(store.notifications).run(JobContext(clock=lambda: later))
        assert (planned.succeeded, planned.failed) == (3, 0)
        assert [each.due_at for each in store.outbox.entries("outlook")] == [
            datetime(2024, 5, 7, 6, 45, tzinfo=UTC)
        ] * 3
        assert [*store.templates.templates()] == ["fresh-start", "rhythm", "streak"]


@every_version
def test_days_go_on_where_they_were(url: str) -> None:
    with SqlStore.create(url) as store:
        midnight = datetime(2024, 5, 7, tzinfo=UTC)
        report = evaluate_consistency(store.engagements).run(JobContext(clock=lambda: midnight))
        assert report.target == "2024-05-06"
        assert report.result["closed_period"] == {
            "start_date": "2024-05-06",
            "end_date": "2024-05-06",
            "days": 1,
        }


@every_version
def test_an_upgrade_that_is_killed_halfway_has_changed_nothing(url: str, version: int) -> None:
    before = everything(url)
    with begun("tests.integration.upgrade_to_kill", url, str(version + 1)) as program:
        assert program.rest() == "upgraded\n"
        assert program.status() == -SIGKILL
    assert everything(url) == before
    with pytest.raises(StoreError, match="was made by an earlier version"):
        SqlStore.open(url)
    SqlStore.create(url).close()
    SqlStore.open(url).close()


@every_version
def test_of_several_that_upgrade_at_once_one_does(url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        for future in [threads.submit(SqlStore.create, url) for _ in range(4)]:
            future.result().close()
    with SqlStore.open(url) as store:
        assert store.metrics.metrics(["cy"]) == {"cy": {"kind:run": 1}}


@every_version
def test_the_command_refuses_an_earlier_version_and_init_upgrades_it(url: str) -> None:
    pytest.importorskip("rich", reason="the command needs mainstay[cli]")
    from tests.command import mainstay  # noqa: PLC0415  (see above)

    refused = mainstay("badges", "ada", "--db", url)
    assert (refused.status, refused.out) == (1, "")
    assert f"Upgrade it: mainstay init --db {url}" in refused.err
    assert mainstay("init", "--db", url).status == 0
    assert mainstay("run", "check-badges", "--db", url).status == 0
    badges = mainstay("badges", "ada", "--db", url, "--json").json["badges"]
    assert [badge["name"] for badge in badges] == ["Early Adopter"]
