"""Events that are taken out, and what changes with them at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import attrs
from sqlalchemy import Connection, delete, exists, func, select, update
from sqlalchemy.engine import Row

from mainstay.adapters.sql.bulk import any_of, each_of, insert_into
from mainstay.adapters.sql.columns import Day
from mainstay.adapters.sql.corrected import bases
from mainstay.adapters.sql.corrections._kinds import counts_a_kind, forget_kinds
from mainstay.adapters.sql.engagements._progress import idle_through
from mainstay.adapters.sql.engagements._reopening import evaluated_through
from mainstay.adapters.sql.engagements.tables import engagements, late_days, outcomes
from mainstay.adapters.sql.marks import due_at_once
from mainstay.adapters.sql.metrics import metrics
from mainstay.adapters.sql.reading import as_day
from mainstay.adapters.sql.reputations.tables import reputations
from mainstay.adapters.sql.sessions import events, users
from mainstay.ports.metrics import KIND

__all__ = ["leave"]

_ONE_DAY = timedelta(days=1)


def leave(connection: Connection, rows: Sequence[Row[Any]], posts: Collection[str]) -> None:
    """Delete events; totals change at once, and days that were evaluated are late.

    Args:
        connection: The database.
        rows: The events, in the order of their users.
        posts: The kinds of events that count as posts.
    """
    of_users: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        of_users[row.user_id].append(row)
    due_at_once(connection, each_of(connection, [*of_users]))
    ids = [row.id for row in rows]
    connection.execute(delete(events).where(any_of(connection, events.c.id, ids)))
    _count_kinds(connection, rows)
    first_days = _first_days(connection, [*of_users])
    _leave_days(connection, of_users, first_days, posts)
    _leave_weeks(connection, of_users, first_days)


def _count_kinds(connection: Connection, rows: Sequence[Row[Any]]) -> None:
    """Count events by kind, and know neither users nor kinds of which none is left."""
    fewer = Counter((row.user_id, f"{KIND}{row.kind}") for row in rows)
    for (user, name), count in fewer.items():
        mine = (metrics.c.user_id == user, metrics.c.metric == name)
        connection.execute(update(metrics).where(*mine).values(value=metrics.c.value - count))
        connection.execute(delete(metrics).where(*mine, metrics.c.value <= 0))
    has_some = exists(
        select(metrics).where(metrics.c.user_id == users.c.user_id, counts_a_kind)
    ).correlate(users)
    left = any_of(connection, users.c.user_id, {user for user, _ in fewer})
    connection.execute(delete(users).where(left, ~has_some))
    forget_kinds(connection, {row.kind for row in rows})


def _first_days(connection: Connection, users: Collection[str]) -> Mapping[str, str]:
    """Return the first day with an event of each user who has one."""
    first = func.min(events.c.day, type_=Day()).label("day")
    query = select(events.c.user_id, first).where(any_of(connection, events.c.user_id, users))
    return {row.user_id: row.day for row in connection.execute(query.group_by(events.c.user_id))}


def _leave_days(
    connection: Connection,
    of_users: Mapping[str, Sequence[Row[Any]]],
    first_days: Mapping[str, str],
    posts: Collection[str],
) -> None:
    idle = idle_through(connection)
    mine = any_of(connection, engagements.c.user_id, of_users)
    rows = connection.execute(select(engagements).where(mine).with_for_update()).all()
    has_base = _have_bases(connection, of_users)
    for row in rows:
        first, gone = first_days.get(row.user_id), of_users[row.user_id]
        if row.last_day is not None:
            _leave_evaluated(connection, _Left(row, first, gone), idle, posts)
        elif first is None and row.user_id not in has_base:
            for table in (engagements, late_days):
                connection.execute(delete(table).where(table.c.user_id == row.user_id))
        else:
            _change(connection, row, first_day=first or row.first_day, next_day=first)


@attrs.frozen
class _Left:
    """What is kept of a user, their first day with an event now, and the events that are gone."""

    state: Row[Any]
    first_day: str | None
    gone: Sequence[Row[Any]]


def _leave_evaluated(
    connection: Connection, left: _Left, idle: date, posts: Collection[str]
) -> None:
    state = left.state
    through = evaluated_through(state.last_day, state.next_day, idle)
    late = [row for row in left.gone if row.day <= str(through)]
    posted = [row for row in late if row.kind in posts]
    ratings = [row.rating for row in posted if row.rating is not None]
    totals = {
        "posts": state.posts - len(posted),
        "rated": state.rated - len(ratings),
        "ratings": state.ratings - sum(ratings),
    }
    _now_late(connection, late)
    first, corrected = left.first_day or state.first_day, int(bool(state.corrected or posted))
    goes_on = corrected or through < idle or not _stands(connection, state)
    due = _next_day(connection, state, through, goes_on=bool(goes_on))
    _change(connection, state, first_day=first, next_day=due, corrected=corrected, **totals)


def _now_late(connection: Connection, gone: Sequence[Row[Any]]) -> None:
    for user, day in {(row.user_id, row.day) for row in gone}:
        new = insert_into(connection.dialect.name, late_days).values(user_id=user, day=day)
        connection.execute(new.on_conflict_do_nothing(index_elements=["user_id", "day"]))


def _next_day(
    connection: Connection, state: Row[Any], through: date, *, goes_on: bool
) -> str | None:
    """Return the first day that must be evaluated, now that events are gone."""
    if through == date.max:
        return None
    if goes_on:
        return str(through + _ONE_DAY)
    later = (events.c.user_id == state.user_id, events.c.day > through)
    found: str | None = connection.scalar(select(func.min(events.c.day, type_=Day())).where(*later))
    return found


def _stands(connection: Connection, state: Row[Any]) -> bool:
    """Return whether a user's last outcome is kept, and stands."""
    last = (outcomes.c.user_id == state.user_id, outcomes.c.day == as_day(state.last_day))
    return connection.scalar(select(outcomes.c.total).where(*last)) is not None


def _change(connection: Connection, state: Row[Any], **values: object) -> None:
    theirs = update(engagements).where(engagements.c.user_id == state.user_id)
    connection.execute(theirs.values(**values))


def _have_bases(connection: Connection, users: Collection[str]) -> set[str]:
    query = select(bases.c.user_id).where(any_of(connection, bases.c.user_id, users))
    return {*connection.scalars(query)}


def _leave_weeks(
    connection: Connection,
    of_users: Mapping[str, Sequence[Row[Any]]],
    first_days: Mapping[str, str],
) -> None:
    mine = any_of(connection, reputations.c.user_id, of_users)
    has_base = _have_bases(connection, of_users)
    for row in connection.execute(select(reputations).where(mine).with_for_update()).all():
        first, theirs = first_days.get(row.user_id), reputations.c.user_id == row.user_id
        if first is None and row.last_recorded is None and row.user_id not in has_base:
            connection.execute(delete(reputations).where(theirs))
            continue
        recorded = row.recorded_through
        is_late = recorded and any(gone.day <= recorded for gone in of_users[row.user_id])
        values = {"first_day": first or row.first_day, "late": 1 if is_late else row.late}
        connection.execute(update(reputations).where(theirs).values(values))
