"""The one query in databases, next to the engine on columns: the same scores, in seconds.

python -m benchmarks.one_query [--events N] [--users N] [--rounds N] [--ids KIND ...]
                               [--postgres URL] [--spark]

DuckDB runs the query for everybody's state; numpy makes the scores of it, as the engine does. Which
zones occur is looked up first, as it must be. Answers are compared before anything is timed.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from benchmarks.activity_table import AS_OF, KINDS, Ids, activity_table
from benchmarks.machine import described, timed
from mainstay.columnar import score_table
from mainstay.columnar.clocks import Clock, clocks
from mainstay.columnar.dialects import rendered
from mainstay.columnar.folding import Windows
from mainstay.columnar.query import DAYS, EventsTable, StateQuery
from mainstay.columnar.score_query import ScoreQuery
from mainstay.columnar.scores import scored
from mainstay.columnar.statements import statement
from mainstay.scores.consistency.policy import DEFAULT_POLICY

STATE = StateQuery(events=EventsTable(timezone="timezone"), as_of=AS_OF)
SCORE = ScoreQuery(state=STATE)


def by_engine(source: Any) -> Any:
    return pa.table(score_table(source, as_of=AS_OF, timezone="timezone"))


@contextmanager
def opened(source: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB with a source as the table ``activity``."""
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        if isinstance(source, str):
            connection.execute(f"CREATE VIEW activity AS FROM read_parquet('{source}')")
        else:
            connection.register("activity", source)
        yield connection


def by_query(source: Any) -> Any:
    """Score everybody by the query in DuckDB, and numpy."""
    with opened(source) as connection:
        pairs = connection.sql(rendered(STATE.survey(), "duckdb")).fetchall()
        connection.register("clocks", as_table(clocks_of(pairs)))
        states = connection.sql(rendered(STATE.state(), "duckdb")).to_arrow_table()
    return pa.concat_tables([scores_of(batch) for batch in states.to_batches()])


def clocks_of(pairs: Sequence[tuple[str, int, int]]) -> list[Clock]:
    return clocks({zone: zone for zone, *_ in pairs}, {pair[:2] for pair in pairs}, as_of=AS_OF)


def as_table(rows: Sequence[Clock]) -> Any:
    return pa.table(dict(zip(Clock._fields, map(list, zip(*rows, strict=True)), strict=True)))


def scores_of(states: Any) -> Any:
    days = states["days"].to_numpy().astype(np.uint32)
    lag = (3 - (states["latest"].to_numpy() & 3)).astype(np.uint32)
    lag = np.minimum(lag, np.bitwise_count((days & -days) - np.uint32(1))).astype(np.uint32)
    today = (STATE.horizon - DAYS - lag.astype(np.int32)).astype(np.int32)
    windows = Windows(days >> lag & np.uint32((1 << 28) - 1), today)
    return scored("user_id", states["user_id"], windows, DEFAULT_POLICY, 1)


def counted(source: Any) -> Any:
    """Group by user, and count: what no query that groups can be faster than."""
    with opened(source) as connection:
        query = "SELECT user_id, count(*) FROM activity GROUP BY user_id"
        return connection.sql(query).to_arrow_table()


CONTESTANTS = {
    "mainstay's engine": by_engine,
    "the query in DuckDB, the parts in numpy": by_query,
    "DuckDB, counting events by user alone": counted,
}


def check(found: Any, expected: Any) -> None:
    """Refuse other users, or anything that is not the same to the last bit."""
    order = pc.call_function("sort_indices", [found["user_id"]])
    wanted = pc.call_function("sort_indices", [expected["user_id"]])
    for name in ("user_id", "points", "total", "base", "distribution", "bits", "today"):
        own = found[name].take(order).combine_chunks()
        kind = own.type if name == "user_id" else expected[name].type
        assert own.cast(kind).equals(expected[name].take(wanted).combine_chunks().cast(kind)), name


def compare(events: int, users: int, ids: Ids, rounds: int) -> None:
    table = activity_table(events, users, ids=ids)
    texts = table.set_column(2, "timezone", table["timezone"].cast(pa.string()))
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "activity.parquet")
        parquet.write_table(texts, path)
        sources = {"zones dictionary-encoded": table, "zones as text": texts, "Parquet": path}
        for name, source in sources.items():
            check(by_query(source), by_engine(source))
            calls = {who: partial(call, source) for who, call in CONTESTANTS.items()}
            show(f"{events:,} events of {users:,} users, ids {ids}, {name}", timed(calls, rounds))


def show(title: str, seconds: Mapping[str, float]) -> None:
    first = next(iter(seconds.values()))
    print(f"\n{title}\n\n| | seconds | times the first |\n|---|---|---|")
    for name, own in seconds.items():
        print(f"| {name} | {own:.2f} | {own / first:.2f} |", flush=True)


