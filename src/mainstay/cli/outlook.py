"""``mainstay outlook``: what a user is told for a day, and what they did about it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime

from mainstay._reprs import in_utc
from mainstay.cli import OK, arguments, failure, terminal
from mainstay.cli.store import add_db, open_store
from mainstay.cli.tables import Facts
from mainstay.codec import to_plain
from mainstay.outlook import Mark, Outlook
from mainstay.ports import OutlookStore

_EPILOG = """\
Of each mark the first one stays. A user who did something with an outlook
has seen it.

examples:
  mainstay outlook ada
  mainstay outlook ada --date 2024-05-02 --json
  mainstay outlook ada --date 2024-05-02 --mark viewed
  mainstay outlook ada --date 2024-05-02 --mark rated --rating 4
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "outlook",
        help="show what a user is told for a day, or mark it",
        description="Show what a user is told for a day, and what they did about it; or mark it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, refuse=parser.error)
    parser.add_argument("user", type=arguments.text, metavar="USER", help="whose")
    parser.add_argument(
        "--date", type=arguments.day, metavar="DATE", help="the day (default: the latest)"
    )
    parser.add_argument("--mark", choices=[*map(str, Mark)], help="what the user did about it, now")
    parser.add_argument(
        "--rating", type=arguments.integer, metavar="N", help="with --mark rated, from 1 to 5"
    )
    add_db(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(args: argparse.Namespace) -> int:
    """Mark it if that is asked for, and show it."""
    if args.mark is not None and args.date is None:
        args.refuse("argument --mark: say with --date which outlook")
    if args.rating is not None and args.mark != Mark.RATED:
        args.refuse("argument --rating: only with --mark rated")
    day: date | None = args.date
    with open_store(args.db, args.schema) as store:
        if args.mark is not None and day is not None:
            mark, now = Mark(args.mark), datetime.now(UTC)
            store.outlooks.mark(args.user, day, mark, at=now, rating=args.rating)
        found = _found(store.outlooks, args.user, day)
    if found is None:
        when = "" if day is None else f" for {day}"
        return failure(f"{args.user} has not been given an outlook{when}.")
    if args.json:
        terminal.write_json(to_plain(found))
    else:
        terminal.console(sys.stdout).print(Facts([*_facts(found)]))
    sys.stdout.flush()
    terminal.say(terminal.console(sys.stderr), _sentence(found))
    return OK


def _found(store: OutlookStore, user: str, day: date | None) -> Outlook | None:
    if day is not None:
        return store.outlook(user, day)
    return next(iter(store.outlooks(user, limit=1)), None)


def _facts(outlook: Outlook) -> Iterator[tuple[str, str]]:
    content = outlook.content
    yield "day", str(outlook.day)
    yield "title", content.title
    yield "text", content.body
    yield "known through", str(outlook.known_through)
    fallback = ", since the generator failed" if outlook.fallback else ""
    yield "made from", f"{content.template}, {content.variant}{fallback}"
    for mark in Mark:
        at: datetime | None = getattr(outlook, f"{mark}_at")
        if at is not None:
            stars = f": {outlook.rating} of 5" if mark is Mark.RATED else ""
            yield mark.value, f"{in_utc(at.replace(microsecond=0))}{stars}"


def _sentence(outlook: Outlook) -> str:
    seen = "has not been seen yet" if outlook.viewed_at is None else "was seen"
    return f"The outlook of {outlook.user_id} for {outlook.day} {seen}."
