"""Points that fall with the days since: the steps that policies have."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TypeAlias

from mainstay import _checks as checks
from mainstay.errors import InvalidTypeError, InvalidValueError

__all__ = ["Steps", "points_after", "steps"]

#: (days, points): at most so many days since the last active day give so many points.
Steps: TypeAlias = tuple[tuple[int, float], ...]


def steps(field: str, value: Iterable[tuple[int, float]]) -> Steps:
    """Return the steps, or refuse those along which days don't rise or points don't fall."""
    try:
        pairs = tuple((days, points) for days, points in value)
    except (TypeError, ValueError) as error:
        raise InvalidTypeError(
            "must be pairs of (days, points)", field=field, value=value
        ) from error
    found = tuple(
        (checks.count(field, days), checks.number(field, points, 0, 100)) for days, points in pairs
    )
    if not found or any(
        later <= days or fewer > points for (days, points), (later, fewer) in pairwise(found)
    ):
        raise InvalidValueError("must have rising days, falling points", field=field, value=value)
    return found


def points_after(days: int | None, falling: Steps) -> float:
    """Return the points of the first step that so many days are within; none give none."""
    if days is not None:
        for limit, points in falling:
            if days <= limit:
                return float(points)
    return 0.0
