"""``mainstay rename``: give all that is kept of a user to another id."""

from __future__ import annotations

import argparse

from mainstay.cli import arguments, correcting
from mainstay.cli.store import PreparedStore
from mainstay.jobs import reevaluate, rename
from mainstay.scheduling import JobContext, JobReport

_EPILOG = """\
The other id may be another account: then both become one. Where both have
been active, days are evaluated again from the first day on by which both were;
closed days keep their candidates. Events that arrive later for the old id are
the new one's, until it is renamed back.

examples:
  mainstay rename ada ada@example.org
  mainstay rename ada ada@example.org --dry-run
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "rename",
        help="give all that is kept of a user to another id",
        description="Give all that is kept of a user to another id, or merge two accounts.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, command="rename")
    parser.add_argument("user", type=arguments.text, metavar="USER", help="the old id")
    parser.add_argument("to", type=arguments.text, metavar="TO", help="the new id")
    correcting.add_options(parser)


def run(args: argparse.Namespace) -> int:
    """Rename, evaluate again what has to be, and say what has changed."""

    def act(store: PreparedStore, *, dry_run: bool, context: JobContext) -> JobReport:
        report = rename(store.corrections, args.user, args.to, dry_run=dry_run, context=context)
        if not dry_run:
            reevaluate(store, [args.to], context=context)
        return report

    def question(store: PreparedStore) -> str:
        found = rename(store.corrections, args.user, args.to, dry_run=True)
        return f"Give {correcting.counted(found)} of {args.user} to {args.to}?"

    def words(report: JobReport) -> str:
        verb = "Would give" if args.dry_run else "Gave"
        found = correcting.counted(report)
        return f"{verb} {found} of {args.user} to {args.to}."

    return correcting.correct(args, act, question=question, words=words)
