"""``mainstay case list``: which cases there are."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from heapq import nlargest

from mainstay._reprs import in_utc
from mainstay.cli import OK, arguments, terminal
from mainstay.cli.store import add_db, open_store
from mainstay.cli.tables import Listing, exact, label, words
from mainstay.contest import CaseStatus
from mainstay.ports import ContestStore, KeptCase, case_dict

_AT_ONCE = 1000
_LATER_THAN_ALL = datetime.max.replace(tzinfo=UTC)

_EPILOG = """\
examples:
  mainstay case list
  mainstay case list --status open --json
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "list",
        help="list cases, the latest first",
        description="List cases: drafts, then those that opened last.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "--status",
        choices=[status.value for status in CaseStatus],
        help="only those that have come so far",
    )
    parser.add_argument(
        "--top",
        type=arguments.positive,
        default=20,
        metavar="N",
        help="how many to list at most (default: 20)",
    )
    add_db(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(args: argparse.Namespace) -> int:
    """List them."""
    status = None if args.status is None else CaseStatus(args.status)
    with open_store(args.db, args.schema) as store:
        count, found = _latest(_cases(store.contests, status), args.top)
    if args.json:
        terminal.write_json({"cases": [*map(case_dict, found)]})
    elif found:
        _show(found)
    sys.stdout.flush()
    some = f", of which {len(found):,} are shown" if len(found) < count else ""
    which = "" if status is None else f" that are {status.value}"
    terminal.say(terminal.console(sys.stderr), f"Cases{which}: {count:,}{some}.")
    return OK


def _cases(contests: ContestStore, status: CaseStatus | None) -> Iterator[KeptCase]:
    page = contests.cases(status=status, limit=_AT_ONCE)
    while page:
        yield from page
        page = contests.cases(status=status, after=page[-1].case.id, limit=_AT_ONCE)


def _latest(cases: Iterator[KeptCase], most: int) -> tuple[int, Sequence[KeptCase]]:
    """Return how many there are, and the latest of them."""
    count = 0

    def counted() -> Iterator[KeptCase]:
        nonlocal count
        for kept in cases:
            count += 1
            yield kept

    found = nlargest(most, counted(), key=_opened_last)
    return count, found


def _opened_last(kept: KeptCase) -> tuple[datetime, str]:
    return kept.case.opens_at or _LATER_THAN_ALL, kept.case.id


def _show(found: Sequence[KeptCase]) -> None:
    begun = (label("case"), *map(exact, ("status", "closes", "commitment")))
    listing = Listing(*begun, words("question"))
    for kept in found:
        case = kept.case
        end = "" if case.closes_at is None else in_utc(case.closes_at.replace(microsecond=0))
        style = "green" if case.status is CaseStatus.OPEN else ""
        state = (case.status.value, end, kept.verification.value)
        listing.add(case.id, *state, case.question, style=style)
    terminal.console(sys.stdout).print(listing)
