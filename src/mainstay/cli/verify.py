"""``mainstay verify``: whether commitments, rewards and the ledger are what they were."""

from __future__ import annotations

import argparse
import sys

import attrs
from rich.console import Console

from mainstay.cli import FAULTY, OK, arguments, failure, terminal
from mainstay.cli.store import add_db, open_store
from mainstay.errors import InvalidValueError
from mainstay.ports import VerifiedContests, verify_contests

_EPILOG = """\
It reads the whole ledger, every case and every reward, and computes each
digest from what is kept. That finds what was changed, deleted, inserted or
moved. It can't find a tail that was cut off together with all that knew of
it, or a chain that was rewritten from some entry on: for that, note the line
that is printed, somewhere else, and expect it later.

exit status:
  5  something was changed: standard error names the first fault, and where

examples:
  mainstay verify
  mainstay verify >> heads.txt
  mainstay verify --expect "$(tail -n 1 heads.txt)"
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "verify",
        help="check that no commitment, reward or ledger entry was changed",
        description="Check that no commitment, reward or ledger entry was changed, and print\n"
        "the ledger's head.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "--expect",
        type=arguments.head,
        metavar="N:HASH",
        help="a head that was printed before: the ledger may have grown since, but must have it",
    )
    add_db(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def _verified(args: argparse.Namespace, messages: Console) -> VerifiedContests | InvalidValueError:
    """Return what was verified, or the first fault."""
    with open_store(args.db, args.schema) as store, terminal.progress(messages, "verifying") as bar:
        try:
            return verify_contests(store, expect=args.expect, progress=lambda done: bar(done, None))
        except InvalidValueError as fault:
            return fault


def _as_plain(found: VerifiedContests | InvalidValueError) -> dict[str, object]:
    """Return it as data for JSON, with ``None`` for what is not known."""
    known: dict[str, object] = {"verified": isinstance(found, VerifiedContests)}
    known |= dict.fromkeys(("head", "cases", "commitments", "rewards", "fault", "place"))
    if isinstance(found, VerifiedContests):
        return known | {**attrs.asdict(found, recurse=False), "head": str(found.head)}
    return known | {"fault": str(found), "place": found.field}


def run(args: argparse.Namespace) -> int:
    """Verify all, and print the head or the first fault."""
    messages = terminal.console(sys.stderr)
    found = _verified(args, messages)
    if args.json:
        terminal.write_json(_as_plain(found))
    elif isinstance(found, VerifiedContests):
        print(found.head)
    sys.stdout.flush()
    if isinstance(found, InvalidValueError):
        return failure(str(found), FAULTY)
    terminal.say(
        messages,
        f"All is as it was. Cases: {found.cases:,}. Ledger entries: {found.head.length:,}, of "
        f"which commitments: {found.commitments:,}, rewards: {found.rewards:,}.",
    )
    return OK
