"""What points can be: whole numbers, exact in every language that reads JSON."""

from __future__ import annotations

from functools import partial

from mainstay import _checks as checks

__all__ = ["MOST_POINTS", "whole_points", "whole_sum"]

#: The most that a credit or a total can be, either way: beyond it, JSON and JavaScript don't count
#: in ones any more.
MOST_POINTS = 2**53 - 1

#: Return a whole number of points.
whole_points = partial(
    checks.integer,
    low=-MOST_POINTS,
    high=MOST_POINTS,
    remedy="Count in larger units: beyond that, JSON is not exact.",
)

#: Return a sum of points over a span of time, which may be beyond what totals over all time can be:
#: what was taken back later, or given before, is not in it.
whole_sum = partial(
    checks.integer,
    low=-(2**63),
    high=2**63 - 1,
    remedy="Count in larger units: databases count in 64 bits.",
)
