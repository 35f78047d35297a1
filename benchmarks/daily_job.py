"""One day of many users, evaluated in a database, against writing rows that are there already.

python -m benchmarks.daily_job [--users N] [--active SHARE] [--rounds N] [--postgres URL]

Each contestant works on a fresh copy of the same database, in a process of its own. URL is that
of a server on which databases may be created; its settings are left as they are. The job on
columns and the job a user at a time must leave the same, to the last bit.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import random
import sqlite3
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import product
from statistics import median
from time import perf_counter
from unittest.mock import patch

import numpy as np
from attrs import astuple
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    bindparam,
    create_engine,
    func,
    select,
    true,
    update,
)

from benchmarks.databases import copies, template
from benchmarks.machine import described, peak_memory
from mainstay import DailyCriteria, EngagementPolicy
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.bulk import insert_rows, stage
from mainstay.adapters.sql.columns import Day, key, temporary
from mainstay.adapters.sql.engagements import _column_days
from mainstay.adapters.sql.engagements._outcomes import NO_NUMBERS, outcome_row
from mainstay.adapters.sql.engagements.tables import (
    closed_days,
    engagements,
    maxima,
    outcomes,
    progress,
)
from mainstay.adapters.sql.sessions import events, kinds
from mainstay.jobs import evaluate_consistency
from mainstay.scheduling import JobContext
from mainstay.scores.engagement.historical import score_parts

TODAY, YESTERDAY = date(2024, 5, 2), date(2024, 5, 1)
SINCE = "2024-01-01"
DAYS_BEFORE = [date(2024, 1, 1) + timedelta(days=days) for days in range(122)]
POLICY = EngagementPolicy(criteria=DailyCriteria({"post": 1}))
LOOPED = 2_000
#: What is written of everybody's state, after the last day.
STATE = ["streak", "posts", "rated", "ratings", "next_day"]
#: Where PostgreSQL has states wait to be written.
new_states = temporary(
    "new_states",
    Column("last_day", Day),
    *(Column(name, BigInteger) for name in STATE[:-1]),
    Column("next_day", Day),
    Column("user_id", key),
)
Row = Sequence[object]
#: Seconds, the peak memory in MiB, and a digest of what was left.
Result = tuple[float, float, str]


def prepare(url: str, users: int, active: float) -> None:
    """Fill a store: everybody evaluated through yesterday, some active today.

    As many were active yesterday, and of these three in five have a streak; nobody else has.
    """
    draw = random.Random(1)
    states, written, happened = list[Row](), list[Row](), list[Row]()
    for number in range(users):
        user, posts = f"u{number:07}", draw.randrange(200)
        rated = posts // 2
        totals = (posts, rated, rated * 7_250_000)
        was_active, is_active = draw.random() < active, draw.random() < active
        streak = draw.choice([0, 0, 1, 5, 30]) if was_active else 0
        last = YESTERDAY if was_active else YESTERDAY - timedelta(days=draw.randrange(1, 90))
        next_day = str(TODAY) if streak or is_active else None
        parts = score_parts(0, posts, 7.25 if rated else None, POLICY)
        before, score = (streak - 1, None) if streak else (0, parts)
        written.append(outcome_row(user, str(last), None, before, streak, totals, score, 1))
        points = parts[1] + parts[2]
        states.append((user, SINCE, str(last), streak, *totals, 0, next_day, SINCE, points))
        happened += events_today(user, draw) if is_active else []
    with SqlStore.create(url) as store, store._database.writing() as connection:
        insert_rows(connection, engagements, states)
        insert_rows(connection, maxima, [(1, *astuple(POLICY.maxima), *NO_NUMBERS)])
        insert_rows(connection, outcomes, written)
        insert_rows(connection, progress, [(str(YESTERDAY),)])
        insert_rows(connection, closed_days, [(str(day), 0) for day in DAYS_BEFORE])
        insert_rows(connection, events, happened)
        insert_rows(connection, kinds, [("like",), ("post",)])
    with SqlStore.open(url) as store, store.engagements.page() as page:
        page.keep_policy(POLICY)


def events_today(user: str, draw: random.Random) -> list[Row]:
    """Return what an active user does today: one to four posts and likes."""
    rows: list[Row] = []
    for hour in range(draw.randrange(1, 5)):
        kind, at = draw.choice(["post", "like"]), f"{TODAY} {hour:02}:00:00.000000+00:00"
        rated = (6.5, 6_500_000) if kind == "post" else (None, None)
        rows.append((user, at, f"{user}.{hour}", 0, None, kind, None, *rated, str(TODAY)))
    return rows


def the_job(url: str, _: str) -> float:
    """Run mainstay's job, from opening the database to closing the day."""
    started = perf_counter()
    with SqlStore.open(url) as store:
        job = evaluate_consistency(store.engagements, policy=POLICY)
        context = JobContext(target=TODAY, clock=lambda: datetime(2024, 6, 1, tzinfo=UTC))
        assert job.run(context).failed == 0
    return perf_counter() - started


