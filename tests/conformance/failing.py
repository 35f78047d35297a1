"""Which tests of a suite a store fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import getmembers, isfunction

from mainstay.testing.memory import MemoryStore


def failures(suite: type, make: Callable[[], object] = MemoryStore) -> Iterator[str]:
    """Find the tests that a store fails, each an empty one."""
    for name, test in getmembers(suite, isfunction):
        if name.startswith("test_"):
            try:
                test(suite(), make())
            except Exception:  # noqa: BLE001  (whatever a broken store leads to)
                yield name
