"""Scores on standard output: a table, one user in full, JSON, CSV."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from datetime import timedelta

from rich.text import Text

from mainstay._reprs import in_utc
from mainstay.cli import terminal
from mainstay.cli.score.options import Options
from mainstay.cli.score.result import Row, Scored, csv_columns
from mainstay.cli.tables import Cell, Listing, exact, label, number, words
from mainstay.scores.by_policy import Score
from mainstay.scores.consistency.result import WhatIf
from mainstay.scores.what_if import what_if
from mainstay.scores.year.policy import YearPolicy
from mainstay.scores.year.result import YearScore, YearWhatIf

_STRIP_FITS = 110
_OF_DAYS = ("score", "active", "base", "distribution", "streak", "recency")
_OF_YEAR = ("score", "active days", "active weeks", "days", "freshness", "weeks")


def next_day(score: Score) -> WhatIf | YearWhatIf:
    """Return what being active today would change, or tomorrow if today is active already."""
    today = score.window.last_day
    asked = today + timedelta(days=1) if score.days_since_active == 0 else today
    if isinstance(score, YearScore):
        return what_if(score.state, [asked], member_since=score.member_since, policy=score.policy)
    return what_if(score.window, [asked], member_since=score.member_since, policy=score.policy)


def as_json(scores: Sequence[Scored], options: Options, *, events: int | None) -> None:
    """Write one JSON object: what was asked, and ``users``, the one asked for with ``what_if``."""
    explain = options.user is not None
    terminal.write_json(
        {
            "as_of": in_utc(options.as_of),
            "zone": options.zone,
            **options.day_bounds,
            "policy": options.policy_name,
            "events": events,
            "users": [
                {"user_id": scored.user_id}
                | scored.score.to_dict()
                | ({"what_if": next_day(scored.score).to_dict()} if explain else {})
                for scored in scores
            ],
        }
    )


def as_csv(rows: Iterable[Row], options: Options) -> None:
    """Write a header and a line a user."""
    writer = csv.writer(terminal.machine_output(), lineterminator="\n")
    writer.writerow(csv_columns(options.policy))
    writer.writerows(rows)


def as_table(scores: Sequence[Scored], options: Options) -> None:
    """Print a table: a row a user, and the 28 days as a strip where there is room."""
    console = terminal.console(sys.stdout)
    wide = console.width >= _STRIP_FITS
    numbers = _OF_YEAR if isinstance(options.policy, YearPolicy) else _OF_DAYS
    listing = Listing(label("user"), *map(number, numbers), *([exact("28 days")] if wide else []))
    for scored in scores:
        listing.add(*_cells(scored), *([_strip(scored.score)] if wide else []))
    console.print(listing)


def _cells(scored: Scored) -> list[Cell]:
    score = scored.score
    active = [f"{score.active_days}/{score.possible_days}"]
    if isinstance(score, YearScore):
        active.append(f"{score.active_weeks}/{score.possible_weeks}")
    return [
        scored.user_id,
        Text(str(score.points), "bold"),
        *active,
        *[f"{points:.1f}" for _, points in score.breakdown.items()],
    ]


def _strip(score: Score) -> Text:
    return terminal.strip(score.window, ascii_only=not terminal.speaks_unicode(sys.stdout))


def in_full(scored: Scored) -> None:
    """Print one user's score: the days as a strip, each part's reason, and what-if."""
    console, score = terminal.console(sys.stdout), scored.score
    first = score.window.last_day - timedelta(days=score.window.length - 1)
    console.print(
        terminal.printable(scored.user_id),
        Text(f"{score.points} of 100", "bold"),
        sep=": ",
    )
    console.print(_strip(score), Text(f"{first} to {score.window.last_day}", "dim"), sep="  ")
    parts = Listing(exact("part"), number("points"), words("reason"), has_header=False)
    for part in score.explanations:
        parts.add(part.component, f"{part.points:.1f} of {part.maximum:.0f}", part.text)
    console.print(parts)
    console.print(Text(next_day(score).text))
