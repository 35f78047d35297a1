"""The reason for one part of a score."""

from __future__ import annotations

from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._schemas import schema

__all__ = ["Explanation"]


@schema("explanation/1")
@attrs.frozen
class Explanation:
    """Why one part of a score is what it is.

    Attributes:
        component: The part's name, such as ``base`` or ``streak``.
        points: What the part gives, 0 to ``maximum``.
        maximum: The most it could give, at most 100.
        text: A sentence for the user.

    Raises:
        InvalidValueError: A number is out of its range, or ``component`` is empty.
        InvalidTypeError: A field is of another type.
    """

    component: str = attrs.field(validator=checks.each(checks.text))
    points: float
    maximum: float = attrs.field(validator=checks.each(partial(checks.number, low=0, high=100)))
    text: str = attrs.field(validator=checks.each(partial(checks.instance, kind=str)))

    def __attrs_post_init__(self) -> None:
        points = checks.number("points", self.points, 0, self.maximum)
        object.__setattr__(self, "points", points)
