"""``mainstay jobs``: which jobs there are, and when they are due."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta

from rich.console import Console

from mainstay._reprs import in_utc
from mainstay.cli import OK, terminal
from mainstay.cli.store import OpenedStore, add_db, add_schedules, open_store, scheduled
from mainstay.cli.tables import Listing, exact, words
from mainstay.errors import StoreError
from mainstay.scheduling import Daily, Every, JobSpec, Schedule, Weekly
from mainstay.testing.memory import MemoryStore

_EPILOG = """\
Nothing here runs by itself: a scheduler calls mainstay run, or the host app
installs the jobs.

examples:
  mainstay jobs
  mainstay jobs --json
"""

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "jobs",
        help="list the jobs, and when each is due",
        description="List the jobs, when each is due, and how often it is tried again; with\n"
        "--json also how long each may take.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    add_db(parser)
    add_schedules(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(args: argparse.Namespace) -> int:
    """List them."""
    now = datetime.now(UTC)
    with _store(args.db, args.schema, terminal.console(sys.stderr)) as store:
        jobs = scheduled(store, args.config)
    if args.json:
        terminal.write_json({"jobs": [_plain(spec, now) for spec in jobs]})
    else:
        _show(jobs, now)
    return OK


def _store(url: str, schema: str | None, messages: Console) -> OpenedStore:
    """Open a store, whose days say when jobs are due; or a new one in memory, for the defaults."""
    try:
        return open_store(url, schema)
    except StoreError as error:
        terminal.say(messages, f"These are the defaults: {error}")
        return MemoryStore()


def _plain(spec: JobSpec, now: datetime) -> dict[str, object]:
    return {
        "name": spec.name,
        "schedule": in_words(spec.schedule),
        "next": in_utc(spec.schedule.next_after(now)),
        "retries_after_s": [wait.total_seconds() for wait in spec.retry.delays()],
        "time_limit_s": _seconds(spec.time_limit),
        "soft_time_limit_s": _seconds(spec.soft_time_limit),
    }


def _seconds(limit: timedelta | None) -> float | None:
    return None if limit is None else limit.total_seconds()


def _show(jobs: list[JobSpec], now: datetime) -> None:
    due, retries = words("due", least=len("every 15 min")), words("retries", least=len("retries"))
    listing = Listing(exact("job"), due, exact("next"), exact("in"), retries)
    for spec in jobs:
        at = spec.schedule.next_after(now)
        waits = ", ".join(map(span, spec.retry.delays())) or "never"
        listing.add(spec.name, in_words(spec.schedule), in_utc(at), span(at - now), waits)
    terminal.console(sys.stdout).print(listing)


def in_words(schedule: Schedule) -> str:
    """Say when a schedule is due."""
    match schedule:
        case Every():
            return f"every {span(schedule.interval)}"
        case Daily():
            return f"daily at {schedule.time:%H:%M} {schedule.zone}"
        case Weekly():
            day = _WEEKDAYS[schedule.weekday]
            return f"{day}s at {schedule.time:%H:%M} {schedule.zone}"
        case _:
            return "by its own schedule"


def span(time: timedelta) -> str:
    """Write a span of time in its two largest units, such as ``3 h 12 min``."""
    seconds, parts = int(time.total_seconds()), []
    for size, unit in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"
