"""What new events mean for everybody's days: who is due, and whose totals have grown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Executable, and_, case, func, literal, null, or_, select, update
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.arrivals import know_first_days
from mainstay.adapters.sql.bulk import insert_into
from mainstay.adapters.sql.columns import Day, day_after, earlier
from mainstay.adapters.sql.engagements._progress import idle_through, lock_progress
from mainstay.adapters.sql.engagements.tables import engagements, late_days
from mainstay.adapters.sql.sessions import staged

__all__ = ["days_arrived"]

_ONE_DAY = timedelta(days=1)


def days_arrived(connection: Connection, posts: Collection[str]) -> None:
    """Know since when users with new events are due; count posts of days that were evaluated.

    A day that a user was evaluated through is evaluated no more. What arrives late for it counts
    in the totals alone, from the first day on that is still to come.

    Args:
        connection: The database.
        posts: The kinds of events that count as posts.
    """
    lock_progress(connection, shared=True)
    know_first_days(connection, engagements)
    through = idle_through(connection)
    connection.execute(_now_late(connection.dialect.name, through))
    grown = _grown(connection.dialect.name, through, tuple(sorted(posts)))
    connection.execute(grown)


@lru_cache(maxsize=32)
def _now_late(dialect: str, through: date) -> Executable:
    """Note the days that were evaluated already, in order, as with users."""
    joined = staged.join(engagements, engagements.c.user_id == staged.c.user_id)
    late = select(staged.c.user_id, staged.c.day).select_from(joined).where(_is_evaluated(through))
    found = late.distinct().order_by(staged.c.user_id, staged.c.day)
    new = insert_into(dialect, late_days).from_select(["user_id", "day"], found)
    return new.on_conflict_do_nothing(index_elements=["user_id", "day"])


@lru_cache(maxsize=32)
def _grown(dialect: str, through: date, posts: Sequence[str]) -> Executable:
    """Change what is kept of users with new events."""
    late = _is_evaluated(through)
    late_post = and_(late, staged.c.kind.in_(posts))
    rating = case((late_post, staged.c.rating))
    new = (
        select(
            staged.c.user_id,
            func.min(case((late, null()), else_=staged.c.day), type_=Day()).label("day"),
            func.count(case((late_post, 1))).label("posts"),
            func.count(rating).label("rated"),
            func.coalesce(func.sum(rating), 0).label("ratings"),
        )
        .join(engagements, engagements.c.user_id == staged.c.user_id)
        .group_by(staged.c.user_id)
        .subquery("new")
    )
    totals = {name: engagements.c[name] + new.c[name] for name in ("posts", "rated", "ratings")}
    counts = case((new.c.posts > 0, _day_to_come(dialect, through)))
    due = earlier(earlier(engagements.c.next_day, new.c.day), counts)
    corrected = case((new.c.posts > 0, 1), else_=engagements.c.corrected)
    changed = or_(new.c.day.is_not(None), new.c.posts > 0)
    return (
        update(engagements)
        .where(engagements.c.user_id == new.c.user_id, changed)
        .values(next_day=due, corrected=corrected, **totals)
    )


def _is_evaluated(through: date) -> ColumnElement[bool]:
    """Say whether a user was evaluated through the day of a new event."""
    day, last, due = staged.c.day, engagements.c.last_day, engagements.c.next_day
    idle = and_(day <= through, or_(due.is_(None), day < due))
    return and_(last.is_not(None), or_(day <= last, idle))


def _day_to_come(dialect: str, through: date) -> ColumnElement[Any]:
    """Say the day after those that a user was evaluated through; one who is due is so before."""
    last = engagements.c.last_day
    tomorrow = through + _ONE_DAY if through < date.max else through
    return case((last > through, day_after(dialect, last)), else_=literal(tomorrow, Day()))
