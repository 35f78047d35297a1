"""What was done on each day, counted by the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, and_, cast, func, select
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.sessions import events

__all__ = ["KindCount", "count_kinds", "days_between", "next_days"]

#: As many as any database takes in one statement, with room to spare.
_AT_ONCE = 1000
#: Who has been away for longer is asked for by user: others' events of that time may be many.
_RECENT = timedelta(days=14)


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

    Args:
        connection: The database.
        begins: The users, in order, and the day from which on each is counted.
        last: The last day.
    """
    first = dict(begins)
    found: defaultdict[str, list[KindCount]] = defaultdict(list)
    for users, condition in _conditions(first, last):
        wanted = {user: first[user].isoformat() for user in users}
        for row in connection.execute(_query.where(condition)).all():
            if row[0] in wanted and row[1] >= wanted[row[0]]:
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


def _conditions(
    first: Mapping[str, date], last: date
) -> Iterator[tuple[Sequence[str], ColumnElement[bool]]]:
    """Yield users with conditions, each of which one of two indexes answers: by day, or by user."""
    by_day: defaultdict[date, list[str]] = defaultdict(list)
    for user, day in first.items():
        by_day[day if last - day < _RECENT else date.min].append(user)
    away = by_day.pop(date.min, [])
    for day, users in by_day.items():
        yield users, and_(events.c.day.in_(days_between(day, last)), _any_of(users))
    for some in _chunks(away):
        day = min(first[user] for user in some)
        condition = and_(
            events.c.user_id.in_(some),
            events.c.started_at.between(_midnight(day, -1), _midnight(last, 2)),
            events.c.day.between(day, last),
        )
        yield some, condition


def _any_of(users: Sequence[str]) -> ColumnElement[bool]:
    """Name a few users one by one; many are all from one to another, most of whom are meant."""
    user = events.c.user_id
    many = len(users) > _AT_ONCE
    return and_(user >= users[0], user <= users[-1]) if many else user.in_(users)


def next_days(connection: Connection, users: Sequence[str], *, after: date) -> Mapping[str, str]:
    """Return the first day after one on which each user did something, as text, if they did."""
    found: dict[str, str] = {}
    query = select(events.c.user_id, func.min(events.c.day)).group_by(events.c.user_id)
    for some in _chunks(users):
        later = and_(events.c.started_at >= _midnight(after, 0), events.c.day > after)
        rows = connection.execute(query.where(events.c.user_id.in_(some), later))
        found.update((user, day) for user, day in rows)
    return found


def _chunks(users: Sequence[str]) -> Iterator[Sequence[str]]:
    return (users[at : at + _AT_ONCE] for at in range(0, len(users), _AT_ONCE))


def _midnight(day: date, days: int) -> datetime:
    """Return UTC's midnight some days from one on, within what there is."""
    ordinal = min(max(day.toordinal() + days, 1), date.max.toordinal())
    return datetime.combine(date.fromordinal(ordinal), time(0), UTC)
