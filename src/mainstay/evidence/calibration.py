"""Whether points mean what they say: of users with so many, how many come back."""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs
import numpy as np

from mainstay.columnar.keys import Longs
from mainstay.columnar.sums import Floats
from mainstay.evidence.bins import Bin, bins
from mainstay.evidence.snapshots import Rows

__all__ = ["SHIPPED", "Calibration", "Curve", "Judged", "calibration_of"]

_MOST_POINTS = 100
#: Newton's method doubles its digits at each step: more than enough.
_STEPS = 100
_CLOSE = 1e-12


@attrs.frozen
class Curve:
    """The probability to come back within 28 days: 1 / (1 + exp(intercept − slope · points)).

    Attributes:
        intercept: What speaks against it without any points.
        slope: What each point speaks for it.

    Examples:
        >>> [round(SHIPPED.probability(points), 2) for points in (10, 30, 50)]
        [0.08, 0.5, 0.92]
    """

    intercept: float
    slope: float

    def probability(self, points: float) -> float:
        """Return the probability of somebody with so many points."""
        off = self.intercept - self.slope * points
        return 1 / (1 + math.exp(off)) if off < 700 else 0.0

    def to_dict(self) -> dict[str, float]:
        """Return plain data."""
        return {"intercept": self.intercept, "slope": self.slope}


#: What 26 public histories came to.
SHIPPED = Curve(3.6, 0.12)


@attrs.frozen
class Judged:
    """A curve, and how far off it is on rows that it was not fitted on.

    Attributes:
        curve: The curve.
        brier: The mean square of what it is off by: 0 at best, ¼ for saying ½ of all.
        error: The expected calibration error: by how much the share that came back differs from
            the mean probability, averaged over the bins by their rows.
        expected: The mean probability in each bin.

    Examples:
        >>> Judged(SHIPPED, brier=0.11, error=0.046, expected=(0.1, 0.9)).to_dict()["brier"]
        0.11
    """

    curve: Curve
    brier: float
    error: float
    expected: tuple[float, ...]

    def to_dict(self) -> dict[str, object]:
        """Return plain data."""
        return {
            **self.curve.to_dict(),
            "brier": self.brier,
            "expected_calibration_error": self.error,
            "expected": [*self.expected],
        }


@attrs.frozen
class Calibration:
    """What year points say of coming back, judged on the later dates.

    Attributes:
        deciles: The later rows by their points, in bins of about one size.
        shipped: The curve that mainstay ships.
        own: The curve that fits the earlier dates best; none where nothing fits them.

    Examples:
        >>> judged = Judged(SHIPPED, brier=0.11, error=0.046, expected=(0.1,))
        >>> found = Calibration((Bin(10, 12, rows=100, returned=9),), judged, own=None)
        >>> [(one.low, one.high, one.rate) for one in found.deciles]
        [(10, 12, 0.09)]
    """

    deciles: tuple[Bin, ...]
    shipped: Judged
    own: Judged | None

    def to_dict(self) -> dict[str, object]:
        """Return plain data."""
        return {
            "deciles": [one.to_dict() for one in self.deciles],
            "shipped": self.shipped.to_dict(),
            "own": None if self.own is None else self.own.to_dict(),
        }


def calibration_of(parts: Sequence[Rows]) -> Calibration:
    """Return how well curves are calibrated on the later dates.

    Args:
        parts: The rows, a date a part, the oldest first; the earlier half (rounded down) is fitted.
    """
    earlier, later = parts[: len(parts) // 2], parts[len(parts) // 2 :]
    points = np.concatenate([rows.points for rows in later])
    returned = np.concatenate([rows.returned for rows in later])
    deciles, counts = bins(points, returned), _counts(later)
    fitted = fit(*_counts(earlier))
    return Calibration(
        deciles,
        _judged(SHIPPED, deciles, *counts),
        None if fitted is None else _judged(fitted, deciles, *counts),
    )


def _counts(parts: Sequence[Rows]) -> tuple[Longs, Longs]:
    """Return how many rows have each number of points, and how many of these came back."""
    rows, returns = np.zeros((2, _MOST_POINTS + 1), np.int64)
    for part in parts:
        rows += np.bincount(part.points, minlength=_MOST_POINTS + 1)
        returns += np.bincount(part.points[part.returned], minlength=_MOST_POINTS + 1)
    return rows, returns


def _judged(curve: Curve, deciles: Sequence[Bin], rows: Longs, returns: Longs) -> Judged:
    chances = np.array([curve.probability(points) for points in range(_MOST_POINTS + 1)])
    off = returns * (1 - chances) ** 2 + (rows - returns) * chances**2
    expected = [_mean(chances, rows, one) for one in deciles]
    error = sum(
        one.rows * abs(one.rate - mean) for one, mean in zip(deciles, expected, strict=True)
    )
    count = int(rows.sum())
    return Judged(curve, math.fsum(off) / count, error / count, tuple(expected))


def _mean(chances: Floats, rows: Longs, one: Bin) -> float:
    """Return the mean probability of a bin's rows."""
    among = slice(int(one.low), int(one.high) + 1)
    return float(np.average(chances[among], weights=rows[among]))


def fit(rows: Longs, returns: Longs) -> Curve | None:
    """Return the logistic curve of the greatest likelihood, by Newton's method, if there is one.

    There is none where points alone tell who came back, or all did, or nobody. Elsewhere a step
    that would lessen the likelihood is halved, so that it is found.
    """
    if not _overlap(np.flatnonzero(returns), np.flatnonzero(rows - returns)):
        return None
    points = np.arange(_MOST_POINTS + 1) / _MOST_POINTS
    found: Floats = np.zeros(2)
    for _ in range(_STEPS):
        step = _step(found, points, rows, returns)
        least = _loss(found, points, rows, returns)
        while _loss(found + step, points, rows, returns) > least:
            step /= 2
        found = found + step
        if np.abs(step).max() <= _CLOSE * np.abs(found).max():
            break
    intercept, slope = found.tolist()
    return Curve(-intercept, slope / _MOST_POINTS)


def _overlap(back: Longs, away: Longs) -> bool:
    """Say whether neither kind's points are all at least as many as the other's."""
    if not len(back) or not len(away):
        return False
    return bool(back.min() < away.max() and away.min() < back.max())


def _loss(found: Floats, points: Floats, rows: Longs, returns: Longs) -> float:
    """Return the likelihood's logarithm, negative, of an intercept and a slope."""
    logits = found[0] + found[1] * points
    return float((rows * np.logaddexp(0, logits) - returns * logits).sum())


def _step(found: Floats, points: Floats, rows: Longs, returns: Longs) -> Floats:
    """Return Newton's step from an intercept and a slope."""
    chances = (1 + np.tanh((found[0] + found[1] * points) / 2)) / 2
    weights, off = rows * chances * (1 - chances), returns - rows * chances
    a, b, c = weights.sum(), (weights * points).sum(), (weights * points**2).sum()
    u, v = off.sum(), (off * points).sum()
    step: Floats = np.array([c * u - b * v, a * v - b * u]) / (a * c - b * b)
    return step
