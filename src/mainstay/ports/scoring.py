"""One user's score, read from where the sessions are kept."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from time import perf_counter
from typing import overload

import attrs

from mainstay import _checks as checks
from mainstay.activity.session import Session
from mainstay.activity.windowing import WindowBuilder
from mainstay.daystarts import DayStart
from mainstay.errors import NoLongerKeptError
from mainstay.localdays import Zone
from mainstay.ports.sessions import SessionStore
from mainstay.scores.by_policy import Phrases, Policy, Score, days_needed, scored
from mainstay.scores.consistency.policy import DEFAULT_POLICY, ConsistencyPolicy
from mainstay.scores.consistency.result import ConsistencyScore, Phrasebook
from mainstay.scores.year.policy import YearPolicy
from mainstay.scores.year.result import YearPhrasebook, YearScore

__all__ = ["FIRST_INSTANT", "first_instant", "latest_session", "score_user"]

LOGGER = logging.getLogger("mainstay.scoring")

#: No session is earlier: they begin with the year 2, wherever they were recorded.
FIRST_INSTANT = datetime(2, 1, 1, tzinfo=timezone(timedelta(hours=23, minutes=59)))

_SESSIONS_A_PAGE = 200
#: The window's first day may have begun so much earlier, far in the east, than its number of days.
_EAST_AND_WEST = timedelta(days=2)
#: And the first of the 52 weeks, with all of its days.
_OF_WEEKS = timedelta(days=10)


@overload
def score_user(
    store: SessionStore,
    user_id: str,
    *,
    as_of: datetime,
    zone: Zone | None = None,
    day_start: DayStart | None = None,
    member_since: date | None = None,
    policy: ConsistencyPolicy = DEFAULT_POLICY,
    phrases: Phrasebook | None = None,
) -> ConsistencyScore: ...
@overload
def score_user(
    store: SessionStore,
    user_id: str,
    *,
    as_of: datetime,
    zone: Zone | None = None,
    day_start: DayStart | None = None,
    member_since: date | None = None,
    policy: YearPolicy,
    phrases: YearPhrasebook | None = None,
) -> YearScore: ...
@overload
def score_user(
    store: SessionStore,
    user_id: str,
    *,
    as_of: datetime,
    zone: Zone | None = None,
    day_start: DayStart | None = None,
    member_since: date | None = None,
    policy: Policy,
) -> Score: ...
def score_user(
    store: SessionStore,
    user_id: str,
    *,
    as_of: datetime,
    zone: Zone | None = None,
    day_start: DayStart | None = None,
    member_since: date | None = None,
    policy: Policy = DEFAULT_POLICY,
    phrases: Phrases | None = None,
) -> Score:
    """Return one user's score from the sessions in a store.

    It is that of :func:`mainstay.score_sessions` over all of the user's sessions, read in one
    query for those of the 30 days up to ``as_of`` (374 for a year score), at most 200. Only a user
    with more is asked for again; and one without any, whose zone is not given, for where the latest
    session before was.

    Each call writes one log record (``mainstay.scoring``, level INFO), with ``user_id``,
    ``points``, ``total``, ``active_days``, ``total_sessions`` (those read), ``breakdown`` and
    ``duration_ms`` as attributes.

    Args:
        store: Where the sessions are.
        user_id: Whose.
        as_of: As in :func:`mainstay.score_sessions`.
        zone: The same.
        day_start: When a day begins, or a :class:`mainstay.DayEnd`; by default the store's.
        member_since: The same.
        policy: The same.
        phrases: The same.

    Raises:
        StoreError: The store can't be read.
        NoLongerKeptError: Days of the window are no longer kept.
        NaiveDatetimeError: ``as_of`` has no offset.
        UnknownZoneError: ``zone`` is not known.
        InvalidValueError: ``member_since`` is after today, or the store gives another user's
            session.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import Session
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> store.sessions.add([Session("ada", datetime(2024, 5, 27, 20, tzinfo=UTC), id="1")])
        1
        >>> at = datetime(2024, 5, 27, 21, tzinfo=UTC)
        >>> score_user(store.sessions, "ada", as_of=at, zone="Europe/Paris").points
        9
    """
    began = perf_counter()
    length = days_needed(policy)
    at = checks.instant("as_of", as_of)
    builder = WindowBuilder(
        as_of=at,
        zone=zone,
        day_start=store.day_start if day_start is None else day_start,
        length=length,
        user_id=user_id,
    )
    since = first_instant(at, policy)
    try:
        sessions = _add(builder, store, user_id, since=since, until=at)
    except NoLongerKeptError:
        kept = _first_kept(store)
        if since + _margin(policy) < kept:
            raise
        # What is gone is before the window's own days: it is for those who were far in the east.
        sessions = _add(builder, store, user_id, since=kept, until=at)
    if not sessions and zone is None:
        for latest in latest_session(store, user_id, until=at):
            when = latest.started_at
            _add(builder, store, user_id, since=when, until=when)
    score = scored(builder.window(), member_since, policy, phrases)
    _log(user_id, score, sessions, perf_counter() - began)
    return score


def first_instant(as_of: datetime, policy: Policy) -> datetime:
    """Return from when on a score needs a user's sessions, wherever they were recorded."""
    span = timedelta(days=days_needed(policy)) + _margin(policy)
    return max(as_of - min(span, timedelta(days=as_of.toordinal() - 1)), FIRST_INSTANT)


def _margin(policy: Policy) -> timedelta:
    return _OF_WEEKS if isinstance(policy, YearPolicy) else _EAST_AND_WEST


def latest_session(store: SessionStore, user_id: str, *, until: datetime) -> Sequence[Session]:
    """Return a user's latest session up to an instant, as far as sessions are kept."""
    try:
        return store.sessions(user_id, since=FIRST_INSTANT, until=until, limit=1)
    except NoLongerKeptError:
        return store.sessions(user_id, since=_first_kept(store), until=until, limit=1)


def _first_kept(store: SessionStore) -> datetime:
    return store.kept_since() or FIRST_INSTANT


def _add(
    builder: WindowBuilder, store: SessionStore, user_id: str, *, since: datetime, until: datetime
) -> int:
    """Take in all sessions of a span of time, page by page, and return how many."""
    count, before = 0, None
    while True:
        page = store.sessions(
            user_id, since=since, until=until, before=before, limit=_SESSIONS_A_PAGE
        )
        builder.add(page)
        count += len(page)
        if len(page) < _SESSIONS_A_PAGE:
            return count
        before = page[-1]


def _log(user_id: str, score: Score, sessions: int, seconds: float) -> None:
    facts = {
        "user_id": user_id,
        "points": score.points,
        "total": score.total,
        "active_days": score.active_days,
        "total_sessions": sessions,
        "breakdown": attrs.asdict(score.breakdown),
        "duration_ms": seconds * 1000,
    }
    LOGGER.info(
        "%s: %d points, %d active days, %d sessions in %.3f ms",
        *(user_id, score.points, score.active_days, sessions, seconds * 1000),
        extra=facts,
    )
