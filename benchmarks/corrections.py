"""One user among many erased or renamed, and a year of some users evaluated again.

python -m benchmarks.corrections [--users N] [--again N] [--days N] [--postgres URL]

Erasing is compared with what anybody would write: a DELETE for each table with the user's id.
Evaluating again is compared with evaluating the same days for the first time; both must leave the
same outcomes. URL is that of a server on which databases may be created.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from statistics import median
from time import perf_counter

from sqlalchemy import delete, select

from benchmarks.daily_job import TODAY, prepare
from benchmarks.databases import copies, template
from benchmarks.machine import described
from mainstay import DailyCriteria, EngagementPolicy, Session
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.columns import USER, metadata
from mainstay.adapters.sql.engagements.tables import outcomes
from mainstay.jobs import evaluate_consistency, forget, reevaluate, rename, update_multipliers
from mainstay.scheduling import JobContext

FIRST = date(2023, 1, 2)
POLICY = EngagementPolicy(criteria=DailyCriteria({"post": 1}))
NOW = datetime(2025, 1, 1, tzinfo=UTC)


def by_hand(store: SqlStore, user: str) -> None:
    """Delete a user's rows, table by table; candidates and totals would then be wrong."""
    with store._database.writing() as connection:
        for table in metadata.sorted_tables:
            for column in table.columns:
                if column.info.get(USER):
                    connection.execute(delete(table).where(column == user))


def milliseconds(act: Callable[[SqlStore, str], object], store: SqlStore, *numbers: int) -> float:
    """Do something to a few users, one by one, and return what it takes for each."""
    times = []
    for number in numbers:
        started = perf_counter()
        act(store, f"u{number:07}")
        times.append(perf_counter() - started)
    return 1000 * median(times)


def of_one(postgres: str | None, users: int) -> None:
    """Print what one user among many takes."""
    draw = random.Random(3)
    acts: dict[str, Callable[[SqlStore, str], object]] = {
        "a DELETE for each table": by_hand,
        "forget": lambda store, user: forget(store.corrections, [user]),
        "rename": lambda store, user: rename(store.corrections, user, f"{user} too"),
        "rename, merging two": lambda store, user: rename(store.corrections, user, f"u{7:07}"),
    }
    with (
        template(postgres, partial(prepare, users=users, active=0.3)) as url,
        copies(url) as copy,
        SqlStore.open(copy("mainstay_bench_one")) as store,
    ):
        evaluate_consistency(store.engagements).run(JobContext(target=TODAY, clock=lambda: NOW))
        print(f"{name_of(postgres)}, one user among {users:,}, median of 9")
        for name, act in acts.items():
            numbers = [draw.randrange(10, users) for _ in range(10)]
            milliseconds(act, store, numbers[0])  # statements are compiled once
            print(f"  {name:26}{milliseconds(act, store, *numbers[1:]):8.1f} ms")


def name_of(postgres: str | None) -> str:
    return "PostgreSQL" if postgres else "SQLite"


def activity(users: int, days: int) -> Iterator[Session]:
    """What users do in some days: something on two of five."""
    draw = random.Random(5)
    for number in range(users):
        user = f"u{number:07}"
        for day in range(days):
            if draw.random() < 0.4:
                at = datetime.combine(FIRST, datetime.min.time(), UTC) + timedelta(day, 3600)
                kind = draw.choice(["post", "like"])
                yield Session(user, at, kind=kind, id=f"{number} {day}")


def fill(url: str, users: int, days: int) -> None:
    with SqlStore.create(url) as store:
        batch: list[Session] = []
        for session in activity(users, days):
            batch.append(session)
            if len(batch) == 50_000:
                store.sessions.add(batch)
                batch = []
        store.sessions.add(batch)


def came_to(store: SqlStore) -> list[tuple[object, ...]]:
    """All outcomes, without which of them was the one before."""
    columns = [column for column in outcomes.columns if column.name != "previous"]
    query = select(*columns).order_by(outcomes.c.user_id, outcomes.c.day)
    with store._database.reading() as connection:
        return [tuple(row) for row in connection.execute(query)]


def a_year(postgres: str | None, users: int, days: int) -> None:
    """Print what evaluating days takes, and doing so again."""
    last = FIRST + timedelta(days=days - 1)
    context = JobContext(target=last, clock=lambda: NOW)
    with (
        template(postgres, partial(fill, users=users, days=days)) as url,
        copies(url) as copy,
        SqlStore.open(copy("mainstay_bench_year")) as store,
    ):
        started = perf_counter()
        evaluate_consistency(store.engagements, policy=POLICY).run(context)
        update_multipliers(store.reputations).run(context)
        once, before = perf_counter() - started, came_to(store)
        started = perf_counter()
        report = reevaluate(store, since=FIRST, context=JobContext(clock=lambda: NOW))
        again = perf_counter() - started
        assert came_to(store) == before
        print(f"{name_of(postgres)}, {users:,} users over {days} days, {len(before):,} outcomes")
        print(f"  evaluated once {once:8.1f} s")
        print(f"  and again      {again:8.1f} s  {again / once:6.2f}  ({report.succeeded:,} users)")


def main() -> None:
    parser = argparse.ArgumentParser(description="Corrections of what a database keeps.")
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--again", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--postgres", metavar="URL")
    args = parser.parse_args()
    print(described())
    for server in filter(lambda each: each or each is None, [None, args.postgres or ""]):
        of_one(server, args.users)
        a_year(server, args.again, args.days)


if __name__ == "__main__":
    main()
