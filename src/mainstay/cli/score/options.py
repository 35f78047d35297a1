"""What ``mainstay score`` is asked for."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime
from typing import Any

import attrs

from mainstay._reprs import in_utc
from mainstay.cli import arguments, reading
from mainstay.cli.store import add_schema
from mainstay.daystarts import DayEnd, DayStart, wall_time_of
from mainstay.localdays import DATED, MIDNIGHT, last_instant
from mainstay.reading import EventFormat
from mainstay.scores.by_policy import POLICIES, Policy
from mainstay.scores.year.policy import YearPolicy

__all__ = [
    "ENGINES",
    "ROWS_SHOWN",
    "Options",
    "add_days",
    "add_options",
    "add_source",
    "refuse_of_files",
]

#: How many users the table shows, unless it is told.
ROWS_SHOWN = 20
ENGINES = ("auto", "columnar", "python")
_OF_FILES = ("file", *reading.OPTIONS, "member_since", "engine")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    _add_input(parser.add_argument_group("input"))
    arguments.add_policy(parser.add_argument_group("score"))
    add_days(parser.add_argument_group("days"))
    _add_output(parser.add_argument_group("output"))


def add_source(group: argparse._ArgumentGroup) -> None:
    """Add what says where the events are, in a file or in a store, and how to read them."""
    group.add_argument(
        "file",
        nargs="?",
        metavar="FILE",
        help="CSV, JSON or Parquet; - or nothing for stdin",
    )
    group.add_argument(
        "--db", type=arguments.text, metavar="URL", help="the users of a store instead of a file"
    )
    add_schema(group)
    reading.add_reading(group)


def _add_input(group: argparse._ArgumentGroup) -> None:
    add_source(group)
    group.add_argument(
        "--member-since", metavar="COLUMN", help="the column with the day a user joined"
    )
    group.add_argument(
        "--engine",
        choices=ENGINES,
        help="what reads and scores: columnar is the fast one for large files, auto (the default) "
        "takes it where it gives the same answer as python",
    )


def add_days(group: argparse._ArgumentGroup, *, as_of: str = "now") -> None:
    """Add what decides which days are looked back on."""
    arguments.add_days(
        group,
        zone_help="the users' zone: decides what today is, and the day of events without timezone",
        of_store=True,
        as_of=as_of,
    )


def _add_output(group: argparse._ArgumentGroup) -> None:
    chosen = group.add_mutually_exclusive_group()
    chosen.add_argument(
        "--top",
        type=arguments.positive,
        metavar="N",
        help=f"only the best N (default: all; {ROWS_SHOWN} in the table)",
    )
    chosen.add_argument(
        "--user", type=arguments.text, metavar="ID", help="explain one user's score"
    )
    shape = group.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="one JSON object on stdout")
    shape.add_argument("--csv", action="store_true", help="CSV on stdout")


def refuse_of_files(args: argparse.Namespace) -> None:
    """Refuse what says something of files: a store has no use for it."""
    for name in _OF_FILES:
        if getattr(args, name) not in (None, False):
            option = "FILE" if name == "file" else f"--{name.replace('_', '-')}"
            args.refuse(f"argument {option}: not allowed with argument --db")


@attrs.frozen(kw_only=True)
class Options:
    """The command line, typed.

    Attributes:
        as_of: The instant to score at.
        as_of_day: The day that ends then, if that is what was asked for.
        format: What the file says, and where.
        policy: The numbers of the score, which say which score it is.
    """

    file: str | None
    db: str | None
    schema: str | None
    format: EventFormat
    skip_bad: bool
    engine: str | None
    policy: Policy
    as_of: datetime
    as_of_day: date | None
    zone: str | None
    day_start: DayStart
    top: int | None
    user: str | None
    json: bool
    csv: bool

    @classmethod
    def of(cls, args: argparse.Namespace, *, day_start: DayStart = MIDNIGHT) -> Options:
        """Return the command line's, at one instant.

        Args:
            args: The command line.
            day_start: When a day begins, if it does not say.
        """
        names = attrs.fields_dict(cls).keys() - {"as_of_day", "format"}
        given: dict[str, Any] = {name: getattr(args, name) for name in names}
        given["format"] = reading.event_format(args, member_since=args.member_since)
        given["policy"] = POLICIES[given["policy"]]()
        if given["day_start"] is None:
            given["day_start"] = day_start
        asked = given.pop("as_of") or datetime.now(UTC)
        if isinstance(asked, datetime):
            return cls(as_of=asked, as_of_day=None, **given)
        end = last_instant(asked, zone=given["zone"] or DATED, day_start=given["day_start"])
        return cls(as_of=end, as_of_day=asked, **given)

    @property
    def policy_name(self) -> str:
        """What the policy is called on the command line."""
        return next(name for name, kind in POLICIES.items() if isinstance(self.policy, kind))

    @property
    def span(self) -> str:
        """What the score looks back on, in words."""
        return "52 weeks" if isinstance(self.policy, YearPolicy) else "28 days"

    @property
    def day_bounds(self) -> dict[str, str | None]:
        """When a day begins, or ends, as JSON says it: one of them."""
        at, by_end = wall_time_of(self.day_start).isoformat(), isinstance(self.day_start, DayEnd)
        return {"day_start": None if by_end else at, "day_end": at if by_end else None}

    def when(self) -> str:
        """Say at which instant users are scored."""
        if self.as_of_day is None:
            return in_utc(self.as_of)
        return f"the end of {self.as_of_day} in {self.zone or 'UTC'}"
