"""``mainstay score``: the score of every user in a file of events, or in a store."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable

from mainstay._reprs import in_utc
from mainstay.cli import OK, SKIPPED, terminal
from mainstay.cli.score import render
from mainstay.cli.score.engines import score_events
from mainstay.cli.score.from_store import score_store
from mainstay.cli.score.options import ROWS_SHOWN, Options, add_options, refuse_of_files
from mainstay.cli.score.result import Result
from mainstay.cli.store import default_schema, open_store

_EPILOG = """\
columns:
  user_id, started_at (ISO 8601 with an offset or Z, Unix seconds, a date such
  as 2024-05-01, or as --time-format and --unit say) and, if there is one,
  timezone, the zone that the event was recorded in: an IANA name or +HH:MM.
  All others are ignored. A session counts on the date that the wall clock
  showed where it was recorded. mainstay inspect FILE guesses --columns.

examples:
  git log --format='%aE,%aI' | mainstay score --columns user_id,started_at -
  mainstay score events.csv --as-of 2024-05-31 --zone Europe/Berlin
  mainstay score events.jsonl --columns user_id=author,started_at=date --csv
  mainstay score events.csv --user ada --json
  mainstay score events.parquet --member-since joined --engine columnar
  mainstay score --db sqlite:///mainstay.db --top 10
  mainstay score events.csv --policy year --top 10
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "score",
        help="score the users in a file of events, or in a store",
        description="Score each user in a file of events, or in a store: how consistently they\n"
        "were active lately, or how likely they are to stay.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, refuse=parser.error)
    add_options(parser)


def run(args: argparse.Namespace) -> int:
    """Read, score, show."""
    messages = terminal.console(sys.stderr)
    if args.db is None:
        if args.schema is not None:
            args.refuse("argument --schema: not allowed without argument --db")
        options = Options.of(args)
        result = score_events(options, messages)
    else:
        refuse_of_files(args)
        with open_store(args.db, args.schema or default_schema()) as store:
            options = Options.of(args, day_start=store.settings.day_start)
            result = score_store(store, options, messages)
    _show(result, options)
    sys.stdout.flush()
    terminal.say(messages, *_sentences(result, options))
    return SKIPPED if result.skipped else OK


def _show(result: Result, options: Options) -> None:
    scores, top = result.scores, options.top
    asked = None if options.user is None else result.asked(options.user)
    if options.json:
        shown = scores.best(top) if asked is None else [asked]
        render.as_json(shown, options, events=result.events)
    elif options.csv:
        render.as_csv(scores.rows(top) if asked is None else [asked.row()], options)
    elif asked is not None:
        render.in_full(asked)
    elif scores.active:
        render.as_table(scores.best(ROWS_SHOWN if top is None else top), options)


def _sentences(result: Result, options: Options) -> Iterable[str]:
    """Say what the figures rest on, and what to do if there are none."""
    active, users = result.scores.active, result.scores.users
    yield from terminal.omitted(result.skipped, result.left_out)
    if not active:
        yield from _nobody_active(result, options)
    elif options.user is None:
        yield f"Users active in the {options.span} up to {options.when()}: {active:,} of {users:,}."
        if not (options.top or options.json or options.csv) and users > ROWS_SHOWN:
            yield f"Shown are the best {ROWS_SHOWN}; --top N shows more."
    elif options.as_of_day is not None:
        yield f"As of {options.when()}."
    if options.as_of_day is not None and options.zone is None:
        yield "Where the users' days end at another instant, name their zone: --zone."
    if result.later:
        yield f"Later events, ignored: {result.later:,}."


def _nobody_active(result: Result, options: Options) -> Iterable[str]:
    if result.latest is None:
        yield f"There are no events in the {result.source}."
        return
    # Of a store, only the user who is asked for has been read.
    alone = options.user is not None and options.db is not None
    who = f"{options.user} was not" if alone else "Nobody was"
    line = result.line()
    where = "" if line is None else f" on line {line}"
    yield f"{who} active in the {options.span} up to {options.when()}."
    yield f"The latest event is {result.latest.user_id}'s{where}."
    yield f"Try --as-of {in_utc(result.latest.started_at)}"
