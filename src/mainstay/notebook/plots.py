"""Pictures of days, of a score over time, of everybody's scores, and of a board."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle

from mainstay import _checks as checks
from mainstay.activity.session import Session
from mainstay.columnar.tables import ArrowTable
from mainstay.daystarts import DayStart
from mainstay.errors import InvalidValueError
from mainstay.localdays import MIDNIGHT, Zone
from mainstay.notebook.colours import ACTIVE, GROUND, PARTS
from mainstay.notebook.drawing import axes_of, bare, framed, plain
from mainstay.recognition import Board, Ranked
from mainstay.scores.by_policy import Policy, Score
from mainstay.scores.consistency.policy import DEFAULT_POLICY
from mainstay.scores.history import score_history

__all__ = ["plot_board", "plot_calendar", "plot_cohort", "plot_score_history"]

_WEEK = 7
#: The side of a day, of which there is one a unit.
_CELL = 0.82
_WEEKDAYS = ("Mon", "", "Wed", "", "Fri", "", "Sun")
#: Points are whole numbers: each bar holds five of them, the last one 100 as well.
_BINS = [*range(0, 105, 5)]


def plot_calendar(
    days: Iterable[date],
    *,
    last_day: date | None = None,
    weeks: int = 53,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a calendar: a column a week, a row a weekday, green where somebody was active.

    Args:
        days: The active days, in any order; ``window.days()`` are some.
        last_day: The last day to show; by default the last active one.
        weeks: How many weeks to show, the last of which holds ``last_day``; 1 to 520.
        title: What to write above it; by default how many days are active.
        ax: Where to draw; a new figure without it.

    Raises:
        InvalidTypeError: ``days`` are not dates.
        InvalidValueError: There are no days, and ``last_day`` is not given; or ``weeks`` is out of
            its range.

    Examples:
        >>> plot_calendar([date(2024, 5, 27), date(2024, 5, 28)], weeks=2).get_title()
        '2 active days of 9'
    """
    active = checks.days("days", days)
    checks.integer("weeks", weeks, 1, 520)
    if last_day is None and not active:
        raise InvalidValueError(
            "must be given where there are no days", field="last_day", value=None
        )
    last = max(active) if last_day is None else checks.day("last_day", last_day)
    first = last - timedelta(days=last.weekday() + _WEEK * (weeks - 1))
    shown = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    cells = [Rectangle((n // _WEEK, n % _WEEK), _CELL, _CELL) for n in range(len(shown))]
    colours = [ACTIVE if day in active else GROUND for day in shown]
    ax = axes_of(ax, width=0.6 + 0.18 * weeks, height=1.8)
    ax.add_collection(PatchCollection(cells, facecolors=colours, linewidth=0))
    ax.set(xlim=(0, weeks), ylim=(_WEEK, 0))
    ax.set(aspect="equal", title=title or f"{len(active & {*shown})} active days of {len(shown)}")
    ax.set_yticks(np.arange(_WEEK) + _CELL / 2, _WEEKDAYS)
    months = [n for n, day in enumerate(shown) if day.day == 1]
    ax.set_xticks([n // _WEEK + _CELL / 2 for n in months], [f"{shown[n]:%b}" for n in months])
    bare(ax)
    return ax


def plot_score_history(
    sessions: Iterable[Session],
    *,
    as_of: datetime,
    days: int = 365,
    zone: Zone | None = None,
    day_start: DayStart = MIDNIGHT,
    member_since: date | None = None,
    policy: Policy = DEFAULT_POLICY,
    ax: Axes | None = None,
) -> Axes:
    """Draw a user's score on each of the last days, its parts on top of one another.

    Args:
        sessions: As in :func:`mainstay.score_history`, like all that is not said here.
        as_of: The instant to look back from.
        days: How many days to look back on.
        zone: The user's zone.
        day_start: When a day begins on the wall clock, or a :class:`mainstay.DayEnd`.
        member_since: The day the user joined.
        policy: The numbers, which say which score it is.
        ax: Where to draw; a new figure without it.

    Raises:
        MainstayError: What :func:`mainstay.score_history` raises.

    Examples:
        >>> from datetime import UTC
        >>> sessions = [Session("ada", datetime(2024, 5, day, 20, tzinfo=UTC)) for day in (26, 27)]
        >>> ax = plot_score_history(sessions, as_of=datetime(2024, 5, 29, 21, tzinfo=UTC))
        >>> ax.get_title()
        'ada: 7 of 100 on 2024-05-29'
    """
    known = tuple(checks.iterable("sessions", sessions))
    history = score_history(
        known,
        as_of=as_of,
        days=days,
        zone=zone,
        day_start=day_start,
        member_since=member_since,
        policy=policy,
    )
    ax, last = axes_of(ax, width=9, height=3.2), history[-1]
    _stack(ax, history)
    whose = f"{plain(known[0].user_id)}: " if known else ""
    ax.set(
        ylim=(0, 100),
        ylabel="points",
        title=f"{whose}{last.points} of 100 on {last.window.last_day}",
    )
    # Within, it would lie on the days with many points.
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, reverse=True)
    framed(ax)
    return ax


def _stack(ax: Axes, history: Sequence[Score]) -> None:
    """Draw the parts of scores on top of one another, day by day.

    A day lasts until the next one begins. So does the last, whose points are there twice.
    """
    days = [score.window.last_day for score in history]
    days.append(days[-1] + timedelta(days=1))
    each = [[points for _, points in score.breakdown.items()] for score in history]
    parts = np.array([*each, each[-1]]).T
    names = [name for name, _ in history[-1].breakdown.items()]
    shown, colours = np.array(days, "datetime64[D]"), [PARTS[name] for name in names]
    ax.stackplot(shown, parts, labels=names, colors=colours, step="post")


def plot_cohort(table: ArrowTable, *, ax: Axes | None = None) -> Axes:
    """Draw how the scores of everybody in a table are spread: how many users have which points.

    Users without points, whose number the title says, are not drawn: often they are nearly all.

    Args:
        table: A table with a column ``points``, such as :func:`mainstay.columnar.score_table`
            returns, or some of its rows.
        ax: Where to draw; a new figure without it.

    Raises:
        InvalidValueError: The table has no column ``points``, or no rows.

    Examples:
        >>> plot_cohort(pa.table({"points": [9, 45, 100]})).get_title()
        '3 users with points, half of them with 45 or more'
        >>> plot_cohort(pa.table({"points": [0, 0, 9]})).get_title()
        '1 of 3 users with points, half of them with 9 or more'
    """
    rows: Any = pa.table(table)
    if "points" not in rows.column_names or not rows.num_rows:
        raise InvalidValueError(
            "must have a column points, and rows",
            field="table",
            value=rows.column_names,
            remedy="score_table(events, as_of=...) makes such a table.",
        )
    every = rows["points"].to_numpy()
    points = every[every > 0]
    ax = axes_of(ax, width=7, height=3.2)
    ax.hist(points, bins=_BINS, color=ACTIVE, rwidth=0.9)
    users = f"{len(every):,} user{'' if len(every) == 1 else 's'} with points"
    title = users if len(points) == len(every) else f"{len(points):,} of {users}"
    if len(points):
        middle = float(np.median(points))
        ax.axvline(middle, color="#d55e00", linewidth=2)
        title += f", half of them with {middle:g} or more"
    ax.set(xlim=(0, 100), xlabel="points", ylabel="users", title=title)
    framed(ax)
    return ax


def plot_board(board: Board | Iterable[Ranked[Any]], *, ax: Axes | None = None) -> Axes:
    """Draw a leaderboard: a bar a user, the best at the top.

    Args:
        board: A board, or places as :func:`mainstay.recognition.rank` returns them.
        ax: Where to draw; a new figure without it.

    Examples:
        >>> from mainstay.recognition import rank
        >>> ax = plot_board(rank({"ada": 250, "bob": 300, "cyd": 250}))
        >>> [label.get_text() for label in ax.get_yticklabels()]
        ['1  bob', '2  ada', '2  cyd']
    """
    places = [*(board.entries if isinstance(board, Board) else board)]
    ax = axes_of(ax, width=7, height=0.8 + 0.3 * len(places))
    rows = np.arange(len(places))
    bars = ax.barh(rows, [float(place.total) for place in places], color=ACTIVE)
    ax.bar_label(bars, [f"{place.total:,}" for place in places], padding=4)
    ax.set_yticks(rows, [f"{place.rank}  {plain(place.user_id)}" for place in places])
    ax.invert_yaxis()
    ax.set_xticks([])
    bare(ax)
    return ax
