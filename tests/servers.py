"""Programs that tests talk to: started, waited for, and stopped whatever happens.

Each writes its output to a pipe, on which whoever waits for it blocks; none outlives its block.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from random import SystemRandom
from tempfile import TemporaryDirectory
from threading import Condition, Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

#: Only to fail instead of hanging: nothing takes that long.
PATIENCE = 120.0
STOPPING = 20.0


class Program:
    """A program that runs, and what it has printed so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: list[str] = []
        self._ended = False
        self._news = Condition()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._news:
                self._lines.append(line)
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    @property
    def output(self) -> str:
        with self._news:
            return "".join(self._lines)

    def wait_for(self, text: str) -> None:
        """Block until it has printed a text; fail if it ends without."""
        with self._news:
            self._news.wait_for(
                lambda: self._ended or any(text in line for line in self._lines), PATIENCE
            )
        output = self.output
        assert text in output, f"{self._process.args!r} has not printed {text!r}:\n{output}"

    def stop(self, how: signal.Signals) -> None:
        """Ask it to stop, then make it, and all that it has started."""
        self._process.send_signal(how)
        try:
            self._process.wait(STOPPING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        finally:
            with suppress(ProcessLookupError):  # no child of its own is left
                os.killpg(self._process.pid, signal.SIGKILL)
            self._reader.join()


@contextmanager
def running(
    command: Sequence[str],
    *,
    ready: str,
    stop_by: signal.Signals = signal.SIGTERM,
    environment: Mapping[str, str] | None = None,
    **options: Any,
) -> Iterator[Program]:
    """Run a program, from when it has printed that it is ready until the block ends."""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
        env=os.environ | (environment or {}),
        **options,
    ) as process:
        program = Program(process)
        try:
            program.wait_for(ready)
            yield program
        finally:
            program.stop(stop_by)


def free_port() -> int:
    """A port that nobody listens on, below those that connections are given by themselves."""
    while True:
        port = SystemRandom().randrange(20_000, 32_768)
        with socket.socket() as tried, suppress(OSError):  # taken: try another
            tried.bind(("127.0.0.1", port))
            return port


def installed(name: str, *folders: str) -> str:
    """The path of a program, on PATH or in one of some folders; the test is skipped without it."""
    places = [os.environ.get("PATH", os.defpath), *sorted(folders, reverse=True)]
    path = shutil.which(name, path=os.pathsep.join(places))
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


@contextmanager
def redis_server() -> Iterator[str]:
    """The URL of a Redis of one's own, which keeps nothing."""
    redis, port = installed("redis-server"), free_port()
    with TemporaryDirectory(prefix="mainstay-redis-") as folder:
        command = [redis, "--bind", "127.0.0.1", "--port", str(port), "--dir", folder, "--save", ""]
        with running(command, ready="Ready to accept connections"):
            yield f"redis://127.0.0.1:{port}/0"


def account_of_postgres() -> dict[str, Any]:
    """Who PostgreSQL is to run as: it refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    return {"user": "postgres", "group": "postgres", "extra_groups": []}


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL, for SQLAlchemy with psycopg, of a PostgreSQL of one's own."""
    folders = [str(path) for path in Path("/usr/lib/postgresql").glob("*/bin")]
    initdb, postgres = (installed(name, *folders) for name in ("initdb", "postgres"))
    account, port = account_of_postgres(), free_port()
    with TemporaryDirectory(prefix="mainstay-postgres-") as folder:
        if account:
            shutil.chown(folder, account["user"], account["group"])
        data = Path(folder) / "data"
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]
        subprocess.run(
            [initdb, "--pgdata", data, "--no-sync", *options],
            check=True,
            capture_output=True,
            cwd=folder,
            **account,
        )
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": folder,
            "fsync": "off",
            "full_page_writes": "off",
            # What is written may be in memory: little is kept of what was.
            "max_wal_size": "128MB",
            # The fewest there can be: whoever locks too much at once is found out with less.
            "max_locks_per_transaction": 10,
        }
        given = [f"--{name}={value}" for name, value in settings.items()]
        ready = "database system is ready to accept connections"
        command = [postgres, "-D", str(data), *given]
        # At once: what it keeps is thrown away, and nobody is waited for.
        with running(command, ready=ready, stop_by=signal.SIGQUIT, cwd=folder, **account):
            yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"


@contextmanager
def pgbouncer_server(postgres_url: str) -> Iterator[str]:
    """The same URL through a PgBouncer of one's own, which pools transactions.

    Its few connections take turns, so that two transactions of a client rarely have the same one.
    """
    pgbouncer, port = installed("pgbouncer", "/usr/sbin", "/usr/local/sbin"), free_port()
    url, account = urlsplit(postgres_url), account_of_postgres()
    settings = {
        "listen_addr": "127.0.0.1",
        "listen_port": port,
        "unix_socket_dir": "",
        "auth_type": "any",
        "pool_mode": "transaction",
        "default_pool_size": 4,
        "server_round_robin": 1,
        # Each test has a database of its own: nobody comes back to an old one.
        "server_idle_timeout": 5,
    }
    with TemporaryDirectory(prefix="mainstay-pgbouncer-") as folder:
        if account:
            shutil.chown(folder, account["user"], account["group"])
        path = Path(folder) / "pgbouncer.ini"
        databases = f"[databases]\n* = host={url.hostname} port={url.port} user={url.username}\n"
        given = "".join(f"{name} = {value}\n" for name, value in settings.items())
        path.write_text(f"{databases}[pgbouncer]\n{given}", encoding="utf-8")
        # Asked more gently, some versions wait for their clients to go.
        options: dict[str, Any] = {"stop_by": signal.SIGQUIT, "cwd": folder, **account}
        with running([pgbouncer, str(path)], ready="process up", **options):
            yield url._replace(netloc=f"{url.username}@127.0.0.1:{port}").geturl()
