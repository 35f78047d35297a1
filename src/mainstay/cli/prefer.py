"""``mainstay prefer``: when a user wants to be told."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import attrs

from mainstay.cli import OK, arguments, terminal
from mainstay.cli.store import add_db, open_store
from mainstay.cli.tables import Facts
from mainstay.outlook import NotificationPolicy, Preferences
from mainstay.ports import NotificationStore

_EPILOG = """\
What is not given stays as it is kept. What waits to be delivered is planned
by the new preferences at once.

examples:
  mainstay prefer ada
  mainstay prefer ada --zone Asia/Tokyo --weekday 07:30 --weekend 09:00
  mainstay prefer ada --quiet sat,sun --channel email
  mainstay prefer ada --quiet none
  mainstay prefer ada --off
"""

#: The options, by the fields that they set.
_FIELDS = {
    "zone": "zone",
    "weekday": "weekday",
    "weekend": "weekend",
    "quiet": "quiet_weekdays",
    "enabled": "enabled",
    "channel": "channel",
}


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "prefer",
        help="show or set when a user wants to be told",
        description="Show when, where and whether a user wants to be told; or set it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument("user", type=arguments.text, metavar="USER", help="who")
    _add_times(parser)
    _add_switch(parser)
    parser.add_argument(
        "--channel", type=arguments.text, metavar="C", help="by what, in your app's own word"
    )
    add_db(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def _add_times(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--zone", type=arguments.zone, metavar="ZONE", help="whose clocks, such as Asia/Tokyo"
    )
    for name, days in (("weekday", "from Monday to Friday"), ("weekend", "on other days")):
        parser.add_argument(
            f"--{name}", type=arguments.wall_time, metavar="HH:MM", help=f"the time of day {days}"
        )
    parser.add_argument(
        "--quiet",
        type=arguments.weekdays,
        metavar="DAY,...",
        help="weekdays without a notification, such as sat,sun; or none",
    )


def _add_switch(parser: argparse.ArgumentParser) -> None:
    on_or_off = parser.add_mutually_exclusive_group()
    for flag, value in (("on", True), ("off", False)):
        on_or_off.add_argument(
            f"--{flag}",
            action="store_const",
            const=value,
            dest="enabled",
            help=f"turn notifications {flag}",
        )


def run(args: argparse.Namespace) -> int:
    """Keep what is given, and show what holds."""
    given: dict[str, Any] = {
        field: value
        for option, field in _FIELDS.items()
        if (value := getattr(args, option)) is not None
    }
    with open_store(args.db, args.schema) as store:
        kept, policy = _kept(store.notifications, args.user)
        if given:
            kept = attrs.evolve(kept or _standard(policy), **given)
            store.notifications.prefer(args.user, kept, now=datetime.now(UTC))
    if args.json:
        terminal.write_json(_plain(args.user, kept, policy))
    else:
        facts = Facts([*_facts(_plain(args.user, kept, policy))])
        terminal.console(sys.stdout).print(facts)
    sys.stdout.flush()
    terminal.say(terminal.console(sys.stderr), _sentence(args.user, kept, policy))
    return OK


def _kept(store: NotificationStore, user: str) -> tuple[Preferences | None, NotificationPolicy]:
    """Return what a user prefers, if they have said so, and what holds for all others."""
    plan = store.plan()
    policy = NotificationPolicy() if plan is None else plan.policy
    return store.preferences([user]).get(user), policy


def _standard(policy: NotificationPolicy) -> Preferences:
    """Return what holds for a user who has not said anything, still in the policy's zone."""
    return attrs.evolve(policy.preferences(None), zone=None)


def _plain(user: str, kept: Preferences | None, policy: NotificationPolicy) -> dict[str, object]:
    holds = policy.preferences(kept)
    return {
        "user_id": user,
        "own": kept is not None,
        "enabled": holds.enabled,
        "zone": holds.zone,
        "weekday": f"{holds.weekday}",
        "weekend": f"{holds.weekend}",
        "quiet": arguments.weekday_names(holds.quiet_weekdays),
        "channel": holds.channel,
    }


def _facts(plain: dict[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in plain.items():
        if name not in {"user_id", "own"} and value is not None:
            shown = {True: "yes", False: "no"}.get(value) if isinstance(value, bool) else value
            yield name, str(shown)


def _sentence(user: str, kept: Preferences | None, policy: NotificationPolicy) -> str:
    if not policy.enabled:
        return "Notifications are off for everybody: so says the policy of the last run."
    if kept is None:
        return f"{user} has not said anything: this is what holds for all such users."
    return f"{user} has said so." + (" The zone is the policy's." if kept.zone is None else "")
