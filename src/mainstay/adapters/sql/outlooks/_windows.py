"""On which days users were active, from their events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Connection, Select, Text, cast, func, literal, select
from sqlalchemy.sql import ColumnElement

from mainstay.activity.window import ActivityWindow
from mainstay.activity.windowing import WindowBuilder
from mainstay.adapters.sql.bulk import each_of
from mainstay.adapters.sql.columns import utc_text
from mainstay.adapters.sql.outlooks._moments import SEPARATOR, moments_until
from mainstay.adapters.sql.reading import corrupt_value, value_of
from mainstay.adapters.sql.sessions import events, session_of, users
from mainstay.daystarts import DayStart
from mainstay.errors import CorruptRowError
from mainstay.ports import OutlookStanding, Unreadable
from mainstay.ports.scoring import first_instant
from mainstay.scores.by_policy import Policy, days_needed

__all__ = ["Span", "standings", "standings_of_any"]

#: The minute in UTC, and where it was.
_moment = func.substr(utc_text(events.c.started_at), 1, 16) + func.coalesce(
    events.c.timezone, literal("@") + cast(events.c.utc_offset_us, Text)
)


@attrs.frozen
class Span:
    """The days that a score looks back on, from now.

    Attributes:
        now: What time it is.
        day_start: When a day begins on the wall clock, or a :class:`mainstay.DayEnd`.
        policy: What users are scored by.
    """

    now: datetime
    day_start: DayStart
    policy: Policy

    @property
    def length(self) -> int:
        """How many days there are."""
        return days_needed(self.policy)

    def has_event(self) -> ColumnElement[bool]:
        """Say that an event may be on one of the days."""
        return events.c.started_at.between(first_instant(self.now, self.policy), self.now)


def standings(
    connection: Connection, user_ids: Sequence[str], span: Span
) -> list[OutlookStanding | Unreadable]:
    """Return what is known of users with an event within the 30 days, in their order.

    What the database has of each is one text, of which their window is made. Where that can't be
    done, their sessions are read one by one.
    """
    texts = [user for user in user_ids if isinstance(user, str)]
    windows = _windows(connection, texts, span)
    return [
        _from_sessions(connection, user, span)
        if (window := windows.get(user)) is None
        else OutlookStanding(user, window)
        for user in user_ids
    ]


def _windows(
    connection: Connection, user_ids: Sequence[str], span: Span
) -> Mapping[str, ActivityWindow | None]:
    """Return windows by user, as far as they can be made of texts.

    Each user's events are looked up: PostgreSQL may read those of all, for as many users at once.
    """
    texts = func.group_concat if connection.dialect.name == "sqlite" else func.string_agg
    asked, moments = (
        each_of(connection, user_ids).subquery().c.value,
        moments_until(span.now, span.day_start, span.length),
    )
    theirs = select(texts(_moment, SEPARATOR)).where(events.c.user_id == asked, span.has_event())
    rows = connection.execute(select(asked, theirs.scalar_subquery()))
    return {user_id: moments.window(text) for user_id, text in rows if text is not None}


def _from_sessions(
    connection: Connection, user_id: str, span: Span
) -> OutlookStanding | Unreadable:
    if not isinstance(user_id, str):
        key = {"user_id": user_id}
        return Unreadable(user_id, corrupt_value(users, "user_id", user_id, "is not text", key=key))
    lately = select(events).where(events.c.user_id == user_id, span.has_event())
    return _folded(connection, user_id, lately, span)


def _folded(
    connection: Connection, user_id: str, query: Select[Any], span: Span
) -> OutlookStanding | Unreadable:
    """Return what a user's sessions come to."""
    builder = WindowBuilder(
        as_of=span.now, user_id=user_id, day_start=span.day_start, length=span.length
    )
    try:
        builder.add(value_of(events, row, session_of) for row in connection.execute(query))
    except CorruptRowError as error:
        return Unreadable(user_id, error)
    return OutlookStanding(user_id, builder.window())


def standings_of_any(
    connection: Connection, user_ids: Iterable[str], span: Span
) -> Iterator[OutlookStanding | Unreadable]:
    """Yield what is known of those of some users who have an event until now, in their order.

    Of those without one within the 30 days, the last ones tell where they are.
    """
    for user_id in user_ids:
        mine, at = events.c.user_id == user_id, events.c.started_at
        last = select(func.max(at)).where(mine, at <= span.now)
        latest = connection.scalar(last)
        if latest is not None:
            lately = select(events).where(mine, span.has_event() | (at == last.scalar_subquery()))
            yield _folded(connection, user_id, lately, span)
