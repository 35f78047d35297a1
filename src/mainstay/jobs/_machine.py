"""How the machine is doing, as far as the system tells."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

__all__ = ["machine"]

_MEMORY = Path("/proc/meminfo")
_UNIT = 1024


def machine() -> Mapping[str, float | int | None]:
    """Return the load, memory and disk of this machine, each ``None`` where nobody tells.

    ``load_per_core`` is the average of the last five minutes, by core; the rest is in bytes. The
    disk is that of the current folder.
    """
    memory = _memory()
    return {
        "load_per_core": _load(),
        "memory_total": memory.get("MemTotal"),
        "memory_available": memory.get("MemAvailable"),
        "disk_total": _disk()[0],
        "disk_free": _disk()[1],
    }


def _load() -> float | None:
    try:
        return round(os.getloadavg()[1] / (os.cpu_count() or 1), 3)
    except (AttributeError, OSError):  # Windows has none
        return None


def _memory() -> dict[str, int]:
    """Return what Linux says of its memory."""
    try:
        lines = _MEMORY.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):  # another system
        return {}
    pairs = (line.partition(":") for line in lines)
    numbers = {name: rest.split() for name, _, rest in pairs}
    return {name: int(said[0]) * _UNIT for name, said in numbers.items() if said[-1:] == ["kB"]}


def _disk() -> tuple[int | None, int | None]:
    try:
        usage = shutil.disk_usage(".")
    except OSError:
        return None, None
    return usage.total, usage.free
