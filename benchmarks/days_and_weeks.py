"""A day and a week of a hundred thousand users, against the loop that one would write by hand.

python -m benchmarks.days_and_weeks
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from time import perf_counter

from benchmarks.machine import described, microseconds
from mainstay import (
    DayActivity,
    DayOutcome,
    Engagement,
    IsoWeek,
    Reputation,
    Vouch,
    WeeklyStreak,
    consistency_multiplier,
    evaluate_day,
    incoming_vouch_weight,
    pick_candidates,
)
from mainstay.codec import from_json, to_json

USERS = 100_000
DAY = date(2024, 5, 2)
WEEK = IsoWeek(2024, 18)
Counts = dict[str, int]


def by_hand(
    users: list[tuple[str, int]], days: list[tuple[Counts, int, float | None]]
) -> tuple[dict[str, int], list[tuple[float, int, str]]]:
    """The straightforward day: new streaks, and the best five of those who missed it."""
    streaks: dict[str, int] = {}
    missed: list[tuple[float, int, str]] = []
    for (user, streak), (counts, posts, quality) in zip(users, days, strict=True):
        if (
            counts.get("post", 0) >= 2
            and counts.get("like", 0) >= 5
            and counts.get("comment", 0) >= 5
        ):
            streaks[user] = streak + 1
            continue
        rating = 0.0 if quality is None else quality / 10
        score = 100 * (0.4 * streak / (streak + 14) + 0.3 * posts / (posts + 50) + 0.3 * rating)
        streaks[user] = 0
        if score > 0:
            missed.append((-score, -streak, user))
    return streaks, sorted(missed)[:5]


def by_mainstay(
    states: list[Engagement], days: list[DayActivity]
) -> tuple[list[Engagement], tuple[DayOutcome, ...]]:
    evaluated = [evaluate_day(state, day) for state, day in zip(states, days, strict=True)]
    return [state for state, _ in evaluated], pick_candidates(outcome for _, outcome in evaluated)


def users_and_days(
    source: random.Random,
) -> tuple[list[tuple[str, int]], list[tuple[Counts, int, float | None]]]:
    users = [(f"u{n:06}", source.choice([0, 0, 1, 3, 14, 60])) for n in range(USERS)]
    kinds = {"post": 3, "like": 9, "comment": 9}
    days = []
    for _ in range(USERS):
        counts = {kind: source.randint(0, most) for kind, most in kinds.items()}
        posts, quality = source.randint(0, 300), round(source.uniform(0, 10), 2)
        days.append((counts, posts, source.choice([None, quality]) if posts else None))
    return users, days


def compare_a_day() -> None:
    users, rows = users_and_days(random.Random(1))
    states = [Engagement(user, streak, DAY - timedelta(days=1)) for user, streak in users]
    start = perf_counter()
    days = [DayActivity(DAY, counts, posts, quality) for counts, posts, quality in rows]
    built = perf_counter()
    after, picked = by_mainstay(states, days)
    done = perf_counter()
    streaks, best = by_hand(users, rows)
    hand = perf_counter() - done

    assert {state.user_id: state.streak for state in after} == streaks
    for outcome, (score, _, user) in zip(picked, best, strict=True):
        assert outcome.user_id == user
        assert abs(outcome.total + score) < 1e-9
    print(
        f"{USERS:,} users, a day: {done - start:.2f} s ({built - start:.2f} s to build the "
        f"activities, {done - built:.2f} s to evaluate and pick)  by hand {hand:.2f} s"
    )


def week_by_hand(
    users: list[tuple[int, int]], week: int, counts: list[int]
) -> list[tuple[int, int, float]]:
    """The straightforward week, on weeks numbered through: streak, last active week, multiplier."""
    after = []
    for (streak, last), count in zip(users, counts, strict=True):
        kept = streak if week - last <= 2 else 0
        new, active = (kept + 1, week) if count >= 2 else (kept, last)
        after.append((new, active, 1 + min(0.2, 0.02 * new)))
    return after


def compare_a_week() -> None:
    source = random.Random(2)
    number = {WEEK - ago: 1000 - ago for ago in range(6)}
    lasts = [WEEK - source.choice([1, 1, 1, 2, 3, 5]) for _ in range(USERS)]
    streaks = [WeeklyStreak(source.randint(1, 30), last) for last in lasts]
    counts = [source.choice([0, 1, 2, 9]) for _ in range(USERS)]
    rows = [(streak.weeks, number[last]) for streak, last in zip(streaks, lasts, strict=True)]
    start = perf_counter()
    after = [streak.record(WEEK, count) for streak, count in zip(streaks, counts, strict=True)]
    multipliers = [consistency_multiplier(streak) for streak in after]
    done = perf_counter()
    expected = week_by_hand(rows, 1000, counts)
    hand = perf_counter() - done

    assert [streak.weeks for streak in after] == [weeks for weeks, _, _ in expected]
    for multiplier, (*_, factor) in zip(multipliers, expected, strict=True):
        assert abs(float(multiplier) - factor) < 1e-12
    print(f"{USERS:,} users, a week: {done - start:.2f} s  by hand {hand:.2f} s")


def time_single_calls() -> None:
    ada = Engagement("ada", 14, DAY - timedelta(days=1))
    missed = DayActivity(DAY, {"post": 1, "like": 3}, 50, 7.5)
    met = DayActivity(DAY, {"post": 2, "like": 5, "comment": 5}, 50, 7.5)
    streak, next_week = WeeklyStreak(5, WEEK), WEEK + 1
    vouch, bob = Vouch("ada", "bob", 5), Reputation("bob", streak)
    stored = to_json(ada)
    calls: dict[str, Callable[[], object]] = {
        "evaluate_day, criteria missed": lambda: evaluate_day(ada, missed),
        "evaluate_day, criteria met": lambda: evaluate_day(ada, met),
        "WeeklyStreak.record, active": lambda: streak.record(next_week, 2),
        "WeeklyStreak.record, inactive": lambda: streak.record(next_week, 1),
        "consistency_multiplier": lambda: consistency_multiplier(streak),
        "incoming_vouch_weight": lambda: incoming_vouch_weight(vouch, bob),
        "to_json(Engagement)": lambda: to_json(ada),
        "from_json(..., Engagement)": lambda: from_json(stored, Engagement),
    }
    times = microseconds(*calls.values(), loops=2000)
    for name, time in zip(calls, times, strict=True):
        print(f"{name:32}{time:7.2f} µs")


def main() -> None:
    print(described())
    print("\nOne call (medians of 25 rounds):")
    time_single_calls()
    print("\nAll users, in pure Python (three times):")
    for _ in range(3):
        compare_a_day()
        compare_a_week()


if __name__ == "__main__":
    main()
