"""A day of a million users on columns, against the same day in a loop over ``evaluate_day``.

python -m benchmarks.day_table [--users N] [--looped N] [--rounds N]

The loop is over fewer users, and scaled; its states and activities are made before, timed apart.
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.machine import described
from mainstay import DayActivity, DayOutcome, Engagement, evaluate_day, pick_candidates
from mainstay.columnar import DayTables, evaluate_day_table

DAY = date(2025, 4, 7)
KINDS = {"post": 3, "like": 9, "comment": 9}
PARTS = ("streak", "posts", "quality")


def users_and_counts(users: int) -> Any:  # pyarrow has no types
    """Return a state and a day's counts a user; one in ten met the criteria, half were idle."""
    draw = np.random.default_rng(1)
    active = draw.random(users) < 0.5
    columns = {kind: draw.integers(0, most + 1, users) * active for kind, most in KINDS.items()}
    quality = draw.integers(0, 1001, users) / 100
    return pa.table(
        {
            "user_id": [f"user-{number:07}" for number in draw.permutation(users)],
            "streak": draw.choice([0, 0, 1, 3, 14, 60], users),
            "last_day": pa.repeat(DAY - timedelta(days=1), users),
            **columns,
            "posts": draw.integers(0, 300, users),
            "average_quality": pa.array(quality, mask=draw.random(users) < 0.3),
        }
    )


def as_objects(table: Any) -> tuple[list[Engagement], list[DayActivity]]:
    rows = table.to_pylist()
    states = [Engagement(row["user_id"], row["streak"], row["last_day"]) for row in rows]
    activities = [
        DayActivity(DAY, {kind: row[kind] for kind in KINDS}, row["posts"], row["average_quality"])
        for row in rows
    ]
    return states, activities


def looped(
    states: Sequence[Engagement], activities: Sequence[DayActivity]
) -> tuple[list[Engagement], list[DayOutcome], Sequence[DayOutcome]]:
    days = [
        evaluate_day(state, activity) for state, activity in zip(states, activities, strict=True)
    ]
    outcomes = [outcome for _, outcome in days]
    return [state for state, _ in days], outcomes, pick_candidates(outcomes)


def as_row(outcome: DayOutcome) -> dict[str, object]:
    """Return an outcome as its table has it."""
    score = outcome.score
    return {
        "user_id": outcome.user_id,
        "day": outcome.day,
        "streak_before": outcome.streak_before,
        "streak_after": outcome.streak_after,
        "met": outcome.met,
        "points": outcome.points,
        "total": outcome.total,
        **{f"points_{part}": score and getattr(score.breakdown, part) for part in PARTS},
    }


def as_rows(table: object) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = (
        pa.table(table).drop_columns(["posts", "average_quality"]).to_pylist()
    )
    return rows


def check(
    tables: DayTables,
    states: Sequence[Engagement],
    outcomes: Sequence[DayOutcome],
    picked: Sequence[DayOutcome],
) -> None:
    """Refuse other streaks, outcomes or candidates than the loop's, to the last bit."""
    kept = [
        {"user_id": state.user_id, "streak": state.streak, "last_day": state.last_day}
        for state in states
    ]
    assert pa.table(tables.states).to_pylist() == kept
    assert as_rows(tables.outcomes) == [as_row(outcome) for outcome in outcomes]
    assert as_rows(tables.candidates) == [as_row(outcome) for outcome in picked]


def compare(users: int, count: int, rounds: int) -> None:
    """Time each once in every round, after comparing their outcomes of the loop's users."""
    table = users_and_counts(users)
    some = table.slice(0, count)
    start = perf_counter()
    states, activities = as_objects(some)
    making = perf_counter() - start
    check(evaluate_day_table(some, day=DAY), *looped(states, activities))
    times: tuple[list[float], list[float]] = [], []
    for _ in range(rounds):
        gc.collect()
        start = perf_counter()
        evaluate_day_table(table, day=DAY)
        done = perf_counter()
        looped(states, activities)
        times[0].append(done - start)
        times[1].append(perf_counter() - done)
    columns, loop = map(median, times)
    loop, making = (seconds * users / len(states) for seconds in (loop, making))
    print(f"\n| a day of {users:,} users | seconds | times as long |\n|---|---|---|")
    print(f"| on columns | {columns:.2f} | |")
    print(f"| in a loop | {loop:.1f} | {loop / columns:.0f} |")
    whole = loop + making
    print(f"| in a loop, from the table's rows | {whole:.1f} | {whole / columns:.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description="A day of all users, on columns and in a loop.")
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--looped", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    print(described())
    compare(args.users, args.looped, args.rounds)


if __name__ == "__main__":
    main()
