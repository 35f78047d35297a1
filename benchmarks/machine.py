"""What every benchmark says of where it ran, and how it times two things side by side."""

from __future__ import annotations

import gc
import os
import platform
import re
import statistics
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter


def described() -> str:
    return f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"


def microseconds(*calls: Callable[[], object], rounds: int = 25, loops: int = 400) -> list[float]:
    """The median time of each call, each timed once in every round."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for call, own in zip(calls, times, strict=True):
            start = perf_counter()
            for _ in range(loops):
                call()
            own.append((perf_counter() - start) / loops * 1e6)
    return [statistics.median(own) for own in times]


def peak_memory() -> float:
    """The most memory of this process so far, in MiB; ru_maxrss would include its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024


def timed(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median seconds of each call; all are made once in every round."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            gc.collect()
            start = perf_counter()
            call()
            times[name].append(perf_counter() - start)
    return {name: statistics.median(own) for name, own in times.items()}
