"""Where users were before some of their days."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import attrs
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Select,
    and_,
    case,
    cast,
    func,
    select,
)
from sqlalchemy.engine import Row

from mainstay.adapters.sql.bulk import stage
from mainstay.adapters.sql.columns import Day, of_user, temporary
from mainstay.adapters.sql.corrected import bases
from mainstay.adapters.sql.engagements.tables import outcomes
from mainstay.adapters.sql.sessions import events

__all__ = ["Before", "Reopened", "stage_reopened", "staged_reopened", "states_before"]

_ONE_DAY = timedelta(days=1)
#: How many users are looked at at first, and at most.
_FEW, _MANY = 8, 512

#: Whose days are taken back, and from when on.
staged_reopened = temporary(
    "mainstay_staged_reopened",
    of_user(primary_key=True),
    Column("start", Day, nullable=False),
    Column("through", Day, nullable=False),
)


@attrs.frozen
class Reopened:
    """A user whose days are taken back.

    Attributes:
        user_id: Who.
        start: The first day.
        through: The last one.
    """

    user_id: str
    start: date
    through: date


@attrs.frozen
class Before:
    """Where a user was before the days that are taken back.

    Attributes:
        user: Who, and which days.
        last_day: The last day that stays, whose outcome stands; ``None`` if none does.
        streak: After it.
        totals: Posts, rated ones and their ratings, through the day before the first.
        idle_points: Those of idle days on which the outcome stands.
        days: How many of the days have events.
        first_event: The first event of all.
        next_event: The first event on one of the days, or later.
        base: Whether something is kept of the time before the floor.
    """

    user: Reopened
    last_day: str | None
    streak: int
    totals: tuple[int, int, int]
    idle_points: float
    days: int
    first_event: str | None
    next_event: str | None
    base: bool

    @property
    def is_gone(self) -> bool:
        """Whether nothing of the user is left."""
        return self.last_day is None and self.first_event is None and not self.base

    @property
    def next_day(self) -> str | None:
        """The first day to be evaluated."""
        return self.next_event if self.last_day is None else str(self.user.start)

    @property
    def is_due(self) -> bool:
        """Whether one of the days is to be evaluated."""
        return self.next_day is not None and self.next_day <= str(self.user.through)


def states_before(
    connection: Connection, users: Sequence[Reopened], posts: Collection[str]
) -> Iterator[Before]:
    """Yield where users were before some of their days, in order.

    At first a few are looked at, then more: nobody knows how many days they have, so that it may
    be enough.
    """
    for some in _more_and_more(users):
        stage_reopened(connection, some)
        counted = {row.user_id: row for row in connection.execute(_count(tuple(sorted(posts))))}
        before = {row.user_id: row for row in connection.execute(_LAST_OUTCOMES)}
        kept = {row.user_id: row for row in connection.execute(_KEPT_BEFORE_FLOOR)}
        for user in some:
            who = user.user_id
            yield _state(user, counted.get(who), before.get(who), kept.get(who))


def _more_and_more(users: Sequence[Reopened]) -> Iterator[Sequence[Reopened]]:
    at, count = 0, _FEW
    while some := users[at : at + count]:
        yield some
        at, count = at + count, min(2 * count, _MANY)


def stage_reopened(connection: Connection, users: Iterable[Reopened]) -> None:
    """Have users and their days be those in ``staged_reopened``."""
    rows = [(user.user_id, str(user.start), str(user.through)) for user in users]
    stage(connection, staged_reopened, rows)


def _state(
    user: Reopened, counted: Row[Any] | None, before: Row[Any] | None, base: Row[Any] | None
) -> Before:
    sums = [row for row in (counted, base) if row is not None]
    totals = (
        sum(row.posts for row in sums),
        sum(row.rated for row in sums),
        sum(row.ratings for row in sums),
    )
    last, streak, points = None, 0, 0.0
    if before is not None:
        last, streak, points = before.day, before.streak_after, before.idle_points or 0.0
    elif base is not None and base.streak is not None:
        last, streak = str(user.start - _ONE_DAY), base.streak
    did = (0, None, None)
    if counted is not None:
        did = counted.days, counted.first_event, counted.next_event
    return Before(user, last, streak, totals, points, *did, base=base is not None)


_is_staged = events.c.user_id == staged_reopened.c.user_id
_before = events.c.day < staged_reopened.c.start


@cache
def _count(posts: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """Count what users did: their totals before the days, and the days with events."""
    post = and_(_before, events.c.kind.in_(posts))
    rating = case((post, events.c.rating))
    again = and_(events.c.day >= staged_reopened.c.start, events.c.day <= staged_reopened.c.through)
    return (
        select(
            staged_reopened.c.user_id,
            func.count(case((post, 1))).label("posts"),
            func.count(rating).label("rated"),
            cast(func.coalesce(func.sum(rating), 0), BigInteger).label("ratings"),
            func.count(case((again, events.c.day)).distinct()).label("days"),
            func.min(events.c.day, type_=Day()).label("first_event"),
            func.min(case((~_before, events.c.day)), type_=Day()).label("next_event"),
        )
        .join(events, _is_staged)
        .group_by(staged_reopened.c.user_id)
    )


_of_user = outcomes.c.user_id == staged_reopened.c.user_id
_day_before = (
    select(func.max(outcomes.c.day))
    .where(_of_user, outcomes.c.day < staged_reopened.c.start)
    .correlate(staged_reopened)
    .scalar_subquery()
)
_LAST_OUTCOMES = select(outcomes).join(
    staged_reopened, and_(_of_user, outcomes.c.day == _day_before)
)
_KEPT_BEFORE_FLOOR = select(bases).join(
    staged_reopened, staged_reopened.c.user_id == bases.c.user_id
)
