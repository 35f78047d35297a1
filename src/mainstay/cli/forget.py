"""``mainstay forget``: erase every trace of users."""

from __future__ import annotations

import argparse

from mainstay.cli import arguments, correcting
from mainstay.cli.store import PreparedStore
from mainstay.jobs import forget
from mainstay.scheduling import JobContext, JobReport

_EPILOG = """\
Erased are events, states, outcomes, points, metrics, badges, preferences,
outlooks, what waits in the outbox, votes, arguments, and what the log of runs
says of them. On days that are closed, the other candidates keep their places.
On a ledger nothing is theirs. Backups, and what was sent, you erase yourself.

examples:
  mainstay forget ada
  mainstay forget ada --dry-run
  mainstay forget --yes --json ada bob
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "forget",
        help="erase every trace of users",
        description="Erase every trace of users. It can't be undone.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, command="forget")
    parser.add_argument("users", nargs="+", type=arguments.text, metavar="USER", help="their ids")
    correcting.add_options(parser)


def run(args: argparse.Namespace) -> int:
    """Erase them, and say how much it was."""

    def act(store: PreparedStore, *, dry_run: bool, context: JobContext) -> JobReport:
        return forget(store.corrections, args.users, dry_run=dry_run, context=context)

    def question(store: PreparedStore) -> str:
        found = forget(store.corrections, args.users, dry_run=True)
        return f"Erase {correcting.counted(found)} of {', '.join(args.users)} for good?"

    def words(report: JobReport) -> str:
        verb = "Would erase" if args.dry_run else "Erased"
        known = correcting.many(report.succeeded, "user")
        unknown = f" Not known: {report.skipped:,}." if report.skipped else ""
        again = " Importing their events again brings them back." if report.succeeded else ""
        return f"{verb} {known}: {correcting.counted(report)}.{unknown}{again}"

    return correcting.correct(args, act, question=question, words=words)
