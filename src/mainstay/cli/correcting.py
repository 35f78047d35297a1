"""What the commands share that correct what is kept: a dry run, a question, what was done."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from typing import Protocol

from rich.console import Console

from mainstay import _checks as checks
from mainstay._plain import PlainData
from mainstay.cli import FAILED, OK, SKIPPED, terminal
from mainstay.cli.store import PreparedStore, add_db, open_store
from mainstay.codec import to_plain
from mainstay.scheduling import JobContext, JobReport

__all__ = ["Act", "add_options", "correct", "counted", "many", "number"]

_ERRORS_SHOWN = 5


class Act(Protocol):
    """Does something in a store, or only says what it would do."""

    def __call__(self, store: PreparedStore, /, *, dry_run: bool, context: JobContext) -> JobReport:
        """Do it, or in a dry run find out what it would be."""
        ...


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that these commands have in common."""
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would be done, and change nothing"
    )
    parser.add_argument(
        "--yes", action="store_true", help="do it without a question, which a terminal is asked"
    )
    add_db(parser)
    parser.add_argument("--json", action="store_true", help="the report as JSON on stdout")


def correct(
    args: argparse.Namespace,
    act: Act,
    *,
    question: Callable[[PreparedStore], str],
    words: Callable[[JobReport], str],
) -> int:
    """Ask, unless nobody is there to answer; do it; say what was done.

    Args:
        args: The command line.
        act: What to do.
        question: Says what a person is asked before.
        words: Says what was done, or in a dry run what would be.
    """
    messages = terminal.console(sys.stderr)
    with open_store(args.db, args.schema) as store:
        if _asks(args, messages) and not _agreed(question(store), messages):
            terminal.say(messages, "Nothing was changed.")
            return FAILED
        with terminal.progress(messages, args.command) as progress:
            report = act(store, dry_run=args.dry_run, context=JobContext(progress=progress))
    if args.json:
        terminal.write_json(to_plain(report))
    terminal.say(messages, words(report), *_failures(report))
    return SKIPPED if report.failed else OK


def _asks(args: argparse.Namespace, messages: Console) -> bool:
    return not (args.yes or args.dry_run) and messages.is_terminal and terminal.is_asked()


def _agreed(question: str, messages: Console) -> bool:
    """Ask on the terminal; only yes is yes."""
    messages.print(terminal.printable(f"{question} [y/N] "), end="")
    return terminal.standard_input().readline().strip().lower() in {"y", "yes"}


def counted(report: JobReport) -> str:
    """Say how many of what were changed."""
    changed = checks.instance("changed", report.result["changed"], PlainData)
    return (
        ", ".join(f"{checks.count(name, count):,} {name}" for name, count in changed.items())
        or "nothing"
    )


def many(count: int, what: str) -> str:
    """Say how many of something, whose plural has an s."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def number(report: JobReport, name: str) -> int:
    """Return a number that an act has found."""
    return checks.count(name, report.result[name])


def _failures(report: JobReport) -> Iterator[str]:
    for error in report.errors[:_ERRORS_SHOWN]:
        yield f"failed {error.item}: {error.error}"
    if report.failed > _ERRORS_SHOWN:
        yield f"Shown are the first {_ERRORS_SHOWN} of {report.failed:,}; --json has up to 100."
