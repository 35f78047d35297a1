"""One user's consistency score, read from where the sessions are kept."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone
from time import perf_counter

import attrs

from mainstay import _checks as checks
from mainstay.activity.session import Session
from mainstay.activity.windowing import WindowBuilder
from mainstay.errors import NoLongerKeptError
from mainstay.localdays import Zone
from mainstay.ports.sessions import SessionStore
from mainstay.scores.consistency.phrases import ENGLISH
from mainstay.scores.consistency.policy import DEFAULT_POLICY, ConsistencyPolicy
from mainstay.scores.consistency.result import ConsistencyScore, Phrasebook
from mainstay.scores.consistency.score import consistency_score

__all__ = ["FIRST_INSTANT", "first_instant", "latest_session", "score_user"]

LOGGER = logging.getLogger("mainstay.scoring")

#: No session is earlier: they begin with the year 2, wherever they were recorded.
FIRST_INSTANT = datetime(2, 1, 1, tzinfo=timezone(timedelta(hours=23, minutes=59)))

_SESSIONS_A_PAGE = 200
#: The window's first day may have begun so much earlier, far in the east, than its number of days.
_EAST_AND_WEST = 2


def score_user(
    store: SessionStore,
    user_id: str,
    *,
    as_of: datetime,
    zone: Zone | None = None,
    day_start: time | None = None,
    member_since: date | None = None,
    policy: ConsistencyPolicy = DEFAULT_POLICY,
    phrases: Phrasebook = ENGLISH,
) -> ConsistencyScore:
    """Return one user's consistency score from the sessions in a store.

    It is that of :func:`mainstay.score_sessions` over all of the user's sessions, read in one
    query for those of the 30 days up to ``as_of``, at most 200. Only a user with more is asked for
    again; and one without any, whose zone is not given, for where the latest session before was.

    Each call writes one log record (``mainstay.scoring``, level INFO), with ``user_id``,
    ``points``, ``total``, ``active_days``, ``total_sessions`` (those read), ``breakdown`` and
    ``duration_ms`` as attributes.

    Args:
        store: Where the sessions are.
        user_id: Whose.
        as_of: As in :func:`mainstay.score_sessions`.
        zone: The same.
        day_start: The wall-clock time at which a day begins; by default the store's.
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
    checks.instance("policy", policy, ConsistencyPolicy)
    at = checks.instant("as_of", as_of)
    builder = WindowBuilder(
        as_of=at,
        zone=zone,
        day_start=store.day_start if day_start is None else day_start,
        length=policy.window_days,
        user_id=user_id,
    )
    since = first_instant(at, policy)
    try:
        sessions = _add(builder, store, user_id, since=since, until=at)
    except NoLongerKeptError:
        kept = _first_kept(store)
        if since + timedelta(days=_EAST_AND_WEST) < kept:
            raise
        # What is gone is before the window's own days: it is for those who were far in the east.
        sessions = _add(builder, store, user_id, since=kept, until=at)
    if not sessions and zone is None:
        for latest in latest_session(store, user_id, until=at):
            when = latest.started_at
            _add(builder, store, user_id, since=when, until=when)
    score = consistency_score(
        builder.window(), member_since=member_since, policy=policy, phrases=phrases
    )
    _log(user_id, score, sessions, perf_counter() - began)
    return score


def first_instant(as_of: datetime, policy: ConsistencyPolicy) -> datetime:
    """Return from when on a score needs a user's sessions, wherever they were recorded."""
    days = min(policy.window_days + _EAST_AND_WEST, as_of.toordinal() - 1)
    return max(as_of - timedelta(days=days), FIRST_INSTANT)


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


def _log(user_id: str, score: ConsistencyScore, sessions: int, seconds: float) -> None:
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
