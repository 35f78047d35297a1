"""What a day needs, and every number that shapes the historical score."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property, partial

import attrs

from mainstay import _checks as checks
from mainstay._reprs import of_policy
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError
from mainstay.scores.engagement.criteria import Criteria, DailyCriteria, as_criteria

__all__ = ["DEFAULT_POLICY", "EngagementBreakdown", "EngagementPolicy", "PickPolicy"]


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


#: Of no kind.
_NOTHING: Mapping[str, int] = {}

_weight = checks.each(partial(checks.number, low=0, high=1e9))
_half = checks.each(partial(checks.number, low=1e-9))
#: Candidates and events are kept for longer than that, so that a late run knows them.
_YEAR = 366
_span = partial(checks.integer, high=_YEAR)


def _rest_weekdays(value: Iterable[int]) -> frozenset[int]:
    weekdays = checks.weekdays("rest_weekdays", value)
    if len(weekdays) == 7:
        raise InvalidValueError(
            "must leave a weekday on which something is expected",
            field="rest_weekdays",
            value=sorted(weekdays),
        )
    return weekdays


def _excused(value: Iterable[date]) -> frozenset[date]:
    return frozenset(checks.days("excused", value))


def _excused_kinds(value: Iterable[str]) -> frozenset[str]:
    return checks.texts("excused_kinds", value)


def _exclude(value: Iterable[str]) -> frozenset[str]:
    return checks.texts("exclude", value, what="user ids")


@schema("pick-policy/1")
@attrs.frozen(kw_only=True)
class PickPolicy:
    """Who of those who missed a day can be picked, apart from their score.

    Raises:
        InvalidValueError: A number is out of its range.

    Examples:
        >>> PickPolicy(cooldown=30, active_within=90, exclude={"bot"}).cooldown
        30
    """

    #: On how many days after a pick a user is not picked, unless too few others remain.
    cooldown: int = attrs.field(default=0, validator=checks.each(partial(_span, low=0)))
    #: Only users with an event on one of so many days, which end on the day; ``None`` for all.
    active_within: int | None = attrs.field(
        default=None, validator=checks.optional(partial(_span, low=1))
    )
    #: Users who are never picked.
    exclude: frozenset[str] = attrs.field(default=frozenset(), converter=_exclude)
    #: Whether ties go to another user each day, by the SHA-256 of day and user id.
    ties_by_day: bool = attrs.field(
        default=False, validator=checks.each(partial(checks.instance, kind=bool))
    )

    def __repr__(self) -> str:
        return of_policy(self)


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
    criteria: Criteria = attrs.field(default=DailyCriteria(), validator=checks.each(as_criteria))
    #: Weekdays, Monday = 0, that neither lengthen nor end a streak and have no candidates.
    rest_weekdays: frozenset[int] = attrs.field(default=frozenset(), converter=_rest_weekdays)
    #: Dates that are so for everybody.
    excused: frozenset[date] = attrs.field(default=frozenset(), converter=_excused)
    #: Kinds of events, such as ``vacation``, that make their day so for the user.
    excused_kinds: frozenset[str] = attrs.field(default=frozenset(), converter=_excused_kinds)
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
    #: After how many days a post counts half; ``None`` if it always counts as one.
    half_life: float | None = attrs.field(
        default=None, validator=checks.optional(partial(checks.number, low=1, high=1e6))
    )
    #: How many ratings of ``prior_quality`` are added to a user's own, so that few say little.
    prior_ratings: float = attrs.field(
        default=0.0, validator=checks.each(partial(checks.number, low=0, high=1e9))
    )
    #: The quality that is to be expected of somebody of whom nothing is known, 0 to 10.
    prior_quality: float = attrs.field(
        default=5.0, validator=checks.each(partial(checks.number, low=0, high=10))
    )
    #: How many of those who missed a day are picked for it.
    top_inactive_users: int = attrs.field(default=5, validator=checks.each(checks.count))
    #: Who of them can be picked, apart from their score.
    pick: PickPolicy = attrs.field(
        default=PickPolicy(), validator=checks.each(partial(checks.instance, kind=PickPolicy))
    )

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
        return self._idle == other._idle

    @property
    def _idle(self) -> tuple[object, ...]:
        prior = (self.prior_ratings, self.prior_quality) if self.prior_ratings else None
        return self.posts_half, self.maxima, self.half_life, prior

    def rests_on(self, day: date, counts: Mapping[str, int] = _NOTHING) -> bool:
        """Return whether nothing is expected on a day, on which so much of some kinds happened.

        Examples:
            >>> policy = EngagementPolicy(rest_weekdays={5, 6}, excused_kinds={"vacation"})
            >>> friday, saturday = date(2024, 5, 3), date(2024, 5, 4)
            >>> policy.rests_on(friday), policy.rests_on(saturday)
            (False, True)
            >>> policy.rests_on(friday, {"vacation": 1}), policy.rests_on(friday, {"vacation": 0})
            (True, False)
        """
        excused = any(counts.get(kind) for kind in self.excused_kinds)
        return excused or day in self.excused or day.weekday() in self.rest_weekdays

    @cached_property
    def is_simple(self) -> bool:
        """Whether days are judged by counts, and scores made of totals, alone."""
        rests = self.rest_weekdays or self.excused or self.excused_kinds
        return (
            isinstance(self.criteria, DailyCriteria)
            and not rests
            and self.half_life is None
            and not self.prior_ratings
        )

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
