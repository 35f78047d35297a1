"""The report's pictures: SVG whose text is text, in the colours of the page around it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from mainstay.notebook.colours import ACTIVE
from mainstay.notebook.plots import plot_calendar
from mainstay.notebook.reports.surveys import DAYS, WEEKS, Survey

__all__ = ["activity", "bands", "calendar", "spread"]

#: The bands of points, lowest first, from so many points on; and their colours, ever stronger.
BANDS = {1: "#bfe3d0", 20: "#8ccbab", 40: "#58b287", 60: "#2b9a66", 80: "#176b44"}
#: What stands for the page's own colour of text until the picture is in the page.
_INK = "#010203"
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "mainstay",
    "font.family": "sans-serif",
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def bands() -> Iterator[tuple[int, int]]:
    """Yield the bands, from so many points to so many."""
    starts = [*BANDS, 101]
    yield from ((start, after - 1) for start, after in pairwise(starts))


def activity(found: Survey) -> str:
    """Draw how many users were active in 28 days, in 7 and on each day, over the year."""
    with rc_context(_STYLE):
        figure, ax = _figure(3.2)
        days = _days(found.last, DAYS)
        ax.plot(days, found.monthly[::-1], color="#0072b2", label="in 28 days")
        ax.plot(days, found.weekly[::-1], color=ACTIVE, label="in 7 days")
        ax.plot(days, found.daily[::-1], color="#e69f00", label="on the day", linewidth=0.8)
        ax.set_ylim(bottom=0)
        ax.set_ylabel("active users")
        _dated(ax)
        _legend(ax)
        return _svg(figure, "activity")


def spread(found: Survey) -> str:
    """Draw how many users had which points at the end of each week; those without any are not."""
    with rc_context(_STYLE):
        figure, ax = _figure(3.2)
        weeks = _days(found.last, WEEKS, step=7)
        counts = [found.spread[::-1, start : end + 1].sum(axis=1) for start, end in bands()]
        labels = [f"{start}–{end} points" for start, end in bands()]
        ax.stackplot(weeks, counts, labels=labels, colors=[*BANDS.values()], step="mid")
        ax.set_ylim(bottom=0)
        ax.set_ylabel("users")
        _dated(ax)
        _legend(ax)
        return _svg(figure, "spread")


def calendar(days: Iterable[date], last: date, name: str) -> str:
    """Draw the calendar of a user's year."""
    with rc_context(_STYLE):
        figure, ax = _figure(1.7)
        plot_calendar(days, last_day=last, title=" ", ax=ax)
        return _svg(figure, name)


def _legend(ax: Axes) -> None:
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(BANDS), frameon=False)


def _figure(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(9, height), layout="constrained")
    return figure, figure.add_subplot()


def _days(last: date, count: int, step: int = 1) -> np.typing.NDArray[np.datetime64]:
    days = [last - timedelta(days=step * n) for n in range(count - 1, -1, -1)]
    return np.array(days, "datetime64[D]")


def _dated(ax: Axes) -> None:
    locator: Any = AutoDateLocator
    formatter: Any = ConciseDateFormatter  # they have no types
    ax.xaxis.set_major_locator(made := locator())
    ax.xaxis.set_major_formatter(formatter(made))


def _svg(figure: Figure, name: str) -> str:
    """Return a picture as an element that takes the width there is, hidden from screen readers.

    What it shows is said in words, and in a table, next to it.
    """
    written = io.StringIO()
    figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    svg = written.getvalue().replace(_INK, "currentColor")
    for pattern, instead in _CHANGES:
        svg = pattern.sub(instead, svg)
    return svg.replace(f'"{_PREFIX}', f'"{name}-').replace(f"#{_PREFIX}", f"#{name}-")


_PREFIX = "of-"
#: What makes an element of a file: no head, no style for the page around it, ids of its own.
_CHANGES = [
    (re.compile(pattern, re.DOTALL), instead)
    for pattern, instead in (
        (
            r'^.*?<svg [^>]*?viewBox="([^"]*)"[^>]*>',
            r'<svg aria-hidden="true" focusable="false" viewBox="\1" stroke-linejoin="round">',
        ),
        (r"<metadata>.*?</metadata>|<style [^>]*>.*?</style>|<!--.*?-->", ""),
        (r'(<g) id="[^"]*"', r"\1"),
        (r'( id="|"#|url\(#)', rf"\1{_PREFIX}"),
        (r'font: ([\d.]+)px [^;"]*', r"font-size: \1px"),
    )
]
