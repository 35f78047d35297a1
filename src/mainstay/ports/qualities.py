"""Averages of qualities that do not depend on the order in which they were added up."""

from __future__ import annotations

__all__ = ["average_quality", "millionths"]

_MILLION = 1_000_000


def millionths(quality: float) -> int:
    """Return a quality in whole millionths, in which stores add qualities up.

    Examples:
        >>> millionths(7.25), millionths(1 / 3)
        (7250000, 333333)
    """
    return round(quality * _MILLION)


def average_quality(ratings: int, rated: int) -> float | None:
    """Return the average of some qualities, in whatever order they were added up.

    Args:
        ratings: The sum of the qualities, each rounded to whole millionths.
        rated: How many there are; without any, the average is ``None``.

    Examples:
        >>> average_quality(millionths(7.25) + millionths(8), 2)
        7.625
        >>> average_quality(0, 0) is None
        True
    """
    return ratings / rated / _MILLION if rated else None
