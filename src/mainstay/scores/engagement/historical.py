"""The historical score: what somebody has built up, whatever today brought."""

from __future__ import annotations

import attrs

from mainstay import _checks as checks
from mainstay._reprs import shown
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError
from mainstay.explanation import Explanation
from mainstay.scores.engagement.dicts import EngagementPartsDict, HistoricalScoreDict
from mainstay.scores.engagement.phrases import ENGLISH, EngagementPhrasebook
from mainstay.scores.engagement.policy import DEFAULT_POLICY, EngagementBreakdown, EngagementPolicy
from mainstay.scores.scored import Scored

__all__ = [
    "MOST",
    "HistoricalScore",
    "check_rated",
    "historical_score",
    "many",
    "parts_of",
    "rating",
    "score_parts",
]

#: Days and posts beyond this can't be a count of anything.
MOST = 10**15
#: Maxima add up to 100, apart from rounding.
_ALL = 100 - 1e-9


def many(field: str, value: object) -> int:
    """Return a number of days or of posts."""
    return checks.count(field, value, MOST)


def rating(field: str, value: object) -> float | None:
    """Return an average quality, or ``None``."""
    return None if value is None else checks.number(field, value, 0, 10)


def check_rated(posts: int, average_quality: float | None) -> None:
    """Refuse an average of nothing."""
    if average_quality is not None and not posts:
        raise InvalidValueError(
            "must not be given without posts",
            field="average_quality",
            value=average_quality,
            remedy="Pass None: without a post there is nothing to rate.",
        )


@schema("historical-score/1")
@attrs.frozen
class HistoricalScore(Scored):
    """A historical score with what it was computed from.

    Attributes:
        streak: The streak, in days, as it stood before the day.
        posts: The lifetime posts through the day.
        average_quality: Their average quality, 0 to 10; ``None`` without a rated post.
        breakdown: The parts, in points.
        maxima: The most that each part could give, 100 in all.

    Raises:
        InvalidValueError: A field is out of its range, a part is not what these numbers can give,
            or there is an average without posts.

    Examples:
        >>> score = historical_score(streak=28, posts=50, average_quality=8)
        >>> score.points, score.without_streak().points
        (66, 39)
        >>> print(score.explain()[2].text)
        Your posts are rated 8.0 of 10 on average.
    """

    streak: int = attrs.field(validator=checks.each(many))
    posts: int = attrs.field(validator=checks.each(many))
    average_quality: float | None = attrs.field(validator=checks.each(rating))
    breakdown: EngagementBreakdown
    maxima: EngagementBreakdown

    def __attrs_post_init__(self) -> None:
        check_rated(self.posts, self.average_quality)
        parts = checks.instance("breakdown", self.breakdown, EngagementBreakdown)
        most = checks.instance("maxima", self.maxima, EngagementBreakdown)
        if not most.total > _ALL:
            raise InvalidValueError("must add up to 100", field="maxima", value=most)
        if (
            parts.streak > (most.streak if self.streak else 0)
            or parts.posts > (most.posts if self.posts else 0)
            or parts.quality != quality_points(self.average_quality, most.quality)
        ):
            raise InvalidValueError(
                f"must be what a streak of {self.streak}, {self.posts} posts and an average of "
                f"{self.average_quality} give of {most}",
                field="breakdown",
                value=parts,
            )

    def __repr__(self) -> str:
        return shown(
            self,
            points=self.points,
            streak=self.streak,
            posts=self.posts,
            average_quality=self.average_quality,
            breakdown=self.breakdown,
        )

    def without_streak(self) -> HistoricalScore:
        """Return the score of the same posts and quality without a streak."""
        parts = attrs.evolve(self.breakdown, streak=0.0)
        return attrs.evolve(self, streak=0, breakdown=parts)

    def explain(self, phrases: EngagementPhrasebook = ENGLISH) -> tuple[Explanation, ...]:
        """Return one explanation a part; their points add up to ``total`` exactly."""
        points, maxima = self.breakdown, self.maxima
        return (
            Explanation("streak", points.streak, maxima.streak, phrases.streak(self.streak)),
            Explanation("posts", points.posts, maxima.posts, phrases.posts(self.posts)),
            Explanation(
                "quality", points.quality, maxima.quality, phrases.quality(self.average_quality)
            ),
        )

    @property
    def _heading(self) -> str:
        return f"Engagement: {self.points} of 100"

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        """What :meth:`explain` gives, in the standard words."""
        return self.explain()

    def to_dict(self) -> HistoricalScoreDict:
        """Return plain data for a JSON response."""
        return {
            "points": self.points,
            "total": self.total,
            "breakdown": parts_of(self),
            "explanations": [explanation.text for explanation in self.explanations],
            "streak": self.streak,
            "posts": self.posts,
            "average_quality": self.average_quality,
        }


def parts_of(score: HistoricalScore) -> EngagementPartsDict:
    """Return the points of a score's parts as plain data."""
    parts = score.breakdown
    return {"streak": parts.streak, "posts": parts.posts, "quality": parts.quality}


def historical_score(
    *,
    streak: int,
    posts: int,
    average_quality: float | None = None,
    policy: EngagementPolicy = DEFAULT_POLICY,
) -> HistoricalScore:
    """Return how engaged somebody has been over time, from 0 to 100 points.

    The score is 100 · (0.4·S + 0.3·P + 0.3·Q), where S = s / (s + 14) for a streak of s days,
    P = p / (p + 50) for p posts and Q = average quality / 10. It never falls when one of them
    grows.

    Args:
        streak: Days in a row that met the criteria.
        posts: Posts written in all.
        average_quality: How they were rated on average, 0 to 10; ``None`` if none was rated,
            which counts as 0.
        policy: The numbers, if not the standard ones.

    Raises:
        InvalidValueError: A number is negative or out of its range, or there is an average without
            posts.

    Examples:
        >>> score = historical_score(streak=14, posts=50, average_quality=10)
        >>> score.total, score.breakdown
        (65.0, EngagementBreakdown(streak=20.0, posts=15.0, quality=30.0))
        >>> print(score.explain()[0].text)
        You reached your daily goal 14 days in a row.
    """
    checks.instance("policy", policy, EngagementPolicy)
    streak, posts = many("streak", streak), many("posts", posts)
    average_quality = rating("average_quality", average_quality)
    breakdown = EngagementBreakdown(*score_parts(streak, posts, average_quality, policy))
    return HistoricalScore(streak, posts, average_quality, breakdown, policy.maxima)


def score_parts(
    streak: int, posts: int, average_quality: float | None, policy: EngagementPolicy
) -> tuple[float, float, float]:
    """Return the points for the streak, for the posts and for their quality."""
    maxima = policy.maxima
    return (
        maxima.streak * _saturated(streak, policy.streak_half),
        maxima.posts * _saturated(posts, policy.posts_half),
        quality_points(average_quality, maxima.quality),
    )


def quality_points(average_quality: float | None, most: float) -> float:
    """Return the points for an average quality of 0 to 10; none without one."""
    return most * (average_quality / 10) if average_quality is not None else 0.0


def _saturated(count: int, half: float) -> float:
    """Return count / (count + half), in a form that rounding keeps non-decreasing in count."""
    return 1 / (1 + half / count) if count else 0.0
