"""``mainstay sql``: the query that scores everybody where the events are."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from mainstay._extras import Extra
from mainstay.cli import OK, arguments, terminal
from mainstay.daystarts import DayStart
from mainstay.errors import InvalidValueError
from mainstay.localdays import DATED, last_instant
from mainstay.scores.by_policy import POLICIES, Policy, days_needed
from mainstay.scores.year.policy import YearPolicy

if TYPE_CHECKING:
    from mainstay.columnar.query import StateQuery  # sqlglot is slow to load

_DIALECTS = (
    *("duckdb", "postgres", "sqlite", "spark", "databricks", "bigquery", "snowflake"),
    *("redshift", "clickhouse", "trino"),
)
#: Those that the tests run; the others are parsed.
_RUN = frozenset({"duckdb", "postgres", "sqlite", "spark"})
_FIELDS = {"user_id", "started_at", "timezone"}

_EPILOG = """\
A row a user comes out: the state (the days as bits), or with --scores what
mainstay score gives. Events are joined with a table of clocks, which says
what the wall clock showed in each zone; it is part of the statement, or a
table of yours (--csv, --clocks). A row whose "problem" is not null has events
that the clocks don't cover. Events of the 32 days up to --as-of are read;
with --policy year of the 368, and the state has weeks as bits, too.

examples:
  mainstay sql --scores --dialect postgres | psql
  mainstay sql --scores --dialect bigquery --table analytics.activity \\
      --columns user_id=member,started_at=at,timezone=tz > scores.sql
  mainstay sql --csv --zones Europe/Berlin,America/New_York > clocks.csv
  mainstay sql --scores --dialect snowflake --clocks clocks
  mainstay sql --scores --policy year --zone Europe/Berlin | duckdb app.db
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "sql",
        help="print the query that scores everybody in your own database",
        description="Print the query that scores everybody in a table of events, to run where\n"
        "the table is.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "--dialect",
        choices=_DIALECTS,
        default="duckdb",
        metavar="NAME",
        help=f"of which database: {', '.join(_DIALECTS)} (default: duckdb)",
    )
    _add_table(parser.add_argument_group("the table"))
    _add_days(parser.add_argument_group("days"))
    _add_output(parser.add_argument_group("output"))


def _add_table(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--table",
        type=arguments.text,
        default="activity",
        metavar="NAME",
        help="the table of events, with its schema if it needs one (default: activity)",
    )
    group.add_argument(
        "--columns",
        type=arguments.columns,
        default={},
        metavar="user_id=NAME,...",
        help="what it calls user_id, started_at and timezone; without timezone, events are in "
        "--zone, else in UTC",
    )
    group.add_argument("--user-zone", metavar="COLUMN", help="the column with a user's own zone")
    group.add_argument(
        "--member-since", metavar="COLUMN", help="the column with the day a user joined"
    )


def _add_days(group: argparse._ArgumentGroup) -> None:
    arguments.add_days(group, zone_help="the zone of all users")
    group.add_argument(
        "--zones",
        type=arguments.zones,
        metavar="ZONE,...",
        help="the zones that occur (default: all of the tz database, and quarters of an hour)",
    )


def _add_output(group: argparse._ArgumentGroup) -> None:
    arguments.add_policy(group)
    shape = group.add_mutually_exclusive_group()
    shape.add_argument("--scores", action="store_true", help="the score, instead of the state")
    shape.add_argument("--weeks", action="store_true", help="weeks as bits, next to the days")
    shape.add_argument("--csv", action="store_true", help="the clocks as CSV, instead of a query")
    group.add_argument(
        "--clocks", metavar="NAME", help="the table with the clocks, instead of listing them"
    )


def run(args: argparse.Namespace) -> int:
    """Write the statement, or the clocks."""
    with Extra("cli", "sqlglot"):
        from mainstay.columnar.clocks import Clock, clocks  # noqa: PLC0415  (sqlglot is slow)
        from mainstay.columnar.score_query import ScoreQuery  # noqa: PLC0415
        from mainstay.columnar.statements import statement  # noqa: PLC0415

    policy = POLICIES[args.policy]()
    state, days = _state(args, policy), days_needed(policy)
    listed: list[Clock] | str = args.clocks
    if args.clocks is None or args.csv:
        listed = clocks(_zones(args), as_of=state.as_of, day_start=args.day_start, days=days)
    if args.csv:
        writer = csv.writer(terminal.machine_output(), lineterminator="\n")
        writer.writerow(Clock._fields)
        writer.writerows(map(tuple, listed))
    else:
        query = ScoreQuery(state=state, policy=policy) if args.scores else state
        print(statement(query, listed, dialect=args.dialect), file=terminal.machine_output())
    sys.stdout.flush()
    if args.dialect not in _RUN and not args.csv:
        note = f"Our tests parse statements for {args.dialect}, but have none to run them on."
        terminal.say(terminal.console(sys.stderr), note)
    return OK


def _state(args: argparse.Namespace, policy: Policy) -> StateQuery:
    from mainstay.columnar.clocks import recent_since  # noqa: PLC0415  (sqlglot is slow)
    from mainstay.columnar.query import EventsTable, StateQuery  # noqa: PLC0415

    as_of = _instant(args.as_of, args.zone, args.day_start)
    names = _named(args.columns)
    events = EventsTable(
        name=args.table,
        user=names.get("user_id", "user_id"),
        instant=names.get("started_at", "started_at"),
        timezone=names.get("timezone"),
        user_zone=args.user_zone,
        zone=args.zone,
        member_since=args.member_since,
    )
    return StateQuery(
        events=events,
        as_of=as_of,
        since=recent_since(as_of, days_needed(policy)),
        weeks=args.weeks or isinstance(policy, YearPolicy),
        problems=True,
        day_start=args.day_start,
    )


def _named(columns: Mapping[str, Sequence[str]] | Sequence[str]) -> Mapping[str, str]:
    pairs = [*columns.items()] if isinstance(columns, Mapping) else [("", columns)]
    names = {ours: theirs[0] for ours, theirs in pairs if ours in _FIELDS and len(theirs) == 1}
    if len(names) < len(pairs):
        raise InvalidValueError(
            "must map our names to the table's",
            field="--columns",
            value=columns,
            remedy="Write user_id=NAME,started_at=NAME,timezone=NAME, those that differ.",
        )
    return names


def _instant(asked: date | None, zone: str | None, day_start: DayStart) -> datetime:
    at = asked or datetime.now(UTC)
    return (
        at
        if isinstance(at, datetime)
        else last_instant(at, zone=zone or DATED, day_start=day_start)
    )


def _zones(args: argparse.Namespace) -> Mapping[str, str]:
    """Return the zones that may occur."""
    from mainstay.columnar.statements import every_zone  # noqa: PLC0415  (sqlglot is slow)

    if args.zones is not None:
        return {name: name for name in (*args.zones, args.zone) if name is not None}
    if "timezone" in args.columns or args.user_zone is not None or args.csv:
        return every_zone()
    zone = args.zone or "UTC"
    return {zone: zone}
