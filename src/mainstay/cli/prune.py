"""``mainstay prune``: delete what is old, and keep what it has come to."""

from __future__ import annotations

import argparse

from mainstay.cli import arguments, correcting
from mainstay.cli.store import PreparedStore
from mainstay.jobs import prune
from mainstay.scheduling import JobContext, JobReport

_EPILOG = """\
The first day that stays, the floor, is the Monday of DATE's week, and at least
53 weeks before the last day that is closed. Totals and streaks stay as they
are. Old events, outcomes, closed days, finished entries of the outbox,
outlooks, and votes and arguments of closed cases go. Old events that are
imported later count as known.

examples:
  mainstay prune --before 2024-01-01 --dry-run
  mainstay prune --before 2024-01-01 --yes
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "prune",
        help="delete what is old, and keep what it has come to",
        description="Delete what is old, and keep what it has come to. It can't be undone.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, command="prune")
    parser.add_argument(
        "--before",
        type=arguments.day,
        required=True,
        metavar="DATE",
        help="the first day to keep; it is moved back to a Monday, and at least 53 weeks stay",
    )
    correcting.add_options(parser)


def run(args: argparse.Namespace) -> int:
    """Delete, and say how much it was."""

    def act(store: PreparedStore, *, dry_run: bool, context: JobContext) -> JobReport:
        return prune(store, before=args.before, dry_run=dry_run, context=context)

    def question(_: PreparedStore) -> str:
        return f"Delete what is from before {args.before} for good?"

    def words(report: JobReport) -> str:
        verb, are = ("Would delete", "would be") if args.dry_run else ("Deleted", "are")
        floor = f"The first day that is kept: {report.result['floor']}."
        later = f"Events from before it {are} not taken any more."
        return f"{verb} {correcting.counted(report)}. {floor} {later}"

    return correcting.correct(args, act, question=question, words=words)
