"""Who comes back of whom: by tenths of a score, and by how long users have been there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs
import numpy as np

from mainstay.columnar.keys import Mask
from mainstay.evidence.bins import Bin, bins
from mainstay.evidence.intervals import Comparison, Interval
from mainstay.evidence.snapshots import Rows

__all__ = ["Lift", "Tenure", "lift_of", "tenures_of"]

#: How long users have been there, from so many days to fewer than so many.
TENURES = {
    "under_28_days": (0, 28),
    "under_a_year": (28, 365),
    "a_year_or_more": (365, 1 << 22),
}


@attrs.frozen
class Lift:
    """How many more came back of those whom a score has high than of all.

    Attributes:
        rate: The share of all rows that came back.
        deciles: The rows by their total, in bins of about one size, the lowest first.

    Examples:
        >>> low, high = Bin(5, 20, rows=100, returned=10), Bin(21, 90, rows=100, returned=60)
        >>> [one["lift"] for one in Lift(0.25, (low, high)).to_dict()["deciles"]]
        [0.4, 2.4]
    """

    rate: float
    deciles: tuple[Bin, ...]

    def of(self, one: Bin) -> float:
        """Return by how many times more of a bin's rows came back than of all."""
        return one.rate / self.rate

    def to_dict(self) -> dict[str, object]:
        """Return plain data."""
        return {
            "rate": self.rate,
            "deciles": [one.to_dict() | {"lift": self.of(one)} for one in self.deciles],
        }


def lift_of(parts: Sequence[Rows], measure: str) -> Lift:
    """Return the lift of a measure; somebody must have come back."""
    returned = np.concatenate([rows.returned for rows in parts])
    values = np.concatenate([rows.values[measure] for rows in parts])
    return Lift(float(returned.mean()), bins(values, returned))


@attrs.frozen
class Tenure:
    """The rows of users who have been there for some time.

    Attributes:
        users: How many different users.
        pairs: How many rows.
        returned: How many of them came back.
        areas: Each measure's area within dates; empty where no date has a return and a non-return.

    Examples:
        >>> new = Tenure(300, 400, 80, {"year": Interval(0.71, 0.66, 0.76)})
        >>> new.rate, new.to_dict()["measures"]["year"]["auc"]
        (0.2, 0.71)
    """

    users: int
    pairs: int
    returned: int
    areas: dict[str, Interval]

    @property
    def rate(self) -> float | None:
        """The share of rows that came back; ``None`` without rows."""
        return self.returned / self.pairs if self.pairs else None

    def to_dict(self) -> dict[str, object]:
        """Return plain data."""
        return {
            "users": self.users,
            "pairs": self.pairs,
            "returned": self.returned,
            "rate": self.rate,
            "measures": {name: area.to_dict() for name, area in self.areas.items()},
        }


def tenures_of(parts: Sequence[Rows], users: int) -> dict[str, Tenure]:
    """Return the rows by how many days before their date users were first active."""
    return {
        name: _tenure([*_among(parts, low, high)], users) for name, (low, high) in TENURES.items()
    }


def _among(parts: Sequence[Rows], low: int, high: int) -> Iterator[Rows]:
    for rows in parts:
        there = (rows.tenure >= low) & (rows.tenure < high)
        if there.any():
            yield _some(rows, there)


def _some(rows: Rows, there: Mask) -> Rows:
    return attrs.evolve(
        rows,
        users=rows.users[there],
        returned=rows.returned[there],
        tenure=rows.tenure[there],
        points=rows.points[there],
        values={name: value[there] for name, value in rows.values.items()},
    )


def _tenure(parts: Sequence[Rows], users: int) -> Tenure:
    if not parts:
        return Tenure(0, 0, 0, {})
    compared = Comparison(parts, users)
    areas = compared.areas() if compared.pairs else {}
    returned = sum(int(rows.returned.sum()) for rows in parts)
    intervals = {name: area.interval() for name, area in areas.items()}
    return Tenure(compared.users, sum(map(len, parts)), returned, intervals)
