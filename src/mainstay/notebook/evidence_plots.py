"""Pictures of evidence: which measure knows best, curves, calibration, and lift."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes

from mainstay._reprs import percent
from mainstay.evidence import Bin, Evidence
from mainstay.notebook.colours import ACTIVE, MEASURES, OTHER, QUIET
from mainstay.notebook.drawing import axes_of, framed, plain

__all__ = ["curves_shown", "plot_calibration", "plot_lift", "plot_measures", "plot_roc"]

_HALF = 0.5
#: Curves are told apart by their lines, too, for whom colours do not tell.
_STYLES = ("-", "--", "-.", (0, (6, 1, 1, 1, 1, 1)))


def plot_measures(evidence: Evidence, *, ax: Axes | None = None) -> Axes:
    """Draw the areas under the curves of all measures within dates, with their intervals.

    The line is the year score's area; dots are at .5, which is chance. The intervals of differences
    are narrower than those of areas, so measures may differ although their lines overlap: what is
    better or level is written next to the names, and what is better is a diamond.

    Args:
        evidence: What :func:`mainstay.evidence.evidence` has found.
        ax: Where to draw; a new figure without it.

    Examples:
        >>> from datetime import date, timedelta
        >>> import pyarrow as pa
        >>> from mainstay.evidence import evidence
        >>> rows = [  # every other user comes once a week for a year, the others for nine days
        ...     (n, date(2024, 1, 1) + timedelta(days=day)) for n in range(240)
        ...     for day in (range(n % 7, 364, 7) if n % 2 else range(n, n + 9, 2))
        ... ]
        >>> users, days = zip(*rows)
        >>> ax = plot_measures(evidence(pa.table({"user_id": users, "started_at": days})))
        >>> [label.get_text() for label in ax.get_yticklabels()][:4]
        ['year', 'v1', 'ewma', 'rfm (level)']
    """
    names = [*evidence.measures]
    ax = axes_of(ax, width=7, height=0.9 + 0.35 * len(names))
    ax.axvline(_HALF, color=QUIET, linewidth=1, linestyle=":")
    ax.axvline(evidence.measures["year"].within.auc, color=MEASURES["year"], linewidth=1)
    for row, name in enumerate(names):
        found, colour = evidence.measures[name].within, MEASURES.get(name, QUIET)
        ax.plot([found.low, found.high], [row, row], color=colour, linewidth=4, alpha=0.5)
        ax.plot([found.auc], [row], "D" if _is_better(evidence, name) else "o", color=colour)
    ax.set_yticks(range(len(names)), [_named(evidence, name) for name in names])
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("area under the curve; 0.5 is chance")
    framed(ax)
    return ax


def _is_better(evidence: Evidence, name: str) -> bool:
    return name != "year" and evidence.verdict(name) == "better"


def _named(evidence: Evidence, name: str) -> str:
    """Return a measure's name, with what it is to the year score unless that is worse."""
    verdict = "worse" if name == "year" else evidence.verdict(name)
    return plain(name if verdict == "worse" else f"{name} ({verdict})")


