"""The example of an outbox: who is due is written to once, and who is too late is not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "examples" / "outbox_mail.py"


def test_each_welcome_is_sent_once_and_none_too_late() -> None:
    """Ada at once; bob a minute after the server was away for him; cy joined three hours ago."""
    done = subprocess.run(
        [sys.executable, "-W", "error", str(SCRIPT)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "12:00 sent 1, failed 1, too late 1",
        "12:01 sent 1, failed 0, too late 0",
        "12:02 sent 0, failed 0, too late 0",
        "ada, bob",
    ]
