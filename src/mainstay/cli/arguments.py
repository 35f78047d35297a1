"""The command line's own types: text to value, with errors that argparse reports."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from typing import TypeVar

from mainstay import _checks as checks
from mainstay import localdays
from mainstay._walltimes import time_of_day
from mainstay.activity.window import WINDOW_DAYS
from mainstay.contest import ChainHead
from mainstay.daystarts import DayEnd, DayStart
from mainstay.errors import MainstayError
from mainstay.reading import parse_moment
from mainstay.scheduling import Target, read_target
from mainstay.scores.by_policy import POLICIES

T = TypeVar("T")

#: More than anybody counts to, and few enough for every database.
_MOST = 2**31 - 1


def add_days(
    group: argparse._ArgumentGroup, *, zone_help: str, of_store: bool = False, as_of: str = "now"
) -> None:
    """Add what decides which days are looked back on; a store knows when its days begin."""
    group.add_argument(
        "--as-of",
        type=moment,
        metavar="INSTANT",
        help="the instant to look back from, or a date for the end of that day in --zone, else in "
        f"UTC (default: {as_of})",
    )
    group.add_argument("--zone", type=zone, help=zone_help)
    add_day_start(
        group,
        default=None if of_store else localdays.MIDNIGHT,
        start_help="when a day begins on the wall clock (default: 00:00"
        f"{', with --db as the store has it' if of_store else ''})",
    )


def add_day_start(
    group: argparse._ActionsContainer, *, start_help: str, default: DayStart | None = None
) -> None:
    """Add when a day begins, or else when it ends: not both."""
    either = group.add_mutually_exclusive_group()
    either.add_argument(
        "--day-start", type=wall_time, default=default, metavar="HH:MM", help=start_help
    )
    either.add_argument(
        "--day-end",
        type=day_end,
        dest="day_start",
        default=default,
        metavar="HH:MM",
        help="instead: when a day ends that is named by its end, such as 13:00 for sleep",
    )


def add_policy(group: argparse._ArgumentGroup) -> None:
    """Add which score is asked for."""
    group.add_argument(
        "--policy",
        choices=[*POLICIES],
        default="consistency",
        metavar="NAME",
        help="which score: consistency, of the last 28 days, or year, of the last 52 weeks "
        "(default: consistency)",
    )


def checked(parse: Callable[[str], T]) -> Callable[[str], T]:
    """Have our own errors, remedy included, reported as wrong usage."""

    def parsed(text: str) -> T:
        try:
            return parse(text)
        except MainstayError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return parsed


def text(given: str) -> str:
    """Return a text, such as a user's id; bytes that are not text arrive as lone surrogates."""
    try:
        given.encode()
    except UnicodeEncodeError as error:
        raise argparse.ArgumentTypeError(f"must be valid UTF-8, not {given!r}") from error
    return given


@checked
def moment(text: str) -> date:
    """Return the instant of an ISO 8601 timestamp with an offset, or of Unix seconds; or a date."""
    at = parse_moment(text, field="the instant", or_else=", or give its date alone")
    if isinstance(at, datetime):
        return checks.instant("the instant", at)
    checks.instant("the instant", localdays.noon_of(at))  # it has the same limits
    return at


@checked
def zone(text: str) -> str:
    """Return the name of a known zone."""
    localdays.find_zone(text, field="the zone")
    return text


def zones(text: str) -> list[str]:
    """Return the names of known zones from ``ZONE,ZONE``."""
    return [zone(name) for name in text.split(",")]


