"""``mainstay score`` on 1,000,000 events of 50,000 users, by both engines: seconds, peak memory.

python -m benchmarks.command [EVENTS [USERS]]

What they print is compared first, byte for byte.
"""

from __future__ import annotations

import csv
import filecmp
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from benchmarks.machine import described

AS_OF = datetime(2024, 5, 28, 12, tzinfo=UTC)
ENGINES = ("columnar", "python")
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Sydney", "Asia/Kolkata"]


def write_events(path: Path, events: int, users: int) -> None:
    """Write events of the last 60 days, each with the zone that it was recorded in."""
    source = random.Random(1)
    with path.open("w") as file:
        file.write("user_id,started_at,timezone\n")
        for _ in range(events):
            user = source.randrange(users)
            at = AS_OF - timedelta(seconds=source.randrange(60 * 86_400))
            file.write(f"user{user:06},{at:%Y-%m-%dT%H:%M:%SZ},{ZONES[user % len(ZONES)]}\n")


def packed(path: Path) -> Path:
    """Pack a file by gzip."""
    with path.open("rb") as file, gzip.open(f"{path}.gz", "wb", compresslevel=1) as copy:
        shutil.copyfileobj(file, copy)
    return Path(f"{path}.gz")


def as_json(path: Path) -> Path:
    """Write a file's rows as JSON Lines."""
    with path.open(newline="") as file, path.with_suffix(".jsonl").open("w") as copy:
        copy.writelines(f"{json.dumps(row)}\n" for row in csv.DictReader(file))
    return path.with_suffix(".jsonl")


def score(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "mainstay", "score", *arguments]


def printed(folder: Path, *arguments: str) -> Path:
    """Return a file of what the command prints. Held here, it would count as the next one's."""
    path = folder / arguments[-1]
    with path.open("wb") as file:
        subprocess.run(score(*arguments), stdout=file, stderr=subprocess.DEVNULL, check=True)
    return path


def measured(*arguments: str) -> tuple[float, float]:
    """Run the command; return its wall seconds and its peak memory in MiB."""
    start = perf_counter()
    process = subprocess.Popen(
        score(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0
    return perf_counter() - start, used.ru_maxrss / 1024


def compare(path: Path, output: str) -> None:
    arguments = [str(path), "--as-of", AS_OF.isoformat(), output, "--engine"]
    one, other = (printed(path.parent, *arguments, engine) for engine in ENGINES)
    assert one.stat().st_size
    assert filecmp.cmp(one, other, shallow=False), output
    for engine in ENGINES:
        seconds, peak = measured(*arguments, engine)
        print(f"| {path.name} {output} | {engine} | {seconds:.1f} | {peak:.0f} MiB |", flush=True)


def main() -> None:
    events, users = (
        int(argument) for argument in (*sys.argv[1:], *("1000000", "50000")[len(sys.argv) - 1 :])
    )
    print(described())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.csv"
        write_events(path, events, users)
        print(f"{events:,} events of {users:,} users, {path.stat().st_size / 1e6:.0f} MB of CSV\n")
        print("| output | engine | seconds | peak memory |\n|---|---|---|---|")
        for output in ("--csv", "--json", "--top=20"):
            compare(path, output)
        for other in (packed(path), as_json(path)):
            compare(other, "--top=20")


if __name__ == "__main__":
    main()
