"""What the commands share in talking to a terminal: streams, safe text, progress, the strip."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from mainstay.activity import ActivityWindow
from mainstay.cli import spelled

_LINES_A_STEP = 5_000
_UNWRAPPED = 10_000
_WEEK = 7


def console(stream: TextIO) -> Console:
    """Return a console that guesses nothing, and that wraps no line for a pipe or a file."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    unwrapped = None if stream.isatty() or "COLUMNS" in os.environ else _UNWRAPPED
    return Console(file=stream, width=unwrapped, markup=False, highlight=False, emoji=False)


def printable(text: str) -> Text:
    """Return a text from a file, its control characters spelled out."""
    return Text(spelled(text), overflow="fold")


def strip(window: ActivityWindow, *, ascii_only: bool) -> Text:
    """Draw the window's days, oldest first, in weeks that end on its last day."""
    active, inactive = "#." if ascii_only else "█·"
    cells = Text()
    for age in range(window.length - 1, -1, -1):
        is_active = window.bits >> age & 1
        cells.append(active if is_active else inactive, "green" if is_active else "dim")
        if age and age % _WEEK == 0:
            cells.append(" ")
    return cells


def machine_output() -> TextIO:
    """Return standard output as machines want it: UTF-8 and bare newlines, whatever the locale."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="strict", newline="\n")
    return sys.stdout


@contextmanager
def open_lines(name: str, messages: Console) -> Iterator[Iterator[str]]:
    """Open a file, or standard input for ``-``, with a progress bar on a terminal."""
    piped = name == "-"
    if piped and sys.stdin.isatty():
        messages.print("Reading events from the terminal; Ctrl-D ends them.")
    with open(sys.stdin.fileno() if piped else name, "rb", closefd=not piped) as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8", errors="surrogateescape", newline="")
        if not messages.is_terminal:
            yield text
            return
        size = None if piped else os.fstat(raw.fileno()).st_size or None
        with _progress(messages) as progress:
            yield _counted(text, raw, progress, size)


def _progress(messages: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[lines]:,} lines"),
        TimeRemainingColumn(),
        console=messages,
        transient=True,
    )


def _counted(
    text: Iterable[str], raw: BinaryIO, progress: Progress, size: int | None
) -> Iterator[str]:
    task = progress.add_task("reading", total=size, lines=0)
    for number, line in enumerate(text, 1):
        if number % _LINES_A_STEP == 0:
            progress.update(task, completed=raw.tell() if size else 0, lines=number)
        yield line
