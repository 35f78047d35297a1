"""``mainstay case vote``, ``argue`` and ``upvote``: what people do about a case."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from mainstay.cli import OK, arguments, terminal
from mainstay.cli.store import add_db, open_store, option
from mainstay.contest import ArgumentVote, CaseArgument, CaseVote
from mainstay.ports import Store
from mainstay.scheduling.context import new_id

_EPILOG = """\
Those of many users come from a file: mainstay case import FILE

examples:
  mainstay case {name} {example}
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add these commands to the parser."""
    _add(
        commands,
        "vote",
        ("vote for a side of a case", "The earliest vote of a user counts.", "case-0001 ada yes"),
        {"case": "which case", "user": "who votes", "side": "for which side"},
        _vote,
    )
    _add(
        commands,
        "argue",
        (
            "argue about a case",
            "The argument's id is printed, for those who vote for it.",
            'case-0001 bob "Trust is hard to win back." --id a1',
        ),
        {"case": "which case", "user": "who argues", "text": "the argument"},
        _argue,
    )
    _add(
        commands,
        "upvote",
        (
            "vote for an argument",
            "It must be another user's. A user has one vote for each.",
            "a1 ada",
        ),
        {"argument": "its id: mainstay case show has it", "user": "who votes"},
        _upvote,
    )


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    words: tuple[str, str, str],
    given: dict[str, str],
    do: Callable[[Store, argparse.Namespace, datetime], str],
) -> None:
    summary, more, example = words
    parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary.capitalize()}, now.\n{more}",
        epilog=_EPILOG.format(name=name, example=example),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for dest, what in given.items():
        parser.add_argument(dest, type=arguments.text, metavar=dest.upper(), help=what)
    if "case" in given:
        parser.add_argument(
            "--id",
            type=arguments.text,
            metavar="ID",
            help="what tells it from every other (default: a random one)",
        )
    add_db(parser)
    parser.set_defaults(run=run, do=do)


def run(args: argparse.Namespace) -> int:
    """Do it, and say what came of it."""
    with open_store(args.db, args.schema) as store:
        said = args.do(store, args, datetime.now(UTC))
    sys.stdout.flush()
    terminal.say(terminal.console(sys.stderr), said)
    return OK


def _vote(store: Store, args: argparse.Namespace, now: datetime) -> str:
    vote = CaseVote(args.id or new_id(), args.user, args.side, now)
    store.contests.vote(args.case, [vote])
    return f"{args.user} has voted {args.side}. It counts unless they have voted before."


def _argue(store: Store, args: argparse.Namespace, now: datetime) -> str:
    argument = CaseArgument(args.id or new_id(), args.user, args.text, now)
    store.contests.argue(args.case, [argument])
    print(argument.id, file=terminal.machine_output())
    upvote = f"mainstay case upvote {shlex.quote(argument.id)} USER{option(args.db, args.schema)}"
    return f"{args.user} has argued. Others vote for it: {upvote}"


def _upvote(store: Store, args: argparse.Namespace, now: datetime) -> str:
    if store.contests.upvote([ArgumentVote(args.argument, args.user, now)]):
        return f"{args.user} has voted for it."
    return f"{args.user} has voted for it before: nothing changes."
