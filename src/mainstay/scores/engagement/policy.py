"""What a day needs, and every number that shapes the historical score."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property, partial

import attrs

from mainstay import _checks as checks
from mainstay._reprs import of_policy
from mainstay._schemas import schema
from mainstay.activity.counts import Counts, count_each
from mainstay.errors import InvalidValueError

__all__ = ["DEFAULT_POLICY", "DailyCriteria", "EngagementBreakdown", "EngagementPolicy"]


def _minimums(value: Mapping[str, int]) -> Counts:
    minimums = Counts(count_each("minimums", value))
    for kind, minimum in minimums.items():
        checks.integer(f"minimums[{kind!r}]", minimum, 1)
    if not minimums:
        raise InvalidValueError(
            "must name at least one kind of activity",
            field="minimums",
            value=value,
            remedy="A day that needs nothing would always be met.",
        )
    return minimums


@schema("daily-criteria/1")
@attrs.frozen
class DailyCriteria:
    """What somebody has to do on a day for it to count: so much of each kind, or more.

    Raises:
        InvalidValueError: No kind is named, or a minimum is below 1.

    Examples:
        >>> DailyCriteria().met({"post": 2, "like": 9, "comment": 5})
        True
        >>> DailyCriteria({"commit": 1}).met({"review": 3})
        False
    """

    #: The least of each kind; all others don't matter.
    minimums: Counts = attrs.field(
        default=Counts({"post": 2, "like": 5, "comment": 5}), converter=_minimums
    )

    def __repr__(self) -> str:
        return of_policy(self)

    def met(self, counts: Mapping[str, int]) -> bool:
        """Return whether a day's counts reach every minimum; a kind that is not there is 0."""
        counted = counts if isinstance(counts, Counts) else Counts(counts)
        return counted.reach(self.minimums)


@attrs.frozen
class EngagementBreakdown:
    """The three parts of a historical score, in points.

    Raises:
        InvalidValueError: A part, or all together, are not within 0 to 100.

    Examples:
        >>> from mainstay import historical_score
        >>> parts = historical_score(streak=14, posts=50).breakdown
        >>> parts.streak, parts.posts, parts.quality, parts.total
        (20.0, 15.0, 0.0, 35.0)
    """

    streak: float
    posts: float
    quality: float

    def __attrs_post_init__(self) -> None:
        streak, posts, quality = self.streak, self.posts, self.quality
        if not type(streak) is type(posts) is type(quality) is float or not (
            streak >= 0 <= posts and quality >= 0 and self.total <= 100
        ):  # asked at once, since there are many
            checks.points(self, ("streak", "posts", "quality"))

    @property
    def total(self) -> float:
        """The parts' exact sum, rounded once (``math.fsum``)."""
        return math.fsum((self.streak, self.posts, self.quality))


_weight = checks.each(partial(checks.number, low=0, high=1e9))
_half = checks.each(partial(checks.number, low=1e-9))


@schema("engagement-policy/1")
@attrs.frozen(kw_only=True)
class EngagementPolicy:
    """Every number that shapes daily engagement.

    Raises:
        InvalidValueError: A number is out of its range, or all weights are 0.

    Examples:
        >>> EngagementPolicy(streak_weight=1, posts_weight=1, quality_weight=2).maxima
        EngagementBreakdown(streak=25.0, posts=25.0, quality=50.0)
    """

    #: What a day needs.
    criteria: DailyCriteria = attrs.field(
        default=DailyCriteria(),
        validator=checks.each(partial(checks.instance, kind=DailyCriteria)),
    )
    #: How much the streak weighs, most of all: keeping at it is what is to be recognised.
    streak_weight: float = attrs.field(default=0.4, validator=_weight)
    #: How much the number of posts weighs.
    posts_weight: float = attrs.field(default=0.3, validator=_weight)
    #: How much the posts' average quality weighs.
    quality_weight: float = attrs.field(default=0.3, validator=_weight)
    #: The streak, in days, that gives half of its points: two weeks.
    streak_half: float = attrs.field(default=14.0, validator=_half)
    #: The lifetime posts that give half of their points.
    posts_half: float = attrs.field(default=50.0, validator=_half)
    #: How many of those who missed a day are picked for it.
    top_inactive_users: int = attrs.field(default=5, validator=checks.each(checks.count))

    def __attrs_post_init__(self) -> None:
        if not any(weights := self._weights):
            raise InvalidValueError(
                "must not all be 0",
                field="streak_weight + posts_weight + quality_weight",
                value=weights,
                remedy="Give at least one part a weight.",
            )

    def __repr__(self) -> str:
        return of_policy(self)

    def same_when_idle(self, other: EngagementPolicy) -> bool:
        """Return whether an idle day without a streak comes to the same by another policy.

        Examples:
            >>> EngagementPolicy().same_when_idle(EngagementPolicy(streak_half=7))
            True
            >>> EngagementPolicy().same_when_idle(EngagementPolicy(posts_half=100))
            False
        """
        return self.posts_half == other.posts_half and self.maxima == other.maxima

    @property
    def _weights(self) -> tuple[float, float, float]:
        return self.streak_weight, self.posts_weight, self.quality_weight

    @cached_property
    def maxima(self) -> EngagementBreakdown:
        """The most that each part can give: 100 · weight / the weights' sum, 100 in all."""
        whole = math.fsum(self._weights)
        parts = [100 * weight / whole for weight in self._weights]
        while math.fsum(parts) > 100:  # by the last bit, through rounding
            largest = parts.index(max(parts))
            parts[largest] = math.nextafter(parts[largest], 0)
        return EngagementBreakdown(*parts)


DEFAULT_POLICY = EngagementPolicy()
