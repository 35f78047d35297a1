"""The 28-day consistency score: how regularly somebody was active, explained point by point."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from mainstay import _checks as checks
from mainstay.activity.session import Session
from mainstay.activity.window import ActivityWindow
from mainstay.activity.windowing import WindowBuilder
from mainstay.localdays import MIDNIGHT, Zone
from mainstay.scores.consistency.phrases import ENGLISH
from mainstay.scores.consistency.policy import DEFAULT_POLICY, ConsistencyPolicy
from mainstay.scores.consistency.result import ConsistencyScore, Phrasebook

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
        InvalidTypeError: ``window`` is not a window, or a date is an instant.

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
    if today is not None and checks.day("today", today) > window.last_day:
        window = window.advance(today)
    return ConsistencyScore(window, member_since, policy=policy, phrases=phrases)


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
        sessions: All of one user.
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
        InvalidTypeError: ``sessions`` is not an iterable of sessions.
        InvalidValueError: The sessions are of several users, also those that don't count; or
            ``member_since`` is after today.

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
