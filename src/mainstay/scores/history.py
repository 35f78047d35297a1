"""The score of one user on each of many days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import overload

from mainstay import _checks as checks
from mainstay.activity.session import Session
from mainstay.activity.window import ActivityWindow
from mainstay.activity.windowing import WindowBuilder
from mainstay.daystarts import DayStart
from mainstay.localdays import MIDNIGHT, Zone
from mainstay.scores.by_policy import Phrases, Policy, Score, days_needed, scored
from mainstay.scores.consistency.policy import DEFAULT_POLICY, ConsistencyPolicy
from mainstay.scores.consistency.result import ConsistencyScore, Phrasebook
from mainstay.scores.year.policy import YearPolicy
from mainstay.scores.year.result import YearPhrasebook, YearScore

__all__ = ["score_history"]


@overload
def score_history(
    sessions: Iterable[Session],
    *,
    as_of: datetime,
    days: int = 365,
    zone: Zone | None = None,
    day_start: DayStart = MIDNIGHT,
    member_since: date | None = None,
    policy: ConsistencyPolicy = DEFAULT_POLICY,
    phrases: Phrasebook | None = None,
) -> tuple[ConsistencyScore, ...]: ...
@overload
def score_history(
    sessions: Iterable[Session],
    *,
    as_of: datetime,
    days: int = 365,
    zone: Zone | None = None,
    day_start: DayStart = MIDNIGHT,
    member_since: date | None = None,
    policy: YearPolicy,
    phrases: YearPhrasebook | None = None,
) -> tuple[YearScore, ...]: ...
@overload
def score_history(
    sessions: Iterable[Session],
    *,
    as_of: datetime,
    days: int = 365,
    zone: Zone | None = None,
    day_start: DayStart = MIDNIGHT,
    member_since: date | None = None,
    policy: Policy,
) -> tuple[Score, ...]: ...
def score_history(
    sessions: Iterable[Session],
    *,
    as_of: datetime,
    days: int = 365,
    zone: Zone | None = None,
    day_start: DayStart = MIDNIGHT,
    member_since: date | None = None,
    policy: Policy = DEFAULT_POLICY,
    phrases: Phrases | None = None,
) -> tuple[Score, ...]:
    """Return the scores that a user had at the end of each of the last days, oldest first.

    The last one is today's, as :func:`score_sessions` gives it. What happens on a day never changes
    the score of a day before it. The history begins on the day on which the user joined, else on
    the first active day: before that there was nobody to score.

    Args:
        sessions: All of one user.
        as_of: The instant to look back from; sessions after it are ignored.
        days: How many days to look back on, today included; at least 1.
        zone: As in :func:`score_sessions`.
        day_start: As in :func:`score_sessions`.
        member_since: As in :func:`score_sessions`.
        policy: As in :func:`score_sessions`.
        phrases: As in :func:`score_sessions`.

    Returns:
        At most so many scores, and at least today's; each one's day is ``score.window.last_day``.

    Raises:
        InvalidValueError: ``days`` is less than 1, or what :func:`score_sessions` refuses.
        MainstayError: What :func:`score_sessions` raises.

    Examples:
        >>> from datetime import UTC, datetime
        >>> sessions = [Session("ada", datetime(2024, 5, day, 20, tzinfo=UTC)) for day in (26, 27)]
        >>> history = score_history(sessions, as_of=datetime(2024, 5, 29, 21, tzinfo=UTC))
        >>> [(f"{score.window.last_day:%d %b}", score.points) for score in history]
        [('26 May', 9), ('27 May', 13), ('28 May', 13), ('29 May', 7)]
    """
    checks.integer("days", days, 1)
    length = days_needed(policy)
    builder = WindowBuilder(
        as_of=as_of, zone=zone, day_start=day_start, length=date.max.toordinal()
    )
    builder.add(sessions)
    known = builder.window()
    ages = range(min(days - 1, _known_since(known, member_since)), -1, -1)
    return tuple(scored(_before(known, age, length), member_since, policy, phrases) for age in ages)


def _known_since(known: ActivityWindow, member_since: date | None) -> int:
    """Return how many days before today the user joined, or else was first active."""
    if member_since is None:
        return max(known.bits.bit_length() - 1, 0)
    return max((known.last_day - checks.day("member_since", member_since)).days, 0)


def _before(known: ActivityWindow, age: int, length: int) -> ActivityWindow:
    """Return the window that ended so many days before the last."""
    day = known.last_day - timedelta(days=age)
    return ActivityWindow(day, known.bits >> age & ((1 << length) - 1), length)
