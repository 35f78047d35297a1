"""What the events can't tell, said of these very events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mainstay.columnar.reading import Columns
from mainstay.notebook.reports.score_words import words_of
from mainstay.notebook.reports.surveys import COMPARED, Survey
from mainstay.scores.by_policy import days_needed

__all__ = ["limits"]


def limits(found: Survey, as_of: datetime, columns: Columns) -> Iterator[str]:
    """Yield what is to be kept in mind, a sentence or two each."""
    missing = [*_missing(found)]
    if missing:
        text = ", and ".join(missing)
        yield f"The events reach back {_days(found.history)}. {text[0].upper()}{text[1:]}."
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
    yield words_of(found.policy).meaning


def _missing(found: Survey) -> Iterator[str]:
    """Yield what can't be said of events that reach back less far than would be needed."""
    if found.history < days_needed(found.policy):
        yield "scores are low for that alone"
    if found.history < COMPARED:
        yield "who rises or falls can't be told yet"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"