def plot_roc(
    evidence: Evidence, *, measures: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw curves: of those who come back, and of the others, how many are above each cut.

    All rows are compared with all, so the areas under these curves are the pooled ones.

    Args:
        evidence: What :func:`mainstay.evidence.evidence` has found.
        measures: Which; by default the scores, Loop's average, and the best of the others.
        ax: Where to draw; a new figure without it.

    Examples:
        >>> from datetime import date, timedelta
        >>> import pyarrow as pa
        >>> from mainstay.evidence import evidence
        >>> rows = [  # every other user comes once a week for a year, the others for nine days
        ...     (n, date(2024, 1, 1) + timedelta(days=day)) for n in range(240)
        ...     for day in (range(n % 7, 364, 7) if n % 2 else range(n, n + 9, 2))
        ... ]
        >>> users, days = zip(*rows)
        >>> ax = plot_roc(evidence(pa.table({"user_id": users, "started_at": days})))
        >>> [text.get_text() for text in ax.get_legend().get_texts()]
        ['year', 'v1', 'ewma', 'rfm']
    """
    ax = axes_of(ax, width=5, height=4.2)
    ax.plot([0, 1], [0, 1], color=QUIET, linewidth=1, linestyle=":")
    names = curves_shown(evidence) if measures is None else measures
    for name, style in zip(names, cycle(_STYLES)):
        away, back = np.array(evidence.curves[name]).T
        colour = MEASURES.get(name, OTHER)
        ax.plot(away, back, color=colour, linestyle=style, label=plain(name))
    ax.set(xlabel="share of those who stayed away", ylabel="share of those who came back")
    ax.legend(loc="lower right", frameon=False)
    framed(ax)
    return ax


def curves_shown(evidence: Evidence) -> list[str]:
    """Return the measures whose curves are drawn: three, and the best of the others."""
    others = (name for name in evidence.measures if name not in MEASURES)
    best = max(others, key=lambda name: evidence.measures[name].within.auc)
    return [*MEASURES, best]


def plot_calibration(evidence: Evidence, *, ax: Axes | None = None) -> Axes:
    """Draw how many came back of those of whom a curve says so many do, on the later dates.

    On the diagonal, probabilities are what they say. Dots are tenths of the rows by their points.

    Args:
        evidence: What :func:`mainstay.evidence.evidence` has found.
        ax: Where to draw; a new figure without it.

    Examples:
        >>> from datetime import date, timedelta
        >>> import pyarrow as pa
        >>> from mainstay.evidence import evidence
        >>> rows = [  # every other user comes once a week for a year, the others for nine days
        ...     (n, date(2024, 1, 1) + timedelta(days=day)) for n in range(240)
        ...     for day in (range(n % 7, 364, 7) if n % 2 else range(n, n + 9, 2))
        ... ]
        >>> users, days = zip(*rows)
        >>> ax = plot_calibration(evidence(pa.table({"user_id": users, "started_at": days})))
        >>> [text.get_text() for text in ax.get_legend().get_texts()]
        ['as shipped', 'fitted on your earlier dates']
    """
    ax = axes_of(ax, width=5, height=4.2)
    ax.plot([0, 1], [0, 1], color=QUIET, linewidth=1, linestyle=":")
    found = evidence.calibration
    shares = [one.rate for one in found.deciles]
    ax.plot(found.shipped.expected, shares, "o-", color=MEASURES["v1"], label="as shipped")
    if found.own is not None:
        label = "fitted on your earlier dates"
        ax.plot(found.own.expected, shares, "s-", color=MEASURES["ewma"], label=label)
    ax.set(xlabel="probability to come back", ylabel="share that came back")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.legend(loc="upper left", frameon=False)
    framed(ax)
    return ax


def plot_lift(evidence: Evidence, *, measure: str = "year", ax: Axes | None = None) -> Axes:
    """Draw how many came back of each tenth of the rows by a score, and of all.

    Args:
        evidence: What :func:`mainstay.evidence.evidence` has found.
        measure: The score: ``year``, or ``v1``.
        ax: Where to draw; a new figure without it.

    Examples:
        >>> from datetime import date, timedelta
        >>> import pyarrow as pa
        >>> from mainstay.evidence import evidence
        >>> rows = [  # every other user comes once a week for a year, the others for nine days
        ...     (n, date(2024, 1, 1) + timedelta(days=day)) for n in range(240)
        ...     for day in (range(n % 7, 364, 7) if n % 2 else range(n, n + 9, 2))
        ... ]
        >>> users, days = zip(*rows)
        >>> ax = plot_lift(evidence(pa.table({"user_id": users, "started_at": days})))
        >>> ax.get_xlabel()
        'points, the fewest on the left'
    """
    found = evidence.lift[measure]
    ax = axes_of(ax, width=7, height=3.2)
    places = range(len(found.deciles))
    bars = ax.bar(places, [one.rate for one in found.deciles], color=ACTIVE)
    shares = [percent(one.rate, 0) for one in found.deciles]
    ax.bar_label(bars, shares, padding=2, fontsize="small")
    ax.tick_params(axis="x", labelsize="small")
    ax.axhline(found.rate, color="#d55e00", linewidth=2, label=f"all: {percent(found.rate, 0)}")
    ax.set_xticks(places, [_span(one) for one in found.deciles])
    ax.set(xlabel="points, the fewest on the left", ylabel="share that came back", ylim=(0, 1.1))
    ax.legend(loc="upper left", frameon=False)
    framed(ax)
    return ax


def _span(one: Bin) -> str:
    low, high = f"{one.low:.0f}", f"{one.high:.0f}"
    return low if low == high else f"{low}–{high}"
