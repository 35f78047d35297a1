"""The historical score: what somebody has built up, whatever today brought."""

from __future__ import annotations

from datetime import date
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._reprs import shown
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError
from mainstay.explanation import Explanation
from mainstay.scores.engagement.dicts import EngagementPartsDict, HistoricalScoreDict
from mainstay.scores.engagement.phrases import ENGLISH, EngagementPhrasebook
from mainstay.scores.engagement.policy import DEFAULT_POLICY, EngagementBreakdown, EngagementPolicy
from mainstay.scores.engagement.recent import RecentPosts
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
    "with_prior",
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
        rated: How many posts were rated; ``None`` if that does not matter.
        prior_ratings: How many ratings were added to these.
        prior_quality: The quality that was added.
        recent: What the posts count as if older ones count less; ``None`` if all count the same.

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
    rated: int | None = attrs.field(default=None, validator=checks.optional(checks.count))
    prior_ratings: float = attrs.field(
        default=0.0, validator=checks.each(partial(checks.number, low=0, high=1e9))
    )
    prior_quality: float = attrs.field(
        default=0.0, validator=checks.each(partial(checks.number, low=0, high=10))
    )
    recent: RecentPosts | None = attrs.field(
        default=None, validator=checks.optional(partial(checks.instance, kind=RecentPosts))
    )

    def __attrs_post_init__(self) -> None:
        check_rated(self.posts, self.average_quality)
        _check_known(self)
        parts = checks.instance("breakdown", self.breakdown, EngagementBreakdown)
        most = checks.instance("maxima", self.maxima, EngagementBreakdown)
        if not most.total > _ALL:
            raise InvalidValueError("must add up to 100", field="maxima", value=most)
        if (
            parts.streak > (most.streak if self.streak else 0)
            or not self._is_of_posts(parts.posts, most.posts)
            or parts.quality != quality_points(self.judged_quality, most.quality)
        ):
            raise InvalidValueError(
                f"must be what a streak of {self.streak}, {self.posts} posts and an average of "
                f"{self.average_quality} give of {most}",
                field="breakdown",
                value=parts,
            )

    def _is_of_posts(self, points: float, most: float) -> bool:
        """Return whether points can be those of the posts."""
        if self.recent is None:
            return points <= (most if self.posts else 0)
        return points == most * _saturated(self.recent.total, self.recent.posts_half)

    @property
    def judged_quality(self) -> float | None:
        """The average quality with the prior, which gives the points; without one it is as it is.

        Examples:
            >>> policy = EngagementPolicy(prior_ratings=4, prior_quality=5)
            >>> once = historical_score(
            ...     streak=0, posts=1, average_quality=10, rated=1, policy=policy
            ... )
            >>> once.judged_quality, once.breakdown.quality  # (1 * 10 + 4 * 5) / (1 + 4)
            (6.0, 18.0)
        """
        return with_prior(self.average_quality, self.rated, self.prior_ratings, self.prior_quality)

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

    def idle_on(self, day: date) -> HistoricalScore:
        """Return the score of the same posts and quality on a later day, without a streak."""
        idle = self.without_streak()
        if self.recent is None:
            return idle
        recent = self.recent.on(day)
        points = self.maxima.posts * _saturated(recent.total, recent.posts_half)
        parts = attrs.evolve(idle.breakdown, posts=points)
        return attrs.evolve(idle, breakdown=parts, recent=recent)

    def explain(self, phrases: EngagementPhrasebook = ENGLISH) -> tuple[Explanation, ...]:
        """Return one explanation a part; their points add up to ``total`` exactly."""
        points, maxima = self.breakdown, self.maxima
        return (
            Explanation("streak", points.streak, maxima.streak, phrases.streak(self.streak)),
            Explanation("posts", points.posts, maxima.posts, self._of_posts(phrases)),
            Explanation("quality", points.quality, maxima.quality, self._of_quality(phrases)),
        )

    def _of_posts(self, phrases: EngagementPhrasebook) -> str:
        recent = self.recent
        if recent is None:
            return phrases.posts(self.posts)
        return phrases.recent_posts(self.posts, recent.total, recent.half_life)

    def _of_quality(self, phrases: EngagementPhrasebook) -> str:
        average, judged = self.average_quality, self.judged_quality
        if average is None or judged is None or not self.prior_ratings:
            return phrases.quality(average)
        return phrases.judged_quality(average, self.rated or 0, judged)

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
            "recent_posts": None if self.recent is None else self.recent.total,
            "judged_quality": self.judged_quality,
        }


