"""``mainstay case close``: count, reveal and split, once a case is over."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from mainstay.cli import OK, arguments, terminal
from mainstay.cli.case.policy import add_config, contest_policy, same
from mainstay.cli.store import add_db, open_store
from mainstay.jobs import close_now
from mainstay.ports import CaseClosing, case_dict
from mainstay.ports.contests import required_case

_EPILOG = """\
mainstay run close-cases closes all that are over.

config:
  [contest]
  pool = 1000
  rewards = {winners = 40, arguments = 30, participants = 20, creator = 10}

examples:
  mainstay case close case-0001
  mainstay case close case-0001 --config contest.toml --json
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "close",
        help="close a case that is over",
        description="Close a case that is over: count the votes, show the verdict, and split\n"
        "the rewards.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument("case", type=arguments.text, metavar="CASE", help="which case")
    add_config(parser)
    add_db(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(args: argparse.Namespace) -> int:
    """Close it, and say what came of it."""
    policy, messages = contest_policy(args), terminal.console(sys.stderr)
    with open_store(args.db, args.schema) as store:
        with terminal.progress(messages, "closing"):
            closing = close_now(store.contests, args.case, now=datetime.now(UTC), policy=policy)
        kept = required_case(store.contests, args.case)
    if args.json:
        terminal.write_json(case_dict(kept))
    sys.stdout.flush()
    terminal.say(messages, *_in_words(closing, same(args)))
    return OK


def _in_words(closing: CaseClosing, options: str) -> Iterator[str]:
    closed, split = closing.closed, closing.closed.split
    shared = split.pool - split.undistributed
    yield f"{closed.case.id} is closed. The verdict is {closed.verdict}."
    yield (
        f"Took part: {len(split.participants):,}. Voted: {len(closed.voters):,}, of whom "
        f"{len(closed.winners):,} for the verdict."
    )
    yield f"Points shared: {shared:,} of {split.pool:,}."
    if shared:
        yield f"Next, to pay them: mainstay run monitor-transactions --all{options}"
