"""One day of many users as columns, where numpy is installed.

It says what :class:`PunctualDay` says of one user, to the last bit, and is that if anybody looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from itertools import compress
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from mainstay._extras import Extra
from mainstay.adapters.sql.counts import count_day
from mainstay.errors import MissingExtraError
from mainstay.ports import DueDays, EvaluatedDays
from mainstay.scores.engagement.day import DayActivity, DayOutcome
from mainstay.scores.engagement.evaluate import Engagement
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.scores.policies import PolicyHistory

if TYPE_CHECKING:  # numpy is optional
    from mainstay.adapters.sql.engagements._arrays import DayArrays, JudgedArrays

__all__ = ["MANY", "ColumnDay", "ColumnOutcome", "column_days"]

#: How many users of a page make columns worth it.
MANY = 1_000


class ColumnOutcome(EvaluatedDays):
    """What a user's day came to.

    Attributes:
        days: Everybody's day.
        judged: What it came to for all.
        row: Where the user is.
    """

    __slots__ = ("days", "judged", "row")
    __setattr__ = object.__setattr__  # fast, and only here: all else of it is frozen

    def __init__(self, days: DayArrays, judged: JudgedArrays, row: int) -> None:
        self.days: DayArrays = days
        self.judged: JudgedArrays = judged
        self.row: int = row

    def __getattr__(self, name: str) -> object:
        plain = self.days.plain(self.row).evaluate(policies=self.judged.policies)
        self.state: Engagement = plain.state
        self.outcomes: Sequence[DayOutcome] = plain.outcomes
        return object.__getattribute__(self, name)


class ColumnDay(DueDays):
    """A user's day.

    Attributes:
        days: Everybody's.
        row: Where the user is.
    """

    __slots__ = ("days", "row")
    __setattr__ = object.__setattr__  # fast, and only here: all else of it is frozen

    def __init__(self, days: DayArrays, row: int) -> None:
        self.days: DayArrays = days
        self.row: int = row

    @property
    def key(self) -> str:
        """The user's id."""
        return self.days.users[self.row]

    def __getattr__(self, name: str) -> object:
        plain = self.days.plain(self.row)
        self.state: Engagement = plain.state
        self.activities: Sequence[DayActivity] = plain.activities
        self.through: date = plain.through
        return object.__getattribute__(self, name)

    def evaluate(self, *, policies: PolicyHistory[EngagementPolicy]) -> ColumnOutcome:
        """Return what the day comes to, by the policy that holds on it."""
        days = self.days
        judged = days.judged
        if judged is None or judged.policies is not policies:
            judged = days.judge(policies)
        return ColumnOutcome(days, judged, self.row)


def column_days(
    connection: Connection, day: date, rows: Sequence[Sequence[Any]], posts: frozenset[str]
) -> DayArrays | None:
    """Return users' day, of all of them or, if something is wrong with some, of the others.

    Args:
        connection: The database.
        day: The day.
        rows: Of the states of users who have that day due, by user id.
        posts: The kinds of events that count as posts.

    Returns:
        ``None`` if there are few, or numpy is not installed.
    """
    arrays = _arrays() if len(rows) >= MANY and day > date.min else None
    if arrays is None:
        return None
    counted = count_day(connection, day, rows[0][0], rows[-1][0])
    days: DayArrays = arrays.DayArrays(day, rows, counted, posts)
    if (good := days.good).all():
        return days
    some = [*compress(rows, good)]
    return arrays.DayArrays(day, some, counted, posts) if some else None


@cache
def _arrays() -> ModuleType | None:
    """Return what needs numpy, if it is there: to load it takes its time."""
    try:
        with Extra("columnar", "numpy"):
            from mainstay.adapters.sql.engagements import _arrays  # noqa: PLC0415
    except MissingExtraError:
        return None
    return _arrays
