"""The part of a transaction on everybody's days that takes back what they came to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import attrs
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Executable,
    Select,
    Table,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.engine import Row
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.bulk import any_of, stage
from mainstay.adapters.sql.columns import Day, key, of_user, temporary
from mainstay.adapters.sql.corrected import bases, floor_kept
from mainstay.adapters.sql.engagements._progress import idle_through
from mainstay.adapters.sql.engagements.tables import engagements, late_days, outcomes
from mainstay.adapters.sql.reading import as_day, corrupt
from mainstay.adapters.sql.sessions import events
from mainstay.jobs._tally import ITEM_ERRORS
from mainstay.ports import Unreadable

__all__ = ["Before", "Reopened", "evaluated_through", "reopened", "states_before", "take_back"]

_ONE_DAY = timedelta(days=1)

#: Whose days are taken back, and from when on.
_staged = temporary(
    "mainstay_staged_reopened",
    of_user(primary_key=True),
    Column("start", Day, nullable=False),
    Column("through", Day, nullable=False),
)
_has_late_day = engagements.c.user_id.in_(select(late_days.c.user_id))
_first_late_day = (
    select(func.min(late_days.c.day, type_=Day()))
    .where(late_days.c.user_id == engagements.c.user_id)
    .scalar_subquery()
    .label("late_day")
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


def reopened(
    connection: Connection,
    user_ids: Collection[str] | None,
    *,
    since: date | None,
    after: str | None,
    limit: int,
) -> tuple[Sequence[Reopened | Unreadable], str | None]:
    """Find the next users whose days are taken back, and lock them.

    Returns:
        Them, and the last user who was looked at; ``None`` at the end.
    """
    query = select(engagements, _first_late_day).where(
        _is_meant(since),
        true() if user_ids is None else any_of(connection, engagements.c.user_id, user_ids),
        true() if after is None else engagements.c.user_id > after,
    )
    query = query.order_by(engagements.c.user_id).limit(limit)
    idle, lowest = idle_through(connection), floor_kept(connection) or date.min
    rows = connection.execute(query.with_for_update(of=engagements)).all()
    found = (_read(row, since, lowest, idle) for row in rows)
    return [each for each in found if each is not None], rows[-1].user_id if rows else None


def _is_meant(since: date | None) -> ColumnElement[bool]:
    """Say who has days that may be taken back."""
    evaluated = engagements.c.last_day.is_not(None)
    return _has_late_day if since is None else or_(evaluated, _has_late_day)


def _read(
    row: Row[Any], since: date | None, lowest: date, idle: date
) -> Reopened | Unreadable | None:
    try:
        return _reopened(row, since, lowest, idle)
    except ITEM_ERRORS as error:
        return Unreadable(row.user_id, corrupt(engagements, row, error))


def _reopened(row: Row[Any], since: date | None, lowest: date, idle: date) -> Reopened | None:
    first_day = as_day(row.first_day)
    start = as_day(row.late_day) if since is None else since
    if row.first_evaluated is None or first_day < as_day(row.first_evaluated):
        start = min(start, first_day)
    through = evaluated_through(row.last_day, row.next_day, idle)
    if row.late_day is not None and row.late_day > str(through):  # taken back when they met
        through = idle
    start = max(start, lowest)
    return None if start > through else Reopened(row.user_id, start, through)


def evaluated_through(last_day: str | None, next_day: str | None, idle: date) -> date:
    """Return the day through which a user has been evaluated, or would have been."""
    last = date.min if last_day is None else as_day(last_day)
    due = date.max if next_day is None else as_day(next_day)
    if last_day is None:
        return idle
    return max(last, min(idle, due - _ONE_DAY) if due > date.min else last)


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


def take_back(
    connection: Connection, users: Sequence[Reopened], posts: Collection[str], *, limit: int
) -> tuple[Sequence[str], str]:
    """Bring users to where they were before the days, the first of them at least.

    Args:
        connection: The database.
        users: They, in order.
        posts: The kinds of events that count as posts.
        limit: How many days with events at most, of all users together.

    Returns:
        Those who have days due again, and the last user who was brought back.
    """
    stage(connection, _staged, [(one.user_id, str(one.start), str(one.through)) for one in users])
    states = [*_within(states_before(connection, users, posts), limit)]
    last = states[-1].user.user_id
    connection.execute(delete(_staged).where(_staged.c.user_id > last))
    connection.execute(_delete_outcomes)
    connection.execute(_delete_late)
    there = [state for state in states if not state.is_gone]
    if there:
        connection.execute(_bring_back, [_values(state) for state in there])
    gone = [state.user.user_id for state in states if state.is_gone]
    connection.execute(delete(engagements).where(any_of(connection, engagements.c.user_id, gone)))
    return [state.user.user_id for state in states if state.is_due], last


def _within(states: Iterator[Before], limit: int) -> Iterator[Before]:
    """Yield states as long as their days are not more than the limit; the first in any case."""
    days = 0
    for place, state in enumerate(states):
        days += state.days + 1
        if days > limit and place:
            break
        yield state


def states_before(
    connection: Connection, users: Sequence[Reopened], posts: Collection[str]
) -> Iterator[Before]:
    """Yield where users were before some of their days, in order."""
    stage(connection, _staged, [(one.user_id, str(one.start), str(one.through)) for one in users])
    counted = {row.user_id: row for row in connection.execute(_count(tuple(sorted(posts))))}
    before = {row.user_id: row for row in connection.execute(_LAST_OUTCOMES)}
    kept = {row.user_id: row for row in connection.execute(_KEPT_BEFORE_FLOOR)}
    for user in users:
        who = user.user_id
        yield _state(user, counted.get(who), before.get(who), kept.get(who))


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


def _values(state: Before) -> dict[str, object]:
    posts, rated, ratings = state.totals
    return {
        "of_user": state.user.user_id,
        "to_first": None if state.base else state.first_event,
        "to_last": state.last_day,
        "to_streak": state.streak,
        "to_posts": posts,
        "to_rated": rated,
        "to_ratings": ratings,
        "to_next": state.next_day,
        "to_points": state.idle_points,
    }


_first = bindparam("to_first", type_=Day)
_last = bindparam("to_last", type_=Day)
_bring_back = (
    update(engagements)
    .where(engagements.c.user_id == bindparam("of_user", type_=key))
    .values(
        first_day=func.coalesce(_first, engagements.c.first_day),
        last_day=_last,
        streak=bindparam("to_streak"),
        posts=bindparam("to_posts"),
        rated=bindparam("to_rated"),
        ratings=bindparam("to_ratings"),
        next_day=bindparam("to_next", type_=Day),
        first_evaluated=case((_last.is_not(None), engagements.c.first_evaluated)),
        idle_points=bindparam("to_points"),
    )
)

_is_staged = events.c.user_id == _staged.c.user_id
_before = events.c.day < _staged.c.start


@cache
def _count(posts: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """Count what users did: their totals before the days, and the days with events."""
    post = and_(_before, events.c.kind.in_(posts))
    rating = case((post, events.c.rating))
    again = and_(events.c.day >= _staged.c.start, events.c.day <= _staged.c.through)
    return (
        select(
            _staged.c.user_id,
            func.count(case((post, 1))).label("posts"),
            func.count(rating).label("rated"),
            cast(func.coalesce(func.sum(rating), 0), BigInteger).label("ratings"),
            func.count(case((again, events.c.day)).distinct()).label("days"),
            func.min(events.c.day, type_=Day()).label("first_event"),
            func.min(case((~_before, events.c.day)), type_=Day()).label("next_event"),
        )
        .join(events, _is_staged)
        .group_by(_staged.c.user_id)
    )


_of_user = outcomes.c.user_id == _staged.c.user_id
_day_before = (
    select(func.max(outcomes.c.day))
    .where(_of_user, outcomes.c.day < _staged.c.start)
    .correlate(_staged)
    .scalar_subquery()
)
_LAST_OUTCOMES = select(outcomes).join(_staged, and_(_of_user, outcomes.c.day == _day_before))
_KEPT_BEFORE_FLOOR = select(bases).join(_staged, _staged.c.user_id == bases.c.user_id)


def _from_start(table: Table) -> Executable:
    """Delete the rows of staged users from the first of their days on."""
    start = select(_staged.c.start).where(_staged.c.user_id == table.c.user_id)
    among = table.c.user_id.in_(select(_staged.c.user_id))
    return delete(table).where(among, table.c.day >= start.scalar_subquery())


_delete_outcomes = _from_start(outcomes)
_delete_late = _from_start(late_days)
