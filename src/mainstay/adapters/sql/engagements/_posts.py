"""How many posts users wrote on each day: what a policy needs by which old ones count less."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.engine import Row
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.bulk import any_of
from mainstay.adapters.sql.corrected import bases
from mainstay.adapters.sql.reading import as_day, converted, value_of
from mainstay.adapters.sql.sessions import events

__all__ = ["PostDays", "kept_posts", "posts_by_day", "written"]


#: Of how many users they are read at once: each may have posts of many days.
_AT_ONCE = 500

#: What is kept of the time before the floor, and the posts of each day since then, as they are.
_Rows: TypeAlias = tuple[list[Row[Any]], list[tuple[str, int]]]


class PostDays:
    """The posts by day of the users of a page, read of many when one's are asked for."""

    def __init__(self, connection: Connection, posts: Collection[str]) -> None:
        self._connection = connection
        self._posts = posts
        self.are_of([])

    def are_of(self, users: Iterable[object]) -> None:
        """Know of whom they may be asked for, in which order; an id that is not text is left out.

        It is reported as its user's, and must not spoil what is asked for together.
        """
        self._users = [user for user in users if isinstance(user, str)]
        self._places = {user: place for place, user in enumerate(self._users)}
        self._read: Mapping[str, _Rows] = {}

    def __call__(self, user: str) -> Sequence[tuple[date, int]]:
        """Return a user's posts by day.

        Raises:
            CorruptRowError: What is kept of the time before the floor can't be read.
        """
        if user not in self._read:
            at = self._places.get(user, len(self._users))
            some = {user, *self._users[at : at + _AT_ONCE]}
            self._read = _rows(self._connection, some, self._posts)
        return sorted(_counted(*self._read[user]).items())


def posts_by_day(
    connection: Connection, users: Collection[str], posts: Collection[str]
) -> Mapping[str, Counter[date]]:
    """Return how many posts users wrote on each day, those before the floor included."""
    return {user: _counted(*rows) for user, rows in _rows(connection, users, posts).items()}


def _rows(
    connection: Connection, users: Collection[str], posts: Collection[str]
) -> Mapping[str, _Rows]:
    """Return the rows about each user, unread: what is wrong with one is that user's alone."""
    found: dict[str, _Rows] = {user: ([], []) for user in users}
    kept = select(bases).where(any_of(connection, bases.c.user_id, users))
    for row in connection.execute(kept):
        found[row.user_id][0].append(row)
    mine = any_of(connection, events.c.user_id, users), events.c.kind.in_(sorted(posts))
    columns: list[ColumnElement[Any]] = [events.c.user_id, events.c.day]
    query: Select[Any] = select(*columns, func.count().label("posts")).where(*mine)
    for row in connection.execute(query.group_by(*columns)):
        found[row.user_id][1].append((row.day, row.posts))
    return found


def _counted(kept: Iterable[Row[Any]], posts: Iterable[tuple[str, int]]) -> Counter[date]:
    found = Counter({as_day(day): count for day, count in posts})
    for row in kept:
        found.update(value_of(bases, row, kept_posts))
    return found


def written(posts: Iterable[tuple[date, int]]) -> str:
    """Return posts by day as they are kept."""
    return json.dumps({str(day): count for day, count in sorted(posts)})


def kept_posts(row: Row[Any]) -> Counter[date]:
    """Return the posts by day that are kept of the time before the floor."""
    return converted("posts_by_day", row.posts_by_day, _counter)


def _counter(text: str) -> Counter[date]:
    return Counter({as_day(day): int(count) for day, count in json.loads(text).items()})
