"""The part of a transaction on everybody's days that takes back what they came to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Executable,
    Table,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.engine import Row
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.bulk import any_of
from mainstay.adapters.sql.columns import Day, key
from mainstay.adapters.sql.corrected import floor_kept
from mainstay.adapters.sql.engagements._before import (
    Before,
    Reopened,
    stage_reopened,
    staged_reopened,
    states_before,
)
from mainstay.adapters.sql.engagements._progress import idle_through
from mainstay.adapters.sql.engagements.tables import engagements, late_days, outcomes
from mainstay.adapters.sql.reading import as_day, corrupt
from mainstay.jobs._tally import ITEM_ERRORS
from mainstay.ports import Unreadable

__all__ = ["evaluated_through", "reopened", "take_back"]

_ONE_DAY = timedelta(days=1)

#: How many users are looked at for a page.
_MOST = 1_000
_has_late_day = engagements.c.user_id.in_(select(late_days.c.user_id))
_first_late_day = (
    select(func.min(late_days.c.day, type_=Day()))
    .where(late_days.c.user_id == engagements.c.user_id)
    .scalar_subquery()
    .label("late_day")
)


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
    query = query.order_by(engagements.c.user_id).limit(min(limit, _MOST))
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
    states = [*_within(states_before(connection, users, posts), limit)]
    stage_reopened(connection, [state.user for state in states])
    connection.execute(_delete_outcomes)
    connection.execute(_delete_late)
    there = [state for state in states if not state.is_gone]
    if there:
        connection.execute(_bring_back, [_values(state) for state in there])
    gone = [state.user.user_id for state in states if state.is_gone]
    connection.execute(delete(engagements).where(any_of(connection, engagements.c.user_id, gone)))
    return [state.user.user_id for state in states if state.is_due], states[-1].user.user_id


def _within(states: Iterator[Before], limit: int) -> Iterator[Before]:
    """Yield states as long as their days are not more than the limit; the first in any case."""
    days = 0
    for place, state in enumerate(states):
        days += state.days + 1
        if days > limit and place:
            break
        yield state


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
        corrected=0,
        next_day=bindparam("to_next", type_=Day),
        first_evaluated=case((_last.is_not(None), engagements.c.first_evaluated)),
        idle_points=bindparam("to_points"),
    )
)


def _from_start(table: Table) -> Executable:
    """Delete the rows of staged users from the first of their days on."""
    start = select(staged_reopened.c.start).where(staged_reopened.c.user_id == table.c.user_id)
    among = table.c.user_id.in_(select(staged_reopened.c.user_id))
    return delete(table).where(among, table.c.day >= start.scalar_subquery())


_delete_outcomes = _from_start(outcomes)
_delete_late = _from_start(late_days)
