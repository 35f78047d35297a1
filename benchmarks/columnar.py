"""Everybody's score, from one table in memory: mainstay against pandas, Polars and DuckDB.

python -m benchmarks.columnar [--events N] [--users N] [--rounds N] [--ids KIND ...]
                              [--chart FILE] [--memory] [--policies]

Each runs once in every round, after their answers have been compared. How the others do it is in
``benchmarks/frames``; the frames that pandas and Polars need are made before, and timed apart. With
``--policies`` the 28-day score and the year score run side by side instead.
"""

from __future__ import annotations

import argparse
import gc
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from pyarrow import feather

from benchmarks import scoring_process
from benchmarks.activity_table import AS_OF, KINDS, Ids, activity_table
from benchmarks.frames import duckdb_score, duckdb_smart, pandas_score, polars_score
from benchmarks.machine import described
from mainstay import ConsistencyPolicy, Session, YearPolicy, score_sessions
from mainstay.columnar import score_table
from mainstay.scores.by_policy import Policy

LIBRARIES = ("numpy", "pyarrow", "duckdb", "polars", "pandas")
POLICIES = (ConsistencyPolicy(), YearPolicy())
PARTS = ("total", "base", "distribution", "streak", "recency")
MAINSTAY, ENCODING = "mainstay", "Arrow's dictionary encoding of the users alone"
BLUE, GREY, PALE = "#0072b2", "#a6a6a6", "#e0e0e0"


class Contestant(NamedTuple):
    """Something that makes scores of a frame, and what makes the frame of an Arrow table."""

    score: Callable[[Any, datetime], Any]
    read: Callable[[Any], Any] = lambda table: table


def by_mainstay(table: Any, as_of: datetime) -> Any:
    return pa.table(score_table(table, as_of=as_of, timezone="timezone"))


def encoded(table: Any, _: datetime) -> Any:
    return table["user_id"].dictionary_encode()


CONTESTANTS = {
    MAINSTAY: Contestant(by_mainstay),
    "DuckDB, as fast as we can": Contestant(duckdb_smart.score),
    "DuckDB": Contestant(duckdb_score.score),
    "Polars": Contestant(polars_score.score, polars_score.read),
    "pandas": Contestant(pandas_score.score, pandas_score.read),
}


def in_pure_python(table: Any, as_of: datetime) -> Any:
    """Score every user with the library's own core."""
    rows = []
    for user, own in sessions_of(table).items():
        if any(session.started_at <= as_of for session in own):
            score = score_sessions(own, as_of=as_of)
            parts = {part: getattr(score.breakdown, part) for part in PARTS[1:]}
            row = {"user_id": user, "points": score.points, "total": score.total, **parts}
            rows.append(row)
    return pa.Table.from_pylist(rows)


def sessions_of(table: Any) -> dict[object, list[Session]]:
    """Return each user's events as the core takes them."""
    sessions: dict[object, list[Session]] = defaultdict(list)
    for row in table.to_pylist():
        session = Session(str(row["user_id"]), row["started_at"], timezone=row["timezone"])
        sessions[row["user_id"]].append(session)
    return sessions


def by_user(scores: Any) -> Any:
    """Return scores in the order of the user ids, which are decoded."""
    users = scores["user_id"].combine_chunks()
    if pa.types.is_dictionary(users.type):
        users = users.dictionary_decode()
    plain = scores.select(["points", *PARTS]).append_column(
        "user_id", users.cast(plain_type(users))
    )
    return plain.sort_by("user_id")


def plain_type(users: Any) -> Any:
    return pa.int64() if pa.types.is_integer(users.type) else pa.large_string()


def check(name: str, scores: Any, expected: Any) -> None:
    """Refuse other users, other points, or parts that are not the same to 1e-9."""
    own = by_user(scores)
    assert own["user_id"].equals(expected["user_id"]), name
    assert own["points"].cast("int64").equals(expected["points"].cast("int64")), name
    for part in PARTS:
        difference = np.abs(own[part].to_numpy() - expected[part].to_numpy())
        assert difference.max() < 1e-9, (name, part)


def check_on_a_small_table(ids: Ids) -> None:
    table = activity_table(20_000, 2_000, ids=ids)
    expected = by_user(in_pure_python(table, AS_OF))
    for name, contestant in CONTESTANTS.items():
        check(name, contestant.score(contestant.read(table), AS_OF), expected)


def compare(events: int, users: int, ids: Ids, rounds: int) -> dict[str, float]:
    """Print the contestants' median seconds, and return them."""
    check_on_a_small_table(ids)
    table = activity_table(events, users, ids=ids)
    frames, reading = {}, {}
    for name, contestant in CONTESTANTS.items():
        start = perf_counter()
        frames[name] = contestant.read(table)
        reading[name] = perf_counter() - start
    calls = {name: (contestant.score, frames[name]) for name, contestant in CONTESTANTS.items()}
    expected = by_user(by_mainstay(table, AS_OF))
    for name, (score, frame) in calls.items():
        check(name, score(frame, AS_OF), expected)
    if ids != "category":
        calls[ENCODING] = encoded, table
    seconds = medians(calls, rounds)
    show(f"{events:,} events of {users:,} users, ids {ids}", seconds, reading)
    return seconds


def medians(
    calls: Mapping[str, tuple[Callable[[Any, datetime], Any], Any]], rounds: int
) -> dict[str, float]:
    times = defaultdict(list)
    for _ in range(rounds):
        for name, (score, frame) in calls.items():
            gc.collect()
            start = perf_counter()
            score(frame, AS_OF)
            times[name].append(perf_counter() - start)
    return {name: median(own) for name, own in times.items()}


