"""Curves: of how many who come back, and of how many others, a measure is above each cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from mainstay.evidence.intervals import levels
from mainstay.evidence.snapshots import Rows

__all__ = ["Roc", "roc_of"]

#: At each cut, the share of those who stayed away, and of those who came back, above it.
Roc: TypeAlias = tuple[tuple[float, float], ...]
#: More could not be seen in a picture.
_MOST = 50


def roc_of(parts: Sequence[Rows], measure: str) -> Roc:
    """Return a measure's curve over all rows together, from (0, 0) to (1, 1)."""
    returned = np.concatenate([rows.returned for rows in parts])
    found = levels(np.concatenate([rows.values[measure] for rows in parts]))
    each = (
        np.bincount(found[kind], minlength=int(found.max()) + 1) for kind in (~returned, returned)
    )
    away, back = (np.concatenate([[0], np.cumsum(count[::-1])]) for count in each)
    wanted = np.linspace(0, away[-1] + back[-1], _MOST + 1)
    cuts = np.unique(np.searchsorted(away + back, wanted))
    shares = zip(away[cuts] / away[-1], back[cuts] / back[-1], strict=True)
    return tuple((float(x), float(y)) for x, y in shares)
