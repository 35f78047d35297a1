"""Calls the command in this process, and says what it printed where."""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from unittest.mock import patch

import attrs

from mainstay.cli import main

#: The days of May 2024 on which three people ran.
RUNS = {"ada": (1, 2, 5, 8, 9, 10, 15, 22, 28), "bob": (20, 21, 22, 23), "cy": (1, 14, 28)}


@attrs.frozen
class Done:
    """What a call came to.

    Attributes:
        status: Its exit status.
        out: What it printed on standard output.
        err: What it printed on standard error.
    """

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on standard output."""
        document: dict[str, Any] = json.loads(self.out)
        return document


def mainstay(
    *arguments: str, stdin: bytes = b"", encoding: str = "utf-8", **environment: str
) -> Done:
    """Call the command with these arguments, on no terminal unless the environment feigns one."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="") for _ in range(2))
    with (
        TemporaryFile() as given,
        patch.object(sys, "stdin", given),
        patch.dict(os.environ),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        given.write(stdin)
        given.seek(0)
        for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR"):
            os.environ.pop(name, None)
        os.environ.update(environment)
        try:
            status = main(arguments)
        except SystemExit as wrong:
            status = int(wrong.code or 0)
    return Done(status, _text(out), _text(err))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    raw = stream.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode()


def database(folder: Path) -> str:
    """Return the URL of a database in a folder."""
    return f"sqlite:///{folder / 'mainstay.db'}"


def write_runs(folder: Path, header: str = "user_id,started_at") -> str:
    """Write a file of what three people did, and return its path."""
    file = folder / "runs.csv"
    rows = [f"{user},2024-05-{day:02}T08:00:00Z" for user, days in RUNS.items() for day in days]
    file.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return str(file)


def filled(folder: Path, *options: str, url: str | None = None) -> str:
    """Prepare a store with what three people did, in the folder or elsewhere; return its URL."""
    url = database(folder) if url is None else url
    assert mainstay("init", "--db", url, "--posts", "run", *options).status == 0
    done = mainstay("import", write_runs(folder), "--db", url, "--kind", "run")
    assert done.status == 0, done.err
    return url
