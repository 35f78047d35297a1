"""The command for documents: each call is forked from a process that has imported it.

Importing takes longer than most of what they do. Arguments, environment, folder and the three
standard streams are the caller's.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from mainstay.cli import commands, main
from tests.disk import make_room

#: What stands for the command: it imports next to nothing.
_CALLER = """\
#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({path!r})
    socket.send_fds(server, [b" "], [0, 1, 2])
    server.sendall(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode())
    server.shutdown(socket.SHUT_WR)
    answer = server.recv(1)
sys.exit(answer[0] if answer else "the command was killed")
"""


@contextmanager
def forked_command(folder: Path) -> Iterator[None]:
    """Put a program into a folder that calls the command as ``mainstay`` does, but sooner."""
    path = folder / "socket"
    caller = folder / "mainstay"
    caller.write_text(_CALLER.format(python=sys.executable, path=str(path)), encoding="utf-8")
    caller.chmod(0o755)
    command = [sys.executable, "-m", __spec__.name, str(path)]
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        try:
            assert server.stdout.readline() == b"ready\n"
            yield
        finally:
            server.kill()


def _serve(path: str) -> NoReturn:
    """Fork a process for each call."""
    for name in commands.NAMES:
        commands.module_of(name)
    import_module("mainstay.adapters.sql")  # they import it once they need it
    make_room()
    gc.freeze()  # none of it ever is garbage, which each process would look for
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        print("ready", flush=True)
        while True:
            caller, _ = server.accept()
            with caller:
                if not os.fork():
                    _answer(caller)


def _answer(caller: socket.socket) -> NoReturn:
    """Run the command with what the caller has, and tell it the exit status."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, streams, *_ = socket.recv_fds(caller, 1, 3)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout = open(0), open(1, "w")  # noqa: SIM115  (until it ends)
    sys.stderr = open(2, "w", buffering=1)  # noqa: SIM115
    with caller.makefile("rb") as rest:
        arguments, folder, environment = json.load(rest)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    try:
        status = main(arguments)
    except SystemExit as exit_:
        status = int(exit_.code or 0)
    sys.stdout.flush()
    sys.stderr.flush()
    caller.sendall(bytes([status]))
    os._exit(status)


if __name__ == "__main__":
    _serve(sys.argv[1])
