"""The 28-day consistency score: how regularly somebody was active, explained point by point."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

import attrs

from mainstay import checks
from mainstay.activity import ActivityWindow, Session
from mainstay.errors import InvalidValueError
from mainstay.localdays import MIDNIGHT, Zone
from mainstay.scores.consistency_policy import DEFAULT_POLICY, Component, ConsistencyPolicy
from mainstay.scores.phrases import ENGLISH, Phrasebook
from mainstay.windowing import WindowBuilder

__all__ = [
    "ConsistencyScore",
    "Explanation",
    "ScoreBreakdown",
    "consistency_score",
    "score_sessions",
]


@attrs.frozen
class ScoreBreakdown:
    """The four parts of a consistency score, in points."""

    base: float
    distribution: float
    streak: float
    recency: float

    @property
    def total(self) -> float:
        """The parts' exact sum, rounded once (``math.fsum``)."""
        return math.fsum((self.base, self.distribution, self.streak, self.recency))

    def items(self) -> tuple[tuple[Component, float], ...]:
        """Return each part's name with its points."""
        return (
            ("base", self.base),
            ("distribution", self.distribution),
            ("streak", self.streak),
            ("recency", self.recency),
        )

    def __sub__(self, other: ScoreBreakdown) -> ScoreBreakdown:
        """Return the difference, part by part."""
        return ScoreBreakdown(
            self.base - other.base,
            self.distribution - other.distribution,
            self.streak - other.streak,
            self.recency - other.recency,
        )


@attrs.frozen
class Explanation:
    """Why one part of a score is what it is.

    Attributes:
        component: ``base``, ``distribution``, ``streak`` or ``recency``.
        points: What the part gives.
        maximum: The most it could give.
        text: A sentence for the user.
    """

    component: Component
    points: float
    maximum: float
    text: str


@attrs.frozen
class ConsistencyScore:
    """A consistency score with all that explains it.

    The texts are made each time they are read, so that scores nobody reads cost nothing.

    Attributes:
        window: The active days, as of today.
        breakdown: The four parts.
        member_since: The day the user joined, if it was given.
        policy: The numbers it was computed with.
        phrases: The words that explain it; they take no part in comparisons.
    """

    window: ActivityWindow
    breakdown: ScoreBreakdown
    member_since: date | None
    policy: ConsistencyPolicy = attrs.field(repr=False)
    phrases: Phrasebook = attrs.field(repr=False, eq=False)

    @property
    def total(self) -> float:
        """The sum of the parts, 0 to 100."""
        return self.breakdown.total

    @property
    def points(self) -> int:
        """The headline: ``total`` rounded to 6 decimals, then half up."""
        return math.floor(round(self.total, 6) + 0.5)

    @property
    def active_days(self) -> int:
        """Active days in the window."""
        return self.window.active_days

    @property
    def possible_days(self) -> int:
        """The days that the base divides by: 28, or fewer for a new user."""
        return _possible_days(self.window, self.member_since, self.policy)

    @property
    def current_streak(self) -> int:
        """Consecutive active days ending today, or yesterday while today has none yet."""
        return self.window.current_streak

    @property
    def days_since_active(self) -> int | None:
        """Days since the last active day, 0 for today; ``None`` without one in the window."""
        return self.window.days_since_active

    @property
    def last_active_day(self) -> date | None:
        """The last active day in the window, if there is one."""
        days = self.days_since_active
        return None if days is None else self.window.last_day - timedelta(days=days)

    @property
    def percentage(self) -> int:
        """Active days in percent of the possible ones, rounded half up."""
        return (200 * self.active_days + self.possible_days) // (2 * self.possible_days)

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        """One explanation a part; their points add up to ``total`` exactly (``math.fsum``)."""
        texts = {
            "base": self.phrases.base,
            "distribution": self.phrases.distribution,
            "streak": self.phrases.streak,
            "recency": self.phrases.recency,
        }
        return tuple(
            Explanation(part, points, self.policy.maximum(part), texts[part](self))
            for part, points in self.breakdown.items()
        )

    def to_dict(self) -> dict[str, object]:
        """Return plain data for a JSON response: ``score`` is the headline."""
        last = self.last_active_day
        return {
            "score": self.points,
            "total": self.total,
            "breakdown": attrs.asdict(self.breakdown),
            "explanations": [explanation.text for explanation in self.explanations],
            "active_days": self.active_days,
            "possible_days": self.possible_days,
            "current_streak": self.current_streak,
            "last_active_day": None if last is None else last.isoformat(),
            "today": self.window.last_day.isoformat(),
        }