def a_user_at_a_time(url: str, done: str) -> float:
    """Run it as it runs without numpy."""
    with patch.object(_column_days, "MANY", sys.maxsize):
        return the_job(url, done)


def in_bulk(url: str, done: str) -> float:
    """Write, at once, the rows that the job has written, which are in memory already.

    In the fastest way that we know: in the order of their keys, on PostgreSQL with binary COPY,
    and the points of idle days, which have an index, only where they have changed.
    """
    return _in_bulk(url, done, engagements.c.last_day == TODAY)


def all_in_bulk(url: str, done: str) -> float:
    """Write a state and an outcome for everybody, as if idle days had to be written."""
    return _in_bulk(url, done, true())


def _in_bulk(url: str, done: str, whose: ColumnElement[bool]) -> float:
    changed = select(engagements).where(whose).order_by(engagements.c.user_id)
    came_to = select(outcomes).join(
        engagements,
        (engagements.c.user_id == outcomes.c.user_id) & (engagements.c.last_day == outcomes.c.day),
    )
    came_to = came_to.where(whose).order_by(outcomes.c.user_id)
    with SqlStore.open(done) as store, store._database.reading() as connection:
        rows = [(user, str(TODAY), *row) for user, _, *row in connection.execute(came_to)]
        states = [
            (str(TODAY), *(row._mapping[name] for name in STATE), row.user_id)
            for row in connection.execute(changed)
        ]
    with SqlStore.open(done) as store, store._database.reading() as connection:
        after = dict(connection.execute(_idle_points).tuples().all())
    with SqlStore.open(url) as store, store._database.reading() as connection:
        before = connection.execute(_idle_points)
        idle = [(after[user], user) for user, points in before if points != after[user]]
    del after
    with SqlStore.open(url) as store:
        started = perf_counter()
        with store._database.writing() as connection:
            update = _update_many if store._database.is_sqlite else _copy_and_update
            update(connection, states)
            insert_rows(connection, outcomes, rows)
            if idle:
                mark = "?" if store._database.is_sqlite else "%s"
                change = f"SET idle_points = {mark} WHERE user_id = {mark}"
                connection.exec_driver_sql(f"UPDATE mainstay_engagements {change}", idle)
    return perf_counter() - started


_idle_points = select(engagements.c.user_id, engagements.c.idle_points)


def _update_many(connection: Connection, states: Sequence[Row]) -> None:
    changes = ", ".join(f"{name} = ?" for name in ["last_day", *STATE])
    connection.exec_driver_sql(
        f"UPDATE mainstay_engagements SET {changes} WHERE user_id = ?", [*states]
    )


def _copy_and_update(connection: Connection, states: Sequence[Row]) -> None:
    stage(connection, new_states, states)
    changes = ", ".join(f"{name} = new.{name}" for name in ["last_day", *STATE])
    connection.exec_driver_sql(
        f"UPDATE mainstay_engagements AS kept SET {changes} FROM {new_states.name} AS new"
        " WHERE kept.user_id = new.user_id"
    )


def in_a_loop(url: str, _: str) -> float:
    """Do a SELECT and an UPDATE for each user, committed before the next one's turn."""
    states, happened = engagements.c, events.c
    posts_today = (
        select(func.count())
        .where(happened.day == TODAY, happened.user_id == states.user_id, happened.kind == "post")
        .scalar_subquery()
    )
    read = select(states.streak, states.posts, states.rated, states.ratings, posts_today).where(
        states.user_id == bindparam("user")
    )
    write = update(engagements).where(states.user_id == bindparam("user"))
    write = write.values(streak=bindparam("now"), posts=bindparam("all"))
    scores = []
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        some = select(states.user_id).order_by(states.user_id).limit(LOOPED)
        users = connection.scalars(some).all()
    started = perf_counter()
    for user in users:
        with engine.begin() as connection:
            streak, posts, rated, ratings, new = connection.execute(read, {"user": user}).one()
            if not new:
                quality = 3 * ratings / rated / 1e6 if rated else 0
                scores.append(40 * streak / (streak + 14) + 30 * posts / (posts + 50) + quality)
            now = streak + 1 if new else 0
            connection.execute(write, {"user": user, "now": now, "all": posts + new})
    seconds = perf_counter() - started
    engine.dispose()
    return seconds


