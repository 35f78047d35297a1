"""One day of many users, evaluated in a database, against writing the same rows.

python -m benchmarks.daily_job [--users N] [--active SHARE] [--rounds N] [--postgres URL]

Each contestant works on a fresh copy of the same database, in a process of its own. URL is that
of a server on which databases may be created; its settings are left as they are.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import random
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from attrs import astuple
from sqlalchemy import Connection, bindparam, create_engine, func, select, text, update

from benchmarks.machine import described
from mainstay import DailyCriteria, EngagementPolicy
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.bulk import insert_rows
from mainstay.adapters.sql.engagements._outcomes import outcome_row
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
LOOPED = 20_000
STATE = ["last_day", "streak", "posts", "rated", "ratings", "next_day", "idle_points"]
Row = Sequence[object]
#: Seconds, the peak memory in MiB, and a digest of what was left.
Result = tuple[float, float, str]


def prepare(url: str, users: int, active: float) -> None:
    """Fill a store: everybody evaluated through yesterday, some active today.

    As many were active yesterday, and of these three in five have a streak; nobody else has.
    """
    draw = random.Random(1)
    states, written, happened = [], [], []
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
        states.append((user, SINCE, str(last), streak, *totals, next_day, SINCE, points))
        for hour in range(draw.randrange(1, 5) if is_active else 0):
            kind, at = draw.choice(["post", "like"]), f"{TODAY} {hour:02}:00:00.000000+00:00"
            rated_today = (6.5, 6_500_000) if kind == "post" else (None, None)
            happened.append(
                (user, at, f"{user}.{hour}", 0, None, kind, None, *rated_today, str(TODAY))
            )
    with SqlStore.create(url) as store, store._database.writing() as connection:
        insert_rows(connection, engagements, states)
        insert_rows(connection, maxima, [(1, *astuple(POLICY.maxima))])
        insert_rows(connection, outcomes, written)
        insert_rows(connection, progress, [(str(YESTERDAY),)])
        insert_rows(connection, closed_days, [(str(day), 0) for day in DAYS_BEFORE])
        insert_rows(connection, events, happened)
        insert_rows(connection, kinds, [("like",), ("post",)])
    with SqlStore.open(url) as store, store.engagements.page() as page:
        page.keep_policy(POLICY)


def the_job(url: str, _: str) -> float:
    """Run mainstay's job, from opening the database to closing the day."""
    started = perf_counter()
    with SqlStore.open(url) as store:
        job = evaluate_consistency(store.engagements, policy=POLICY)
        context = JobContext(target=TODAY, clock=lambda: datetime(2024, 6, 1, tzinfo=UTC))
        assert job.run(context).failed == 0
    return perf_counter() - started


def in_bulk(url: str, done: str) -> float:
    """Write, at once, the rows that the job has written, which are in memory already."""
    today = select(outcomes).where(outcomes.c.day == TODAY).order_by(outcomes.c.user_id)
    changed = select(engagements).where(engagements.c.last_day == TODAY)
    with SqlStore.open(done) as store, store._database.reading() as connection:
        rows = [tuple(row) for row in connection.execute(today)]
        states = [(*row[2:8], row.idle_points, row[0]) for row in connection.execute(changed)]
    with SqlStore.open(url) as store:
        started = perf_counter()
        with store._database.writing() as connection:
            update = _update_many if store._database.is_sqlite else _copy_and_update
            update(connection, states)
            insert_rows(connection, outcomes, rows)
    return perf_counter() - started


def _update_many(connection: Connection, states: Sequence[Row]) -> None:
    changes = ", ".join(f"{name} = ?" for name in STATE)
    connection.exec_driver_sql(
        f"UPDATE mainstay_engagements SET {changes} WHERE user_id = ?", [*states]
    )


