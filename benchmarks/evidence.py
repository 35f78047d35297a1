"""Evidence from a file of Parquet, against pandas with scikit-learn.

python -m benchmarks.evidence [--events N] [--users N] [--few N]

pandas counts active days, days since the last one, and all days so far at each date, scikit-learn
gives the area under the curve over all rows, without an interval. It is asked for a few users, and
compared there with ours. Then evidence is asked for all of them, with all that it says.
"""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet
from sklearn.metrics import roc_auc_score

from benchmarks.machine import described, peak_memory
from mainstay.evidence import Evidence, evidence

#: Three years.
DAYS = 1096
START = np.datetime64("2023-01-01", "us")
FOUR_WEEKS = timedelta(days=28)


def activity(events: int, users: int) -> Any:  # pyarrow has no types
    """Users who join at some time, come more or less often, and stay for longer or shorter."""
    random = np.random.default_rng(1)
    often, joined = random.lognormal(0, 1, users), random.integers(0, DAYS - 60, users)
    stays = np.minimum(random.exponential(300, users) + 1, DAYS - joined)
    who = random.choice(users, events, p=often / often.sum())
    day = joined[who] + random.random(events) * stays[who]
    at = np.sort(START + (day * 86_400e6).astype("timedelta64[us]"))
    who = who[np.argsort(day, kind="stable")]
    names = pa.array([f"user-{user:07d}" for user in range(users)])
    instants = pa.array(at).cast(pa.timestamp("us", "UTC"))
    return pa.table({"user_id": names.take(pa.array(who)), "started_at": instants})


def by_pandas(path: Path) -> dict[str, float]:
    """The pooled areas that a data scientist would have in an hour."""
    frame: Any = pd.read_parquet(path)  # pandas has no types
    frame["day"] = frame["started_at"].dt.tz_localize(None).dt.normalize()
    days = frame[["user_id", "day"]].drop_duplicates()
    rows, at = [], days["day"].max() - FOUR_WEEKS
    while at - FOUR_WEEKS >= days["day"].min():
        known = days[days["day"] <= at]
        recent = known[known["day"] > at - FOUR_WEEKS]
        after = days[(days["day"] > at) & (days["day"] <= at + FOUR_WEEKS)]
        table = recent.groupby("user_id")["day"].agg(active_days="size", last="max")
        table["days_since"] = (table.pop("last") - at).dt.days
        table["lifetime"] = known.groupby("user_id").size().reindex(table.index)
        table["returned"] = table.index.isin(after["user_id"].unique())
        rows.append(table)
        at -= FOUR_WEEKS
    whole = pd.concat(rows)
    names = ("active_days", "days_since", "lifetime")
    return {name: float(roc_auc_score(whole["returned"], whole[name])) for name in names}


def told(path: Path) -> tuple[Evidence, float]:
    start = perf_counter()
    found = evidence(path)
    return found, perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--few", type=int, default=10_000)
    args = parser.parse_args()
    print(described())
    with TemporaryDirectory() as folder:
        path = Path(folder, "few.parquet")
        few = args.events * args.few // args.users
        parquet.write_table(activity(few, args.few), path)
        (found, ours), start = told(path), perf_counter()
        expected = by_pandas(path)
        theirs = perf_counter() - start
        for name, area in expected.items():
            assert abs(found.measures[name].pooled.auc - area) < 1e-9, name
        print(f"{few:,} events, {args.few:,} users, {found.pairs:,} pairs: the same areas")
        print(f"evidence {ours:.2f} s; pandas and scikit-learn, three measures {theirs:.2f} s")
        whole = Path(folder, "whole.parquet")
        parquet.write_table(activity(args.events, args.users), whole)
        before = peak_memory()
        found, took = told(whole)
    print(f"{args.events:,} events, {args.users:,} users: {took:.2f} s, {found.pairs:,} pairs")
    print(f"at most {peak_memory():,.0f} MiB, {before:,.0f} MiB before")


if __name__ == "__main__":
    main()
