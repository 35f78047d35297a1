"""Posts that count less the older they are."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError

__all__ = ["RecentPosts", "decayed"]

_number = partial(checks.number, low=0, high=1e15)
_positive = checks.each(partial(checks.number, low=1e-9))


@schema("recent-posts/1")
@attrs.frozen
class RecentPosts:
    """What posts count as on a day if each counts half as much after some days.

    A post of *a* days ago counts 2^(-a / half_life). The sum is taken as of the day of the latest
    post, and decays as a whole from then on, so that it is the same whenever it is asked for.

    Attributes:
        half_life: After how many days a post counts half.
        posts_half: How many give half of the points for posts.
        last_day: The day of the latest post.
        weight: What all posts count as on that day.
        day: The day that is asked about, that one or a later one.

    Raises:
        InvalidValueError: A number is out of its range, or the day is before the latest post.

    Examples:
        >>> posts = [(date(2024, 5, 1), 2), (date(2024, 5, 8), 1)]
        >>> recent = RecentPosts.of(posts, day=date(2024, 5, 15), half_life=7, posts_half=50)
        >>> recent.weight, recent.total
        (2.0, 1.0)
    """

    half_life: float = attrs.field(validator=_positive)
    posts_half: float = attrs.field(validator=_positive)
    last_day: date = attrs.field(validator=checks.each(checks.day))
    weight: float = attrs.field(validator=checks.each(_number))
    day: date = attrs.field(validator=checks.each(checks.day))

    def __attrs_post_init__(self) -> None:
        if self.day < self.last_day:
            raise InvalidValueError(
                f"must not be before {self.last_day}, the day of the latest post",
                field="day",
                value=self.day,
            )

    @classmethod
    def of(
        cls, posts: Iterable[tuple[date, int]], *, day: date, half_life: float, posts_half: float
    ) -> RecentPosts | None:
        """Return what posts count as on a day; ``None`` if there are none by then.

        Args:
            posts: The number of posts by day; those after the day don't count.
            day: The day.
            half_life: After how many days a post counts half.
            posts_half: How many give half of the points for posts.
        """
        known = [(on, count) for on, count in posts if on <= day and count]
        if not known:
            return None
        last = max(on for on, _ in known)
        weight = math.fsum(count * decayed((last - on).days, half_life) for on, count in known)
        return cls(half_life, posts_half, last, weight, day)

    @property
    def total(self) -> float:
        """What the posts count as on the day."""
        return self.weight * decayed((self.day - self.last_day).days, self.half_life)

    def on(self, day: date) -> RecentPosts:
        """Return what the same posts count as on a later day."""
        return attrs.evolve(self, day=day)


def decayed(days: int, half_life: float) -> float:
    """Return what one post counts as after some days: 2^(-days / half_life)."""
    return float(2.0 ** (-days / half_life))
