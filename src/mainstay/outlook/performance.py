"""What became of content: how many outlooks were viewed, used and liked."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from mainstay import _checks as checks
from mainstay._reprs import of_policy
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError
from mainstay.outlook.dicts import ContentCountsDict
from mainstay.outlook.review_policy import Metric

__all__ = ["ContentCounts"]

#: The ratings that there are, the worst first.
_STARS = range(1, 6)
_count = checks.each(checks.count)


def _ratings(values: Iterable[int]) -> tuple[int, ...]:
    several = enumerate(checks.iterable("ratings", values))
    counts = tuple(checks.count(f"ratings[{n}]", value) for n, value in several)
    if len(counts) != len(_STARS):
        raise InvalidValueError(
            "must be five counts",
            field="ratings",
            value=counts,
            remedy="Say how many gave 1, 2, 3, 4 and 5.",
        )
    return counts


@schema("content-counts/1")
@attrs.frozen
class ContentCounts:
    """What became of some outlooks, such as a template's in a week.

    Two of different outlooks are added to that of both, in any order. A rate without a
    denominator is ``None``, not 0.

    Attributes:
        total: How many outlooks there were.
        viewed: How many of them were viewed.
        engaged: In how many of those viewed the user did something.
        completed: How many of those viewed were read, or done, to the end.
        ratings: How many of those viewed were rated 1, 2, 3, 4 and 5.

    Raises:
        InvalidValueError: A count is negative, or larger than what it is a part of.

    Examples:
        >>> counts = ContentCounts(total=200, viewed=80, engaged=40, ratings=[0, 0, 1, 0, 3])
        >>> counts.view_rate, counts.engagement_rate, counts.average_rating
        (0.4, 0.5, 4.5)
    """

    total: int = attrs.field(default=0, validator=_count)
    viewed: int = attrs.field(default=0, validator=_count)
    engaged: int = attrs.field(default=0, validator=_count)
    completed: int = attrs.field(default=0, validator=_count)
    ratings: tuple[int, ...] = attrs.field(default=(0,) * len(_STARS), converter=_ratings)

    def __repr__(self) -> str:
        return of_policy(self)

    def __attrs_post_init__(self) -> None:
        _require_within("viewed", self.viewed, "total", self.total)
        for field in ("engaged", "completed"):
            _require_within(field, getattr(self, field), "viewed", self.viewed)
        _require_within("the sum of ratings", sum(self.ratings), "viewed", self.viewed)

    def __add__(self, other: ContentCounts) -> ContentCounts:
        """Return the counts of both."""
        if not isinstance(other, ContentCounts):
            return NotImplemented
        return ContentCounts(
            self.total + other.total,
            self.viewed + other.viewed,
            self.engaged + other.engaged,
            self.completed + other.completed,
            map(sum, zip(self.ratings, other.ratings, strict=True)),
        )

    def of(self, metric: Metric | str) -> tuple[int, int]:
        """Return the successes of a metric, and out of how many.

        Raises:
            InvalidValueError: There is no such metric.

        Examples:
            >>> ContentCounts(200, 80, 40).of("engagement_rate")
            (40, 80)
        """
        parts = {
            Metric.VIEW_RATE: (self.viewed, self.total),
            Metric.ENGAGEMENT_RATE: (self.engaged, self.viewed),
            Metric.COMPLETION_RATE: (self.completed, self.viewed),
        }
        return parts[checks.member("metric", metric, Metric)]

    @property
    def view_rate(self) -> float | None:
        """How many were viewed, of all: 0 to 1."""
        return _rate(self.viewed, self.total)

    @property
    def engagement_rate(self) -> float | None:
        """In how many the user did something, of those viewed: 0 to 1."""
        return _rate(self.engaged, self.viewed)

    @property
    def completion_rate(self) -> float | None:
        """How many were read, or done, to the end, of those viewed: 0 to 1."""
        return _rate(self.completed, self.viewed)

    @property
    def average_rating(self) -> float | None:
        """The average of the ratings given: 1 to 5."""
        stars = sum(star * count for star, count in zip(_STARS, self.ratings, strict=True))
        return _rate(stars, sum(self.ratings))

    def to_dict(self) -> ContentCountsDict:
        """Return the rates and the distribution of ratings as plain data."""
        return {
            "total_outlooks": self.total,
            "view_rate": self.view_rate,
            "engagement_rate": self.engagement_rate,
            "completion_rate": self.completion_rate,
            "average_rating": self.average_rating,
            "ratings": {str(star): count for star, count in zip(_STARS, self.ratings, strict=True)},
        }


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _require_within(field: str, part: int, whole_field: str, whole: int) -> None:
    if part > whole:
        raise InvalidValueError(
            f"must not be above {whole_field}, {whole}",
            field=field,
            value=part,
            remedy=f"It is a part of {whole_field}.",
        )
