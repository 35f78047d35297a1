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
from threading import Barrier

from mainstay.adapters.sql import SqlStore


def submit_all(url: str, name: str, threads: int, keys: int) -> list[dict[str, str]]:
    """Let so many threads submit, each through a store of its own."""
    start = Barrier(threads)

    def submit(number: int) -> dict[str, str]:
        wanted = [f"all:{n}" for n in range(keys)] + [f"{name}:{number}:{n}" for n in range(keys)]
        random.Random(f"{name} {number}").shuffle(wanted)
        with SqlStore.open(url) as store:
            start.wait()
            return {key: store.ledger.submit(key, f"payload of {key}") for key in wanted}

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(submit, range(threads)))


if __name__ == "__main__":
    print("ready", flush=True)
    sys.stdin.readline()
    url, name, threads, keys = sys.argv[1:]
    print(json.dumps(submit_all(url, name, int(threads), int(keys))), flush=True)
