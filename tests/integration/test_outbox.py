"""Calls to the outside: whoever is killed, and however many there are, each is done once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Barrier

import attrs
import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from sqlalchemy import select

from mainstay.adapters.sql import SqlStore, put_entries
from mainstay.adapters.sql.entries import outbox
from mainstay.errors import RejectedError
from mainstay.jobs import check_badges
from mainstay.ports import OutboxEntry, OutboxState, Unreadable
from mainstay.recognition import Credit
from mainstay.scheduling import JobContext, PlainData
from mainstay.testing.conformance._transactions import Interrupted
from tests import effort
from tests.conformance.databases import new_database
from tests.integration.calls_to_kill import call_all
from tests.programs import begun

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
CLAIMERS = 32


def mail(number: int) -> OutboxEntry:
    key = f"mail-{number:03}"
    return OutboxEntry(key=key, kind="mail", payload=PlainData({"to": f"u{number}"}), due_at=NOON)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_database(request.param, request, tmp_path)


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    with SqlStore.create(url) as opened:
        yield opened


def killed_after(url: str, folder: Path, lines: int) -> None:
    """Run the program, and kill it once it has said so much: before or after one of its calls."""
    with begun("tests.integration.calls_to_kill", url, str(folder)) as program:
        program.lines(lines)


def test_whoever_is_killed_each_call_is_made_and_finished_once(
    url: str, store: SqlStore, tmp_path: Path
) -> None:
    """Before a call, or between it and what is kept of it, so that it is made again.

    Whoever is killed has finished one by then: one that three workers die with is given up.
    """
    kills, draw = effort.scaled(3), random.Random(11)
    entries = 3 * kills
    for folder in ("calls", "effects"):
        (tmp_path / folder).mkdir()
    store.outbox.put(map(mail, range(entries)))
    for _ in range(kills):
        killed_after(url, tmp_path, draw.choice([3, 4]))
    while store.outbox.count_waiting():
        call_all(store, tmp_path)
    ends = {entry.state for entry in store.outbox.entries("mail", limit=entries)}
    assert ends == {OutboxState.DONE}
    effects = {path.name: path.read_text() for path in (tmp_path / "effects").iterdir()}
    assert effects == {mail(n).key: f"u{n}" for n in range(entries)}
    assert store.points.totals(["ada"]) == {"ada": entries}
    calls = Counter(path.name.split()[0] for path in (tmp_path / "calls").iterdir())
    assert calls.keys() == effects.keys()
    assert entries <= calls.total() <= entries + kills
    call_all(store, tmp_path)
    assert len(list((tmp_path / "calls").iterdir())) == calls.total()


def test_32_claimers_share_the_work(store: SqlStore) -> None:
    entries = 4 * CLAIMERS
    store.outbox.put(map(mail, range(entries)))
    start = Barrier(CLAIMERS)

    def work(holder: str) -> list[str]:
        start.wait()
        mine: list[str] = []
        until = NOON + timedelta(minutes=5)
        while some := store.outbox.claim("mail", holder, now=NOON, until=until, limit=1):
            assert not isinstance(some[0], Unreadable)
            mine.append(some[0].key)
            done = attrs.evolve(some[0], state=OutboxState.DONE)
            assert store.outbox.finish(done, holder)
        return mine

    with ThreadPoolExecutor(CLAIMERS) as threads:
        done = [*threads.map(work, [f"claimer {n}" for n in range(CLAIMERS)])]
    assert sorted(key for mine in done for key in mine) == [mail(n).key for n in range(entries)]


def test_nobody_waits_for_what_another_is_just_claiming(url: str, store: SqlStore) -> None:
    if store._database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    store.outbox.put(map(mail, range(2)))
    with SqlStore.open(url, lock_timeout=0.2) as impatient, store._database.writing() as connection:
        first = select(outbox).order_by(outbox.c.key).limit(1)
        connection.execute(first.with_for_update()).one()
        (second,) = impatient.outbox.claim(
            "mail", "me", now=NOON, until=NOON + timedelta(minutes=5), limit=2
        )
        assert not isinstance(second, Unreadable)
        assert second.key == mail(1).key


def test_nobody_waits_for_what_another_is_just_finishing(url: str, store: SqlStore) -> None:
    """An insert of its key would: and the other may wait for what this one has put."""
    if store._database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    store.outbox.put([mail(1)])
    with SqlStore.open(url, lock_timeout=0.2) as impatient, store._database.writing() as connection:
        connection.execute(outbox.update().values(holder="another"))
        assert impatient.outbox.put([mail(1), mail(2)]) == 1
    assert store.outbox.count_waiting() == 2


def test_who_is_credited_is_looked_at_for_badges(store: SqlStore) -> None:
    badges, context = check_badges(store.badges), JobContext(clock=lambda: NOON)
    assert badges.run(context).processed == 0
    store.outbox.put([mail(1)])
    (mine,) = store.outbox.claim("mail", "me", now=NOON, until=NOON + timedelta(minutes=5), limit=1)
    assert isinstance(mine, OutboxEntry)
    assert store.outbox.finish(mine, "me", credits=[Credit("ada", "reward:1", 40, NOON)])
    assert [badges.run(context).processed for _ in range(2)] == [1, 0]


def test_an_entry_is_there_if_what_causes_it_is(store: SqlStore) -> None:
    with suppress(Interrupted), store._database.writing() as connection:
        assert put_entries(connection, [mail(1)]) == 1
        raise Interrupted
    assert store.outbox.entry(mail(1).key) is None
    with store._database.writing() as connection:
        assert put_entries(connection, [mail(1), mail(2)]) == 2
    with store._database.writing() as connection:
        assert put_entries(connection, [mail(1), mail(3)]) == 1
    assert store.outbox.count_waiting() == 3


def test_thousands_are_put_at_once(store: SqlStore) -> None:
    many = [mail(number) for number in range(2500)]
    assert store.outbox.put(many[1000:]) == 1500
    assert store.outbox.put(many) == 1000
    with pytest.raises(RejectedError, match="is there already, with other contents"):
        store.outbox.put([*many, OutboxEntry(key=mail(7).key, kind="other", due_at=NOON)])


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("payload", "{", "mainstay_outbox.payload can't be read"),
        ("payload", "[1]", "mainstay_outbox.payload can't be read"),
        ("state", "lost", "mainstay_outbox.state can't be read"),
        ("attempts", -2, "mainstay_outbox.attempts must be"),
    ],
)
def test_a_corrupt_row_is_one_entrys_affair(
    store: SqlStore, column: str, value: object, words: str
) -> None:
    """The others are claimed; that one comes as what is wrong with it."""
    store.outbox.put(map(mail, range(2)))
    with store._database.writing() as connection:
        broken = outbox.update().where(outbox.c.key == mail(0).key)
        connection.execute(broken.values({column: value}))
    claim = partial(store.outbox.claim, "mail", "me", now=NOON, limit=9)
    found = claim(until=NOON + timedelta(minutes=5))
    if column == "state":  # only what waits is claimed
        assert [each.key for each in found] == [mail(1).key]
        return
    bad, good = found
    assert isinstance(bad, Unreadable)
    assert isinstance(good, OutboxEntry)
    assert (bad.key, good.key) == (mail(0).key, mail(1).key)
    assert words in str(bad.error)
    assert "mail-000" in str(bad.error)


def test_sqlite_finds_what_waits_by_its_index(tmp_path: Path) -> None:
    """So what is done may pile up."""
    seen: list[str] = []
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        with store._database.reading() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.set_trace_callback(seen.append)
        store.outbox.claim("mail", "me", now=NOON, until=NOON + timedelta(minutes=5), limit=10)
        queries = [query for query in seen if query.startswith("SELECT") and "ORDER BY" in query]
        with store._database.reading() as connection:
            plans = [
                str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all())
                for query in queries
            ]
    assert len(plans) == 1
    assert "mainstay_outbox_due (kind=? AND due_at<?)" in plans[0]
    assert "TEMP B-TREE" not in plans[0]