def in_postgresql(url: str, events: int, users: int, rounds: int) -> None:
    """Time the queries in PostgreSQL, where the events are; each fills a table."""
    import psycopg  # noqa: PLC0415  (optional)

    table = activity_table(events, users)
    with psycopg.connect(url, autocommit=True) as connection:
        fill(connection, table)
        pairs = connection.execute(rendered(STATE.survey(), "postgres").encode()).fetchall()
        rows = clocks_of([(str(zone), int(stretch), 0) for zone, stretch, _ in pairs])
        texts = {
            "which zones and times occur": rendered(STATE.survey(), "postgres"),
            "the state": statement(STATE, rows, dialect="postgres"),
            "the score": statement(SCORE, rows, dialect="postgres"),
            "counting events by user alone": "SELECT user_id, count(*) FROM activity GROUP BY 1",
        }
        names = "user_id, points, total, base, distribution, bits, today"
        found = connection.execute(
            f"SELECT {names} FROM ({texts['the score']}) AS s".encode()
        ).fetchall()
        columns = dict(zip(names.split(", "), map(list, zip(*found, strict=True)), strict=True))
        check(pa.table(columns), by_engine(table))
        calls = {name: partial(kept, connection, text) for name, text in texts.items()}
        show(f"PostgreSQL: {events:,} events of {users:,} users", timed(calls, rounds))
        connection.execute("DROP TABLE activity, found")


def fill(connection: Any, table: Any) -> None:
    """Put events into the table ``activity``."""
    connection.execute("DROP TABLE IF EXISTS activity")
    connection.execute(
        "CREATE UNLOGGED TABLE activity (user_id TEXT, started_at TIMESTAMPTZ, timezone TEXT)"
    )
    for batch in table.to_batches():
        with closing(io.BytesIO()) as file:
            csv.write_csv(batch, file)
            with connection.cursor().copy("COPY activity FROM STDIN (FORMAT csv, HEADER)") as copy:
                copy.write(file.getvalue())
    connection.execute("VACUUM ANALYZE activity")


def kept(connection: Any, query: str) -> None:
    """Keep what a query finds: of what is only counted, columns would not be worked out."""
    connection.execute("DROP TABLE IF EXISTS found")
    connection.execute(f"CREATE UNLOGGED TABLE found AS {query}")


def in_spark(events: int, users: int, rounds: int) -> None:
    """Time Spark's own SQL, and the engine in its Python workers, from one Parquet file."""
    from pyspark.sql import SparkSession  # noqa: PLC0415  (optional)

    from mainstay.columnar.spark import score_spark  # noqa: PLC0415

    settings: dict[str, Any] = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "8"}
    spark = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    table = activity_table(events, users)
    with TemporaryDirectory() as folder:
        table = table.set_column(2, "timezone", table["timezone"].cast(pa.string()))
        parquet.write_table(table, Path(folder) / "activity.parquet", row_group_size=1 << 20)
        df = spark.read.parquet(folder)

        def native() -> Any:
            return summed(score_spark(df, as_of=AS_OF, timezone="timezone"))

        def mapped() -> Any:
            kinds = score_spark(df.limit(0), as_of=AS_OF, timezone="timezone").schema
            return summed(df.repartition("user_id").mapInArrow(in_python, kinds))

        def counting() -> Any:
            return summed(df.groupBy("user_id").count())

        assert native() == mapped()
        calls = {
            "Spark's own SQL": native,
            "the engine, by mapInArrow": mapped,
            "Spark, counting events by user alone": counting,
        }
        show(f"Spark: {events:,} events of {users:,} users", timed(calls, rounds))
    spark.stop()


def summed(scores: Any) -> Any:
    """Have all columns worked out, and add up what they hash to."""
    hashed = f"xxhash64({', '.join(scores.columns)})"
    return scores.selectExpr("count(user_id)", f"sum(CAST({hashed} AS DECIMAL(38)))").collect()


def in_python(batches: Any) -> Any:
    """Score a partition of Spark's by the engine."""
    instant = pa.timestamp("us", "UTC")
    utc = pa.schema([("user_id", "string"), ("started_at", instant), ("timezone", "string")])
    found = by_engine([utc.empty_table(), *(batch.cast(utc) for batch in batches)])
    whole = {"points": "int32", "active_days": "int32", "current_streak": "int32", "bits": "int64"}
    kinds = pa.schema([(field.name, whole.get(field.name, field.type)) for field in found.schema])
    yield from found.cast(kinds).to_batches()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="The one query in databases.")
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ids", nargs="+", choices=KINDS, default=["text", "random"])
    parser.add_argument("--postgres", metavar="URL")
    parser.add_argument("--spark", action="store_true")
    args = parser.parse_args(arguments)
    print(described(), f"duckdb {duckdb.__version__}", sep=", ")
    if args.postgres:
        in_postgresql(args.postgres, args.events, args.users, args.rounds)
    elif args.spark:
        in_spark(args.events, args.users, args.rounds)
    else:
        for ids in args.ids:
            compare(args.events, args.users, ids, args.rounds)


if __name__ == "__main__":
    main()
