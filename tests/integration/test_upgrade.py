"""Stores whose tables an earlier version made are upgraded in place: here, by a version to come."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import SIGKILL

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from sqlalchemy import Connection, create_engine, inspect, text

from mainstay import StoreError
from mainstay.adapters.sql import SqlStore, settings
from tests.integration.stores import own_database, prepare
from tests.integration.upgrade_to_kill import NEXT, add_column
from tests.programs import begun

Rows = dict[str, list[tuple[object, ...]]]

SETTINGS = settings.settings_table.name


@pytest.fixture(params=["sqlite", "postgresql"])
def url(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The URL of a store with some activity, made before this version."""
    monkeypatch.setattr(settings, "UPGRADES", {NEXT: add_column})
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/mainstay.db"
        prepare(url).close()
        monkeypatch.setattr(settings, "VERSION", NEXT)
        yield url
        return
    with own_database(request.getfixturevalue("postgres_url")) as own:
        prepare(own).close()
        monkeypatch.setattr(settings, "VERSION", NEXT)
        yield own


def everything(url: str) -> Rows:
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


def upgraded(before: Rows) -> Rows:
    """What is there once it is upgraded: a column more, and another version."""
    after: Rows = {
        "mainstay_users": [(*row, None) for row in before["mainstay_users"]],
        SETTINGS: [
            (key, str(NEXT) if key == "version" else value) for key, value in before[SETTINGS]
        ],
    }
    return before | after


def test_a_store_of_an_earlier_version_is_refused_with_the_way_to_upgrade_it(url: str) -> None:
    before = everything(url)
    with pytest.raises(StoreError, match="was made by an earlier version of mainstay") as caught:
        SqlStore.open(url)
    assert caught.value.remedy == f"Upgrade it: mainstay init --db {url}"
    assert everything(url) == before


def test_all_that_was_there_is_there(url: str) -> None:
    before = everything(url)
    assert before["mainstay_users"]
    SqlStore.create(url).close()
    assert everything(url) == upgraded(before)
    SqlStore.create(url).close()
    assert everything(url) == upgraded(before)


def test_an_upgrade_that_fails_has_changed_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: Connection) -> None:
        add_column(connection)
        raise ZeroDivisionError

    before = everything(url)
    with monkeypatch.context() as failing:
        failing.setattr(settings, "UPGRADES", {NEXT: fail})
        with pytest.raises(ZeroDivisionError):
            SqlStore.create(url)
    assert everything(url) == before
    SqlStore.create(url).close()
    assert everything(url) == upgraded(before)


def test_an_upgrade_that_is_killed_halfway_has_changed_nothing(url: str) -> None:
    before = everything(url)
    with begun("tests.integration.upgrade_to_kill", url) as program:
        assert program.rest() == "upgraded\n"
        assert program.status() == -SIGKILL
    assert everything(url) == before
    SqlStore.create(url).close()
    assert everything(url) == upgraded(before)


def test_of_several_that_upgrade_at_once_one_does(url: str) -> None:
    before = everything(url)
    with ThreadPoolExecutor(4) as threads:
        for future in [threads.submit(SqlStore.create, url) for _ in range(4)]:
            future.result().close()
    assert everything(url) == upgraded(before)


def test_a_later_version_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    SqlStore.create(url).close()
    monkeypatch.setattr(settings, "VERSION", NEXT - 1)
    for use in (SqlStore.open, SqlStore.create):
        with pytest.raises(StoreError, match=f"is of version {NEXT}, later than this mainstay's"):
            use(url)


def test_the_command_refuses_an_earlier_version_and_init_upgrades_it(url: str) -> None:
    pytest.importorskip("rich", reason="the command needs mainstay[cli]")
    from tests.command import mainstay  # noqa: PLC0415  (see above)

    refused = mainstay("badges", "ada", "--db", url)
    assert (refused.status, refused.out) == (1, "")
    assert f"Upgrade it: mainstay init --db {url}" in refused.err
    assert mainstay("init", "--db", url).status == 0
    assert mainstay("run", "check-badges", "--db", url).status == 0
