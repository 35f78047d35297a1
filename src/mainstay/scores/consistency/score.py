"""The 28-day consistency score: how regularly somebody was active, explained point by point."""

from __future__ import annotations

from datetime import date

from mainstay import _checks as checks
from mainstay.activity.window import ActivityWindow
from mainstay.scores.consistency.phrases import ENGLISH
from mainstay.scores.consistency.policy import DEFAULT_POLICY, ConsistencyPolicy
from mainstay.scores.consistency.result import ConsistencyScore, Phrasebook

__all__ = ["consistency_score"]


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
