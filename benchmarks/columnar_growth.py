"""How time and memory grow with the events, read from a Parquet file in batches.

python -m benchmarks.columnar_growth [--largest N] [--users N] [--rounds N] [--chart FILE]

From 100,000 events to 100 million, of as many users as --users, with at least ten events a user;
each file is made in a temporary folder and scored by a process of its own, whose memory is all
counted: libraries, users and scores.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from pyarrow import parquet

from benchmarks import scoring_process
from benchmarks.activity_table import activity_batches
from benchmarks.columnar import BLUE, GREY
from benchmarks.machine import described

EVENTS_A_USER = 10
SMALLEST, LARGEST = 100_000, 100_000_000


class Measured(NamedTuple):
    """What a file of events took: seconds, and MiB on disk, in memory and of scores."""

    events: int
    users: int
    seconds: float
    size: float
    peak: float
    scores: float


def write(path: Path, events: int, users: int) -> None:
    """Write a file of events, a million at a time."""
    batches = activity_batches(events, users)
    first = next(batches)
    with parquet.ParquetWriter(path, first.schema) as writer:
        for batch in chain([first], batches):
            writer.write_batch(batch)


def measure(events: int, users: int, rounds: int) -> Measured:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        write(path, events, users)
        runs = [scoring_process.run(path) for _ in range(rounds)]
        size = path.stat().st_size / 2**20
    seconds = median(run.seconds for run in runs)
    return Measured(events, users, seconds, size, max(run.peak for run in runs), runs[0].scores)


def show(one: Measured) -> None:
    print(
        f"| {one.events:,} | {one.users:,} | {one.size:,.0f} MiB "
        f"| {one.seconds:.2f} | {one.events / one.seconds:,.0f} "
        f"| {one.peak:,.0f} MiB | {one.scores:,.0f} MiB |",
        flush=True,
    )


def draw(found: Sequence[Measured], path: str) -> None:
    """Draw seconds and memory by events on logarithmic axes, and what linear growth looks like."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), dpi=150)
    events = [each.events for each in found]
    seconds = [each.seconds for each in found]
    draw_line(left, events, seconds, [f"{second:.2g} s" for second in seconds])
    left.set_title("seconds", loc="left", fontsize=10)
    last = seconds[-1] / events[-1]
    left.plot(events, [last * each for each in events], "--", color=GREY, linewidth=1, zorder=1)
    left.text(events[0], last * events[0] / 1.5, "linear", color="#666666", fontsize=9, va="top")
    peaks = [each.peak for each in found]
    draw_line(right, events, peaks, [f"{peak:,.0f} MiB" for peak in peaks])
    right.set_title("peak memory of the process", loc="left", fontsize=10)
    right.set_ylim(bottom=50)
    title = f"Events in a Parquet file, of {found[-1].users:,} users at most"
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    figure.tight_layout()
    figure.savefig(path)


def draw_line(
    axis: Axes, events: Sequence[int], values: Sequence[float], labels: Sequence[str]
) -> None:
    axis.loglog(events, values, "o-", color=BLUE)
    for at, value, label in zip(events, values, labels, strict=True):
        axis.annotate(label, (at, value), (6, -12), textcoords="offset points", fontsize=9)
    axis.set_xlabel("events", fontsize=9)
    axis.margins(x=0.2, y=0.2)
    axis.spines[["top", "right"]].set_visible(False)
    axis.tick_params(labelsize=9)
    axis.minorticks_off()


def main() -> None:
    parser = argparse.ArgumentParser(description="Time and memory from 10⁵ to 10⁸ events.")
    parser.add_argument("--largest", type=int, default=LARGEST)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chart", metavar="FILE")
    args = parser.parse_args()
    print(described())
    print("\n| events | users | file | seconds | events/s | peak memory | of it scores |")
    print("|---|---|---|---|---|---|---|")
    found = []
    events = SMALLEST
    while events <= args.largest:
        found.append(measure(events, min(args.users, events // EVENTS_A_USER), args.rounds))
        show(found[-1])
        events *= 10
    if args.chart:
        draw(found, args.chart)


if __name__ == "__main__":
    main()
