"""Everybody's streaks at once: ours, DuckDB's gaps and islands, Polars and pandas.

python -m benchmarks.streaks [--events N] [--users N] [--rounds N]

All count days in UTC, which each can do in a line, and are checked to agree before they are timed.
Then once more where each event has a zone of its own, as far as the others can do that at all.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

from benchmarks.history import AS_OF, activity
from benchmarks.machine import described, peak_memory, timed
from mainstay import DaysAWeek, StreakPolicy
from mainstay.columnar import streaks_table

QUERY = """
WITH days AS (
    SELECT DISTINCT user_id, {day} AS day FROM activity WHERE started_at <= $as_of
), users AS (
    SELECT user_id, {today} AS today FROM activity WHERE started_at <= $as_of GROUP BY user_id
), islands AS (
    SELECT user_id, day, day - (row_number() OVER (PARTITION BY user_id ORDER BY day))::INTEGER
        AS island
    FROM days
), runs AS (
    SELECT user_id, min(day) AS first, max(day) AS last, count(*)::INTEGER AS length
    FROM islands GROUP BY user_id, island
)
SELECT
    user_id,
    coalesce(max(length) FILTER (last >= today - 1), 0) AS current,
    max(length) AS longest,
    arg_max(first, (length, -epoch(first))) AS longest_first,
    today
FROM runs JOIN users USING (user_id) GROUP BY user_id, today
"""
UTC_DAY = {"day": "(started_at AT TIME ZONE 'UTC')::DATE", "today": "DATE '2025-04-08'"}
OWN_DAY = {
    "day": "(started_at AT TIME ZONE timezone)::DATE",
    "today": """greatest(
        ($as_of::TIMESTAMPTZ AT TIME ZONE arg_max(timezone, started_at))::DATE,
        max((started_at AT TIME ZONE timezone)::DATE)
    )""",
}
SHOWN = ["user_id", "current", "longest", "longest_first", "today"]


def with_mainstay(table: Any, **options: Any) -> Any:
    return streaks_table(table, as_of=AS_OF, **options)


def with_duckdb(table: Any, words: dict[str, str]) -> Any:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("activity", table)
        return connection.sql(QUERY.format(**words), params={"as_of": AS_OF}).to_arrow_table()


def with_polars(frame: pl.DataFrame) -> pl.DataFrame:
    today = pl.lit(AS_OF.date())
    return (
        frame.lazy()
        .filter(pl.col("started_at") <= AS_OF)
        .select("user_id", day=pl.col("started_at").dt.date())
        .unique()
        .sort("user_id", "day")
        .with_columns(
            island=((pl.col("day").diff() != pl.duration(days=1)) | (pl.col("user_id").diff() != 0))
            .fill_null(value=True)
            .cum_sum()
        )
        .group_by("user_id", "island", maintain_order=True)
        .agg(
            first=pl.col("day").first(),
            last=pl.col("day").last(),
            length=pl.len().cast(pl.Int32),
        )
        .group_by("user_id", maintain_order=True)
        .agg(
            current=pl.when(pl.col("last").last() >= today - pl.duration(days=1))
            .then(pl.col("length").last())
            .otherwise(0),
            longest=pl.col("length").max(),
            longest_first=pl.col("first").get(pl.col("length").arg_max()),
            today=today.first(),
        )
        .collect()
    )


def with_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    known = frame.loc[frame["started_at"] <= AS_OF]
    days = pd.DataFrame({"user_id": known["user_id"], "day": known["started_at"].dt.floor("D")})
    days = days.drop_duplicates().sort_values(["user_id", "day"])
    gap = days.groupby("user_id")["day"].diff() != pd.Timedelta(days=1)
    runs = days.assign(island=gap.cumsum()).groupby(["user_id", "island"])["day"]
    runs = runs.agg(["first", "last", "size"]).reset_index()
    today = pd.Timestamp(AS_OF).floor("D")
    best = runs.loc[runs.groupby("user_id")["size"].idxmax()].set_index("user_id")
    last = runs.groupby("user_id").tail(1).set_index("user_id")
    alive = last["last"] >= today - pd.Timedelta(days=1)
    return pd.DataFrame(
        {
            "current": last["size"].where(alive, 0),
            "longest": best["size"],
            "longest_first": best["first"],
            "today": today.date(),
        }
    ).reset_index()


def plain(found: Any) -> Any:
    """Return a result as a table that can be compared with another."""
    kinds = [pa.int64(), pa.int32(), pa.int32(), pa.date32(), pa.date32()]
    schema = pa.schema(zip(SHOWN, kinds, strict=True))
    return pa.table(found).select(SHOWN).cast(schema).sort_by("user_id").combine_chunks()


def compare(calls: dict[str, Callable[[], object]], rounds: int) -> None:
    """Time calls side by side, all of which are of one mind."""
    first, *others = (plain(call()) for call in calls.values())
    assert all(other.equals(first) for other in others), "they disagree"
    seconds = timed(calls, rounds)
    ours = next(iter(seconds.values()))
    for name, each in seconds.items():
        print(f"| {name} | {each:.2f} s | {each / ours:.1f} |", flush=True)


def compare_engines(table: pa.Table, rounds: int) -> None:
    """Print what each takes for days in UTC, and for days in each event's own zone."""
    small = table.select(["user_id", "started_at"])
    frame, polars = small.to_pandas(), pl.DataFrame(small)
    print("\n| days in UTC | time | times ours |\n|---|---|---|")
    calls: dict[str, Callable[[], object]] = {
        "mainstay": partial(with_mainstay, small),
        "DuckDB": partial(with_duckdb, small, UTC_DAY),
        "Polars": partial(with_polars, polars),
        "pandas": partial(with_pandas, frame),
    }
    compare(calls, rounds)
    print("\n| each event's own zone | time | times ours |\n|---|---|---|")
    own: dict[str, Callable[[], object]] = {
        "mainstay": partial(with_mainstay, table, timezone="timezone"),
        "DuckDB": partial(with_duckdb, table, OWN_DAY),
    }
    compare(own, rounds)


def time_policies(table: pa.Table, rounds: int) -> None:
    """Print what policies take that nobody else has."""
    policies = {
        "three days a week": StreakPolicy(schedule=DaysAWeek(3)),
        "two freezes": StreakPolicy(freezes=2),
        "a freeze each 10 days": StreakPolicy(freeze_every=10, most_freezes=2),
    }
    print("\n| with a policy | time | |\n|---|---|---|")
    calls = {
        name: partial(with_mainstay, table, timezone="timezone", policy=policy)
        for name, policy in policies.items()
    }
    for name, each in timed(calls, rounds).items():
        print(f"| {name} | {each:.2f} s | |")


def main() -> None:
    parser = argparse.ArgumentParser(description="Everybody's streaks at once.")
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    table = activity(args.events, args.users)
    print(described(), f"\n\n{args.events:,} events of {args.users:,} users")
    compare_engines(table, args.rounds)
    time_policies(table, args.rounds)
    print(f"\nAt most {peak_memory():.0f} MiB, the events and the frames included.")


if __name__ == "__main__":
    main()
