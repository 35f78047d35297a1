"""The rows of those who are due, and what they say of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeAlias

import attrs

from mainstay import _checks as checks
from mainstay.adapters.sql.engagements._asked import Asked
from mainstay.adapters.sql.engagements._punctual import PunctualDay, Totals
from mainstay.adapters.sql.engagements.tables import engagements
from mainstay.adapters.sql.reading import as_day, corrupt
from mainstay.jobs._tally import ITEM_ERRORS
from mainstay.ports import DueDays, PostsByDay, Unreadable
from mainstay.scores.engagement.evaluate import Engagement

__all__ = [
    "State",
    "StateRow",
    "Straggler",
    "User",
    "are_punctual",
    "by_first_day",
    "plain",
    "read_state",
    "with_texts",
]

_ONE_DAY = timedelta(days=1)

#: A row of the table as it is.
StateRow: TypeAlias = Sequence[Any]


class State(NamedTuple):
    """What is read of each user, as it is."""

    user_id: Any
    first_day: Any
    last_day: Any
    streak: Any
    posts: Any
    rated: Any
    ratings: Any
    next_day: Any
    idle_points: Any


@attrs.frozen
class Straggler:
    """A user with several days due, or one of another kind than most.

    Attributes:
        state: As of the last day that was kept.
        first: The first day that must be evaluated.
        totals: Before it.
    """

    state: Engagement
    first: date
    totals: Totals


User: TypeAlias = DueDays | Straggler | Unreadable


def with_texts(rows: Sequence[StateRow]) -> Sequence[StateRow]:
    """Return rows with days as text, as which our connections have them; a host's may not."""
    if not rows or not isinstance(rows[0][1], date):
        return rows
    return [[str(value) if isinstance(value, date) else value for value in row] for row in rows]


def are_punctual(rows: Iterable[StateRow], asked: Asked) -> Iterator[bool]:
    """Yield of each row whether it is that of a user who has one day due, and nothing is wrong."""
    day, today = asked.day, asked.day.isoformat()
    yesterday = (day - _ONE_DAY).isoformat() if day > date.min else None
    since = max((each.isoformat() for each in asked.missed if each < day), default="")
    for _, first, last, streak, posts, rated, ratings, due, _ in rows:
        if last is None:
            begun = first == today and streak == 0
        else:
            idle = streak == 0 and type(last) is str and len(last) == len(today)
            begun = last == yesterday or (idle and since <= last < today)
        # In the quickest way, as there are many rows: the bits are negative if one of them is.
        integers = type(streak) is type(posts) is type(rated) is type(ratings) is int
        yield due == today and begun and integers and streak | posts | rated | ratings >= 0


def plain(row: StateRow, day: date, history: PostsByDay) -> PunctualDay:
    """Return the day of a user who has one due."""
    user, _, last, streak, posts, rated, ratings, _, idle = row
    totals = (posts, rated, ratings)
    return PunctualDay(user, day, last, streak, totals, idle=idle, history=history)


def by_first_day(users: Iterable[Straggler]) -> Mapping[date, Sequence[str]]:
    """Return users by the first of the days that are due."""
    begins: defaultdict[date, list[str]] = defaultdict(list)
    for user in users:
        begins[user.first].append(user.state.user_id)
    return begins


def read_state(row: StateRow, asked: Asked) -> Straggler | Unreadable:
    user_id, first_day, last_day, streak, *totals, next_day, _ = row
    try:
        as_day(first_day)
        last = None if last_day is None else as_day(last_day)
        due = None if next_day is None else as_day(next_day)
        state = Engagement(user_id, streak, last)
        posts, rated, ratings = map(checks.count, ("posts", "rated", "ratings"), totals)
        return Straggler(state, asked.first(last, due), (posts, rated, ratings))
    except ITEM_ERRORS as error:
        return Unreadable(user_id, corrupt(engagements, State._make(row), error))
