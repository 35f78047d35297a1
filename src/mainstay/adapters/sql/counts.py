"""What was done on each day, counted by the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import BigInteger, Connection, and_, case, cast, func, select
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.reading import raw_rows
from mainstay.adapters.sql.sessions import events
from mainstay.ports import LONGEST

__all__ = ["KindCount", "count_day", "count_kinds", "days_between", "midnight", "started_around"]

T = TypeVar("T")

#: As many as any database takes in one statement, with room to spare.
_AT_ONCE = 1000
#: Who has been away for longer is asked for by user: others' events of that time may be many.
_RECENT = timedelta(days=14)


#: A user, a day, and how often they did one kind of thing on it; how many of them were rated, the
#: ratings' sum in millionths, and that of the durations in microseconds.
KindCount: TypeAlias = Sequence[Any]


def days_between(first: date, last: date) -> list[date]:
    """Return all days from one to another, both included."""
    return [first + timedelta(days=days) for days in range((last - first).days + 1)]


def count_kinds(
    connection: Connection, users: Mapping[date, Sequence[str]], last: date
) -> Mapping[str, Sequence[KindCount]]:
    """Return what users did, each from a day of their own to the last one, by user.

    Args:
        connection: The database.
        users: By the day from which on they are counted; those of a day in order.
        last: The last day.
    """
    found: defaultdict[str, list[KindCount]] = defaultdict(list)
    for first, condition in _conditions(users, last):
        for row in connection.execute(_query.where(condition)).all():
            user, day, *_ = row
            if user in first and day >= first[user]:
                found[user].append(row)
    return found


_longest = LONGEST // timedelta(microseconds=1)
_duration = case((events.c.duration_us > _longest, _longest), else_=events.c.duration_us)
_counts = (
    func.count().label("times"),
    func.count(events.c.rating).label("rated"),
    cast(func.coalesce(func.sum(events.c.rating), 0), BigInteger).label("ratings"),
    cast(func.coalesce(func.sum(_duration), 0), BigInteger).label("duration"),
)
_query = select(events.c.user_id, events.c.day, events.c.kind, *_counts).group_by(
    events.c.day, events.c.user_id, events.c.kind
)
_of_day = select(events.c.user_id, events.c.kind, *_counts).group_by(
    events.c.user_id, events.c.kind
)


def count_day(connection: Connection, day: date, first: str, last: str) -> Sequence[Sequence[Any]]:
    """Return what all users from one to another did on a day: columns, without the day."""
    users = and_(events.c.user_id >= first, events.c.user_id <= last)
    query = _of_day.where(events.c.day == day, users)
    columns: list[list[Any]] = [[] for _ in _of_day.selected_columns]
    for rows in raw_rows(connection, query):
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(values)
    return columns


def _conditions(
    users: Mapping[date, Sequence[str]], last: date
) -> Iterator[tuple[Mapping[str, str], ColumnElement[bool]]]:
    """Yield the first days of users, and a condition that one of two indexes answers.

    One is by day, for the latest days; the other is by user, for those who have been away.
    """
    away: list[tuple[str, str]] = []
    for day, some in users.items():
        first = dict.fromkeys(some, day.isoformat())
        if last - day < _RECENT:
            yield first, and_(events.c.day.in_(days_between(day, last)), _any_of(some))
        else:
            away += first.items()
    for few in _chunks(away):
        day = date.fromisoformat(min(day for _, day in few))
        yield (
            dict(few),
            and_(
                events.c.user_id.in_([user for user, _ in few]),
                started_around(day, last),
                events.c.day.between(day, last),
            ),
        )


def _any_of(users: Sequence[str]) -> ColumnElement[bool]:
    """Name a few users one by one; many are all from one to another, most of whom are meant."""
    user = events.c.user_id
    many = len(users) > _AT_ONCE
    return and_(user >= users[0], user <= users[-1]) if many else user.in_(users)


def _chunks(some: Sequence[T]) -> Iterator[Sequence[T]]:
    return (some[at : at + _AT_ONCE] for at in range(0, len(some), _AT_ONCE))


def started_around(first: date, last: date) -> ColumnElement[bool]:
    """Say that an event began when it may count on a day from one to another.

    Its zone moves a date by less than a day from UTC's, and so does a day start or end: where a
    day ends at noon, half an hour past noon on a Tuesday in Auckland is Wednesday, and Monday in
    UTC.
    """
    return events.c.started_at.between(midnight(first, -2), midnight(last, 3))


def midnight(day: date, days: int = 0) -> datetime:
    """Return UTC's midnight some days from one on, within what there is."""
    ordinal = min(max(day.toordinal() + days, 1), date.max.toordinal())
    return datetime.combine(date.fromordinal(ordinal), time(0), UTC)
