"""A program in which many submit to one ledger at once.

python submitting_at_once.py URL NAME THREADS KEYS: it prints ``ready``, begins at the next line on
standard input, and prints the JSON of the transactions that each thread was told, by key. Each
submits so many keys that all have in common, in an order of its own, and as many of its own.
"""

from __future__ import annotations

import json
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier

from mainstay.adapters.sql import SqlStore


def submit_all(url: str, name: str, threads: int, keys: int) -> list[dict[str, str]]:
    """Let so many threads submit, each through a store of its own."""
    start = Barrier(threads)

    def submit(number: int, store: SqlStore) -> dict[str, str]:
        wanted = [f"all:{n}" for n in range(keys)] + [f"{name}:{number}:{n}" for n in range(keys)]
        random.Random(f"{name} {number}").shuffle(wanted)
        start.wait()
        return {key: store.ledger.submit(key, f"payload of {key}") for key in wanted}

    with ExitStack() as stack, ThreadPoolExecutor(threads) as pool:
        stores = [stack.enter_context(SqlStore.open(url)) for _ in range(threads)]
        return list(pool.map(submit, range(threads), stores))


if __name__ == "__main__":
    print("ready", flush=True)
    sys.stdin.readline()
    url, name, threads, keys = sys.argv[1:]
    print(json.dumps(submit_all(url, name, int(threads), int(keys))), flush=True)
