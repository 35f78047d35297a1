"""``mainstay points``: a user's points, where they are from, and what level they make."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from rich.console import Console

from mainstay._reprs import in_utc
from mainstay.cli import OK, arguments, terminal
from mainstay.cli.config import read_levels
from mainstay.cli.store import add_db, open_store
from mainstay.cli.tables import Listing, exact, label, number
from mainstay.ports import Store, user_points
from mainstay.recognition import Credit, Levels, PointsDict

_EPILOG = """\
A user has one credit per reason: crediting it again changes nothing. To take
points back, credit the opposite amount under another reason.

config:
  [levels]
  Newcomer = 0
  Regular = 100
  Expert = 500

examples:
  mainstay points ada
  mainstay points ada --credit 50 --reason welcome
  mainstay points ada --credit -50 --reason welcome:reversed
  mainstay points ada --config levels.toml --json
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "points",
        help="show a user's points, or credit some",
        description="Show a user's points, their latest credits and their level; or credit points.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, refuse=parser.error)
    parser.add_argument("user", type=arguments.text, metavar="USER", help="whose")
    parser.add_argument(
        "--credit", type=arguments.whole, metavar="N", help="credit N points, below 0 to take back"
    )
    parser.add_argument("--reason", metavar="REASON", help="what for, once for each user")
    parser.add_argument(
        "--top",
        type=arguments.positive,
        default=20,
        metavar="N",
        help="how many credits to show at most (default: 20)",
    )
    parser.add_argument(
        "--config", metavar="FILE", help="a TOML file whose table [levels] has them"
    )
    add_db(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(args: argparse.Namespace) -> int:
    """Credit points if that is asked for, and show what there is."""
    if (args.credit is None) != (args.reason is None):
        args.refuse("--credit and --reason go together")
    levels = None if args.config is None else read_levels(args.config)
    messages = terminal.console(sys.stderr)
    with open_store(args.db, args.schema) as store:
        if args.credit is not None:
            _credit(store, args, messages)
        found = user_points(store, args.user, levels=levels, limit=args.top)
    if args.json:
        terminal.write_json(found)
    else:
        _show(found)
    sys.stdout.flush()
    terminal.say(messages, _in_words(found, levels))
    return OK


def _credit(store: Store, args: argparse.Namespace, messages: Console) -> None:
    now = datetime.now(UTC)
    credit = Credit(args.user, args.reason, args.credit, now)
    if store.points.add([credit], now=now):
        terminal.say(messages, f"{args.credit:+,} points for {args.reason}.")
    else:
        terminal.say(messages, f"{args.reason} was credited before: nothing changes.")


def _in_words(found: PointsDict, levels: Levels | None) -> str:
    level = None if levels is None else levels.of(found["total"])
    if level is not None:
        return f"{found['user_id']}: {level.text}"
    return f"{found['user_id']}: {found['total']:,} points."


def _second(at: str) -> str:
    """Return an instant to the second, which is enough for people."""
    return in_utc(datetime.fromisoformat(at).replace(microsecond=0))


def _show(found: PointsDict) -> None:
    """Print the credits as a table, the newest first."""
    if not found["credits"]:
        return
    listing = Listing(exact("when"), number("points"), label("reason"))
    for credit in found["credits"]:
        listing.add(_second(credit["at"]), f"{credit['amount']:+,}", credit["reason"])
    terminal.console(sys.stdout).print(listing)
