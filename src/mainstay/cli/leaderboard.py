"""``mainstay leaderboard``: who has the most points."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from typing import get_args

from rich.text import Text

from mainstay._reprs import in_utc
from mainstay.cli import OK, arguments, terminal
from mainstay.cli.config import read_policies
from mainstay.cli.store import add_db, open_store
from mainstay.cli.tables import Listing, label, number
from mainstay.ports import BoardQuery
from mainstay.recognition import Board, LeaderboardPolicy, Period, Ties

_EPILOG = """\
A fresh snapshot answers if there is one (mainstay run refresh-leaderboards);
otherwise the points are counted. That job also keeps whom the boards leave
out.

config:
  [leaderboards]
  excluded = ["staff"]

examples:
  mainstay leaderboard
  mainstay leaderboard --period weekly --top 10
  mainstay leaderboard --around ada --ties earliest
"""
_MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}
_PERIODS = {
    Period.ALL: "all time",
    Period.WEEKLY: "the last 7 days",
    Period.DAILY: "the last 24 hours",
}


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "leaderboard",
        help="show who has the most points",
        description="Show who has the most points, over all time or recently.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    _add_query(parser)
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="a TOML file whose table [leaderboards] says who is left out",
    )
    add_db(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def _add_query(parser: argparse.ArgumentParser) -> None:
    """Add what says which places of which board."""
    parser.add_argument(
        "--period",
        choices=[period.value for period in Period],
        default=Period.ALL.value,
        help="all time, the last 7 days, or the last 24 hours (default: all)",
    )
    parser.add_argument(
        "--ties",
        choices=get_args(Ties),
        default="competition",
        help="rank those with the same points 1 2 2 4 (competition, the default), 1 2 2 3 (dense), "
        "1 2 3 4 by user id (ordinal) or by who was first (earliest)",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--top",
        type=arguments.positive,
        default=20,
        metavar="N",
        help="how many places to show (default: 20)",
    )
    which.add_argument(
        "--around", type=arguments.text, metavar="USER", help="show the places around a user"
    )


def run(args: argparse.Namespace) -> int:
    """Look it up, and show it."""
    policy = None if args.config is None else read_policies(args.config).get("leaderboards")
    excluded = policy.excluded if isinstance(policy, LeaderboardPolicy) else None
    query = BoardQuery(args.period, ties=args.ties, exclude=excluded)
    now = datetime.now(UTC)
    with open_store(args.db, args.schema) as store:
        if args.around is None:
            board = store.leaderboards.top(query, now=now, limit=args.top)
        else:
            board = store.leaderboards.around(args.around, query, now=now)
    if args.json:
        terminal.write_json(board.to_dict())
    else:
        _show(board, args.around)
    sys.stdout.flush()
    terminal.say(terminal.console(sys.stderr), *_in_words(board, Period(args.period), args.around))
    return OK


def _in_words(board: Board, period: Period, around: str | None) -> list[str]:
    how = "counted now" if board.live else f"as of {in_utc(board.as_of.replace(microsecond=0))}"
    said = [f"Listed for {_PERIODS[period]}, {how}: {board.listed:,}."]
    if around is not None and not board.entries:
        said.append(f"{around} is not listed.")
    elif not board.listed:
        said.append("Nobody has points yet: they come from badges, rewards and mainstay points.")
    return said


def _show(board: Board, around: str | None) -> None:
    """Print the places as a table; the user asked for stands out."""
    if not board.entries:
        return
    console = terminal.console(sys.stdout)
    medals = _MEDALS if console.is_terminal and terminal.speaks_unicode(sys.stdout) else {}
    listing = Listing(number("rank"), label("user"), number("points"))
    for place in board.entries:
        rank = Text(medals.get(place.rank, f"{place.rank:,}"))
        style = "bold" if place.user_id == around else ""
        listing.add(rank, place.user_id, f"{place.total:,}", style=style)
    console.print(listing)
