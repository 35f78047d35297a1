"""Rows in bins of about one size, in the order of their values, and how many came back of each."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

from mainstay.columnar.keys import Longs, Mask
from mainstay.evidence.intervals import levels
from mainstay.evidence.snapshots import Values

__all__ = ["Bin", "bins", "cuts"]

#: How many bins there are where no values are equal.
BINS = 10


@attrs.frozen
class Bin:
    """Rows of similar values.

    Attributes:
        low: The least value.
        high: The greatest.
        rows: How many rows there are.
        returned: How many of them came back.

    Examples:
        >>> Bin(low=20, high=27, rows=400, returned=100).rate
        0.25
    """

    low: float
    high: float
    rows: int
    returned: int

    @property
    def rate(self) -> float:
        """The share that came back."""
        return self.returned / self.rows

    def to_dict(self) -> dict[str, float]:
        """Return plain data."""
        return {
            "low": self.low,
            "high": self.high,
            "pairs": self.rows,
            "returned": self.returned,
            "rate": self.rate,
        }


def bins(values: Values, returned: Mask) -> tuple[Bin, ...]:
    """Return rows in at most ten bins, the lowest values first; equal values are in one."""
    found = levels(values)
    rows, back = np.bincount(found), np.bincount(found, returned)
    least = np.zeros(len(rows))
    least[found] = values
    there = np.flatnonzero(rows)
    rows, back, least = rows[there], back[there], least[there]
    return tuple(
        Bin(
            float(least[start]),
            float(least[stop - 1]),
            int(rows[start:stop].sum()),
            int(back[start:stop].sum()),
        )
        for start, stop in cuts(rows)
    )


def cuts(rows: Longs) -> Iterator[tuple[int, int]]:
    """Yield where bins begin and end among values, given how many rows have each value.

    A bin ends at that value at which the rows so far are nearest to the tenths of all.
    """
    ends = np.cumsum(rows)
    wanted = ends[-1] * np.arange(1, BINS) / BINS
    after = np.searchsorted(ends, wanted)
    before = np.maximum(after - 1, 0)
    nearest = np.where(wanted - ends[before] < ends[after] - wanted, before, after)
    stops = np.unique([*(nearest + 1), len(rows)])
    yield from zip([0, *stops[:-1].tolist()], stops.tolist(), strict=True)