def show(title: str, seconds: Mapping[str, float], reading: Mapping[str, float]) -> None:
    print(f"\n{title}\n")
    print("| | seconds | times mainstay's | the frame made before |")
    print("|---|---|---|---|")
    for name, own in seconds.items():
        before = reading.get(name, 0.0)
        made = f"{before:.2f}" if before > 0.005 else ""
        print(f"| {name} | {own:.2f} | {own / seconds[MAINSTAY]:.2f} | {made} |", flush=True)


def measure_memory(events: int, users: int, ids: Ids) -> None:
    """Print what each user and each event more come to: so the constant falls out."""
    held = []
    print(f"\nMemory apart from the table and the scores, ids {ids}\n")
    print("| events | users | MiB |\n|---|---|---|")
    for size in ((events, users), (events, 4 * users), (2 * events, users)):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "table.arrow"
            table = activity_table(*size, ids=ids)
            feather.write_feather(table, str(path), compression="uncompressed")
            held.append(median(scoring_process.run(path).beside for _ in range(3)) * 2**20)
        print(f"| {size[0]:,} | {size[1]:,} | {held[-1] / 2**20:.0f} |", flush=True)
    least, more_users, more_events = held
    print(f"\n{(more_users - least) / (3 * users):.1f} bytes a user more, ", end="")
    print(f"{(more_events - least) / events:.1f} bytes an event more")


def compare_scores(events: int, users: int, ids: Ids, rounds: int) -> None:
    """Print the median seconds of the year score and of the 28-day score."""
    calls = {type(policy).__name__: partial(scores_by, policy) for policy in POLICIES}
    for days in (35, 400):
        check_years(activity_table(20_000, 2_000, ids=ids, days=days))
        table = activity_table(events, users, ids=ids, days=days)
        seconds = medians({name: (call, table) for name, call in calls.items()}, rounds)
        one, year = seconds.values()
        print(f"| {days} days, ids {ids} | {one:.2f} | {year:.2f} | {year / one:.2f} |", flush=True)


def scores_by(policy: Policy, table: Any, as_of: datetime) -> Any:
    return pa.table(score_table(table, as_of=as_of, timezone="timezone", policy=policy))


def check_years(table: Any) -> None:
    """Refuse year scores that are not the core's to the last bit."""
    totals = [
        (str(user), score_sessions(own, as_of=AS_OF, policy=YearPolicy()).total)
        for user, own in sessions_of(table).items()
        if any(session.started_at <= AS_OF for session in own)
    ]
    found = scores_by(YearPolicy(), table, AS_OF)
    users = map(str, found["user_id"].to_pylist())
    assert sorted(zip(users, found["total"].to_pylist(), strict=True)) == sorted(totals)


def draw(found: Mapping[Ids, Mapping[str, float]], title: str, path: str) -> None:
    """Draw the seconds of each contestant, for each kind of ids."""
    figure, axes = plt.subplots(
        len(found), figsize=(8, 0.6 + 2.3 * len(found)), sharex=True, squeeze=False, dpi=150
    )
    for axis, (ids, seconds) in zip(axes.flat, found.items(), strict=True):
        draw_bars(axis, seconds)
        axis.set_title(LABELS[ids], loc="left", fontsize=10)
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    figure.tight_layout()
    figure.savefig(path)


LABELS: dict[Ids, str] = {
    "text": "user ids are text, 12 characters",
    "uuid": "user ids are text, 36 characters",
    "random": "user ids are 64-bit integers in no order",
    "serial": "user ids are 1 to N",
    "category": "user ids are text, dictionary-encoded",
}


def draw_bars(axis: Axes, seconds: Mapping[str, float]) -> None:
    names = sorted(seconds, key=lambda name: (name == ENCODING, seconds[name]))
    colours = {MAINSTAY: BLUE, ENCODING: PALE}
    bars = axis.barh(
        [name.replace(" encoding of", "\nencoding of") for name in names],
        [seconds[name] for name in names],
        color=[colours.get(name, GREY) for name in names],
        height=0.7,
    )
    ratios = [seconds[name] / seconds[MAINSTAY] for name in names]
    labels = [
        f"{seconds[name]:.2f} s" + ("" if name == MAINSTAY else f"  ({ratio:.1f}×)")
        for name, ratio in zip(names, ratios, strict=True)
    ]
    axis.bar_label(bars, labels, padding=4, fontsize=9)
    axis.invert_yaxis()
    axis.margins(x=0.2)
    axis.spines[["top", "right", "bottom", "left"]].set_visible(False)
    axis.tick_params(left=False, bottom=False, labelbottom=False, labelsize=9)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Everybody's score, from a table in memory.")
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ids", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--chart", metavar="FILE")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--policies", action="store_true")
    args = parser.parse_args(arguments)
    print(described(), *(f"{name} {version(name)}" for name in LIBRARIES), sep=", ")
    if args.memory:
        for ids in args.ids:
            measure_memory(args.events, args.users, ids)
        return
    if args.policies:
        print(f"\n| {args.events:,} events of {args.users:,} users | 28 days | year | ratio |")
        print("|---|---|---|---|")
        for ids in args.ids:
            compare_scores(args.events, args.users, ids, args.rounds)
        return
    found = {ids: compare(args.events, args.users, ids, args.rounds) for ids in args.ids}
    if args.chart:
        title = f"Everybody's score: {args.events:,} events of {args.users:,} users"
        draw(found, title, args.chart)


if __name__ == "__main__":
    main()
