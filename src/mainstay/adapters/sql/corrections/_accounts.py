"""The days and the weeks of two accounts that become one."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update
from sqlalchemy.engine import Row

from mainstay.adapters.sql.bulk import insert_into
from mainstay.adapters.sql.corrected import bases, floor_kept
from mainstay.adapters.sql.engagements._before import Reopened
from mainstay.adapters.sql.engagements._posts import kept_posts, written
from mainstay.adapters.sql.engagements._progress import idle_through
from mainstay.adapters.sql.engagements._reopening import evaluated_through, take_back
from mainstay.adapters.sql.engagements.tables import engagements, late_days, outcomes
from mainstay.adapters.sql.reading import as_day, value_of
from mainstay.adapters.sql.reputations.tables import reputations

__all__ = ["merge_days", "merge_weeks"]

_ONE_DAY = timedelta(days=1)


def _both(connection: Connection, table: Table, user: str, to: str) -> Mapping[str, Row[Any]]:
    """Return what is kept of two users, by user id."""
    query = select(table).where(table.c.user_id.in_([user, to])).with_for_update()
    return {row.user_id: row for row in connection.execute(query)}


def merge_days(connection: Connection, user: str, to: str, posts: Collection[str]) -> int:
    """Keep the outcomes of the one who was active first, up to the other's first day.

    Their events are one's already, and are counted again.

    Returns:
        How many outcomes have changed.
    """
    _merge_bases(connection, user, to)
    rows = _both(connection, engagements, user, to)
    if user not in rows:
        return 0
    older = min(rows.values(), key=lambda row: (as_day(row.first_day), row.user_id != to))
    changed = 0
    for table in (engagements, late_days, outcomes):
        theirs = table.c.user_id
        newer = delete(table).where(theirs.in_(rows.keys() - {older.user_id}))
        moved = update(table).where(theirs == user).values(user_id=to)
        changed = sum(connection.execute(each).rowcount for each in (newer, moved))
    if len(rows) > 1:
        _evaluate_again(connection, older, [*rows.values()], to, posts)
    return changed  # of the last of them


def _evaluate_again(
    connection: Connection,
    older: Row[Any],
    rows: Collection[Row[Any]],
    to: str,
    posts: Collection[str],
) -> None:
    """Take back what days came to since both have been active."""
    idle, lowest = idle_through(connection), floor_kept(connection) or date.min
    through = {
        row.user_id: evaluated_through(row.last_day, row.next_day, idle)
        for row in rows
        if row.last_day is not None
    }
    met = max(lowest, *(as_day(row.first_day) for row in rows))
    last = max(through.values(), default=date.min)
    begin = late = met
    is_behind = met > through.get(older.user_id, date.max)
    if older.user_id not in through:
        begin = max(as_day(older.first_day), lowest)
    elif is_behind:
        begin = late = through[older.user_id] + _ONE_DAY
    take_back(connection, [Reopened(to, begin, max(begin, last))], posts, limit=sys.maxsize)
    if is_behind:
        _be_due(connection, older, to, met)
    if met <= min(last, idle):  # else it is due as it had been
        new = insert_into(connection.dialect.name, late_days).values(user_id=to, day=late)
        connection.execute(new.on_conflict_do_nothing(index_elements=["user_id", "day"]))


def _be_due(connection: Connection, older: Row[Any], to: str, met: date) -> None:
    """Have a user be due as the older account was, and on the day on which both met."""
    due = met if older.next_day is None else min(as_day(older.next_day), met)
    theirs = update(engagements).where(engagements.c.user_id == to)
    connection.execute(theirs.values(next_day=due, corrected=older.corrected))


def _merge_bases(connection: Connection, user: str, to: str) -> None:
    """Add up what is kept of the time before the floor; the longer streaks stay."""
    rows = [*_both(connection, bases, user, to).values()]
    if not rows:
        return
    sums = {name: sum(getattr(row, name) for row in rows) for name in ("posts", "rated", "ratings")}
    latest = max(row.since for row in rows)
    newest = [row for row in rows if row.since == latest]
    streaks = [row.streak for row in newest if row.streak is not None]
    runs = {
        "since": latest,
        "longest_run": max(row.longest_run for row in rows),
        "last_run": max(row.last_run for row in newest),
    }
    weeks = max(rows, key=lambda row: (row.weeks, row.last_recorded or "", row.last_active or ""))
    kept = {name: getattr(weeks, name) for name in ("weeks", "last_active", "last_recorded")}
    connection.execute(delete(bases).where(bases.c.user_id.in_([user, to])))
    streak = max(streaks, default=None)
    known = {**runs, **sums, **kept, "posts_by_day": _posts_of(rows)}
    connection.execute(insert(bases).values(user_id=to, streak=streak, **known))


def _posts_of(rows: Iterable[Row[Any]]) -> str:
    """Return the posts by day of all together."""
    return written(sum((value_of(bases, row, kept_posts) for row in rows), Counter()).items())


def merge_weeks(connection: Connection, user: str, to: str) -> None:
    """Keep the weeks of the one that were recorded further; they are late."""
    rows = _both(connection, reputations, user, to)
    if user not in rows:
        return
    further = max(rows.values(), key=lambda row: (row.last_recorded or "", row.user_id == to))
    values = dict(further._mapping)  # noqa: SLF001  (SQLAlchemy's name for a row as a mapping)
    values |= {"user_id": to, "first_day": min(row.first_day for row in rows.values())}
    if len(rows) > 1 and further.last_recorded is not None:
        values["late"] = 1
    connection.execute(delete(reputations).where(reputations.c.user_id.in_([user, to])))
    connection.execute(insert(reputations).values(values))
