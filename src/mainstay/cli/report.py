"""``mainstay report``: everybody's activity on one page, from a file or a store."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from mainstay._extras import Extra
from mainstay._reprs import in_utc
from mainstay.cli import OK, SKIPPED, arguments, terminal
from mainstay.cli.score.options import Options, add_days, add_source, refuse_of_files
from mainstay.cli.store import default_schema, open_store

if TYPE_CHECKING:
    from mainstay.cli.all_events import Read
    from mainstay.cli.reporting import Collected

_EPILOG = """\
columns:
  user_id, started_at and, if there is one, timezone, as in mainstay score.

The page loads nothing and needs no script: open it, print it, or send it.

examples:
  git log --format='%aE,%aI' | mainstay report --columns user_id,started_at -
  mainstay report events.csv -o may.html --as-of 2024-05-31 --title May
  mainstay report --db sqlite:///mainstay.db
  mainstay report events.csv --policy year -o year.html
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "report",
        help="write a page about everybody's activity",
        description="Write a page of HTML about everybody's activity: how many are active, who\n"
        "deserves recognition and why, who rises and falls, who is most consistent.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, refuse=parser.error, engine=None, member_since=None)
    parser.set_defaults(top=None, user=None, json=False, csv=False)
    add_source(parser.add_argument_group("input"))
    arguments.add_policy(parser.add_argument_group("score"))
    add_days(parser.add_argument_group("days"), as_of="the latest event")
    _add_page(parser.add_argument_group("output"))


def _add_page(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "-o",
        "--output",
        default="report.html",
        metavar="FILE",
        help="where to write the page; - for stdout (default: report.html)",
    )
    group.add_argument(
        "--title", type=arguments.text, default="Who was active", help="the page's heading"
    )


def run(args: argparse.Namespace) -> int:
    """Read, look at everybody, write the page."""
    messages = terminal.console(sys.stderr)
    with Extra("notebook", "jinja2", "matplotlib", "numpy", "pyarrow"):
        from mainstay.cli import all_events, reporting  # noqa: PLC0415  (they are slow to load)
    if args.db is None:
        if args.schema is not None:
            args.refuse("argument --schema: not allowed without argument --db")
        options = Options.of(args)
        read = all_events.read_file(options, messages, reporting.collected)
    else:
        refuse_of_files(args)
        with open_store(args.db, args.schema or default_schema()) as store:
            options = Options.of(args, day_start=store.settings.day_start)
            read = all_events.read_store(store, options, reporting.collected)
    as_of = options.as_of if args.as_of else min(options.as_of, read.made.latest)
    page = reporting.page(read.made, options, messages, as_of=as_of, title=args.title)
    if args.output == "-":
        terminal.machine_output().write(page.html)
    else:
        page.save(args.output)
    terminal.say(messages, *_sentences(read, as_of, args.output))
    return SKIPPED if read.skipped else OK


def _sentences(read: Read[Collected], as_of: datetime, output: str) -> Iterable[str]:
    yield from terminal.omitted(read.skipped, read.left_out)
    if read.later:
        yield f"Later events, ignored: {read.later:,}."
    yield f"As of {in_utc(as_of)}."
    if output != "-":
        yield f"{output} is ready: open it in a browser."
