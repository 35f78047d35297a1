"""``mainstay init``: prepare a store, or upgrade it."""

from __future__ import annotations

import argparse
import sys

from mainstay.cli import OK, arguments, terminal
from mainstay.cli.store import add_db, lock_timeout, option, shown

_EPILOG = """\
What it is made with stays: all that the jobs keep rests on it.

examples:
  mainstay init
  mainstay init --db postgresql://mainstay@localhost/app --posts post,article
  mainstay init --db postgresql://mainstay@localhost/app --schema mainstay
  mainstay init --db sqlite:///gym.db --posts workout --local-days
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


def run(args: argparse.Namespace) -> int:
    """Prepare it, and say what to do next."""
    from mainstay.adapters.sql import SqlStore  # noqa: PLC0415  (SQLAlchemy is optional)

    with SqlStore.create(
        args.db,
        posts=args.posts,
        local_days=args.local_days,
        schema=args.schema,
        lock_timeout=lock_timeout(),
    ) as store:
        settings = store.settings
    days = "where the user was" if settings.local_days else "UTC"
    terminal.say(
        terminal.console(sys.stderr),
        f"{shown(args.db)} is ready. Days: {days}. Posts: {', '.join(sorted(settings.posts))}.",
        f"Next: mainstay import FILE{option(args.db, args.schema)}",
    )
    return OK
