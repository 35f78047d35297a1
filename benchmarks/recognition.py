"""A million users' points, boards and badges in a database, and in a Redis sorted set.

python -m benchmarks.recognition [--users N] [--rounds N] [--postgres URL] [--redis URL]

Answers are compared first. Postgres's URL is that of a server on which databases may be created,
Redis's that of one whose key ``mainstay:bench`` may be overwritten; their settings are left as
they are. Runs that change much have a fresh copy of the database each, in a process of its own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, delete, func, select, text

from benchmarks.databases import copies, template
from benchmarks.machine import described, microseconds, peak_memory
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.bulk import insert_rows
from mainstay.adapters.sql.columns import instant_text
from mainstay.adapters.sql.metrics import metrics
from mainstay.adapters.sql.points import credits, listed, points
from mainstay.jobs import check_badges, refresh_leaderboards
from mainstay.ports import BoardQuery
from mainstay.recognition import STANDARD_BADGES, Argument, Period, split_pool
from mainstay.scheduling import JobContext

NOW = datetime(2024, 5, 8, 12, tzinfo=UTC)
#: When the first credit was given: some of them are of the last week, some of the last day.
SINCE = NOW - timedelta(days=14)
KEY = "mainstay:bench"
#: Whom the ranks are asked of.
ASKED = 200
HOUR = timedelta(hours=1)
#: While the snapshots answer.
SOON = NOW + timedelta(minutes=1)
Row = Sequence[object]


def user(number: int) -> str:
    return f"u{number:07}"


def drawn_totals(users: int) -> list[int]:
    """Points as they are: many have few of them, and most totals are shared."""
    draw = random.Random(1)
    return [int(draw.lognormvariate(5, 1.5)) for _ in range(users)]


def prepare(url: str, users: int) -> None:
    """Fill a store: a credit a user, and a metric that is worth a badge."""
    draw = random.Random(2)
    history, totals, measured = list[Row](), list[Row](), list[Row]()
    for number, total in enumerate(drawn_totals(users)):
        at = instant_text(SINCE + timedelta(seconds=draw.randrange(14 * 86400)))
        history.append((user(number), at, "reward:case-1", total))
        totals.append((user(number), total, at, at if total else None))
        measured.append((user(number), "wins", 1))
    with SqlStore.create(url) as store, store._database.writing() as connection:
        insert_rows(connection, credits, history)
        insert_rows(connection, points, totals)
        insert_rows(connection, metrics, measured)
        insert_rows(connection, listed, [(0, users)])


def in_a_process(work: Callable[..., Any], *arguments: object) -> Any:
    """Run something in a process of its own, and return what it returns."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def clock_at(now: datetime) -> JobContext:
    return JobContext(due=now, clock=lambda: now)


def refreshed(url: str) -> tuple[float, float]:
    """Make the three snapshots: the seconds, and the memory beyond that of the imports."""
    with SqlStore.open(url) as store:
        store.leaderboards.policy()
        before, begin = peak_memory(), perf_counter()
        report = refresh_leaderboards(store.leaderboards).run(clock_at(NOW))
        seconds = perf_counter() - begin
    assert report.succeeded == len(Period), report
    return seconds, peak_memory() - before


def awarded(url: str, users: int) -> tuple[float, float]:
    """Look at everybody, and an hour later at one in a hundred: the seconds of each."""
    with SqlStore.open(url) as store:
        job = check_badges(store.badges)
        begin = perf_counter()
        report = job.run(clock_at(NOW))
        first = perf_counter() - begin
        assert report.result["awarded"] == users, report
        store.metrics.put({user(number): {"wins": 5} for number in range(0, users, 100)})
        begin = perf_counter()
        report = job.run(clock_at(NOW + HOUR))
        hour = perf_counter() - begin
        assert report.result["awarded"] == report.succeeded == len(range(0, users, 100)), report
    return first, hour


def award_rows(connection: Connection) -> tuple[list[Row], list[Row]]:
    """What the first run writes of awards and totals, as rows."""
    badge, at = STANDARD_BADGES[0], instant_text(NOW)
    found = connection.execute(
        text("SELECT user_id, total, CAST(first_at AS TEXT) FROM mainstay_points")
    ).all()
    awards: list[Row] = [(who, at, badge.reason, badge.bonus) for who, _, _ in found]
    return awards, [(who, total + badge.bonus, first, at) for who, total, first in found]


def bulk_inserted(url: str) -> float:
    """Write the same rows, which are there already, into the same tables."""
    with SqlStore.open(url) as store:
        with store._database.reading() as connection:
            awards, totals = award_rows(connection)
        begin = perf_counter()
        with store._database.writing() as connection:
            connection.execute(delete(points))
            insert_rows(connection, credits, awards)
            insert_rows(connection, points, totals)
        return perf_counter() - begin


def ranks(url: str, redis: Any, users: int) -> None:
    """Compare ranks with Redis's, and with a bare count over an index."""
    asked = [user(number) for number in random.Random(3).sample(range(users), ASKED)]
    with SqlStore.open(url) as store:
        snapshot, live = compared(store, asked)
        calls = from_snapshots(store, asked)
        if redis is not None:
            assert {who: 1 + redis_above(redis, who) for who in asked} == snapshot
            calls |= from_redis(redis, asked)
        show(calls, rounds=9, loops=100)
        # Each counts from the first user to the last, since some take much longer than others.
        mine, bare = cycle(asked), cycle(asked)
        counts: dict[str, Callable[[], object]] = {
            "rank, live": lambda: store.leaderboards.rank_of(next(mine), now=SOON + HOUR),
            "a bare COUNT over the index": lambda: bare_count(store, live[next(bare)]),
        }
        show(counts, rounds=5, loops=ASKED)


