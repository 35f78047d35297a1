"""The year score: how likely a user is to stay, explained part by part."""

from __future__ import annotations

from datetime import date

from mainstay import _checks as checks
from mainstay.activity.year import ActivityYear
from mainstay.scores.year.phrases import ENGLISH_YEAR
from mainstay.scores.year.policy import DEFAULT_YEAR_POLICY, YearPolicy
from mainstay.scores.year.result import YearPhrasebook, YearScore

__all__ = ["year_score"]


def year_score(
    state: ActivityYear,
    *,
    today: date | None = None,
    member_since: date | None = None,
    policy: YearPolicy = DEFAULT_YEAR_POLICY,
    phrases: YearPhrasebook = ENGLISH_YEAR,
) -> YearScore:
    """Return how likely a user is to stay, from 0 to 100 points, by the last 52 weeks.

    The score is the sum of three parts: *days* = 40 · active days / 28; *freshness* = 15, 12, 9, 6,
    3 or 0 for 0-1, 2-3, 4-7, 8-14, 15-27 or more days since the last active day; *weeks* =
    45 · √(active weeks / 52). A further active day never lowers it. Low numbers are usual: the
    median active user has about 20.

    Args:
        state: The active days and weeks.
        today: The day to score on; the state's last day if that is later, or without it.
        member_since: The day a new user joined. Days are then divided by those since, at least 14
            and at most 28, and weeks by those since, at least 26 and at most 52; no part gives more
            than its maximum.
        policy: The numbers, if not the standard ones.
        phrases: The words, if not the English ones.

    Raises:
        InvalidValueError: ``member_since`` is after today.
        InvalidTypeError: ``state`` is not such a state, or a date is an instant.

    Examples:
        >>> from datetime import date, timedelta
        >>> sunday = date(2026, 3, 1)
        >>> sundays = [sunday - timedelta(weeks=week) for week in range(52)]
        >>> score = year_score(ActivityYear.from_days(sundays, last_day=sunday))
        >>> score.points, round(score.total, 6)
        (66, 65.714286)
        >>> print(score.explanations[2].text)
        You were active in each of the last 52 weeks.
    """
    checks.instance("state", state, ActivityYear)
    if today is not None and checks.day("today", today) > state.last_day:
        state = state.advance(today)
    return YearScore(state, member_since, policy=policy, phrases=phrases)
