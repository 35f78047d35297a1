"""The area under the curve, and how far chance alone may move it: one pass, no random numbers.

Source: N. A. Obuchowski, "Nonparametric analysis of clustered ROC curve data", Biometrics 53
(1997): a user's rows are one cluster, whose influence on the area is summed, and then squared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from mainstay.columnar.crew import in_order
from mainstay.columnar.keys import Longs, Mask
from mainstay.columnar.sums import Floats
from mainstay.evidence.snapshots import Rows, Values

__all__ = ["Area", "Comparison", "Interval", "levels"]

#: 95 % of a normal distribution lie within so many standard deviations.
_WITHIN = NormalDist().inv_cdf(0.975)
#: Whole numbers are counted, not sorted, if there are at most so many a row.
_SPARSE = 4


@attrs.frozen
class Interval:
    """A figure, and the 95 % interval that it lies in.

    Attributes:
        auc: An area under the curve, 0 to 1, or a difference of two, -1 to 1.
        low: Where the interval begins.
        high: Where it ends.

    Examples:
        >>> Interval(0.81, low=0.79, high=0.83).to_dict()
        {'auc': 0.81, 'low': 0.79, 'high': 0.83}
    """

    auc: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float]:
        """Return plain data."""
        return {"auc": self.auc, "low": self.low, "high": self.high}


@attrs.frozen
class Area:
    """How many pairs of a return and a non-return a measure has in order, and each user's part.

    Attributes:
        pairs: How many pairs are compared.
        ordered: How many of them the measure has in order; ties count half.
        users: How many users have rows.
        beaten: How many rows of the other kind each user's rows are in order with.
        met: How many rows of the other kind they are compared with.
    """

    pairs: float
    ordered: float
    users: int
    beaten: Floats
    met: Floats

    @property
    def auc(self) -> float:
        """The share of pairs in order."""
        return self.ordered / self.pairs

    @property
    def influence(self) -> Floats:
        """What each user moves the area by."""
        return (self.beaten - self.auc * self.met) / self.pairs

    def interval(self) -> Interval:
        """Return the area with its interval, which does not leave 0 to 1."""
        return _interval(self.auc, self.influence, self.users, least=0.0)

    def less(self, other: Area) -> Interval:
        """Return by how much the area is greater than another of the same rows."""
        influence = self.influence - other.influence
        return _interval(self.auc - other.auc, influence, self.users, least=-1.0)


def _interval(auc: float, influence: Floats, users: int, *, least: float) -> Interval:
    variance = users / (users - 1) * float(np.square(influence).sum())
    off = _WITHIN * math.sqrt(variance)
    return Interval(auc, max(auc - off, least), min(auc + off, 1.0))


class Comparison:
    """Which rows are compared with which: those of a date with one another, or all with all.

    Args:
        parts: The rows, a date a part.
        users: How many users the histories have.
        pooled: Whether all are compared with all.
    """

    def __init__(self, parts: Sequence[Rows], users: int, *, pooled: bool = False) -> None:
        self._parts, self._all, self._pooled = parts, users, pooled
        self._owners = np.concatenate([rows.users for rows in parts])
        self._returned = self._grouped([rows.returned for rows in parts])
        self.users: int = int(np.count_nonzero(np.bincount(self._owners, minlength=users)))
        counts = [(np.count_nonzero(one), np.count_nonzero(~one)) for one in self._returned]
        self.pairs: float = float(sum(returns * others for returns, others in counts))
        met = [
            np.where(one, others, returns)
            for one, (returns, others) in zip(self._returned, counts, strict=True)
        ]
        self._met = self._by_user(met)

    def areas(self) -> dict[str, Area]:
        """Return the areas of all measures; there must be pairs."""
        names = [*self._parts[0].values]
        return dict(zip(names, in_order(self._area, names), strict=True))

    def _area(self, name: str) -> Area:
        values = self._grouped([rows.values[name] for rows in self._parts])
        each = zip(values, self._returned, strict=True)
        beaten = [_beaten(levels(value), returned) for value, returned in each]
        ordered = sum(
            float(one[returned].sum()) for one, returned in zip(beaten, self._returned, strict=True)
        )
        return Area(self.pairs, ordered, self.users, self._by_user(beaten), self._met)

    def _grouped(self, each: list[NDArray[Any]]) -> list[NDArray[Any]]:
        return [np.concatenate(each)] if self._pooled else each

    def _by_user(self, each: list[NDArray[Any]]) -> Floats:
        weights = np.concatenate(each).astype(np.float64)
        return np.asarray(np.bincount(self._owners, weights, self._all), np.float64)


def levels(values: Values) -> Longs:
    """Return whole numbers from 0 on that are in the order of the values, equal where these are."""
    if values.dtype.kind == "i" and len(values):
        low, high = int(values.min()), int(values.max())
        if high - low < _SPARSE * len(values):
            return values.astype(np.int64) - low
    _, found = np.unique(values, return_inverse=True)
    return found.reshape(-1)


def _beaten(found: Longs, returned: Mask) -> Floats:
    """Return with how many rows of the other kind each is in order; ties count half."""
    most = int(found.max()) + 1
    returns = np.bincount(found[returned], minlength=most)
    others = np.bincount(found[~returned], minlength=most)
    below = np.cumsum(others) - others + others / 2
    above = returns.sum() - np.cumsum(returns) + returns / 2
    return np.where(returned, below.take(found), above.take(found))