def compared(store: SqlStore, asked: Sequence[str]) -> tuple[dict[str, int | None], dict[str, int]]:
    """Ranks from a snapshot, which are those that are counted, and the points they are of."""
    boards = store.leaderboards
    snapshot = {who: boards.rank_of(who, now=SOON) for who in asked}
    live = {who: boards.rank_of(who, now=SOON + HOUR) for who in asked}
    assert not any(found.live for found in snapshot.values())
    assert all(found.live for found in live.values())
    ranks_ = {who: found.rank for who, found in snapshot.items()}
    assert {who: found.rank for who, found in live.items()} == ranks_
    top, top_live = boards.top(now=SOON), boards.top(now=SOON + HOUR)
    assert (top.live, top_live.live, top.entries) == (False, True, top_live.entries)
    return ranks_, {who: found.points for who, found in live.items()}


def from_snapshots(store: SqlStore, asked: Sequence[str]) -> dict[str, Callable[[], object]]:
    boards, turn = store.leaderboards, cycle(asked)
    weekly = BoardQuery("weekly")
    return {
        "top 100, snapshot": lambda: boards.top(now=SOON),
        "top 100, live": lambda: boards.top(now=SOON + HOUR),
        "rank, snapshot": lambda: boards.rank_of(next(turn), now=SOON),
        "rank of a week, snapshot": lambda: boards.rank_of(next(turn), weekly, now=SOON),
    }


def from_redis(redis: Any, asked: Sequence[str]) -> dict[str, Callable[[], object]]:
    turn = cycle(asked)
    return {
        "Redis: ZSCORE, ZCOUNT": lambda: redis_above(redis, next(turn)),
        "Redis: ZREVRANGE 0 99 WITHSCORES": lambda: redis.zrevrange(KEY, 0, 99, withscores=True),
    }


def show(calls: Mapping[str, Callable[[], object]], *, rounds: int, loops: int) -> None:
    """Time calls side by side, and print how long each takes."""
    times = microseconds(*calls.values(), rounds=rounds, loops=loops)
    for name, time in zip(calls, times, strict=True):
        print(f"  {name:34} {time:10.0f} µs")


def bare_count(store: SqlStore, total: int) -> int:
    with store._database.reading() as connection:
        query = select(func.count()).select_from(points).where(points.c.total > total)
        return connection.scalar(query) or 0


def redis_above(redis: Any, who: str) -> int:
    score = redis.zscore(KEY, who)
    return int(redis.zcount(KEY, f"({score}", "+inf"))


def fill_redis(url: str, users: int) -> Any:
    import redis  # noqa: PLC0415  (it comes with Celery's extra)

    client = redis.Redis.from_url(url)
    client.delete(KEY)
    totals = drawn_totals(users)
    for first in range(0, users, 10_000):
        some = range(first, min(first + 10_000, users))
        client.zadd(KEY, {user(number): totals[number] for number in some})
    return client


def split(users: int) -> float:
    """Split a pool among as many voters, and a few authors of arguments."""
    votes = {user(number): "no" if number % 3 else "yes" for number in range(users)}
    arguments = [Argument(str(n), user(n), NOW, votes=n) for n in range(20)]
    begin = perf_counter()
    found = split_pool(10**9, votes=votes, verdict="no", arguments=arguments, creator=user(7))
    seconds = perf_counter() - begin
    assert sum(found.awards.values()) + found.undistributed == found.pool
    return seconds


def on(name: str, postgres: str | None, redis: Any, users: int, rounds: int) -> None:
    """Measure one database."""
    print(name)
    with template(postgres, partial(prepare, users=users)) as url, copies(url) as copy:
        boards = [in_a_process(refreshed, copy("mainstay_boards")) for _ in range(rounds)]
        seconds, memory = (median(part) for part in zip(*boards, strict=True))
        print(f"  three periods refreshed            {seconds:8.2f} s, {memory:.0f} MiB")
        last = copy("mainstay_boards")
        in_a_process(refreshed, last)
        analyse(last)
        ranks(last, redis, users)
        runs = list[tuple[float, float, float]]()
        for _ in range(rounds):
            everybody = copy("mainstay_awards")
            analyse(everybody)
            first, hour = in_a_process(awarded, everybody, users)
            runs.append((first, hour, in_a_process(bulk_inserted, copy("mainstay_rows"))))
        first, hour, rows = (median(part) for part in zip(*runs, strict=True))
        print(f"  check-badges, everybody            {first:8.2f} s")
        print(f"  check-badges, 1 % an hour later    {hour:8.2f} s, {hour / first:.1%} of that")
        print(f"  its rows, bulk-inserted            {rows:8.2f} s, 1 : {first / rows:.1f}")


def analyse(url: str) -> None:
    """Let PostgreSQL know what is in its tables, as it does by itself within a minute."""
    with SqlStore.open(url) as store, store._database.writing() as connection:
        connection.execute(text("ANALYZE"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgres")
    parser.add_argument("--redis")
    options = parser.parse_args()
    print(described())
    redis = fill_redis(options.redis, options.users) if options.redis else None
    seconds = median(in_a_process(split, options.users) for _ in range(options.rounds))
    print(f"split_pool of {options.users:,}: {seconds:.2f} s")
    on("SQLite", None, redis, options.users, options.rounds)
    if options.postgres:
        on("PostgreSQL", options.postgres, redis, options.users, options.rounds)


if __name__ == "__main__":
    main()
