"""``mainstay score``: the consistency of every user in a file of events."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from difflib import get_close_matches

import attrs
from rich.console import Console

from mainstay.cli import OK, SKIPPED, arguments, render, terminal
from mainstay.errors import BadLineError, InvalidValueError
from mainstay.events import Event, read_events
from mainstay.localdays import local_day
from mainstay.scores.consistency import ConsistencyScore, consistency_score
from mainstay.windowing import WindowBuilder

_COMPLAINTS_SHOWN = 5
_ROWS_SHOWN = 20

_EPILOG = """\
columns:
  user_id, started_at (ISO 8601 with an offset or Z, or Unix seconds) and, if there is one,
  timezone, the zone that the event was recorded in: an IANA name or +HH:MM. All others are
  ignored. A session counts on the date that the wall clock showed where it was recorded.

examples:
  git log --format='%aE,%aI' | mainstay score --columns user_id,started_at -
  mainstay score events.csv --as-of 2024-06-01T00:00:00Z --zone Europe/Berlin
  mainstay score events.jsonl --columns user_id=author,started_at=date --csv > scores.csv
  mainstay score events.csv --user ada --json
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "score",
        help="score the users in a file of events",
        description="Score how consistently each user in a file of events was active.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    add = parser.add_argument
    add("file", nargs="?", default="-", metavar="FILE", help="CSV or JSON Lines; - is stdin")
    add(
        "--columns",
        type=arguments.columns,
        metavar="NAME,…",
        help="the columns in order, if there is no header; or user_id=NAME,started_at=NAME",
    )
    add("--member-since", metavar="COLUMN", help="the column with the day a user joined")
    add(
        "--naive-zone",
        type=arguments.zone,
        metavar="ZONE",
        help="the zone of timestamps without an offset, which are an error otherwise",
    )
    add(
        "--as-of",
        type=arguments.instant,
        metavar="INSTANT",
        help="the instant to score at (default: now)",
    )
    add(
        "--zone",
        type=arguments.zone,
        help="the users' zone, which decides what today is, and the day of events without timezone",
    )
    add(
        "--day-start",
        type=arguments.wall_time,
        default=time(0),
        metavar="HH:MM",
        help="when a day begins on the wall clock (default: 00:00)",
    )
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument(
        "--top",
        type=arguments.positive,
        metavar="N",
        help=f"only the best N (default: all; {_ROWS_SHOWN} in the table)",
    )
    chosen.add_argument("--user", metavar="ID", help="explain one user's score")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="one JSON object on stdout")
    output.add_argument("--csv", action="store_true", help="CSV on stdout")
    add("--skip-bad", action="store_true", help="count bad lines instead of stopping at the first")


@attrs.define
class _Tally:
    """What reading a file leaves: a few numbers a user, whatever the number of events."""

    builders: dict[str, WindowBuilder] = attrs.field(factory=dict)
    joined: dict[str, tuple[date, int]] = attrs.field(factory=dict)
    events: int = 0
    later: int = 0
    latest: Event | None = None
    skipped: int = 0


def run(args: argparse.Namespace) -> int:
    """Read, score, show."""
    messages = terminal.console(sys.stderr)
    args.as_of = args.as_of or datetime.now(UTC)
    tally = _read(args, messages)
    scores = _scores(tally, args, messages)
    if args.user is not None:
        scores = [_one(scores, args.user)]
    _show(scores, tally, args)
    sys.stdout.flush()
    _summarise(scores, tally, args, messages)
    return SKIPPED if tally.skipped else OK


def _read(args: argparse.Namespace, messages: Console) -> _Tally:
    tally = _Tally()
    with terminal.open_lines(args.file, messages) as lines:
        for item in read_events(
            lines,
            columns=args.columns,
            member_since=args.member_since,
            naive_zone=args.naive_zone,
        ):
            if isinstance(item, Event):
                _count(item, tally, args)
            else:
                _skip(item, tally, args, messages)
    return tally


