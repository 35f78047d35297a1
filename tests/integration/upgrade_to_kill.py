"""A program that is killed right after the tables of a store were upgraded, before that is kept.

python upgrade_to_kill.py URL VERSION: it prints ``upgraded`` once they are of this version.
"""

from __future__ import annotations

import os
import signal
import sys

from sqlalchemy import Connection

from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql._upgrades import UPGRADES

if __name__ == "__main__":
    version = int(sys.argv[2])
    upgrade = UPGRADES[version]

    def killed(connection: Connection) -> None:
        upgrade(connection)
        print("upgraded", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

    assert isinstance(UPGRADES, dict)
    UPGRADES[version] = killed
    SqlStore.create(sys.argv[1])
