"""``mainstay demo``: the main job on made-up people, by the very commands that one would type."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator
from contextlib import chdir, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from mainstay.cli import OK, main, terminal
from mainstay.errors import InvalidValueError

_EPILOG = """\
It makes up eight runners and their last eight weeks, imports them into a
store of its own, and asks who deserves recognition although they missed
yesterday. Nothing of yours is read. Without --keep, nothing stays.

examples:
  mainstay demo
  mainstay demo --keep demo && cd demo && mainstay score events.csv
"""
_DB = ("--db", "sqlite:///demo.db")
_DAYS = 56
#: How likely each is to run on a day, in tenths.
_RUNNERS = {"ada": 10, "bob": 4, "cyd": 7, "dan": 2, "eve": 9, "fay": 6, "gil": 3, "hal": 5}


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "demo",
        help="show the main job on made-up people",
        description="Show the main job on made-up people.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "--keep", metavar="FOLDER", help="leave the events and the store in a new folder"
    )


def run(args: argparse.Namespace) -> int:
    """Make the people up, and call the commands one after the other."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with _folder(args.keep) as folder, chdir(folder):
        Path("events.csv").write_text("".join(_lines(today)), encoding="utf-8")
        for command in _commands(today):
            terminal.say(terminal.console(sys.stdout), f"$ mainstay {shlex.join(command)}")
            status = main(command)
            if status != OK:
                return status
            print(flush=True)
    terminal.say(
        terminal.console(sys.stderr),
        "These people are made up. A page about people of your own: mainstay report FILE",
        "Their scores: mainstay score FILE",
    )
    return OK


def _commands(today: datetime) -> Iterator[tuple[str, ...]]:
    """Yield what is called; it is about yesterday, also if that ends meanwhile."""
    yesterday = f"{today - timedelta(days=1):%Y-%m-%d}"
    yield "init", *_DB, "--posts", "run"
    yield "import", "events.csv", *_DB, "--kind", "run"
    yield "run", "evaluate-consistency", *_DB, "--criteria", "run=1", "--date", yesterday
    yield "score", "events.csv", "--user", "ada", "--as-of", f"{today:%Y-%m-%d}"


def _folder(keep: str | None) -> TemporaryDirectory[str] | nullcontext[str]:
    """Return where it all happens: a folder that vanishes, or a new one that stays."""
    if keep is None:
        return TemporaryDirectory()
    try:
        Path(keep).mkdir(parents=True)
    except FileExistsError as error:
        raise InvalidValueError(
            "must be a folder that is not there yet", field="--keep", value=keep
        ) from error
    return nullcontext(keep)


def _lines(today: datetime) -> Iterator[str]:
    """Yield a file of events: the same each day, except for its dates. Ada missed yesterday."""
    chance = Random(28)  # noqa: S311  (nothing is to be kept secret)
    yield "user_id,started_at\n"
    for ago in range(_DAYS, 0, -1):
        for runner, tenths in _RUNNERS.items():
            at = today - timedelta(days=ago) + timedelta(minutes=chance.randrange(360, 1200))
            if chance.randrange(10) < tenths and (runner, ago) != ("ada", 1):
                yield f"{runner},{at:%Y-%m-%dT%H:%M:%SZ}\n"
