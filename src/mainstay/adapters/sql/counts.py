"""What was done on each day, counted by the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, and_, cast, func, select
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.sessions import events

__all__ = ["KindCount", "count_kinds", "days_between"]

# As many as any database takes in one statement, with room to spare.
_AT_ONCE = 1000


class KindCount(NamedTuple):
    """How often a user did one kind of thing on a day, and how it was rated."""

    day: object
    kind: str
    times: int
    rated: int
    ratings: int


def days_between(first: date, last: date) -> list[date]:
    """Return all days from one to another, both included."""
    return [first + timedelta(days=days) for days in range((last - first).days + 1)]


def count_kinds(
    connection: Connection, begins: Iterable[tuple[str, date]], last: date
) -> Mapping[str, Sequence[KindCount]]:
    """Return what users did, each from a day of their own to the last one, by user.

    Those who begin on the same day are asked for together: all but a few, mostly.

    Args:
        connection: The database.
        begins: The users, in order, and the day from which on each is counted.
        last: The last day.
    """
    by_day: defaultdict[date, list[str]] = defaultdict(list)
    for user, first in begins:
        by_day[first].append(user)
    found: defaultdict[str, list[KindCount]] = defaultdict(list)
    for first, users in by_day.items():
        wanted = set(users)
        for condition in _conditions(users, days_between(first, last)):
            for row in connection.execute(_query.where(condition)).all():
                if row[0] in wanted:
                    found[row[0]].append(KindCount(*row[1:]))
    return found


_query = select(
    events.c.user_id,
    events.c.day,
    events.c.kind,
    func.count(),
    func.count(events.c.rating),
    cast(func.coalesce(func.sum(events.c.rating), 0), BigInteger),
).group_by(events.c.day, events.c.user_id, events.c.kind)


def _conditions(users: Sequence[str], days: Sequence[date]) -> Iterator[ColumnElement[bool]]:
    """Yield conditions that an index answers, which leads from a day to its users.

    Many users are all from one to another, since few between them are not asked for; a few are
    named one by one, since all between them may be many.
    """
    user = events.c.user_id
    many = len(users) > _AT_ONCE
    whose = and_(user >= users[0], user <= users[-1]) if many else user.in_(users)
    for at in range(0, len(days), _AT_ONCE):
        yield and_(events.c.day.in_(days[at : at + _AT_ONCE]), whose)
