"""``mainstay import``: events from a file into a store."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Iterator

from rich.console import Console

from mainstay.activity.session import Session
from mainstay.cli import OK, SKIPPED, reading, terminal
from mainstay.cli.imports import Import
from mainstay.cli.reevaluate import did
from mainstay.cli.store import PreparedStore, add_db, open_store, option
from mainstay.errors import MainstayError
from mainstay.jobs import reevaluate
from mainstay.localdays import counted_day
from mainstay.ports import Late
from mainstay.reading import read_events
from mainstay.scheduling import JobContext
from mainstay.scores.engagement.criteria import DailyCriteria

_EPILOG = """\
columns:
  user_id, started_at (ISO 8601 with an offset or Z, Unix seconds, a date such
  as 2024-05-01, or as --time-format and --unit say), and if there are any:
  timezone (an IANA name or +HH:MM), kind, quality (0 to 10), duration (in
  seconds, 01:30:00 or PT1H30M), id. mainstay inspect FILE guesses --columns.
  Importing again is safe: an event is known by its id, or else by all that its
  line says (and by --kind, where that is its kind).

examples:
  mainstay import events.csv
  mainstay import the-years-before.csv --reevaluate
  mainstay import export.csv --update
  mainstay import likes.jsonl --kind like --columns user_id=by,started_at=at
  git log --format='%aE,%aI,%H' |
    mainstay import - --kind commit --columns user_id,started_at,id
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "import",
        help="add the events in a file to a store",
        description="Add the events in a file to a store; those that are there already stay,\n"
        "or with --update become as the file says.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "file", metavar="FILE", help="CSV, JSON or Parquet, also packed; - is stdin"
    )
    add_db(parser)
    parser.add_argument(
        "--kind",
        help="what the events are whose line doesn't say it (default: session)",
    )
    reading.add_reading(parser.add_argument_group("input"))
    parser.add_argument(
        "--update",
        action="store_true",
        help="replace events that are there with other contents, by their ids, which is an error "
        "otherwise",
    )
    parser.add_argument(
        "--reevaluate",
        action="store_true",
        help="then evaluate again the days that had been, and that the events are of",
    )
    parser.add_argument("--json", action="store_true", help="the counts as JSON on stdout")


def _criteria(store: PreparedStore) -> str:
    """Return the option without which the daily job would look for kinds that are not there."""
    kinds = store.sessions.kinds()
    known = DailyCriteria().minimums.keys() <= set(kinds)
    if known or not kinds or store.engagements.policies() is not None:
        return ""
    return " --criteria " + " ".join(shlex.quote(f"{kind}=1") for kind in kinds[:3])


def _posts(store: PreparedStore) -> Iterator[str]:
    """Say so if no event is a post: which kinds are was chosen before there were any."""
    kinds, posts = store.sessions.kinds(), store.settings.posts
    if kinds and posts and posts.isdisjoint(kinds):
        yield (
            f"No event counts as a post (kind {' or '.join(sorted(posts))}): nobody gets points "
            "for posts and quality. To count other kinds, make another store and import"
            " there: mainstay init --posts KIND --db URL"
        )


def _read(args: argparse.Namespace, work: Import, messages: Console) -> None:
    """Read the file and add its events; if that ends early, say how many were."""
    try:
        with terminal.open_events(args.file, messages) as source:
            form = reading.event_format(args, kind=args.kind)
            day_start = work.store.sessions.day_start
            rows = read_events(source, format=form, whole=True, day_start=day_start)
            work.read(rows)
            work.bad.left_out = terminal.left_out(rows, form)
    except (MainstayError, OSError, KeyboardInterrupt):
        if work.events:
            again = "Importing them again is safe."
            terminal.say(messages, f"Stopped after {work.words()} {again}")
        raise


def _evaluated(args: argparse.Namespace, store: PreparedStore, messages: Console) -> Iterator[str]:
    """Evaluate again what is late, if that is asked, and say what that came to."""
    if args.reevaluate:
        with terminal.progress(messages, "reevaluate") as progress:
            yield did(reevaluate(store, context=JobContext(progress=progress)))


def _early(store: PreparedStore) -> Callable[[Session], bool]:
    """Return what says whether an event is from before the floor."""
    floor, settings = store.corrections.floor(), store.settings
    if floor is None:
        return lambda _: False

    def is_early(session: Session) -> bool:
        day = counted_day(
            session.started_at,
            zone=session.timezone,
            local_days=settings.local_days,
            day_start=settings.day_start,
        )
        return day < floor

    return is_early


def _before_floor(work: Import) -> Iterator[str]:
    """Say how many events were not taken, because all from their time was pruned."""
    if work.before_floor:
        yield (
            "Not taken, because they are from before the first day that is kept, and so count as "
            f"known: {work.before_floor:,}."
        )


def _not_replaced(work: Import) -> Iterator[str]:
    """Say so if what was to be replaced can only be new, because nothing tells what it was."""
    if work.update and work.nameless and work.new:
        yield (
            f"Events without an id, of which none is replaced: {work.nameless:,}. One that was "
            "edited is new, and the old one stays. If a column has ids, name it: --columns id=NAME."
        )


def _late(late: Late, db: str) -> Iterator[str]:
    """Say how many days were evaluated without the events as they are now."""
    if late.users:
        yield (
            f"Evaluated days that events have come late for, or were edited on: {late.days:,}, of "
            f"{late.users:,} users. Totals have changed at once; to evaluate these days again: "
            f"mainstay reevaluate{db}"
        )


def run(args: argparse.Namespace) -> int:
    """Read, add, say how many."""
    messages = terminal.console(sys.stderr)
    with open_store(args.db, args.schema) as store:
        bad = terminal.BadLines(messages, skip_all=args.skip_bad)
        work = Import(store, bad, _early(store), args.update)
        _read(args, work, messages)
        posts, criteria = [*_posts(store)], _criteria(store)
        evaluated = [*_evaluated(args, store, messages)]
        late = store.corrections.late()
    if args.json:
        counts = {"events": work.events, "new": work.new, "updated": work.updated}
        counts |= {"skipped": work.bad.count, "left_out": work.bad.left_out or 0}
        terminal.write_json(counts | {"late_days": late.days, "late_users": late.users})
    terminal.say(
        messages,
        *terminal.omitted(work.bad.count, work.bad.left_out),
        f"Imported {work.words()}",
        *_not_replaced(work),
        *_before_floor(work),
        *posts,
        *(evaluated or _late(late, option(args.db, args.schema))),
        f"Next: mainstay run evaluate-consistency{criteria}{option(args.db, args.schema)}",
    )
    return SKIPPED if work.bad.count else OK
