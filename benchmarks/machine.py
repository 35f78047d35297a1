"""What every benchmark says of where it ran, and how it times two things side by side."""

from __future__ import annotations

import os
import platform
import re
import statistics
from collections.abc import Callable
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
