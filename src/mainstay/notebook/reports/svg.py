"""Pictures as elements of a page: SVG whose text is text, in the colours of the page around it."""

from __future__ import annotations

import io
import re
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

__all__ = ["STYLE", "figure_of", "svg_of"]

#: What stands for the page's own colour of text until the picture is in the page.
_INK = "#010203"
#: How pictures of pages are drawn.
STYLE: Any = {
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


def figure_of(height: float, width: float = 9) -> tuple[Figure, Axes]:
    """Return a figure, by default as wide as a page, and where to draw on it."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def svg_of(figure: Figure, name: str) -> str:
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
