"""``mainstay streaks``: how many days in a row users have been active."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Console

from mainstay._extras import Extra
from mainstay.cli import OK, SKIPPED, arguments, terminal
from mainstay.cli.score.options import (
    ROWS_SHOWN,
    Options,
    add_days,
    add_source,
    refuse_of_files,
)
from mainstay.cli.store import default_schema, open_store
from mainstay.errors import InvalidValueError
from mainstay.streaks.policy import StreakPolicy
from mainstay.streaks.schedules import DaysAWeek, EveryDay, Recurring, StreakSchedule, Weekdays

if TYPE_CHECKING:
    from mainstay.cli.all_events import Read
    from mainstay.cli.streaks_of import Streaks

_EPILOG = """\
columns:
  user_id, started_at and, if there is one, timezone, as in mainstay score.

Every day needs to be active, unless something else is asked for. A freeze
stands for an active day that is missing; an excused date needs none.

examples:
  git log --format='%aE,%aI' | mainstay streaks --columns user_id,started_at -
  mainstay streaks events.csv --rest sat,sun --freezes 2 --top 10
  mainstay streaks events.csv --user ada --days-a-week 3
  mainstay streaks events.csv --rrule 'DTSTART:20240501 RRULE:FREQ=MONTHLY'
  mainstay streaks events.csv --excused vacations.csv --json
  mainstay streaks --db sqlite:///mainstay.db --weekdays mon,wed,fri
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "streaks",
        help="see how many days in a row users have been active",
        description="See how many days in a row users have been active: every day, on some\n"
        "weekdays, some days a week, or by due dates.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, refuse=parser.error, engine=None, member_since=None)
    parser.set_defaults(csv=False, policy="consistency")
    add_source(parser.add_argument_group("input"))
    _add_policy(parser.add_argument_group("streaks"))
    add_days(parser.add_argument_group("days"))
    _add_output(parser.add_argument_group("output"))


def _add_policy(group: argparse._ArgumentGroup) -> None:
    """Add what a streak asks for, and what it survives."""
    _add_schedule(group)
    group.add_argument(
        "--rest",
        type=arguments.weekdays,
        metavar="DAYS",
        help="weekdays that never break a streak, and lengthen it if it goes on",
    )
    group.add_argument(
        "--excused",
        metavar="FILE",
        help="dates on which users are excused: CSV or Parquet with user_id and date",
    )
    _add_freezes(group)


def _add_schedule(group: argparse._ArgumentGroup) -> None:
    schedule = group.add_mutually_exclusive_group()
    schedule.add_argument(
        "--weekdays",
        type=arguments.weekdays,
        metavar="DAYS",
        help="only some weekdays count, such as mon,wed,fri; the others neither break nor "
        "lengthen, unless active",
    )
    schedule.add_argument(
        "--days-a-week",
        type=arguments.positive,
        metavar="N",
        help="N different days of each week, no matter which",
    )
    schedule.add_argument(
        "--rrule",
        type=arguments.text,
        metavar="RULE",
        help="once up to each due date of a rule of RFC 5545, with its DTSTART",
    )


def _add_freezes(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--freezes", type=arguments.whole, default=0, metavar="N", help="freezes at the beginning"
    )
    group.add_argument(
        "--freeze-every",
        type=arguments.positive,
        metavar="N",
        help="each N active days earn a freeze",
    )
    group.add_argument(
        "--most-freezes", type=arguments.positive, metavar="N", help="the most in stock"
    )


def _add_output(group: argparse._ArgumentGroup) -> None:
    chosen = group.add_mutually_exclusive_group()
    chosen.add_argument(
        "--top",
        type=arguments.positive,
        metavar="N",
        help=f"only the longest N (default: all; {ROWS_SHOWN} in the table)",
    )
    chosen.add_argument(
        "--user", type=arguments.text, metavar="ID", help="one user, with a year as a calendar"
    )
    group.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(args: argparse.Namespace) -> int:
    """Read, count, show."""
    messages = terminal.console(sys.stderr)
    policy = _policy(args)
    with Extra("columnar", "numpy", "pyarrow"):
        from mainstay.cli import streaks_of  # noqa: PLC0415  (it is slow to load)
    options, read = _read(args, messages, policy)
    if options.json:
        terminal.write_json(streaks_of.as_plain(read.made, options))
    elif options.user is not None:
        streaks_of.show_user(read.made)
    else:
        streaks_of.show(read.made, ROWS_SHOWN if options.top is None else options.top)
    terminal.say(messages, *_sentences(read, options))
    return SKIPPED if read.skipped else OK


def _policy(args: argparse.Namespace) -> StreakPolicy:
    """Return the policy that is asked for; what can't be is said of the option."""
    schedule = _schedule_option(args)
    if args.rest and schedule:
        args.refuse(f"argument --rest: not allowed with argument {schedule}")
    try:
        return StreakPolicy(
            schedule=_schedule(args),
            rest_weekdays=args.rest or (),
            freezes=args.freezes,
            freeze_every=args.freeze_every,
            most_freezes=args.most_freezes,
        )
    except InvalidValueError as error:
        option = _OPTIONS.get(error.field, f"--{error.field.replace('_', '-')}")
        args.refuse(f"argument {option}: {error}")
        raise


#: The options by the fields of schedules.
_OPTIONS = {"rule": "--rrule", "days": "--days-a-week"}


def _schedule_option(args: argparse.Namespace) -> str | None:
    """Return the option by which a schedule is asked for, if one is."""
    given = {"--weekdays": args.weekdays, "--days-a-week": args.days_a_week, "--rrule": args.rrule}
    return next((option for option, value in given.items() if value is not None), None)


def _schedule(args: argparse.Namespace) -> StreakSchedule:
    if args.weekdays is not None:
        return Weekdays(args.weekdays)
    if args.days_a_week is not None:
        return DaysAWeek(args.days_a_week)
    return EveryDay() if args.rrule is None else Recurring(args.rrule)


def _read(
    args: argparse.Namespace, messages: Console, policy: StreakPolicy
) -> tuple[Options, Read[Streaks]]:
    """Read a file or a store, and count everybody's days in it."""
    from mainstay.cli import all_events, streaks_of  # noqa: PLC0415  (they are slow to load)

    make = partial(streaks_of.maker, policy=policy, excused=args.excused)
    if args.db is None:
        if args.schema is not None:
            args.refuse("argument --schema: not allowed without argument --db")
        options = Options.of(args)
        return options, all_events.read_file(options, messages, make(options))
    refuse_of_files(args)
    with open_store(args.db, args.schema or default_schema()) as store:
        options = Options.of(args, day_start=store.settings.day_start)
        return options, all_events.read_store(store, options, make(options))


def _sentences(read: Read[Streaks], options: Options) -> Iterable[str]:
    """Say what the figures rest on."""
    found = read.made
    yield from terminal.omitted(read.skipped, read.left_out)
    if not found.users:
        yield "There are no events."
    elif options.user is None:
        yield f"Users with a streak at {options.when()}: {found.alive:,} of {found.users:,}."
        if not (options.top or options.json) and found.users > ROWS_SHOWN:
            yield f"Shown are the longest {ROWS_SHOWN}; --top N shows more."
    if read.later:
        yield f"Later events, ignored: {read.later:,}."
