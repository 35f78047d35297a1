"""Programs that begin at the same moment."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: Only to fail instead of hanging: nothing takes that long.
PATIENCE = 300


def run_at_once(programs: Iterable[Sequence[str]]) -> list[str]:
    """Run Python programs, and return what each has printed once all have ended well.

    Each prints "ready", and goes on when it reads a line: when all are ready.

    Args:
        programs: What follows ``python`` for each.
    """
    with ExitStack() as stack:
        begun = [stack.enter_context(_begun(program)) for program in programs]
        for process in begun:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in begun:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        printed = [process.communicate(timeout=PATIENCE)[0] for process in begun]
    assert [process.returncode for process in begun] == [0] * len(begun)
    return printed


def _begun(program: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", *program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
