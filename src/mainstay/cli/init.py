"""``mainstay init``: prepare a store, or upgrade it."""

from __future__ import annotations

import argparse
import sys

from mainstay.cli import OK, arguments, terminal
from mainstay.cli.store import add_db, lock_timeout, option, shown
from mainstay.daystarts import day_start_words
from mainstay.localdays import MIDNIGHT

_EPILOG = """\
What it is made with stays: all that the jobs keep rests on it.

examples:
  mainstay init
  mainstay init --db postgresql://mainstay@localhost/app --posts post,article
  mainstay init --db postgresql://mainstay@localhost/app --schema mainstay
  mainstay init --db sqlite:///gym.db --posts workout --local-days
  mainstay init --local-days --day-start 04:00
  mainstay init --db sqlite:///sleep.db --local-days --day-end 13:00
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "init",
        help="prepare a store for events and jobs, or upgrade it",
        description="Prepare a store for events and jobs, or upgrade one after a new release.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    add_db(parser)
    parser.add_argument(
        "--posts",
        type=arguments.kinds,
        metavar="KIND,...",
        help="the kinds of activity that count as posts in the historical score (default: post)",
    )
    parser.add_argument(
        "--local-days",
        action="store_const",
        const=True,
        help="count an activity on the date where the user was, and not on UTC's",
    )
    arguments.add_day_start(
        parser,
        start_help="when a day begins: on the user's wall clock with --local-days, else in UTC "
        "(default: 00:00)",
    )


def run(args: argparse.Namespace) -> int:
    """Prepare it, and say what to do next."""
    from mainstay.adapters.sql import SqlStore  # noqa: PLC0415  (SQLAlchemy is optional)

    with SqlStore.create(
        args.db,
        posts=args.posts,
        local_days=args.local_days,
        day_start=args.day_start,
        schema=args.schema,
        lock_timeout=lock_timeout(),
    ) as store:
        settings = store.settings
    days = "where the user was" if settings.local_days else "UTC"
    if settings.day_start != MIDNIGHT:
        days += f", {day_start_words(settings.day_start)}"
    terminal.say(
        terminal.console(sys.stderr),
        f"{shown(args.db)} is ready. Days: {days}. Posts: {', '.join(sorted(settings.posts))}.",
        f"Next: mainstay import FILE{option(args.db, args.schema)}",
    )
    return OK
