"""``mainstay evidence``: whether a score says who comes back, on your own events."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from mainstay._extras import Extra
from mainstay.activity.window import WINDOW_DAYS
from mainstay.cli import OK, SKIPPED, arguments, terminal
from mainstay.cli.score.options import Options, add_days, add_source, refuse_of_files
from mainstay.cli.store import default_schema, open_store
from mainstay.errors import InvalidValueError

if TYPE_CHECKING:
    from mainstay.cli.all_events import Read
    from mainstay.evidence import Evidence

_EPILOG = """\
columns:
  user_id, started_at and, if there is one, timezone, as in mainstay score.

At dates 28 days apart, those who were active in the 28 days before are looked
at: which measure knew best who came back in the 28 days after? AUC is how
often, of one who did and one who did not, the first had more; 0.5 is chance.

examples:
  git log --format='%aE,%aI' | mainstay evidence --columns user_id,started_at -
  mainstay evidence events.csv --html evidence.html
  mainstay evidence events.parquet --population 180 --json
  mainstay evidence events.parquet --measure 'health score=health'
  mainstay evidence --db sqlite:///mainstay.db
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "evidence",
        help="see whether the score says who comes back",
        description="See on your own events whether users with more points come back more often,\n"
        "and whether something else tells it better.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, refuse=parser.error, engine=None, member_since=None)
    parser.set_defaults(top=None, user=None, csv=False, policy="year")
    _add_input(parser.add_argument_group("input"))
    days = parser.add_argument_group("days")
    add_days(days)
    days.add_argument(
        "--population",
        type=arguments.population,
        default=WINDOW_DAYS,
        metavar="DAYS",
        help="look at users active in so many days before a date; at least 28 (default: 28)",
    )
    _add_output(parser.add_argument_group("output"))


def _add_input(group: argparse._ArgumentGroup) -> None:
    add_source(group)
    group.add_argument(
        "--measure",
        type=arguments.measure,
        action="append",
        default=[],
        metavar="NAME=COLUMN",
        help="a measure of your own: a column of numbers, of which the latest up to each date "
        "counts; may be given several times",
    )


def _add_output(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--json", action="store_true", help="one JSON object on stdout")
    group.add_argument("--html", metavar="FILE", help="write a page of pictures to a file")


def run(args: argparse.Namespace) -> int:
    """Read, compare, show."""
    messages = terminal.console(sys.stderr)
    with Extra("columnar", "numpy", "pyarrow"):
        from mainstay.cli import evidence_of  # noqa: PLC0415  (it is slow to load)
    write = _writer(args.html)
    read = _read(args, messages, _measures(args))
    write(read.made)
    if args.json:
        terminal.write_json(read.made.to_dict())
    else:
        evidence_of.show(read.made)
    terminal.say(messages, *_sentences(read, args.html))
    return SKIPPED if read.skipped else OK


def _measures(args: argparse.Namespace) -> Mapping[str, str]:
    """Return the columns of the host's measures, by their names."""
    measures = dict(args.measure)
    if len(measures) < len(args.measure):
        args.refuse("argument --measure: each needs a name of its own")
    return measures


def _read(
    args: argparse.Namespace, messages: Console, measures: Mapping[str, str]
) -> Read[Evidence]:
    """Read a file or a store, and look at everybody in it."""
    from mainstay.cli import all_events, evidence_of  # noqa: PLC0415  (they are slow to load)

    make = partial(
        evidence_of.maker, messages=messages, population=args.population, measures=measures
    )
    if args.db is None:
        if args.schema is not None:
            args.refuse("argument --schema: not allowed without argument --db")
        options = Options.of(args)
        own = [*dict.fromkeys(measures.values())]
        return all_events.read_file(options, messages, make(options), own=own)
    refuse_of_files(args)
    if measures:
        args.refuse("argument --measure: not allowed with argument --db")
    with open_store(args.db, args.schema or default_schema()) as store:
        options = Options.of(args, day_start=store.settings.day_start)
        return all_events.read_store(store, options, make(options))


def _writer(path: str | None) -> Callable[[Evidence], None]:
    """Return what writes the page, before any work is done for it in vain."""
    if path is None:
        return lambda _: None
    if not Path(path).absolute().parent.is_dir():
        raise InvalidValueError("must be in a folder that is there", field="--html", value=path)
    from mainstay.notebook import report_evidence  # noqa: PLC0415  (it is slow to load)

    return lambda found: report_evidence(found).save(path)


def _sentences(read: Read[Evidence], page: str | None) -> Iterable[str]:
    yield from terminal.omitted(read.skipped, read.left_out)
    if read.later:
        yield f"Later events, ignored: {read.later:,}."
    yield from read.made.warnings
    if page is not None:
        yield f"{page} is ready: open it in a browser."
