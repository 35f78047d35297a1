"""Programs of a process each, to be killed or begun at the same moment.

They are forked from a server that has imported what they need: importing it would take each of
them longer than what it does.
"""

from __future__ import annotations

import os
import runpy
import signal
import socket
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TextIO

import attrs

from tests.disk import make_room

ROOT = Path(__file__).parents[1]
#: Only to fail instead of hanging: nothing takes that long.
PATIENCE = 300

_forking = get_context("forkserver")
# Each process imports what runs the tests once more, as its own main module.
_forking.set_forkserver_preload(
    ["pytest", "hypothesis", "mainstay.adapters.sql", "mainstay.jobs", "tests.integration.stores"]
)


@attrs.frozen
class Program:
    """A process that runs a module, and what it reads and prints."""

    _process: BaseProcess
    _channel: socket.socket
    _printed: TextIO

    def lines(self, most: int) -> list[str]:
        """Return the next lines that it prints, once there are so many, or it has ended."""
        return [line for _, line in zip(range(most), self._printed, strict=False)]

    def rest(self) -> str:
        """Return what else it prints, until it ends."""
        self._channel.shutdown(socket.SHUT_WR)
        return self._printed.read()

    def say(self, line: str) -> None:
        """Give it a line to read."""
        self._channel.sendall(f"{line}\n".encode())

    def wait(self, seconds: float) -> None:
        """Wait for it to end, so long at most."""
        self._process.join(seconds)

    def status(self) -> int:
        """Return with what it has ended, once it has."""
        self.wait(PATIENCE)
        assert self._process.exitcode is not None
        return self._process.exitcode

    def killed(self) -> int:
        """Kill it, and return with what it has ended: it may have done so before."""
        self._process.kill()
        return self.status()


@contextmanager
def begun(module: str, *arguments: str) -> Iterator[Program]:
    """Run a module as ``python -W error -m`` would; it is killed in the end if it has not ended."""
    ours, theirs = socket.socketpair()
    ours.settimeout(PATIENCE)
    process = _forking.Process(target=_run, args=(theirs, module, arguments), daemon=True)
    with ours, theirs, ours.makefile(encoding="utf-8") as printed:
        process.start()
        theirs.close()
        program = Program(process, ours, printed)
        try:
            yield program
        finally:
            program.killed()


def _run(channel: socket.socket, module: str, arguments: Sequence[str]) -> None:
    """What a process does: here, as the server has forked it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (0, 1):
        os.dup2(channel.fileno(), number)
    channel.close()
    sys.stdin, sys.stdout = open(0, encoding="utf-8"), open(1, "w", encoding="utf-8")  # noqa: SIM115  (until it ends)
    sys.argv = [module, *arguments]
    os.chdir(ROOT)
    make_room()
    warnings.simplefilter("error")
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def run_at_once(programs: Iterable[Sequence[str]]) -> list[str]:
    """Run programs, and return what each has printed once all have ended well.

    Each prints "ready", and goes on when it reads a line: when all are ready.

    Args:
        programs: The module of each, and its arguments.
    """
    with ExitStack() as stack:
        running = [stack.enter_context(begun(*program)) for program in programs]
        assert [program.lines(1) for program in running] == [["ready\n"]] * len(running)
        for program in running:
            program.say("go")
        printed = [program.rest() for program in running]
        assert [program.status() for program in running] == [0] * len(running)
    return printed
