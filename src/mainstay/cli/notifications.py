"""``mainstay notifications``: what became of them, of a day or of a user."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from mainstay._reprs import in_utc
from mainstay.cli import OK, arguments, terminal
from mainstay.cli.store import add_db, open_store
from mainstay.cli.tables import Listing, exact, label, number, words
from mainstay.ports import Notified, NotifiedCounts, notified_counts
from mainstay.ports.notified_by_zone import delivered_at_of

_EPILOG = """\
columns:
  late, p95  how late they were delivered: half of them, and 95 %, were not
             later (nearest rank)
  viewed     outlooks that were first seen after the notification was delivered

examples:
  mainstay notifications --date 2024-05-02
  mainstay notifications --date 2024-05-02 --json
  mainstay notifications ada --top 7
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "notifications",
        help="show what became of notifications",
        description="Show what became of a day's notifications, by zone; or of a user's.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, refuse=parser.error)
    parser.add_argument(
        "user", type=arguments.text, nargs="?", metavar="USER", help="whose history"
    )
    parser.add_argument(
        "--date", type=arguments.day, metavar="DATE", help="the day, on the users' calendars"
    )
    parser.add_argument(
        "--top",
        type=arguments.positive,
        metavar="N",
        help="how many of a user's to show at most (default: 20)",
    )
    add_db(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(args: argparse.Namespace) -> int:
    """Look them up, and show them."""
    if (args.user is None) == (args.date is None):
        args.refuse("give either USER or --date")
    if args.top is not None and args.user is None:
        args.refuse("argument --top: only with USER")
    return _day(args) if args.user is None else _user(args)


def _day(args: argparse.Namespace) -> int:
    with open_store(args.db, args.schema) as store:
        zones = notified_counts(store.notifications, args.date)
    total = sum(zones.values(), NotifiedCounts())
    if args.json:
        terminal.write_json(
            {
                "date": args.date.isoformat(),
                "zones": {zone: counts.to_dict() for zone, counts in zones.items()},
                "all": total.to_dict(),
            }
        )
    elif zones:
        _show_zones(zones, total)
    return _say(*_of_day(args.date, total))


_COUNTS = ("planned", "waiting", "delivered", "failed", "expired", "cancelled", "viewed")


def _show_zones(zones: Mapping[str, NotifiedCounts], total: NotifiedCounts) -> None:
    listing = Listing(label("zone"), *map(number, (*_COUNTS, "late", "p95")))
    for zone, counts in {**zones, "": total}.items():
        late = (counts.lateness_median_s, counts.lateness_p95_s)
        listing.add(
            zone or "all",
            *(f"{getattr(counts, name):,}" for name in _COUNTS),
            *("" if seconds is None else f"{seconds:,} s" for seconds in late),
        )
    terminal.console(sys.stdout).print(listing)


def _of_day(day: date, total: NotifiedCounts) -> Sequence[str]:
    sentences = [f"Notifications for {day}: {total.planned:,}."]
    if total.errors:
        sentences.append(f"Errors: {_in_words(total.errors)}.")
    if total.own:
        channels = f", by channel: {_in_words(total.channels)}" if total.channels else ""
        sentences.append(
            f"With preferences of their own: {total.own:,} "
            f"(off: {total.off:,}, with quiet weekdays: {total.quiet:,}{channels})."
        )
    return sentences


def _in_words(counts: Mapping[str, object]) -> str:
    return ", ".join(f"{name}: {count:,}" for name, count in counts.items())


def _user(args: argparse.Namespace) -> int:
    with open_store(args.db, args.schema) as store:
        found = store.notifications.of_user(args.user, limit=args.top or 20)
    plain = [_plain(each) for each in found]
    if args.json:
        terminal.write_json({"user_id": args.user, "notifications": plain})
    elif plain:
        _show(plain)
    return _say(f"Shown are notifications of {args.user}, the latest first: {len(plain):,}.")


def _plain(notified: Notified) -> dict[str, object]:
    entry, viewed_at = notified.entry, notified.viewed_at
    result = entry.result
    delivered_at = delivered_at_of(result)
    return {
        "day": entry.payload.get("day"),
        "due_at": in_utc(entry.due_at),
        "state": entry.state.value,
        "delivered_at": None if delivered_at is None else in_utc(delivered_at),
        "late_s": None if result is None else result.get("late_s"),
        "viewed_at": None if viewed_at is None else in_utc(viewed_at),
        "error": entry.error,
        "why": None if result is None else result.get("why"),
    }


def _show(plain: Sequence[Mapping[str, object]]) -> None:
    begun = (*map(exact, ("day", "due", "state", "delivered")), number("late"))
    listing = Listing(*begun, exact("viewed"), words("error"))
    for each in plain:
        late = each["late_s"]
        listing.add(
            *map(str, (each["day"], _second(each["due_at"]), each["state"])),
            _second(each["delivered_at"]),
            f"{int(late):,} s" if isinstance(late, int | float) else "",
            _second(each["viewed_at"]),
            str(each["error"] or each["why"] or ""),
        )
    terminal.console(sys.stdout).print(listing)


def _second(at: object) -> str:
    """Return an instant to the second, which is enough for people."""
    return in_utc(datetime.fromisoformat(at).replace(microsecond=0)) if isinstance(at, str) else ""


def _say(*sentences: str) -> int:
    sys.stdout.flush()
    terminal.say(terminal.console(sys.stderr), *sentences)
    return OK
