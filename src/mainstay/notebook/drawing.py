"""What pictures share: where they are drawn, and how little frame they have."""

from __future__ import annotations

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

__all__ = ["axes_of", "bare", "framed", "plain"]


def axes_of(ax: Axes | None, *, width: float, height: float) -> Axes:
    """Return where to draw: a new figure, if nowhere else."""
    return plt.subplots(figsize=(width, height), layout="constrained")[1] if ax is None else ax


def plain(text: str) -> str:
    """Return a text that is not taken for a formula."""
    return text.replace("$", r"\$")


def bare(ax: Axes) -> None:
    """Leave out the frame, and the ticks' marks."""
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def framed(ax: Axes) -> None:
    """Leave the frame's left and bottom sides alone."""
    ax.spines[["top", "right"]].set_visible(False)
