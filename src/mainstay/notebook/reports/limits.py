"""What the events can't tell, said of these very events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mainstay.columnar.reading import Columns
from mainstay.notebook.reports.surveys import COMPARED, Survey

__all__ = ["limits"]

#: On so many days does the score look back.
_SCORED = 28


def limits(found: Survey, as_of: datetime, columns: Columns) -> Iterator[str]:
    """Yield what is to be kept in mind, a sentence or two each."""
    if found.history < COMPARED:
        less = "Scores are low for that alone, and who" if found.history < _SCORED else "Who"
        reach = f"The events reach back {_days(found.history)}."
        yield f"{reach} {less} rises or falls can't be told yet."
    silent = (as_of - found.latest).days
    if silent:
        since = f"nothing has happened in the {_days(silent)} since"
        yield f"The latest event is from {found.latest:%Y-%m-%d}: {since}."
    if columns.timezone is None and columns.user_zone is None:
        yield (
            "No zones are named: an event counts on the date at the offset that its time was "
            "written with, or else in UTC. Where users live elsewhere, name their zones."
        )
    once = int((found.events == 1).sum())
    if once:
        yield f"{once:,} of {len(found):,} users have a single event. Little can be said of them."
    yield "Seen is only what left an event. Who reads, or is on holiday, is not told apart."
    yield "A score says how regular somebody was. It does not say why, or whether they will stay."


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"
