"""What ``mainstay evidence`` finds in events, and the tables that show it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs
from rich.console import Console
from rich.text import Text

from mainstay.cli import terminal
from mainstay.cli.all_events import read_file, read_store
from mainstay.cli.score.engines import is_parquet
from mainstay.cli.score.from_parquet import parquet_events
from mainstay.cli.score.options import Options
from mainstay.cli.store import PreparedStore
from mainstay.cli.tables import Listing, exact, label, number
from mainstay.evidence import Bin, Evidence, Interval, evidence

__all__ = ["Found", "file", "show", "store"]


#: Those that are shown by tenure.
_COMPARED = ("year", "v1", "ewma")


@attrs.frozen
class Found:
    """The evidence, and what was not read for it.

    Attributes:
        evidence: The evidence.
        later: How many events are after the instant that is looked back from.
        skipped: How many lines were bad.
    """

    evidence: Evidence
    later: int = 0
    skipped: int = 0


def file(options: Options, messages: Console, population: int) -> Found:
    """Read a file of events, Parquet a batch at a time, and look at everybody in it."""
    path = None if options.file in (None, "-") else Path(str(options.file))
    if path is not None and is_parquet(path):
        with parquet_events(str(path), options, messages) as events:
            found = _evidence(events.batches, events.fields, options, messages, population)
        return Found(found, events.tally.later)
    read = read_file(options, messages)
    fields = read.batches[0].schema.names
    found = _evidence(read.batches, fields, options, messages, population)
    return Found(found, read.later, read.skipped)


def store(store: PreparedStore, options: Options, messages: Console, population: int) -> Found:
    """Read all events of a store up to an instant, and look at everybody in it."""
    read = read_store(store, options)
    fields = read.batches[0].schema.names
    return Found(_evidence(read.batches, fields, options, messages, population), read.later)


def _evidence(
    batches: Iterable[Any],
    fields: Iterable[str],
    options: Options,
    messages: Console,
    population: int,
) -> Evidence:
    with terminal.progress(messages, "looking at dates") as progress:
        return evidence(
            batches,
            population=population,
            as_of=options.as_of,
            timezone="timezone" if "timezone" in fields else None,
            user_zone=options.zone,
            day_start=options.day_start,
            progress=progress,
        )


def show(found: Evidence) -> None:
    """Print what was found: the measures, the tenths, by tenure; and what it means."""
    console = terminal.console(sys.stdout)
    terminal.say(
        console,
        f"{found.users:,} users at {len(found.dates):,} dates from {found.dates[0]} to "
        f"{found.dates[-1]}: {found.pairs:,} pairs, of which {found.rate:.1%} came back.",
    )
    for part in (_measures(found), _tenths(found), _tenures(found)):
        console.print()
        console.print(part)
    console.print()
    terminal.say(console, *(one.text for one in found.explanations))


def _measures(found: Evidence) -> Listing:
    listing = Listing(
        label("measure"),
        number("AUC"),
        exact("95 %"),
        number("to the year's"),
        exact("95 % of that"),
        exact("verdict"),
    )
    for name, figure in found.measures.items():
        less = ("", "", "") if name == "year" else _compared(found, name)
        area = Text(_area(figure.within.auc), "bold")
        listing.add(name, area, _between(figure.within), *less)
    return listing


def _compared(found: Evidence, name: str) -> tuple[str, str, str]:
    """Return by how much a measure's area is greater than the year score's, and what that means."""
    less = found.difference(name).within
    between = f"{-less.high:+.3f} to {-less.low:+.3f}"
    return f"{-less.auc:+.3f}", between, found.verdict(name)


def _tenths(found: Evidence) -> Listing:
    listing = Listing(
        label("year score"),
        number("pairs"),
        number("came back"),
        number("lift"),
    )
    lift = found.lift["year"]
    for one in reversed(lift.deciles):
        listing.add(_points(one), f"{one.rows:,}", f"{one.rate:.1%}", f"{lift.of(one):.2f}")
    listing.add("all", f"{found.pairs:,}", f"{found.rate:.1%}", "1.00")
    return listing


def _points(one: Bin) -> str:
    return f"{one.low:.1f} to {one.high:.1f}" if one.low < one.high else f"{one.low:.1f}"


def _tenures(found: Evidence) -> Listing:
    listing = Listing(
        label("there for"),
        number("users"),
        number("came back"),
        *map(number, _COMPARED),
    )
    for name, one in found.tenure.items():
        areas = (one.areas.get(measure) for measure in _COMPARED)
        listing.add(
            name.replace("_", " "),
            f"{one.users:,}",
            "" if one.rate is None else f"{one.rate:.1%}",
            *("" if area is None else _area(area.auc) for area in areas),
        )
    return listing


def _between(interval: Interval) -> str:
    return f"{_area(interval.low)} to {_area(interval.high)}"


def _area(auc: float) -> str:
    return f"{auc:.3f}"
