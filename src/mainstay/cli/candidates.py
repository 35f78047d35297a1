"""``mainstay candidates``: who deserves recognition although they missed a day, and why."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime

import attrs
from rich.text import Text

from mainstay.cli import OK, arguments, failure, terminal
from mainstay.cli.store import add_db, open_store, option
from mainstay.cli.tables import Listing, exact, label, number, words
from mainstay.jobs import day_just_over
from mainstay.jobs.evaluate_consistency import EVALUATE_CONSISTENCY
from mainstay.ports import EngagementStore, Store
from mainstay.scheduling import JobReport
from mainstay.scores.engagement.day import DayOutcome

_EPILOG = """\
examples:
  mainstay candidates
  mainstay candidates --date 2024-05-01 --json
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "candidates",
        help="show who deserves recognition although they missed a day",
        description="Show the candidates of a closed day: those with the best historical\n"
        "scores among all who missed it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "--date",
        type=arguments.day,
        metavar="DATE",
        help="the day (default: the last that is over)",
    )
    add_db(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(args: argparse.Namespace) -> int:
    """Look them up, and show them."""
    with open_store(args.db, args.schema) as store:
        days = store.engagements
        last = day_just_over(
            datetime.now(UTC), local_days=days.local_days, day_start=days.day_start
        )
        day: date = args.date or last
        found = days.candidates(day)
        if found is None and not _was_anybody(days, day):
            return failure(f"Nobody had been active by {day}: that day has no candidates.")
    if found is None:
        run = f"mainstay run {EVALUATE_CONSISTENCY} --date {day}"
        close = f"Close it: {run}{option(args.db, args.schema)}"
        return failure(f"{day} is not closed yet. {close if day <= last else 'It is not over.'}")
    if args.json:
        terminal.write_json({"date": day.isoformat(), "candidates": as_plain(found)})
    else:
        show(found)
    sys.stdout.flush()
    terminal.say(terminal.console(sys.stderr), in_words(found, day))
    return OK


def _was_anybody(days: EngagementStore, day: date) -> bool:
    """Return whether a day that is not closed can be: whether it, or one before, is open."""
    with days.page() as page:
        return bool(page.open_days(day, limit=1))


def picked(store: Store, report: JobReport) -> list[DayOutcome] | None:
    """Return the users that a run has picked for its last day; ``None`` if it doesn't pick any."""
    if report.job != EVALUATE_CONSISTENCY:
        return None
    return list(store.engagements.candidates(day_of(report)) or ())


def day_of(report: JobReport) -> date:
    """Return the day that the run which picks candidates worked on."""
    return date.fromisoformat(str(report.target))


def as_plain(candidates: Sequence[DayOutcome]) -> list[dict[str, object]]:
    """Return candidates as data for JSON, each with the parts of its score."""
    return [
        {
            "user_id": outcome.user_id,
            "streak_before": outcome.streak_before,
            "points": outcome.points,
            "total": outcome.total,
            "parts": [attrs.asdict(part) for part in outcome.explain()],
        }
        for outcome in candidates
    ]


def in_words(candidates: Sequence[DayOutcome], day: date) -> str:
    """Say how many there are."""
    if candidates:
        return f"Candidates of {day}, the best of those who missed it: {len(candidates):,}."
    return f"{day} has no candidates: nobody missed it who has a score above 0 and can be picked."


def show(candidates: Sequence[DayOutcome]) -> None:
    """Print candidates as a table, a row for each part of their scores."""
    if not candidates:
        return
    listing = Listing(
        label("user"), number("score"), exact("part"), number("points"), words("reason")
    )
    for outcome in candidates:
        own: tuple[str | Text, ...] = (outcome.user_id, Text(f"{outcome.points}", "bold"))
        for part in outcome.explain():
            points = f"{part.points:.1f} of {part.maximum:g}"
            listing.add(*own, part.component, points, part.text)
            own = ("", "")
    terminal.console(sys.stdout).print(listing)
