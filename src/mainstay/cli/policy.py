"""``mainstay policy``: by what days and weeks are judged, and another policy from a date on."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import attrs
from rich.padding import Padding
from rich.text import Text

from mainstay.cli import OK, correcting, policies, terminal
from mainstay.cli.config import read_policies
from mainstay.cli.reevaluate import did
from mainstay.cli.store import PreparedStore, add_db, open_store
from mainstay.codec import to_plain
from mainstay.jobs import CATALOGUE, CatalogueRow
from mainstay.jobs.evaluate_consistency import EVALUATE_CONSISTENCY
from mainstay.jobs.update_multipliers import UPDATE_MULTIPLIERS
from mainstay.scheduling import JobContext, JobReport
from mainstay.scores.engagement.criteria import DailyCriteria
from mainstay.scores.policies import PolicyHistory

_EPILOG = """\
Each day is judged by the policy of that day, each week by that of its Monday.
With --reevaluate a policy may hold from a day on that was evaluated already:
then everybody's days are evaluated again from there. Closed days keep their
candidates.

examples:
  mainstay policy
  mainstay policy show --json
  mainstay policy set --from 2024-06-01 --criteria commit=2
  mainstay policy set --from 2024-01-01 --config policy.toml --reevaluate
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command, and its own commands, to the parser."""
    parser = commands.add_parser(
        "policy",
        help="show by what days and weeks are judged, or change it",
        description="Show by what days and weeks are judged, or change it from a date on.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=show)
    _add_store(parser)
    inner = parser.add_subparsers(title="commands", metavar="COMMAND")
    shown = inner.add_parser(
        "show",
        help="show the policies that are kept (the default)",
        description="Show the policies that are kept, of days and of weeks, by date.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    shown.set_defaults(run=show)
    _add_store(shown)
    _add_set(inner)


def _add_store(parser: argparse.ArgumentParser) -> None:
    add_db(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def _add_set(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "set",
        help="have days or weeks from a date on judged by another policy",
        description="Have days or weeks from a date on judged by another policy.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=change, command="policy", refuse=parser.error)
    policies.add_to(parser)
    parser.add_argument(
        "--reevaluate",
        action="store_true",
        help="evaluate again the days from that date on that had been evaluated",
    )
    correcting.add_options(parser)


def show(args: argparse.Namespace) -> int:
    """Print the policies that are kept, of days and of weeks, by date."""
    with open_store(args.db, args.schema) as store:
        kept: dict[str, PolicyHistory[Any] | None] = {
            "days": store.engagements.policies(),
            "weeks": store.reputations.policies(),
        }
    if args.json:
        terminal.write_json({what: _as_plain(history) for what, history in kept.items()})
        return OK
    console = terminal.console(sys.stdout)
    for what, history in kept.items():
        console.print(f"{what}:", *(Padding(line, (0, 0, 0, 2)) for line in _lines(history)))
    return OK


def _lines(history: PolicyHistory[Any] | None) -> Iterator[Text]:
    """Yield what holds from when on."""
    for since, policy in _dated(history):
        yield terminal.printable(f"from {since or 'the beginning'}: {_words(policy)}")
    if history is None:
        yield Text("none yet: the first run keeps its own, by default the standard one")


def _dated(history: PolicyHistory[Any] | None) -> Iterator[tuple[date | None, Any]]:
    if history is not None:
        yield None, history.first
        yield from history.changes


def _as_plain(history: PolicyHistory[Any] | None) -> list[dict[str, object]]:
    return [
        {"since": None if since is None else str(since), "policy": to_plain(policy)}
        for since, policy in _dated(history)
    ]


def _words(policy: Any) -> str:
    """Say what a policy needs, field by field."""
    return ", ".join(
        f"{field.name} {_value(getattr(policy, field.name))}"
        for field in attrs.fields(type(policy))
    )


def _value(value: object) -> str:
    if isinstance(value, DailyCriteria):
        return " ".join(f"{kind}={number}" for kind, number in sorted(value.minimums.items()))
    if isinstance(value, frozenset):
        return " ".join(sorted(map(str, value))) or "none"
    return str(value)


def change(args: argparse.Namespace) -> int:
    """Keep the policies that are given, from the date on; evaluate again if that is asked."""
    asked = [policies.asked(args, row) for row in _meant(args)]
    if args.since is None or not asked:
        args.refuse("say from when on, with --from, and what holds, with --criteria or --config")
    if args.reevaluate:
        return _judge_again(args, asked)
    messages = terminal.console(sys.stderr)
    with open_store(args.db, args.schema) as store:
        for each in asked:
            each.settled(store, messages)
    return OK


def _meant(args: argparse.Namespace) -> Iterator[CatalogueRow]:
    """Yield the jobs whose policies are given."""
    tables = {} if args.config is None else read_policies(args.config)
    for row in (CATALOGUE[EVALUATE_CONSISTENCY], CATALOGUE[UPDATE_MULTIPLIERS]):
        of_days = row.name == EVALUATE_CONSISTENCY
        if (of_days and args.criteria) or (row.policy and row.policy.table in tables):
            yield row


def _judge_again(args: argparse.Namespace, asked: Sequence[policies.Asked]) -> int:
    messages = terminal.console(sys.stderr)

    def act(store: PreparedStore, *, dry_run: bool, context: JobContext) -> JobReport:
        reports = [
            each.judged_again(store, messages, dry_run=dry_run, context=context) for each in asked
        ]
        return reports[-1]

    def question(_: PreparedStore) -> str:
        return f"Evaluate everybody's days from {args.since} on again, by this policy?"

    return correcting.correct(args, act, question=question, words=did)
