"""``mainstay remove``: delete events."""

from __future__ import annotations

import argparse
import sys

from mainstay.cli import arguments, correcting, terminal
from mainstay.cli.store import PreparedStore, option
from mainstay.jobs import remove
from mainstay.scheduling import JobContext, JobReport

_EPILOG = """\
Totals change at once. What days came to that had been evaluated does not: they
are late, until mainstay reevaluate. A removed event counts as known if it is
imported again.

examples:
  mainstay remove 4711 4712
  mainstay remove --file wrong-ids.txt --dry-run
  mainstay remove --file - < wrong-ids.txt && mainstay reevaluate
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "remove",
        help="delete events by their ids",
        description="Delete events by their ids.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, command="remove", refuse=parser.error)
    parser.add_argument("ids", nargs="*", type=arguments.text, metavar="ID", help="an event's id")
    parser.add_argument("--file", metavar="FILE", help="a file with an id a line; - is stdin")
    correcting.add_options(parser)


def run(args: argparse.Namespace) -> int:
    """Delete them, and say which days are late now."""
    ids = _ids(args)

    def act(store: PreparedStore, *, dry_run: bool, context: JobContext) -> JobReport:
        return remove(store.corrections, ids, dry_run=dry_run, context=context)

    def question(_: PreparedStore) -> str:
        return f"Delete {correcting.many(len(ids), 'event')} for good?"

    def words(report: JobReport) -> str:
        verb = "Would delete" if args.dry_run else "Deleted"
        unknown = f" Not there: {report.skipped:,}." if report.skipped else ""
        late = correcting.number(report, "late_days")
        db = option(args.db, args.schema)
        again = f" Late days: {late:,}. Next: mainstay reevaluate{db}" if late else ""
        return f"{verb} {correcting.many(report.succeeded, 'event')}.{unknown}{again}"

    return correcting.correct(args, act, question=question, words=words)


def _ids(args: argparse.Namespace) -> list[str]:
    """Return the ids on the command line, and those in the file."""
    if not args.ids and args.file is None:
        args.refuse("say which events: their ids, or --file")
    if args.file is None:
        return [*args.ids]
    with terminal.open_lines(args.file, terminal.console(sys.stderr)) as lines:
        return [*args.ids, *filter(None, (line.strip() for line in lines))]