def left(url: str, users: int) -> str:
    """A digest of the first users' streaks and posts."""
    digest = hashlib.sha256()
    states = engagements.c
    query = select(states.user_id, states.streak, states.posts)
    with SqlStore.open(url) as store, store._database.reading() as connection:
        for row in connection.execute(query.order_by(states.user_id).limit(users)):
            digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


def everything(url: str) -> str:
    """A digest of all states, and of all outcomes of today."""
    digest = hashlib.sha256()
    today = select(outcomes).where(outcomes.c.day == TODAY).order_by(outcomes.c.user_id)
    with SqlStore.open(url) as store, store._database.reading() as connection:
        for query in (select(engagements).order_by(engagements.c.user_id), today):
            for row in connection.execution_options(yield_per=1000).execute(query):
                digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


def measured(contestant: Callable[[str, str], float], url: str, done: str, users: int) -> Result:
    """Run a contestant; called in a process of its own."""
    seconds = contestant(url, done)
    return seconds, peak_memory(), left(url, users)


def written(url: str) -> int:
    """How many outcomes of today there are."""
    with SqlStore.open(url) as store, store._database.reading() as connection:
        today = select(func.count()).where(outcomes.c.day == TODAY)
        return connection.scalar(today) or 0


def version(postgres: str) -> str:
    """The version of a server."""
    engine = create_engine(postgres.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        found = str(connection.exec_driver_sql("SHOW server_version").scalar_one())
    engine.dispose()
    return found


def compare(postgres: str | None, users: int, active: float, rounds: int) -> None:
    """Run the contestants one after the other, check what they leave, and print their times."""
    spawn = multiprocessing.get_context("spawn")
    contestants = (the_job, a_user_at_a_time, in_bulk, all_in_bulk, in_a_loop)
    times: dict[str, list[float]] = {each.__name__: [] for each in contestants}
    peak, rows = 0.0, 0
    prepared = partial(prepare, users=users, active=active)
    with template(postgres, prepared) as url, copies(url) as copied:
        for _ in range(rounds):
            done = copied("mainstay_bench_job")
            ends, all_of = {}, {}
            for contestant in contestants:
                name = contestant.__name__
                own = done if contestant is the_job else copied("mainstay_bench_other")
                arguments = (contestant, own, done, min(users, LOOPED))
                with spawn.Pool(1) as pool:
                    seconds, memory, ends[name] = pool.apply(measured, arguments)
                if contestant in {the_job, a_user_at_a_time}:
                    all_of[name] = everything(own)
                times[name].append(seconds)
                peak = max(peak, memory) if contestant is the_job else peak
            assert len(set(ends.values())) == len(set(all_of.values())) == 1, (ends, all_of)
            rows = written(done)
    medians = {name: median(times[name]) for name in times}
    medians["in_a_loop"] *= users / min(users, LOOPED)
    database = "SQLite" if postgres is None else f"PostgreSQL {version(postgres)}"
    print(f"{database}, {users:,} users, {active:.0%} active, {rows:,} outcomes written")
    for name, each in medians.items():
        print(f"  {name:17}{each:8.1f} s  {medians['the_job'] / each:6.2f}")
    print(f"  the job took {peak:.0f} MiB at most")


def main() -> None:
    parser = argparse.ArgumentParser(description="One day of many users, in a database.")
    parser.add_argument("--users", type=int, nargs="+", default=[1_000_000])
    parser.add_argument(
        "--active", type=float, nargs="+", default=[1.0, 0.3, 0.05], metavar="SHARE"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgres", metavar="URL")
    args = parser.parse_args()
    print(f"{described()}, numpy {np.__version__}, SQLite {sqlite3.sqlite_version}")
    for users, active in product(args.users, args.active):
        compare(None, users, active, args.rounds)
        if args.postgres:
            compare(args.postgres, users, active, args.rounds)


if __name__ == "__main__":
    main()
