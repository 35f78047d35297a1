"""``mainstay badges``: which badges a user has, and how far they are on the way to others."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from mainstay.cli import OK, arguments, terminal
from mainstay.cli.config import read_policies
from mainstay.cli.store import add_db, open_store
from mainstay.cli.tables import Listing, exact, label, number, words
from mainstay.ports import badge_progress, earned_badges
from mainstay.recognition import BadgePolicy, EarnedBadgesDict, ProgressDict

_EPILOG = """\
Badges are awarded by mainstay run check-badges. Without --config they are
those that it last looked for, else the nine standard ones.

config:
  [badges]
  standard = false

  [badges.night_owl]
  number = 10
  name = "Night Owl"
  description = "Write 5 posts."
  icon = "🦉"
  metric = "kind:post"
  unit = "posts"
  threshold = 5
  bonus = 20
  requires = []

examples:
  mainstay badges ada
  mainstay badges ada --progress
  mainstay badges ada --progress --config badges.toml --json
"""

_DAY = len("2024-05-01")


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "badges",
        help="show which badges a user has",
        description="Show which badges a user has, or how far they are on the way to each.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument("user", type=arguments.text, metavar="USER", help="whose")
    parser.add_argument(
        "--progress", action="store_true", help="show all badges, and how far they are"
    )
    parser.add_argument(
        "--config", metavar="FILE", help="a TOML file whose table [badges] says which there are"
    )
    add_db(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(args: argparse.Namespace) -> int:
    """Look them up, and show them."""
    given = None if args.config is None else read_policies(args.config).get("badges")
    policy = given if isinstance(given, BadgePolicy) else None
    now = datetime.now(UTC)
    with open_store(args.db, args.schema) as store:
        if args.progress:
            return _show_progress(badge_progress(store, args.user, now=now, policy=policy), args)
        return _show_earned(earned_badges(store, args.user, now=now, policy=policy), args)


def _show_earned(found: EarnedBadgesDict, args: argparse.Namespace) -> int:
    if args.json:
        terminal.write_json(found)
    elif found["badges"]:
        listing = Listing(label("badge"), exact("earned"), number("points"), words("for"))
        for badge in found["badges"]:
            name, day = _named(badge["icon"], badge["name"]), badge["earned_at"][:_DAY]
            listing.add(name, day, f"{badge['bonus_points']:+,}", badge["description"])
        terminal.console(sys.stdout).print(listing)
    return _say(f"Badges of {args.user}: {found['total_badges']:,}.")


def _show_progress(found: ProgressDict, args: argparse.Namespace) -> int:
    progress = found["progress"]
    if args.json:
        terminal.write_json(found)
    else:
        listing = Listing(label("badge"), label("progress"), number("points"), words("for"))
        for badge in progress["progress_details"]:
            name, points = _named(badge["icon"], badge["name"]), f"{badge['bonus_points']:+,}"
            style = "green" if badge["earned"] else ""
            listing.add(name, badge["progress"], points, badge["description"], style=style)
        terminal.console(sys.stdout).print(listing)
    return _say(f"Badges of {args.user}: {progress['earned']:,} of {progress['total']:,}.")


def _named(icon: str, name: str) -> str:
    return f"{icon} {name}" if terminal.speaks_unicode(sys.stdout) else name


def _say(sentence: str) -> int:
    sys.stdout.flush()
    terminal.say(terminal.console(sys.stderr), sentence)
    return OK
