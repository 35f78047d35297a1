"""``mainstay candidates``: who deserves recognition although they missed a day, why, why not."""

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
from mainstay.errors import InvalidValueError
from mainstay.jobs import day_just_over, explain_candidate
from mainstay.jobs.evaluate_consistency import EVALUATE_CONSISTENCY
from mainstay.ports import EngagementStore, Store
from mainstay.scheduling import JobReport
from mainstay.scores.engagement.day import DayOutcome

_EPILOG = """\
examples:
  mainstay candidates
  mainstay candidates --date 2024-05-01 --json
  mainstay candidates --user ada
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "candidates",
        help="show who deserves recognition although they missed a day",
        description="Show the candidates of a closed day: those with the best historical\n"
        "scores among all who missed it. Or one user, and whether they could be picked.",
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
    parser.add_argument(
        "--user", type=arguments.text, metavar="ID", help="one user: whether they can be picked"
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
        asked = None if found is None or not args.user else _asked(days, args.user, day, found)
    if found is None:
        run = f"mainstay run {EVALUATE_CONSISTENCY} --date {day}"
        close = f"Close it: {run}{option(args.db, args.schema)}"
        return failure(f"{day} is not closed yet. {close if day <= last else 'It is not over.'}")
    if args.json:
        of_user = {} if asked is None else {"user": asked.as_plain()}
        terminal.write_json({"date": day.isoformat(), "candidates": as_plain(found)} | of_user)
    elif asked is None:
        show(found)
    else:
        show([asked.outcome] if asked.outcome.score else [])
        terminal.say(terminal.console(sys.stdout), asked.reason)
    sys.stdout.flush()
    said = in_words(found, day) if asked is None else asked.in_words(found)
    terminal.say(terminal.console(sys.stderr), said)
    return OK


@attrs.frozen
class Asked:
    """The user who is asked for, on a closed day.

    Attributes:
        outcome: What the day came to.
        place: The place among its candidates, from 1 on; ``None`` for who is not one.
        reason: Whether the user could be picked, and why not.
    """

    outcome: DayOutcome
    place: int | None
    reason: str

    def as_plain(self) -> dict[str, object]:
        """Return them as data for JSON."""
        return _plain(self.outcome) | {"place": self.place, "reason": self.reason}

    def in_words(self, candidates: Sequence[DayOutcome]) -> str:
        """Say which place the user has, or what it would have taken."""
        user, day, many = self.outcome.user_id, self.outcome.day, len(candidates)
        if self.place is not None:
            return f"{user} is a candidate of {day}: place {self.place:,} of {many:,}."
        if not candidates:
            return in_words(candidates, day)
        last = f"The last of {many:,} has a score of {candidates[-1].total:.1f}."
        return f"{user} is not a candidate of {day}. {last}"


def _asked(days: EngagementStore, user: str, day: date, candidates: Sequence[DayOutcome]) -> Asked:
    places = {each.user_id: place for place, each in enumerate(candidates, 1)}
    place = places.get(user)
    outcome = days.outcome(user, day) if place is None else candidates[place - 1]
    if outcome is None:
        raise InvalidValueError(
            f"has nothing that was evaluated for {day}",
            field="--user",
            value=user,
            remedy="Look whether the id is right, and whether the first event is of a later day.",
        )
    return Asked(outcome, place, explain_candidate(days, outcome))


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
    return [_plain(outcome) for outcome in candidates]


def _plain(outcome: DayOutcome) -> dict[str, object]:
    return {
        "user_id": outcome.user_id,
        "streak_before": outcome.streak_before,
        "points": outcome.points,
        "total": outcome.total,
        "parts": [attrs.asdict(part) for part in outcome.explain()],
    }


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