def _count(event: Event, tally: _Tally, args: argparse.Namespace) -> None:
    at, user = event.session.started_at, event.session.user_id
    tally.events += 1
    if tally.latest is None or at > tally.latest.session.started_at:
        tally.latest = event
    if at > args.as_of:
        tally.later += 1
        return
    builder = tally.builders.get(user)
    if builder is None:
        builder = tally.builders[user] = WindowBuilder(
            as_of=args.as_of, zone=args.zone, day_start=args.day_start
        )
    builder.add((event.session,))
    if event.member_since is not None:
        _join(event, event.member_since, tally.joined, args)


def _join(
    event: Event,
    joined: date,
    earliest: dict[str, tuple[date, int]],
    args: argparse.Namespace,
) -> None:
    """Keep the first day on which any line says that the user joined."""
    user = event.session.user_id
    if isinstance(joined, datetime):
        joined = local_day(joined, zone=args.zone, day_start=args.day_start)
    earliest[user] = min(earliest.get(user, (joined, event.line)), (joined, event.line))


def _skip(error: BadLineError, tally: _Tally, args: argparse.Namespace, messages: Console) -> None:
    if not args.skip_bad:
        raise error
    tally.skipped += 1
    if tally.skipped <= _COMPLAINTS_SHOWN:
        messages.print(terminal.printable(f"skipped {error}"))


def _scores(tally: _Tally, args: argparse.Namespace, messages: Console) -> list[render.Scored]:
    """Return all users with their scores, the highest first, equals by user id."""
    scores = [
        render.Scored(user, _score(user, builder, tally, args, messages))
        for user, builder in tally.builders.items()
    ]
    return sorted(scores, key=lambda scored: (-scored.score.total, scored.user_id))


def _score(
    user: str,
    builder: WindowBuilder,
    tally: _Tally,
    args: argparse.Namespace,
    messages: Console,
) -> ConsistencyScore:
    window = builder.window()
    joined, line = tally.joined.get(user, (None, 0))
    try:
        return consistency_score(window, member_since=joined)
    except InvalidValueError as error:
        _skip(BadLineError.at(line, error), tally, args, messages)
        return consistency_score(window)


def _one(scores: list[render.Scored], user: str) -> render.Scored:
    for scored in scores:
        if scored.user_id == user:
            return scored
    close = get_close_matches(user, [scored.user_id for scored in scores], n=3)
    raise InvalidValueError(
        "is nobody with an event up to that instant",
        field="--user",
        value=user,
        remedy=f"Did you mean {' or '.join(close)}?" if close else "",
    )


def _show(scores: list[render.Scored], tally: _Tally, args: argparse.Namespace) -> None:
    if args.json:
        render.as_json(scores[: args.top], args, events=tally.events - tally.later)
    elif args.csv:
        render.as_csv(scores[: args.top])
    elif args.user is not None:
        render.in_full(scores[0])
    elif any(scored.score.active_days for scored in scores):
        render.as_table(scores[: args.top or _ROWS_SHOWN])


def _summarise(
    scores: list[render.Scored], tally: _Tally, args: argparse.Namespace, messages: Console
) -> None:
    """Say on standard error what the figures rest on, and what to do if there are none."""
    for sentence in _sentences(scores, tally, args):
        messages.print(terminal.printable(sentence))


def _sentences(
    scores: list[render.Scored], tally: _Tally, args: argparse.Namespace
) -> Iterable[str]:
    as_of = arguments.written(args.as_of)
    active = sum(scored.score.active_days > 0 for scored in scores)
    if tally.skipped:
        yield f"Bad lines, skipped: {tally.skipped:,}."
    if tally.latest is None:
        yield "There are no events in the input."
    elif not active:
        latest = tally.latest.session
        yield f"Nobody was active in the 28 days up to {as_of}."
        yield f"The latest event is {latest.user_id}'s on line {tally.latest.line}."
        yield f"Try --as-of {arguments.written(latest.started_at)}"
    elif args.user is None:
        yield f"Users active in the 28 days up to {as_of}: {active:,} of {len(scores):,}."
    if tally.later:
        yield f"Later events, ignored: {tally.later:,}."
