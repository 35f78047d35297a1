"""What the commands share in talking to a terminal: streams, safe text, progress, the strip."""

from __future__ import annotations

import io
import json
import os
import pydoc
import re
import shutil
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import attrs
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from mainstay.activity.window import ActivityWindow
from mainstay.cli.spelling import (
    as_written,
    continued,
    encoding_of,
    make_safe,
    spelled,
    split_command,
)
from mainstay.errors import BadRecordError, InvalidValueError
from mainstay.reading import EventFile, EventFormat, EventRows
from mainstay.reading.opening import is_parquet, opened

_COMPLAINTS_SHOWN = 5
_LINES_A_STEP = 5_000
_UNWRAPPED = 10_000
_WEEK = 7


class TidyConsole(Console):
    """A console that leaves no blanks at the ends of lines, and pages what no screen holds.

    Messages, on standard error, are never paged.
    """

    def print(self, *objects: object, **how: Any) -> None:
        """Print objects as rich does, and tidy what comes of it."""
        with self.capture() as printed:
            super().print(*objects, **how)
        text = _BLANKS.sub(lambda found: found[0].replace(" ", ""), printed.get())
        text = as_written(text, self.encoding)  # a pager has no say in it
        if self.file is sys.stdout and self.file.isatty() and text.count("\n") >= self.height:
            os.environ.setdefault("LESS", "FRX")  # colours stay, and so does what was read
            pydoc.pager(text)
            return
        self.file.write(text)
        self.file.flush()


#: Blanks before the end of a line, with the ends of styles among them.
_BLANKS = re.compile(r"(?:\x1b\[[0-9;]*m| )+(?=\n)")


def console(stream: TextIO) -> Console:
    """Return a console that guesses nothing, and that wraps no line for a pipe or a file.

    With ``NO_COLOR`` there is no style at all, nothing bold either.
    """
    make_safe(stream)
    unwrapped = None if stream.isatty() or "COLUMNS" in os.environ else _UNWRAPPED
    return TidyConsole(
        file=stream,
        width=unwrapped,
        color_system=None if _is_plain() else "auto",
        markup=False,
        highlight=False,
        emoji=False,
    )


def _is_plain() -> bool:
    """Return whether text is all that is wanted: no style, and nothing that moves."""
    return bool(os.environ.get("NO_COLOR"))


def say(messages: Console, *sentences: str) -> None:
    """Write sentences for people, each on a line of its own.

    A command that one ends with, such as ``Next: mainstay init``, can be copied even if it is too
    long for a line.
    """
    for sentence in sentences:
        text = as_written(spelled(sentence), messages.encoding)
        if cell_len(text) <= messages.width:
            messages.print(Text(text))
            continue
        prose, command = split_command(text)
        if prose:
            messages.print(Text(prose, overflow="fold"))
        for line in continued(command, messages.width):
            messages.print(Text(line, no_wrap=True, overflow="ignore"))


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


def speaks_unicode(stream: TextIO) -> bool:
    """Return whether a stream takes any character."""
    return encoding_of(stream).lower().startswith("utf")


def write_json(document: object) -> None:
    """Write one JSON document to standard output.

    What is not text, of a file in another encoding, is written as the escapes that JSON has for it.
    """
    json.dump(document, machine_output("backslashreplace"), ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


def machine_output(errors: str = "strict") -> TextIO:
    """Return standard output as machines want it: UTF-8 and bare newlines, whatever the locale.

    Args:
        errors: What becomes of lone surrogates, as ``str.encode`` has it.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors=errors, newline="\n")
    return sys.stdout


@attrs.define
class BadLines:
    """What becomes of bad lines: the first stops everything, or all are counted.

    Attributes:
        messages: Where the first few are shown.
        skip_all: Whether they are counted.
        count: How many there were.
        left_out: How many good ones do not count, where the caller says which do.
    """

    messages: Console
    skip_all: bool
    count: int = 0
    left_out: int | None = None

    def skip(self, error: BadRecordError) -> None:
        """Count a line, and show it if it is one of the first; or raise the error."""
        if not self.skip_all:
            raise error
        self.count += 1
        if self.count <= _COMPLAINTS_SHOWN:
            say(self.messages, f"skipped {error}")


def left_out(rows: EventRows, form: EventFormat) -> int | None:
    """Return how many rows did not count; ``None`` if there is no condition that they must meet.

    With one, 0 is said, too: in JSON the key that it names may be misspelt.
    """
    return rows.left_out if form.where else None


def omitted(skipped: int, left_out: int | None) -> Iterator[str]:
    """Say how many lines of a file are not among what is shown."""
    if skipped:
        yield f"Bad lines, skipped: {skipped:,}."
    if left_out is not None:
        yield f"Rows that don't count, left out: {left_out:,}."


def standard_input() -> TextIO:
    """Return standard input.

    Raises:
        InvalidValueError: Whoever started us has closed it.
    """
    if sys.stdin is None:
        raise InvalidValueError(
            "is closed", field="standard input", remedy="Name a file, or write one to it."
        )
    return sys.stdin


def save_input(path: Path) -> None:
    """Write all of standard input to a file, for what has to read it twice."""
    with open(standard_input().fileno(), "rb", closefd=False) as raw, path.open("wb") as file:
        shutil.copyfileobj(raw, file)


def is_asked() -> bool:
    """Return whether somebody can answer a question on standard input."""
    return sys.stdin is not None and sys.stdin.isatty()


@contextmanager
def open_events(name: str, messages: Console) -> Iterator[EventFile]:
    """Open a file of events as :func:`open_lines` does; Parquet has rows instead of lines."""
    if is_parquet(Path(name)):
        yield Path(name)
        return
    with open_lines(name, messages) as lines:
        yield lines


@contextmanager
def open_lines(name: str, messages: Console) -> Iterator[Iterator[str]]:
    """Open a file, or standard input for ``-``; on a terminal with a bar until the last line.

    Raises:
        UnreadableFileError: It is not text.
    """
    piped = name == "-"
    if piped and standard_input().isatty():
        messages.print("Reading lines from the terminal; Ctrl-D ends them.")
    file = standard_input().fileno() if piped else name
    with open(file, "rb", closefd=not piped) as raw:
        text = iter(opened(raw, "standard input" if piped else name))
        if not _has_bars(messages):
            yield text
            return
        size = None if piped else os.fstat(raw.fileno()).st_size or None
        with closing(_counted(text, raw, messages, size)) as lines:
            yield lines


@contextmanager
def progress(messages: Console, doing: str) -> Iterator[Callable[[int, int | None], None]]:
    """Yield what shows how much is done, and of how much; on a terminal, in a bar that vanishes."""
    if not _has_bars(messages):
        yield lambda _done, _total: None
        return
    with _bar(messages, "{task.completed:,}") as bar:
        task = bar.add_task(doing, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _has_bars(messages: Console) -> bool:
    return messages.is_terminal and not _is_plain()


def _bar(messages: Console, counts: str) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn(counts),
        TimeRemainingColumn(),
        console=messages,
        transient=True,
    )


def _counted(
    text: Iterable[str], raw: BinaryIO, messages: Console, size: int | None
) -> Generator[str, None, None]:
    with _bar(messages, "{task.fields[lines]:,} lines") as progress:
        task = progress.add_task("reading", total=size, lines=0)
        for number, line in enumerate(text, 1):
            if number % _LINES_A_STEP == 0:
                progress.update(task, completed=raw.tell() if size else 0, lines=number)
            yield line
