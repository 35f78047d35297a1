"""The sum of columns, rounded once, as ``math.fsum`` has it."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Floats", "exact_sum"]

Floats: TypeAlias = NDArray[np.float64]


def exact_sum(a: Floats, b: Floats, c: Floats, d: Floats | None = None) -> Floats:
    """Return a + b + c + d, row by row, correctly rounded.

    It is fast where c + d is exact, as it is for whole numbers; elsewhere Python adds.

    Source: S. Boldo, G. Melquiond, "Emulation of a FMA and correctly rounded sums: proved
    algorithms using rounding to odd", IEEE Transactions on Computers 57 (2008), figure 8.

    Examples:
        >>> exact_sum(np.array([0.1]), np.array([0.2]), np.array([0.3]))[0], 0.1 + 0.2 + 0.3
        (np.float64(0.6), 0.6000000000000001)
    """
    rest, lost = (c, np.zeros(1)) if d is None else _two_sum(c, d)
    high, low = _two_sum(b, rest)
    total, error = _two_sum(a, high)
    total += _odd_sum(error, low)
    for row in np.flatnonzero(lost):
        total[row] = math.fsum(column[row] for column in (a, b, c, d) if column is not None)
    return total


def _two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return a sum and its rounding error."""
    total = a + b
    other = total - a
    return total, (a - (total - other)) + (b - other)


def _odd_sum(a: Floats, b: Floats) -> Floats:
    """Return a sum rounded to odd: inexact ones to the neighbour whose last bit is set."""
    total, error = _two_sum(a, b)
    even = (total.view(np.int64) & 1) == 0
    rows = np.flatnonzero((error != 0) & even)
    total[rows] = np.nextafter(total[rows], np.copysign(np.inf, error[rows]))
    return total
