"""What every result has: whole points, and the reason for each of its parts."""

from __future__ import annotations

import math
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay import _html
from mainstay._schemas import schema

__all__ = ["Explanation", "headline"]


@schema("explanation/1")
@attrs.frozen
class Explanation:
    """Why one part of a result is what it is.

    Attributes:
        component: The part's name, such as ``base`` or ``streak``.
        points: What the part gives: the points of a score, 0 to ``maximum``; without a maximum,
            any number, such as a streak's days or a vouch's weight.
        maximum: The most that it could give, at most 100; ``None`` where nothing limits it.
        text: A sentence for the user.

    Raises:
        InvalidValueError: A number is out of its range, or ``component`` is empty.
        InvalidTypeError: A field is of another type.

    Examples:
        >>> from mainstay import historical_score
        >>> streak, posts, quality = historical_score(streak=14, posts=50).explain()
        >>> f"{streak.component}: {streak.points:.0f} of {streak.maximum:.0f}"
        'streak: 20 of 40'
        >>> print(streak.text)
        You reached your daily goal 14 days in a row.
    """

    component: str = attrs.field(validator=checks.each(checks.text))
    points: float
    maximum: float | None = attrs.field(
        validator=checks.optional(partial(checks.number, low=0, high=100))
    )
    text: str = attrs.field(validator=checks.each(partial(checks.instance, kind=str)))

    def _repr_html_(self) -> str:
        return _html.reasons([self])

    def __attrs_post_init__(self) -> None:
        least = -math.inf if self.maximum is None else 0
        points = checks.number("points", self.points, least, self.maximum)
        object.__setattr__(self, "points", points)


def headline(total: float) -> int:
    """Return a total rounded to 6 decimals, then half up.

    Examples:
        >>> headline(44.5), headline(44.4999994)
        (45, 44)
    """
    return math.floor(round(total, 6) + 0.5)
