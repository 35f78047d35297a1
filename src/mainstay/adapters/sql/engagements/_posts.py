"""How many posts users wrote on each day: what a policy needs by which old ones count less."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.engine import Row
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.bulk import any_of
from mainstay.adapters.sql.corrected import bases
from mainstay.adapters.sql.reading import as_day, converted, value_of
from mainstay.adapters.sql.sessions import events

__all__ = ["PostDays", "kept_posts", "posts_by_day", "written"]


class PostDays:
    """The posts by day of the users of a page, all read when somebody's are asked for first."""

    def __init__(self, connection: Connection, posts: Collection[str]) -> None:
        self._connection = connection
        self._posts = posts
        self._users: Collection[str] = ()
        self._read: Mapping[str, Sequence[Row[Any]]] | None = None

    def are_of(self, users: Collection[str]) -> None:
        """Know of whom they may be asked for."""
        self._users, self._read = users, None

    def __call__(self, user: str) -> Sequence[tuple[date, int]]:
        """Return a user's posts by day.

        Raises:
            CorruptRowError: What is kept of the time before the floor can't be read.
        """
        if self._read is None:
            self._read = _rows(self._connection, self._users, self._posts)
        return sorted(_counted(self._read.get(user, ())).items())


def posts_by_day(
    connection: Connection, users: Collection[str], posts: Collection[str]
) -> Mapping[str, Counter[date]]:
    """Return how many posts users wrote on each day, those before the floor included."""
    return {user: _counted(rows) for user, rows in _rows(connection, users, posts).items()}


def _rows(
    connection: Connection, users: Collection[str], posts: Collection[str]
) -> Mapping[str, Sequence[Row[Any]]]:
    """Return the rows about each user, unread: what is wrong with one is that user's alone."""
    kept = select(bases).where(any_of(connection, bases.c.user_id, users))
    mine = any_of(connection, events.c.user_id, users), events.c.kind.in_(sorted(posts))
    columns: list[ColumnElement[Any]] = [events.c.user_id, events.c.day]
    query = select(*columns, func.count().label("posts")).where(*mine).group_by(*columns)
    queries: list[Select[Any]] = [kept, query]
    found: dict[str, list[Row[Any]]] = {}
    for each in queries:
        for row in connection.execute(each):
            found.setdefault(row.user_id, []).append(row)
    return found


def _counted(rows: Iterable[Row[Any]]) -> Counter[date]:
    found = Counter[date]()
    for row in rows:
        is_base = hasattr(row, bases.c.posts_by_day.name)
        found.update(value_of(bases, row, kept_posts) if is_base else {as_day(row.day): row.posts})
    return found


def written(posts: Iterable[tuple[date, int]]) -> str:
    """Return posts by day as they are kept."""
    return json.dumps({str(day): count for day, count in sorted(posts)})


def kept_posts(row: Row[Any]) -> Counter[date]:
    """Return the posts by day that are kept of the time before the floor."""
    return converted("posts_by_day", row.posts_by_day, _counter)


def _counter(text: str) -> Counter[date]:
    return Counter({as_day(day): int(count) for day, count in json.loads(text).items()})
