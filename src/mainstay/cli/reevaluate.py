"""``mainstay reevaluate``: evaluate days and weeks again."""

from __future__ import annotations

import argparse

from mainstay.cli import arguments, correcting
from mainstay.cli.store import PreparedStore
from mainstay.jobs import reevaluate
from mainstay.scheduling import JobContext, JobReport

_EPILOG = """\
Without --since, each user's days are evaluated again from the first that is
late: on which something arrived after it had been evaluated, or was removed or
replaced. After that, all is as if it had been there in time. Closed days keep
their candidates; those whose would be others now are named.

examples:
  mainstay reevaluate
  mainstay reevaluate --user ada bob --since 2024-05-01
  mainstay reevaluate --since 2024-05-01 --dry-run
"""

_SHOWN = 5


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "reevaluate",
        help="evaluate days and weeks again, from the events there now",
        description="Evaluate days and weeks again, from the events that are there now.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, command="reevaluate")
    parser.add_argument(
        "--user", nargs="+", type=arguments.text, metavar="USER", help="whose (default: everybody)"
    )
    parser.add_argument(
        "--since",
        type=arguments.day,
        metavar="DATE",
        help="the first day (default: each user's first late one)",
    )
    correcting.add_options(parser)


def run(args: argparse.Namespace) -> int:
    """Evaluate again, and say what has changed."""

    def act(store: PreparedStore, *, dry_run: bool, context: JobContext) -> JobReport:
        return reevaluate(store, args.user, since=args.since, dry_run=dry_run, context=context)

    def question(store: PreparedStore) -> str:
        late = store.corrections.late()
        whose = "everybody" if args.user is None else ", ".join(args.user)
        since = "the first late one" if args.since is None else str(args.since)
        return (
            f"Late: {correcting.many(late.days, 'day')} of {correcting.many(late.users, 'user')}. "
            f"Evaluate the days of {whose} again, from {since} on?"
        )

    return correcting.correct(args, act, question=question, words=did)


def did(report: JobReport) -> str:
    """Say what was evaluated again, or would be."""
    verb = "Would evaluate" if report.result["dry_run"] else "Evaluated"
    weeks = correcting.number(report, "users_with_weeks")
    days = correcting.many(correcting.number(report, "days"), "day")
    users = correcting.many(report.succeeded, "user")
    words = f"{verb} {days} of {users} again, weeks of {weeks:,}."
    return f"{words}{_differing(report.result['candidates_differ'])}"


def _differing(days: object) -> str:
    """Name the closed days whose candidates would be others, the first of them."""
    if not isinstance(days, tuple) or not days:
        return ""
    more = f" and {len(days) - _SHOWN:,} more" if len(days) > _SHOWN else ""
    named = ", ".join(map(str, days[:_SHOWN]))
    return f" Closed days whose candidates would be others now: {named}{more}."