def wall_time(text: str) -> time:
    """Return a time of day from ``HH:MM``."""
    try:
        return checks.wall_time("the time", time_of_day(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"write HH:MM, such as 04:00, not {text!r}") from error


@checked
def day_end(text: str) -> DayEnd:
    """Return when a day ends from ``HH:MM``."""
    return DayEnd(wall_time(text))


_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def weekdays(text: str) -> frozenset[int]:
    """Return weekdays from ``mon,sun``, 0 for Monday; none from ``none``."""
    names = [] if text == "none" else text.lower().split(",")
    if not set(names) <= set(_WEEKDAYS):
        raise argparse.ArgumentTypeError(
            f"write weekdays such as mon,sun (of {', '.join(_WEEKDAYS)}), or none, not {text!r}"
        )
    return frozenset(map(_WEEKDAYS.index, names))


def weekday_names(numbers: Iterable[int]) -> str:
    """Return weekdays as :func:`weekdays` takes them."""
    return ",".join(_WEEKDAYS[number] for number in sorted(numbers)) or "none"


def day(text: str) -> date:
    """Return a date from ``YYYY-MM-DD``."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  (a date has no zone)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"write a date such as 2024-05-01, not {text!r}"
        ) from error


@checked
def head(text: str) -> ChainHead:
    """Return the head of a chain from ``N:HASH``."""
    return ChainHead.parse(text)


@checked
def target(text: str) -> Target:
    """Return a date from ``YYYY-MM-DD``, or a week from ``YYYY-Www``."""
    return read_target(text, field="it")


def integer(text: str) -> int | str:
    """Return an integer; what is not one is told of by what it is for."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,19}", text) else text


def whole(text: str) -> int:
    """Return an integer."""
    if not re.fullmatch(r"[-+]?[0-9]{1,19}", text):
        raise argparse.ArgumentTypeError(f"must be a whole number, not {text!r}")
    return int(text)


def positive(text: str) -> int:
    """Return an integer from 1 to 2³¹ - 1."""
    if not (re.fullmatch(r"[0-9]{1,10}", text) and 1 <= int(text) <= _MOST):
        raise argparse.ArgumentTypeError(f"must be at least 1 and at most {_MOST}, not {text!r}")
    return int(text)


@checked
def population(text: str) -> int:
    """Return in how many days users have to be active to be looked at, at least 28."""
    return checks.integer("it", whole(text), WINDOW_DAYS, date.max.toordinal())


def measure(text: str) -> tuple[str, str]:
    """Return the name of a measure, and its column, from ``karma=points``."""
    name, _, column = text.partition("=")
    if not (name and column):
        raise argparse.ArgumentTypeError(f"write NAME=COLUMN, such as karma=points, not {text!r}")
    return name, column


def minimum(text: str) -> tuple[str, int]:
    """Return a kind of activity and how much of it is needed, from ``post=2``."""
    kind, _, number = text.rpartition("=")
    if not kind:
        raise argparse.ArgumentTypeError(f"write KIND=N, such as post=2, not {text!r}")
    return kind, positive(number)


def kinds(text: str) -> list[str]:
    """Return kinds of activity from ``post,article``."""
    return text.split(",")


def columns(text: str) -> tuple[str, ...] | dict[str, tuple[str, ...]]:
    """Return names in order from ``a,b``; our names for the file's from ``user_id=a+b``.

    A name may be in double quotes, which a shell leaves in single ones; two in it stand for one.

    Examples:
        >>> columns("user_id,started_at")
        ('user_id', 'started_at')
        >>> columns('started_at=Start date+Start time,user_id="Last, first"')
        {'started_at': ('Start date', 'Start time'), 'user_id': ('Last, first',)}
    """
    parts = _split(text, ",")
    pairs = [part.partition("=") for part in parts if "=" in part.partition('"')[0]]
    if pairs and len(pairs) < len(parts):
        raise argparse.ArgumentTypeError("write either all NAMEs or all user_id=NAME")
    mapped = {ours: tuple(map(_unquoted, _split(theirs, r"\+"))) for ours, _, theirs in pairs}
    return mapped or tuple(map(_unquoted, parts))


def _split(text: str, separator: str) -> list[str]:
    """Split a text where a separator is not within quotes."""
    return re.split(rf'{separator}(?=(?:[^"]*"[^"]*")*[^"]*$)', text)


def _unquoted(name: str) -> str:
    quoted = len(name) > 1 and name[0] == name[-1] == '"'
    return name[1:-1].replace('""', '"') if quoted else name