def _copy_and_update(connection: Connection, states: Sequence[Row]) -> None:
    names = ", ".join([*STATE, "user_id"])
    staged = f"CREATE TEMPORARY TABLE new ON COMMIT DROP AS SELECT {names}"
    connection.exec_driver_sql(f"{staged} FROM mainstay_engagements LIMIT 0")
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy("COPY new FROM STDIN") as copy:
        for state in states:
            copy.write_row(state)
    changes = ", ".join(f"{name} = new.{name}" for name in STATE)
    connection.exec_driver_sql(
        f"UPDATE mainstay_engagements AS kept SET {changes} FROM new"
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
    started = perf_counter()
    for number in range(LOOPED):
        user = f"u{number:07}"
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


def measured(contestant: Callable[[str, str], float], url: str, done: str, users: int) -> Result:
    """Run a contestant; called in a process of its own."""
    seconds = contestant(url, done)
    return seconds, peak_memory(), left(url, users)


def peak_memory() -> float:
    """The most memory of this process so far, in MiB; ru_maxrss would include its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024


@contextmanager
def copies(template: str) -> Iterator[Callable[[str], str]]:
    """Something that makes fresh copies of a database, which are gone in the end."""
    if template.startswith("sqlite"):
        original = Path(template.removeprefix("sqlite:///"))

        def copied(name: str) -> str:
            path = original.with_name(f"{name}.db")
            for suffix in ("-wal", "-shm"):
                Path(f"{path}{suffix}").unlink(missing_ok=True)
            shutil.copyfile(original, path)
            return f"sqlite:///{path}"

        yield copied
        return
    server, _, name = template.rpartition("/")
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    made = set()
    with engine.connect() as connection:

        def created(copy: str) -> str:
            made.add(copy)
            connection.execute(text(f"DROP DATABASE IF EXISTS {copy}"))
            connection.execute(text(f"CREATE DATABASE {copy} TEMPLATE {name}"))
            connection.execute(text("CHECKPOINT"))
            return f"{server}/{copy}"

        try:
            yield created
        finally:
            for copy in made:
                connection.execute(text(f"DROP DATABASE {copy}"))
    engine.dispose()


@contextmanager
def template(postgres: str | None, users: int, active: float) -> Iterator[str]:
    """The URL of a database with users, on a server or in a file."""
    if postgres is None:
        with TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/template.db"
            prepare(url, users, active)
            yield url
        return
    engine = create_engine(postgres, isolation_level="AUTOCOMMIT")
    url = f"{postgres.rpartition('/')[0]}/mainstay_bench"
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE mainstay_bench"))
        try:
            prepare(url, users, active)
            own = create_engine(url, isolation_level="AUTOCOMMIT")
            with own.connect() as inside:
                inside.execute(text("VACUUM ANALYZE"))
            own.dispose()
            yield url
        finally:
            connection.execute(text("DROP DATABASE mainstay_bench"))
    engine.dispose()


def written(url: str) -> int:
    """How many outcomes of today there are."""
    with SqlStore.open(url) as store, store._database.reading() as connection:
        today = select(func.count()).where(outcomes.c.day == TODAY)
        return connection.scalar(today) or 0


def compare(postgres: str | None, users: int, active: float, rounds: int) -> None:
    """Run the contestants one after the other, check what they leave, and print their times."""
    spawn = multiprocessing.get_context("spawn")
    times: dict[str, list[float]] = {"the_job": [], "in_bulk": [], "in_a_loop": []}
    peak, rows = 0.0, 0
    with template(postgres, users, active) as url, copies(url) as copied:
        for _ in range(rounds):
            done = copied("mainstay_bench_job")
            ends = {}
            for contestant in (the_job, in_bulk, in_a_loop):
                name = contestant.__name__
                own = done if contestant is the_job else copied(f"mainstay_bench_{name}")
                arguments = (contestant, own, done, min(users, LOOPED))
                with spawn.Pool(1) as pool:
                    seconds, memory, ends[name] = pool.apply(measured, arguments)
                times[name].append(seconds)
                peak = max(peak, memory) if contestant is the_job else peak
            assert len(set(ends.values())) == 1, ends
            rows = written(done)
    job, bulk, loop = (median(times[name]) for name in times)
    loop *= users / min(users, LOOPED)
    database = "PostgreSQL" if postgres else "SQLite"
    print(f"{database}, {users:,} users, {active:.0%} active, {rows:,} outcomes written")
    print(f"  the job       {job:7.1f} s  {2 * rows / job:9,.0f} rows/s  {peak:4.0f} MiB at most")
    print(f"  bulk update   {bulk:7.1f} s  the job takes {job / bulk:.1f} times as long")
    print(f"  a user a time {loop:7.1f} s  takes {loop / job:.0f} times as long as the job")


def main() -> None:
    parser = argparse.ArgumentParser(description="One day of many users, in a database.")
    parser.add_argument("--users", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--active", type=float, nargs="+", default=[0.3, 0.05], metavar="SHARE")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgres", metavar="URL")
    args = parser.parse_args()
    print(described())
    for users, active in product(args.users, args.active):
        compare(None, users, active, args.rounds)
        if args.postgres:
            compare(args.postgres, users, active, args.rounds)


if __name__ == "__main__":
    main()
