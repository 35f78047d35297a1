"""A program that is killed right after the tables of a store were upgraded, before that is kept.

python upgrade_to_kill.py URL: it prints ``upgraded`` once they are of the next version.
"""

from __future__ import annotations

import os
import signal
import sys
from unittest.mock import patch

from sqlalchemy import Connection, text

from mainstay.adapters.sql import SqlStore, settings

NEXT = settings.VERSION + 1


def add_column(connection: Connection) -> None:
    """Make the tables into those of the next version."""
    connection.execute(text("ALTER TABLE mainstay_users ADD COLUMN note TEXT"))


def killed(connection: Connection) -> None:
    add_column(connection)
    print("upgraded", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    with patch.multiple(settings, VERSION=NEXT, UPGRADES={NEXT: killed}):
        SqlStore.create(sys.argv[1])
