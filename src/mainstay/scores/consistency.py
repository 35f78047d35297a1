"""The 28-day consistency score: how regularly somebody was active, explained point by point."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, datetime, time

from mainstay import checks
from mainstay.activity import ActivityWindow, Session
from mainstay.errors import InvalidValueError
from mainstay.localdays import MIDNIGHT, Zone
from mainstay.scores.consistency_policy import DEFAULT_POLICY, ConsistencyPolicy
from mainstay.scores.phrases import ENGLISH
from mainstay.scores.result import ConsistencyScore, Phrasebook, ScoreBreakdown, possible_days
from mainstay.windowing import WindowBuilder

__all__ = ["consistency_score", "score_sessions"]


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
        InvalidTypeError: ``window`` is no window, or a date an instant.

    Examples:
        >>> from datetime import date
        >>> days = [date(2024, 5, day) for day in (1, 2, 5, 8, 9, 10, 15, 22, 28)]
        >>> score = consistency_score(ActivityWindow.from_days(days, last_day=date(2024, 5, 28)))
        >>> score.points, round(score.total, 6)
        (45, 44.906939)
        >>> print(score.explanations[0].text)
        You were active on 9 of the last 28 days (32 %).
    """
    checks.instance("window", window, ActivityWindow)
    checks.instance("policy", policy, ConsistencyPolicy)
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
        window.active_days / possible_days(window, member_since, policy) * policy.base_points,
        _distribution(window.bits, policy),
        _streak(window.current_streak, policy),
        _recency(window.days_since_active, policy),
    )
    return ConsistencyScore(window, breakdown, member_since, policy, phrases)


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
        InvalidTypeError: ``sessions`` are none.
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
    checks.instance("policy", policy, ConsistencyPolicy)
    builder = WindowBuilder(as_of=as_of, zone=zone, day_start=day_start, length=policy.window_days)
    builder.add(sessions)
    return consistency_score(
        builder.window(), member_since=member_since, policy=policy, phrases=phrases
    )
