"""``mainstay case show``: a case, what people did about it, and what it came to."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from rich.console import Group, RenderableType

from mainstay._reprs import in_utc
from mainstay.cli import OK, arguments, terminal
from mainstay.cli.store import add_db, open_store, option
from mainstay.cli.tables import Facts, Listing, exact, label, number, words
from mainstay.contest import CaseStatus, preimage
from mainstay.errors import IllegalMoveError
from mainstay.ports import CaseArgumentDict, CaseRewardDict, KeptCase, WholeCaseDict, whole_case
from mainstay.ports.contests import required_case

_EPILOG = """\
The verdict and the nonce of a case that has not closed are shown nowhere. Of
a closed one, --preimage writes the bytes whose SHA-256 was published when it
opened: so anybody can check that the verdict is what it was then.

examples:
  mainstay case show case-0001
  mainstay case show case-0001 --top 100 --json
  mainstay case show case-0001 --preimage | sha256sum
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "show",
        help="show a case, and what it came to",
        description="Show a case, what people did about it, and once it has closed what it came "
        "to.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument("case", type=arguments.text, metavar="CASE", help="which case")
    parser.add_argument(
        "--top",
        type=arguments.positive,
        default=20,
        metavar="N",
        help="how many arguments, and how many rewards, to show at most (default: 20)",
    )
    add_db(parser)
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="one JSON object on stdout")
    output.add_argument(
        "--preimage",
        action="store_true",
        help="write what the digest is of to stdout, once the case has closed",
    )


def run(args: argparse.Namespace) -> int:
    """Look it up, and show it."""
    messages = terminal.console(sys.stderr)
    with open_store(args.db, args.schema) as store:
        if args.preimage:
            return _write_preimage(required_case(store.contests, args.case))
        with terminal.progress(messages, "reading rewards"):
            found = whole_case(store.contests, args.case, limit=args.top)
    if args.json:
        terminal.write_json(found)
    else:
        _show(found)
    sys.stdout.flush()
    terminal.say(messages, *_in_words(found, option(args.db, args.schema)))
    return OK


def _write_preimage(kept: KeptCase) -> int:
    """Write the bytes whose SHA-256 is the digest, and no other."""
    case = kept.case
    if kept.outcome is None:
        until = "" if case.closes_at is None else f" It takes votes until {in_utc(case.closes_at)}."
        raise IllegalMoveError(
            f"is {case.status.value}: what its digest is of holds the verdict",
            field="case",
            value=case.id,
            remedy=f"Ask again once it has closed.{until}",
        )
    sys.stdout.flush()
    sys.stdout.buffer.write(preimage(kept.commitment, kept.outcome.secret))
    terminal.say(
        terminal.console(sys.stderr), f"Published before anybody voted, as SHA-256: {kept.digest}"
    )
    return OK


def _show(found: WholeCaseDict) -> None:
    shown: list[RenderableType] = [Facts([*_facts(found)])]
    for listing in (_arguments(found["arguments"]), _rewards(found["rewards"])):
        if listing.rows:
            shown += ["", listing]
    terminal.console(sys.stdout).print(Group(*shown))


def _facts(found: WholeCaseDict) -> Iterator[tuple[str, str]]:
    yield "case", found["case_id"]
    yield "question", found["question"]
    yield "sides", ", ".join(found["sides"])
    if found["creator"] is not None:
        yield "creator", found["creator"]
    yield "status", found["status"]
    for name, at in (("opens", found["opens_at"]), ("closes", found["closes_at"])):
        if at is not None:
            yield name, at
    yield "digest", found["digest"]
    yield "commitment", found["verification"]
    yield "votes", f"{found['votes']:,}"
    outcome = found["outcome"]
    if outcome is not None:
        yield "closed", outcome["closed_at"]
        yield "verdict", outcome["verdict"]
        yield "nonce", outcome["nonce"]
        yield "voters", f"{outcome['voters']:,}, of whom {outcome['winners']:,} were right"
        yield "took part", f"{outcome['participants']:,}"
        yield "pool", f"{outcome['pool']:,}, of which {outcome['undistributed']:,} have no taker"


def _arguments(found: list[CaseArgumentDict]) -> Listing:
    counts = (number("place"), number("votes"))
    listing = Listing(*counts, label("author"), words("argument"), label("id"))
    for one in found:
        place = "" if one["place"] is None else f"{one['place']:,}"
        listing.add(place, f"{one['votes']:,}", one["author"], one["text"], one["argument_id"])
    return listing


def _rewards(found: list[CaseRewardDict]) -> Listing:
    listing = Listing(label("user"), number("points"), exact("reward"))
    for one in found:
        listing.add(one["user_id"], f"{one['amount']:,}", one["state"])
    return listing


def _in_words(found: WholeCaseDict, db: str) -> Iterator[str]:
    states = {state: count for state, count in found["reward_states"].items() if count}
    if states:
        by_state = ", ".join(f"{count:,} {state}" for state, count in states.items())
        yield f"Rewards: {by_state}."
    closes_at = found["closes_at"]
    if found["status"] != CaseStatus.OPEN.value or closes_at is None:
        return
    if datetime.fromisoformat(closes_at) <= datetime.now(UTC):
        yield f"It is over. Next: mainstay case close {shlex.quote(found['case_id'])}{db}"
