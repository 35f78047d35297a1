"""A program in which many award one badge, and credit one reason, at once.

python awards_at_once.py URL THREADS: it prints ``ready``, begins at the next line on standard
input, and prints how many awards and how many credits were new, and what check-badges awarded.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from threading import Barrier

from mainstay.adapters.sql import SqlStore
from mainstay.jobs import check_badges
from mainstay.recognition import Credit
from mainstay.scheduling import JobContext

NOW = datetime(2024, 6, 1, tzinfo=UTC)


def run(url: str, threads: int) -> tuple[int, int, int]:
    """Let so many threads add the same, each through a store of its own, and the job with them."""
    start = Barrier(threads)

    def add(number: int, store: SqlStore) -> tuple[int, int, int]:
        award = Credit("ada", "badge:first_win", 50 + number, NOW)
        credit = Credit("ada", "welcome", number, NOW)
        start.wait()
        if not number:
            report = check_badges(store.badges).run(JobContext(clock=lambda: NOW))
            awarded = report.result["awarded"]
            assert isinstance(awarded, int)
            return 0, 0, awarded
        return (
            len(store.points.add([award], now=NOW)),
            len(store.points.add([credit], now=NOW)),
            0,
        )

    with ExitStack() as stack, ThreadPoolExecutor(threads) as pool:
        stores = [stack.enter_context(SqlStore.open(url)) for _ in range(threads)]
        awards, credits, awarded = zip(*pool.map(add, range(threads), stores), strict=True)
    return sum(awards), sum(credits), sum(awarded)


if __name__ == "__main__":
    print("ready", flush=True)
    sys.stdin.readline()
    print(*run(sys.argv[1], int(sys.argv[2])), flush=True)
