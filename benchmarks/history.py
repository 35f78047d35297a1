"""Everybody's score on each day of a year, and the report of it, against SQL in DuckDB.

python -m benchmarks.history [--events N] [--users N] [--few N]

DuckDB joins each user's days with the days of the year on which they count, which are up to 28 rows
for each; so it is asked for a few users, and compared there with ours to the point.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks.activity_table import ZONES
from benchmarks.machine import described, peak_memory
from mainstay.columnar import history_table
from mainstay.notebook import report

AS_OF = datetime(2025, 4, 8, 9, 30, tzinfo=UTC)
DAYS = 365
BACK = timedelta(days=400)

QUERY = """
WITH days AS (
    SELECT DISTINCT user_id, (started_at AT TIME ZONE timezone)::DATE AS day
    FROM activity WHERE started_at <= $as_of
), users AS (
    SELECT
        user_id,
        min((started_at AT TIME ZONE timezone)::DATE) AS first,
        greatest(
            ($as_of::TIMESTAMPTZ AT TIME ZONE arg_max(timezone, started_at))::DATE,
            max((started_at AT TIME ZONE timezone)::DATE)
        ) AS today
    FROM activity WHERE started_at <= $as_of GROUP BY user_id
), asked AS (
    SELECT user_id, unnest(range(greatest(first, today - $days + 1)::TIMESTAMP,
                                 (today + 1)::TIMESTAMP, INTERVAL 1 DAY))::DATE AS today
    FROM users
), ages AS (
    SELECT
        user_id,
        today,
        today - day AS age,
        row_number() OVER newest_first - 1 AS newer_days,
        lag(day) OVER newest_first - day AS gap
    FROM asked JOIN days USING (user_id)
    WHERE day BETWEEN today - 27 AND today
    WINDOW newest_first AS (PARTITION BY user_id, today ORDER BY day DESC)
), facts AS (
    SELECT
        user_id,
        today AS day,
        count(age) AS active,
        min(age) AS ago,
        stddev_pop(gap) AS deviation,
        coalesce(min(newer_days) FILTER (gap > 1), active) AS run
    FROM asked LEFT JOIN ages USING (user_id, today)
    GROUP BY user_id, today
), parts AS (
    SELECT
        user_id,
        day,
        active / 28 * 60
        + CASE WHEN active >= 3 THEN 25 * greatest(0, 1 - deviation / 8.75) ELSE 0 END
        + CASE WHEN ago <= 1 THEN least(10, 2 * run) ELSE 0 END
        + CASE WHEN ago <= 1 THEN 5 WHEN ago <= 3 THEN 3 WHEN ago <= 7 THEN 1 ELSE 0 END AS total
    FROM facts
)
SELECT user_id, day, floor(round(total, 6) + 0.5)::INTEGER AS points FROM parts
"""


def activity(events: int, users: int) -> Any:  # pyarrow has no types
    """Return events of 400 days, spread evenly; each user's in one of 20 zones."""
    draw = np.random.default_rng(1)
    who = draw.integers(users, size=events)
    step = BACK // timedelta(microseconds=1) // events
    start = int((AS_OF - BACK).timestamp()) * 1_000_000
    instant = pa.array(start + np.arange(events) * step)
    zone = (who % len(ZONES)).astype(np.int32)
    columns = {
        "user_id": pa.array(who),
        "started_at": instant.cast(pa.timestamp("us", "UTC")),
        "timezone": pa.DictionaryArray.from_arrays(zone, ZONES),
    }
    return pa.table(columns)


def with_mainstay(table: Any) -> Any:
    history = history_table(table, as_of=AS_OF, days=DAYS, timezone="timezone")
    return history.to_table()


def with_duckdb(table: Any) -> Any:
    with duckdb.connect() as connection:
        connection.register("activity", table)
        asked = {"as_of": AS_OF, "days": DAYS}
        return connection.sql(QUERY, params=asked).to_arrow_table()


def described_page(table: Any) -> str:
    page = report(table, as_of=AS_OF, timezone="timezone", title="A year")
    return f"{len(page.html) / 1024:.0f} KiB of HTML"


def in_order(table: Any) -> Any:
    return table.sort_by([("user_id", "ascending"), ("day", "ascending")]).combine_chunks()


def timed(name: str, call: Any, table: Any) -> Any:
    start = perf_counter()
    found = call(table)
    seconds = perf_counter() - start
    said = found if isinstance(found, str) else f"{found.num_rows:,} rows"
    print(f"| {name} | {table.num_rows:,} | {seconds:.2f} s | {said} |", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="A year of scores, and the report of it.")
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--few", type=int, default=5_000)
    args = parser.parse_args()
    print(described(), "\n\n| | events | time | result |\n|---|---|---|---|")
    some = activity(args.events * args.few // args.users, args.few)
    ours, theirs = (timed(run.__name__, run, some) for run in (with_mainstay, with_duckdb))
    assert in_order(ours).equals(in_order(theirs)), "they disagree"
    timed("with_mainstay, all", with_mainstay, activity(args.events, args.users))
    timed("report", described_page, activity(1_000_000, 20_000))
    print(f"\nAt most {peak_memory():.0f} MiB, the events and the rows included.")


if __name__ == "__main__":
    main()
