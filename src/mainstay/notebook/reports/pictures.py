"""The report's pictures: SVG whose text is text, in the colours of the page around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from mainstay.notebook.colours import ACTIVE
from mainstay.notebook.plots import plot_calendar
from mainstay.notebook.reports.surveys import DAYS, WEEKS, Survey
from mainstay.notebook.reports.svg import STYLE, figure_of, svg_of

__all__ = ["activity", "bands", "calendar", "spread"]

#: The bands of points, lowest first, from so many points on; and their colours, ever stronger.
BANDS = {1: "#bfe3d0", 20: "#8ccbab", 40: "#58b287", 60: "#2b9a66", 80: "#176b44"}


def bands() -> Iterator[tuple[int, int]]:
    """Yield the bands, from so many points to so many."""
    starts = [*BANDS, 101]
    yield from ((start, after - 1) for start, after in pairwise(starts))


def activity(found: Survey) -> str:
    """Draw how many users were active in 28 days, in 7 and on each day, over the year."""
    with rc_context(STYLE):
        figure, ax = figure_of(3.2)
        days = _days(found.last, DAYS)
        ax.plot(days, found.monthly[::-1], color="#0072b2", label="in 28 days")
        ax.plot(days, found.weekly[::-1], color=ACTIVE, label="in 7 days")
        ax.plot(days, found.daily[::-1], color="#e69f00", label="on the day", linewidth=0.8)
        ax.set_ylim(bottom=0)
        ax.set_ylabel("active users")
        _dated(ax)
        _legend(ax)
        return svg_of(figure, "activity")


def spread(found: Survey) -> str:
    """Draw how many users had which points at the end of each week; those without any are not."""
    with rc_context(STYLE):
        figure, ax = figure_of(3.2)
        weeks = _days(found.last, WEEKS, step=7)
        counts = [found.spread[::-1, start : end + 1].sum(axis=1) for start, end in bands()]
        labels = [f"{start}–{end} points" for start, end in bands()]
        ax.stackplot(weeks, counts, labels=labels, colors=[*BANDS.values()], step="mid")
        ax.set_ylim(bottom=0)
        ax.set_ylabel("users")
        _dated(ax)
        _legend(ax)
        return svg_of(figure, "spread")


def calendar(days: Iterable[date], last: date, name: str) -> str:
    """Draw the calendar of a user's year."""
    with rc_context(STYLE):
        figure, ax = figure_of(1.7)
        plot_calendar(days, last_day=last, title=" ", ax=ax)
        return svg_of(figure, name)


def _legend(ax: Axes) -> None:
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(BANDS), frameon=False)


def _days(last: date, count: int, step: int = 1) -> np.typing.NDArray[np.datetime64]:
    days = [last - timedelta(days=step * n) for n in range(count - 1, -1, -1)]
    return np.array(days, "datetime64[D]")


def _dated(ax: Axes) -> None:
    locator: Any = AutoDateLocator
    formatter: Any = ConciseDateFormatter  # they have no types
    ax.xaxis.set_major_locator(made := locator())
    ax.xaxis.set_major_formatter(formatter(made))
