"""The page about evidence: whether the score says who comes back, in pictures and words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from matplotlib import rc_context
from matplotlib.axes import Axes

from mainstay import _checks as checks
from mainstay._reprs import percent
from mainstay.evidence import Bin, Evidence, Figure, Interval
from mainstay.evidence.phrases import NAMES
from mainstay.notebook.evidence_plots import (
    curves_shown,
    plot_calibration,
    plot_lift,
    plot_measures,
    plot_roc,
)
from mainstay.notebook.reports.pages import Report, drawn, rendered
from mainstay.notebook.reports.svg import STYLE, figure_of, svg_of

__all__ = ["report_evidence"]

#: In inches: so wide that a telephone shows all of it, and its words can be read.
_WIDTH = 5.5
#: What the page is filled with.
Part: TypeAlias = dict[str, object]

_LIMITS = """\
Prediction is not cause: to push somebody to one more active day does not make them stay. Only a \
trial with two groups can tell that.
The question is one of 28 days. Who is there in a year, or pays, is another.
Only what left an event here is seen: days, and not what somebody did on them, or whether they \
liked it. Who went elsewhere looks like who stopped.
Once points are shown, people act on them, and the same points may come to mean less.
Each interval holds 95 %. Of twenty comparisons without any difference, one looks like one.
""".splitlines()
_AWAY = """\
Users who had been away for all of the {:,} days before a date are not looked at there: whether \
they ever come back is another question."""

_COLUMNS = (
    "measure",
    "AUC",
    "95 %",
    "to the year's",
    "95 % of that",
    "verdict",
    "pooled",
    "is",
)
_ON_CURVES = """\
A cut at any number of points finds some of those who come back, and some of those who do not. The \
further a curve is from the dotted line, the fewer of the others it takes to find as many."""
_ON_TENURE = """\
Of somebody who has just come, a score has little to go by. The areas are those of users who had \
been there equally long at one date."""


def report_evidence(
    evidence: Evidence, *, title: str = "Does the score say who comes back?"
) -> Report:
    """Return a page about evidence, for people who would rather look than read.

    It has the areas of all measures, curves, calibration, lift, and what is known by how long users
    have been there; each picture has its numbers as a table, and a sentence that says what it
    means.

    Args:
        evidence: What :func:`mainstay.evidence.evidence` has found.
        title: The page's heading.

    Examples:
        >>> from datetime import date, timedelta
        >>> import pyarrow as pa
        >>> from mainstay.evidence import evidence
        >>> rows = [  # every other user comes once a week for a year, the others for nine days
        ...     (n, date(2024, 1, 1) + timedelta(days=day)) for n in range(240)
        ...     for day in (range(n % 7, 364, 7) if n % 2 else range(n, n + 9, 2))
        ... ]
        >>> users, days = zip(*rows)
        >>> page = report_evidence(evidence(pa.table({"user_id": users, "started_at": days})))
        >>> "The year score predicts better than the 28-day score: .994 to .595." in page.html
        True
    """
    sentences = {one.component: one.text for one in evidence.explanations}
    return rendered(
        "evidence.html",
        title=checks.text("title", title),
        first=evidence.first_day,
        last=evidence.last_day,
        asked=_asked(evidence),
        verdict=sentences["year"],
        compared=_verdicts(evidence),
        tiles=[*_tiles(evidence)],
        warnings=evidence.warnings,
        parts=[part(evidence) for part in (_measures, _curves, _calibration, _lift, _tenures)],
        limits=[*_LIMITS, _AWAY.format(evidence.population)],
    )


def _asked(found: Evidence) -> str:
    return (
        f"At each of {len(found.dates):,} dates, 28 days apart, users are looked at who were "
        f"active in the {found.population:,} days before: did they come back within the 28 days "
        "after? Nothing that is compared knows of what came after the date."
    )


def _verdicts(found: Evidence) -> str:
    """Say of how many measures the year score is ahead, and which are not behind."""
    others = [name for name in found.measures if name != "year"]
    level, better = (
        [name for name in others if found.verdict(name) == verdict]
        for verdict in ("level", "better")
    )
    behind = len(others) - len(level) - len(better)
    ahead = f"{behind} of" if level or better else "all"
    said = [f"It predicts better than {ahead} {len(others)} others"]
    said += [f"level with it: {', '.join(level)}"] if level else []
    said += [f"better: {', '.join(better)}"] if better else []
    return f"{'; '.join(said)}."


def _tiles(found: Evidence) -> Iterator[Part]:
    own = found.measures["year"].within
    yield {"number": f"{own.auc:.3f}", "words": "area under the year score's curve; 0.5 is chance"}
    yield {"number": f"{found.users:,}", "words": "different users"}
    yield {"number": f"{len(found.dates):,}", "words": "dates, 28 days apart"}
    yield {"number": f"{found.pairs:,}", "words": "pairs of a user and a date"}
    yield {"number": percent(found.rate, 0), "words": "of the pairs came back"}


def _measures(found: Evidence) -> Part:
    words = [one.text for one in found.explanations if one.component.startswith("year - ")]
    return {
        "name": "measures",
        "heading": "Which measure knows best",
        "words": [],
        "sentences": words,
        "picture": _picture(
            lambda ax: plot_measures(found, ax=ax), 0.8 + 0.3 * len(found.measures), "measures"
        ),
        "caption": "Of one who came back and one who did not, at one date, how often the first has "
        "more: with intervals of 95 %. The green line is the year score. What is better, or level, "
        "says so.",
        "table": "Areas under the curve",
        "columns": _COLUMNS,
        "rows": [_row(found, name, one) for name, one in found.measures.items()],
    }


def _row(found: Evidence, name: str, one: Figure) -> Sequence[str]:
    own = (name, f"{one.within.auc:.3f}", _between(one.within))
    pooled, meaning = f"{one.pooled.auc:.3f}", NAMES.get(name, "")
    if name == "year":
        return (*own, "", "", "", pooled, meaning)
    less = found.difference(name).within
    turned = Interval(-less.auc, -less.high, -less.low)
    compared = (f"{turned.auc:+.3f}", _between(turned, "+"), found.verdict(name))
    return (*own, *compared, pooled, meaning)


def _between(one: Interval, sign: str = "") -> str:
    return f"{one.low:{sign}.3f} to {one.high:{sign}.3f}"


def _curves(found: Evidence) -> Part:
    names = curves_shown(found)
    return {
        "name": "curves",
        "heading": "Curves",
        "words": [_ON_CURVES],
        "picture": _picture(lambda ax: plot_roc(found, ax=ax), 4.6, "curves"),
        "caption": "At each cut, the share of those who stayed away, and of those who came back, "
        "above it.",
        "table": "Shares above each cut of the year score",
        "columns": ("stayed away", "came back"),
        "rows": [(percent(away), percent(back)) for away, back in found.curves[names[0]]],
    }


def _calibration(found: Evidence) -> Part:
    own = found.calibration.own
    pairs = zip(found.calibration.deciles, found.calibration.shipped.expected, strict=True)
    fitted = [""] * len(found.calibration.deciles)
    if own is not None:
        fitted = [percent(chance) for chance in own.expected]
    return {
        "name": "calibration",
        "heading": "Do points mean a probability",
        "words": [_said(found, "calibration")],
        "picture": _picture(lambda ax: plot_calibration(found, ax=ax), 4.6, "calibration"),
        "caption": "What the probabilities say, and what came of them, on the later half of the "
        "dates. On the dotted line they are right.",
        "table": "Probabilities, and what came of them",
        "columns": ("points", "pairs", "as shipped", "fitted", "came back"),
        "rows": [
            (_span(one), f"{one.rows:,}", percent(chance), own_chance, percent(one.rate))
            for (one, chance), own_chance in zip(pairs, fitted, strict=True)
        ],
    }


def _lift(found: Evidence) -> Part:
    lift = found.lift["year"]
    return {
        "name": "lift",
        "heading": "Who comes back, by points",
        "words": [_said(found, "lift")],
        "picture": _picture(lambda ax: plot_lift(found, ax=ax), 3.2, "lift"),
        "caption": "The pairs by their year score, in tenths: how many of each came back. The line "
        "is the share of all.",
        "table": "Returns by tenths of the year score",
        "columns": ("points", "pairs", "came back", "share", "lift"),
        "rows": [
            (
                _span(one),
                f"{one.rows:,}",
                f"{one.returned:,}",
                percent(one.rate),
                f"{lift.of(one):.2f}",
            )
            for one in lift.deciles
        ],
    }


def _tenures(found: Evidence) -> Part:
    names = curves_shown(found)
    return {
        "name": "tenure",
        "heading": "By how long users have been there",
        "words": [_ON_TENURE],
        "picture": "",
        "caption": "",
        "table": "Areas under the curve by the days since a user's first event",
        "columns": ("there for", "users", "pairs", "came back", *names),
        "rows": [
            (
                name.replace("_", " "),
                f"{one.users:,}",
                f"{one.pairs:,}",
                "–" if one.rate is None else percent(one.rate),
                *(f"{one.areas[of].auc:.3f}" if of in one.areas else "–" for of in names),
            )
            for name, one in found.tenure.items()
        ],
    }


def _said(found: Evidence, component: str) -> str:
    return next(one.text for one in found.explanations if one.component == component)


def _span(one: Bin) -> str:
    return f"{one.low:.1f} to {one.high:.1f}"


def _picture(draw: Callable[[Axes], object], height: float, name: str) -> object:
    with rc_context(STYLE):
        figure, ax = figure_of(height, _WIDTH)
        draw(ax)
        return drawn(svg_of(figure, name))
