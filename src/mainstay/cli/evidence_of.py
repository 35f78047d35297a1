"""What ``mainstay evidence`` finds in events, and the tables that show it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cache

from rich.console import Console
from rich.text import Text

from mainstay._reprs import percent
from mainstay.cli import terminal
from mainstay.cli.score.from_columns import Events, own_field
from mainstay.cli.score.options import Options
from mainstay.cli.tables import Listing, exact, label, number
from mainstay.evidence import Bin, Evidence, Interval, evidence

__all__ = ["maker", "show"]


#: Those that are shown by tenure.
_COMPARED = ("year", "v1", "ewma")


def maker(
    options: Options, messages: Console, *, population: int, measures: Mapping[str, str]
) -> Callable[[Events], Evidence]:
    """Return what looks at events on their way.

    Args:
        options: The command line.
        messages: Where progress is shown, once all events have been read.
        population: Look at users who were active in so many days.
        measures: The columns of the host's own measures.
    """

    def made(events: Events) -> Evidence:
        with ExitStack() as stack:

            @cache
            def bar() -> Callable[[int, int | None], None]:
                return stack.enter_context(terminal.progress(messages, "looking at dates"))

            def looked(done: int, total: int) -> None:
                bar()(done, total)

            return evidence(
                events.batches,
                measures={name: own_field(column) for name, column in measures.items()},
                population=population,
                as_of=options.as_of,
                timezone="timezone" if "timezone" in events.fields else None,
                user_zone=options.zone,
                day_start=options.day_start,
                progress=looked,
            )

    return made


def show(found: Evidence) -> None:
    """Print what was found: the measures, the tenths, the curves, by tenure; and what it means."""
    console = terminal.console(sys.stdout)
    terminal.say(
        console,
        f"{found.users:,} users at {len(found.dates):,} dates from {found.dates[0]} to "
        f"{found.dates[-1]}: {found.pairs:,} pairs, of which {percent(found.rate)} came back.",
    )
    for part in (_measures(found), _tenths(found), _curves(found), _tenures(found)):
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
        listing.add(_points(one), f"{one.rows:,}", percent(one.rate), f"{lift.of(one):.2f}")
    listing.add("all", f"{found.pairs:,}", percent(found.rate), "1.00")
    return listing


def _curves(found: Evidence) -> Listing:
    """Return the curves from points to a probability, and how far off they are."""
    listing = Listing(
        label("probability"),
        number("intercept"),
        number("slope"),
        number("off by"),
        number("Brier score"),
    )
    curves = {"as shipped": found.calibration.shipped, "fitted": found.calibration.own}
    for name, one in curves.items():
        if one is not None:
            curve = (f"{one.curve.intercept:.2f}", f"{one.curve.slope:.3f}")
            listing.add(name, *curve, percent(one.error), f"{one.brier:.3f}")
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
            "" if one.rate is None else percent(one.rate),
            *("" if area is None else _area(area.auc) for area in areas),
        )
    return listing


def _between(interval: Interval) -> str:
    return f"{_area(interval.low)} to {_area(interval.high)}"


def _area(auc: float) -> str:
    return f"{auc:.3f}"
