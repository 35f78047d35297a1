"""Stores with some weeks of activity to run jobs on, and all that is in them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from sqlalchemy import create_engine, insert, select, text

from mainstay import DailyCriteria, EngagementPolicy, Session
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.columns import metadata
from mainstay.adapters.sql.runs import leases, runs
from mainstay.adapters.sql.settings import settings_table
from mainstay.jobs import evaluate_consistency
from mainstay.outlook import Preferences
from mainstay.reading import identified
from mainstay.recognition import Credit
from mainstay.scheduling import JobContext
from tests.conformance.databases import empty

FIRST = datetime(2024, 4, 29, 9, tzinfo=UTC)
USERS = [f"u{number:02}" for number in range(30)]
DAYS = 21

#: The day that is evaluated, mostly, and by what.
DAY = date(2024, 5, 1)
POLICY = EngagementPolicy(criteria=DailyCriteria({"run": 1}))


def activity() -> Iterable[Session]:
    """Three weeks in which thirty users were active on some days, a few only later on."""
    draw = random.Random(2024)
    for user in USERS:
        begins = draw.choice([0, 0, 0, 3, 9])
        for day in range(begins, DAYS):
            for kind in draw.choice([(), ("run",), ("run", "post"), ("post", "post")]):
                quality = draw.choice([None, 5.5, 8.25])
                yield Session(user, FIRST + timedelta(days=day), kind=kind, quality=quality)


def rows(store: SqlStore) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, in order; not when jobs ran."""
    with store._database.reading() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
            if table not in {runs, leases}
        }


def put(store: SqlStore, kept: Mapping[str, Sequence[tuple[object, ...]]]) -> None:
    """Let a store keep these rows, as :func:`rows` returned them, and no others."""
    empty(store)
    with store._database.writing() as connection:
        for table in metadata.sorted_tables:
            given = kept.get(table.name)
            if given and table is not settings_table:
                named = [dict(zip(table.columns.keys(), row, strict=True)) for row in given]
                connection.execute(insert(table), named)


@contextmanager
def own_database(server: str) -> Iterator[str]:
    """A PostgreSQL database of one's own."""
    name = f"mainstay_{uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield server.rpartition("/")[0] + f"/{name}"
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def prepare(url: str) -> SqlStore:
    """A store with that activity."""
    store = SqlStore.create(url)
    store.sessions.add(identified(activity()))
    return store


def prepare_recognition(url: str) -> SqlStore:
    """A store with that activity, metrics of some users, and points of most, some taken back."""
    store, draw, now = prepare(url), random.Random(15), FIRST + timedelta(days=DAYS)
    store.metrics.put({user: {"wins": draw.randrange(3)} for user in USERS[::2]})
    store.points.add(
        [
            Credit(user, reason, draw.randrange(-20, 80), FIRST + timedelta(hours=hours))
            for user in USERS[5:]
            for reason, hours in (("welcome", 1), ("reward:1", draw.randrange(500)))
        ],
        now=now,
    )
    return store


def prepare_outlooks(url: str) -> SqlStore:
    """A store with that activity, and preferences of some users."""
    store, now = prepare(url), FIRST + timedelta(days=DAYS)
    for user, zone in zip(
        USERS[::3], ("Asia/Tokyo", "America/Nuuk", "Europe/Berlin") * 9, strict=False
    ):
        store.notifications.prefer(user, Preferences(zone), now=now)
    return store


def ran(user: str, day: int = 1, kind: str = "run") -> Session:
    at = datetime(2024, 5, day, 8, tzinfo=UTC)
    return Session(user, at, kind=kind, id=f"{user} {day} {kind}")


def clock() -> datetime:
    return datetime(2024, 6, 1, tzinfo=UTC)


def evaluate(store: SqlStore, day: date) -> tuple[int, int]:
    job = evaluate_consistency(store.engagements, policy=POLICY)
    report = job.run(JobContext(target=day, options={"page_size": 2}, clock=clock))
    return report.succeeded, report.failed


def change(store: SqlStore, statement: str) -> None:
    with store._database.writing() as connection:
        connection.execute(text(statement))