def consistency_score(
    window: ActivityWindow,
    *,
    today: date | None = None,
    member_since: date | None = None,
    policy: ConsistencyPolicy = DEFAULT_POLICY,
    phrases: Phrasebook = ENGLISH,
) -> ConsistencyScore:
    """Return how consistent the activity in a window is, from 0 to 100 points.

    The score is the sum of four parts: *base* = 60 · active days / 28; *distribution* =
    25 · max(0, 1 - σ / 8.75), where σ is the population standard deviation of the gaps between
    neighbouring active days, from 3 active days on; *streak* = 2 · current streak, at most 10;
    *recency* = 5, 3, 1 or 0 for 0-1, 2-3, 4-7 or more days since the last active day.

    Args:
        window: The active days.
        today: The day to score on; the window's last day if that is later, or without it.
        member_since: The day a new user joined: the base then divides by the days since (or since
            the first active day in the window, if that is earlier), at least 7 and at most 28.
        policy: The numbers, if not the standard ones.
        phrases: The words, if not the English ones.

    Raises:
        InvalidValueError: ``member_since`` is after today, or the window's length is not the
            policy's.
        InvalidTypeError: A date is an instant.

    Examples:
        >>> from datetime import date
        >>> days = [date(2024, 5, day) for day in (1, 2, 5, 8, 9, 10, 15, 22, 28)]
        >>> score = consistency_score(ActivityWindow.from_days(days, last_day=date(2024, 5, 28)))
        >>> score.points, round(score.total, 6)
        (45, 44.906939)
        >>> print(score.explanations[0].text)
        You were active on 9 of the last 28 days (32 %).
    """
    if window.length != policy.window_days:
        raise InvalidValueError(
            f"must be the policy's {policy.window_days} days",
            field="window.length",
            value=window.length,
            remedy="Build the window with length=policy.window_days.",
        )
    if today is not None and checks.day("today", today) > window.last_day:
        window = window.advance(today)
    breakdown = ScoreBreakdown(
        window.active_days / _possible_days(window, member_since, policy) * policy.base_points,
        _distribution(window.bits, policy),
        _streak(window.current_streak, policy),
        _recency(window.days_since_active, policy),
    )
    return ConsistencyScore(window, breakdown, member_since, policy, phrases)


def _possible_days(
    window: ActivityWindow, member_since: date | None, policy: ConsistencyPolicy
) -> int:
    """Return the days on which the user could have been active."""
    if member_since is None:
        return policy.window_days
    joined = checks.day("member_since", member_since).toordinal()
    member_days = window.last_day.toordinal() - joined + 1
    if member_days < 1:
        raise InvalidValueError(
            f"must not be after today, {window.last_day}",
            field="member_since",
            value=member_since,
            remedy="Leave it out if it is not known.",
        )
    days = max(member_days, window.bits.bit_length())
    return min(max(days, policy.member_min_days), policy.window_days)


def _distribution(bits: int, policy: ConsistencyPolicy) -> float:
    """Return the points for evenness: all of them at σ = 0, none from the limit on."""
    if bits.bit_count() < policy.distribution_min_days:
        return 0.0
    return policy.distribution_points * max(
        0.0, 1 - _gap_deviation(bits) / policy.distribution_limit
    )


def _gap_deviation(bits: int) -> float:
    """Return the population standard deviation of the gaps between at least two set bits.

    It is √(n·Σg² - (Σg)²) / n over n gaps: in integers, but for the one root and division.
    """
    gaps = bits.bit_count() - 1
    bits >>= (bits & -bits).bit_length()
    span, squares = bits.bit_length(), 0
    while bits:
        gap = (bits & -bits).bit_length()
        squares += gap * gap
        bits >>= gap
    return math.sqrt(gaps * squares - span * span) / gaps


def _streak(days: int, policy: ConsistencyPolicy) -> float:
    return float(min(policy.streak_points, policy.streak_points_per_day * days))


def _recency(days: int | None, policy: ConsistencyPolicy) -> float:
    if days is not None:
        for limit, points in policy.recency_steps:
            if days <= limit:
                return float(points)
    return 0.0


def score_sessions(
    sessions: Iterable[Session],
    *,
    as_of: datetime,
    zone: Zone | None = None,
    day_start: time = MIDNIGHT,
    member_since: date | None = None,
    policy: ConsistencyPolicy = DEFAULT_POLICY,
    phrases: Phrasebook = ENGLISH,
) -> ConsistencyScore:
    """Return one user's consistency score from their sessions, in any order.

    Each session counts on the local date in its own zone, else in ``zone``, else at the offset
    that it carries; any number on one day count once; those after ``as_of`` are ignored.

    Args:
        sessions: One user's; nobody checks whose.
        as_of: The instant to score at.
        zone: The user's zone, an IANA name, ``±HH:MM`` or a ``ZoneInfo``. Without it, today is
            where their latest session was.
        day_start: The wall-clock time at which a day begins.
        member_since: As in :func:`consistency_score`.
        policy: As in :func:`consistency_score`.
        phrases: As in :func:`consistency_score`.

    Raises:
        NaiveDatetimeError: ``as_of`` has no offset.
        UnknownZoneError: ``zone`` is not known.
        InvalidValueError: ``member_since`` is after today.

    Examples:
        >>> from datetime import UTC, datetime
        >>> sessions = [Session("ada", datetime(2024, 5, day, 20, tzinfo=UTC)) for day in (26, 27)]
        >>> score = score_sessions(
        ...     sessions, as_of=datetime(2024, 5, 27, 21, tzinfo=UTC), zone="Europe/Paris"
        ... )
        >>> score.points, score.current_streak
        (13, 2)
    """
    builder = WindowBuilder(as_of=as_of, zone=zone, day_start=day_start, length=policy.window_days)
    builder.add(sessions)
    return consistency_score(
        builder.window(), member_since=member_since, policy=policy, phrases=phrases
    )
