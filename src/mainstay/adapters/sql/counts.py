"""What was done on each day, counted by the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, cast, func, select

from mainstay.adapters.sql.tables import events

__all__ = ["KindCount", "as_day", "count_kinds", "days_between"]

# As many as any database takes in one statement, with room to spare.
_DAYS_AT_ONCE = 1000


class KindCount(NamedTuple):
    """How often a user did one kind of thing on a day, and how it was rated."""

    day: object
    kind: str
    times: int
    rated: int
    ratings: int


def as_day(value: object) -> date:
    """Return the date in a row: text on SQLite."""
    if isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(value, date):
        return value
    raise TypeError(f"no date: {value!r}")


def days_between(first: date, last: date) -> list[date]:
    """Return all days from one to another, both included."""
    return [first + timedelta(days=days) for days in range((last - first).days + 1)]


def count_kinds(
    connection: Connection, users: tuple[str, str], days: Sequence[date]
) -> Mapping[str, Sequence[KindCount]]:
    """Return what the users from one to another did on some days, by user.

    The days are named one by one, since the index leads from a day to its users.
    """
    found: defaultdict[str, list[KindCount]] = defaultdict(list)
    ratings = cast(func.coalesce(func.sum(events.c.rating), 0), BigInteger)
    query = select(
        events.c.user_id,
        events.c.day,
        events.c.kind,
        func.count(),
        func.count(events.c.rating),
        ratings,
    ).where(events.c.user_id >= users[0], events.c.user_id <= users[1])
    query = query.group_by(events.c.day, events.c.user_id, events.c.kind)
    for start in range(0, len(days), _DAYS_AT_ONCE):
        some = days[start : start + _DAYS_AT_ONCE]
        for row in connection.execute(query.where(events.c.day.in_(some))).all():
            found[row[0]].append(KindCount(*row[1:]))
    return found
