"""``mainstay inspect``: what a file of events seems to be, and which of its rows will fail."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from mainstay.cli import OK, SKIPPED, reading, terminal
from mainstay.cli.tables import Listing, label, words
from mainstay.reading import FORMATS, Inspection, inspect_events
from mainstay.reading.sniffing import conversion

_EPILOG = """\
It says what the file is, what its columns seem to be, and the command that
reads it; and then reads all of it, to say how many events and users there are,
from when to when, and which rows will fail and why. What you know of the file
is not guessed: say it with the options that the other commands have, too.

examples:
  mainstay inspect export.csv
  mainstay inspect activities.csv --format strava --user-id ada
  mainstay inspect log.json --time-format '%d.%m.%Y, %H:%M:%S' --json
"""
_PROBLEMS_SHOWN = 5


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "inspect",
        help="see what a file of events is, and how to have it read",
        description="See what a file of events is, what it says, and which of its rows will fail.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "file", metavar="FILE", help="CSV, JSON or Parquet, also packed; - is stdin"
    )
    reading.add_reading(parser.add_argument_group("input"), lenient=False)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(args: argparse.Namespace) -> int:
    """Look, and say what was found."""
    with _path(args.file) as path:
        found = inspect_events(path, format=reading.event_format(args))
    command = _command(args, found)
    if args.json:
        terminal.write_json(found.to_dict() | {"command": command})
    else:
        _show(found)
    sys.stdout.flush()
    terminal.say(terminal.console(sys.stderr), *_sentences(found, command))
    return SKIPPED if found.failing or command is None else OK


@contextmanager
def _path(name: str) -> Iterator[Path]:
    """Yield where the file is; standard input becomes one, since it is read twice."""
    if name != "-":
        yield Path(name)
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / "stdin"
        terminal.save_input(path)
        yield path


def _command(args: argparse.Namespace, found: Inspection) -> str | None:
    if found.format is None:
        return None
    options = reading.options_of(found.format, args.format or found.known)
    leniency = "--skip-bad" if found.failing and found.events else ""
    return " ".join(filter(None, ["mainstay score", shlex.quote(args.file), options, leniency]))


def _show(found: Inspection) -> None:
    console = terminal.console(sys.stdout)
    known = "" if found.known is None else f": {FORMATS[found.known].title}"
    terminal.say(console, f"{found.what}{known}.")
    listing = Listing(label("column"), label("seems to be"), words("such as"))
    for column in found.columns:
        listing.add(column.name, column.field, ", ".join(column.examples))
    console.print(listing)
    if found.events:
        terminal.say(
            console,
            f"Events: {found.events:,}; users: {found.users:,}; from {found.first_day} to "
            f"{found.last_day}.",
        )
    elif found.format is not None:
        terminal.say(console, "No row is an event.")
    if found.repeated:
        terminal.say(console, f"Rows that say the same as one before: {found.repeated:,}.")
    if found.format is not None and found.format.where:
        terminal.say(console, f"Rows that don't count: {found.left_out:,}.")
    for problem in found.problems[:_PROBLEMS_SHOWN]:
        terminal.say(console, f"{problem.rows:,} will fail, such as {problem.message}")


def _sentences(found: Inspection, command: str | None) -> Iterator[str]:
    yield from found.notes
    if command is not None:
        yield f"Next: {command}"
    elif found.columns:
        yield "Name the column with --columns started_at=NAME, and how its times are written."
        yield f"Of what is not a table, {conversion('lines-of-text')} shows how to make one."
