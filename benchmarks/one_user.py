"""One user's sessions to a score, against the version that one would write by hand.

python -m benchmarks.one_user
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from benchmarks.machine import described, microseconds
from mainstay import ActivityWindow, Session, consistency_score, score_sessions

AS_OF = datetime(2024, 5, 28, 12, tzinfo=UTC)
ZONE = "Europe/Berlin"


def by_hand(sessions: Sequence[Session], as_of: datetime, zone: str) -> float:
    """The straightforward score: astimezone, a set of dates, pstdev and a loop."""
    tz = ZoneInfo(zone)
    today = as_of.astimezone(tz).date()
    dates = {s.started_at.astimezone(tz).date() for s in sessions if s.started_at <= as_of}
    days = sorted(day for day in dates if 0 <= (today - day).days < 28)
    base = len(days) / 28 * 60
    distribution = 0.0
    if len(days) >= 3:
        gaps = [(b - a).days for a, b in pairwise(days)]
        distribution = 25 * max(0.0, 1 - statistics.pstdev(gaps) / 8.75)
    streak = 0
    day = today if today in dates else today - timedelta(days=1)
    while day in dates:
        streak += 1
        day -= timedelta(days=1)
    ago = (today - days[-1]).days if days else 28
    recency = 5 if ago <= 1 else 3 if ago <= 3 else 1 if ago <= 7 else 0
    return base + distribution + min(10, 2 * streak) + recency


def sessions_of(count: int, source: random.Random) -> list[Session]:
    """Sessions of the last 30 days, as a page from a database has them: in UTC."""
    ages = [timedelta(seconds=source.randrange(30 * 86_400)) for _ in range(count)]
    return [Session("ada", AS_OF - age) for age in ages]


def compare_sessions(count: int) -> None:
    users = [sessions_of(count, random.Random(seed)) for seed in range(20)]

    def ours() -> None:
        for sessions in users:
            _ = score_sessions(sessions, as_of=AS_OF, zone=ZONE).points

    def theirs() -> None:
        for sessions in users:
            _ = int(by_hand(sessions, AS_OF, ZONE) + 0.5)

    for sessions in users:
        total = score_sessions(sessions, as_of=AS_OF, zone=ZONE).total
        assert abs(total - by_hand(sessions, AS_OF, ZONE)) < 1e-9
    mine, hand = (time / len(users) for time in microseconds(ours, theirs, loops=20))
    print(
        f"{count:4} sessions  mainstay {mine:6.1f} µs  by hand {hand:6.1f} µs  {hand / mine:.2f}x"
    )


def time_window(active_days: int) -> None:
    source = random.Random(active_days)
    windows = [
        ActivityWindow(
            date(2024, 5, 28), sum(1 << age for age in source.sample(range(28), active_days))
        )
        for _ in range(200)
    ]

    def score() -> None:
        for window in windows:
            consistency_score(window)

    def points() -> None:
        for window in windows:
            _ = consistency_score(window).points

    scored, read = (time / len(windows) for time in microseconds(score, points, loops=10))
    print(f"{active_days:4} active days  scored {scored:5.2f} µs  points read {read:5.2f} µs")


def main() -> None:
    print(described())
    print("\nFrom sessions (medians of 25 rounds):")
    for count in (20, 200):
        compare_sessions(count)
    print("\nFrom a window, explanations unread:")
    for active_days in (0, 4, 12, 28):
        time_window(active_days)


if __name__ == "__main__":
    main()