def _check_known(score: HistoricalScore) -> None:
    """Refuse a prior without the number of ratings, and one of recent posts without posts."""
    if score.average_quality is not None and score.prior_ratings and not score.rated:
        raise InvalidValueError(
            "must be given, and be at least 1: a prior weighs by the number of ratings",
            field="rated",
            value=score.rated,
            remedy="Say how many posts were rated, or leave prior_ratings at 0.",
        )
    if score.recent is not None and not score.posts:
        raise InvalidValueError("must not be without posts", field="recent", value=score.recent)


def parts_of(score: HistoricalScore) -> EngagementPartsDict:
    """Return the points of a score's parts as plain data."""
    parts = score.breakdown
    return {"streak": parts.streak, "posts": parts.posts, "quality": parts.quality}


def historical_score(
    *,
    streak: int,
    posts: int,
    average_quality: float | None = None,
    rated: int | None = None,
    recent: RecentPosts | None = None,
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
        rated: How many posts were rated: needed by a policy with a prior. Its quality is then
            (Σ + m · c) / (n + m), of n ratings with the sum Σ and m prior ratings of quality c.
        recent: What the posts count as, needed by a policy with a half-life; ``None`` without
            posts. It takes the place of p.
        policy: The numbers, if not the standard ones.

    Raises:
        InvalidValueError: A number is negative or out of its range, there is an average without
            posts, or what the policy needs is not given.

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
    rated = None if rated is None else checks.count("rated", rated)
    prior = (policy.prior_ratings, policy.prior_quality) if policy.prior_ratings else (0.0, 0.0)
    quality = with_prior(average_quality, rated, *prior)
    counted = posts if policy.half_life is None else _counted(posts, recent, policy)
    breakdown = EngagementBreakdown(*score_parts(streak, counted, quality, policy))
    known = (streak, posts, average_quality, breakdown, policy.maxima)
    given = recent if policy.half_life is not None else None
    return HistoricalScore(*known, rated if policy.prior_ratings else None, *prior, given)


def _counted(posts: int, recent: RecentPosts | None, policy: EngagementPolicy) -> float:
    """Return what posts count as; what is given must be by this policy."""
    wanted = (policy.half_life, policy.posts_half) if posts else None
    if (None if recent is None else (recent.half_life, recent.posts_half)) != wanted:
        raise InvalidValueError(
            f"must be what the posts count as with a half-life of {policy.half_life} days",
            field="recent",
            value=recent,
            remedy="RecentPosts.of(...) makes it of the posts by day; None without posts.",
        )
    return 0.0 if recent is None else recent.total


def with_prior(
    average_quality: float | None, rated: int | None, ratings: float, quality: float
) -> float | None:
    """Return an average quality with so many more ratings of another quality.

    Examples:
        >>> with_prior(10, 1, 4, 5), with_prior(10, 1, 0, 5), with_prior(None, 0, 4, 5)
        (6.0, 10, None)
    """
    if average_quality is None or not ratings or not rated:
        return average_quality
    return min(10.0, (average_quality * rated + ratings * quality) / (rated + ratings))


def score_parts(
    streak: int, posts: float, average_quality: float | None, policy: EngagementPolicy
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


def _saturated(count: float, half: float) -> float:
    """Return count / (count + half), in a form that rounding keeps non-decreasing in count."""
    return 1 / (1 + half / count) if count else 0.0
