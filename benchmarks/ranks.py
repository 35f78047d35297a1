"""A million users ranked on columns, against pandas and Polars.

python -m benchmarks.ranks [--users N] [--rounds N]

Each gives the ranks, ids and totals of all users, best first, inside a tie by user id: pandas and
Polars by their own ``rank``, then sorted. Only ``rank_table`` checks what it is given.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from benchmarks.machine import described, timed
from mainstay.columnar import rank_table

Contestant = Callable[[], Any]
ORDER = ["rank", "user_id"]


def by_text(users: int) -> Any:  # numpy's arrays of texts have no type of their own
    return [f"user-{number:07}" for number in np.random.default_rng(2).permutation(users)]


def by_number(users: int) -> Any:
    return np.random.default_rng(2).permutation(users)


def totals(users: int) -> Any:
    """Return whole numbers of points, lognormal: many have few, and few the same many."""
    return np.random.default_rng(1).lognormal(5, 1.5, users).astype(np.int64)


def contestants(table: Any) -> dict[str, Contestant]:
    """Return the three, with the frames that they need made already."""
    frame, polars = table.to_pandas(), pl.DataFrame(table)

    def with_pandas() -> Any:
        ranks = frame["total"].rank(method="min", ascending=False).astype("int64")
        return frame.assign(rank=ranks).sort_values(ORDER)

    def with_polars() -> Any:
        ranks = pl.col("total").rank("min", descending=True).cast(pl.Int64)
        return polars.with_columns(rank=ranks).sort(ORDER)

    return {
        "mainstay": lambda: rank_table(table),
        "Polars": with_polars,
        "pandas": with_pandas,
    }


def check(contest: dict[str, Contestant]) -> None:
    """Refuse other ranks, or another order, than the first one's."""
    columns = ["rank", "user_id", "total"]
    first, *others = (
        [pl.DataFrame(run())[name].to_list() for name in columns] for run in contest.values()
    )
    assert all(other == first for other in others)


def compare(kind: str, ids: Any, rounds: int) -> None:
    """Time each once in every round, after comparing their answers."""
    contest = contestants(pa.table({"user_id": ids, "total": totals(len(ids))}))
    check(contest)
    seconds = timed(contest, rounds)
    ratios = [f"{own:.2f} | {own / seconds['mainstay']:.1f}" for own in seconds.values()]
    print(f"| {kind} | {' | '.join(ratios)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description="Users ranked on columns, pandas and Polars.")
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    print(described())
    print("\n| user ids | mainstay | | Polars | | pandas | |\n|---|---|---|---|---|---|---|")
    compare("text, 12 characters", by_text(args.users), args.rounds)
    compare("64-bit integers", by_number(args.users), args.rounds)


if __name__ == "__main__":
    main()
