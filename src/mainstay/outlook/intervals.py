"""Intervals for a rate, and for the difference of two, that also hold where counts are small."""

from __future__ import annotations

import math
from statistics import NormalDist

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError

__all__ = ["newcombe", "newcombe_within", "wilson"]


def wilson(successes: float, n: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval of a rate: all p with (p̂ − p)² ≤ z²·p·(1 − p) / n.

    p̂ is ``successes / n``, and z the normal quantile that leaves half of 1 − confidence above it.

    Args:
        successes: How many of ``n``, 0 to ``n``; effective sizes need not be whole.
        n: Out of how many, above 0.
        confidence: How often such an interval holds the rate, between 0 and 1, both excluded.

    Returns:
        The lower and the upper bound, within 0 to 1: exactly 0 without a success, and exactly 1
        without a failure. p̂ lies between them.

    Raises:
        InvalidValueError: A number is out of its range.

    Source: E. B. Wilson, Journal of the American Statistical Association 22 (1927) 209.

    Examples:
        >>> low, high = wilson(8, 100)
        >>> f"{low:.6f} {high:.6f}"
        '0.041093 0.149981'
    """
    z = _z(confidence)
    return _wilson(*_counted("", successes, n), z)


def newcombe(
    successes: float,
    n: float,
    other_successes: float,
    other_n: float,
    *,
    confidence: float = 0.95,
) -> tuple[float, float]:
    """Return Newcombe's interval of a difference: successes / n − other_successes / other_n.

    It is his method 10, from two Wilson intervals l₁ to u₁ and l₂ to u₂ without correction for
    continuity: d − √((p₁ − l₁)² + (u₂ − p₂)²) to d + √((u₁ − p₁)² + (p₂ − l₂)²), d being p₁ − p₂.

    Args:
        successes: How many of ``n``, 0 to ``n``; effective sizes need not be whole.
        n: Out of how many, above 0.
        other_successes: How many of ``other_n``.
        other_n: Out of how many on the other side, above 0.
        confidence: How often such an interval holds the difference, between 0 and 1, both
            excluded.

    Returns:
        The lower and the upper bound, within −1 to 1.

    Raises:
        InvalidValueError: A number is out of its range.

    Source: R. G. Newcombe, Statistics in Medicine 17 (1998) 873.

    Examples:
        >>> low, high = newcombe(56, 70, 48, 80)
        >>> f"{low:.4f} {high:.4f}"
        '0.0524 0.3339'
    """
    z = _z(confidence)
    mine = _counted("", successes, n)
    return newcombe_within(*mine, *_counted("other_", other_successes, other_n), z)


def newcombe_within(
    successes: float, n: float, other_successes: float, other_n: float, z: float
) -> tuple[float, float]:
    """Return Newcombe's interval of numbers that have been checked, z standard errors wide."""
    rate, other = successes / n, other_successes / other_n
    low, high = _wilson(successes, n, z)
    other_low, other_high = _wilson(other_successes, other_n, z)
    below = math.hypot(rate - low, other_high - other)
    above = math.hypot(high - rate, other - other_low)
    return max(-1.0, rate - other - below), min(1.0, rate - other + above)


def _wilson(successes: float, n: float, z: float) -> tuple[float, float]:
    """Return both bounds: the upper is what the failures' lower bound leaves."""
    low, high = _least(successes, n, z), 1 - _least(n - successes, n, z)
    return low, max(successes / n, high)  # rounding may put it a trifle too low


def _least(successes: float, n: float, z: float) -> float:
    """Return the lower bound, as a quotient that nothing cancels in: 0 without a success."""
    if not successes:
        return 0.0  # also where z is 0
    root = z * math.sqrt(z * z / 4 + successes * ((n - successes) / n))
    return (successes / n) * (successes / (successes + z * z / 2 + root))


def _z(confidence: float) -> float:
    """Return the normal quantile that leaves half of what confidence leaves above it."""
    within = checks.number("confidence", confidence, 0, 1, remedy="Give 0.95 for 95 %.")
    if not 0 < within < 1:
        raise InvalidValueError(
            "must be above 0 and below 1",
            field="confidence",
            value=confidence,
            remedy="Give 0.95 for 95 %.",
        )
    return -NormalDist().inv_cdf((1 - within) / 2)


def _counted(prefix: str, successes: float, n: float) -> tuple[float, float]:
    """Return how many of how many, checked; the fields' names begin with a prefix."""
    whole = checks.number(f"{prefix}n", n, 0)
    if not whole:
        raise InvalidValueError(
            "must be above 0",
            field=f"{prefix}n",
            value=n,
            remedy="Without a denominator there is no rate.",
        )
    return checks.number(f"{prefix}successes", successes, 0, whole), whole
