"""``mainstay score``: the consistency of every user in a file of events."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from typing import Any

import attrs
from rich.console import Console

from mainstay.cli import OK, SKIPPED, arguments, render, terminal
from mainstay.errors import BadLineError, InvalidValueError
from mainstay.events import Event, read_events
from mainstay.localdays import local_day
from mainstay.rows import Columns
from mainstay.scores.consistency import consistency_score
from mainstay.scores.result import ConsistencyScore
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
    _add_input(parser.add_argument_group("input"))
    _add_days(parser.add_argument_group("days"))
    _add_output(parser.add_argument_group("output"))


def _add_input(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "file", nargs="?", default="-", metavar="FILE", help="CSV or JSON Lines; - is stdin"
    )
    group.add_argument(
        "--columns",
        type=arguments.columns,
        metavar="NAME,...",
        help="all columns in order, if there is no header; or user_id=NAME,started_at=NAME",
    )
    group.add_argument(
        "--member-since", metavar="COLUMN", help="the column with the day a user joined"
    )
    group.add_argument(
        "--naive-zone",
        type=arguments.zone,
        metavar="ZONE",
        help="the zone of timestamps without an offset, which are an error otherwise",
    )
    group.add_argument(
        "--skip-bad", action="store_true", help="count bad lines instead of stopping at the first"
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
        help=f"only the best N (default: all; {_ROWS_SHOWN} in the table)",
    )
    chosen.add_argument("--user", metavar="ID", help="explain one user's score")
    shape = group.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="one JSON object on stdout")
    shape.add_argument("--csv", action="store_true", help="CSV on stdout")


@attrs.frozen(kw_only=True)
class _Options:
    """The command line, typed."""

    file: str
    columns: Columns | None
    member_since: str | None
    naive_zone: str | None
    skip_bad: bool
    as_of: datetime
    zone: str | None
    day_start: time
    top: int | None
    user: str | None
    json: bool
    csv: bool

    @classmethod
    def of(cls, args: argparse.Namespace) -> _Options:
        given: dict[str, Any] = {name: getattr(args, name) for name in attrs.fields_dict(cls)}
        if given["as_of"] is None:
            given["as_of"] = datetime.now(UTC)
        return cls(**given)


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
    options, messages = _Options.of(args), terminal.console(sys.stderr)
    tally = _read(options, messages)
    scores = _scores(tally, options, messages)
    _show(scores if options.user is None else [_one(scores, options.user)], tally, options)
    sys.stdout.flush()
    _summarise(scores, tally, options, messages)
    return SKIPPED if tally.skipped else OK


def _read(options: _Options, messages: Console) -> _Tally:
    tally = _Tally()
    with terminal.open_lines(options.file, messages) as lines:
        for item in read_events(
            lines,
            columns=options.columns,
            member_since=options.member_since,
            naive_zone=options.naive_zone,
        ):
            if isinstance(item, Event):
                _count(item, tally, options)
            else:
                _skip(item, tally, options, messages)
    return tally


def _count(event: Event, tally: _Tally, options: _Options) -> None:
    at, user = event.session.started_at, event.session.user_id
    tally.events += 1
    if tally.latest is None or at > tally.latest.session.started_at:
        tally.latest = event
    if at > options.as_of:
        tally.later += 1
        return
    builder = tally.builders.get(user)
    if builder is None:
        builder = tally.builders[user] = WindowBuilder(
            as_of=options.as_of, zone=options.zone, day_start=options.day_start
        )
    builder.add((event.session,))
    if event.member_since is not None:
        _join(event, event.member_since, tally.joined, options)


def _join(
    event: Event,
    joined: date,
    earliest: dict[str, tuple[date, int]],
    options: _Options,
) -> None:
    """Keep the first day on which any line says that the user joined."""
    user = event.session.user_id
    if isinstance(joined, datetime):
        joined = local_day(joined, zone=options.zone, day_start=options.day_start)
    earliest[user] = min(earliest.get(user, (joined, event.line)), (joined, event.line))


def _skip(error: BadLineError, tally: _Tally, options: _Options, messages: Console) -> None:
    if not options.skip_bad:
        raise error
    tally.skipped += 1
    if tally.skipped <= _COMPLAINTS_SHOWN:
        messages.print(terminal.printable(f"skipped {error}"))


def _scores(tally: _Tally, options: _Options, messages: Console) -> list[render.Scored]:
    """Return all users with their scores, the highest first, equals by user id."""
    scores = [
        render.Scored(user, _score(user, builder, tally, options, messages))
        for user, builder in tally.builders.items()
    ]
    return sorted(scores, key=lambda scored: (-scored.score.total, scored.user_id))


def _score(
    user: str,
    builder: WindowBuilder,
    tally: _Tally,
    options: _Options,
    messages: Console,
) -> ConsistencyScore:
    window = builder.window()
    joined, line = tally.joined.get(user, (None, 0))
    try:
        return consistency_score(window, member_since=joined)
    except InvalidValueError as error:
        _skip(BadLineError.at(line, error), tally, options, messages)
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


def _show(scores: list[render.Scored], tally: _Tally, options: _Options) -> None:
    if options.json:
        render.as_json(
            scores[: options.top],
            as_of=options.as_of,
            zone=options.zone,
            day_start=options.day_start,
            events=tally.events - tally.later,
            explain=options.user is not None,
        )
    elif options.csv:
        render.as_csv(scores[: options.top])
    elif options.user is not None:
        render.in_full(scores[0])
    elif any(scored.score.active_days for scored in scores):
        render.as_table(scores[: options.top or _ROWS_SHOWN])


def _summarise(
    scores: list[render.Scored], tally: _Tally, options: _Options, messages: Console
) -> None:
    """Say on standard error what the figures rest on, and what to do if there are none."""
    for sentence in _sentences(scores, tally, options):
        messages.print(terminal.printable(sentence))


def _sentences(scores: list[render.Scored], tally: _Tally, options: _Options) -> Iterable[str]:
    as_of = arguments.written(options.as_of)
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
    elif options.user is None:
        yield f"Users active in the 28 days up to {as_of}: {active:,} of {len(scores):,}."
        if not (options.top or options.json or options.csv) and len(scores) > _ROWS_SHOWN:
            yield f"Shown are the best {_ROWS_SHOWN}; --top N shows more."
    if tally.later:
        yield f"Later events, ignored: {tally.later:,}."
