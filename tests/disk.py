"""A disk with room: how full this machine's is has no part in what is tested."""

from __future__ import annotations

import shutil
from types import SimpleNamespace
from unittest.mock import patch

_GIB = 2**30


def make_room() -> None:
    """Have the disk say, until this process ends, that half of it is free."""
    half = SimpleNamespace(total=1000 * _GIB, used=500 * _GIB, free=500 * _GIB)
    patch.object(shutil, "disk_usage", lambda _: half).start()
