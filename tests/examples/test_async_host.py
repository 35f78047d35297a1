"""The asynchronous host's example, whose scores are 40·s/(s+14) for streaks of 3 and 6 days."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "examples" / "async_host.py"


def test_two_asynchronous_runs_at_once_evaluate_each_day_once() -> None:
    """Cy ran for three days until the 5th, ada for six until the 6th; bob ran every day."""
    done = subprocess.run(
        [sys.executable, "-W", "error", str(SCRIPT)], capture_output=True, text=True, check=True
    )
    assert [line for line in done.stdout.splitlines() if not line.startswith(" ")] == [
        "2024-05-06: cy 7.06 of 100",
        "2024-05-07: ada 12.00 of 100",
    ]
    assert "You reached your daily goal 6 days in a row." in done.stdout
    assert done.stderr == ""
