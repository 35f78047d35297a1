"""Sessions to a score: the one way in for those who have events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import overload

from mainstay.activity.session import Session
from mainstay.activity.windowing import WindowBuilder
from mainstay.daystarts import DayStart
from mainstay.localdays import MIDNIGHT, Zone
from mainstay.scores.by_policy import Phrases, Policy, Score, days_needed, scored
from mainstay.scores.consistency.policy import DEFAULT_POLICY, ConsistencyPolicy
from mainstay.scores.consistency.result import ConsistencyScore, Phrasebook
from mainstay.scores.year.policy import YearPolicy
from mainstay.scores.year.result import YearPhrasebook, YearScore

__all__ = ["score_sessions"]


@overload
def score_sessions(
    sessions: Iterable[Session],
    *,
    as_of: datetime,
    zone: Zone | None = None,
    day_start: DayStart = MIDNIGHT,
    member_since: date | None = None,
    policy: ConsistencyPolicy = DEFAULT_POLICY,
    phrases: Phrasebook | None = None,
) -> ConsistencyScore: ...
@overload
def score_sessions(
    sessions: Iterable[Session],
    *,
    as_of: datetime,
    zone: Zone | None = None,
    day_start: DayStart = MIDNIGHT,
    member_since: date | None = None,
    policy: YearPolicy,
    phrases: YearPhrasebook | None = None,
) -> YearScore: ...
@overload
def score_sessions(
    sessions: Iterable[Session],
    *,
    as_of: datetime,
    zone: Zone | None = None,
    day_start: DayStart = MIDNIGHT,
    member_since: date | None = None,
    policy: Policy,
) -> Score: ...
def score_sessions(
    sessions: Iterable[Session],
    *,
    as_of: datetime,
    zone: Zone | None = None,
    day_start: DayStart = MIDNIGHT,
    member_since: date | None = None,
    policy: Policy = DEFAULT_POLICY,
    phrases: Phrases | None = None,
) -> Score:
    """Return one user's score from their sessions, in any order.

    With a :class:`YearPolicy` it is the year score, else the 28-day consistency score.

    Each session counts on the local date in its own zone, else in ``zone``, else at the offset
    that it carries; any number on one day count once; those after ``as_of`` are ignored.

    Args:
        sessions: All of one user.
        as_of: The instant to score at.
        zone: The user's zone, an IANA name, ``±HH:MM`` or a ``ZoneInfo``. Without it, today is
            where their latest session was.
        day_start: When a day begins on the wall clock, or a :class:`mainstay.DayEnd`.
        member_since: As in :func:`consistency_score` and :func:`year_score`.
        policy: The numbers, which say which score it is.
        phrases: The words, if not the English ones.

    Raises:
        NaiveDatetimeError: ``as_of`` has no offset.
        UnknownZoneError: ``zone`` is not known.
        InvalidTypeError: ``sessions`` is not an iterable of sessions.
        InvalidValueError: The sessions are of several users, also those that don't count; or
            ``member_since`` is after today.

    Examples:
        >>> from datetime import UTC, datetime
        >>> sessions = [Session("ada", datetime(2024, 5, day, 20, tzinfo=UTC)) for day in (26, 27)]
        >>> at = datetime(2024, 5, 27, 21, tzinfo=UTC)
        >>> score = score_sessions(sessions, as_of=at, zone="Europe/Paris")
        >>> score.points, score.current_streak
        (13, 2)
        >>> year = score_sessions(sessions, as_of=at, policy=YearPolicy())
        >>> year.points, year.active_weeks
        (27, 2)
    """
    length = days_needed(policy)
    builder = WindowBuilder(as_of=as_of, zone=zone, day_start=day_start, length=length)
    builder.add(sessions)
    return scored(builder.window(), member_since, policy, phrases)
