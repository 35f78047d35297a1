"""What ``mainstay score`` is asked for."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, time
from typing import Any

import attrs

from mainstay.cli import arguments
from mainstay.rows import Columns

__all__ = ["ENGINES", "ROWS_SHOWN", "Options", "add_options"]

#: How many users the table shows, unless it is told.
ROWS_SHOWN = 20
ENGINES = ("auto", "columnar", "python")
_OF_FILES = ("file", "columns", "member_since", "naive_zone", "skip_bad", "engine")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    _add_input(parser.add_argument_group("input"))
    _add_days(parser.add_argument_group("days"))
    _add_output(parser.add_argument_group("output"))


def _add_input(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "file",
        nargs="?",
        metavar="FILE",
        help="CSV, JSON Lines or Parquet; - is stdin, and so is none at all",
    )
    group.add_argument("--db", metavar="URL", help="score the users of a store instead of a file")
    arguments.add_reading(group)
    group.add_argument(
        "--member-since", metavar="COLUMN", help="the column with the day a user joined"
    )
    group.add_argument(
        "--engine",
        choices=ENGINES,
        help="what reads and scores: columnar is the fast one for large files, auto (the default) "
        "takes it where it gives the same answer as python",
    )


def _add_days(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--as-of",
        type=arguments.instant,
        metavar="INSTANT",
        help="the instant to score at (default: now)",
    )
    group.add_argument(
        "--zone",
        type=arguments.zone,
        help="the users' zone: decides what today is, and the day of events without timezone",
    )
    group.add_argument(
        "--day-start",
        type=arguments.wall_time,
        default=time(0),
        metavar="HH:MM",
        help="when a day begins on the wall clock (default: 00:00)",
    )


def _add_output(group: argparse._ArgumentGroup) -> None:
    chosen = group.add_mutually_exclusive_group()
    chosen.add_argument(
        "--top",
        type=arguments.positive,
        metavar="N",
        help=f"only the best N (default: all; {ROWS_SHOWN} in the table)",
    )
    chosen.add_argument("--user", metavar="ID", help="explain one user's score")
    shape = group.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="one JSON object on stdout")
    shape.add_argument("--csv", action="store_true", help="CSV on stdout")


@attrs.frozen(kw_only=True)
class Options:
    """The command line, typed."""

    file: str | None
    db: str | None
    columns: Columns | None
    member_since: str | None
    naive_zone: str | None
    skip_bad: bool
    engine: str | None
    as_of: datetime
    zone: str | None
    day_start: time
    top: int | None
    user: str | None
    json: bool
    csv: bool

    @classmethod
    def of(cls, args: argparse.Namespace) -> Options:
        """Return the command line's, at one instant; what is of files has no use for a store."""
        given: dict[str, Any] = {name: getattr(args, name) for name in attrs.fields_dict(cls)}
        if given["db"] is not None:
            for name in _OF_FILES:
                if given[name] not in (None, False):
                    option = "FILE" if name == "file" else f"--{name.replace('_', '-')}"
                    args.refuse(f"argument {option}: not allowed with argument --db")
        if given["as_of"] is None:
            given["as_of"] = datetime.now(UTC)
        return cls(**given)
