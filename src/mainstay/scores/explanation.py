"""The reason for one part of a score."""

from __future__ import annotations

import attrs

__all__ = ["Explanation"]


@attrs.frozen
class Explanation:
    """Why one part of a score is what it is.

    Attributes:
        component: The part's name, such as ``base`` or ``streak``.
        points: What the part gives.
        maximum: The most it could give.
        text: A sentence for the user.
    """

    component: str
    points: float
    maximum: float
    text: str
